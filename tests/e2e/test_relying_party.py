# SPDX-License-Identifier: Apache-2.0
"""Each check of a relying party, against a provider that does one thing wrong: discovery, keys, answer, tokens, in the
order in which they are made.  The honest provider signs; this one sends, in plain HTTP on loopback."""

import base64
import gzip
import hashlib
import hmac
import http.server
import json
import secrets
import threading
import time
import urllib.parse

import mmdb
import pytest
import requests

from sign_in import SECRET, App, begin_world, holder

WELL_KNOWN = "/.well-known/openid-configuration"
CLIENT = "rostra-RS256"
MIB = 1 << 20


class Answer:
    """What is sent instead of the usual: a status, headers, a body as it is."""

    def __init__(self, body=b"{}", status=200, wait=None, **headers):
        self.body, self.status, self.wait, self.headers = body, status, wait, headers


class Hostile:
    """A provider that answers as a test wants; what it was asked is kept."""

    def __init__(self):
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                path = self.path.split("?")[0]
                outer.asked.append((path, dict(self.headers), dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))))
                answer = outer.answer(path)
                if answer.wait:
                    answer.wait.wait(20)
                self.send_response(answer.status)
                for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                try:
                    self.wfile.write(answer.body)
                except OSError:
                    pass  # it had enough

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # whoever had enough has hung up
        self.port = self.server.server_address[1]
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.asked, self.wanted, self.document, self.keys, self.token = [], {}, {}, [], {}
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def usual(self):
        self.asked.clear()
        self.wanted.clear()
        self.document = {"issuer": self.issuer, "authorization_endpoint": self.issuer + "/auth", "token_endpoint": self.issuer + "/token",
                         "jwks_uri": self.issuer + "/jwks", "userinfo_endpoint": self.issuer + "/userinfo",
                         "end_session_endpoint": self.issuer + "/end", "id_token_signing_alg_values_supported": ["none", "HS256"]}

    def answer(self, path):
        if path in self.wanted:
            wanted = self.wanted[path]
            return wanted() if callable(wanted) else wanted
        known = {WELL_KNOWN: self.document, "/jwks": {"keys": self.keys}, "/token": self.token}
        body = {k: v for k, v in known.get(path, {}).items() if v is not None}
        return Answer(json.dumps(body).encode(), 200 if path in known else 404, Content_Type="text/plain")

    def times(self, path):
        return sum(a[0] == path for a in self.asked)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    hostile, silent = Hostile(), Hostile()
    places = tmp_path_factory.mktemp("places") / "places.mmdb"
    place(places, "CH", "Zürich")
    made = begin_world(tmp_path_factory, f"click_places = {places}\n", ports=[hostile.port, silent.port])
    made.places = places
    made.hostile = hostile
    made.keys = requests.get(made.provider.issuer + "/jwks", timeout=10).json()["keys"]
    made.silence = Silence(made, silent)
    yield made
    for h in (hostile, silent):
        h.stop()
    made.stop()


class Silence:
    """A sign-in at a provider that does not answer, begun before all tests: they need not wait for it one after another."""

    def __init__(self, world, hostile):
        self.rp, self.release, self.took = Rp(world, hostile=hostile), threading.Event(), None
        hostile.wanted[WELL_KNOWN] = Answer(wait=self.release)
        self.thread = threading.Thread(target=self.wait, daemon=True)
        self.thread.start()

    def wait(self):
        began = time.monotonic()
        cannot_begin(self.rp)
        self.took = time.monotonic() - began
        self.release.set()


def place(file, country, city):
    """From now on, loopback is there."""
    mmdb.write(file.with_suffix(".new"), {"127.0.0.0/24": {"country": {"iso_code": country}, "city": {"names": {"en": city}}}})
    file.with_suffix(".new").rename(file)


def forget(world):
    """As if nothing was ever fetched."""
    world.stack.db("DELETE FROM provider_cache")


def allow_fetch(world):
    world.stack.db("UPDATE provider_cache SET tried_at = NULL, discovery_tried_at = NULL")


class Rp:
    """A company's provider at the hostile one, and a sign-in there: no pages, the test is the browser."""

    def __init__(self, world, auth="basic", hostile=None):
        self.world, self.hostile = world, hostile or world.hostile
        self.hostile.usual()
        self.hostile.keys = list(world.keys)
        self.id = json.loads(world.stack.rostra(
            "provider", "add", "--company", "acme", "--name", "Hostile", "--issuer", self.hostile.issuer, "--client-id", CLIENT,
            "--secret-file", world.secret_file, "--client-auth", auth, "--make-accounts", "--json"))["id"]
        world.stack.rostra("provider", "domains", "--company", "acme", "--id", self.id, "--domains", "acme.example")

    def begin(self):
        self.app = App(self.world, provider=self.id)
        begun = self.app.start()
        assert begun.status_code == 302 and begun.headers["Location"].startswith(self.hostile.issuer), begun.headers["Location"]
        self.asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(begun.headers["Location"]).query))
        return self

    def claims(self, **changes):
        now = int(time.time())
        usual = {"iss": self.hostile.issuer, "aud": CLIENT, "sub": "hal", "nonce": self.asked["nonce"], "iat": now, "exp": now + 300,
                 "email": "hal@acme.example", "email_verified": True}
        return {k: v for k, v in {**usual, **changes}.items() if v is not None}

    def sign(self, claims, header=None, **how):
        token, = self.world.provider.wish(sign=[{"header": header or {}, "payload": claims, **how}])
        return token

    def end(self, id_token=None, answer=None, **query):
        """The browser comes back; gives what the app is told."""
        if id_token is not None or answer is not None:
            self.hostile.token = {"token_type": "Bearer", "access_token": "at", "id_token": id_token, **(answer or {})}
        query = {"state": self.asked["state"], "code": "c", **query}
        url = self.world.api.base + "/v1/auth/callback?" + urllib.parse.urlencode({k: v for k, v in query.items() if v is not None})
        return self.app.back(url)

    def told(self, header=None, **how):
        """Of a whole sign-in with such claims, header, payload."""
        self.begin()
        return self.end(self.sign(self.claims(**how.pop("claims", {})), header, **how))


@pytest.fixture(scope="module")
def one(world):
    """A provider whose document and keys are known: for tests of what comes after."""
    rp = Rp(world)
    forget(world)
    assert "code" in rp.told()
    return rp


@pytest.fixture
def rp(one):
    one.hostile.usual()
    one.hostile.keys = list(one.world.keys)
    return one


@pytest.fixture
def fresh(rp):
    """The same, but nothing is known."""
    forget(rp.world)
    yield rp
    forget(rp.world)
    rp.hostile.usual()


def b64(value):
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def is_out(told):
    assert told == {"error": "provider_error"}, told


def cannot_begin(rp):
    app = App(rp.world, provider=rp.id)
    assert app.told(app.start()) == {"error": "provider_unavailable"}


# --- discovery (OpenID Connect Discovery 1.0 4, RFC 8414) ------------------------------------------------------------------


@pytest.mark.parametrize("issuer", [lambda i: i + "/", lambda i: i.upper(), lambda i: i.replace("127.0.0.1", "localhost"), lambda i: None,
                                    lambda i: i + "/{tenantid}/v2.0", lambda i: [i]],
                         ids=["slash", "capitals", "another name", "none", "template", "list"])
def test_the_document_s_issuer_is_the_configured_one_byte_for_byte(fresh, issuer):
    fresh.hostile.document["issuer"] = issuer(fresh.hostile.issuer)
    cannot_begin(fresh)


@pytest.mark.parametrize("endpoint", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("url", ["http://id.example.com/x", "http://127.0.0.1:1/x", "ftp://127.0.0.1/x", "javascript:alert(1)", "//x", "",
                                 "https://user@id.example.com/x", None])
def test_each_endpoint_must_be_https(fresh, endpoint, url):
    fresh.hostile.document[endpoint] = url
    cannot_begin(fresh)


@pytest.mark.parametrize("path", [WELL_KNOWN, "/jwks", "/token"])
@pytest.mark.parametrize("fault", ["redirect", "too long", "gzip bomb", "status", "no json", "twice", "deep", "bad utf-8"])
def test_an_endpoint_that_misbehaves_lets_nobody_in(fresh, path, fault):
    usual = fresh.hostile.answer
    fresh.hostile.token = {}
    good = usual(path).body
    answers = {
        "redirect": lambda: Answer(b"", 302, Location=fresh.hostile.issuer + "/elsewhere"), "too long": lambda: Answer(good + b" " * MIB),
        "gzip bomb": lambda: Answer(gzip.compress(good + b" " * 20 * MIB, 1), Content_Encoding="gzip"), "status": lambda: Answer(good, 500),
        "no json": lambda: Answer(b"<html>"), "twice": lambda: Answer(good[:-1] + b"," + good[1:]),
        "deep": lambda: Answer(b'{"a":' + b"[" * 90 + b"]" * 90 + b"}"), "bad utf-8": lambda: Answer(good[:-1] + b',"a":"\xff"}')}
    if path != WELL_KNOWN:
        fresh.begin()
    fresh.hostile.wanted[path] = answers[fault]()
    if path == WELL_KNOWN:
        cannot_begin(fresh)
    else:
        if path == "/jwks":
            fresh.hostile.token = {"token_type": "Bearer", "access_token": "at", "id_token": fresh.sign(fresh.claims())}
        is_out(fresh.end())
    assert fresh.hostile.times("/elsewhere") == 0


def test_a_type_of_content_is_not_asked_for(fresh):
    assert "code" in fresh.told()  # the hostile one says text/plain of all


def test_who_does_not_answer_is_waited_for_five_seconds(world):
    world.silence.thread.join(20)
    assert world.silence.took and 4 < world.silence.took < 8


def test_the_document_is_kept_for_a_day_and_longer_while_the_provider_is_down(fresh):
    assert "code" in fresh.told() and "code" in fresh.told()
    assert fresh.hostile.times(WELL_KNOWN) == 1 and fresh.hostile.times("/jwks") == 1
    fresh.world.stack.db("UPDATE provider_cache SET discovery_at = discovery_at - INTERVAL 25 HOUR, jwks_at = jwks_at - INTERVAL 25 HOUR")
    allow_fetch(fresh.world)
    fresh.hostile.wanted = {WELL_KNOWN: Answer(status=503), "/jwks": Answer(status=503)}
    assert "code" in fresh.told()
    assert fresh.hostile.times(WELL_KNOWN) == 2 and fresh.hostile.times("/jwks") == 2


def test_what_the_document_says_of_algorithms_is_not_heeded(fresh):
    assert fresh.hostile.document["id_token_signing_alg_values_supported"] == ["none", "HS256"]
    assert "code" in fresh.told()
    is_out(fresh.told({"alg": "HS256"}))
    is_out(fresh.told({"alg": "none"}))
    fresh.begin()
    is_out(fresh.end(b64({"alg": "none"}) + "." + b64(fresh.claims()) + "."))


# --- keys ------------------------------------------------------------------------------------------------------------------


def test_key_ids_that_nobody_has_cause_one_fetch_in_half_a_minute_over_all_workers(rp):
    allow_fetch(rp.world)
    rp.hostile.asked.clear()
    began = time.monotonic()
    for _ in range(20):
        is_out(rp.told({"kid": secrets.token_hex(8)}))
    assert rp.hostile.times("/jwks") <= 1 + (time.monotonic() - began) // 30


def test_no_key_in_or_named_by_the_token_is_used(rp):
    for name in ("jku", "x5u"):
        is_out(rp.told({name: rp.hostile.issuer + "/evil", "kid": "evil"}))
    is_out(rp.told({"jwk": rp.world.keys[0], "x5c": ["AAAA"], "kid": "evil"}))
    assert rp.hostile.times("/evil") == 0


@pytest.fixture(scope="module")
def two_keys(world):
    """The honest provider's former key and its present one."""
    old = world.keys[0]
    world.provider.wish(keys="rotate")
    world.keys = requests.get(world.provider.issuer + "/jwks", timeout=10).json()["keys"]
    return old, world.keys[0]


def fetched(rp):
    return rp.hostile.times("/jwks")


def test_a_key_that_is_put_before_the_others_is_fetched_once(fresh, two_keys):
    old, new = two_keys
    fresh.hostile.keys = [old]
    assert "code" in fresh.told(key=1) and fetched(fresh) == 1
    allow_fetch(fresh.world)
    fresh.hostile.keys = [new, old]
    assert "code" in fresh.told() and "code" in fresh.told(key=1) and fetched(fresh) == 2


def test_a_key_that_was_announced_signs_without_a_fetch(fresh, two_keys):
    old, new = two_keys
    fresh.hostile.keys = [old, new]
    assert "code" in fresh.told(key=1) and "code" in fresh.told() and fetched(fresh) == 1


def test_a_retired_key_is_no_good_once_its_set_was_fetched_anew(fresh, two_keys):
    old, new = two_keys
    fresh.hostile.keys = [old, new]
    assert "code" in fresh.told(key=1)
    fresh.hostile.keys = [new]
    fresh.world.stack.db("UPDATE provider_cache SET jwks_at = jwks_at - INTERVAL 25 HOUR, tried_at = NULL")
    assert "code" in fresh.told()
    is_out(fresh.told(key=1))


def test_a_key_that_is_replaced_at_once_takes_its_tokens_with_it(fresh, two_keys):
    old, new = two_keys
    fresh.hostile.keys = [old]
    assert "code" in fresh.told(key=1)
    fresh.hostile.keys = [{**new, "kid": old["kid"]}]
    fresh.world.stack.db("UPDATE provider_cache SET jwks_at = jwks_at - INTERVAL 25 HOUR, tried_at = NULL")
    is_out(fresh.told(key=1))
    assert "code" in fresh.told({"kid": old["kid"]})


def test_without_a_key_id_only_one_key_that_fits_is_used(fresh, two_keys):
    fresh.hostile.keys = [k for k in fresh.world.keys if k["kty"] != "RSA"] + [two_keys[1]]
    assert "code" in fresh.told({"kid": None})
    fresh.hostile.keys.append(two_keys[0])
    fresh.world.stack.db("UPDATE provider_cache SET jwks_at = jwks_at - INTERVAL 25 HOUR, tried_at = NULL")
    is_out(fresh.told({"kid": None}))


@pytest.mark.parametrize("changes", [{"alg": "PS256"}, {"alg": "ES256"}, {"use": "enc"}, {"kty": "EC"}, {"n": "AQAB"}, {"e": "AQ"}, {"e": "AA"},
                                     {"kty": "oct", "k": "AAAA"}], ids=str)
def test_a_key_that_is_for_another_use_is_not_used(fresh, changes):
    fresh.hostile.keys = [{**fresh.world.keys[0], **changes}, *fresh.world.keys[1:]]
    is_out(fresh.told())


# --- the answer (RFC 6749 4.1.2, RFC 9207) -----------------------------------------------------------------------------------


def test_the_browser_s_cookie_is_the_api_s_alone(rp):
    rp.begin()
    cookie = rp.app.start().headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; ")) and "Domain" not in cookie


def test_an_issuer_in_the_answer_must_be_the_one_that_was_asked(fresh):
    issuer = fresh.hostile.issuer
    for iss, good in ((None, True), (issuer, True), (issuer + "/", False), ("https://evil.example", False)):
        fresh.begin()
        told = fresh.end(fresh.sign(fresh.claims()), iss=iss)
        assert ("code" in told) == good
    fresh.hostile.document["authorization_response_iss_parameter_supported"] = True
    forget(fresh.world)
    for iss, good in ((None, False), (issuer, True)):
        fresh.begin()
        assert ("code" in fresh.end(fresh.sign(fresh.claims()), iss=iss)) == good


def test_an_error_of_another_issuer_is_a_mix_up_too(rp):
    rp.begin()
    is_out(rp.end(code=None, error="access_denied", iss="https://evil.example"))
    rp.begin()
    assert rp.end(code=None, error="access_denied", iss=rp.hostile.issuer) == {"error": "access_denied"}


def test_a_state_is_used_up_before_the_token_is_asked_for(rp):
    rp.begin()
    token, left = rp.sign(rp.claims()), []

    def answer():
        left.append(rp.world.stack.db("SELECT COUNT(*) AS n FROM sign_in WHERE provider_id = %s AND nonce = %s", (rp.id, rp.asked["nonce"]))[0]["n"])
        return Answer(json.dumps({"token_type": "Bearer", "id_token": token}).encode())

    rp.hostile.wanted["/token"] = answer
    assert "code" in rp.end() and left == [0]


# --- the token request (RFC 6749 2.3.1, 4.1.3, RFC 7636) ------------------------------------------------------------------------


def token_call(rp):
    return next((headers, form) for path, headers, form in reversed(rp.hostile.asked) if path == "/token")


def test_the_code_goes_out_with_its_verifier_and_redirect_uri(rp):
    rp.begin()
    assert "code" in rp.end(rp.sign(rp.claims()), code="a code/+&=")
    _, form = token_call(rp)
    verifier = form.pop("code_verifier")
    assert form == {"grant_type": "authorization_code", "code": "a code/+&=", "redirect_uri": rp.world.api.base + "/v1/auth/callback"}
    assert b64(hashlib.sha256(verifier.encode()).digest()) == rp.asked["code_challenge"]


def test_the_secret_is_form_encoded_and_dash_dot_underscore_stay_as_they_are(rp):
    rp.told()
    headers, form = token_call(rp)
    user, _, password = base64.b64decode(headers["Authorization"].removeprefix("Basic ")).decode().partition(":")
    assert (user, urllib.parse.unquote_plus(password)) == (CLIENT, SECRET) and "client_secret" not in form
    assert "%2D" not in password and "s-e" in password  # some providers take %2D for another client


def test_a_secret_may_be_posted_instead(world):
    posting = Rp(world, "post")
    posting.told()
    headers, form = token_call(posting)
    assert "Authorization" not in headers and (form["client_id"], form["client_secret"]) == (CLIENT, SECRET)


@pytest.mark.parametrize("answer, good", [({"token_type": "bEARER"}, True), ({"token_type": "mac"}, False), ({"token_type": None}, False),
                                          ({"id_token": None}, False), ({"id_token": 7}, False), ({"access_token": None}, True)], ids=str)
def test_the_answer_is_a_bearer_with_an_id_token(rp, answer, good):
    rp.begin()
    told = rp.end(rp.sign(rp.claims()), answer)
    assert ("code" in told) == good


# --- the ID Token (OpenID Connect Core 1.0 3.1.3.7, RFC 7515, RFC 8725), in the order of the checks ---------------------------------


@pytest.mark.parametrize("bend", [
    lambda t: t + "=", lambda t: t + "!", lambda t: " " + t, lambda t: t + ".AAAA", lambda t: t.rsplit(".", 1)[0], lambda t: t.rsplit(".", 1)[0] + ".",
    lambda t: "." + t, lambda t: "", lambda t: "..", lambda t: t + "A" * 70000, lambda t: t[:-1] + chr(ord(t[-1]) + 1), lambda t: t.replace(".", "+", 1)],
    ids=["padded", "another character", "space", "four parts", "two parts", "no signature", "no header", "empty", "dots", "too long", "trailing bits", "plus"])
def test_1_a_token_is_three_parts_of_strict_base64url(rp, bend):
    rp.begin()
    is_out(rp.end(bend(rp.sign(rp.claims()))))


@pytest.mark.parametrize("payload", [
    lambda t: t[:-1] + b',"sub":"eve"}', lambda t: t[:-1] + b',"a":' + b"[" * 20 + b"]" * 20 + b"}", lambda t: b"[" + t + b"]", lambda t: t + b"x",
    lambda t: t[:-1] + b',"a":"\\u0000"}', lambda t: t[:-1] + b',"a":"\xff"}', lambda t: b"\xef\xbb\xbf" + t, lambda t: gzip.compress(t), lambda t: b""],
    ids=["a member twice", "too deep", "a list", "more", "NUL", "no UTF-8", "byte order mark", "compressed", "empty"])
def test_1_its_payload_is_one_json_object(rp, payload):
    rp.begin()
    is_out(rp.end(rp.sign(base64.b64encode(payload(json.dumps(rp.claims()).encode())).decode(), raw=True)))


def test_1_its_header_is_one_json_object(rp):
    kid = rp.world.keys[0]["kid"]
    head = f'{{"alg":"RS256","kid":"{kid}","alg":"RS256"}}'
    for header in (head, "[1]", "", "x"):
        rp.begin()
        payload = base64.b64encode(json.dumps(rp.claims()).encode()).decode()
        token, = rp.world.provider.wish(sign=[{"header": base64.b64encode(header.encode()).decode(), "payload": payload, "raw": True}])
        is_out(rp.end(token))


@pytest.mark.parametrize("header, good", [({"crit": ["exp"]}, False), ({"crit": []}, False), ({"typ": "at+jwt"}, False), ({"typ": "logout+jwt"}, False),
                                          ({"typ": "jwt"}, True), ({"typ": "JWT"}, True), ({"typ": 7}, False)], ids=str)
def test_2_nothing_critical_is_understood_and_the_type_is_jwt(rp, header, good):
    told = rp.told(header)
    assert ("code" in told) == good


@pytest.mark.parametrize("alg", ["none", "None", "HS256", "HS512", "rs256", "RS384", "RS512", "PS256", "ES256", "EdDSA", "", None, ["RS256"]], ids=str)
def test_3_the_algorithm_is_the_registered_one(rp, alg):
    is_out(rp.told({"alg": alg}))


def test_3_an_hmac_with_the_public_key_is_no_signature(rp):
    rp.begin()
    text = b64({"alg": "HS256", "kid": rp.world.keys[0]["kid"]}) + "." + b64(rp.claims())
    for key in (json.dumps(rp.world.keys[0]).encode(), rp.world.keys[0]["n"].encode(), base64.urlsafe_b64decode(rp.world.keys[0]["n"] + "==")):
        is_out(rp.begin().end(text + "." + b64(hmac.new(key, text.encode(), hashlib.sha256).digest())))


@pytest.mark.parametrize("kid", ["../../etc/passwd", "' OR 1=1 --", "", "x" * 5000, 7], ids=["path", "sql", "empty", "long", "number"])
def test_4_the_key_is_found_by_its_id_and_nothing_else(rp, kid):
    is_out(rp.told({"kid": kid}))


def test_4_another_s_signature_is_none(rp):
    rp.begin()
    mine, other = rp.sign(rp.claims()), rp.sign(rp.claims(sub="eve"))
    is_out(rp.end(mine.rsplit(".", 1)[0] + "." + other.rsplit(".", 1)[1]))
    rp.begin()
    head, _, signature = rp.sign(rp.claims()).split(".")
    is_out(rp.end(f"{head}.{b64(rp.claims(sub='eve'))}.{signature}"))


CLAIMS = {
    "5 another issuer": [{"iss": None}, {"iss": "https://evil.example"}, {"iss": 7}, {"iss": ["x"]}],
    "6 another audience": [{"aud": None}, {"aud": "another"}, {"aud": []}, {"aud": [CLIENT, "another"]}, {"aud": ["another"]}, {"aud": {CLIENT: 1}},
                           {"aud": CLIENT.upper()}],
    "7 another party": [{"azp": "another"}, {"azp": ""}, {"azp": 7}],
    "8 expired": [{"exp": int(time.time()) - 3600}, {"exp": 0}, {"exp": -1}, {"exp": None}],
    "8 no whole number": [{"exp": "9999999999"}, {"exp": 1e300}, {"exp": 9999999999.5}, {"exp": True}, {"exp": 2**63 - 1}, {"iat": "now"}, {"iat": None},
                          {"nbf": "x"}, {"iat": 1.5}],
    "8 of another time": [{"iat": int(time.time()) + 3600}, {"iat": int(time.time()) - 30 * 86400}, {"nbf": int(time.time()) + 3600}],
    "9 another nonce": [{"nonce": None}, {"nonce": ""}, {"nonce": "x" * 43}, {"nonce": 7}],
    "10 another access token": [{"at_hash": "x"}, {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, {"at_hash": 7}, {"at_hash": ""}],
    "11 no subject": [{"sub": None}, {"sub": ""}, {"sub": 7}, {"sub": "x" * 256}, {"sub": "\u00e9"}, {"sub": "a\u0000b"}, {"sub": "a b"}],
    "a logout token": [{"events": {"http://schemas.openid.net/event/backchannel-logout": {}}}],
}


@pytest.mark.parametrize("changes", [pytest.param(c, id=f"{check}-{i}") for check, rows in CLAIMS.items() for i, c in enumerate(rows)])
def test_5_to_11_a_claim_that_is_wrong_lets_nobody_in(rp, changes):
    is_out(rp.told(claims=changes))


def test_5_to_11_what_is_right_does(rp):
    now = int(time.time())
    at_hash = b64(hashlib.sha256(b"at").digest()[:16])
    for changes in ({"aud": [CLIENT]}, {"azp": CLIENT}, {"nbf": now}, {"at_hash": at_hash}, {"exp": now - 30}, {"iat": now + 30}, {"sub": "x" * 255}):
        assert "code" in rp.told(claims=changes), changes


def test_12_what_was_not_asked_for_is_not_looked_at(rp):
    for changes in ({"auth_time": 0}, {"acr": "0"}, {"amr": ["pwd"]}, {"auth_time": "x"}):
        assert "code" in rp.told(claims=changes), changes


def test_13_userinfo_is_never_asked(fresh):
    assert "code" in fresh.told() and fresh.hostile.times("/userinfo") == 0


def test_an_account_is_of_company_issuer_and_subject(rp):
    told = rp.told(claims={"sub": "same", "email": "one@acme.example"})
    first = rp.app.tokens(told["code"]).json()["person_id"]
    told = rp.told(claims={"sub": "same", "email": "two@acme.example"})
    assert rp.app.tokens(told["code"]).json()["person_id"] == first  # the address is no key
    rp.world.stack.db("UPDATE identity SET issuer = 'https://another.example' WHERE subject = 'same'")
    told = rp.told(claims={"sub": "same", "email": "two@acme.example"})
    assert rp.app.tokens(told["code"]).json()["person_id"] != first


@pytest.mark.parametrize("claims", [{"email_verified": False}, {"email_verified": None}, {"email_verified": "true"}, {"email_verified": 1},
                                    {"email": "ada@elsewhere.example"}, {"email": "ada@sub.acme.example"}, {"email": "ada@acme.example.evil.example"},
                                    {"email": None}], ids=str)
def test_an_address_alone_joins_nobody(rp, claims):
    assert rp.told(claims={"sub": secrets.token_hex(4), "email": "ada@acme.example", **claims}) == {"error": "account_unknown"}


# --- our own tokens ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("grant", ["password", "implicit", "client_credentials", "urn:ietf:params:oauth:grant-type:jwt-bearer", "", None])
def test_there_is_no_grant_but_a_code_and_a_refresh(world, grant):
    answer = world.api.post("/v1/auth/token", json={"grant_type": grant, "username": "ada", "password": "x"})
    assert answer.status_code == 422 and "#/grant_type" in [e["pointer"] for e in answer.json()["errors"]]


def test_an_access_token_says_who_what_for_and_ten_minutes(rp):
    told = rp.told()
    tokens = rp.app.tokens(told["code"]).json()
    head, claims = (json.loads(base64.urlsafe_b64decode(p + "==")) for p in tokens["access_token"].split(".")[:2])
    assert (head["alg"], head["typ"]) == ("HS256", "JWT") and head["kid"]
    assert claims["exp"] - claims["iat"] == 600 == tokens["expires_in"] and claims["nbf"] == claims["iat"]
    assert (claims["iss"], claims["aud"], claims["sub"], claims["sid"]) == (rp.world.api.base, "rostra", tokens["person_id"], tokens["session_id"])
    assert claims["role"] == "member" and claims["company"] and claims["jti"]


def test_a_session_keeps_what_the_device_says_of_itself_and_each_refresh_its_version(rp):
    api = rp.world.api
    told = rp.told()
    tokens = rp.app.tokens(told["code"], platform="android", device_name="Pixel of Ada").json()

    def current():
        found, = [s for s in api.get("/v1/sessions", who=holder(tokens)).json()["items"] if s["current"]]
        assert set(found) == {"id", "method", "platform", "device_name", "app_version", "created_at", "last_used_at", "expires_at", "current",
                              "created_country", "created_city", "last_used_country", "last_used_city"}
        return found

    assert (current()["platform"], current()["device_name"], current()["app_version"]) == ("android", "Pixel of Ada", None)
    for version, kept in (("3.14.1", "3.14.1"), ("<evil>", "3.14.1"), ("4.0", "4.0")):
        answer = api.post("/v1/auth/token", json={"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]},
                          headers={"App-Version": version})
        tokens = answer.json()
        assert current()["app_version"] == kept


def test_a_session_keeps_the_country_and_city_of_its_network_and_no_address(rp):
    api, world = rp.world.api, rp.world
    told = rp.told()
    tokens = rp.app.tokens(told["code"]).json()

    def seen():
        found, = [s for s in api.get("/v1/sessions", who=holder(tokens)).json()["items"] if s["current"]]
        return tuple(found[m] for m in ("created_country", "created_city", "last_used_country", "last_used_city"))

    assert seen() == ("CH", "Zürich", "CH", "Zürich")
    place(world.places, "AT", "Wien")
    assert seen() == ("CH", "Zürich", "CH", "Zürich")  # it was not used since
    tokens = api.post("/v1/auth/token", json={"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}).json()
    assert seen() == ("CH", "Zürich", "AT", "Wien")
    world.places.unlink()
    tokens = api.post("/v1/auth/token", json={"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}).json()
    assert seen() == ("CH", "Zürich", None, None)
    told = rp.told()
    tokens = rp.app.tokens(told["code"]).json()
    assert seen() == (None, None, None, None)
    assert "127.0.0" not in str(world.stack.db("SELECT * FROM session"))


# --- over TLS: last, since the service starts again with another address -----------------------------------------------------------


def test_over_tls_the_cookie_is_secure_and_of_this_host(rp):
    world = rp.world
    document = {**rp.hostile.document, "issuer": "https://id.example.com", "authorization_endpoint": "https://id.example.com/auth",
                "token_endpoint": "https://id.example.com/token", "jwks_uri": "https://id.example.com/jwks"}
    world.stack.db("UPDATE identity_provider SET issuer = 'https://id.example.com' WHERE id = %s", (rp.id,))
    world.stack.db("UPDATE provider_cache SET discovery = %s, discovery_at = UTC_TIMESTAMP(6) WHERE provider_id = %s", (json.dumps(document), rp.id))
    conf = world.stack.state / "rostra.conf"
    kept = [line for line in conf.read_text().splitlines() if not line.startswith(("public_url", "outbound_loopback_ports"))]
    conf.write_text("\n".join([*kept, "public_url = https://api.example.com", ""]))
    world.stack.end("serve")
    world.stack.restart("serve")
    answer = App(world, provider=rp.id).start()
    assert answer.headers["Location"].startswith("https://id.example.com/auth?")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-rostra_sign_in=") and {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
