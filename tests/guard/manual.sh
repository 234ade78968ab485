#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The manual pages name every command, every setting with its default, and nothing that is not there; they render.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/guard.sh"

inputs 2 src/app -name 'rostra*.[58]'
mapfile -t settings < <(sed -nE 's/^.*[{(]\s*"([a-z_]+)", *CONF_.*/\1/p' src/app/conf_table.c)
[ "${#settings[@]}" -ge 25 ] || { echo "only ${#settings[@]} settings found in src/app/conf_table.c"; exit 1; }
for name in "${settings[@]}"; do
	grep -q "^\.BR\? ${name}\b" src/app/rostra.conf.5 || fault "rostra.conf(5) does not explain $name"
done
while read -r name; do
	printf '%s\n' "${settings[@]}" | grep -qx "$name" || fault "rostra.conf(5) explains $name, which is no setting"
done < <(sed -nE 's/^\.BR? ([a-z_]+) ?=?.*/\1/p' src/app/rostra.conf.5 | grep _ || true)

mapfile -t commands < <(sed -nE 's/^\s*\{ *"([a-z-]+)", *"[^"]*".*cmd_.*/\1/p' src/app/main.c)
[ "${#commands[@]}" -ge 10 ] || { echo "only ${#commands[@]} commands found in src/app/main.c"; exit 1; }
for name in "${commands[@]}"; do
	grep -q "^\.BR\? ${name//-/\\\\\\\\-}\b\|^\.BR\? ${name}\b" src/app/rostra.8 || fault "rostra(8) does not explain $name"
done

for file in "${files[@]}"; do
	said=$(LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$file" 2>&1 >/dev/null)
	[ -z "$said" ] || fault "$file: $said"
done
verdict
