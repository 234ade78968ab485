// SPDX-License-Identifier: Apache-2.0
// What an app does to sign its person in: a challenge, the company's provider, a code, tokens (RFC 7636, RFC 8252).

const here = `${location.origin}/app/`;
const show = (id, text) => {
  const element = document.getElementById(id);
  if (text !== undefined) element.textContent = text;
  element.hidden = false;
  return element;
};
const hide = (id) => { document.getElementById(id).hidden = true; };
const base64url = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)))
  .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const chance = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

const words = {
  access_denied: 'You did not agree.',
  account_inactive: 'Your account is switched off.',
  account_unknown: 'Your company has no account for you here.',
  no_provider: 'Your company has no sign-in.',
  provider_error: 'Your company’s sign-in answered wrongly.',
  provider_unavailable: 'Your company’s sign-in cannot be reached.',
};

async function api(method, path, body, token) {
  const headers = { ...(body && { 'Content-Type': 'application/json' }), ...(token && { Authorization: `Bearer ${token}` }) };
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error((await answer.json()).title);
  return answer.status === 204 ? null : answer.json();
}

async function begin() {
  const wanted = await (await fetch('config.json')).json();
  const verifier = chance();
  const state = chance();
  sessionStorage.setItem('sign-in', JSON.stringify({ verifier, state }));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  location.assign(`/v1/auth/start?${new URLSearchParams({
    ...wanted, redirect_uri: here, state, code_challenge: base64url(digest), code_challenge_method: 'S256',
  })}`);
}

async function finish(answer) {
  const begun = JSON.parse(sessionStorage.getItem('sign-in') ?? '{}');
  sessionStorage.removeItem('sign-in');
  history.replaceState(null, '', here); // the code is in no history
  if (!begun.state || answer.get('state') !== begun.state) throw new Error('This sign-in was not begun here.');
  if (answer.has('error')) throw new Error(words[answer.get('error')] ?? 'It did not work.');
  return api('POST', '/v1/auth/token', {
    grant_type: 'authorization_code', code: answer.get('code'), redirect_uri: here, code_verifier: begun.verifier,
    platform: 'web', device_name: 'Demo page',
  });
}

// What the company asks everybody to accept comes before anything else.
async function agree(tokens) {
  const texts = await api('GET', '/v1/consents', null, tokens.access_token);
  for (const text of texts.items.filter((item) => item.due)) {
    hide('sign-in');
    show('state', 'One thing before you start.');
    show('consent-title', text.title);
    show('consent-body', text.body).lang = text.language;
    show('consent');
    await new Promise((resolve) => { document.getElementById('accept').onclick = resolve; });
    await api('PUT', `/v1/consents/${text.id}/acceptance`, null, tokens.access_token);
    hide('consent');
  }
}

async function greet(tokens) {
  const me = await api('GET', '/v1/me', null, tokens.access_token);
  await agree(tokens);
  const feed = await api('GET', '/v1/feed?limit=5', null, tokens.access_token);
  hide('sign-in');
  show('state', 'You are signed in.');
  show('name', me.display_name);
  show('role', `${me.role}, ${me.email}`);
  show('feed').replaceChildren(...feed.items.map((post) => {
    const row = document.createElement('li');
    row.textContent = post.title;
    return row;
  }));
  show('person');
  document.getElementById('sign-out').onclick = async () => {
    await api('POST', '/v1/auth/logout', { refresh_token: tokens.refresh_token });
    hide('person');
    show('state', 'You are signed out.');
    show('sign-in');
  };
}

const answer = new URLSearchParams(location.search);
document.getElementById('sign-in').onclick = begin;
try {
  if (answer.has('state')) await greet(await finish(answer));
  else {
    show('state', 'An employee’s app, in a page.');
    show('sign-in');
  }
} catch (error) {
  show('state', error.message);
  show('sign-in');
}
