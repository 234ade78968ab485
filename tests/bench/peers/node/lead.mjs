// SPDX-License-Identifier: Apache-2.0
// lead.mjs - POST /v1/leads of a server, of somebody who came by no click that is known.
import { randomBytes } from 'node:crypto'
import { isDuplicate, nowText, timeOf } from './db.mjs'
import { sha256 } from './auth.mjs'

const text = { type: 'string' }
const maybe = { type: ['string', 'null'] }
const words = (maxLength) => ({ type: ['string', 'null'], minLength: 1, maxLength })
const body = {
  type: 'object', required: ['external_id', 'email'], additionalProperties: false,
  properties: {
    external_id: { type: 'string', minLength: 1, maxLength: 128 },
    email: { type: 'string', minLength: 3, maxLength: 254, pattern: '^[^@\\s]+@[^@\\s]+$' },
    name: words(120), organisation: words(120), phone: words(40), message: words(2000)
  }
}
const made = {
  type: 'object',
  properties: {
    id: text, source: text, external_id: text, channel: text, email: maybe, name: maybe, organisation: maybe, phone: maybe,
    message: maybe, click_id: { type: 'null' }, matched_by: text, match_reason: maybe,
    match_pct: { type: ['integer', 'null'] }, stage: text, value: { type: 'null' }, created_at: text,
    received_at: text, erased_at: maybe, merged_into: maybe, version: { type: 'integer' }, repeated: { type: 'boolean' }
  }
}

export function uuid7() {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(Date.now(), 0, 6)
  bytes[6] = bytes[6] & 0x0f | 0x70
  bytes[8] = bytes[8] & 0x3f | 0x80
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

export function leadRoutes({ app, db, server, Problem }) {
  const answer = (lead, repeated) => ({
    ...lead, created_at: timeOf(lead.created_at), received_at: timeOf(lead.received_at), erased_at: timeOf(lead.erased_at),
    click_id: null, value: null, repeated
  })

  app.post('/v1/leads', {
    preHandler: server('leads:write'), schema: { body, response: { '2xx': made } }
  }, async (request, reply) => {
    const { company, source } = request.who
    const { external_id, name = null, organisation = null, phone = null, message = null } = request.body
    const email = request.body.email.toLowerCase()
    const digest = sha256(email)
    reply.headers({ 'Content-Type': 'application/json', 'Cache-Control': 'no-store', Vary: 'Authorization, Accept-Language' })
    const known = await db.run('same_email', [company, digest])
    const [before] = known.length ? await db.run('lead_get', [company, source, external_id]) : []
    if (before) return answer(before, true)
    if (known.length) throw new Problem(501, 'The path of an address that is known is not part of this bench')
    const id = uuid7()
    const now = nowText()
    try {
      await db.transaction((run) => Promise.all([
        run('lead', [company, id, source, external_id, email, digest, name, organisation, phone, message, now, now]),
        run('first', [company, now, uuid7(), id, source, `lead.${id}`, now])
      ]))
    } catch (error) {
      if (!isDuplicate(error)) throw error
      return answer((await db.run('lead_get', [company, source, external_id]))[0], true)
    }
    reply.code(201)
    return answer({
      id, source, external_id, channel: 'api', email, name, organisation, phone, message, matched_by: 'none',
      match_reason: 'nothing_known', match_pct: 0, stage: 'lead', created_at: now,
      received_at: now, erased_at: null, merged_into: null, version: 1
    }, false)
  })
}
