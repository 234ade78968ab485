#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# pytest over the whole product: three workers, each with a stack of its own (tests wait more than they work); a file's tests stay together.
set -euo pipefail

scratch=$(mktemp -d "${TMPDIR:-/tmp}/rostra-e2e.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
export HYPOTHESIS_STORAGE_DIRECTORY=$scratch/hypothesis
# Every stack of the suite begins with a copy of these tables.
export TEST_LIKE=$scratch/like
"$TEST_SOURCE/tests/stack" start --only tables --state "$TEST_LIKE" --build "$TEST_BUILD"
"$TEST_SOURCE/tests/stack" stop --state "$TEST_LIKE"
cd "$TEST_SOURCE/tests/e2e"
# The limit ends a hang; the suite takes a few minutes. Debian's python has the packages, another may come first in PATH.
timeout --kill-after=30 "${TEST_E2E_SECONDS:-1500}" /usr/bin/python3 -B -m pytest -p no:cacheprovider -q -n "${TEST_E2E_WORKERS:-3}" \
	--dist loadfile --color=no --basetemp="$scratch/tmp" -ra --durations=25 . "$@"
