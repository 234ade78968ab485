#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The OpenAPI document is well-formed and keeps the rules of tests/openapi/redocly.yaml.  The linter is the pinned one
# of tests/openapi, installed once into the build tree.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/guard.sh"

build=${TEST_BUILD:-$PWD/build}
linter=$build/tests/openapi
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true

mkdir -p "$linter"
if ! cmp -s tests/openapi/package-lock.json "$linter/installed-lock.json"; then
	cp -f tests/openapi/package.json tests/openapi/package-lock.json "$linter"
	chmod u+w "$linter"/package*.json
	npm --prefix "$linter" ci --omit=optional --ignore-scripts --no-audit --no-fund >"$linter/npm.out" 2>&1 || {
		cat "$linter/npm.out"
		exit 1
	}
	cp "$linter/package-lock.json" "$linter/installed-lock.json"
fi

"$build/rostra" openapi >"$linter/openapi.json"
"$linter/node_modules/.bin/redocly" lint --config tests/openapi/redocly.yaml --format stylish --max-problems 50 \
	"$linter/openapi.json" >"$linter/lint.out" 2>&1 || fault "tests/openapi/redocly.yaml: the document breaks rules"
if grep -qE '^ +[0-9]+:[0-9]+ ' "$linter/lint.out"; then
	fault "the linter warns"
fi
/usr/bin/python3 - "$linter/openapi.json" <<'END' || fault "paths are in kebab-case"
import json, re, sys

paths = [p for p in json.load(open(sys.argv[1]))["paths"] if not p.startswith("/scim/v2/")]
odd = [p for p in paths if not re.fullmatch(r"(/([a-z0-9]+(-[a-z0-9]+)*|\{[a-z_]+\}))+", p)]
print(*odd, sep="\n", end="\n" if odd else "")
sys.exit(1 if odd or len(paths) < 50 else 0)
END
[ "$faults" -eq 0 ] || cat "$linter/lint.out"
verdict
