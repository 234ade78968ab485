#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The manual pages name every command, every setting with its default, and nothing that is not there; they render.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/guard.sh"

inputs 2 src/app -name 'rostra*.[58]'
/usr/bin/python3 - <<'END' || faults=1
import re, sys

bad = 0


def fault(words):
    global bad
    bad += 1
    print(words)


def paragraphs(page):
    """{name: text} of the tagged paragraphs that begin with a name in bold."""
    text = open(page, encoding="utf-8").read().replace("\\-", "-")
    found = {}
    for part in re.split(r"^\.TP\n", text, flags=re.M)[1:]:
        first, _, rest = part.partition("\n")
        name = re.fullmatch(r"\.B ([a-zA-Z_-]+)", first)
        if name:
            found[name.group(1)] = re.split(r"^\.S[SH] ", rest, flags=re.M)[0]
    return found


table = open("src/app/conf_table.c", encoding="utf-8").read()
settings = dict(re.findall(r"^\t(?:TEXT|PLACE|SECRET|NUMBER|YESNO)\(([a-z_]+), ([^,]+),", table, flags=re.M))
explained = {n: t for n, t in paragraphs("src/app/rostra.conf.5").items()}
if len(settings) < 30:
    fault(f"only {len(settings)} settings found in src/app/conf_table.c")
for name, default in settings.items():
    if name not in explained:
        fault(f"rostra.conf(5) does not explain {name}")
    elif default == '""':
        if not re.search(r"Empty \(the default\)|Default: empty\.", explained[name]):
            fault(f"rostra.conf(5): {name} is empty by default")
    elif re.fullmatch(r'"[^"]*"', default) and f"Default: {default[1:-1]}." not in explained[name]:
        fault(f"rostra.conf(5): the default of {name} is {default}")
for name in explained:
    if name not in settings:
        fault(f"rostra.conf(5) explains {name}, which is no setting")

commands = re.findall(r'^\t\{ "([a-z-]+)", "[^"]*", cmd_', open("src/app/main.c", encoding="utf-8").read(), flags=re.M)
explained = paragraphs("src/app/rostra.8")
if len(commands) < 10:
    fault(f"only {len(commands)} commands found in src/app/main.c")
for name in commands:
    if name not in explained:
        fault(f"rostra(8) does not explain {name}")
for name in explained:
    if name not in commands and not name.startswith("SIG"):
        fault(f"rostra(8) explains {name}, which is no command")
sys.exit(1 if bad else 0)
END

for file in "${files[@]}"; do
	said=$(groff -K utf8 -T utf8 -m man -ww -z "$file" 2>&1)
	[ -z "$said" ] || fault "$file: $said"
done
verdict
