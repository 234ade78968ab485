#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Includes go down the layers only, features meet through their headers, each library has one place.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/guard.sh"

# Headers by the layer that owns them; a header that is named nowhere belongs to the feature of its name.
base="address arena buf cache caller clock combine confine conf crypto csv fault log metrics network pattern phase place process pubkey rq shared sheet str text uuid xml zip"
declare -A owner=([json]=json [db]=db [migrate]=db [auth]=auth [jwks]=auth [id_token]=auth [logout_token]=auth [http]=http [server]=http [jobs]=jobs)
for h in $base; do owner[$h]=base; done
owner[dns]=outbound
owner[zones]=measure

# What each layer may see beside itself.  Features and app see all of it.
declare -A sees=(
	[base]="" [json]="base" [db]="base json" [auth]="base json" [http]="base json db auth")
rank() { [[ -v "sees[$1]" ]]; }

inputs 30 include/rostra -name '*.h'
for header in "${files[@]}"; do
	name=$(basename "$header" .h)
	[[ -v "owner[$name]" || -d src/$name ]] || fault "$header: its layer is unknown to $0"
done

inputs 60 src -name '*.[ch]'
for file in "${files[@]}"; do
	folder=${file#src/}
	folder=${folder%%/*}
	while read -r included; do
		from=${owner[$included]:-$included}
		[ "$from" = "$folder" ] && continue
		if rank "$folder"; then
			[[ " ${sees[$folder]} " == *" $from "* ]] || fault "$file: $folder may not see rostra/$included.h"
		fi
	done < <(sed -nE 's|^#[ \t]*include "rostra/([a-z_]+)\.h".*|\1|p' "$file")
	# Beside rostra/…: files of the same folder only.
	while read -r included; do
		[ -f "$(dirname "$file")/$included" ] || fault "$file: includes $included of another folder"
	done < <(sed -nE 's|^#[ \t]*include "([^"]+)".*|\1|p' "$file" | grep -v '^rostra/' || true)
done

# One includer per library.
only() {
	local header=$1 place=$2 found
	found=$(grep -rlE "^#[ \t]*include <$header" src include | grep -vE "^($place)" || true)
	[ -z "$found" ] || fault "<$header> belongs to $place alone:" "$found"
}
only 'jansson\.h>' 'src/json/'
only '(mysql|mariadb)' 'src/db/'
only 'jwt\.h>' 'src/auth/'
only '(fcgiapp|fcgios|fastcgi)' 'src/http/'
only 'openssl/' 'src/base/(crypto|pubkey)\.c'
only 'uni(case|norm|gbrk|wbrk|str|conv|ctype|width|name)\.h>' 'src/base/text\.c'
only 'curl/' 'src/outbound/'
only 'resolv\.h>' 'src/outbound/dns\.c'
only 'seccomp\.h>' 'src/base/confine\.c'
only 'pcre2' 'src/base/pattern\.c'
only 'expat' 'src/base/xml\.c'
only 'maxminddb' 'src/base/place\.c'
only 'glib' 'src/base/zone\.c'
only 'archive(_entry)?\.h>' 'src/base/zip\.c'
only 'xlsxwriter' 'src/base/sheet\.c'
only 'fcgi_stdio' 'nowhere'

# A status is written in the list of faults and where a reply is put on the wire.
while read -r line; do
	fault "a status outside the list of faults: $line"
done < <(grep -rnE 'http_raw\([^;]*\b(4[0-9][1-35-9]|5[0-9][0-9])\b' src || true)
verdict
