# SPDX-License-Identifier: Apache-2.0
"""The conventions every route keeps: validators, methods, sizes, types, cursors, idempotency, limits, request ids."""

import concurrent.futures
import json
import re
import secrets
import time

import pytest
import requests

from conftest import ORIGIN, Client, company_of, uuid7, wait_until
from content import draft_post, new_channel


def problem(response, status, code):
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["code"] == code and body["status"] == status
    assert body["request_id"] == response.headers["X-Request-Id"]
    return body


def pointers(body):
    return {e["pointer"] for e in body.get("errors", [])}


# --- validators, methods -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/v1/me", "/v1/feed", "/v1/channels"])
def test_a_reader_who_has_it_gets_304(api, acme, path):
    first = api.get(path, who=acme.member)
    assert first.status_code == 200
    etag = first.headers["ETag"]
    assert etag.startswith('W/"')
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert "Authorization" in first.headers["Vary"]
    for given in (etag, etag[2:], f'"x", {etag}', "*"):
        again = api.get(path, who=acme.member, headers={"If-None-Match": given}, contract=False)
        assert again.status_code == 304 and again.content == b"", given
        assert again.headers["ETag"] == etag
    assert api.get(path, who=acme.member, headers={"If-None-Match": '"x"'}).status_code == 200


def test_a_validator_is_of_one_viewer_and_not_of_the_token(api, acme, globex):
    mine = api.get("/v1/feed", who=acme.member).headers["ETag"]
    acme.member._token = ""  # another token of the same person
    assert api.get("/v1/feed", who=acme.member).headers["ETag"] == mine
    assert api.get("/v1/feed", who=acme.admin).headers["ETag"] != mine
    assert api.get("/v1/feed", who=globex.member).headers["ETag"] != mine


def test_a_validator_knows_the_language(api, acme):
    tags = {api.get("/v1/feed", who=acme.member, headers={"Accept-Language": l}).headers["ETag"] for l in ("de", "fr")}
    assert len(tags) == 2


def test_head_is_get_without_its_body(api, acme):
    get = api.get("/v1/me", who=acme.member, headers={"Accept-Encoding": "identity"})
    head = api.head("/v1/me", who=acme.member, headers={"Accept-Encoding": "identity"}, contract=False)
    assert head.status_code == 200 and head.content == b""
    assert head.headers["ETag"] == get.headers["ETag"]
    assert int(head.headers["Content-Length"]) == len(get.content)


def test_a_method_the_path_lacks_is_405_with_allow(api, acme):
    r = api.delete("/v1/feed", who=acme.member, contract=False)
    problem(r, 405, "method_not_allowed")
    assert set(r.headers["Allow"].split(", ")) >= {"GET", "HEAD"}
    problem(api.request("BREW", "/v1/feed", who=acme.member, contract=False), 405, "method_not_allowed")


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"])
def test_a_method_cannot_be_overridden(api, acme, header):
    r = api.post("/v1/feed", who=acme.admin, headers={header: "GET"}, contract=False)
    problem(r, 405, "method_not_allowed")


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/feed/", "/v1/feedx", "/v1/FEED", "/v1/posts/x/y/z"])
def test_an_unknown_path_is_404_signed_in_or_not(api, acme, path):
    problem(api.get(path, who=acme.member, contract=False), 404, "not_found")
    problem(api.get(path, contract=False), 404, "not_found")


@pytest.mark.parametrize("path", ["/v1/a%2Fb", "/v1//feed", "/v1/%2e%2e/feed", "/v1/x%0d%0ay"])
def test_a_path_that_reads_in_two_ways_is_refused(api, acme, path):
    request = requests.Request("GET", api.base, headers=acme.member.headers).prepare()
    request.url = api.base + path
    r = api.session.send(request, timeout=10)
    assert r.status_code in (400, 404)
    assert r.headers["Content-Type"] == "application/problem+json"


# --- bodies ------------------------------------------------------------------------------------------------------


def put_channel(api, who, **options):
    return api.put(f"/v1/channels/{uuid7()}", who=who, contract=False, **options)


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/json; charset=latin1", ""])
def test_another_type_than_json_is_415(api, acme, kind):
    problem(put_channel(api, acme.admin, data=b"{}", headers={"Content-Type": kind}), 415, "unsupported_media_type")


def test_json_with_its_charset_is_taken(api, acme):
    body = {"name": f"News {uuid7()}", "audience": "all", "mode": "mandatory"}
    r = put_channel(api, acme.admin, data=json.dumps(body), headers={"Content-Type": "application/json; charset=UTF-8"})
    assert r.status_code == 201, r.text


def test_a_body_over_the_routes_size_is_413(api, acme):
    r = put_channel(api, acme.admin, data=b"[" * 66_000, headers={"Content-Type": "application/json"})
    problem(r, 413, "too_large")


@pytest.mark.parametrize("text", ['{"name": }', '{"name": "a", "name": "b"}', "[" * 30, '{"a":' * 20 + "1" + "}" * 20, "",
                                  '{"name": "\\ud800"}', "nul"])
def test_malformed_json_is_400_and_says_where(api, acme, text):
    r = put_channel(api, acme.admin, data=text, headers={"Content-Type": "application/json"})
    assert r.status_code in (400, 422), r.text
    assert r.json()["code"] in ("malformed_json", "invalid_fields")


def test_a_nul_byte_in_a_string_is_refused(api, acme):
    r = put_channel(api, acme.admin, json={"name": "a\u0000b", "audience": "all", "mode": "mandatory"})
    assert r.status_code in (400, 422)


def test_all_faults_of_a_body_are_told_at_once(api, acme):
    r = put_channel(api, acme.admin, json={"name": "", "audience": "nobody", "colour": "red"})
    body = problem(r, 422, "invalid_fields")
    assert {"#/name", "#/audience", "#/colour"} <= pointers(body)


@pytest.mark.parametrize("id_", [uuid7(time.time() - 40 * 86400), uuid7(time.time() + 2 * 86400),
                                 "7d444840-9dc0-41d1-b245-5ffdce74fad2", "nothing"],
                         ids=["old", "of a clock days ahead", "of another version", "no uuid"])
def test_a_put_takes_fresh_ids_only(api, acme, id_):
    r = api.put(f"/v1/channels/{id_}", who=acme.admin, json={"name": "x", "audience": "all", "mode": "mandatory"},
                contract=False)
    assert "#/id" in pointers(problem(r, 422, "invalid_fields"))


def test_a_query_parameter_nobody_knows_is_refused(api, acme):
    body = problem(api.get("/v1/me?colour=red", who=acme.member, contract=False), 400, "invalid_query")
    assert "?colour" in pointers(body)


# --- lists -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def listed(api, make_company):
    company = make_company(name="Listed")
    company.channels = {new_channel(api, company)["id"] for _ in range(7)}
    return company


def test_pages_follow_each_other_without_gap_or_repeat(api, listed):
    seen, path = [], "/v1/channels?limit=3"
    while path:
        r = api.get(path, who=listed.admin)
        page = r.json()
        assert len(page["items"]) <= 3
        seen += [c["id"] for c in page["items"]]
        assert page["has_more"] == (page["next_cursor"] is not None)
        path = f"/v1/channels?limit=3&cursor={page['next_cursor']}" if page["has_more"] else None
        if path:
            assert r.headers["Link"] == f'<{api.base}{path}>; rel="next"'
    assert len(seen) == len(set(seen)) and set(seen) >= listed.channels


@pytest.mark.parametrize("limit", ["0", "-1", "x", "1.5", "", "1e3"])
def test_a_limit_must_be_a_positive_number(api, listed, limit):
    r = api.get(f"/v1/channels?limit={limit}", who=listed.member, contract=False)
    assert r.status_code == 400


def test_a_large_limit_is_taken_for_the_largest(api, listed):
    for limit in ("101", "1000000", "99999999999999999999999"):
        assert api.get(f"/v1/channels?limit={limit}", who=listed.member).status_code == 200


def test_a_cursor_is_good_for_its_reader_and_list_only(api, listed, acme):
    cursor = api.get("/v1/channels?limit=2", who=listed.admin).json()["next_cursor"]
    assert api.get(f"/v1/channels?cursor={cursor}", who=listed.admin).status_code == 200
    for path, who in ((f"/v1/channels?cursor={cursor}", listed.member), (f"/v1/channels?cursor={cursor}", acme.admin),
                      (f"/v1/campaigns?cursor={cursor}", listed.admin)):
        problem(api.get(path, who=who, contract=False), 400, "cursor_invalid")
    for bad in (cursor[:-1] + ("A" if cursor[-1] != "A" else "B"), cursor[1:], "x", "A" * 75):
        problem(api.get(f"/v1/channels?cursor={bad}", who=listed.admin, contract=False), 400, "cursor_invalid")


# --- idempotency -------------------------------------------------------------------------------------------------


@pytest.fixture
def draft(api, acme):
    return draft_post(api, acme)


def publish(api, company, post, key, **body):
    return api.post(f"/v1/posts/{post['id']}/publish", who=company.curator, json=body, idempotency_key=key, contract=False)


def test_a_repeated_post_is_answered_byte_for_byte(api, acme, draft):
    key = uuid7()
    first = publish(api, acme, draft, key)
    assert first.status_code == 200 and "Idempotency-Replayed" not in first.headers
    again = publish(api, acme, draft, key)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Content-Type"] == first.headers["Content-Type"]


def test_the_same_key_with_another_body_is_refused(api, acme, draft):
    key = uuid7()
    assert publish(api, acme, draft, key).ok
    problem(publish(api, acme, draft, key, version=draft["version"]), 422, "idempotency_mismatch")


def test_another_callers_or_paths_same_key_is_another_key(api, acme, globex, draft):
    key = uuid7()
    assert publish(api, acme, draft, key).ok
    for who, post in ((acme, draft_post(api, acme)), (globex, draft_post(api, globex))):
        r = publish(api, who, post, key)
        assert r.status_code == 200 and "Idempotency-Replayed" not in r.headers


@pytest.mark.parametrize("key", [None, "short", "x" * 256, "with\ttab!"], ids=["none", "short", "long", "tab"])
def test_a_post_with_an_effect_needs_its_key(api, acme, draft, key):
    body = problem(publish(api, acme, draft, key), 400, "malformed_request")
    assert "Idempotency-Key" in body["detail"]


def test_a_final_refusal_is_kept(api, acme, draft):
    key = uuid7()
    assert publish(api, acme, draft, uuid7()).ok
    first = publish(api, acme, draft, key)
    assert first.status_code in (409, 422), first.text
    again = publish(api, acme, draft, key)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"


def test_what_failed_before_it_began_is_not_kept(api, acme, draft):
    key = uuid7()
    assert publish(api, acme, draft, key, version="x").status_code == 422
    assert api.post(f"/v1/posts/{draft['id']}/publish", json={}, idempotency_key=key).status_code == 401
    r = publish(api, acme, draft, key)
    assert r.status_code == 200 and "Idempotency-Replayed" not in r.headers


def test_twenty_at_once_have_one_effect(api, acme, draft, db):
    key = uuid7()
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: publish(Client(api.base), acme, draft, key), range(20)))
    assert {a.status_code for a in answers} <= {200, 409}
    for a in answers:
        if a.status_code == 409:
            assert a.json()["code"] == "idempotency_in_flight" and "Retry-After" in a.headers
    good = [a for a in answers if a.ok]
    assert len({a.content for a in good}) == 1
    assert sum("Idempotency-Replayed" not in a.headers for a in good) == 1
    rows = db("SELECT version FROM post WHERE company_id = %s AND id = %s", (acme.id, draft["id"]))
    assert rows[0]["version"] == good[0].json()["version"]


# --- limits ------------------------------------------------------------------------------------------------------


def test_too_many_requests_are_told_when_to_come_back(own_stack):
    stack = own_stack("--set", "rate_read_per_min=6", "--processes", "2,1", "--threads", "2,1")
    company = company_of(stack, "acme", "Acme")
    api = Client(stack.places["API"])
    answers = [api.get("/v1/me", who=company.member, contract=False) for _ in range(8)]
    assert [a.status_code for a in answers] == [200] * 6 + [429] * 2
    assert answers[0].headers["RateLimit-Policy"] == '"read";q=6;w=60'
    assert re.fullmatch(r'"read";r=5;t=\d+', answers[0].headers["RateLimit"])
    problem(answers[-1], 429, "quota_exceeded")
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert api.get("/v1/me", who=company.admin, contract=False).status_code == 200  # others are not concerned


# --- request ids, traces -----------------------------------------------------------------------------------------


def test_a_request_id_comes_back_and_is_in_the_log(api, acme, stack):
    given = f"test-{secrets.token_hex(8)}"
    r = api.get("/v1/me", who=acme.member, headers={"X-Request-Id": given})
    assert r.headers["X-Request-Id"] == given
    line = wait_until(lambda: stack.log(given), what="the log line")[0]
    assert line["status"] == 200 and line["company"] == acme.id and line["person"] == acme.member.id
    assert line["us"] >= line["db_us"] > 0 and line["queries"] >= 1 and line["bytes"] == len(r.content)
    assert {"time", "id", "method", "route", "status", "us", "db_us", "queries", "bytes"} <= set(line)


@pytest.mark.parametrize("bad", ["a b", "x" * 80, "<script>", "short"])
def test_a_bad_request_id_is_replaced(api, bad):
    r = api.get("/v1/nothing", headers={"X-Request-Id": bad}, contract=False)
    assert r.headers["X-Request-Id"] != bad
    assert r.json()["request_id"] == r.headers["X-Request-Id"]


def test_a_trace_is_in_the_log(api, acme, stack):
    given, trace = f"test-{secrets.token_hex(8)}", f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
    api.get("/v1/me", who=acme.member, headers={"X-Request-Id": given, "traceparent": trace})
    assert wait_until(lambda: stack.log(given), what="the log line")[0]["trace"] == trace


# --- public forms ------------------------------------------------------------------------------------------------


def preflight(api, origin, query=""):
    return api.options(f"/v1/t/leads{query}", contract=False, headers={
        "Origin": origin, "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type, x-site-key"})


def test_a_preflight_is_answered_for_listed_origins(api, acme):
    r = preflight(api, ORIGIN, f"?site_key={acme.site_key.secret}")
    assert r.status_code == 204 and r.content == b""
    assert r.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "POST" in r.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in r.headers["Access-Control-Allow-Headers"]
    assert "Origin" in r.headers["Vary"]
    r = preflight(api, "https://evil.example", f"?site_key={acme.site_key.secret}")
    assert r.status_code == 403 and "Access-Control-Allow-Origin" not in r.headers
    assert preflight(api, "null").status_code == 403


def test_a_preflight_elsewhere_is_no_door(api):
    r = api.options("/v1/me", contract=False, headers={"Origin": ORIGIN, "Access-Control-Request-Method": "GET"})
    assert r.status_code == 405 and "Access-Control-Allow-Origin" not in r.headers


# --- operators ---------------------------------------------------------------------------------------------------


def test_operators_routes_answer_on_their_server_only(ops, api, link):
    assert ops.get("/healthz", contract=False).text == "ok\n"
    assert ops.get("/readyz", contract=False).text == "ready\n"
    for path in ("/healthz", "/readyz", "/metrics"):
        assert api.get(path, contract=False).status_code == 404
        assert link.get(path, contract=False).status_code == 404


def test_metrics_count_requests_by_route(ops, api, acme):
    api.get("/v1/me", who=acme.member)
    text = ops.get("/metrics", contract=False).text
    assert re.search(r'^rostra_requests_total\{route="me_get",status="2xx"\} [1-9]', text, re.M), text[:2000]
    for name in ("rostra_request_seconds_bucket", "rostra_request_db_seconds_sum", "rostra_spool_bytes",
                 "rostra_pool_workers", "rostra_pool_connections", "rostra_pool_statements", "rostra_cache_hits_total",
                 "rostra_db_connects_total"):
        assert re.search(rf"^{name}[ {{]", text, re.M), name
    for line in text.splitlines():
        assert line.startswith("# ") or re.fullmatch(r'[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? [-+0-9.eE]+', line), line
