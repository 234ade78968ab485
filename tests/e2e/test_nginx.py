# SPDX-License-Identifier: Apache-2.0
"""What nginx answers by itself, keeps away from the program, and adds to every answer."""

import concurrent.futures
import http.client
import json
import os
import re
import signal
import socket
import urllib.parse

import pytest

from conftest import Client, wait_until

MEMBERS = {"type", "title", "status", "detail", "instance", "code", "request_id"}


def raw(base, request):
    """Sends bytes as they are; gives status, headers and body of the answer."""
    place = urllib.parse.urlsplit(base)
    with socket.create_connection((place.hostname, place.port), timeout=15) as s:
        s.sendall(request)
        s.shutdown(socket.SHUT_WR)
        said = b"".join(iter(lambda: s.recv(65536), b""))
    head, _, body = said.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    return int(lines[0].split()[1]), dict(line.lower().split(": ", 1) for line in lines[1:]), body


def check_problem(status, headers, body, wanted, code):
    assert status == wanted
    assert headers["content-type"] == "application/problem+json"
    problem = json.loads(body)
    assert set(problem) == MEMBERS
    assert problem["status"] == wanted and problem["code"] == code
    assert problem["request_id"] == problem["instance"] == headers["x-request-id"]
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/v2/feed", "/metrics", "/healthz", "/.problem", "/index.html", "/.git/config"])
def test_unknown_paths_are_problems_of_404(api, path):
    r = api.get(path, contract=False)
    check_problem(r.status_code, {k.lower(): v for k, v in r.headers.items()}, r.content, 404, "not_found")


def test_a_body_over_the_limit_is_a_problem_of_413(api, acme):
    r = api.post("/v1/leads", who=acme.api_key, data=b"x" * 70_000, contract=False)
    check_problem(r.status_code, {k.lower(): v for k, v in r.headers.items()}, r.content, 413, "too_large")


@pytest.mark.parametrize("request_bytes", [
    b"GARBAGE\r\n\r\n",
    b"GET /v1/feed HTTP/1.1\r\n\r\n",
    b"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /v1/../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
], ids=["no request", "no host", "nul", "above the root"])
def test_malformed_requests_are_problems_of_400(api, request_bytes):
    check_problem(*raw(api.base, request_bytes), 400, "malformed_request")


def test_a_version_of_http_that_is_not_spoken_is_a_problem_of_505(api):
    check_problem(*raw(api.base, b"GET /v1/feed HTTP/9.9\r\nHost: a\r\n\r\n"), 505, "malformed_request")


def test_a_token_of_megabytes_is_no_token(api):
    place = urllib.parse.urlsplit(api.base)
    head = b"GET /v1/feed HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer "
    with socket.create_connection((place.hostname, place.port), timeout=15) as s:
        try:
            s.sendall(head + b"a" * 12_000_000 + b"\r\n\r\n")
        except ConnectionError:
            pass  # it was answered long before
        answer = http.client.HTTPResponse(s)
        answer.begin()
        headers = {k.lower(): v for k, v in answer.getheaders()}
        check_problem(answer.status, headers, answer.read(), 401, "unauthenticated")
        assert headers["www-authenticate"].startswith("Bearer ")


def test_a_harmless_request_id_comes_back_and_another_is_replaced(api):
    assert api.get("/v1/feed", headers={"X-Request-Id": "phone-12345678"}).headers["X-Request-Id"] == "phone-12345678"
    for bad in ("short", 'quote"quote"quote', "x" * 64, "with space in it"):
        made = api.get("/v1/feed", headers={"X-Request-Id": bad}).headers["X-Request-Id"]
        assert made != bad and re.fullmatch(r"[0-9a-f]{32}", made)


def test_a_request_id_is_the_same_in_header_problem_and_log(api, stack):
    r = api.get("/v1/feed", headers={"X-Request-Id": "find-me-again-1"})
    assert r.status_code == 401
    assert r.json()["request_id"] == "find-me-again-1"
    wait_until(lambda: [line["status"] for line in stack.log("find-me-again-1")] == [401], 5, "the line, written after the answer")


def test_every_answer_carries_the_security_headers_once(api, link):
    for r in (api.get("/v1/feed"), api.get("/nothing", contract=False)):
        assert r.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert r.headers["X-Content-Type-Options"] == "nosniff"
        assert r.headers["Server"] == "nginx"
    assert link.get("/r/Nothing1", contract=False).headers["X-Content-Type-Options"] == "nosniff"


def test_the_operators_pages_are_on_their_own_server_only(api, link, ops):
    assert ops.get("/healthz", contract=False).status_code == 200
    assert ops.get("/readyz", contract=False).status_code == 200
    assert "rostra_" in ops.get("/metrics", contract=False).text
    assert ops.get("/v1/feed", contract=False).status_code == 404
    for client in (api, link):
        for page in ("/healthz", "/readyz", "/metrics", "/v1/../metrics", "/nginx"):
            assert client.get(page, contract=False).status_code == 404


def test_the_link_host_serves_links_only(link, api):
    for path in ("/v1/feed", "/", "/r", "/v1/leads"):
        assert link.get(path, contract=False).status_code == 404
    assert api.get("/r/Abcdefgh", contract=False).status_code == 404


@pytest.mark.parametrize("header", ["Proxy", "X-Forwarded-Host", "X-HTTP-Method-Override", "X-Original-URL", "X-Rewrite-URL"])
def test_headers_that_mean_something_inside_change_nothing(api, header):
    r = api.get("/v1/feed", headers={header: "DELETE /metrics"})
    assert r.status_code == 401


def test_method_overrides_are_ignored(api, acme):
    r = api.get("/v1/me", who=acme.member, headers={"X-HTTP-Method-Override": "PATCH", "X-Method-Override": "PATCH"})
    assert r.status_code == 200


def test_json_is_compressed_when_it_is_long_enough(api, acme):
    r = api.get("/v1/me", who=acme.member)
    assert (r.headers.get("Content-Encoding") == "gzip") == (len(r.content) >= 256)


def test_a_table_is_compressed_on_its_way(api, acme):
    path = "/v1/reports/series?step=day&from=2026-01-01&to=2026-03-01&format=csv"
    r = api.get(path, who=acme.admin, contract=False)
    assert r.headers["Content-Encoding"] == "gzip" and r.text.count("\r\n") == 1 + 59
    plain = api.get(path, who=acme.admin, contract=False, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers and plain.text == r.text


def test_a_flood_from_one_address_is_turned_away_with_a_problem_of_429(own_stack):
    stack = own_stack("--nginx", "API_RATE=1r/s", "--processes", "1,1", "--threads", "2,1")
    base = stack.places["API"]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: Client(base).get("/v1/feed", contract=False), range(500)))
    refused = [r for r in answers if r.status_code == 429]
    assert refused and {r.status_code for r in answers} == {401, 429}
    for r in refused[:5]:
        check_problem(429, {k.lower(): v for k, v in r.headers.items()}, r.content, 429, "quota_exceeded")
        assert r.headers["Retry-After"] == "1"


def test_without_workers_nginx_answers_502_and_when_to_come_back(own_stack):
    stack = own_stack("--processes", "1,1", "--threads", "2,1")
    os.kill(stack.pid("serve"), signal.SIGTERM)
    wait_until(lambda: stack.pid("serve") is None, 20, "the end of the master")
    r = Client(stack.places["API"]).get("/v1/feed", contract=False)
    check_problem(r.status_code, {k.lower(): v for k, v in r.headers.items()}, r.content, 502, "try_again")
    assert int(r.headers["Retry-After"]) >= 1
    # Nor is a large body, which this answer has nothing to do with, a fault of its own.
    r = Client(stack.places["API"]).post("/v1/leads/import", data=b"x" * 200_000, contract=False,
                                         headers={"Content-Type": "text/csv"})
    check_problem(r.status_code, {k.lower(): v for k, v in r.headers.items()}, r.content, 502, "try_again")
