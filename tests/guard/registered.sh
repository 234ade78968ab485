#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What exists runs: every test in TESTS, every source in the build, every feature's routes and statements in app.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/guard.sh"

inputs 5 tests/unit tests/db -name 'test_*.c'
for file in "${files[@]}"; do
	fragment=$(dirname "$file")/Makefile.inc
	grep -qE "%D%/$(basename "$file" .c)( |\$|\\\\)" "$fragment" || fault "$file: not in $fragment"
done

inputs 8 tests/fuzz -name 'fuzz_*.c'
for file in "${files[@]}"; do
	name=$(basename "$file" .c)
	grep -q "$name" tests/fuzz/Makefile.inc || fault "$file: not in tests/fuzz/Makefile.inc"
	[ -n "$(find "tests/fuzz/corpus/${name#fuzz_}" -type f 2>/dev/null | head -n 1)" ] || fault "$file: no corpus"
done

inputs 5 tests/guard -name '*.sh' ! -name guard.sh
for file in "${files[@]}"; do
	grep -q "%D%/$(basename "$file")" tests/guard/Makefile.inc || fault "$file: not in tests/guard/Makefile.inc"
done

inputs 5 tests/e2e -name '*.py'
for file in "${files[@]}"; do
	grep -q "%D%/${file#tests/e2e/}" tests/e2e/Makefile.inc || fault "$file: not in tests/e2e/Makefile.inc (distribution)"
done

inputs 60 src -name '*.[ch]'
for file in "${files[@]}"; do
	grep -q "%D%/$(basename "$file")" "$(dirname "$file")/Makefile.inc" || fault "$file: not in the build"
done

inputs 30 include/rostra -name '*.h'
for file in "${files[@]}"; do
	grep -qE "%D%/$(basename "$file")( |\$|\\\\)" include/rostra/Makefile.inc || fault "$file: not in include/rostra/Makefile.inc (distribution)"
done

inputs 25 sql -name '*.sql'
for file in "${files[@]}"; do
	grep -q "%D%/$(basename "$file")" sql/Makefile.inc || fault "$file: not in sql/Makefile.inc"
done

# Tables of routes and statements must be in the one list. Two are their own commands' alone: what is prepared by
# `rostra migrate` and `rostra demo-data` is not there when a worker starts.
mapfile -t tables < <(grep -rhoE '^const struct (route|db_stmt)_table +[a-z_]+' src | awk '{ print $NF }' | sort)
[ "${#tables[@]}" -ge 20 ] || { echo "only ${#tables[@]} tables found"; exit 1; }
for table in "${tables[@]}"; do
	case $table in migrate_stmts | demo_stmts | demo_ties_stmts | demo_deal_stmts) continue ;; esac
	grep -qE "&$table\b" src/app/routes.c || fault "src/app/routes.c: $table is not listed"
done
verdict
