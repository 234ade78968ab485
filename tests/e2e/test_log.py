# SPDX-License-Identifier: Apache-2.0
"""Logs: one JSON object a line whatever clients send, and no secret in any of them."""

import json
import secrets

import requests

from conftest import Client, uuid7, wait_until

INJECTIONS = ['\r\n{"event":"forged","level":"info"}', "\x1b[31mred", "a\u2028b\u2029c", '"},{"event":"forged"', "%0d%0aforged",
              "\\u000aforged", "\u202etxt", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16")]


def all_logs(stack):
    return b"".join(p.read_bytes() for p in (stack.state / "log").glob("*") if p.is_file())


def raw_headers(url, headers):
    """requests refuses what an attacker would send; http.client does not, once told so."""
    session = requests.Session()
    request = requests.Request("GET", url).prepare()
    for name, value in headers.items():
        request.headers[name] = value.encode("utf-8") if isinstance(value, str) else value
    return session.send(request, timeout=10)


def test_nothing_a_client_sends_breaks_a_log_line(api, acme, stack):
    for text in INJECTIONS:
        plain = text.replace("\r", "").replace("\n", "")
        api.get("/v1/me", who=acme.member, params={"x": text}, contract=False)
        api.get(f"/v1/nothing/{requests.utils.quote(text)}", contract=False)
        api.put(f"/v1/channels/{uuid7()}", who=acme.admin, json={"name": text, text: text}, contract=False)
        for name in ("X-Request-Id", "User-Agent", "traceparent", "App-Version", "Accept-Language", "Idempotency-Key"):
            raw_headers(api.base + "/v1/me", {name: plain, **acme.member.headers})
    mark = f"mark-{secrets.token_hex(8)}"
    api.get("/v1/me", who=acme.member, headers={"X-Request-Id": mark})
    wait_until(lambda: stack.log(mark), what="the last line")
    for line in (stack.state / "log/rostra.log").read_bytes().split(b"\n"):
        if not line:
            continue
        found = json.loads(line)
        assert found.get("event") != "forged"
        assert b"\x1b" not in line and "\u2028".encode() not in line and b"\r" not in line


def test_no_secret_is_ever_logged(api, link, acme, stack):
    canary = f"canary{secrets.token_hex(12)}"
    token = acme.member.token
    api.get("/v1/me", headers={"Authorization": f"Bearer {canary}.{canary}.{canary}"}, contract=False)
    api.get("/v1/me", headers={"Authorization": f"Basic {canary}"}, contract=False)
    api.get("/v1/me", headers={"Authorization": f"Bearer rsk_{canary}"}, contract=False)
    api.get(f"/v1/me?access_token={canary}", contract=False)
    api.get("/v1/me", who=acme.member, headers={"Cookie": f"s={canary}"})
    api.post("/v1/leads", who=acme.api_key, contract=False,
             json={"external_id": secrets.token_hex(8), "email": f"{canary}@example.com", "name": canary})
    api.post("/v1/leads", who=acme.api_key, contract=False, json={canary: canary})
    api.post(f"/v1/t/leads?site_key=rpk_{canary}", json={"email": f"{canary}@example.com"}, contract=False)
    link.get(f"/r/abcdefgh?rc_email={canary}", contract=False)
    mark = f"mark-{secrets.token_hex(8)}"
    api.get("/v1/me", who=acme.member, headers={"X-Request-Id": mark})
    wait_until(lambda: stack.log(mark), what="the last line")
    text = all_logs(stack)
    assert canary.encode() not in text
    assert token.encode() not in text and token.split(".")[2].encode() not in text
    assert acme.api_key.secret.encode() not in text
    assert acme.member.email.encode() not in text


def test_a_token_in_the_query_lets_nobody_in(api, acme):
    r = Client(api.base).get(f"/v1/me?access_token={acme.member.token}", contract=False)
    assert r.status_code == 401
    assert r.headers["WWW-Authenticate"].startswith("Bearer")
