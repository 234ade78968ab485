// SPDX-License-Identifier: Apache-2.0
// link.mjs - GET /r/{code}: an INSERT for each click, then the redirect.  Where a code leads is remembered as long as
// the product remembers it.
import { createHmac, randomBytes } from 'node:crypto'
import { nowText } from './db.mjs'
import { remembering } from './auth.mjs'
import { percent } from './share.mjs'

const GONE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="robots" content="noindex">
<title>Not found</title>
</head>
<body>
<h1>Not found</h1>
<p>This link does not exist or is no longer valid.</p>
</body>
</html>
`
const ROBOTS = /bot|crawl|spider|slurp|preview|fetch|curl|wget|python|java\/|http|facebookexternalhit|whatsapp|telegram|linkedin|slack|discord/i

function destinationOf(row, code, utm) {
  const words = { network: row.network, campaign: row.campaign ?? '', post: row.post_id, share: code }
  const [own, fragment] = row.destination_url.split(/(?=#)/)
  const has = new Set((own.split('?')[1] ?? '').split('&').map((part) => part.split('=')[0].toLowerCase()))
  const added = utm.filter((name) => row[name] && !has.has(name)).map((name) =>
    `${name}=${percent(row[name].replace(/\{(network|campaign|post|share)\}/g, (_, word) => words[word]))}`)
  const joint = own.includes('?') ? '&' : '?'
  return { base: added.length ? own + joint + added.join('&') : own, fragment: fragment ?? '', tracked: !!row.track && !has.has('rclid') }
}

export function linkRoutes({ app, db, settings }) {
  const targetOf = remembering(settings.link_cache_s, 100000, async (code) => {
    const [row] = await db.run('target', [code])
    if (!row || row.state !== 'active' || !row.active || !row.destination_url) return null
    return { company: row.company_id, share: row.share_id, ...destinationOf(row, code, settings.utm) }
  })
  const secret = randomBytes(32)

  app.get('/r/:code', async (request, reply) => {
    const { code } = request.params
    const target = /^[0-9A-Za-z]{8}$/.test(code) ? await targetOf(code) : null
    reply.headers({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer-when-downgrade' })
    if (!target) return reply.code(404).header('Content-Type', 'text/html; charset=utf-8').send(GONE)

    const agent = request.headers['user-agent'] ?? ''
    const robot = !agent || ROBOTS.test(agent)
    const address = request.headers['x-forwarded-for'] ?? ''
    const id = randomBytes(12)
    await db.run('click', [target.company, nowText(), id, target.share, robot ? 'bot' : 'human', robot ? 'agent' : '', id,
      createHmac('sha256', secret).update(address).digest().subarray(0, 16), `${address.replace(/\.\d+$/, '.0')}/24`,
      agent.slice(0, 255), URL.canParse(request.headers.referer) ? new URL(request.headers.referer).host : null])
    const joint = target.base.includes('?') ? '&' : '?'
    const rclid = target.tracked ? `${joint}rclid=${id.toString('base64url')}` : ''
    return reply.code(302).header('Location', target.base + rclid + target.fragment).send()
  })
}
