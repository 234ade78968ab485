# SPDX-License-Identifier: Apache-2.0
"""No secret in a log or in the database: every kind of secret is used, then both are searched for every one of them.

A secret is searched for as it stands, decoded from its base64url, and as hexadecimal; the search is of files and of
all values of all tables, and it is shown to find what is there."""

import base64
import gzip
import hashlib
import json
import pathlib
import secrets

from conftest import Client, ORIGIN, company_of, uuid7
from content import made


def forms(secret):
    """The bytes by which a secret could be known again."""
    found = {secret.encode()}
    for part in {secret, secret.split("_", 1)[-1], secret.rsplit(".", 1)[-1]}:
        try:
            raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        except ValueError:
            continue
        if len(raw) >= 16:
            found |= {raw, raw.hex().encode(), raw.hex().upper().encode(), base64.b64encode(raw)}
    return found


def searched(stack):
    """(where, bytes) of all that is kept: every log, and every row of every table."""
    for path in sorted((stack.state / "log").rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            yield path.name, gzip.decompress(content) if path.suffix == ".gz" else content
    for row in stack.db("SELECT table_name AS t FROM information_schema.tables WHERE table_schema = 'rostra'"):
        table = row["t"]
        rows = stack.db(f"SELECT * FROM `{table}`")
        yield table, b"\n".join(v if isinstance(v, bytes) else str(v).encode() for r in rows for v in r.values())


def found(stack, canaries):
    return sorted({(name, where) for where, content in searched(stack) for name, secret in canaries.items()
                   for form in forms(secret) if form in content})


class Bearer:
    def __init__(self, token):
        self.headers = {"Authorization": f"Bearer {token}"}


def refreshed(api, token, status=200):
    answer = api.post("/v1/auth/token", json={"grant_type": "refresh_token", "refresh_token": token}, idempotency_key=None)
    assert answer.status_code == status, answer.text
    return answer.json()


def sign_in_flow(stack, api, company, canaries):
    """A session with each of its tokens used well and badly."""
    person = company.add_person(f"s{secrets.token_hex(4)}")
    began = json.loads(stack.rostra("session", "start", "--company", company.slug, "--person", person.email, "--json"))
    canaries["refresh token"], canaries["access token"] = began["refresh_token"], began["access_token"]
    assert api.get("/v1/me", who=Bearer(began["access_token"])).status_code == 200
    assert api.get("/v1/me", who=Bearer(began["access_token"] + "x")).status_code == 401
    assert api.get(f"/v1/me?access_token={secrets.token_hex(8)}", who=None).status_code in (400, 401)
    second = refreshed(api, began["refresh_token"])
    canaries["next refresh token"], canaries["next access token"] = second["refresh_token"], second["access_token"]
    third = refreshed(api, second["refresh_token"])
    canaries["third refresh token"] = third["refresh_token"]
    refreshed(api, began["refresh_token"], 400)
    refreshed(api, third["refresh_token"], 400)
    api.post("/v1/auth/logout", json={"refresh_token": third["refresh_token"]}, idempotency_key=None)
    verifier = "v" + secrets.token_hex(32)
    canaries["code verifier"], canaries["sign-in code"] = verifier, secrets.token_hex(32)
    answer = api.post("/v1/auth/token", json={"grant_type": "authorization_code", "code": canaries["sign-in code"],
                                              "redirect_uri": "com.example.advocacy:/cb", "code_verifier": verifier},
                      idempotency_key=None)
    assert answer.status_code == 400


def key_flow(api, company, canaries):
    """Keys made over the API, used well and badly, and revoked."""
    for kind, more in (("secret", {"scopes": ["leads:write", "reports:read"]}), ("site", {"origins": [ORIGIN]})):
        place, body = f"/v1/keys/{uuid7()}", {"kind": kind, "name": f"{kind} of the flow", **more}
        key = canaries[f"{kind} key"] = made(api.put(place, who=company.admin, json=body))["key"]
        assert "key" not in api.put(place, who=company.admin, json=body).json()
        if kind == "secret":
            made(api.post("/v1/leads", who=Bearer(key), json={"external_id": uuid7(), "name": "A lead"}))
            assert api.get("/v1/me", who=Bearer(key)).status_code == 403
        else:
            sent = {"X-Site-Key": key, "Origin": ORIGIN}
            assert api.post("/v1/t/leads", headers=sent, json={"external_id": uuid7(), "name": "B"}).status_code in (201, 202)
            assert api.post("/v1/t/leads", headers={**sent, "Origin": "https://evil.example"}, json={}).status_code == 403
        assert api.delete(place, who=company.admin).status_code == 204
        api.post("/v1/leads", who=Bearer(key + "x"), json={"external_id": uuid7()})


def provider_flow(api, company, canaries):
    canaries["client secret"] = secret = f"client-{secrets.token_hex(24)}"
    made(api.put(f"/v1/identity-providers/{uuid7()}", who=company.admin, json={
        "name": "Id", "issuer": f"https://id{secrets.token_hex(4)}.example", "client_id": "rostra", "client_secret": secret}))
    wrong = canaries["client secret of a refused body"] = f"client-{secrets.token_hex(24)}"
    answer = api.put(f"/v1/identity-providers/{uuid7()}", who=company.admin, json={
        "name": "", "issuer": "ftp://x", "client_id": "rostra", "client_secret": wrong})
    assert answer.status_code == 422 and wrong not in answer.text


def test_no_secret_is_in_any_log_or_table_after_the_flows_that_use_them(own_stack):
    stack = own_stack("--set", "app_redirect_uris=com.example.advocacy:/cb", "--set", "rate_public_per_min=10000")
    api, canaries = Client(stack.places["API"]), {}
    company = company_of(stack, "hooli", "Hooli")
    canaries["operator's secret key"], canaries["operator's site key"] = company.api_key.secret, company.site_key.secret
    canaries["operator's access token"] = company.admin.token
    for path in (stack.state / "keys").iterdir():
        lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
        canaries.update({f"{path.name} {n}": line.split()[-1] for n, line in enumerate(lines)})
    assert {"token.keys 0", "cursor.key 0", "seal.key 0"} <= set(canaries)
    sign_in_flow(stack, api, company, canaries)
    key_flow(api, company, canaries)
    provider_flow(api, company, canaries)
    # The search finds what is there: a digest in its table, a request in its log.
    shown = {"digest": hashlib.sha256(company.api_key.secret.encode()).hexdigest()}
    assert ("digest", "api_key") in [(n, w) for w, c in searched(stack) for n, h in shown.items() if bytes.fromhex(h) in c]
    assert stack.log(), "there is a log"
    assert found(stack, {"a name": "hooli"}) != []
    assert found(stack, canaries) == []



def status_of(pid):
    return dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line)


def test_services_keep_their_memory_and_give_up_what_they_do_not_need(stack):
    for pid in (stack.pid("serve"), stack.pid("jobs"), *stack.workers()):
        assert pathlib.Path(f"/proc/{pid}/mem").stat().st_uid == 0, "its own user may read its memory"
        core = next(line for line in pathlib.Path(f"/proc/{pid}/limits").read_text().splitlines() if line.startswith("Max core"))
        assert core.split()[4:6] == ["0", "0"]
        if b"__sanitizer_" in stack.build.joinpath("rostra").read_bytes():
            continue  # sanitizers need what is given up
        said = status_of(pid)
        assert (said["NoNewPrivs"], said["Seccomp"]) == ("1", "2")
        assert all(int(said[name], 16) == 0 for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"))
