# SPDX-License-Identifier: Apache-2.0
"""Leads and conversions: every way in, once each, with a path that stays as it was."""

import concurrent.futures
import csv
import hashlib
import io
import json
import secrets
import time

import pytest
from clicks import browser, clicks_of, path_of, rclid_of, visit
from content import live_post, new_share

from conftest import ORIGIN, Client, uuid7, wait_until


@pytest.fixture(scope="module")
def post(api, acme):
    return live_post(api, acme)


@pytest.fixture
def share(api, acme, post):
    return new_share(api, acme.member, post)


def an_id():
    return f"crm-{secrets.token_hex(6)}"


def new_lead(api, company, status=201, **members):
    answer = api.post("/v1/leads", who=company.api_key, json={"external_id": an_id(), **members})
    assert answer.status_code == status, answer.text
    return answer.json()


def detail(api, company, lead):
    answer = api.get(f"/v1/leads/{lead['id']}", who=company.admin)
    assert answer.status_code == 200, answer.text
    return answer.json()


def matched(api, company, lead, how, seconds=8):
    return wait_until(lambda: (lambda d: d if d["matched_by"] == how else None)(detail(api, company, lead)), seconds,
                      f"matched by {how}")


# --- ways in -----------------------------------------------------------------------------------------------------


def test_a_click_becomes_a_lead_with_its_path(api, link, db, acme, share):
    click_id = rclid_of(visit(link, share))
    lead = new_lead(api, acme, click_id=click_id, email="Ada@Example.com", name="Ada",
                    value={"amount_minor": 100000, "currency": "EUR"})
    assert lead["email"] == "ada@example.com" and lead["stage"] == "lead" and lead["repeated"] is False
    assert lead["matched_by"] in ("click", "pending") and lead["click_id"] == click_id
    found = matched(api, acme, lead, "click")
    (touch,) = found["touches"]
    assert touch["click_id"] == click_id and touch["share_id"] == share["id"]
    assert touch["person_id"] == acme.member.id and touch["network"] == "linkedin"
    (first,) = found["conversions"]
    assert first["stage"] == "lead" and first["occurred_at"] == lead["created_at"]
    assert first["value"] == {"amount_minor": 100000, "currency": "EUR"}
    assert first["campaign_id"] == touch["campaign_id"] is not None


def test_a_form_is_taken_from_an_allowed_origin_and_tells_nothing(api, db, acme):
    external = an_id()
    body = {"external_id": external, "email": "eve@example.com", "message": "two\nlines", "click_id": "undefined"}
    headers = {"Origin": ORIGIN}
    first = api.post("/v1/t/leads", who=acme.site_key, json=body, headers=headers)
    second = api.post("/v1/t/leads", who=acme.site_key, json=body, headers=headers)
    assert (first.status_code, first.json()) == (201, {"accepted": True, "repeated": False})
    assert (second.status_code, second.json()) == (200, {"accepted": True, "repeated": True})
    assert first.headers["Access-Control-Allow-Origin"] == ORIGIN
    (row,) = db("SELECT channel, matched_by, source, created_at = received_at AS dated FROM lead WHERE external_id = %s",
                (external,))
    assert row == {"channel": "form", "matched_by": "none", "source": "website", "dated": 1}


def test_a_form_from_elsewhere_is_refused(api, db, acme):
    external = an_id()
    answer = api.post("/v1/t/leads", who=acme.site_key, json={"external_id": external},
                      headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert not db("SELECT 1 FROM lead WHERE external_id = %s", (external,))


def test_a_preflight_is_answered(api, acme):
    answer = api.options(f"/v1/t/leads?site_key={acme.site_key.secret}", contract=False, headers={
        "Origin": ORIGIN, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"})
    assert answer.status_code in (200, 204)
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]


def test_a_trapped_program_is_thanked_and_forgotten(api, db, acme):
    external = an_id()
    answer = api.post("/v1/t/leads", who=acme.site_key, headers={"Origin": ORIGIN},
                      json={"external_id": external, "website": "https://spam.example"})
    assert (answer.status_code, answer.json()) == (201, {"accepted": True, "repeated": False})
    assert not db("SELECT 1 FROM lead WHERE external_id = %s", (external,))


def test_a_form_is_small(api, acme):
    answer = api.post("/v1/t/leads", who=acme.site_key, headers={"Origin": ORIGIN}, contract=False,
                      json={"email": "a@example.com", "message": "x" * 20000})
    assert answer.status_code == 413


def test_a_site_key_opens_nothing_else(api, acme):
    for path in ("/v1/leads", "/v1/leads/import"):
        assert api.post(path, who=acme.site_key, json={}, contract=False).status_code in (401, 403)
    assert api.get("/v1/leads", who=acme.site_key, contract=False).status_code in (401, 403)


# --- once --------------------------------------------------------------------------------------------------------


def test_the_same_external_id_answers_with_the_first_lead(api, acme):
    first = new_lead(api, acme, email="first@example.com", name="First")
    again = api.post("/v1/leads", who=acme.api_key, json={"external_id": first["external_id"], "name": "Second"})
    assert again.status_code == 200
    assert again.json() == {**first, "repeated": True}


@pytest.mark.parametrize("way", ["call", "form"])
def test_without_an_id_the_same_words_are_the_same_lead(api, db, acme, way):
    def send(**members):
        path, who, headers = (("/v1/leads", acme.api_key, {}) if way == "call" else
                              ("/v1/t/leads", acme.site_key, {"Origin": ORIGIN}))
        return api.post(path, who=who, headers=headers, json=members)

    email = f"{an_id()}@example.com"
    answers = [send(email=email, message="Call me"), send(email=email, message="Call me"),
               send(email=email, message="Call me again")]
    assert [(a.status_code, a.json()["repeated"]) for a in answers] == [(201, False), (200, True), (201, False)]
    assert db("SELECT COUNT(*) AS n FROM lead WHERE email = %s", (email,))[0]["n"] == 2


def test_an_erased_lead_s_id_tells_nothing_of_its_words(api, db, acme):
    body = {"email": f"{an_id()}@example.com"}
    lead = api.post("/v1/leads", who=acme.api_key, json=body).json()
    erased = api.post(f"/v1/leads/{lead['id']}/erase", who=acme.admin).json()
    assert erased["external_id"] == "erased." + lead["id"]
    assert api.post("/v1/leads", who=acme.api_key, json=body).status_code == 201


def test_a_lead_is_few_round_trips(api, link, acme, share, stack):
    def queries(members):
        mark = f"lead-{secrets.token_hex(8)}"
        answer = api.post("/v1/leads", who=acme.api_key, headers={"X-Request-Id": mark},
                          json={"external_id": an_id(), **members})
        assert answer.status_code == 201, answer.text
        return wait_until(lambda: stack.log(mark), what="the log line")[0]["queries"]

    def fewest(members):
        """Each worker asks for the key once in a while."""
        return min(queries(members()) for _ in range(5))

    assert fewest(lambda: {"email": f"{an_id()}@example.com"}) <= 2
    assert fewest(lambda: {"click_id": rclid_of(visit(link, share))}) <= 3


def test_the_same_external_id_of_another_company_is_another_lead(api, acme, globex):
    external = an_id()
    one, two = new_lead(api, acme, external_id=external), new_lead(api, globex, external_id=external)
    assert one["id"] != two["id"]


def test_twenty_at_once_make_one_lead(api, db, acme, stack):
    from conftest import Client

    external = an_id()

    def post(_):
        return Client(stack.places["API"]).post("/v1/leads", who=acme.api_key, json={"external_id": external})

    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(post, range(20)))
    assert sorted(a.status_code for a in answers) == [200] * 19 + [201]
    assert len({a.json()["id"] for a in answers}) == 1
    assert db("SELECT COUNT(*) n FROM conversion c JOIN lead l ON l.company_id = c.company_id AND l.id = c.lead_id"
              " WHERE l.external_id = %s", (external,))[0]["n"] == 1


def at_once(stack, company, wanted, mark):
    """Their answers.  Whoever writes first is held up until all have come."""
    base = stack.places["API"]

    def one(job):
        number, body = job
        return Client(base).post("/v1/leads", who=company.api_key, json=body, headers={"X-Request-Id": f"{mark}-{number}"})

    holder = stack.connect()
    with holder, holder.cursor() as cursor, concurrent.futures.ThreadPoolExecutor(len(wanted)) as pool:
        cursor.execute("LOCK TABLES conversion WRITE")
        answers = [pool.submit(one, job) for job in enumerate(wanted)]
        wait_until(lambda: stack.db("SELECT COUNT(*) n FROM information_schema.processlist"
                                    " WHERE state LIKE 'Waiting for table%%'")[0]["n"] >= 2, what="two writers to wait")
        time.sleep(0.4)  # no counter tells who has come as far as the queue
        cursor.execute("UNLOCK TABLES")
        return [a.result() for a in answers]


def test_leads_of_the_same_moment_are_written_together(api, make_company, stack):
    company, mark = make_company(), f"births-{secrets.token_hex(6)}"
    found = at_once(stack, company, [{"external_id": an_id(), "email": f"p{i}@example.com"} for i in range(8)], mark)
    assert [a.status_code for a in found] == [201] * 8
    lines = wait_until(lambda: (ls := [l for n in range(8) for l in stack.log(f"{mark}-{n}")]) and len(ls) == 8 and ls,
                       what="the log lines")
    # Alone it is two, and one more when the key was not looked at for a second.
    assert min(line["queries"] for line in lines) <= 1, "somebody's lead was written by another's thread"
    assert stack.db("SELECT COUNT(*) n FROM lead WHERE company_id = %s", (company.id,))[0]["n"] == 8


def test_no_lead_of_the_same_moment_spoils_another(api, link, make_company, stack):
    """An id that is taken, and an address that is known by an earlier click: not among strangers."""
    company = make_company()
    clicked = new_lead(api, company, click_id=rclid_of(visit(link, new_share(api, company.member, live_post(api, company)))),
                       email="known@example.com")
    matched(api, company, clicked, "click")
    there = new_lead(api, company, email="there@example.com")
    twice = an_id()
    wanted = [{"external_id": an_id(), "email": f"p{i}@example.com"} for i in range(6)]
    wanted += [{"external_id": twice, "email": "twice@example.com"}] * 2
    wanted += [{"external_id": there["external_id"]}, {"external_id": an_id(), "email": "Known@example.com"}]
    found = at_once(stack, company, wanted, "mixed")
    assert [a.status_code for a in found[:6] + found[9:]] == [201] * 7
    assert sorted(a.status_code for a in found[6:8]) == [200, 201] and found[6].json()["id"] == found[7].json()["id"]
    assert found[8].status_code == 200 and found[8].json()["id"] == there["id"]
    assert detail(api, company, found[9].json())["matched_by"] == "email"
    assert all(len(detail(api, company, a.json())["conversions"]) == 1 for a in found)
    assert stack.db("SELECT COUNT(*) n FROM lead WHERE company_id = %s", (company.id,))[0]["n"] == 10


def test_a_click_of_another_company_is_as_unknown_as_none(api, link, globex, acme, share):
    click_id = rclid_of(visit(link, share))
    wait_until(lambda: new_lead(api, acme, click_id=click_id)["matched_by"] == "click", 8, "the click")
    foreign = new_lead(api, globex, click_id=click_id)
    unknown = new_lead(api, globex, click_id="A" * 16)
    differs = {"id", "external_id", "click_id", "created_at", "received_at"}
    assert {k: v for k, v in foreign.items() if k not in differs} == {
        k: v for k, v in unknown.items() if k not in differs}
    assert detail(api, globex, foreign)["touches"] == []


def test_what_is_wrong_is_told_at_once(api, acme):
    answer = api.post("/v1/leads", who=acme.api_key, json={
        "email": "no address", "click_id": "short", "created_at": "2999-01-01T00:00:00Z", "role": "admin",
        "value": {"amount_minor": 1, "currency": "euro"}})
    assert answer.status_code == 422
    pointers = {e["pointer"] for e in answer.json()["errors"]}
    assert {"#/email", "#/role", "#/value/currency"} <= pointers
    answer = api.post("/v1/leads", who=acme.api_key, json={"click_id": "short", "created_at": "2999-01-01T00:00:00Z"})
    assert {e["pointer"] for e in answer.json()["errors"]} == {"#/click_id", "#/created_at"}
    answer = api.post("/v1/leads", who=acme.api_key, json={"name": "Nobody"})
    assert [e["pointer"] for e in answer.json()["errors"]] == ["#/email"]


# --- paths -------------------------------------------------------------------------------------------------------


def test_a_lead_that_comes_before_its_click_is_matched_later(own_stack):
    from conftest import Client, company_of

    stack = own_stack()
    company = company_of(stack, "initech", "Initech")
    api, link = Client(stack.places["API"]), Client(stack.places["LINK"])
    share = new_share(api, company.member, live_post(api, company))
    stack.end("jobs")
    lead = new_lead(api, company, click_id=rclid_of(visit(link, share)))
    assert lead["matched_by"] == "pending" and detail(api, company, lead)["touches"] == []
    stack.restart("jobs")
    found = matched(api, company, lead, "click", 15)
    assert len(found["touches"]) == 1 and found["conversions"][0]["campaign_id"] == found["touches"][0]["campaign_id"]


def test_a_click_that_never_comes_is_given_up_after_a_day(api, db, rostra, acme):
    lead = new_lead(api, acme, click_id="B" * 16)
    assert lead["matched_by"] == "pending"
    db("UPDATE lead SET received_at = received_at - INTERVAL 25 HOUR WHERE id = %s", (lead["id"],))
    assert matched(api, acme, lead, "none")["touches"] == []


def test_clicks_that_are_no_humans_are_no_touches(api, link, db, acme, share):
    click_id = rclid_of(visit(link, share, **{"User-Agent": "curl/8"}))
    clicks_of(db, share, 1)
    lead = new_lead(api, acme, click_id=click_id)
    assert lead["matched_by"] == "none" and detail(api, acme, lead)["touches"] == []


def test_one_address_joins_the_paths_of_its_leads(api, link, db, acme, post):
    address = f"{secrets.token_hex(4)}@example.com"
    shares = [new_share(api, acme.member, post), new_share(api, acme.curator, post)]
    ids = [rclid_of(visit(link, share)) for share in shares]
    for share in shares:
        clicks_of(db, share, 1)
    new_lead(api, acme, click_id=ids[0], email=address)
    second = detail(api, acme, new_lead(api, acme, click_id=ids[1], email=address))
    third = detail(api, acme, new_lead(api, acme, email=address.upper()))
    assert [t["share_id"] for t in second["touches"]] == [s["id"] for s in shares]
    assert third["matched_by"] == "email"
    assert [t["found_by"] for t in second["touches"]] == ["email", "click"]
    assert third["touches"] == [{**t, "found_by": "email", "match_pct": 70} for t in second["touches"]]


def test_one_visitor_is_one_path(api, link, db, stack, make_company):
    company = make_company()
    stack.db("UPDATE company SET visitor_cookie = TRUE WHERE id = %s", (company.id,))
    shares = [new_share(api, who, live_post(api, company)) for who in (company.member, company.curator)]
    link.session.cookies.clear()
    cookie = visit(link, shares[0]).headers["Set-Cookie"].split(";")[0]
    link.session.cookies.clear()
    click_id = rclid_of(visit(link, shares[1], Cookie=cookie))
    for share in shares:
        clicks_of(db, share, 1)
    lead = detail(api, company, new_lead(api, company, click_id=click_id))
    assert [t["person_id"] for t in lead["touches"]] == [company.member.id, company.curator.id]


def test_a_touch_counts_for_the_team_of_its_day(api, link, db, stack, make_company):
    company = make_company()
    share = new_share(api, company.member, live_post(api, company))
    click_id = rclid_of(visit(link, share))
    clicks_of(db, share, 1)
    old, new = str(uuid7()), str(uuid7())
    for team, start, end in ((old, "2020-01-01", "2098-01-01"), (new, "2098-01-01", None)):
        db("INSERT INTO team_member (company_id, person_id, team_id, from_at, to_at, is_primary)"
           " VALUES (%s, %s, %s, %s, %s, TRUE)", (company.id, company.member.id, team, start, end))
    lead = detail(api, company, new_lead(api, company, click_id=click_id))
    assert lead["touches"][0]["team_id"] == old


# --- conversions -------------------------------------------------------------------------------------------------


def convert(api, company, lead, status=201, **members):
    answer = api.post(f"/v1/leads/{lead['id']}/conversions", who=company.api_key,
                      json={"external_id": an_id(), **members})
    assert answer.status_code == status, answer.text
    return answer.json()


def test_events_move_a_lead_along_in_their_own_order(api, acme):
    lead = new_lead(api, acme, created_at="2026-01-01T00:00:00Z")
    convert(api, acme, lead, stage="won", occurred_at="2026-03-01T00:00:00Z",
            value={"amount_minor": 500000, "currency": "EUR"})
    convert(api, acme, lead, stage="qualified", occurred_at="2026-02-01T00:00:00Z")
    found = detail(api, acme, lead)
    assert found["stage"] == "won" and found["value"] == {"amount_minor": 500000, "currency": "EUR"}
    assert [c["stage"] for c in found["conversions"]] == ["lead", "qualified", "won"]


def test_an_event_counts_once(api, acme):
    lead, other = new_lead(api, acme), new_lead(api, acme)
    first = convert(api, acme, lead, external_id="deal-" + lead["id"], stage="qualified")
    again = convert(api, acme, lead, 200, external_id="deal-" + lead["id"], stage="won")
    assert again == {**first, "repeated": True}
    convert(api, acme, other, 409, external_id="deal-" + lead["id"], stage="won")
    assert len(detail(api, acme, lead)["conversions"]) == 2


def test_without_an_id_the_same_event_counts_once(api, acme):
    lead = new_lead(api, acme)
    path, won = f"/v1/leads/{lead['id']}/conversions", {"stage": "won", "value": {"amount_minor": 5, "currency": "EUR"}}
    answers = [api.post(path, who=acme.api_key, json=body) for body in (won, won, {**won, "stage": "lost"})]
    assert [(a.status_code, a.json()["repeated"]) for a in answers] == [(201, False), (200, True), (201, False)]


def test_an_event_is_not_before_its_lead_nor_in_the_future(api, acme):
    lead = new_lead(api, acme)
    for when in ("2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"):
        answer = convert(api, acme, lead, 422, stage="won", occurred_at=when)
        assert [e["pointer"] for e in answer["errors"]] == ["#/occurred_at"]


def test_later_clicks_are_touches_of_later_events_only(api, link, db, stack, make_company):
    company = make_company()
    stack.db("UPDATE company SET visitor_cookie = TRUE WHERE id = %s", (company.id,))
    shares = [new_share(api, company.member, live_post(api, company)) for _ in range(3)]
    link.session.cookies.clear()
    first = visit(link, shares[0])
    cookie = first.headers["Set-Cookie"].split(";")[0]
    clicks_of(db, shares[0], 1)
    lead = new_lead(api, company, click_id=rclid_of(first))
    time.sleep(0.01)
    link.session.cookies.clear()
    visit(link, shares[1], Cookie=cookie)
    clicks_of(db, shares[1], 1)
    assert len(detail(api, company, lead)["touches"]) == 1
    convert(api, company, lead, stage="won")
    found = detail(api, company, lead)
    assert [t["share_id"] for t in found["touches"]] == [s["id"] for s in shares[:2]]
    assert found["touches"][1]["touched_at"] > found["conversions"][0]["occurred_at"]
    assert found["conversions"][0]["campaign_id"] == found["touches"][0]["campaign_id"]
    assert found["conversions"][1]["campaign_id"] == found["touches"][1]["campaign_id"]


def test_a_foreign_lead_is_not_there(api, acme, globex):
    lead = new_lead(api, acme)
    answers = []
    for id in (lead["id"], uuid7()):
        answers.append([
            api.get(f"/v1/leads/{id}", who=globex.admin),
            api.post(f"/v1/leads/{id}/conversions", who=globex.api_key, json={"stage": "won", "external_id": "x"}),
            api.post(f"/v1/leads/{id}/erase", who=globex.admin)])
    for foreign, unknown in zip(*answers):
        assert foreign.status_code == unknown.status_code == 404
        strip = lambda r: {k: v for k, v in r.json().items() if k not in ("instance", "request_id")}
        assert strip(foreign) == strip(unknown)
    assert detail(api, acme, lead)["stage"] == "lead"


# --- lists and erasure -------------------------------------------------------------------------------------------


def test_leads_are_listed_newest_first_and_filtered(api, make_company):
    company = make_company()
    made = [new_lead(api, company, name=f"Name {i} 100%", created_at=f"2026-0{i}-01T00:00:00Z") for i in range(1, 6)]
    convert(api, company, made[0], stage="qualified")
    page = api.get("/v1/leads?limit=2", who=company.admin).json()
    seen = [l["id"] for l in page["items"]]
    while page["has_more"]:
        page = api.get(f"/v1/leads?limit=2&cursor={page['next_cursor']}", who=company.admin).json()
        seen += [l["id"] for l in page["items"]]
    assert seen == [l["id"] for l in reversed(made)]

    def ids(query):
        return [l["id"] for l in api.get(f"/v1/leads?{query}", who=company.admin).json()["items"]]

    assert ids("stage=qualified") == [made[0]["id"]]
    assert ids("from=2026-02-01T00:00:00Z&to=2026-04-01T00:00:00Z") == [made[2]["id"], made[1]["id"]]
    assert ids("q=name%203") == [made[2]["id"]] and len(ids("q=0%25")) == 5 and ids("q=%25%25") == []
    joerg = new_lead(api, company, name="Jörg Müßig", email="Joerg@example.com", created_at="2026-06-01T00:00:00Z")
    assert ids("q=m%C3%BC%C3%9F") == ids("q=JOERG%40") == [joerg["id"]] and ids("q=%F0%9F%91%A9%F0%9F%91%A9") == []


def test_members_see_no_leads(api, acme):
    lead = new_lead(api, acme)
    for who in (acme.member, acme.curator):
        assert api.get("/v1/leads", who=who).status_code == 403
        assert api.get(f"/v1/leads/{lead['id']}", who=who).status_code == 403


def test_erasing_takes_the_person_and_leaves_the_credit(api, link, db, acme, share):
    click_id = rclid_of(visit(link, share))
    clicks_of(db, share, 1)
    lead = new_lead(api, acme, click_id=click_id, email="gone@example.com", name="Gone", phone="+33 1", message="Hi")
    assert api.post(f"/v1/leads/{lead['id']}/erase", who=acme.manager).status_code == 403
    erased = api.post(f"/v1/leads/{lead['id']}/erase", who=acme.admin)
    assert erased.status_code == 200
    body = erased.json()
    assert [body[k] for k in ("email", "name", "phone", "message")] == [None] * 4 and body["erased_at"]
    assert len(body["touches"]) == 1 and len(body["conversions"]) == 1
    (row,) = db("SELECT email, email_sha256, name, phone, message FROM lead WHERE id = %s", (lead["id"],))
    assert set(row.values()) == {None}
    again = api.post(f"/v1/leads/{lead['id']}/erase", who=acme.admin).json()
    assert again["erased_at"] == body["erased_at"]


# --- files -------------------------------------------------------------------------------------------------------


def csv_text(rows, columns=("external_id", "email", "name", "value_minor", "currency", "created_at")):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


def upload(api, company, text, source="sales file"):
    return api.post(f"/v1/leads/import?source={source}", who=company.admin, data=text.encode(),
                    headers={"Content-Type": "text/csv"})


def test_a_file_goes_in_with_its_faults_told_by_line(api, db, make_company):
    company = make_company()
    rows = [["a1", "ann@example.com", "Ann", "1000", "EUR", "2026-01-01T00:00:00Z"],
            ["a2", "not an address", "Bob", "", "", ""],
            ["", "c@example.com", "No id", "", "", ""],
            ["a4", "", "Line\nbreak", "", "", ""],
            ["a5", "", "=1+1", "12.5", "EUR", ""],
            ["a6", "", "Fine \N{RAT}", "", "", ""]]
    answer = upload(api, company, csv_text(rows))
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["lines"], body["added"], body["repeated"], body["refused"]) == (6, 2, 0, 4)
    assert [(f["line"], f["column"]) for f in body["faults"]] == [
        (3, "email"), (4, "external_id"), (5, "name"), (7, "value_minor")]
    found = {r["external_id"]: r for r in db("SELECT external_id, channel, source, value_minor, currency FROM lead"
                                             " WHERE company_id = %s", (company.id,))}
    assert set(found) == {"a1", "a6"}
    assert found["a1"] == {"external_id": "a1", "channel": "csv", "source": "sales file", "value_minor": 1000,
                           "currency": "EUR"}


def test_a_file_may_come_again(api, db, stack, make_company):
    company = make_company()
    text = csv_text([[f"r{i}", f"r{i}@example.com", "", "", "", ""] for i in range(450)])
    first, again = upload(api, company, text).json(), upload(api, company, text)
    second = again.json()
    assert (first["added"], first["repeated"]) == (450, 0) and (second["added"], second["repeated"]) == (0, 450)
    # A row that was here is one look, where a new one is several statements.
    assert wait_until(lambda: stack.log(again.headers["X-Request-Id"]))[0]["queries"] < 500
    # Old rows between new ones are told apart.
    mixed = csv_text([[f"r{i}" if i % 3 else f"n{i}", "", "", "", "", ""] for i in range(300)])
    body = upload(api, company, mixed).json()
    assert (body["added"], body["repeated"]) == (100, 200)
    assert db("SELECT COUNT(*) n FROM lead WHERE company_id = %s", (company.id,))[0]["n"] == 550
    assert db("SELECT COUNT(*) n FROM conversion WHERE company_id = %s", (company.id,))[0]["n"] == 550


def test_only_the_first_hundred_faults_are_told_and_all_are_counted(api, make_company):
    company = make_company()
    text = csv_text([["", "x@example.com", "", "", "", ""]] * 150 + [["ok", "", "", "", "", ""]])
    body = upload(api, company, text).json()
    assert body["refused"] == 150 and body["added"] == 1 and len(body["faults"]) == 100


@pytest.mark.parametrize("text, detail", [
    ("name,email\nx,y@example.com\n", "must have external_id"), ("external_id,Rölle\n1,admin\n", 'column 2, "Rölle", is not one of'),
    ("external_id,external_id\n1,2\n", "names external_id twice"), ("", "is missing")])
def test_a_file_without_a_sound_header_is_refused(api, acme, text, detail):
    answer = upload(api, acme, text)
    assert answer.status_code == 422 and [e["pointer"] for e in answer.json()["errors"]] == ["#/header"]
    assert answer.json()["errors"][0]["detail"].startswith(detail)


def test_what_is_no_csv_is_refused_by_line_and_all_others_go_in(api, make_company):
    company = make_company()
    text = 'external_id,email\r\nq1,a@example.com\r\nq"2,b@example.com\r\nq3,"c"@example.com\r\nq4,d@example.com\r\nq5,"never'
    body = upload(api, company, text).json()
    assert (body["lines"], body["added"], body["refused"]) == (5, 2, 3)
    assert [(f["line"], f["column"]) for f in body["faults"]] == [(3, None), (4, None), (6, None)]
    assert all(f["detail"].startswith("is not readable as CSV: ") for f in body["faults"])


def test_a_file_that_is_no_csv_is_refused(api, acme):
    assert upload(api, acme, 'external_id,"never closed').status_code == 400
    answer = api.post("/v1/leads/import", who=acme.admin, json={"a": 1}, contract=False)
    assert answer.status_code == 415


def test_an_operator_brings_a_file_with_the_same_code(stack, api, make_company, tmp_path):
    company = make_company()
    path = tmp_path / "leads.csv"
    path.write_text(csv_text([["o1", "o1@example.com", "", "", "", ""]]))
    args = ("lead", "import", "--company", company.slug, "--source", "sales", "--json", path)
    import json

    assert json.loads(stack.rostra(*args)) == {"rows": 1, "added": 1, "repeated": 0, "refused": 0}
    assert json.loads(stack.rostra(*args)) == {"rows": 1, "added": 0, "repeated": 1, "refused": 0}
    path.write_text(csv_text([["o2", "bad", "", "", "", ""]]))
    refused = stack.rostra(*args, check=False)
    assert refused.returncode == 1 and "line 2: email" in refused.stderr


def test_a_large_file_goes_in(api, db, make_company):
    company = make_company()
    text = csv_text([[f"l{i}", "", f"Name {i} " + "x" * 60, "", "", ""] for i in range(5000)])
    body = upload(api, company, text).json()
    assert body["added"] == 5000


# --- many at once --------------------------------------------------------------------------------------------------


def bulk(api, who, items, **options):
    return api.post("/v1/leads/bulk", who=who, json={"items": items}, **options)


def test_of_many_leads_each_is_taken_or_refused_for_itself(api, db, acme):
    items = [{"external_id": an_id(), "name": "Ada"}, {"external_id": an_id(), "email": "no address"},
             {"external_id": an_id(), "click_id": "short", "colour": "blue"}, {"external_id": an_id(), "name": "Eve"}]
    answer = bulk(api, acme.api_key, [*items, items[0]])
    assert answer.status_code == 207
    body = answer.json()
    assert [i["result"] for i in body["items"]] == ["made", "refused", "refused", "made", "repeated"]
    assert [i["status"] for i in body["items"]] == [201, 422, 422, 201, 200]
    assert [[e["pointer"] for e in i["errors"]] for i in body["items"][1:3]] == [["#/email"], ["#/colour"]]
    assert body["items"][4]["id"] == body["items"][0]["id"]
    assert (body["made"], body["repeated"], body["refused"], body["failed"]) == (2, 1, 2, 0)
    again = bulk(api, acme.api_key, items).json()
    assert (again["made"], again["repeated"]) == (0, 2) and again["items"][3]["id"] == body["items"][3]["id"]
    (count,) = db("SELECT COUNT(*) n FROM lead WHERE external_id IN (%s, %s)", (items[0]["external_id"], items[3]["external_id"]))
    assert count["n"] == 2


def test_many_leads_are_bounded(api, acme):
    full = [{"external_id": an_id(), "message": "x" * 1500} for _ in range(500)]
    assert bulk(api, acme.api_key, full).json()["made"] == 500
    for items in ([], [{}] * 501, [7], {"a": 1}):
        answer = api.post("/v1/leads/bulk", who=acme.api_key, json={"items": items})
        assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"].startswith("#/items")
    assert bulk(api, acme.member, [{}]).status_code == 403


def test_a_file_may_tell_of_addresses_by_their_hash(api, link, db, acme, share):
    """What is stored, and whose path it is, are as in a server's call."""
    click, email = rclid_of(visit(link, share)), f"{an_id()}@example.com"
    clicks_of(db, share, 1)
    matched(api, acme, new_lead(api, acme, click_id=click, email=email), "click")
    ids, hashed = [an_id() for _ in range(5)], hashlib.sha256(email.encode()).hexdigest()
    rows = [(ids[0], hashed.upper(), ""), (ids[1], hashed, email), (ids[2], "", email), (ids[3], "abc", ""), (ids[4], "z" * 64, "")]
    text = csv_text(rows, ("Id", "Hash", "Mail"))

    def send(**query):
        answer = api.post("/v1/leads/import", who=acme.admin, data=text.encode(), headers={"Content-Type": "text/csv"}, params={
            "source": "hashes", "columns": "Id=external_id,Hash=email_sha256,Mail=email", **query})
        assert answer.status_code == 200, answer.text
        return answer.json()

    tried = send(dry_run="true")
    assert (tried["added"], tried["refused"]) == (2, 3)
    assert [(f["line"], f["column"]) for f in tried["faults"]] == [(3, "email_sha256"), (5, "email_sha256"), (6, "email_sha256")]
    assert not db("SELECT 1 FROM lead WHERE external_id IN %s", (ids,))
    assert send() == tried and send()["repeated"] == 2
    found = db("SELECT email, LOWER(HEX(email_sha256)) hash, matched_by, match_reason FROM lead WHERE external_id IN %s ORDER BY id",
               (ids,))
    assert found == [{"email": e, "hash": hashed, "matched_by": "email", "match_reason": "same_email"} for e in (None, email)]


def test_a_file_of_a_crm_is_tried_before_it_goes_in(api, db, acme, rostra, tmp_path):
    known, fresh = an_id(), an_id()
    columns = "Deal ID=external_id,E-Mail=email,Owner=-,Amount=value_minor,Currency=currency"
    text = f"Deal ID,E-Mail,Owner,Amount,Currency\r\n{known},ada@crm.example,Bo,100,EUR\r\n"

    def send(text, **query):
        return api.post("/v1/leads/import", who=acme.admin, data=text.encode(), headers={"Content-Type": "text/csv"},
                        params={"source": "crm-file", "columns": columns, **query})

    assert send(text).json()["added"] == 1
    text += f"{fresh},eve@crm.example,Bo,250,EUR\r\n{an_id()},no address,Bo,1,EUR\r\n"
    tried = send(text, dry_run="true").json()
    assert {k: tried[k] for k in ("lines", "added", "repeated", "refused")} == {
        "lines": 3, "added": 1, "repeated": 1, "refused": 1}
    assert [(f["line"], f["column"]) for f in tried["faults"]] == [(4, "email")]
    assert db("SELECT COUNT(*) n FROM lead WHERE external_id = %s", (fresh,))[0]["n"] == 0

    path = tmp_path / "crm.csv"
    path.write_text("".join(text.splitlines(keepends=True)[:3]))
    done = json.loads(rostra("lead", "import", "--company", acme.slug, "--source", "crm-file", "--columns", columns,
                             "--json", path))
    assert (done["added"], done["repeated"]) == (1, 1)
    (lead,) = db("SELECT email, value_minor, currency FROM lead WHERE external_id = %s", (fresh,))
    assert lead == {"email": "eve@crm.example", "value_minor": 250, "currency": "EUR"}

    for wrong in ("E-Mail=mail", "E-Mail", "=email", "a=b=c"):
        answer = send(text, columns=wrong)
        assert answer.status_code == 400 and answer.json()["errors"][0]["pointer"] == "?columns"
    twice = send(text, columns="Deal ID=external_id,E-Mail=email,Owner=email,Amount=-,Currency=-")
    assert twice.status_code == 422 and twice.json()["errors"][0]["pointer"] == "#/header"
