#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# sql/: numbered without gaps, one DDL statement a file, a comment on every table and column, a primary key.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/guard.sh"

inputs 25 sql -name '*.sql'
/usr/bin/python3 - "${files[@]}" <<'END' || faults=1
import os, re, sys

bad = 0


def fault(path, words):
    global bad
    bad += 1
    print(f"{path}: {words}")


for number, path in enumerate(sys.argv[1:], 1):
    name = os.path.basename(path)
    if not re.fullmatch(rf"{number:04d}_[a-z]+(_[a-z0-9]+)+\.sql", name):
        fault(path, f"is number {number}, named NNNN_verb_noun.sql")
    text = open(path, encoding="utf-8").read()
    code = re.sub(r"^--.*$", "", text, flags=re.M)
    plain = re.sub(r"'(?:''|[^'])*'", "''", code)
    if plain.count(";") != 1 or not plain.strip().endswith(";"):
        fault(path, "one statement a file")
    if not plain.strip().startswith("CREATE TABLE"):
        continue
    if "PRIMARY KEY" not in plain:
        fault(path, "no primary key")
    if not re.search(r"\)[^)]*COMMENT\s*=?\s*''", plain[plain.rfind(")") - 1:] + plain.split("ENGINE")[-1], re.S) \
            and "COMMENT" not in plain[plain.rfind("\n)"):]:
        fault(path, "the table has no comment")
    for line in plain.splitlines():
        column = re.match(r"\s+([a-z_0-9]+)\s+[A-Z]", line)
        if column and "COMMENT" not in line:
            fault(path, f"column {column.group(1)} has no comment")
sys.exit(1 if bad else 0)
END
verdict
