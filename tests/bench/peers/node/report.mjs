// SPDX-License-Identifier: Apache-2.0
// report.mjs - GET /v1/reports/attribution: linear credit by person; days are those of the company's time zone.
import { nowText, timeOf } from './db.mjs'

const WHOLE = 1000000
const DAY_MS = 86400000

// The first instant of a local day, as the tables have it.
function startOf(zone, day) {
  const local = Date.parse(`${day}T00:00:00Z`)
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium', hourCycle: 'h23' })
  const offsetAt = (ms) => {
    const [d, m, y, h, min, s] = format.format(ms).match(/\d+/g)
    return Date.UTC(y, m - 1, d, h, min, s) - ms
  }
  const guess = local - offsetAt(local)
  return new Date(local - offsetAt(guess)).toISOString().slice(0, 23).replace('T', ' ')
}

const dayOf = (zone, ms) => new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(ms)
const shifted = (day, days) => new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)

// Equal parts that add up: the first ones get what is left over.
function split(whole, n) {
  const size = Math.abs(whole)
  const part = Math.floor(size / n)
  const left = size - part * n
  return Array.from({ length: n }, (_, i) => Math.sign(whole) * (part + (i < left ? 1 : 0)))
}

function addPath(totals, people, value, touches) {
  totals.count += WHOLE
  totals.value += value
  if (touches.length === 0) {
    totals.nobodyCount += WHOLE
    totals.nobodyValue += value
    return
  }
  const values = split(value, touches.length)
  const counts = split(WHOLE, touches.length)
  const seen = new Set()
  touches.forEach((who, i) => {
    const sum = people.get(who) ?? { key: who, count: 0, value: 0, influenced: 0 }
    people.set(who, sum)
    sum.count += counts[i]
    sum.value += values[i]
    sum.influenced += seen.has(who) ? 0 : 1
    seen.add(who)
  })
}

// Rows come by conversion, and by time within one.
function sumUp(rows) {
  const totals = { count: 0, value: 0, nobodyCount: 0, nobodyValue: 0 }
  const people = new Map()
  for (let i = 0; i < rows.length;) {
    const { id, value_minor: value } = rows[i]
    const touches = []
    for (; i < rows.length && rows[i].id === id; i++) if (rows[i].person_id !== null) touches.push(rows[i].person_id)
    addPath(totals, people, value, touches)
  }
  return { totals, people: [...people.values()] }
}

export function reportRoutes({ app, db, server }) {
  const query = {
    type: 'object', additionalProperties: false,
    properties: {
      model: { enum: ['linear'] }, group: { enum: ['person'] },
      from: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\d$' }, to: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\d$' }
    }
  }

  app.get('/v1/reports/attribution', { preHandler: server('reports:read'), schema: { querystring: query } }, async (request, reply) => {
    const { company } = request.who
    const asOf = nowText()
    const [{ time_zone: zone, currency }] = await db.run('company', [company])
    const { to = shifted(dayOf(zone, Date.now()), 1), from = shifted(to, -30) } = request.query
    const period = [startOf(zone, from), startOf(zone, to)]
    const { rows, names, others } = await db.snapshot(async (run) => ({
      rows: await run('stream', [company, company, ...period, currency]),
      names: new Map((await run('names', [company])).map((row) => [row.id, row.name])),
      others: await run('others', [company, ...period, currency])
    }))
    const { totals, people } = sumUp(rows)
    const money = (amount_minor) => ({ amount_minor, currency })
    people.sort((a, b) => b.value - a.value || b.count - a.count || (a.key < b.key ? -1 : 1))
    reply.headers({ 'Content-Type': 'application/json', 'Cache-Control': 'private, no-cache', Vary: 'Authorization, Accept-Language' })
    return {
      as_of: timeOf(asOf), model: 'linear',
      models: [{ model: 'linear', first: null, last: null, half_life_hours: null, markov: null }],
      path: 'all', window_days: null, stage: 'lead', group: 'person', from, to, time_zone: zone, currency,
      totals: { conversions: totals.count / WHOLE, value: money(totals.value) },
      unattributed: { conversions: totals.nobodyCount / WHOLE, value: money(totals.nobodyValue) },
      rows: people.map((p) => ({
        key: p.key, name: names.get(p.key) ?? null, conversions: p.count / WHOLE, value: money(p.value), influenced: p.influenced, also: []
      })),
      other_currencies: others.map((row) => ({ currency: row.currency, conversions: row.conversions })),
      converted: []
    }
  })
}
