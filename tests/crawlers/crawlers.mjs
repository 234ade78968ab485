// SPDX-License-Identifier: Apache-2.0
// crawlers.mjs LIST.json PACKAGE.json LICENSE: prints src/link/crawlers.rules from the public list of crawlers.
// Raise RULES with every change of what comes out: clicks remember the version that judged them.
import { readFileSync } from "node:fs";

const RULES = 2;
const [list, about, licence] = process.argv.slice(2).map((path) => readFileSync(path, "utf8"));
const { name, version } = JSON.parse(about);

// People whose browser looks like a program.  These win over everything below.
const people = [
  ["in-app-browser", "\\[LinkedInApp\\]"],
  ["in-app-browser", "\\bFB(AN|AV|_IAB)\\/"],
  ["in-app-browser", "MetaIAB "],
  ["in-app-browser", "\\bInstagram \\d"],
  ["in-app-browser", "\\bBarcelona \\d"],
  ["in-app-browser", "\\[Pinterest\\/"],
  ["in-app-browser", "\\bSnapchat\\/\\d"],
  ["desktop-app", "Slack_SSB\\/"],
  ["phone", "\\bCUBOT\\b"],
  ["phone", "\\bCUBOT_"],
];

// Names of apps that people browse in as well: a program has them in front.
const inFront = new Set(["WhatsApp", "Viber", "Bluesky\\/", "Notion\\/", "Tumblr\\/"]);
// Browsers of people.
const left = new Set(["MetaIAB Facebook"]);

// What a tag of the list means here: class and reason, the first that fits.
const meanings = [
  ["social-preview", "preview", "card-fetcher"],
  ["http-library", "bot", "http-library"],
  ["browser-automation", "bot", "headless"],
  ["monitoring", "bot", "monitor"],
];

function branches(pattern) {
  return /[()[\]]/.test(pattern) ? [pattern] : pattern.split("|");
}

const lines = people.map(([reason, pattern]) => `agent human ${reason} ${pattern}`);
for (const entry of JSON.parse(list)) {
  if (left.has(entry.pattern)) continue;
  const tags = entry.tags ?? [];
  const [, group, reason] = meanings.find(([tag]) => tags.includes(tag)) ?? ["", "bot", "crawler"];
  for (const pattern of branches(entry.pattern)) {
    lines.push(`agent ${group} ${reason} ${inFront.has(pattern) ? "^" : ""}${pattern}`);
  }
}

const heading = `Made by tests/crawlers/crawlers.mjs from ${name} ${version}; change that, not this.

SPDX-License-Identifier: Apache-2.0 AND MIT
The patterns behind the first ${people.length} are those of ${name}, under this licence:

${licence.trim()}
`;
console.log(heading.replace(/^/gm, "# ").replace(/ +$/gm, "").trim());
console.log(`version ${RULES}\n${lines.join("\n")}`);
