# SPDX-License-Identifier: Apache-2.0
"""The authorization matrix: every route of the OpenAPI document × who asks × what is wrong with the request.

The routes come from `rostra openapi`, the good requests from examples.py; a route without one fails.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import subprocess
import time

import pytest

import contract
from conftest import BUILD, ROLES, uuid7, wait_until
from examples import EXAMPLES, SCOPES, World


def printed():
    running = os.environ.get("TEST_STACK", os.environ.get("ROSTRA_STACK"))
    if running:
        with open(f"{running}/stack.json", encoding="utf-8") as f:
            program = json.load(f)["rostra"]
    else:
        program = BUILD / "rostra"
    return subprocess.run([program, "openapi"], check=True, stdout=subprocess.PIPE, text=True).stdout


DOCUMENT = contract.load(printed())
OPERATIONS = [o for o in DOCUMENT.operations if o.id in EXAMPLES]
GUARDED = [o for o in OPERATIONS if not {"public", "loopback"} & set(o.access)]
SLOW = 16  # more than the server's own limits take under a loaded machine


def rows(operations):
    return pytest.mark.parametrize("operation", operations, ids=lambda o: o.id)


@pytest.fixture(scope="module")
def ours(api, make_company):
    return World(api, make_company)


@pytest.fixture(scope="module")
def theirs(api, make_company):
    return World(api, make_company)


@pytest.fixture(scope="module")
def send(api, link, ops):
    """Sends an example's request, with changes: send(operation, request, who, path=…, json=…, query=…)."""

    def client(operation):
        if "loopback" in operation.access:
            return ops
        return link if operation.path.startswith("/r/") else api

    def call(operation, request, who, **changes):
        path = operation.path.format(**{**request.path, **changes.pop("path", {})})
        options = {"params": {**request.query, **changes.pop("query", {})}, "headers": {**request.headers}}
        options["headers"].update(changes.pop("headers", {}))
        if request.data is not None:
            options["data"] = request.data
        elif request.json is not None:
            options["json"] = request.json
        if "data" in changes:
            options.pop("json", None)
        return client(operation).request(operation.method, path, who=who, **{**options, **changes})

    return call


def first_allowed(operation, world):
    """A caller who may: of people the most powerful."""
    order = ("admin", "curator", "manager", "member", "api_key", "site_key")
    found = [name for name in order if name in operation.access]
    return world.caller(found[0]) if found else None


def problem(response, status, code):
    assert response.status_code == status, f"{response.status_code} {response.text}"
    body = response.json()
    assert body["code"] == code, response.text
    return {e["pointer"] for e in body.get("errors", [])}


# --- every route has its request ---------------------------------------------------------------------------------


def test_every_route_has_an_example_and_every_example_a_route():
    assert {o.id for o in DOCUMENT.operations} == set(EXAMPLES)
    assert len(EXAMPLES) >= 50


# --- who asks ----------------------------------------------------------------------------------------------------


class Bearer:
    def __init__(self, token):
        self.headers = {"Authorization": f"Bearer {token}"}


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signing_key(stack):
    """(name, bytes) of the key that signs tokens."""
    kid, secret = stack.key_file("token.keys").read_text().split()[:2]
    return kid, base64.urlsafe_b64decode(secret + "=")


def signed_token(stack, head, body):
    """Signed by the program's key, whatever it says: head and body are text as they are, or objects."""
    kid, key = signing_key(stack)
    if isinstance(head, dict):
        head = json.dumps({"alg": "HS256", "typ": "JWT", "kid": kid, **head})
    if not isinstance(body, str):
        body = b64(json.dumps(body).encode())
    text = f"{b64(head.encode())}.{body}"
    return f"{text}.{b64(hmac.new(key, text.encode(), hashlib.sha256).digest())}"


def minted(stack, person, **claims):
    """A token like the program's, with other claims."""
    payload = json.loads(base64.urlsafe_b64decode(person.token.split(".")[1] + "=="))
    return signed_token(stack, {}, {**payload, **claims})


@pytest.fixture(scope="module")
def strangers(stack, ours):
    """Nobody whom any route may let in, whatever is asked."""
    token = ours.company.admin.token
    head, payload, signature = token.split(".")
    now = int(time.time())
    raised = json.loads(base64.urlsafe_b64decode(payload + "=="))
    raised["role"] = "admin"
    raised["jti"] = "another"
    kid = signing_key(stack)[0]
    twice = base64.urlsafe_b64decode(payload + "==").rstrip(b"}") + b',"role":"admin"}'

    def signed(head, body=payload):
        return signed_token(stack, head, body)

    return {
        "nobody": None,
        "expired": Bearer(minted(stack, ours.company.admin, iat=now - 900, nbf=now - 900, exp=now - 300)),
        "not yet": Bearer(minted(stack, ours.company.admin, iat=now + 900, nbf=now + 900, exp=now + 1800)),
        "forged": Bearer(f"{head}.{b64(json.dumps(raised).encode())}.{signature}"),
        "unsigned": Bearer(b64(b'{"alg":"none","typ":"JWT"}') + f".{payload}."),
        "cut": Bearer(token[:-2]),
        "without signature": Bearer(f"{head}.{payload}."),
        "two parts": Bearer(f"{head}.{payload}"),
        "four parts": Bearer(token + ".AAAA"),
        "with more behind": Bearer(token + "AAAA"),
        "padded": Bearer(token + "="),
        "other key's name": Bearer(signed({"kid": "another"})),
        "no key's name": Bearer(signed('{"alg":"HS256","typ":"JWT"}')),
        "none": Bearer(signed({"alg": "none"})),
        "None": Bearer(signed({"alg": "NoNe"})),
        "other digest": Bearer(signed({"alg": "HS512"})),
        "public key": Bearer(signed({"alg": "RS256"})),
        "critical": Bearer(signed({"crit": ["exp"]})),
        "a member twice": Bearer(signed({}, b64(twice))),
        "an algorithm twice": Bearer(signed(json.dumps({"alg": "HS256", "typ": "JWT", "kid": kid})[:-1] +
                                            ',"alg":"HS256"}')),
        "no object": Bearer(signed({}, [])),
        "no time": Bearer(signed({}, {k: v for k, v in raised.items() if k != "exp"})),
        "long": Bearer(signed({}, {**raised, "more": "x" * 5000})),
        "unknown key": Bearer("rsk_" + "A" * 43),
        "not a bearer": type("Basic", (), {"headers": {"Authorization": "Basic YTpi"}}),
    }


def test_a_token_minted_here_is_taken(api, stack, ours):
    """Else the strangers' tokens would be refused for another reason than theirs."""
    assert api.get("/v1/me", who=Bearer(minted(stack, ours.company.admin, jti="another"))).status_code == 200


@rows(GUARDED)
def test_without_a_valid_token_every_route_answers_401(operation, ours, strangers, send):
    request = EXAMPLES[operation.id](ours, first_allowed(operation, ours))
    for why, who in strangers.items():
        answer = send(operation, request, who)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), f"{why}: {answer.text}"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer"), why


@rows(GUARDED)
def test_who_is_not_on_the_routes_list_gets_403(operation, ours, send):
    request = EXAMPLES[operation.id](ours, first_allowed(operation, ours))
    for name in (*ROLES, "api_key", "site_key"):
        if name not in operation.access:
            problem(send(operation, request, ours.caller(name)), 403, "forbidden")


@rows([o for o in GUARDED if "api_key" in o.access])
def test_a_key_without_the_scope_gets_403(operation, ours, send):
    scope = operation.row["x-rostra-scope"]
    assert scope in SCOPES
    request = EXAMPLES[operation.id](ours, ours.key)
    problem(send(operation, request, ours.keys_without[scope]), 403, "forbidden")


@rows(OPERATIONS)
def test_whoever_is_on_the_routes_list_succeeds(operation, ours, send):
    open_ = {"public", "loopback"} & set(operation.access)
    for name in operation.access:
        who = None if open_ else ours.caller(name)
        answer = send(operation, EXAMPLES[operation.id](ours, who), who)
        if operation.id in ("auth_callback", "auth_signed_out", "auth_test"):  # a browser that nobody sent: test_sign_in has the others
            assert answer.status_code == 404
            continue
        if "501" in operation.row["responses"]:  # it is there to say so
            assert answer.status_code == 501 and answer.json()["code"] == "not_implemented"
            continue
        if operation.id == "backchannel_logout":  # only a provider can: test_sign_in has one
            problem(answer, 400, "malformed_request")
            continue
        assert answer.status_code in (200, 201, 204, 207, 302), f"{name}: {answer.status_code} {answer.text}"


# --- what is asked -----------------------------------------------------------------------------------------------


# Links and providers send browsers on with whatever they please; directories add words of their own.
@rows([o for o in OPERATIONS if not o.path.startswith(("/r/", "/scim/")) and o.id not in ("auth_callback", "auth_signed_out")])
def test_an_unknown_query_parameter_is_refused(operation, ours, send):
    who = first_allowed(operation, ours)
    answer = send(operation, EXAMPLES[operation.id](ours, who), who, query={"nobody_knows": "1"})
    assert "?nobody_knows" in problem(answer, 400, "invalid_query")


def bad_text(schema):
    """A query value that its schema forbids; None when any text is good."""
    if "enum" in schema or schema.get("type") in ("integer", "boolean") or schema.get("format") in ("uuid", "date", "date-time"):
        return "no-such-value"
    return None


@rows([o for o in OPERATIONS if any(bad_text(p["schema"]) for p in o.parameters("query"))])
def test_query_values_are_checked_all_at_once(operation, ours, send):
    who = first_allowed(operation, ours)
    bad = {p["name"]: bad_text(p["schema"]) for p in operation.parameters("query")
           if bad_text(p["schema"]) and p["name"] not in ("limit",)}
    if bad:
        answer = send(operation, EXAMPLES[operation.id](ours, who), who, query=bad)
        assert {"?" + name for name in bad} <= problem(answer, 400, "invalid_query")


WITH_BODY = [o for o in OPERATIONS if "requestBody" in o.row]
# What CRMs send is read only when its signature is good: test_crm.
WITH_JSON = [o for o in WITH_BODY if o.body[0] == "application/json" and "properties" in o.body[1]]


@rows(WITH_BODY)
def test_a_body_of_another_type_is_415(operation, ours, send):
    who = first_allowed(operation, ours)
    answer = send(operation, EXAMPLES[operation.id](ours, who), who, data=b"<a/>", headers={"Content-Type": "application/xml"})
    problem(answer, 415, "unsupported_media_type")


@rows(WITH_BODY)
def test_a_body_that_is_too_large_is_413(operation, ours, send):
    who = first_allowed(operation, ours)
    kind = operation.body[0]
    size = 70_000 if kind == "application/json" else 21 * 1024 * 1024
    if operation.path.endswith("/bulk"):
        size = 1024 * 1024
    answer = send(operation, EXAMPLES[operation.id](ours, who), who, data=b'{"a":"' + b"x" * size + b'"}',
                  headers={"Content-Type": kind})
    problem(answer, 413, "too_large")


def refused(send, operation, world, body, **kw):
    who = first_allowed(operation, world)
    return problem(send(operation, EXAMPLES[operation.id](world, who), who, json=body, **kw), 422, "invalid_fields")


@rows(WITH_JSON)
def test_an_unknown_member_is_refused_by_name(operation, ours, send):
    who = first_allowed(operation, ours)
    request = EXAMPLES[operation.id](ours, who)
    answer = send(operation, request, who, json={**request.json, "nobody_knows": 1})
    assert problem(answer, 422, "invalid_fields") == {"#/nobody_knows"}


def wrong(schema):
    """A value of a type the schema forbids."""
    kinds = schema.get("type", "object")
    return 7 if "object" in kinds or "array" in kinds else {}


@rows(WITH_JSON)
def test_members_of_the_wrong_type_are_refused_all_at_once(operation, ours, send):
    members = operation.body[1]["properties"]
    found = refused(send, operation, ours, {name: wrong(s) for name, s in members.items()})
    assert found == {f"#/{name}" for name in members}


@rows(WITH_JSON)
def test_null_is_refused_where_it_is_no_value(operation, ours, send):
    members = operation.body[1]["properties"]
    needed = {n for n, s in members.items() if "null" not in s.get("type", [])}
    if needed:
        assert refused(send, operation, ours, {n: None for n in members}) == {f"#/{n}" for n in needed}


@rows([o for o in WITH_JSON if o.body[1].get("required")])
def test_what_is_required_is_named_when_it_is_missing(operation, ours, send):
    assert refused(send, operation, ours, {}) == {f"#/{n}" for n in operation.body[1]["required"]}


def outside(schema):
    """A value of the right type past the schema's bounds, or None."""
    kinds = schema.get("type", "object")
    if "object" in kinds:
        return {} if schema.get("required") else None
    if "array" in kinds:
        item = schema["items"]
        return [outside(item)] if "enum" in item or item.get("format") == "uuid" else [7] * (schema.get("maxItems", 0) + 1)
    if "integer" in kinds:
        return schema["maximum"] + 1 if "maximum" in schema else schema.get("minimum", 0) - 1 if "minimum" in schema else None
    if "string" not in kinds:
        return None
    if "enum" in schema or "format" in schema:
        return "no such value"
    return "x" * (schema["maxLength"] + 1) if "maxLength" in schema else None


@rows(WITH_JSON)
def test_values_out_of_bounds_are_refused_all_at_once(operation, ours, send):
    members = {n: outside(s) for n, s in operation.body[1]["properties"].items()}
    bad = {n: v for n, v in members.items() if v is not None}
    if bad:
        found = refused(send, operation, ours, bad)
        assert set(bad) <= {p.split("/")[1] for p in found}


def is_free(schema):
    return "string" in schema.get("type", []) and not {"enum", "format", "pattern"} & set(schema)


@rows([o for o in OPERATIONS if any(is_free(p["schema"]) for p in o.parameters("query"))])
def test_words_of_any_alphabet_in_a_query_are_understood(operation, ours, send):
    """Columns of ASCII compare with no other text: MariaDB answers 1267."""
    who = first_allowed(operation, ours)
    request = EXAMPLES[operation.id](ours, who)
    for parameter in operation.parameters("query"):
        if is_free(parameter["schema"]):
            answer = send(operation, request, who, query={parameter["name"]: "Grüße"})
            assert answer.status_code < 500, f"{parameter['name']}: {answer.text}"


def filled(schema, value):
    """The example's body with every free text as long as it may be, of characters that take four bytes."""
    if is_free(schema):
        return "\U0001d4b3" * schema.get("maxLength", 50)
    if isinstance(value, dict):
        members = schema.get("properties", {})
        return {**value, **{k: filled(s, value.get(k)) for k, s in members.items() if is_free(s) or k in value}}
    return [filled(schema.get("items", {}), v) for v in value] if isinstance(value, list) else value


@rows([o for o in WITH_JSON if not o.path.startswith("/scim/")])
def test_texts_of_any_alphabet_are_taken_or_refused_whole(operation, ours, send):
    who = first_allowed(operation, ours)
    for name, schema in operation.body[1]["properties"].items():
        if is_free(schema) or schema.get("properties") or schema.get("items", {}).get("properties"):
            request = EXAMPLES[operation.id](ours, who)
            answer = send(operation, request, who, json={**request.json, name: filled(schema, request.json.get(name))})
            assert answer.status_code < 500, f"{name}: {answer.text}"


@rows(WITH_JSON)
@pytest.mark.parametrize("text", [b"[]", b"null", b'{"a": ', b'{"a": 1, "a": 2}', b'{"a": "\xff"}', b"[" * 40],
                         ids=["list", "null", "cut", "repeated member", "not UTF-8", "deep"])
def test_a_body_that_is_no_json_object_is_400(operation, text, ours, send):
    who = first_allowed(operation, ours)
    answer = send(operation, EXAMPLES[operation.id](ours, who), who, data=text, headers={"Content-Type": "application/json"})
    problem(answer, 400, "malformed_json")


# --- whose it is -------------------------------------------------------------------------------------------------

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+Z")
# What the client names itself: an id that another company has is free in this one.
MADE_BY_CLIENT = {"key_put", "crm_hook_put", "team_put", "channel_put", "campaign_put", "post_put", "share_put", "value_put",
                  "kudos_put", "reward_put", "redemption_put", "erasure_put", "consent_put", "identity_provider_put", "point_rules_put",
                  "report_definition_put", "report_run_put", "badge_put", "contest_put", "mentoring_offer_put", "mentoring_put",
                  "mentoring_item_put", "share_review_put", "emv_rates_put", "emv_run_put",
                  "email_domain_put"}


def made_id(operation):
    """The member of the path that the client makes; one before it is of what is there."""
    return "other_id" if "{other_id}" in operation.path else "id"


# Followed by background work, not by requests.
QUEUES = ("outbox", "badge_due")
BACKGROUND = {*QUEUES, "job", "post_stat", "spool_mark", "report_due", "report_sum", "report_month", "board_look", "board_place"}


def bare(response):
    """An answer without what differs from request to request."""
    text = response.text
    if response.headers.get("Content-Type", "").endswith("json"):
        body = response.json()
        body.pop("instance", None)
        body.pop("request_id", None)
        text = json.dumps(body, sort_keys=True)
    text = re.sub(r"/r/[0-9A-Za-z]+|%2Fr%2F[0-9A-Za-z]+", "/r/-", text)
    text = re.sub(r"rsk_[\w-]+|rostra-domain=[\w-]+|\bd[0-9a-f]{10}\.example", "-", text)
    text = re.sub(r"/v1/crm/\w+/[\w-]{43}", "/v1/crm/-", text)
    text = re.sub(r'"similar": \d+', '"similar": -', text)
    text = re.sub(r"mark[0-9a-f]{16}[ +%20]+[0-9a-f]{8}", "-", text)
    return response.status_code, TIME.sub("-", UUID.sub("-", text))


def places(value, at=()):
    """Where in a body ids are: ("impressions", 0, "post_id")."""
    if isinstance(value, str):
        return [at] if UUID.fullmatch(value) else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [p for k, v in items for p in places(v, (*at, k))]


def put_at(value, place, new):
    """A copy of a body with another value there."""
    if not place:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[place[0]] = put_at(value[place[0]], place[1:], new)
    return copy


def get_at(value, place):
    for step in place:
        value = value[step]
    return value


@pytest.fixture(scope="module")
def sums(db):
    """One statement that says of each table how many rows a company has there, and a sum over them."""
    columns = {}
    for r in db("SELECT table_name AS t, column_name AS c FROM information_schema.columns WHERE table_schema = DATABASE()"):
        columns.setdefault(r["t"], []).append(r["c"])
    of = {t: "company_id" for t, names in columns.items() if "company_id" in names and t not in BACKGROUND}
    return " UNION ALL ".join(
        f"SELECT '{t}' AS t, COUNT(*) AS n, COALESCE(SUM(CRC32(CONCAT_WS('|', {', '.join(f'QUOTE({c})' for c in columns[t])}))), 0) AS x"
        f" FROM {t} WHERE {key} = %(company)s" for t, key in {**of, "company": "id"}.items())


def snapshot(stack, sums, company):
    """All that a company has, as the database has it."""
    return {r["t"]: (r["n"], r["x"]) for r in stack.db(sums, {"company": company.id})}


def settled(stack, sums, company):
    """Once nothing is left to be done for the company."""
    left = " UNION ALL ".join(f"(SELECT 1 FROM {q} WHERE company_id = %(company)s LIMIT 1)" for q in QUEUES)
    wait_until(lambda: not stack.db(left, {"company": company.id}), SLOW, "the other company's data to rest")
    return snapshot(stack, sums, company)


def twins(operation, request, foreign, theirs):
    """(what, changes with their id, changes with an id that never was), for every id the request has."""
    for name in request.path:
        made = operation.id in MADE_BY_CLIENT and name == made_id(operation)
        if name not in ("code", "reaction", "day", "type", "urn") and not made:
            yield name, {"path": {name: foreign.path[name]}}, {"path": {name: uuid7()}}
    for place in places(request.json):
        try:
            their_id = get_at(foreign.json, place)
        except (KeyError, IndexError, TypeError):
            continue
        yield place, {"json": put_at(request.json, place, their_id)}, {"json": put_at(request.json, place, uuid7())}
    for parameter in operation.parameters("query"):
        name = parameter["name"]
        if parameter["schema"].get("format") == "uuid":
            yield f"?{name}", {"query": {name: theirs.id_of(name)}}, {"query": {name: uuid7()}}


def id_members(schema, at=""):
    """The members of a body schema that take ids."""
    if schema.get("format") == "uuid":
        return {at}
    found = set()
    for name, member in schema.get("properties", {}).items():
        found |= id_members(member, f"{at}/{name}")
    return found | (id_members(schema["items"], at) if "items" in schema else set())


@rows(WITH_JSON)
def test_the_examples_have_every_id_that_a_body_takes(operation, ours):
    request = EXAMPLES[operation.id](ours, first_allowed(operation, ours))
    there = {"/" + "/".join(str(s) for s in p if isinstance(s, str)) for p in places(request.json)}
    assert id_members(operation.body[1]) <= there


WITH_IDS = [o for o in GUARDED if "{" in o.path or any(p["schema"].get("format") == "uuid" for p in o.parameters("query"))
            or (o.body[0] == "application/json" and id_members(o.body[1]))]


@rows(WITH_IDS)
def test_another_companys_id_answers_as_one_that_never_was_and_changes_nothing(operation, ours, theirs, send, stack, sums):
    foreign = EXAMPLES[operation.id](theirs, first_allowed(operation, theirs))
    before = settled(stack, sums, theirs.company)
    for name in operation.access:
        who = ours.caller(name)
        request = EXAMPLES[operation.id](ours, who)
        for what, with_theirs, with_none in twins(operation, request, foreign, theirs):
            a, b = send(operation, request, who, **with_theirs), send(operation, request, who, **with_none)
            assert bare(a) == bare(b), what
            assert theirs.mark not in a.text, what
            if what in ("id", "other_id"):
                assert a.status_code == 404, f"{what}: {a.status_code} {a.text}"
    assert snapshot(stack, sums, theirs.company) == before


@rows([o for o in GUARDED if o.id in MADE_BY_CLIENT])
def test_an_id_that_another_company_has_is_free_in_this_one(operation, ours, theirs, send, stack, sums):
    for name in operation.access:
        there = EXAMPLES[operation.id](theirs, theirs.caller(name))
        assert send(operation, there, theirs.caller(name)).status_code == 201
        before = settled(stack, sums, theirs.company)
        with_theirs, with_none = (EXAMPLES[operation.id](ours, ours.caller(name)) for _ in range(2))
        with_theirs.path[made_id(operation)] = there.path[made_id(operation)]
        a, b = (send(operation, r, ours.caller(name)) for r in (with_theirs, with_none))
        assert (a.status_code, bare(a)) == (201, bare(b))
        assert theirs.mark not in a.text
        assert snapshot(stack, sums, theirs.company) == before


@rows([o for o in OPERATIONS if o.method == "GET" and not o.path.startswith("/r/") and "loopback" not in o.access])
def test_no_reading_shows_anything_of_another_company(operation, ours, theirs, send):
    for name in operation.access:
        who = None if name == "public" else ours.caller(name)
        request = EXAMPLES[operation.id](ours, who)
        if any(p["name"] == "limit" for p in operation.parameters("query")):
            request.query["limit"] = "100"
        answer = send(operation, request, who)
        assert theirs.mark not in answer.text
        assert not theirs.ids() & set(UUID.findall(answer.text))


def test_the_matrix_would_see_a_leak(api, theirs):
    """The marks and ids it looks for are there to be seen by their own people."""
    own = api.get("/v1/channels?limit=100", who=theirs.company.admin)
    assert theirs.mark in own.text and theirs.ids() & set(UUID.findall(own.text))
