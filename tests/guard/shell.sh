#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Shell scripts pass shellcheck; Python compiles.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/guard.sh"

command -v shellcheck >/dev/null || { echo "shellcheck is missing"; exit 1; }
mapfile -t files < <(grep -rlE '^#!/bin/(ba)?sh' autogen.sh .ci tests)
[ "${#files[@]}" -ge 8 ] || { echo "only ${#files[@]} scripts found"; exit 1; }
shellcheck -x "${files[@]}" || fault "shellcheck"

mapfile -t files < <(grep -rlE '^#!/usr/bin/python3' tests; find tests -name '*.py')
[ "${#files[@]}" -ge 5 ] || { echo "only ${#files[@]} Python files found"; exit 1; }
/usr/bin/python3 - "${files[@]}" <<'END' || fault "python"
import sys
for path in sys.argv[1:]:
    compile(open(path, encoding="utf-8").read(), path, "exec")
END
verdict
