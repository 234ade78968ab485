# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# guard.sh - sourced by every guard: fault() reports, verdict ends, inputs() refuses an empty list.
set -euo pipefail
export LC_ALL=C
cd "${TEST_SOURCE:-$(dirname "${BASH_SOURCE[0]}")/../..}"
faults=0

# fault FILE-OR-PLACE WORDS...
fault() {
	echo "$*"
	faults=$((faults + 1))
}

# inputs AT-LEAST PATTERN...: the files of these find(1) patterns into the array `files`; fails when too few are there.
inputs() {
	local least=$1
	shift
	mapfile -t files < <(find "$@" | sort)
	if [ "${#files[@]}" -lt "$least" ]; then
		echo "only ${#files[@]} inputs found by: find $*"
		exit 1
	fi
}

verdict() {
	[ "$faults" -eq 0 ] || echo "$faults faults"
	[ "$faults" -eq 0 ]
}
