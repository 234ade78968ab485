// SPDX-License-Identifier: Apache-2.0
// An OpenID-certified provider on loopback, for the tests of signing in.
//
// node provider.mjs CLIENTS ACCOUNTS: both JSON; prints {"issuer": ...} once it listens.  Beside the provider's own paths:
//   GET  /control          how often each path was asked for
//   POST /control          {"down": ["/jwks", ...]}: these answer 503; {"keys": "rotate"}: new keys take the old ones' place

import crypto from 'node:crypto';
import http from 'node:http';
import { Provider } from 'oidc-provider';

const clients = JSON.parse(process.argv[2]);
const accounts = JSON.parse(process.argv[3]);
const counts = {};
let down = [];
let generation = 0;
let handler;

function key(type, options, alg) {
  const { privateKey } = crypto.generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: `${alg}-${generation}` };
}

function keys() {
  generation += 1;
  return [
    key('rsa', { modulusLength: 2048 }, 'RS256'),
    key('rsa', { modulusLength: 2048 }, 'PS256'),
    key('ec', { namedCurve: 'P-256' }, 'ES256'),
    key('ed25519', {}, 'EdDSA'),
  ];
}

function provider(issuer) {
  const made = new Provider(issuer, {
    clients,
    jwks: { keys: keys() },
    clientDefaults: { grant_types: ['authorization_code'], response_types: ['code'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'given_name', 'family_name'] },
    conformIdTokenClaims: false, // claims of the scopes are in the ID Token, as most providers do
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'] },
    features: { devInteractions: { enabled: true } },
    pkce: { required: () => true, methods: ['S256'] },
    cookies: { keys: ['of the tests'] },
    ttl: { Session: 600, Grant: 600, Interaction: 600, AccessToken: 600, IdToken: 600, AuthorizationCode: 60 },
    async findAccount(ctx, id) {
      return { accountId: id, claims: async () => ({ sub: id, ...accounts[id] }) };
    },
  });
  return made.callback();
}

async function control(request, response) {
  if (request.method === 'POST') {
    const parts = [];
    for await (const part of request) parts.push(part);
    const wish = JSON.parse(Buffer.concat(parts).toString());
    down = wish.down ?? down;
    if (wish.keys === 'rotate') handler = provider(issuer());
  }
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(counts));
}

const server = http.createServer((request, response) => {
  const path = request.url.split('?')[0];
  if (path === '/control') {
    control(request, response);
    return;
  }
  counts[path] = (counts[path] ?? 0) + 1;
  if (down.includes(path)) {
    response.statusCode = 503;
    response.end();
    return;
  }
  handler(request, response);
});

function issuer() {
  return `http://127.0.0.1:${server.address().port}`;
}

server.listen(0, '127.0.0.1', () => {
  handler = provider(issuer());
  process.stdout.write(`${JSON.stringify({ issuer: issuer() })}\n`);
});
// Whoever started it ends it by ending its input.
process.stdin.on('end', () => process.exit(0)).resume();
