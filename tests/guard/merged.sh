#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# No derived table that the server merges has a subquery among its columns where the query around it groups: such a
# statement finds no rows from its second execution on (MariaDB 10.11), and a connection executes each many times.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/guard.sh"

program=${TEST_BUILD:-build}/rostra
[ -x "$program" ] || { echo "no program at $program"; exit 1; }
/usr/bin/python3 - "$program" <<'END' || faults=1
import re, sys


def close_of(sql, at):
    """Where the parenthesis that opens at `at` closes."""
    depth = 0
    for i in range(at, len(sql)):
        depth += (sql[i] == "(") - (sql[i] == ")")
        if depth == 0:
            return i
    return len(sql)


def flat(sql):
    """What stands in no parentheses within it; what does is left out."""
    found, at = "", 0
    while at < len(sql) and sql[at] != ")":
        if sql[at] == "(":
            at = close_of(sql, at)
            found += "()"
        else:
            found += sql[at]
        at += 1
    return found


MATERIALISED = re.compile(r"\b(UNION|DISTINCT|LIMIT|GROUP BY|HAVING)\b|\b(COUNT|SUM|MIN|MAX|AVG)\(\)")


def merged_with_subquery(inner):
    whole = flat(inner)
    if MATERIALISED.search(whole):
        return False
    columns, depth = "", 0
    for word in re.findall(r"\(|\)|[^()\s]+|\s+", inner):
        depth += (word == "(") - (word == ")")
        if depth == 0 and word == "FROM":
            break
        columns += word
    return re.search(r"\(SELECT\b", columns) is not None


def is_wrong(sql):
    for found in re.finditer(r"\b(?:(FROM|JOIN)|WITH \w+ AS) ?(?=\(SELECT\b)", sql):
        end = close_of(sql, found.end())
        if merged_with_subquery(sql[found.end() + 1:end]) and re.search(r"\bGROUP BY\b", flat(sql[end + 1:])):
            return True
    return False


CASES = {
    "SELECT x.a FROM (SELECT a.k, (SELECT b.id FROM b LIMIT 1) AS m FROM a) e JOIN b x ON x.id = e.m GROUP BY x.a": True,
    "WITH e AS (SELECT a.k, (SELECT b.id FROM b LIMIT 1) AS m FROM a) SELECT e.k FROM e WHERE e.m > 0 GROUP BY e.k": True,
    "SELECT x.a FROM (SELECT a.k, (SELECT b.id FROM b LIMIT 1) AS m FROM a LIMIT 5) e JOIN b x ON x.id = e.m GROUP BY x.a": False,
    "SELECT x.a FROM (SELECT a.k FROM a WHERE a.k = (SELECT MAX(b.id) FROM b)) e JOIN b x ON x.id = e.m GROUP BY x.a": False,
    "SELECT x.a FROM (SELECT a.k, (SELECT b.id FROM b LIMIT 1) AS m FROM a) e JOIN b x ON x.id = e.m ORDER BY x.a": False,
}
wrong = [sql for sql, want in CASES.items() if is_wrong(sql) != want]
for sql in wrong:
    print("not judged rightly:", sql)
texts = re.findall(rb"[\x20-\x7e\t]{20,}", open(sys.argv[1], "rb").read())
statements = [t.decode() for t in texts if re.match(rb"(SET STATEMENT [^(]* FOR )?\(?(SELECT|WITH|INSERT|REPLACE|UPDATE|DELETE)\b", t)]
for sql in statements:
    if is_wrong(sql):
        print("a merged derived table with a subquery among its columns, grouped:", sql[:200])
        wrong.append(sql)
print(f"{len(statements)} statements")
sys.exit(1 if wrong or len(statements) < 400 else 0)
END
verdict
