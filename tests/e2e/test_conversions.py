# SPDX-License-Identifier: Apache-2.0
"""Events from the outside: many in one call, and by an image; each counts once, whoever sends it however often."""

import concurrent.futures
import hashlib
import secrets

import pytest
from clicks import browser, clicks_of, rclid_of, visit
from content import live_post, made, new_share
from test_leads import an_id, detail, matched, new_lead

from conftest import ORIGIN, Client

MONEY = {"amount_minor": 12500, "currency": "EUR"}


@pytest.fixture(scope="module")
def company(make_company):
    return make_company()


@pytest.fixture(scope="module")
def post(api, company):
    return live_post(api, company)


@pytest.fixture
def click(api, link, db, company, post):
    """The id of a human click that is in the tables."""
    share = new_share(api, company.member, post)
    rclid = rclid_of(visit(link, share))
    clicks_of(db, share, 1)
    return rclid


def bulk(api, who, items):
    answer = api.post("/v1/conversions/bulk", who=who, json={"items": items})
    assert answer.status_code == 207, answer.text
    return answer.json()


def events(api, company, lead):
    return [c["stage"] for c in detail(api, company, lead)["conversions"]]


# --- many at once ------------------------------------------------------------------------------------------------


def test_of_many_events_each_finds_its_lead_and_is_judged_for_itself(api, company, globex, click):
    email = f"{secrets.token_hex(6)}@example.com"
    hashed = hashlib.sha256(email.encode()).hexdigest()
    leads = [new_lead(api, company), new_lead(api, company, email=email), new_lead(api, company, click_id=click)]
    foreign = new_lead(api, globex)
    items = [
        {"lead_id": leads[0]["id"], "stage": "qualified", "external_id": an_id()},
        {"lead_external_id": leads[0]["external_id"], "stage": "won", "external_id": an_id(), "value": MONEY},
        {"email_sha256": hashed, "stage": "qualified", "external_id": an_id()},
        {"click_id": click, "stage": "opportunity", "external_id": an_id()},
        {"lead_id": foreign["id"], "stage": "won", "external_id": an_id()},
        {"lead_external_id": foreign["external_id"], "stage": "won", "external_id": an_id()},
        {"lead_id": leads[0]["id"], "click_id": click, "stage": "won"},
        {"stage": "won"},
        {"email_sha256": "x" * 64, "stage": "won"},
        {"lead_id": leads[0]["id"], "stage": "sold"},
        {"lead_external_id": leads[0]["external_id"], "lead_source": "elsewhere", "stage": "won"},
    ]
    body = bulk(api, company.api_key, [*items, items[1]])
    assert [i["status"] for i in body["items"]] == [201] * 4 + [404] * 2 + [422] * 4 + [404, 200]
    assert [i["lead_id"] for i in body["items"][:4]] == [leads[0]["id"], leads[0]["id"], leads[1]["id"], leads[2]["id"]]
    assert [[e["pointer"] for e in i["errors"]] for i in body["items"][6:10]] == [
        ["#/lead_id"], ["#/lead_id"], ["#/email_sha256"], ["#/stage"]]
    assert body["items"][11]["id"] == body["items"][1]["id"]
    assert (body["made"], body["repeated"], body["refused"], body["failed"]) == (4, 1, 7, 0)
    again = bulk(api, company.api_key, items)
    assert (again["made"], again["repeated"]) == (0, 4)
    assert events(api, company, leads[0]) == ["lead", "qualified", "won"]
    assert detail(api, company, leads[0])["value"] == MONEY


def test_many_events_are_bounded(api, company):
    lead = new_lead(api, company)
    full = [{"lead_id": lead["id"], "stage": "qualified", "external_id": "x" * 100 + an_id()} for _ in range(500)]
    assert bulk(api, company.api_key, full)["made"] == 500
    answer = api.post("/v1/conversions/bulk", who=company.api_key, json={"items": [*full, full[0]]})
    assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == "#/items"


# --- an image ----------------------------------------------------------------------------------------------------


def pixel(api, company, click, method="GET", status=200, headers=None, **query):
    key = query.pop("site_key", company.site_key.secret)
    answer = api.request(method, "/v1/t/pixel", params={"site_key": key, "click_id": click, **query}, headers=headers)
    assert answer.status_code == status, answer.text
    return answer


def leads_of(db, company, click):
    return db("SELECT LOWER(HEX(click_id)), id, channel, source, stage, value_minor FROM lead WHERE company_id = %s AND click_id ="
              " FROM_BASE64(REPLACE(REPLACE(%s, '-', '+'), '_', '/')) ORDER BY id", (company.id, click))


def test_an_image_makes_a_lead_of_a_click_and_moves_it_along(api, db, company, click):
    answer = pixel(api, company, click, headers={"Referer": f"{ORIGIN}/thanks"})
    assert answer.headers["Content-Type"] == "image/gif" and answer.content.startswith(b"GIF89a") and len(answer.content) == 43
    assert answer.headers["Cache-Control"] == "no-store"
    assert not [h for h in answer.headers if h.startswith("Access-Control")] and "Set-Cookie" not in answer.headers
    (lead,) = leads_of(db, company, click)
    assert (lead["channel"], lead["source"], lead["stage"]) == ("pixel", "website", "lead")
    assert len(matched(api, company, lead, "click")["touches"]) == 1
    for _ in range(3):
        pixel(api, company, click, stage="won", value_minor=12500, currency="EUR")
        pixel(api, company, click, stage="won", external_id="order-7", value_minor=99, currency="EUR")
    (lead,) = leads_of(db, company, click)
    assert events(api, company, lead) == ["lead", "won", "won"] and lead["value_minor"] in (99, 12500)


def test_an_image_finds_the_lead_that_a_form_made(api, db, company, click):
    form = {"external_id": an_id(), "click_id": click, "email": "eve@example.com"}
    made(api.post("/v1/t/leads", who=company.site_key, headers={"Origin": ORIGIN}, json=form))
    pixel(api, company, click, stage="qualified")
    (lead,) = leads_of(db, company, click)
    assert lead["channel"] == "form" and events(api, company, lead) == ["lead", "qualified"]


def test_the_same_image_at_once_counts_once(db, company, click, stack, api):
    def load(_):
        return pixel(Client(stack.places["API"]), company, click, stage="won").status_code

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert set(pool.map(load, range(16))) == {200}
    (lead,) = leads_of(db, company, click)
    assert events(api, company, lead) == ["lead", "won"]


@pytest.mark.parametrize("headers", [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "preview"}, {"X-Moz": "prefetch"}])
def test_what_is_loaded_ahead_is_not_counted(api, db, company, headers):
    click = secrets.token_urlsafe(12)
    assert pixel(api, company, click, headers=headers).content.startswith(b"GIF")
    assert pixel(api, company, click, method="HEAD").content == b""
    assert leads_of(db, company, click) == []


def test_a_forged_or_foreign_click_is_answered_like_any_and_credits_nobody(api, link, db, company, globex, click):
    invented = secrets.token_urlsafe(12)
    answers = [pixel(api, globex, c) for c in (click, invented)]
    keep = [{h: v for h, v in a.headers.items() if h not in ("X-Request-Id", "Date") and not h.startswith("RateLimit")} for a in answers]
    assert keep[0] == keep[1] and answers[0].content == answers[1].content
    for c in (click, invented):
        (lead,) = leads_of(db, globex, c)
        assert detail(api, globex, lead)["touches"] == []
    assert leads_of(db, company, click) == []


def test_an_image_is_for_its_pages_and_keys(api, db, company, click):
    pixel(api, company, click, status=403, headers={"Referer": "https://evil.example/"})
    pixel(api, company, click, status=403, headers={"Referer": ORIGIN + ".evil.example/"})
    pixel(api, company, click, status=401, site_key="rpk_" + "A" * 43)
    pixel(api, company, "short", status=400)
    pixel(api, company, click, status=400, value_minor=5)
    pixel(api, company, click, status=400, stage="sold")
    assert leads_of(db, company, click) == []


def test_a_click_of_a_program_makes_a_lead_that_credits_nobody(api, link, db, company, post):
    share = new_share(api, company.member, post)
    answer = link.get(f"/r/{share['link'].rsplit('/', 1)[1]}", headers={**browser(), "User-Agent": "curl/8.1"}, contract=False)
    click = rclid_of(answer)
    clicks_of(db, share, 1)
    pixel(api, company, click)
    (lead,) = leads_of(db, company, click)
    assert matched(api, company, lead, "none")["touches"] == []


# --- how sure it is ----------------------------------------------------------------------------------------------


def why(lead):
    return lead["matched_by"], lead["match_reason"], lead["match_pct"]


def test_a_lead_says_why_its_path_is_its_own_and_how_sure_that_is(api, link, db, company, post, click):
    address = f"{secrets.token_hex(6)}@example.com"
    hashed = hashlib.sha256(address.encode()).hexdigest()
    first = matched(api, company, new_lead(api, company, click_id=click, email=address), "click")
    assert why(first) == ("click", "click_known", 100)
    assert [(t["found_by"], t["match_pct"]) for t in first["touches"]] == [("click", 100)]
    # A client that keeps addresses to itself sends their hash, in either case of letters.
    second = detail(api, company, new_lead(api, company, email_sha256=hashed.upper()))
    assert why(second) == ("email", "same_email", 70) and second["email"] is None
    assert [(t["click_id"], t["found_by"], t["match_pct"]) for t in second["touches"]] == [(click, "email", 70)]
    assert why(detail(api, company, new_lead(api, company))) == ("none", "nothing_known", 0)
    assert why(detail(api, company, new_lead(api, company, click_id=secrets.token_urlsafe(12)))) == (
        "pending", "click_waits", None)
    share = new_share(api, company.member, post)
    program = rclid_of(visit(link, share, **{"User-Agent": "curl/8.1"}))
    clicks_of(db, share, 1)
    assert why(detail(api, company, new_lead(api, company, click_id=program))) == ("none", "click_not_human", 0)


def test_a_hash_is_told_in_place_of_an_address(api, company):
    for body, pointer in (({"email_sha256": "x" * 64}, "#/email_sha256"), ({"email_sha256": "ab"}, "#/email_sha256"),
                          ({"email_sha256": "a" * 64, "email": "ada@example.com"}, "#/email_sha256")):
        answer = api.post("/v1/leads", who=company.api_key, json=body)
        assert answer.status_code == 422 and [e["pointer"] for e in answer.json()["errors"]] == [pointer]
    body = {"email_sha256": "a" * 64}
    assert [api.post("/v1/leads", who=company.api_key, json=body).status_code for _ in range(2)] == [201, 200]
