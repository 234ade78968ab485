#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs the database tests, each on a freshly migrated database of one private MariaDB.
set -euo pipefail

[ -n "${TEST_DB_PROGRAMS// /}" ] || { echo "no database tests are registered" >&2; exit 1; }
state=$(mktemp -d "${TMPDIR:-/tmp}/rostra-db.XXXXXX")
stack=$TEST_SOURCE/tests/stack
trap '"$stack" stop --state "$state" --discard' EXIT
"$stack" start --state "$state" --only db

socket=$(sed -n 's/.*"run": "\(.*\)".*/\1/p' "$state/stack.json")/db.sock
mysql() { mariadb --no-defaults --socket="$socket" --user=root "$@"; }

failed=0
for program in $TEST_DB_PROGRAMS; do
	name=$(basename "$program" | tr -c 'a-z0-9_\n' _)
	mysql -e "CREATE DATABASE $name CHARACTER SET utf8mb4; GRANT ALL ON $name.* TO rostra@localhost;"
	export ROSTRA_DB_SOCKET=$socket ROSTRA_DB_USER=rostra ROSTRA_DB_NAME=$name ROSTRA_DB_HOSTS=
	export ROSTRA_SQL_DIR=$TEST_SOURCE/sql ROSTRA_STATE_DIR=$state/$name
	mkdir -p "$ROSTRA_STATE_DIR"
	echo "== $program"
	"$TEST_BUILD/rostra" migrate up >"$state/migrate.out" 2>&1 || { cat "$state/migrate.out"; failed=1; continue; }
	timeout 300 "$TEST_BUILD/$program" || { echo "$program: status $?"; failed=1; }
done
exit $failed
