// SPDX-License-Identifier: Apache-2.0
// An OpenID-certified provider on loopback, for the demo and the tests of signing in.
//
// node provider.mjs FILE: JSON {clients, accounts, port, people, ends_with_input}; prints {"issuer": ...} once it listens.
// people: a page that lists the accounts instead of asking for a password.  Beside the provider's own paths, for tests:
//   GET  /control          how often each path was asked for
//   POST /control          {"down": ["/jwks", ...]}: these answer 503; {"keys": "rotate"}: new keys take the old ones' place;
//                          {"accounts": {subject: claims}}: theirs from now on;
//                          {"sign": [{"header", "payload", "raw", "key"}, ...]}: such tokens, signed with an RS256 key

import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import { Provider } from 'oidc-provider';

const wanted = JSON.parse(fs.readFileSync(process.argv[2]));
const accounts = wanted.accounts;
const counts = {};
let down = [];
let generation = 0;
let provider;
let handler;
const signers = []; // the RS256 keys, the newest last

function key(type, options, alg) {
  const { privateKey } = crypto.generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: `${alg}-${generation}` };
}

function keys() {
  generation += 1;
  signers.push(key('rsa', { modulusLength: 2048 }, 'RS256'));
  return [
    signers.at(-1),
    key('rsa', { modulusLength: 2048 }, 'PS256'),
    key('ec', { namedCurve: 'P-256' }, 'ES256'),
    key('ed25519', {}, 'EdDSA'),
  ];
}

// Who picks a name on the page of people has agreed.
async function agreed(ctx) {
  const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
  grant.addOIDCScope('openid email profile');
  await grant.save();
  return grant;
}

function begin() {
  provider = new Provider(issuer(), {
    clients: wanted.clients,
    jwks: { keys: keys() },
    clientDefaults: { grant_types: ['authorization_code'], response_types: ['code'] },
    claims: {
      openid: ['sub'], email: ['email', 'email_verified'], groups: ['groups', '_claim_names'],
      profile: ['name', 'given_name', 'family_name', 'locale', 'address', 'department', 'tid', 'oid', 'preferred_username', 'https://acme.example/unit'],
    },
    conformIdTokenClaims: false, // claims of the scopes are in the ID Token, as most providers do
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'] },
    features: { devInteractions: { enabled: !wanted.people }, backchannelLogout: { enabled: true } },
    ...(wanted.people && { interactions: { url: (ctx, i) => `/people/${i.uid}` }, loadExistingGrant: agreed }),
    pkce: { required: () => true, methods: ['S256'] },
    cookies: { keys: [crypto.randomUUID()] },
    ttl: { Session: 600, Grant: 600, Interaction: 600, AccessToken: 600, IdToken: 600, AuthorizationCode: 60 },
    async findAccount(ctx, id) {
      return accounts[id] && { accountId: id, claims: async () => ({ sub: id, ...accounts[id] }) };
    },
  });
  handler = provider.callback();
}

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

// raw: header and payload as they are, in base64; key: of which generation, from the end.
function sign({ header, payload, raw, key: which }) {
  const signer = signers.at(-1 - (which ?? 0));
  const part = (o) => (typeof o === 'string' && raw ? Buffer.from(o, 'base64') : Buffer.from(JSON.stringify(o))).toString('base64url');
  const named = Object.entries({ alg: 'RS256', kid: signer.kid, ...header }).filter(([, value]) => value !== null);
  const head = typeof header === 'string' ? header : Object.fromEntries(named);
  const text = `${part(head)}.${part(payload)}`;
  const private_ = crypto.createPrivateKey({ key: signer, format: 'jwk' });
  return `${text}.${crypto.sign('sha256', Buffer.from(text), private_).toString('base64url')}`;
}

async function control(request, response) {
  if (request.method === 'POST') {
    const wish = JSON.parse(await body(request));
    down = wish.down ?? down;
    if (wish.keys === 'rotate') begin();
    Object.assign(accounts, wish.accounts);
    if (wish.sign) {
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify(wish.sign.map(sign)));
      return;
    }
  }
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(counts));
}

function html(text) {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

function page() {
  const rows = Object.entries(accounts).map(([id, a]) => `<button name="login" value="${html(id)}"><b>${html(a.name)}</b>
<span>${html(a.about ?? a.email)}</span></button>`);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Sign in</title><style>body{font:16px system-ui;max-width:28rem;margin:2rem auto;padding:0 1rem;color:#1d2733}
button{display:flex;justify-content:space-between;gap:1rem;width:100%;padding:.8rem 1rem;margin:.4rem 0;font:inherit;border:1px solid #c8d0d9;
border-radius:.5rem;background:#fff;text-align:left}button:hover{border-color:#2458c6}span{color:#5c6b7a}</style>
<h1>Who are you?</h1><p>The demo company's identity provider. Pick a person.</p><form method="post">${rows.join('')}</form></html>`;
}

async function people(request, response) {
  await provider.interactionDetails(request, response);
  if (request.method !== 'POST') {
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(page());
    return;
  }
  const accountId = new URLSearchParams(await body(request)).get('login');
  await provider.interactionFinished(request, response, { login: { accountId } });
}

const server = http.createServer((request, response) => {
  const path = request.url.split('?')[0];
  const failed = (error) => {
    response.statusCode = 400;
    response.end(`${error.name}\n`);
  };
  if (path === '/control') {
    control(request, response).catch(failed);
    return;
  }
  counts[path] = (counts[path] ?? 0) + 1;
  if (down.includes(path)) {
    response.statusCode = 503;
    response.end();
  } else if (wanted.people && path.startsWith('/people/')) {
    people(request, response).catch(failed);
  } else {
    handler(request, response);
  }
});

function issuer() {
  return `http://127.0.0.1:${server.address().port}`;
}

server.listen(wanted.port ?? 0, '127.0.0.1', () => {
  begin();
  process.stdout.write(`${JSON.stringify({ issuer: issuer() })}\n`);
});
if (wanted.ends_with_input) process.stdin.on('end', () => process.exit(0)).resume();
