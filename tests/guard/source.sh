#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The house's style where a machine can see it: licence lines, banned calls, sizes, formatting, comments.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/guard.sh"

inputs 120 src include tests -name '*.[ch]'
for file in "${files[@]}"; do
	[ "$(head -n 1 "$file")" = '/* SPDX-License-Identifier: Apache-2.0 */' ] || fault "$file: no SPDX line on top"
	sed -n 2p "$file" | grep -q '^/\*' || fault "$file: the second line does not say what it is for"
	lines=$(wc -l <"$file")
	[ "$lines" -le 500 ] || fault "$file: $lines lines"
done

ban() {
	local pattern=$1 why=$2 line
	while read -r line; do
		fault "$why: $line"
	done < <(grep -nE "$pattern" "${files[@]}" | grep -vE "^(${3:-nowhere})/" || true)
}
ban '\bstrncmp *\(' "compare whole views (str_eq) or prefixes by str_starts"
ban '\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|alloca) *\(' "banned call" tests
ban 'memset *\([^,;]*(secret|password|salt)[^,;]*, *0,' "a compiler leaves out what nobody reads: secret_wipe"
ban 'fcgi_stdio' "redefines stdio"
ban '(^|[ \t;{}])//' "comments are /* */"
ban '\b(TODO|FIXME|XXX|HACK)\b' "unfinished"
ban 'MYSQL_OPT_RECONNECT' "reconnecting inside a transaction loses its first half"

formatter=$(command -v clang-format-14 || command -v clang-format || true)
[ -n "$formatter" ] || { echo "clang-format 14 is missing"; exit 1; }
# The headers of include/ are the manual: their columns are set by hand.
mapfile -t formatted < <(printf '%s\n' "${files[@]}" | grep -v '^include/')
while read -r file; do
	fault "$file: clang-format -i has something to do"
done < <("$formatter" --dry-run "${formatted[@]}" 2>&1 | sed -nE 's/^([^:]+):[0-9]+:.*warning.*/\1/p' | sort -u)

inputs 10 GNUmakefile Makefile.am configure.ac autogen.sh .ci/run tests nginx \( -name '*.sh' -o -name '*.py' -o -name '*.am' -o -name '*.ac' \
	-o -name '*.conf*' -o -name GNUmakefile -o -path .ci/run \) -type f
for file in "${files[@]}"; do
	head -n 3 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' || fault "$file: no SPDX line on top"
done
verdict
