#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make install DESTDIR= puts down the program, the migrations, the nginx files and the manual, and no placeholder.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/guard.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset MAKEFLAGS MAKELEVEL MFLAGS
make -s -C "$TEST_BUILD" install prefix=/usr sysconfdir=/etc localstatedir=/var DESTDIR="$work" >/dev/null

[ -x "$work/usr/bin/rostra" ] || fault "no /usr/bin/rostra"
for page in man8/rostra.8 man5/rostra.conf.5; do
	[ -f "$work/usr/share/man/$page" ] || fault "no $page"
done
inputs 25 sql -name '*.sql'
for file in "${files[@]}"; do
	cmp -s "$file" "$work/usr/share/rostra/$file" || fault "$file is not installed as it is"
done
cmp -s src/link/crawlers.rules "$work/usr/share/rostra/crawlers.rules" || fault "src/link/crawlers.rules is not installed as it is"
inputs 8 nginx -name 'rostra*.conf*'
for file in "${files[@]}"; do
	installed=$work/usr/share/rostra/${file%.in}
	[ -f "$installed" ] || fault "no $installed"
done
for unit in rostra-serve.service rostra-jobs.service rostra-api.socket rostra-link.socket; do
	[ -f "$work/usr/lib/systemd/system/$unit" ] || fault "no $unit"
done
while read -r left; do fault "a placeholder is left: $left"; done < <(grep -rn '@[A-Z_]*@' "$work/usr/share/rostra/nginx" || true)
while read -r file; do
	case ${file#"$work"} in
	/usr/lib/systemd/system/rostra-*.service | /usr/lib/systemd/system/rostra-*.socket) ;;
	/usr/bin/rostra | /usr/share/rostra/sql/*.sql | /usr/share/rostra/crawlers.rules | /usr/share/rostra/nginx/rostra*.conf | /usr/share/rostra/nginx/rostra.js | /usr/share/man/man[58]/rostra*) ;;
	*) fault "installed, too: ${file#"$work"}" ;;
	esac
done < <(find "$work" -type f)
verdict
