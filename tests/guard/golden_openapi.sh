#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The API changes only on purpose: `rostra openapi` prints tests/golden/openapi.json to the byte.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/guard.sh"

golden=tests/golden/openapi.json
[ -s "$golden" ] || fault "$golden: not there"
if ! "${TEST_BUILD:-build}/rostra" openapi | diff -u "$golden" -; then
	fault "$golden: the API is another one. Meant so? make update-golden, and say in the commit what clients see."
fi
verdict
