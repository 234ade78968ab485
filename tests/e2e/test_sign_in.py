# SPDX-License-Identifier: Apache-2.0
"""Signing in with a company's provider: a certified one, on loopback, through both legs."""

import base64
import concurrent.futures
import json
import re
import secrets
import time
import urllib.parse

import pytest
import requests

from conftest import uuid7, wait_until
from sign_in import APP, SECRET, App, begin_world, holder


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = begin_world(tmp_path_factory)
    yield made
    made.stop()


@pytest.fixture
def app(world):
    return App(world)


# --- the whole way -----------------------------------------------------------------------------------------------


def test_a_person_signs_in_and_reads_the_feed(world, app):
    tokens = app.sign_in("ada")
    me = world.api.get("/v1/me", who=holder(tokens)).json()
    assert me["email"] == "ada@acme.example" and tokens["person_id"] == me["id"]
    assert world.api.get("/v1/feed", who=holder(tokens)).status_code == 200
    (session,) = [s for s in world.api.get("/v1/sessions", who=holder(tokens)).json()["items"] if s["current"]]
    assert (session["method"], session["device_name"], session["platform"]) == ("oidc", "Phone", "ios")
    refreshed = world.api.post("/v1/auth/token", json={"grant_type": "refresh_token",
                                                       "refresh_token": tokens["refresh_token"]})
    assert refreshed.status_code == 200


def test_the_second_time_is_the_same_account(world):
    first, second = App(world).sign_in("ada"), App(world).sign_in("ada")
    assert first["person_id"] == second["person_id"] and first["session_id"] != second["session_id"]


@pytest.mark.parametrize("algorithm,auth", [("PS256", "post"), ("ES256", "basic"), ("EdDSA", "basic")])
def test_every_algorithm_a_provider_signs_with(world, algorithm, auth):
    assert App(world, provider=world.add(algorithm, auth)).sign_in("ada")["access_token"]


@pytest.mark.parametrize("uri", ["http://127.0.0.1:54321/signed-in", "http://127.0.0.1/signed-in", "https://app.example.com/cb"])
def test_a_registered_redirect_uri_is_returned_to(world, uri):
    assert App(world, redirect_uri=uri).sign_in("ada")["access_token"]


def test_both_legs_have_pkce_and_nothing_is_guessable(world, app):
    first = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(app.start().headers["Location"]).query))
    second = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(app.start().headers["Location"]).query))
    assert first["code_challenge_method"] == "S256" and first["code_challenge"] != app.query["code_challenge"]
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name] and len(first[name]) == 43
    assert first["scope"].split()[0] == "openid" and first["response_type"] == "code"


# --- whose account -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who,error", [("bob", "account_unknown"), ("eve", "account_unknown"), ("new", "account_unknown"),
                                       ("out", "account_inactive")])
def test_who_has_no_account_is_told_by_a_word(world, who, error):
    app = App(world)
    assert app.back(app.callback(who)) == {"error": error}


def test_an_account_is_made_only_where_the_company_wants_it(world):
    making = world.add("RS256", "basic", "acme", "--make-accounts")
    app = App(world, provider=making)
    assert app.back(app.callback("new")) == {"error": "account_unknown"}  # no domain is proved for this one
    world.stack.rostra("provider", "domains", "--company", "acme", "--id", making, "--domains", "acme.example")
    tokens = App(world, provider=making).sign_in("new")
    me = world.api.get("/v1/me", who=holder(tokens)).json()
    assert (me["email"], me["display_name"], me["role"]) == ("new@acme.example", "Nia W", "member")
    app = App(world, provider=making)
    assert app.back(app.callback("eve")) == {"error": "account_unknown"}


def test_a_deactivated_person_is_not_let_in_again(world):
    tokens = App(world).sign_in("two")
    world.stack.rostra("person", "deactivate", "--company", "acme", "--person", "two@acme.example")
    wait_until(lambda: world.api.get("/v1/me", who=holder(tokens)).status_code == 401, 5, "the end")
    app = App(world)
    assert app.back(app.callback("two")) == {"error": "account_inactive"}


# --- start -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("changes,pointer", [
    ({"redirect_uri": "https://evil.example/cb"}, "?redirect_uri"), ({"redirect_uri": APP + "/x"}, "?redirect_uri"),
    ({"redirect_uri": "https://app.example.com/cb?x=1"}, "?redirect_uri"), ({"redirect_uri": None}, "?redirect_uri"),
    ({"redirect_uri": "http://127.0.0.1:80@evil.example/signed-in"}, "?redirect_uri"),
    ({"redirect_uri": "http://127.0.0.1.evil.example/signed-in"}, "?redirect_uri"),
    ({"redirect_uri": "http://127.0.0.1:8000/other"}, "?redirect_uri"), ({"redirect_uri": "http://localhost/signed-in"}, "?redirect_uri"),
    ({"code_challenge": "x" * 42}, "?code_challenge"), ({"code_challenge": "!" * 43}, "?code_challenge"),
    ({"code_challenge": None}, "?code_challenge"), ({"code_challenge_method": "plain"}, "?code_challenge_method"),
    ({"code_challenge_method": None}, "?code_challenge_method"), ({"state": "short"}, "?state"),
    ({"state": "with\r\nnewline"}, "?state"), ({"state": None}, "?state"), ({"company": None}, "?company"),
    ({"prompt": "none"}, "?prompt"),
], ids=str)
def test_a_start_that_is_wrong_goes_nowhere(app, changes, pointer):
    answer = app.start(**changes)
    assert answer.status_code == 400 and "Location" not in answer.headers
    assert pointer in [e["pointer"] for e in answer.json()["errors"]]


def test_a_repeated_parameter_is_refused(world, app):
    url = world.api.base + "/v1/auth/start?" + urllib.parse.urlencode(app.query) + "&company=other"
    assert app.get(url).status_code == 400


@pytest.mark.parametrize("company", ["nobody", "empty"])
def test_a_company_without_provider_answers_like_none(world, company):
    if company == "empty":
        world.stack.rostra("company", "add", "--slug", "empty", "--name", "Empty")
    app = App(world, company=company)
    answer = app.start()
    assert app.told(answer) == {"error": "no_provider"} and "Set-Cookie" not in answer.headers


def test_another_company_s_provider_is_none(world):
    world.stack.rostra("company", "add", "--slug", "globex", "--name", "Globex")
    app = App(world, company="globex", provider=world.id)
    assert app.told(app.start()) == {"error": "no_provider"}


# --- callback ----------------------------------------------------------------------------------------------------


def is_lost(answer):
    return answer.status_code == 404 and "Location" not in answer.headers and "This sign-in is over" in answer.text


def test_a_state_is_good_once(app):
    url = app.callback()
    assert "code" in app.back(url)
    assert is_lost(app.get(url))


def test_another_browser_cannot_end_a_sign_in(world, app):
    url = app.callback()
    assert is_lost(requests.get(url, allow_redirects=False, timeout=10))
    assert is_lost(app.get(url))  # and it is used up


def test_another_browser_s_cookie_is_no_help(world, app):
    other = App(world)
    other.start()
    assert is_lost(other.get(app.callback()))


def test_a_sign_in_that_took_too_long_is_over(world, app):
    url = app.callback()
    world.stack.db("UPDATE sign_in SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND")
    assert is_lost(app.get(url))


@pytest.mark.parametrize("query", ["", "state=x", "code=1", "state=" + "A" * 43, "state=%00", "state=" + "A" * 43 + "&code=%0d%0aX: y"])
def test_a_callback_of_nobody_is_lost(world, app, query):
    app.start()
    assert is_lost(app.get(world.api.base + "/v1/auth/callback?" + query))


@pytest.mark.parametrize("name", ["state", "code", "iss", "error"])
def test_a_parameter_that_comes_twice_is_refused(app, name):
    url = app.callback()
    value = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query)).get(name, "x")
    assert is_lost(app.get(f"{url}&{name}={value}&{name}={value}"))


def test_parameters_nobody_asked_for_are_ignored(app):
    assert "code" in app.back(app.callback() + "&session_state=abc&utm_source=x")


@pytest.mark.parametrize("change", [lambda u: re.sub(r"&iss=[^&]*", "", u), lambda u: re.sub(r"&iss=[^&]*", "&iss=https%3A%2F%2Fevil.example", u),
                                    lambda u: re.sub(r"(&iss=[^&]*)", r"\1%2F", u)], ids=["none", "another", "with a slash"])
def test_an_answer_of_another_issuer_is_refused(app, change):
    url = app.callback()
    assert "iss=" in url
    assert app.back(change(url)) == {"error": "provider_error"}


def test_a_person_who_refuses_comes_back_with_a_word(app):
    assert app.back(app.callback(refuse=True)) == {"error": "access_denied"}


def test_what_the_provider_says_is_not_passed_on(world, app):
    state = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(app.start().headers["Location"]).query))["state"]
    query = urllib.parse.urlencode({"state": state, "error": "<script>", "error_description": "<b>x</b>", "iss": world.provider.issuer})
    answer = app.get(world.api.base + "/v1/auth/callback?" + query)
    assert app.told(answer) == {"error": "provider_error"} and "script" not in answer.text + str(answer.headers)


def test_a_forged_code_is_an_error_of_the_provider(world, app):
    url = app.callback()
    assert app.back(re.sub(r"code=[^&]*", "code=forged", url)) == {"error": "provider_error"}


# --- the app's code ----------------------------------------------------------------------------------------------


def refused(answer):
    return answer.status_code == 400 and answer.json()["code"] == "invalid_grant"


def test_a_code_that_comes_twice_ends_the_session_made_of_it(world, app):
    code = app.back(app.callback())["code"]
    tokens = app.tokens(code).json()
    assert refused(app.tokens(code))
    assert world.stack.db("SELECT ended_by FROM session WHERE id = %s", (tokens["session_id"],))[0]["ended_by"] == "reuse"
    wait_until(lambda: world.api.get("/v1/me", who=holder(tokens)).status_code == 401, 5, "the end")


@pytest.mark.parametrize("changes", [{"code_verifier": "x" * 43}, {"redirect_uri": "https://app.example.com/cb"}], ids=str)
def test_a_stolen_code_is_no_use_and_used_up(app, changes):
    code = app.back(app.callback())["code"]
    assert refused(app.tokens(code, **changes))
    assert refused(app.tokens(code))


def test_a_code_lives_a_minute(world, app):
    code = app.back(app.callback())["code"]
    world.stack.db("UPDATE sign_in_code SET expires_at = expires_at - INTERVAL 60 SECOND")
    assert refused(app.tokens(code))


def test_twenty_uses_of_a_code_at_once_make_one_session_at_most(world, app):
    code = app.back(app.callback("fin"))["code"]
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: app.tokens(code), range(20)))
    assert sum(a.status_code == 200 for a in answers) <= 1
    person = world.stack.db("SELECT id FROM person WHERE email = 'fin@acme.example'")[0]["id"]
    assert world.stack.db("SELECT COUNT(*) AS n FROM session WHERE person_id = %s", (person,))[0]["n"] <= 1


@pytest.mark.parametrize("missing", ["code", "redirect_uri", "code_verifier"])
def test_what_a_grant_lacks_is_named(app, missing):
    body = {"grant_type": "authorization_code", "code": "x", "redirect_uri": APP, "code_verifier": "x" * 43}
    del body[missing]
    answer = app.world.api.post("/v1/auth/token", json=body)
    assert answer.status_code == 422 and [e["pointer"] for e in answer.json()["errors"]] == [f"#/{missing}"]


# --- the provider's troubles ---------------------------------------------------------------------------------------


def test_while_the_provider_is_down_its_last_words_are_used(world, app):
    App(world).sign_in("ada")
    world.stack.db("UPDATE provider_cache SET discovery_at = discovery_at - INTERVAL 2 DAY, jwks_at = jwks_at - INTERVAL 2 DAY,"
                   " tried_at = NULL")
    world.provider.wish(down=["/.well-known/openid-configuration", "/jwks"])
    try:
        assert app.sign_in("ada")["access_token"]
    finally:
        world.provider.wish(down=[])


def test_a_provider_never_reached_is_told_to_the_app(world):
    world.stack.rostra("company", "add", "--slug", "hooli", "--name", "Hooli")
    world.add("RS256", "basic", "hooli")
    world.provider.wish(down=["/.well-known/openid-configuration"])
    try:
        before = world.provider.counts()["/.well-known/openid-configuration"]
        for _ in range(4):
            app = App(world, company="hooli")
            assert app.told(app.start()) == {"error": "provider_unavailable"}
        # Who waits for a provider holds a thread: it is asked once in half a minute.
        assert world.provider.counts()["/.well-known/openid-configuration"] == before + 1
    finally:
        world.provider.wish(down=[])


def test_a_token_endpoint_that_fails_is_an_error_of_the_provider(world, app):
    url = app.callback()
    world.provider.wish(down=["/token"])
    try:
        assert app.back(url) == {"error": "provider_error"}
    finally:
        world.provider.wish(down=[])


def test_new_keys_are_fetched_once_and_old_ones_are_no_good(world):
    App(world).sign_in("ada")
    world.provider.wish(keys="rotate")
    world.stack.db("UPDATE provider_cache SET tried_at = NULL")
    before = world.provider.counts()["/jwks"]
    assert App(world).sign_in("ada")["access_token"]
    assert world.provider.counts()["/jwks"] == before + 1
    # Another rotation at once: nobody asks again within half a minute, whatever key ids come.
    world.provider.wish(keys="rotate")
    for _ in range(3):
        app = App(world)
        assert app.back(app.callback("ada")) == {"error": "provider_error"}
    assert world.provider.counts()["/jwks"] == before + 1
    world.stack.db("UPDATE provider_cache SET tried_at = NULL")
    assert App(world).sign_in("ada")["access_token"]


def test_a_document_of_another_issuer_is_refused(world):
    world.stack.rostra("company", "add", "--slug", "pied", "--name", "Pied")
    world.stack.rostra("provider", "add", "--company", "pied", "--name", "x", "--issuer", world.provider.issuer + "/", "--client-id",
                       "rostra-RS256", "--secret-file", world.secret_file)
    app = App(world, company="pied")
    assert app.told(app.start()) == {"error": "provider_unavailable"}


# --- signing out at the provider -----------------------------------------------------------------------------------

EVENT = {"http://schemas.openid.net/event/backchannel-logout": {}}


def logout_claims(world, **changes):
    """A logout token's payload; None takes a claim away."""
    now = int(time.time())
    claims = {"iss": world.provider.issuer, "aud": "rostra-RS256", "iat": now, "exp": now + 120, "jti": secrets.token_hex(8),
              "events": EVENT, **changes}
    return {k: v for k, v in claims.items() if v is not None}


def signed(world, *payloads, **header):
    return world.provider.wish(sign=[{"header": {"typ": "logout+jwt", **header}, "payload": p} for p in payloads])


def notify(world, token, company="acme", **options):
    return world.api.post(f"/v1/oidc/backchannel-logout/{company}", **{"data": {"logout_token": token}, **options})


def heeded(answer):
    assert answer.status_code == 204 and answer.headers["Cache-Control"] == "no-store", answer.text


def not_heeded(answer):
    assert answer.status_code == 400 and answer.json()["code"] == "malformed_request", answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def is_in(world, tokens):
    return world.api.get("/v1/me", who=holder(tokens)).status_code == 200


def is_out_soon(world, tokens):
    wait_until(lambda: not is_in(world, tokens), 5, "the end of the session")
    assert world.api.post("/v1/auth/token", json={"grant_type": "refresh_token",
                                                  "refresh_token": tokens["refresh_token"]}).status_code == 400


def kept_of(world, tokens):
    return world.stack.db("SELECT provider_session, id_token, ended_by FROM session WHERE id = %s", (tokens["session_id"],))[0]


def provider_sign_out(app, url):
    """The provider's page asks; yes."""
    page = app.get(url)
    action, secret = re.search(r'action="([^"]+)"', page.text)[1], re.search(r'name="xsrf" value="([^"]+)"', page.text)[1]
    return app.browser.post(action, data={"xsrf": secret, "logout": "yes"}, allow_redirects=False, timeout=20)


def test_signing_out_at_the_provider_ends_the_session_that_began_there(world, app):
    other = App(world)
    here, elsewhere = app.sign_in("ada"), other.sign_in("ada")
    kept = kept_of(world, here)
    assert kept["provider_session"] and kept["id_token"] and kept["provider_session"] != kept_of(world, elsewhere)["provider_session"]
    assert provider_sign_out(app, world.provider.issuer + "/session/end").status_code in (302, 303)
    is_out_soon(world, here)
    assert kept_of(world, here)["ended_by"] == "provider" and kept_of(world, here)["id_token"] is None
    assert is_in(world, elsewhere) and kept_of(world, elsewhere)["ended_by"] is None


def test_a_logout_token_with_sub_ends_all_of_the_person_s_sessions(world):
    one, two, other = App(world).sign_in("ada"), App(world).sign_in("ada"), App(world).sign_in("fin")
    heeded(notify(world, *signed(world, logout_claims(world, sub="ada"))))
    is_out_soon(world, one)
    is_out_soon(world, two)
    assert is_in(world, other)


def test_a_logout_token_with_sid_ends_that_session(world):
    one, other = App(world).sign_in("ada"), App(world).sign_in("ada")
    heeded(notify(world, *signed(world, logout_claims(world, sid=kept_of(world, one)["provider_session"]))))
    is_out_soon(world, one)
    assert is_in(world, other)


def test_a_logout_token_with_sub_and_sid_needs_both_to_fit(world):
    one, other = App(world).sign_in("ada"), App(world).sign_in("ada")
    sid = kept_of(world, one)["provider_session"]
    wrong, right = signed(world, logout_claims(world, sub="fin", sid=sid), logout_claims(world, sub="ada", sid=sid))
    heeded(notify(world, wrong))
    assert kept_of(world, one)["ended_by"] is None
    heeded(notify(world, right))
    is_out_soon(world, one)
    assert is_in(world, other)


def test_a_logout_of_whoever_was_never_here_is_done(world):
    for who in ({"sub": "stranger"}, {"sid": "no-such-session"}):
        heeded(notify(world, *signed(world, logout_claims(world, **who))))


def test_a_code_that_waits_is_no_good_after_a_logout(world, app):
    told = app.back(app.callback("ada"))
    heeded(notify(world, *signed(world, logout_claims(world, sub="ada"))))
    assert app.tokens(told["code"]).status_code == 400


def test_a_logout_token_is_good_once(world):
    token, = signed(world, logout_claims(world, sub="ada"))
    heeded(notify(world, token))
    tokens = App(world).sign_in("ada")
    not_heeded(notify(world, token))
    assert kept_of(world, tokens)["ended_by"] is None and is_in(world, tokens)


def test_of_the_same_logout_token_at_once_one_is_heeded(world):
    token, = signed(world, logout_claims(world, sub="stranger"))
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        assert sorted(pool.map(lambda _: notify(world, token).status_code, range(12))) == [204] + [400] * 11


@pytest.fixture(scope="module")
def witness(world):
    return App(world).sign_in("ada")


@pytest.mark.parametrize("changes", [
    {"nonce": "n"}, {"events": None}, {"events": {}}, {"events": [*EVENT]}, {"events": {next(iter(EVENT)): True}}, {"sub": None},
    {"sub": ""}, {"sub": 7}, {"sid": 7}, {"jti": None}, {"jti": 7}, {"iat": None}, {"iat": "now"}, {"iat": int(time.time()) - 700},
    {"iat": int(time.time()) + 3600}, {"exp": int(time.time()) - 100}, {"exp": "soon"}, {"aud": "another"},
    {"aud": ["rostra-RS256", "another"]}, {"aud": None}, {"iss": "https://another.example.com"}, {"iss": None},
], ids="-".join)
def test_a_logout_token_that_is_wrong_ends_nothing(world, witness, changes):
    not_heeded(notify(world, *signed(world, logout_claims(world, **{"sub": "ada", **changes}))))
    assert kept_of(world, witness)["ended_by"] is None


def test_an_id_token_is_no_logout_token(world, witness):
    now = int(time.time())
    claims = {"iss": world.provider.issuer, "aud": "rostra-RS256", "sub": "ada", "iat": now, "exp": now + 300, "nonce": "n" * 43}
    not_heeded(notify(world, *signed(world, claims, typ="JWT")))
    assert kept_of(world, witness)["ended_by"] is None


def test_a_provider_s_token_is_none_of_ours(world, witness):
    now = int(time.time())
    session = world.stack.db("SELECT company_id, person_id FROM session WHERE id = %s", (witness["session_id"],))[0]
    ours = {"iss": world.api.base, "aud": "rostra", "sub": str(session["person_id"]), "company": str(session["company_id"]),
            "sid": witness["session_id"], "role": "admin", "iat": now, "nbf": now, "exp": now + 300, "jti": "x"}
    theirs = {"iss": world.provider.issuer, "aud": "rostra-RS256", "sub": "ada", "iat": now, "exp": now + 300, "nonce": "n" * 43}
    for token in signed(world, ours, theirs, typ="JWT"):
        assert world.api.get("/v1/me", who=holder({"access_token": token})).status_code == 401
        answer = world.api.post("/v1/auth/token", json={"grant_type": "refresh_token", "refresh_token": token[:128]})
        assert answer.status_code == 400
    assert is_in(world, witness)


def test_an_unsigned_or_bent_logout_token_ends_nothing(world, witness):
    token, = signed(world, logout_claims(world, sub="ada"))
    head, body, signature = token.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    for bad in (f"{none}.{body}.", f"{none}.{body}.{signature}", f"{head}.{body}.{signature[:-8]}AAAAAAAA", f"{head}.{body}", "x", "",
                token + "=", signed(world, logout_claims(world, sub="ada"), alg="HS256")[0],
                signed(world, logout_claims(world, sub="ada"), typ="at+jwt")[0],
                signed(world, logout_claims(world, sub="ada"), crit=["exp"])[0]):
        not_heeded(notify(world, bad))
    assert kept_of(world, witness)["ended_by"] is None


def test_another_company_s_logout_token_ends_nothing(world):
    world.stack.rostra("company", "add", "--slug", "initech", "--name", "Initech")
    tokens = App(world).sign_in("ada")
    token, = signed(world, logout_claims(world, sub="ada"))
    for company in ("initech", "nobody", "Acme%20", "acme%2f"):
        answer = notify(world, token, company)
        assert answer.status_code in (400, 404)
    assert kept_of(world, tokens)["ended_by"] is None


def test_a_logout_is_a_form_with_one_token(world):
    token, = signed(world, logout_claims(world, sub="stranger"))
    assert notify(world, token, data=None, json={"logout_token": token}).status_code == 415
    not_heeded(notify(world, token, data=[("logout_token", token), ("logout_token", token)]))
    not_heeded(notify(world, token, data={"other": "x"}))
    assert notify(world, token, data={"logout_token": "x" * 30000}).status_code == 413
    heeded(notify(world, token, data={"logout_token": token, "more": "is ignored"}))


def test_a_thousand_key_ids_nobody_has_fetch_the_keys_at_most_twice(world):
    heeded(notify(world, *signed(world, logout_claims(world, sub="stranger"))))
    world.stack.db("UPDATE provider_cache SET tried_at = NULL")
    before, begun = world.provider.counts()["/jwks"], time.monotonic()
    token, = signed(world, logout_claims(world, sub="ada"))
    forged = []
    for _ in range(1000):  # the key's id decides, before any signature is looked at
        header = json.dumps({"alg": "RS256", "kid": secrets.token_hex(8)}).encode()
        forged.append(base64.urlsafe_b64encode(header).decode().rstrip("=") + token[token.index("."):])
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert {a.status_code for a in pool.map(lambda t: notify(world, t), forged)} == {400}
    assert time.monotonic() - begun < 60 and 1 <= world.provider.counts()["/jwks"] - before <= 2
    # Known keys go on meanwhile.
    assert App(world).sign_in("ada")["access_token"]


# --- signing out here, and at the provider --------------------------------------------------------------------------


def sign_out(world, tokens, **members):
    answer = world.api.post("/v1/auth/logout", json={"refresh_token": tokens["refresh_token"], **members})
    assert answer.status_code == 200, answer.text
    return answer.json()["continue_at"]


def query_of(url):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))


def test_signing_out_goes_on_at_the_provider_and_back_to_the_app(world, app):
    tokens = app.sign_in("ada")
    url = sign_out(world, tokens, redirect_uri=APP, state="app-state-1")
    is_out_soon(world, tokens)
    asked = query_of(url)
    assert url.startswith(world.provider.issuer + "/session/end?") and asked["client_id"] == "rostra-RS256"
    assert asked["id_token_hint"].count(".") == 2 and asked["state"] != "app-state-1"
    back = provider_sign_out(app, url)
    assert back.headers["Location"].startswith(world.api.base + "/v1/auth/signed-out?")
    answer = app.get(back.headers["Location"])
    assert answer.status_code == 302 and answer.headers["Location"] == APP + "?state=app-state-1"
    assert answer.headers["Cache-Control"] == "no-store"
    again = app.get(back.headers["Location"])  # the state is good once
    assert again.status_code == 404 and "You are signed out" in again.text and "Location" not in again.headers
    # Nobody is signed in at the provider: the next sign-in asks who it is.
    assert 'name="login"' in app.get(urllib.parse.urljoin(world.provider.issuer, app.get(
        app.start().headers["Location"]).headers["Location"])).text


def test_signing_out_without_a_way_back_stays_at_the_provider(world, app):
    asked = query_of(sign_out(world, app.sign_in("ada")))
    assert set(asked) == {"client_id", "id_token_hint"}


def test_signing_out_twice_says_where_to_go_twice(world, app):
    tokens = app.sign_in("ada")
    first, second = sign_out(world, tokens), sign_out(world, tokens)
    assert "id_token_hint" in query_of(first)
    assert query_of(second) == {"client_id": "rostra-RS256"}  # what was kept for the hint is gone with the session
    assert kept_of(world, tokens)["ended_by"] == "person" and kept_of(world, tokens)["id_token"] is None


def test_a_sign_out_that_took_too_long_goes_nowhere(world, app):
    url = sign_out(world, app.sign_in("ada"), redirect_uri=APP, state="app-state-1")
    world.stack.db("UPDATE sign_out SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND")
    answer = app.get(world.api.base + "/v1/auth/signed-out?state=" + query_of(url)["state"])
    assert answer.status_code == 404 and "Location" not in answer.headers


@pytest.mark.parametrize("query", ["", "state=", "state=" + "A" * 43, "state=x&state=y", "state=%00", "error=%3Cb%3E"])
def test_a_sign_out_of_nobody_goes_nowhere(world, app, query):
    answer = app.get(world.api.base + "/v1/auth/signed-out?" + query)
    assert answer.status_code == 404 and "Location" not in answer.headers and "<b>" not in answer.text


@pytest.mark.parametrize("members,pointer", [
    ({"redirect_uri": "https://evil.example/cb", "state": "app-state-1"}, "#/redirect_uri"), ({"redirect_uri": APP}, "#/state"),
    ({"state": "app-state-1"}, "#/redirect_uri"), ({"redirect_uri": APP, "state": "short"}, "#/state"),
    ({"redirect_uri": APP, "state": "with\r\nnewline"}, "#/state")], ids=str)
def test_a_sign_out_that_is_wrong_ends_nothing(world, idle, members, pointer):
    answer = world.api.post("/v1/auth/logout", json={"refresh_token": idle["refresh_token"], **members})
    assert answer.status_code == 422 and pointer in [e["pointer"] for e in answer.json()["errors"]]
    assert is_in(world, idle)


@pytest.fixture(scope="module")
def idle(world):
    return App(world).sign_in("ada")


def test_a_provider_that_is_off_is_not_gone_to(world):
    other = world.add("ES256")
    world.stack.rostra("provider", "domains", "--company", "acme", "--id", other, "--domains", "acme.example")
    tokens = App(world, provider=other).sign_in("ada")
    world.stack.db("UPDATE identity_provider SET state = 'off' WHERE id = %s", (other,))
    assert sign_out(world, tokens) is None
    is_out_soon(world, tokens)


def test_an_id_token_is_kept_sealed_in_the_session_s_row_alone(world, app):
    here, other = app.sign_in("ada"), App(world).sign_in("ada")
    kept = kept_of(world, here)["id_token"]
    assert b"eyJhbGciOi" not in kept  # {"alg":
    world.stack.db("UPDATE session SET id_token = %s WHERE id = %s", (kept, other["session_id"]))
    assert "id_token_hint" not in query_of(sign_out(world, other))  # moved, it does not open
    assert "id_token_hint" in query_of(sign_out(world, here))


# --- a key instead of a secret ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def keyed(world):
    """A provider that we prove ourselves to with a key."""
    id_ = world.provider.keyed
    body = {"name": "Keyed", "issuer": world.provider.issuer, "client_id": "rostra-keyed", "state": "on",
            "client_auth": "private_key_jwt"}
    made = world.api.put(f"/v1/identity-providers/{id_}", who=world.acme.admin, json=body)
    assert made.status_code == 201, made.text
    assert made.json()["jwks_uri"] == f"{world.api.base}/v1/oidc/jwks/{id_}"
    world.stack.rostra("provider", "domains", "--company", "acme", "--id", id_, "--domains", "acme.example")
    return id_


def public_keys(world, id_):
    answer = requests.get(f"{world.api.base}/v1/oidc/jwks/{id_}", timeout=10)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/jwk-set+json"
    return answer.json()["keys"]


def rotate_key(world, id_):
    return world.api.post(f"/v1/identity-providers/{id_}/rotate-key", who=world.acme.admin)


def test_a_key_proves_us_to_a_provider(world, keyed):
    key, = public_keys(world, keyed)
    assert set(key) == {"kty", "use", "alg", "kid", "e", "n"} and len(key["n"]) == 342  # 2048 bits, and nothing private
    assert App(world, provider=keyed).sign_in("ada")["access_token"]


def test_a_key_is_announced_before_it_signs_and_kept_for_a_day(world, keyed):
    old, = public_keys(world, keyed)
    assert rotate_key(world, keyed).status_code == 200
    both = public_keys(world, keyed)
    assert [k["kid"] for k in both][0] == old["kid"] and len(both) == 2
    assert App(world, provider=keyed).sign_in("ada")["access_token"]  # the provider has the old one alone in its cache
    world.stack.db("UPDATE provider_key SET created_at = created_at - INTERVAL 2 HOUR, retires_at = retires_at - INTERVAL 2 DAY")
    assert [k["kid"] for k in public_keys(world, keyed)] == [both[1]["kid"]]
    world.provider.wish(keys="rotate")  # it forgets what it knew of us, too
    world.stack.db("UPDATE provider_cache SET tried_at = NULL")
    assert App(world, provider=keyed).sign_in("ada")["access_token"]


def test_keys_are_not_without_bound(world, keyed):
    statuses = [rotate_key(world, keyed).status_code for _ in range(5)]
    assert statuses == [200] * 4 + [409] and len(public_keys(world, keyed)) == 5
    assert rotate_key(world, world.id).status_code == 409  # that one has a secret


def test_a_private_key_opens_in_its_own_row_only(world, keyed):
    rows = world.stack.db("SELECT id, secret FROM provider_key WHERE provider_id = %s AND (retires_at IS NULL"
                          " OR retires_at > UTC_TIMESTAMP(6)) ORDER BY id", (keyed,))
    world.stack.db("UPDATE provider_key SET secret = %s WHERE id = %s", (rows[1]["secret"], rows[0]["id"]))
    app = App(world, provider=keyed)
    assert app.get(app.callback()).status_code == 500
    world.stack.db("UPDATE provider_key SET secret = %s WHERE id = %s", (rows[0]["secret"], rows[0]["id"]))
    assert App(world, provider=keyed).sign_in("ada")["access_token"]


def test_whoever_has_no_key_needs_a_secret(world, keyed):
    body = {"name": "x", "issuer": world.provider.issuer, "client_id": "x"}
    for auth in ("basic", "post"):
        answer = world.api.put(f"/v1/identity-providers/{uuid7()}", who=world.acme.admin, json={**body, "client_auth": auth})
        assert answer.status_code == 422 and [e["pointer"] for e in answer.json()["errors"]] == ["#/client_secret"]
    version = world.api.get(f"/v1/identity-providers/{keyed}", who=world.acme.admin).json()["version"]
    answer = world.api.patch(f"/v1/identity-providers/{keyed}", who=world.acme.admin, json={"version": version, "client_auth": "post"})
    assert answer.status_code == 422 and [e["pointer"] for e in answer.json()["errors"]] == ["#/client_secret"]


def test_a_provider_without_keys_has_no_key_set(world):
    for id_ in (world.id, uuid7()):
        assert requests.get(f"{world.api.base}/v1/oidc/jwks/{id_}", timeout=10).status_code == 404


# --- which provider --------------------------------------------------------------------------------------------------


def found_by(world, email, **more):
    answer = world.api.get("/v1/auth/providers", params={"email": email, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_an_address_finds_the_providers_of_its_domain(world):
    world.stack.rostra("company", "add", "--slug", "umbrella", "--name", "Umbrella")
    one, two = world.add("RS256", "basic", "umbrella"), world.add("ES256", "basic", "umbrella")
    for id_ in (one, two):
        world.stack.rostra("provider", "domains", "--company", "umbrella", "--id", id_, "--domains", "umbrella.example u.example")
    page = found_by(world, "Anybody@UMBRELLA.example")
    assert [(i["company"], i["company_name"], i["id"]) for i in page["items"]] == [
        ("umbrella", "Umbrella", one), ("umbrella", "Umbrella", two)]
    first = found_by(world, "a@u.example", limit=1)
    assert first["has_more"] and [i["id"] for i in first["items"]] == [one]
    assert [i["id"] for i in found_by(world, "a@u.example", limit=1, cursor=first["next_cursor"])["items"]] == [two]
    world.stack.db("UPDATE identity_provider SET state = 'off' WHERE id = %s", (one,))
    assert [i["id"] for i in found_by(world, "a@u.example")["items"]] == [two]
    world.stack.rostra("provider", "domains", "--company", "umbrella", "--id", two, "--domains", "umbrella.example")
    assert found_by(world, "a@u.example")["items"] == [] == found_by(world, "a@nobody.example")["items"]


@pytest.mark.parametrize("email", ["nobody", "@acme.example", "a@", "a@b c.example", "a@\u00e9.example", "a@b", "a@.example"])
def test_what_is_no_address_is_named(world, app, email):
    for answer in (world.api.get("/v1/auth/providers", params={"email": email}), app.start(email=email, company=None)):
        assert answer.status_code == 400 and "?email" in [e["pointer"] for e in answer.json()["errors"]]


def test_an_address_is_enough_to_begin(world):
    app = App(world, company=None, email="ada@acme.test")
    asked = query_of(app.start().headers["Location"])
    assert asked["login_hint"] == "ada@acme.test" and asked["client_id"] == "rostra-RS256"
    assert app.sign_in("ada")["access_token"]
    nobody = App(world, company=None, email="ada@nobody.example")
    assert nobody.told(nobody.start()) == {"error": "no_provider"}
    # Of a company: its provider of the domain, or its first.
    assert App(world, email="ada@nobody.example").start().headers["Location"].startswith(world.provider.issuer)
    other = App(world, company="umbrella", email="ada@acme.test")
    assert "rostra-ES256" in other.start().headers["Location"]


# --- a provider goes -------------------------------------------------------------------------------------------------


def test_with_a_provider_its_sessions_go(world):
    gone = world.add("PS256", "post")
    world.stack.rostra("provider", "domains", "--company", "acme", "--id", gone, "--domains", "gone.example acme.example")
    tokens, other = App(world, provider=gone).sign_in("ada"), App(world).sign_in("ada")
    late, waiting = App(world, provider=gone), App(world, provider=gone)
    url, told = late.callback("ada"), waiting.back(waiting.callback("ada"))
    # More sessions than one transaction ends.
    world.stack.db("INSERT INTO session (company_id, id, person_id, method, provider_id, created_at, last_used_at, expires_at)"
                   " SELECT s.company_id, UUID(), s.person_id, 'oidc', s.provider_id, s.created_at, s.last_used_at, s.expires_at"
                   " FROM session s JOIN seq_1_to_450 WHERE s.id = %s", (tokens["session_id"],))
    path = f"/v1/identity-providers/{gone}"
    answer = world.api.delete(path, who=world.acme.admin)
    assert answer.status_code == 204, answer.text
    is_out_soon(world, tokens)
    assert is_in(world, other)
    assert world.stack.db("SELECT COUNT(*) AS n FROM session WHERE provider_id = %s AND ended_at IS NULL", (gone,))[0]["n"] == 0
    assert world.api.get(path, who=world.acme.admin).status_code == 404 == world.api.delete(path, who=world.acme.admin).status_code
    assert late.back(url) == {"error": "no_provider"}
    assert waiting.tokens(told["code"]).status_code == 400
    assert found_by(world, "a@gone.example")["items"] == []
    events = world.api.get("/v1/audit", who=world.acme.admin, params={"limit": 100}).json()["items"]
    assert "identity_provider.removed" in {e["action"] for e in events}


def test_a_provider_switched_off_ends_no_sign_in_under_way_well(world):
    other = world.add("ES256")
    world.stack.rostra("provider", "domains", "--company", "acme", "--id", other, "--domains", "acme.example")
    app = App(world, provider=other)
    url = app.callback("ada")
    world.stack.db("UPDATE identity_provider SET state = 'off' WHERE id = %s", (other,))
    assert app.back(url) == {"error": "no_provider"}


# --- what is kept ------------------------------------------------------------------------------------------------


def test_no_secret_is_in_the_log_or_the_database(world, app):
    url = app.callback()
    cookie = app.browser.cookies.get("rostra_sign_in")
    told = app.back(url)
    tokens = app.tokens(told["code"]).json()
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
    canaries = [SECRET, cookie, query["code"], query["state"], told["code"], app.verifier, tokens["access_token"],
                tokens["refresh_token"]]
    assert all(canaries)
    log = (world.stack.state / "log/rostra.log").read_text(errors="replace")
    log += (world.stack.state / "log/rostra_nginx.log").read_text(errors="replace") if (
        world.stack.state / "log/rostra_nginx.log").exists() else ""
    kept = "".join(json.dumps(world.stack.db(f"SELECT * FROM {t}"), default=repr) for t in (
        "identity_provider", "identity", "sign_in", "sign_in_code", "session", "refresh_token"))
    for canary in canaries:
        assert canary not in log and canary not in kept


def test_a_sealed_secret_opens_in_its_own_row_only(world):
    other = world.add("ES256")
    world.stack.db("UPDATE identity_provider a JOIN identity_provider b ON b.id = %s SET a.client_secret = b.client_secret"
                   " WHERE a.id = %s", (world.id, other))
    app = App(world, provider=other)
    assert app.get(app.callback()).status_code == 500


def test_a_new_seal_key_seals_all_anew_beside_the_service(world, keyed):
    def shown():
        done = json.loads(world.stack.rostra("keys", "reseal", "--json"))
        return {r["column"]: (int(r["resealed"]), int(r["there"]), int(r["unreadable"])) for r in done}

    kept = App(world).sign_in("ada")
    tables = {"identity_provider": "client_secret", "provider_key": "secret", "session": "id_token"}
    rows = {t: world.stack.db(f"SELECT COUNT(*) AS n FROM {t} WHERE {c} IS NOT NULL")[0]["n"] for t, c in tables.items()}
    # Another test moved one from row to row: it opens nowhere, with any key.
    world.stack.db("DELETE FROM identity_provider WHERE id IN (SELECT a.id FROM (SELECT a.id FROM identity_provider a"
                   " JOIN identity_provider b ON b.client_secret = a.client_secret AND b.id < a.id) a)")
    before = {t: {r["s"] for r in world.stack.db(f"SELECT {c} AS s FROM {t} WHERE {c} IS NOT NULL")} for t, c in tables.items()}
    world.stack.rostra("keys", "rotate-seal")
    file = world.stack.state / "keys/seal.key"
    assert len(file.read_text().split()) == 2 and file.stat().st_mode & 0o777 == 0o400
    world.stack.end("serve")
    world.stack.restart("serve")
    assert App(world).sign_in("ada")["access_token"]  # what the old key sealed opens
    first = shown()
    assert first["identity_provider.client_secret"][0] == len(before["identity_provider"])
    assert first["provider_key.secret"][0] == rows["provider_key"] and first["session.id_token"][0] >= 1
    assert all(r[2] == 0 for r in first.values())
    again = shown()
    assert all(r[0] == 0 and r[2] == 0 for r in again.values())
    assert all(again[f"{t}.{c}"][1] > 0 for t, c in tables.items())
    for table, column in tables.items():
        now = {r["s"] for r in world.stack.db(f"SELECT {column} AS s FROM {table} WHERE {column} IS NOT NULL")}
        assert not now & before[table]
    # What no key of the file opens is told, and left as it is.
    bad = world.add("RS256")
    world.stack.db("UPDATE identity_provider SET client_secret = REVERSE(client_secret) WHERE id = %s", (bad,))
    done = world.stack.rostra("keys", "reseal", check=False)
    assert done.returncode == 1 and "1 values are sealed with no key" in done.stderr
    world.stack.db("DELETE FROM identity_provider WHERE id = %s", (bad,))
    # The old key is needed no more.
    file.chmod(0o600)
    file.write_text(file.read_text().split()[0] + "\n")
    file.chmod(0o400)
    world.stack.end("serve")
    world.stack.restart("serve")
    assert App(world).sign_in("ada")["access_token"] and App(world, provider=keyed).sign_in("ada")["access_token"]
    assert "id_token_hint" in query_of(sign_out(world, kept))


# --- admins ------------------------------------------------------------------------------------------------------


def test_an_admin_sets_a_provider_up(world):
    admin, id_ = world.acme.admin, uuid7()
    body = {"name": "Again", "issuer": world.provider.issuer, "client_id": "rostra-RS256", "client_secret": SECRET, "state": "on"}
    made = world.api.put(f"/v1/identity-providers/{id_}", who=admin, json=body)
    assert made.status_code == 201 and "client_secret" not in made.json() and SECRET not in made.text
    assert world.api.put(f"/v1/identity-providers/{id_}", who=admin, json=body).status_code == 200
    assert world.api.put(f"/v1/identity-providers/{id_}", who=admin, json={**body, "name": "No"}).status_code == 409
    world.stack.rostra("provider", "domains", "--company", "acme", "--id", id_, "--domains", "acme.example")
    assert App(world, provider=id_).sign_in("ada")["access_token"]
    version = world.api.get(f"/v1/identity-providers/{id_}", who=admin).json()["version"]
    off = world.api.patch(f"/v1/identity-providers/{id_}", who=admin, json={"version": version, "state": "off"})
    assert off.status_code == 200 and off.json()["state"] == "off" and off.json()["email_domains"] == "acme.example"
    assert world.api.patch(f"/v1/identity-providers/{id_}", who=admin, json={"version": version, "state": "on"}).status_code == 409
    app = App(world, provider=id_)
    assert app.told(app.start()) == {"error": "no_provider"}
    assert SECRET not in world.api.get("/v1/identity-providers", who=admin).text


@pytest.mark.parametrize("issuer", [
    "http://id.example.com", "ftp://id.example.com", "https://user@id.example.com", "https://id.example.com/?x=1", "https://",
    "https://id.example.com/#x", "http://127.0.0.1:1", "http://127.0.0.1.nip.example:80", "javascript:alert(1)"])
def test_an_issuer_that_cannot_be_one_is_named(world, issuer):
    answer = world.api.put(f"/v1/identity-providers/{uuid7()}", who=world.acme.admin, json={
        "name": "x", "issuer": issuer, "client_id": "x", "client_secret": "x"})
    assert answer.status_code == 422 and [e["pointer"] for e in answer.json()["errors"]] == ["#/issuer"]


@pytest.mark.parametrize("issuer", ["https://127.0.0.1", "https://localhost", "https://[::1]", "https://169.254.169.254", "https://2130706433",
                                    "https://0x7f.1", "https://10.0.0.1", "https://[::ffff:127.0.0.1]", "https://127.0.0.1:8443"])
def test_a_provider_inside_is_never_called(world, issuer):
    slug = f"in{secrets.token_hex(4)}"
    world.stack.rostra("company", "add", "--slug", slug, "--name", "Inside")
    world.stack.rostra("provider", "add", "--company", slug, "--name", "x", "--issuer", issuer, "--client-id", "x", "--secret-file",
                       world.secret_file)
    app = App(world, company=slug)
    assert app.told(app.start()) == {"error": "provider_unavailable"}
    wait_until(lambda: "the address is not for us" in (world.stack.state / "log/rostra.log").read_text(), 5, "the log")


# --- limits: last, since the service starts again with its own -----------------------------------------------------------


def test_starts_and_tokens_are_limited_by_person_and_company(world):
    conf = world.stack.state / "rostra.conf"
    conf.write_text(conf.read_text() + "rate_sign_in_per_min = 5\nrate_company_sign_in_per_min = 9\n")
    world.stack.end("serve")
    world.stack.restart("serve")
    tokens = App(world).sign_in("ada")

    def refresh():
        answer = world.api.post("/v1/auth/token", json={"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]})
        if answer.status_code == 200:
            tokens.update(answer.json())
        return answer

    assert [refresh().status_code for _ in range(4)] == [200] * 4
    for _ in range(2):
        refused = refresh()
        assert refused.status_code == 429 and 0 < int(refused.headers["Retry-After"]) <= 60
    kept = world.stack.db("SELECT generation, ended_at FROM session WHERE id = %s", (tokens["session_id"],))[0]
    assert kept == {"generation": 5, "ended_at": None}  # what was refused has used nothing up
    assert App(world).sign_in("fin")["access_token"]  # another person goes on
    starts = [App(world).start().status_code for _ in range(9)]
    assert starts == [302] * 7 + [429] * 2
    assert App(world, company="umbrella").start().status_code == 302  # and another company
