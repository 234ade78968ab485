// SPDX-License-Identifier: Apache-2.0
// share.mjs - PUT /v1/shares/{id}: may these words be shared there, and all that is kept of it.
import { randomInt } from 'node:crypto'
import { isDuplicate, nowText, timeOf } from './db.mjs'
import { sha256 } from './auth.mjs'
import { pickLanguage } from './posts.mjs'

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const NEAR_BITS = 3
const NEAR_MIN = 3
const CODE_TRIES = 3

const text = { type: 'string' }
const maybe = { type: ['string', 'null'] }
const made = {
  type: 'object',
  properties: {
    id: text, person_id: text, post_id: text, network: text, state: text, link: maybe, text, intent_url: maybe,
    edited: { type: 'boolean' }, created_at: text, revoked_at: maybe, version: { type: 'integer' },
    warnings: {
      type: 'array',
      items: {
        type: 'object',
        properties: { code: text, detail: text, same: { type: 'integer' }, similar: { type: 'integer' } }
      }
    }
  }
}

function drawCode() {
  let code = ''
  for (let i = 0; i < 8; i++) code += BASE62[randomInt(62)]
  return code
}

// RFC 3986 2.3: five characters more than encodeURIComponent.
export const percent = (words) => encodeURIComponent(words).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)

// --- words

const fold = (words) => words.normalize('NFKC').toLowerCase().replace(/[^\p{L}\p{N}\p{M}\p{S}]+/gu, ' ').trim()

// 64 bits of two halves: Math.imul is fast where BigInt is not.
function hash(words) {
  let a = 0x9e3779b9 ^ words.length
  let b = 0x85ebca6b
  for (let i = 0; i < words.length; i++) {
    const c = words.charCodeAt(i)
    a = Math.imul(a ^ c, 0x01000193)
    b = Math.imul(b ^ c, 0x5bd1e995)
    b ^= b >>> 13
  }
  a = Math.imul(a ^ a >>> 16, 0x7feb352d)
  b = Math.imul(b ^ b >>> 15, 0x846ca68b)
  return [(a ^ a >>> 15) >>> 0, (b ^ b >>> 16) >>> 0]
}

// Charikar's SimHash over windows of three words.
function simhash(folded) {
  const words = folded.split(' ')
  const sums = new Int32Array(64)
  const vote = (part) => hash(part).forEach((half, h) => {
    for (let i = 0; i < 32; i++) sums[32 * h + i] += half >>> i & 1 ? 1 : -1
  })
  for (let i = 2; i < words.length; i++) vote(`${words[i - 2]} ${words[i - 1]} ${words[i]}`)
  if (words.length < 3) vote(folded)
  return [0, 32].map((from) => sums.subarray(from, from + 32).reduce((bits, sum, i) => bits | (sum > 0) << i, 0) >>> 0)
}

const bitsOf = (n) => {
  let count = 0
  for (; n; n &= n - 1) count++
  return count
}

const escaped = (words) => words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
const hasDisclosure = (words, must) => new RegExp(`(?<![\\w\\u0080-\\uffff])${escaped(must)}(?![\\w\\u0080-\\uffff])`, 'i').test(words)
const disclosureFor = (disclosures, network) =>
  (disclosures.find((d) => d.network === network) ?? disclosures.find((d) => d.network === 'any'))?.text

function defaultWords(texts, must, network, language) {
  const best = pickLanguage(language, texts.map((t) => t.language))
  const fitness = (t) => t.network === network ? 3 + (t.language === best) : t.network === 'any' ? 1 + (t.language === best) : 0
  let found
  for (const t of texts) if (fitness(t) > (found ? fitness(found) : 0)) found = t
  if (!found || !must || hasDisclosure(found.text, must)) return found?.text
  return `${found.text} ${must}`
}

// Word for word, but for a disclosure before or behind it.
function isSuggested(texts, must, network, words) {
  const whole = words.trim()
  let bare = whole
  if (must && whole.toLowerCase().endsWith(` ${must.toLowerCase()}`)) bare = whole.slice(0, -must.length).trim()
  else if (must && whole.toLowerCase().startsWith(`${must.toLowerCase()} `)) bare = whole.slice(must.length).trim()
  return texts.some((t) => (t.network === 'any' || t.network === network) && [whole, bare].includes(t.text.trim()))
}

export function shareRoutes({ app, db, posts, settings, person, Problem }) {
  const body = {
    type: 'object', required: ['post_id', 'network'], additionalProperties: false,
    properties: {
      post_id: { type: 'string', minLength: 36, maxLength: 36 }, network: { enum: settings.networks },
      text: { type: 'string', minLength: 1, maxLength: 5000 }, language: { type: 'string', minLength: 2, maxLength: 16 }
    }
  }
  const params = { type: 'object', properties: { id: { type: 'string', pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$' } } }
  const linkOf = (code) => `${settings.link_url}/r/${code}`
  const wrong = (pointer, detail) => new Problem(422, 'Some fields are not acceptable', [{ pointer, detail }])

  function intentOf(network, words, link, title) {
    const template = settings.intents[settings.networks.indexOf(network)]
    if (!template) return null
    const values = { text: link ? `${words} ${link}` : words, words, url: link ?? '', title: title ?? '' }
    return template.replace(/\{(\w+)\}/g, (_, name) => percent(values[name]))
  }

  // What the caller asked for, judged: the words, and what is kept beside them.
  async function judge({ company, person: me, language }, asked) {
    const [place] = await db.run('place', [asked.post_id, company, me])
    const seen = place && (await posts.channelsOf(company, me, place)).split(',').includes(place.channel_id)
    const [post] = seen ? await posts.read(company, language, [{ id: asked.post_id, version: place.post_version }]) : []
    if (!post) throw wrong('#/post_id', 'is no post in your feed')
    const texts = post.suggested
    const must = disclosureFor(post.disclosures, asked.network)
    const words = asked.text?.trim() || defaultWords(texts, must, asked.network, asked.language ?? language)
    const network = settings.networks.indexOf(asked.network)
    if (!words) throw wrong('#/text', 'is needed: the post suggests none for this network')
    if (!post.networks.includes(asked.network)) throw wrong('#/network', "is not among the post's networks")
    if (must && !hasDisclosure(words, must)) throw wrong('#/text', `must contain "${must}"`)
    const suggested = isSuggested(texts, must, asked.network, words)
    if (post.lock_text && !suggested) throw wrong('#/text', 'must be one of the suggested texts, word for word')
    const limit = settings.limits[network]
    const length = words.length + (post.destination_url ? linkOf('00000000').length + 1 : 0)
    if (limit && length > limit) throw wrong('#/text', `is ${length} long with its link; ${asked.network} takes ${limit}`)
    const folded = fold(words)
    return { post, team: place.team_id, words, network, edited: !suggested, digest: sha256(folded), simhash: simhash(folded) }
  }

  async function warningsOf({ company, person: me }, post, [low, high]) {
    let same = 0
    let similar = 0
    for (const row of await db.run('recent', [company, post])) {
      if (row.state !== 'active' || row.person_id === me) continue
      const bits = bitsOf(row.low ^ low) + bitsOf(row.high ^ high)
      same += bits === 0
      similar += bits <= NEAR_BITS
    }
    if (similar < NEAR_MIN) return []
    return [{ code: 'near_duplicate', detail: 'Colleagues shared nearly the same words lately; yours would stand out more.', same, similar }]
  }

  async function replay({ company, person: me }, id, digest) {
    const [row] = await db.run('share_get', [company, id])
    if (!row) return null
    if (row.person_id !== me || !row.body_sha256.equals(digest)) throw new Problem(409, 'Another share has this id.')
    const link = row.has_link ? linkOf(row.code) : null
    const words = link ? row.text.slice(0, -link.length - 1) : row.text
    return {
      ...row, link, intent_url: intentOf(row.network, words, link, row.title), edited: row.edited !== 0,
      created_at: timeOf(row.created_at), revoked_at: timeOf(row.revoked_at), warnings: []
    }
  }

  // The statements of a transaction need no answers of each other: they are sent at once, then the commit.
  function write({ company, person: me }, id, asked, judged, code, text, digest, now) {
    const { post } = judged
    const [low, high] = judged.simhash
    return db.transaction((run) => Promise.all([
      run('count', [company, me]),
      run('share', [company, id, me, asked.post_id, asked.network, post.channel_id, post.campaign_id, judged.team, code, text,
        judged.edited, judged.digest, BigInt(high) << 32n | BigInt(low), digest, now]),
      run('link', [code, company, id, now]),
      run('mark', [company, me, asked.post_id, now, now, 1 << judged.network]),
      run('event', [company, 'share.created', id, now, now])
    ]))
  }

  app.put('/v1/shares/:id', {
    preHandler: person, schema: { params, body, response: { '2xx': made } }
  }, async (request, reply) => {
    const { who, body: asked, params: { id } } = request
    const digest = sha256(request.bytes)
    const judged = await judge(who, asked)
    const warnings = await warningsOf(who, asked.post_id, judged.simhash)
    reply.headers({ 'Content-Type': 'application/json', 'Cache-Control': 'no-store', Vary: 'Authorization, Accept-Language' })
    for (let i = 0; i < CODE_TRIES; i++) {
      const code = drawCode()
      const link = judged.post.destination_url ? linkOf(code) : null
      const text = link ? `${judged.words} ${link}` : judged.words
      const now = nowText()
      try {
        await write(who, id, asked, judged, code, text, digest, now)
      } catch (error) {
        if (!isDuplicate(error)) throw error
        const before = await replay(who, id, digest)
        if (before) return before
        continue
      }
      reply.code(201)
      return {
        id, person_id: who.person, post_id: asked.post_id, network: asked.network, state: 'active', link, text,
        intent_url: intentOf(asked.network, judged.words, link, judged.post.title), edited: judged.edited,
        created_at: timeOf(now), revoked_at: null, version: 1, warnings
      }
    }
    throw new Problem(503, 'No free link was found.')
  })
}
