#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every way to fail is provoked by a test: known by its code, its name or, of 304, its status.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/guard.sh"

rows=$(grep -oE 'X\([A-Z_]+, +[0-9]+, "[a-z_]+"' include/rostra/fault.h | sed -E 's,^X.,,; s,[\,"],,g')
[ "$(wc -l <<<"$rows")" -ge 20 ] || fault "include/rostra/fault.h: no list of faults found"
while read -r name status code; do
	[ "$name" != NONE ] || continue
	grep -rqE "FAULT_$name\b|\"$code\"|== $status\b" tests/unit tests/db tests/e2e --include='test_*' ||
		fault "include/rostra/fault.h: no test provokes $name ($code)"
done <<<"$rows"
verdict
