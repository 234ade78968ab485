// SPDX-License-Identifier: Apache-2.0
// feed.mjs - GET /v1/feed: who looks, then the page of posts with what the reader did with them.
import { createHash } from 'node:crypto'
import { timeOf } from './db.mjs'

const text = { type: 'string' }
const maybe = { type: ['string', 'null'] }
const flag = { type: 'boolean' }
const texts = (...names) => ({
  type: 'array', items: { type: 'object', properties: Object.fromEntries(names.map((name) => [name, text])) }
})
const item = {
  type: 'object',
  properties: {
    id: text, channel_id: text, campaign_id: maybe, kind: text, language: text, title: text, summary: maybe,
    destination_url: maybe, image_url: maybe, networks: { type: 'array', items: text }, lock_text: flag, must_read: flag,
    publish_at: maybe, expire_at: maybe, suggested_by: maybe, texts: texts('network', 'language', 'text'),
    disclosures: texts('network', 'text'), suggested_by_name: maybe, published_at: maybe, version: { type: 'integer' },
    pinned: flag, seen_at: maybe, acknowledged_at: maybe, shared_networks: { type: 'array', items: text }
  }
}
const page = {
  type: 'object', properties: { items: { type: 'array', items: item }, next_cursor: maybe, has_more: flag }
}
const query = { type: 'object', properties: { limit: { type: 'integer', minimum: 1, maximum: 100, default: 25 } } }

export function feedRoutes({ app, db, posts, person }) {
  const itemOf = (row, post) => ({
    ...post,
    pinned: row.pinned !== 0,
    seen_at: timeOf(row.seen_at),
    acknowledged_at: timeOf(row.acknowledged_at),
    shared_networks: posts.names(row.shared_networks)
  })

  app.get('/v1/feed', {
    preHandler: person, schema: { querystring: query, response: { 200: page } }
  }, async (request, reply) => {
    const { company, person: me, language } = request.who
    const { limit } = request.query
    const [counters] = await db.run('counters', [company, me])
    const channels = await posts.channelsOf(company, me, counters)
    const digest = createHash('sha256').update(`${counters.company_version} ${counters.person_version} ${channels} ${limit}`)
    const etag = `W/"${digest.digest('hex').slice(0, 16)}"`
    reply.headers({ ETag: etag, 'Cache-Control': 'private, no-cache', Vary: 'Authorization, Accept-Language' })
    if (request.headers['if-none-match'] === etag) return reply.code(304).send()

    const rows = await db.run('page', [me, company, channels, limit + 1])
    const shown = rows.slice(0, limit)
    const found = await posts.read(company, language, shown.map((row) => ({ id: row.post_id, version: row.post_version })))
    const last = shown.at(-1)
    const more = rows.length > limit
    reply.header('Content-Type', 'application/json')
    return {
      items: shown.map((row, i) => itemOf(row, found[i])),
      next_cursor: more ? Buffer.from(`${last.pinned} ${last.published_at} ${last.post_id}`).toString('base64url') : null,
      has_more: more
    }
  })
}
