#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every SELECT, UPDATE and DELETE names company_id = ? or says in a comment why it is for all companies.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/guard.sh"

inputs 10 src -name '*_sql*.c'
/usr/bin/python3 - "${files[@]}" <<'END' || faults=1
import re, sys

statements = bad = 0
for path in sys.argv[1:]:
    text = open(path, encoding="utf-8").read()
    text = re.sub(r"/\*.*?\*/|(\"(?:\\.|[^\"\\])*\")", lambda m: m.group(1) or " ", text, flags=re.S)
    # Runs of string literals with nothing but white space or macro names between them are one text.
    for run in re.finditer(r'(?:"(?:\\.|[^"\\])*"(?:\s|\b[A-Z][A-Z0-9_]*\b)*)+', text):
        sql = "".join(re.findall(r'"((?:\\.|[^"\\])*)"', run.group(0)))
        if not re.match(r"\s*(/\*.*?\*/\s*)?(WITH|SELECT|UPDATE|DELETE|INSERT)\b", sql):
            continue
        statements += 1
        if not re.search(r"\b(SELECT|UPDATE|DELETE)\b(?! CURRENT)", re.sub(r"ON DUPLICATE KEY UPDATE|FOR UPDATE", "", sql)):
            continue
        if re.search(r"/\* all companies: \S.*?\*/", sql):
            continue
        if re.search(r"\bcompany_id = \?", sql):
            continue
        bad += 1
        print(f"{path}:{text[:run.start()].count(chr(10)) + 1}: no company_id = ? in: {sql[:120]}")
print(f"{statements} statements")
sys.exit(1 if bad or statements < 40 else 0)
END
verdict
