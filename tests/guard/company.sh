#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every SELECT, UPDATE and DELETE names company_id = ? or says in a comment why it is for all companies.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/guard.sh"

inputs 10 src -name '*_sql*.c'
/usr/bin/python3 - "${files[@]}" <<'END' || faults=1
import glob, re, sys

STRING = r'"(?:\\.|[^"\\])*"'
DEFINE = re.compile(r"^#[ \t]*define[ \t]+([A-Z][A-Z0-9_]*)[ \t]+((?:.*\\\n)*.*)$", re.M)


def without_comments(path):
    text = open(path, encoding="utf-8").read()
    return re.sub(rf"({STRING})|/\*.*?\*/", lambda m: m.group(1) or " ", text, flags=re.S)


# Macros that stand for a piece of text, wherever they are defined.
macros = {}
for path in sorted(glob.glob("src/**/*.[ch]", recursive=True) + glob.glob("include/rostra/*.h")):
    for name, value in DEFINE.findall(without_comments(path)):
        if '"' in value:
            macros[name] = value


def text_of(run, depth=0):
    found = ""
    for literal, name in re.findall(rf"({STRING})|\b([A-Z][A-Z0-9_]*)\b", run):
        if literal:
            found += literal[1:-1]
        elif depth < 5:
            found += text_of(macros.get(name, ""), depth + 1)
    return found


statements = bad = 0
for path in sys.argv[1:]:
    text = DEFINE.sub(lambda m: "\n" * m.group(0).count("\n"), without_comments(path))
    # A run of string literals and macros is one text.
    for run in re.finditer(rf'(?:(?:{STRING}|\b[A-Z][A-Z0-9_]*\b)\s*)+', text):
        sql = text_of(run.group(0))
        if not re.match(r"\s*(/\*.*?\*/\s*)?(WITH|SELECT|UPDATE|DELETE|INSERT)\b.*\b(FROM|INTO|SET|SELECT)\b", sql, re.S):
            continue
        statements += 1
        if not re.search(r"\b(SELECT|UPDATE|DELETE)\b", re.sub(r"ON DUPLICATE KEY UPDATE|FOR UPDATE", "", sql)):
            continue
        if re.search(r"\bcompany_id = \?", sql) or re.search(r"/\* all companies: \S.*?\*/", sql):
            continue
        bad += 1
        print(f"{path}:{text[:run.start()].count(chr(10)) + 1}: no company_id = ? in: {sql[:160]}")
print(f"{statements} statements")
sys.exit(1 if bad or statements < 60 else 0)
END
verdict
