#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The program as it is built: loaded anywhere, nothing writable that need not be, stacks guarded, calls with known sizes
# checked; the systemd units confine it.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/guard.sh"

program=${TEST_BUILD:-build}/rostra
[ -x "$program" ] || { echo "no program at $program"; exit 1; }
head=$(readelf -hdlW "$program")
names=$(readelf -sW --dyn-syms "$program")
grep -qE 'Type: +DYN' <<<"$head" || fault "no position-independent executable"
grep -q 'BIND_NOW' <<<"$head" || fault "names are bound lazily: the table of addresses stays writable"
grep -q 'GNU_RELRO' <<<"$head" || fault "no RELRO"
grep -E 'GNU_STACK' <<<"$head" | grep -q 'RWE' && fault "the stack is executable"
grep -E 'LOAD' <<<"$head" | grep -q 'RWE' && fault "a segment is writable and executable"
grep -q '__stack_chk_fail' <<<"$names" || fault "no stack protector"
if ! grep -q -- ' -O0 ' "${TEST_BUILD:-build}/Makefile"; then
	[ "$(grep -oE '__[a-z]+_chk\b' <<<"$names" | sort -u | wc -l)" -ge 5 ] || fault "calls are not fortified"
fi

# The units' exposure, 0 (safe) to 10, where systemd is there to say it: figures of systemd 252.
if command -v systemd-analyze >/dev/null; then
	for unit in rostra-serve rostra-jobs; do
		score=$(systemd-analyze security --offline=true --no-pager "${TEST_BUILD:-build}/src/app/$unit.service" 2>/dev/null |
			sed -nE 's/.*Overall exposure level for .*: ([0-9.]+) .*/\1/p')
		awk -v s="${score:-10}" 'BEGIN { exit !(s <= 2.0) }' || fault "$unit.service: exposure ${score:-unknown}, more than 2.0"
		echo "$unit.service: exposure $score"
	done
fi
verdict
