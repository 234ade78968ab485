#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every column that can hold a person's words is marked PII (include/rostra/privacy.h), or named in not_personal.txt.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/guard.sh"

inputs 60 sql -name '*.sql'
/usr/bin/python3 - "${files[@]}" <<'END' || faults=1
import re, sys

LIST = "tests/guard/not_personal.txt"
WORDS = r"(?:VARCHAR|CHAR|TINYTEXT|TEXT|MEDIUMTEXT|LONGTEXT|JSON|TINYBLOB|BLOB|MEDIUMBLOB|LONGBLOB)\b"
MARK = re.compile(r"PII(?: of ([a-z0-9_]+))?(?: \((?:delete row|left: [^')]{1,60})\))?(?:;|$)")
COLUMN = re.compile(r"^\s*(?:(?:ADD|MODIFY)\s+(?:COLUMN\s+)?(?:IF\s+NOT\s+EXISTS\s+)?)?`?([a-z][a-z0-9_]*)`?\s+([A-Z]+\b.*)$")
bad, tables = 0, {}


def fault(words):
    global bad
    bad += 1
    print(words)


for path in sys.argv[1:]:
    text = re.sub(r"^--.*$|/\*[^*]*\*/", "", open(path, encoding="utf-8").read(), flags=re.M)
    head = re.search(r"\b(CREATE|ALTER)\s+TABLE\s+(?:IF NOT EXISTS\s+)?`?([a-z][a-z0-9_]*)`?", text)
    if not head:
        continue
    columns = tables.setdefault(head.group(2), {})
    for gone in re.findall(r"\bDROP\s+COLUMN\s+(?:IF EXISTS\s+)?`?([a-z0-9_]+)", text):
        columns.pop(gone, None)
    for line in text[head.end():].replace("\n", "\n ").splitlines():
        found = COLUMN.match(line)
        comment = re.search(r"COMMENT '((?:''|[^'])*)'", line)
        if found and comment:
            columns[found.group(1)] = (found.group(2), comment.group(1).replace("''", "'"))

named = {}
for number, line in enumerate(open(LIST, encoding="utf-8"), 1):
    line = line.split("#")[0].strip()
    if line:
        named[line] = number
marks = 0
for table, columns in sorted(tables.items()):
    persons = [c for c, (_, comment) in columns.items() if re.search(r"(?:^| )person\.id\b", comment)] + \
        (["id"] if table == "person" else [])
    others = named.pop(f"{table} of others", None)
    for column, (kind, comment) in columns.items():
        listed = named.pop(f"{table}.{column}", None)
        if comment.startswith("PII"):
            marks += 1
            mark = MARK.match(comment)
            if not mark:
                fault(f"{table}.{column}: no such mark: {comment}")
            elif mark.group(1) and mark.group(1) not in persons:
                fault(f"{table}.{column}: {mark.group(1)} names no person (a comment with person.id)")
            elif not persons and not others:
                fault(f"{table}.{column} is PII, but no column of {table} names a person ('person.id' in its comment);"
                      f" if it is about others: '{table} of others' in {LIST}")
            if listed:
                fault(f"{LIST}:{listed}: {table}.{column} is marked PII")
        elif re.match(WORDS, kind) and not listed:
            fault(f"{table}.{column} can hold a person's words: mark it PII in its comment (include/rostra/privacy.h),"
                  f" or name it in {LIST}")
for name, number in named.items():
    fault(f"{LIST}:{number}: there is no {name}")
print(f"{marks} marks in {len(tables)} tables")
sys.exit(1 if bad or marks < 20 or len(tables) < 40 else 0)
END
verdict
