#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What Galera does not give is not used: locks by name or of tables, skipped locks, XA, other engines, hidden keys.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/guard.sh"

inputs 25 src sql -name '*.c' -o -name '*.sql'
/usr/bin/python3 - "${files[@]}" <<'END' || faults=1
import re, sys

STRING = r'"(?:\\.|[^"\\])*"'
NOT_GIVEN = {
    r"\b(?:GET|RELEASE|IS_FREE|IS_USED)_LOCK\s*\(": "locks by name hold on one node only",
    r"\bSKIP\s+LOCKED\b": "two nodes skip to the same row",
    r"\b(?:UN)?LOCK\s+TABLES?\b": "tables are locked on one node only",
    r"\bFLUSH\s+TABLES\b": "tables are locked on one node only",
    r"\bXA\s+(?:START|BEGIN|PREPARE)\b": "there is no XA",
    r"\bENGINE\s*=\s*(?!InnoDB\b)\w+": "only InnoDB is replicated",
}
# Used, but not relied on.
KNOWN = {("src/share/share_sql.c", "SKIP LOCKED"): "whoever is skipped is written alone; on two nodes the commit decides"}
bad = statements = 0
for path in sys.argv[1:]:
    text = open(path, encoding="utf-8").read()
    if path.endswith(".c"):
        text = re.sub(rf"({STRING})|/\*.*?\*/", lambda m: m.group(1) or " ", text, flags=re.S)
        text = " ".join(s[1:-1] for s in re.findall(STRING, text))
    else:
        text = re.sub(r"'(?:''|[^'])*'", "''", re.sub(r"^--.*$", "", text, flags=re.M))
        if "CREATE TABLE" in text and not re.search(r"\bPRIMARY\s+KEY\b", text):
            print(f"{path}: no primary key")
            bad += 1
    text = re.sub(r"COMMENT\s*=?\s*'[^']*'", "", text)
    statements += len(re.findall(r"\b(?:SELECT|INSERT|UPDATE|DELETE|CREATE)\b", text))
    for pattern, why in NOT_GIVEN.items():
        for found in re.findall(pattern, text, re.I):
            if (path, found) in KNOWN:
                continue
            print(f"{path}: {found}: {why}")
            bad += 1
print(f"{statements} statements")
sys.exit(1 if bad or statements < 200 else 0)
END
verdict
