# SPDX-License-Identifier: Apache-2.0
"""Clicks judged again: by other rules, by an admin; sums, paths and reports follow, and what was is on record."""

import json
import os
import pathlib
import signal
import time

import pytest
from clicks import browser, clicks_of, path_of, rclid_of, sums_agree, visit
from content import live_post, made, new_share

from conftest import Client, company_of, uuid7, wait_until

RULES = pathlib.Path(__file__).resolve().parent.parent.parent / "src/link/crawlers.rules"


@pytest.fixture
def company(make_company):
    return make_company()


@pytest.fixture
def share(api, company):
    return new_share(api, company.member, live_post(api, company))


@pytest.fixture
def rules(tmp_path):
    """rules("line", …): the shipped rules and a file of these."""

    def write(*lines, version=9):
        path = tmp_path / f"own{len(list(tmp_path.iterdir()))}.rules"
        path.write_text("".join(f"{line}\n" for line in (f"version {version}", *lines)))
        return path

    return write


@pytest.fixture
def reclassify(rostra, company):
    def run(ranges, *args):
        return json.loads(rostra("click", "reclassify", "--company", company.slug, "--ranges", ranges, *args, "--json"))

    return run


def ok(response):
    assert response.status_code == 200, response.text
    return response.json()


def lead_by(api, company, response):
    return made(api.post("/v1/leads", who=company.api_key, json={
        "external_id": uuid7(), "click_id": rclid_of(response), "value": {"amount_minor": 10000, "currency": "EUR"}}))


def report_days(api, company):
    totals = api.get("/v1/reports/clicks?group=person", who=company.admin).json()["totals"]
    return {k: n for k, n in totals.items() if n}


def seen(api, company, share, **query):
    page = api.get("/v1/clicks", who=company.admin, params={"share": share["id"], **query})
    assert page.status_code == 200, page.text
    return page.json()["items"]


def touches(db, company):
    return [bytes(t["click_id"]).hex() for t in db("SELECT click_id FROM touch WHERE company_id = %s", (company.id,))]


def test_other_rules_judge_history_and_all_follows(api, link, db, company, share, rules, reclassify):
    first = link.get(path_of(share), headers={**browser(), "User-Agent": "Kiosk/1.0 (lobby)"}, contract=False)
    visit(link, share)
    clicks = clicks_of(db, share, 2)
    lead = lead_by(api, company, first)
    wait_until(lambda: touches(db, company), 10, "the path")
    assert report_days(api, company) == {"human": 2}

    kiosk = rules("agent bot kiosk ^Kiosk/")
    dry = reclassify(kiosk, "--dry-run")
    assert dry == [{"before": "human", "reason_before": "ok", "after": "bot", "reason_after": "kiosk", "clicks": 1}]
    assert report_days(api, company) == {"human": 2}

    assert reclassify(kiosk) == dry
    assert reclassify(kiosk) == [], "done once, it is done"
    assert report_days(api, company) == {"human": 1, "bot": 1}
    sums_agree(db, share)
    assert touches(db, company) == []
    assert api.get(f"/v1/leads/{lead['id']}", who=company.admin).json()["matched_by"] == "none"
    (bot,) = seen(api, company, share, **{"class": "bot"})
    version = int(RULES.read_text().split("\nversion ")[1].split()[0])
    assert (bot["reason"], bot["rule_version"]) == ("kiosk", version + 9)

    back = reclassify(rules("agent bot other ^Other/"))
    assert [(c["before"], c["after"], c["clicks"]) for c in back] == [("bot", "human", 1)]
    assert touches(db, company) == [clicks[0]["id"].lower()]
    assert api.get(f"/v1/leads/{lead['id']}", who=company.admin).json()["matched_by"] == "click"
    changes = api.get(f"/v1/clicks/{bot['id']}", who=company.admin).json()["changes"]
    assert [(c["cause"], c["before"], c["after"], c["reason_after"]) for c in changes] == [
        ("rules", "human", "bot", "kiosk"), ("rules", "bot", "human", "ok")]


def test_programs_that_turn_out_people_are_no_more_visitors_than_they_were(link, db, share, rules, reclassify):
    headers = {**browser(), "User-Agent": "Acme-Intranet curl/8"}
    for _ in range(3):
        link.get(path_of(share), headers=headers, contract=False)
    assert {r["class"] for r in clicks_of(db, share, 3)} == {"bot"}
    reclassify(rules("agent human intranet ^Acme-Intranet"))
    assert sorted(r["class"] for r in clicks_of(db, share, 3)) == ["duplicate", "duplicate", "human"]
    sums_agree(db, share)


def test_what_a_click_showed_before_facts_were_kept_is_not_lost(link, db, share, rules, reclassify):
    headers = {**browser(), "User-Agent": "Kiosk/1.0 (lobby)"}
    for _ in range(2):
        link.get(path_of(share), headers=headers, contract=False)
    before = [(r["class"], r["reason"]) for r in clicks_of(db, share, 2)]
    assert before == [("human", "ok"), ("duplicate", "same-visitor-hour")]
    db("UPDATE click SET fact = 'none' WHERE share_id = %s", (share["id"],))
    reclassify(rules("agent bot kiosk ^Kiosk/"))
    assert [r["class"] for r in clicks_of(db, share, 2)] == ["bot", "bot"]
    reclassify(rules("agent bot other ^Other/"))
    assert [(r["class"], r["reason"]) for r in clicks_of(db, share, 2)] == before


def test_an_admin_has_the_last_word(api, link, db, company, globex, share, rules, reclassify):
    response = visit(link, share)
    clicks_of(db, share, 1)
    lead_by(api, company, response)
    wait_until(lambda: touches(db, company), 10, "the path")
    (click,) = seen(api, company, share)
    path, body = f"/v1/clicks/{click['id']}/overrule", {"class": "internal", "note": "our own fair stand"}
    assert api.post(path, who=globex.admin, json=body).status_code == 404
    assert api.post(path, who=company.manager, json=body).status_code == 403
    wrong = api.post(path, who=company.admin, json={"class": "internal", "note": " "})
    assert wrong.status_code == 422 and wrong.json()["errors"][0]["pointer"] == "#/note"

    whole = ok(api.post(path, who=company.admin, json=body))
    assert (whole["class"], whole["reason"]) == ("internal", "overruled")
    assert whole["changes"][0]["note"] == body["note"] and whole["changes"][0]["person_id"] == company.admin.id
    assert touches(db, company) == [] and report_days(api, company) == {"internal": 1}
    assert api.post(path, who=company.admin, json=body).status_code == 409
    (event,) = api.get("/v1/audit?action=click.overruled", who=company.admin).json()["items"]
    assert event["object_id"] == whole["changes"][0]["id"] and event["changes"]["class"] == ["human", "internal"]

    assert reclassify(rules("agent bot other ^Other/")) == []
    ok(api.post(path, who=company.admin, json={"class": "human", "note": "a guest of the fair"}))
    assert len(touches(db, company)) == 1 and report_days(api, company) == {"human": 1}


def test_clicks_are_listed_by_class_and_reason_page_by_page(api, link, db, company, share):
    for number in range(5):
        visit(link, share)
    link.get(path_of(share), headers={"User-Agent": "curl/8"}, contract=False)
    rows = clicks_of(db, share, 6)
    found, query = [], {"limit": 2, "class": "human"}
    while True:
        page = api.get("/v1/clicks", who=company.admin, params=query).json()
        found += page["items"]
        if not page["has_more"]:
            break
        query["cursor"] = page["next_cursor"]
    assert [c["clicked_at"] for c in found] == sorted((c["clicked_at"] for c in found), reverse=True)
    assert len(found) == len({c["id"] for c in found}) == sum(r["class"] == "human" for r in rows) == 5
    (bot,) = seen(api, company, share, reason="http-library")
    assert bot["class"] == "bot" and bot["person_id"] == company.member.id and bot["ip_prefix"] == "127.0.0.0/24"
    counted = [api.get("/v1/clicks/reasons", who=company.admin, params=q).json() for q in ({}, {"share": share["id"]})]
    assert counted[0]["rows"] == counted[1]["rows"] == [
        {"class": "human", "reason": "ok", "clicks": 5}, {"class": "bot", "reason": "http-library", "clicks": 1}]
    assert api.get("/v1/clicks/reasons", who=company.admin, params={"share": uuid7()}).json()["rows"] == []
    assert api.get("/v1/clicks/reasons", who=company.manager).status_code == 403
    for path in ("/v1/clicks", "/v1/clicks/reasons"):
        wrong = api.get(f"{path}?from=2025-01-01T00:00:00Z&to=2026-01-01T00:00:00Z", who=company.admin)
        assert wrong.status_code == 400 and wrong.json()["errors"][0]["pointer"] == "?from"


def test_a_client_that_gives_no_cookie_back_is_what_the_operator_says(api, link, db, company, rules, reclassify):
    db("UPDATE company SET visitor_cookie = TRUE WHERE id = %s", (company.id,))
    post, headers, reasons = live_post(api, company), browser(), []
    for _ in range(3):
        for share in [new_share(api, company.member, post) for _ in range(11)]:  # twelve within ten seconds may be a burst
            link.session.cookies.clear()
            assert "Set-Cookie" in link.get(path_of(share), headers=headers, contract=False).headers
            reasons.append("")
        wait_until(lambda: len(db("SELECT 1 FROM click WHERE company_id = %s", (company.id,))) == len(reasons), 10, "the clicks")
        found = db("SELECT class, reason FROM click WHERE company_id = %s ORDER BY clicked_at", (company.id,))
        if found[-1]["reason"] == "no-cookie":
            break
        window = time.time() // 10
        wait_until(lambda window=window: time.time() // 10 > window, 11, "the next ten seconds")
    kept = [r["reason"] for r in found].index("no-cookie")
    assert kept > 10 and {(r["class"], r["reason"]) for r in found[:kept]} == {("human", "ok")}
    assert {(r["class"], r["reason"]) for r in found[kept:]} == {("human", "no-cookie")}

    own = rules("cookieless scanner keeps-none")
    assert [(c["before"], c["after"], c["reason_after"], c["clicks"]) for c in reclassify(own)] == [
        ("human", "scanner", "keeps-none", len(found) - kept)]
    assert report_days(api, company) == {"human": kept, "scanner": len(found) - kept}


def test_the_operators_ranges_are_read_again_on_sighup(own_stack, tmp_path):
    ranges = tmp_path / "ranges.rules"
    ranges.write_text("version 1\n")
    stack = own_stack("--processes", "1,1", "--threads", "2,2", "--set", f"click_ranges={ranges}")
    company = company_of(stack, "initech", "Initech")
    api, link = Client(stack.places["API"]), Client(stack.places["LINK"])
    share = new_share(api, company.member, live_post(api, company))

    def reload(event):
        before = len([line for line in stack.log() if line.get("event") == event])
        os.kill(stack.pid("serve"), signal.SIGHUP)
        wait_until(lambda: len([x for x in stack.log() if x.get("event") == event]) > before, 5, event)

    visit(link, share)
    ranges.write_text("version 2\nrange scanner mail-gateway 127.0.0.0/8\n")
    reload("click_rules_reloaded")
    visit(link, share)
    ranges.write_text("version 3\nrange scanner mail-gateway 127.0.0.0\n")
    reload("click_rules_not_reloaded")
    visit(link, share)
    rows = clicks_of(stack.db, share, 3)
    assert [(r["class"], r["reason"]) for r in rows] == [("human", "ok")] + [("scanner", "mail-gateway")] * 2
    assert rows[1]["rule_version"] == rows[0]["rule_version"] + 1 == rows[2]["rule_version"]
