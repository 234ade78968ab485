// SPDX-License-Identifier: Apache-2.0
// posts.mjs - posts, and the channels people see, kept in memory while the tables' counters say that they are the same.
import { timeOf } from './db.mjs'

const RECORD = '\x1e'
const FIELD = '\x1f'
const AGE_MS = 300000
const MOST = 20000

const records = (packed) => packed === null ? [] : packed.split(RECORD).map((record) => record.split(FIELD))

// RFC 4647 3.4: the wish as it is, then without its last subtag, and so on; else the first offer.
export function pickLanguage(wish, offers) {
  for (let range = wish.toLowerCase(); range; range = range.slice(0, Math.max(0, range.lastIndexOf('-')))) {
    const found = offers.find((offer) => offer.toLowerCase() === range)
    if (found) return found
  }
  return offers[0]
}

// Those in the reader's language first; among equals the order stays.
function sortTexts(texts, wish, own) {
  const best = pickLanguage(wish, [own, ...texts.map((text) => text.language)])
  return [...texts.filter((text) => text.language === best), ...texts.filter((text) => text.language !== best)]
}

function remember(kept, key, value) {
  if (kept.size >= MOST) kept.clear()
  kept.set(key, value)
  return value
}

export function keeping(db, settings) {
  const posts = new Map()
  const channels = new Map()
  const names = (bits) => settings.networks.filter((name, i) => bits >> i & 1)

  function postOf(row, language) {
    const suggested = records(row.texts).map(([network, language, text]) => ({ network, language, text }))
    return {
      ...row,
      networks: names(row.networks),
      lock_text: row.lock_text !== 0,
      must_read: row.must_read !== 0,
      publish_at: timeOf(row.publish_at),
      expire_at: timeOf(row.expire_at),
      suggested,
      texts: sortTexts(suggested, language, row.language),
      disclosures: records(row.disclosures).map(([network, text]) => ({ network, text })),
      published_at: timeOf(row.published_at)
    }
  }

  // Those that are wanted, [{ id, version }], as a reader of this language sees them.  One statement for all that are new.
  async function read(company, language, wanted) {
    const keyOf = ({ id, version }) => `${company} ${id} ${version} ${language}`
    const found = wanted.map((post) => posts.get(keyOf(post)))
    const old = Date.now() - AGE_MS
    const missing = wanted.filter((post, i) => !found[i] || found[i].at < old)
    if (missing.length === 0) return found.map(({ post }) => post)

    const read = new Map()
    for (const row of await db.run('posts', [JSON.stringify(missing.map(({ id }) => id)), company])) {
      read.set(row.id, remember(posts, keyOf(row), { at: Date.now(), post: postOf(row, language) }))
    }
    return wanted.map(({ id }, i) => (read.get(id) ?? found[i])?.post)
  }

  // The channels of a person's feed, asked for again when one of the counters has moved.
  async function channelsOf(company, person, { company_version, audience_version }) {
    const key = `${company} ${person}`
    const kept = channels.get(key)
    if (kept && kept.company_version === company_version && kept.audience_version === audience_version) return kept.list
    const [row] = await db.run('channels', [company, person])
    return remember(channels, key, { company_version, audience_version, list: row.channels ?? '' }).list
  }
  return { read, channelsOf, names }
}
