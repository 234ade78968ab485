# SPDX-License-Identifier: Apache-2.0
"""Saved reports: a sealed run is the file it says it is, and its verification names what has changed since, and why."""

import datetime
import hashlib

import pytest
from clicks import browser, clicks_of, path_of, rclid_of
from content import live_post, made, new_share

from conftest import uuid7, wait_until

TODAY = datetime.datetime.now(datetime.timezone.utc).date()
DATES = {"from": str(TODAY - datetime.timedelta(days=20)), "to": str(TODAY + datetime.timedelta(days=2))}


@pytest.fixture
def company(make_company, db):
    made_one = make_company()
    db("UPDATE company SET visitor_cookie = TRUE WHERE id = %s", (made_one.id,))
    return made_one


@pytest.fixture
def definition(api, company):
    return define(api, company, "model=linear&group=team&window=30d")


def define(api, company, query):
    return made(api.put(f"/v1/report-definitions/{uuid7()}", who=company.admin, json={"name": "Board", "query": query}))


def run_of(definition, run=None):
    return f"/v1/report-definitions/{definition['id']}/runs/{run['id'] if run else uuid7()}"


def seal(api, company, definition, **dates):
    return made(api.put(run_of(definition), who=company.admin, json={**DATES, **dates}))


def verify(api, company, definition, run):
    answer = api.get(run_of(definition, run) + "/verify", who=company.admin)
    assert answer.status_code == 200, answer.text
    return answer.json()


def new_lead(api, company, click_id=None, **members):
    return made(api.post("/v1/leads", who=company.api_key, json={
        "external_id": uuid7(), "click_id": click_id, "value": {"amount_minor": 10001, "currency": "EUR"}, **members}))


class Visitor:
    """One person with a cookie, on several links."""

    def __init__(self, link):
        self.link, self.headers = link, browser()

    def opens(self, share):
        self.link.session.cookies.clear()
        answer = self.link.get(path_of(share), headers=self.headers, contract=False)
        if "Set-Cookie" in answer.headers:
            self.headers["Cookie"] = answer.headers["Set-Cookie"].split(";")[0]
        self.link.session.cookies.clear()
        return rclid_of(answer)


@pytest.fixture
def paths(api, link, db, company):
    """Two leads: one whom two shares touched, one whom a third did."""
    shares = [new_share(api, company.member, live_post(api, company)) for _ in range(3)]
    visitor, other = Visitor(link), Visitor(link)
    clicks = [visitor.opens(shares[0]), visitor.opens(shares[1]), other.opens(shares[2])]
    for share in shares:
        clicks_of(db, share, 1)
    leads = [new_lead(api, company, clicks[1]), new_lead(api, company, clicks[2])]
    wait_until(lambda: db("SELECT COUNT(*) n FROM touch WHERE company_id = %s", (company.id,))[0]["n"] == 3, 10, "paths")
    return clicks, leads


def conversion_of(api, company, lead):
    return api.get(f"/v1/leads/{lead['id']}", who=company.admin).json()["conversions"][0]["id"]


def overrule(api, company, click, word):
    answer = api.post(f"/v1/clicks/{click}/overrule", who=company.admin, json={"class": word, "note": "seen on camera"})
    assert answer.status_code == 200, answer.text


def rows_by_click(verification):
    return {row["click_id"]: row for row in verification["rows"]}


def test_a_sealed_run_is_the_file_of_its_rows(api, company, definition, paths):
    run = seal(api, company, definition)
    query = f"{definition['query']}&from={run['from']}&to={run['to']}&time_zone={run['time_zone']}&currency={run['currency']}"
    csv = api.get(f"/v1/reports/attribution/credits?format=csv&{query}", who=company.admin, contract=False).content
    assert hashlib.sha256(csv).hexdigest() == run["sha256"] and csv.count(b"\r\n") == run["rows"] + 1 == 4
    report = api.get(f"/v1/reports/attribution?{query}", who=company.admin).json()
    assert run["totals"] == report["totals"] and run["unattributed"] == report["unattributed"]
    assert run["totals"]["value"]["amount_minor"] == 20002

    same = verify(api, company, definition, run)
    assert same["same"] and same["differences"] == 0 and same["rows"] == []
    assert same["now"]["sha256"] == run["sha256"] and same["sealed"] == run


def sealed_rows(api, company, definition, run):
    found, page = [], {"has_more": True, "next_cursor": None}
    while page["has_more"]:
        answer = api.get(run_of(definition, run) + "/rows", who=company.admin, params={"limit": 1, "cursor": page["next_cursor"]})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["items"]
    return found


def test_the_rows_of_a_sealed_run_are_read_and_stay(api, company, definition, paths):
    clicks, leads = paths
    alone = new_lead(api, company)
    run = seal(api, company, definition)
    query = f"{definition['query']}&from={run['from']}&to={run['to']}&time_zone={run['time_zone']}&currency={run['currency']}"
    csv = api.get(f"/v1/reports/attribution/credits?format=csv&{query}", who=company.admin, contract=False).content
    rows = sealed_rows(api, company, definition, run)
    assert {(r["lead_id"], r["click_id"]) for r in rows} == {
        (leads[0]["id"], clicks[0]), (leads[0]["id"], clicks[1]), (leads[1]["id"], clicks[2]), (alone["id"], None)}
    assert len(rows) == run["rows"] == 4
    assert sum(r["value"]["amount_minor"] for r in rows) == run["totals"]["value"]["amount_minor"] == 30003
    assert sum(r["conversions"] for r in rows) == run["totals"]["conversions"] == 3
    lines = csv.split(b"\r\n")[1:-1]
    assert {r["digest"] for r in rows} == {hashlib.sha256(line + b"\r\n").hexdigest()[:32] for line in lines}
    overrule(api, company, clicks[0], "bot")
    assert sealed_rows(api, company, definition, run) == rows
    elsewhere = {"id": uuid7()}
    assert api.get(run_of(elsewhere, run) + "/rows", who=company.admin).status_code == 404


def test_a_reclassified_click_is_named_with_the_rows_it_moved_and_no_others(api, company, definition, paths):
    clicks, leads = paths
    run = seal(api, company, definition)
    overrule(api, company, clicks[0], "bot")
    found = verify(api, company, definition, run)
    assert not found["same"] and found["differences"] == 2
    rows = rows_by_click(found)
    assert set(rows) == {clicks[0], clicks[1]}, "the other lead's row is not among them"
    assert {r["conversion_id"] for r in rows.values()} == {conversion_of(api, company, leads[0])}
    assert {(r["why"], r["cause_click_id"]) for r in rows.values()} == {("reclassified", clicks[0])}
    gone, moved = rows[clicks[0]], rows[clicks[1]]
    assert (gone["change"], gone["before"]["value"]["amount_minor"], gone["after"]) == ("removed", 5001, None)
    assert (moved["change"], moved["before"]["value"]["amount_minor"], moved["after"]["value"]["amount_minor"]) == (
        "changed", 5000, 10001)

    overrule(api, company, clicks[2], "bot")
    rows = rows_by_click(verify(api, company, definition, run))
    assert set(rows) == {*clicks, None}
    assert (rows[None]["change"], rows[None]["cause_click_id"]) == ("added", clicks[2]), "now nobody's"

    overrule(api, company, clicks[0], "human")
    overrule(api, company, clicks[2], "human")
    assert verify(api, company, definition, run)["same"], "what it was, it is again"


def test_what_came_late_is_told_from_what_was_judged_anew(api, company, definition, paths):
    run = seal(api, company, definition)
    at = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=10)).strftime("%Y-%m-%dT%H:%M:%SZ")
    late = new_lead(api, company, created_at=at)
    found = verify(api, company, definition, run)
    (row,) = found["rows"]
    assert (row["change"], row["why"], row["lead_id"], row["click_id"]) == ("added", "late_event", late["id"], None)
    assert found["now"]["rows"] == found["sealed"]["rows"] + 1

    assert api.post(f"/v1/leads/{late['id']}/erase", who=company.admin).status_code == 200
    assert verify(api, company, definition, run)["differences"] == 1, "credits outlive the person's data"


def test_what_is_saved_and_sealed_is_never_changed(api, company, globex, definition, paths):
    path = f"/v1/report-definitions/{definition['id']}"
    body = {"name": definition["name"], "query": definition["query"]}
    assert api.put(path, who=company.admin, json=body).status_code == 200
    other = api.put(path, who=company.admin, json={**body, "name": "Other"})
    assert (other.status_code, other.json()["code"]) == (409, "id_conflict")

    run = seal(api, company, definition)
    overrule(api, company, paths[0][0], "bot")
    again = api.put(run_of(definition, run), who=company.admin, json=DATES)
    assert again.status_code == 200 and again.json() == run, "the data is another now; the run is not"
    changed = api.put(run_of(definition, run), who=company.admin, json={**DATES, "from": str(TODAY)})
    assert (changed.status_code, changed.json()["code"]) == (409, "id_conflict")
    assert api.put(run_of(definition), who=company.manager, json=DATES).status_code == 403
    assert api.put(run_of(definition), who=globex.admin, json=DATES).status_code == 404
    assert api.get(run_of(definition, run) + "/verify", who=globex.admin).status_code == 404
    listed = api.get(f"{path}/runs", who=company.admin).json()["items"]
    assert listed == [run]


@pytest.mark.parametrize("query, says", [
    ("model=markov", "model"), ("model=linear&first=0.3", "first"), ("from=2026-01-01", "from"), ("nonsense", "nonsense"),
    ("time_zone=Mars/Olympus", "time_zone"), ("window=9999d", "window"), ("person=0", "person")])
def test_a_query_that_is_none_is_refused_with_its_member(api, company, query, says):
    answer = api.put(f"/v1/report-definitions/{uuid7()}", who=company.admin, json={"name": "x", "query": query})
    (error,) = answer.json()["errors"]
    assert answer.status_code == 422 and error["pointer"] == "#/query" and says in error["detail"]


def test_dates_that_do_not_hold_together_are_refused(api, company, definition):
    answer = api.put(run_of(definition), who=company.admin, json={"from": DATES["to"], "to": DATES["from"]})
    assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == "#/from"
