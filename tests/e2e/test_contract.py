# SPDX-License-Identifier: Apache-2.0
"""The comparison with the OpenAPI document sees what it is there to see."""

import copy
import json

import pytest

import contract


@pytest.fixture(scope="module")
def nobody_else(make_company):
    return make_company()


@pytest.fixture
def answer(api, nobody_else):
    return api.get("/v1/channels", who=nobody_else.member)


def altered(response, status=None, body=None, headers=None, without=()):
    other = copy.copy(response)
    other.headers = {**response.headers, **(headers or {})}
    for name in without:
        del other.headers[name]
    other.status_code = status or response.status_code
    if body is not None:
        other._content = json.dumps(body).encode()
    return other


def test_what_was_answered_passes(answer):
    contract.check(answer)


@pytest.mark.parametrize("change", [
    {"status": 418}, {"status": 201}, {"body": []}, {"body": {}}, {"without": ["ETag"]}, {"without": ["X-Request-Id"]},
    {"without": ["RateLimit"]}, {"headers": {"Content-Type": "text/html"}}, {"headers": {"Link": "<x>"}},
    {"body": {"items": [], "next_cursor": None, "has_more": False, "more": 1}},
    {"body": {"items": [{"id": "x"}], "next_cursor": None, "has_more": False}},
    {"body": {"items": [], "next_cursor": None, "has_more": True}},
], ids=str)
def test_another_answer_does_not(answer, change):
    with pytest.raises(AssertionError):
        contract.check(altered(answer, **change))


def test_a_problem_keeps_its_form(api):
    problem = api.get("/v1/me")
    assert problem.status_code == 401
    body = problem.json()
    for other in ({**body, "code": "oh_no"}, {**body, "status": 400}, {**body, "type": "/problems/x"}, {**body, "more": 1},
                  {**body, "request_id": "other"}, {k: v for k, v in body.items() if k != "title"}):
        with pytest.raises(AssertionError):
            contract.check(altered(problem, body=other))
    with pytest.raises(AssertionError):
        contract.check(altered(problem, without=["WWW-Authenticate"]))
