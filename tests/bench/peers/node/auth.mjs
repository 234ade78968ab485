// SPDX-License-Identifier: Apache-2.0
// auth.mjs - who asks: access tokens of people, keys of servers.
import { createHash } from 'node:crypto'
import { createVerifier } from 'fast-jwt'

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest()

// Remembered for some seconds, like the product's answers about its callers.
export function remembering(seconds, most, ask) {
  const kept = new Map()
  return async (key, ...more) => {
    const now = performance.now()
    const found = kept.get(key)
    if (found && found.until > now) return found.value
    const value = await ask(key, ...more)
    if (kept.size >= most) kept.clear()
    kept.set(key, { value, until: now + seconds * 1000 })
    return value
  }
}

export function authentication(db, settings, Problem) {
  const keys = new Map(settings.token_keys.map(([id, secret]) => [id, Buffer.from(secret, 'base64url')]))
  const verify = createVerifier({
    key: async ({ header }) => {
      const key = keys.get(header.kid)
      if (!key) throw new Error('another key')
      return key
    },
    algorithms: ['HS256'],
    allowedIss: settings.public_url,
    allowedAud: 'rostra',
    clockTolerance: 5000,
    requiredClaims: ['exp', 'iat', 'nbf', 'sub', 'company', 'role', 'jti'],
    cache: 10000
  })
  const personNow = remembering(settings.caller_cache_s, 10000, async (key, { company, sub, sid = null }) =>
    (await db.run('person', [sid, company, sub, sid]))[0])
  const keyNow = remembering(settings.caller_cache_s, 1000, async (key) => (await db.run('key', [sha256(key)]))[0])
  const wrong = () => new Problem(401, 'A valid access token is needed')

  const bearer = (request) => {
    const header = request.headers.authorization
    if (!header?.startsWith('Bearer ')) throw wrong()
    return header.slice(7)
  }

  async function person(request) {
    const token = bearer(request)
    let claims
    try {
      claims = await verify(token)
    } catch {
      throw wrong()
    }
    const now = await personNow(`${claims.company} ${claims.sub} ${claims.sid}`, claims)
    if (!now) throw wrong()
    if (now.consent_due) throw new Problem(403, 'Consent is needed')
    request.who = { company: claims.company, person: claims.sub, language: now.language }
  }

  const server = (scope) => async (request) => {
    const key = await keyNow(bearer(request))
    if (!key) throw wrong()
    if (!key.scopes.split(' ').includes(scope)) throw new Problem(403, `The key lacks the scope ${scope}.`)
    request.who = { company: key.company_id, source: key.name }
  }
  return { person, server }
}
