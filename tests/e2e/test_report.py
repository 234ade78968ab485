# SPDX-License-Identifier: Apache-2.0
"""Attribution: who gets how much, the rows behind it, and that both agree to the cent."""

import csv
import datetime
import io
import itertools
import secrets

import pytest

from clicks import rclid_of, visit
from conftest import credits_changed, uuid7, wait_until
from content import live_post, new_share

UTC = datetime.timezone.utc
T = datetime.datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
PERIOD = {"from": "2026-05-01", "to": "2026-06-01"}
GROUPS = ["person", "team", "network", "post", "campaign", "channel"]
MODELS = ["first", "last", "linear"]
_clicks = itertools.count(1)


def days(n):
    return datetime.timedelta(days=n)


def sql_time(at):
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


class Books:
    """A company whose leads are written straight into the tables."""

    def __init__(self, api, db, company):
        self.api, self.db, self.company = api, db, company
        self.post = live_post(api, company)
        self.people = {n: company.add_person(n) for n in ("ann", "bob", "cem")}
        self.shares = {n: new_share(api, p, self.post) for n, p in self.people.items()}

    def lead(self, touches, at=T, value=100000, currency="EUR", stage="lead", team=None):
        """A conversion at `at`; touches are (who, when) or (who, when, click id).  Gives its ids."""
        lead, conversion = uuid7(at.timestamp()), uuid7(at.timestamp())
        self.db("INSERT INTO lead (company_id, id, source, external_id, channel, matched_by, created_at, received_at)"
                " VALUES (%s, %s, 'test', %s, 'api', 'click', %s, %s)",
                (self.company.id, lead, lead, sql_time(at), sql_time(at)))
        self.event(lead, conversion, at, value, currency, stage)
        for who, when, *click in touches:
            self.db("INSERT INTO touch (company_id, lead_id, touched_at, click_id, share_id, person_id, team_id, network,"
                    " post_id, campaign_id, channel_id, added_at) SELECT company_id, %s, %s, %s, id, person_id, %s,"
                    " network, post_id, campaign_id, channel_id, %s FROM share WHERE company_id = %s AND id = %s",
                    (lead, sql_time(when), click[0] if click else next(_clicks).to_bytes(12, "big"), team, sql_time(at),
                     self.company.id, self.shares[who]["id"]))
        credits_changed(self.db, self.company)
        return lead, conversion

    def event(self, lead, conversion, at, value, currency, stage):
        self.db("INSERT INTO conversion (company_id, occurred_at, id, lead_id, stage, value_minor, currency, campaign_id,"
                " source, external_id, received_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 'test', %s, %s)",
                (self.company.id, sql_time(at), conversion, lead, stage, value, currency if value is not None else None,
                 self.post["campaign_id"], conversion, sql_time(at)))
        credits_changed(self.db, self.company)

    def report(self, path="", **query):
        response = self.api.get(f"/v1/reports/attribution{path}", who=self.company.admin, params={**PERIOD, **query})
        assert response.status_code == 200, response.text
        return response.json()

    def by_person(self, **query):
        """{who: minor units} of those with credit, the unattributed as None."""
        report, names = self.report(group="person", **query), {p.id: n for n, p in self.people.items()}
        found = {names[r["key"]]: r["value"]["amount_minor"] for r in report["rows"] if r["conversions"]}
        if report["unattributed"]["conversions"]:
            found[None] = report["unattributed"]["value"]["amount_minor"]
        return found

    def credits(self, limit=100, **query):
        """Every row of the drill-down, page by page."""
        rows, cursor = [], {}
        while True:
            page = self.report("/credits", limit=limit, **query, **cursor)
            rows += page["items"]
            if not page["has_more"]:
                assert page["next_cursor"] is None
                return rows
            assert len(page["items"]) == limit
            cursor = {"cursor": page["next_cursor"]}


@pytest.fixture
def books(api, db, make_company):
    return Books(api, db, make_company())


@pytest.fixture(scope="module")
def full_books(api, db, make_company):
    """Sixty leads of odd values with zero to six touches, some in no team and some that nobody touched."""
    full = Books(api, db, make_company())
    people, team = list(full.people), str(uuid7())
    for i in range(60):
        at = T + datetime.timedelta(minutes=37 * (i // 2))  # two of each moment
        touches = [(people[(i * 7 + k) % 3], at - days(k * 3) - datetime.timedelta(seconds=k)) for k in range(i % 7)]
        full.lead(touches, at=at, value=None if i % 11 == 0 else 1000 + 313 * i, team=team if i % 3 else None)
    return full


def amount(rows):
    return sum(r["value"]["amount_minor"] for r in rows)


def count(rows):
    return sum(round(r["conversions"] * 1_000_000) for r in rows)


# --- models and windows ----------------------------------------------------------------------------------------


def test_the_worked_example_comes_out_by_every_model(books):
    books.lead([("ann", T - days(20)), ("bob", T - days(10)), ("ann", T - days(3)), ("cem", T - days(0.5))])
    assert books.by_person(model="first", window_days=30) == {"ann": 100000}
    assert books.by_person(model="last", window_days=30) == {"cem": 100000}
    assert books.by_person(model="linear", window_days=30) == {"ann": 50000, "bob": 25000, "cem": 25000}
    assert books.by_person(model="linear", window_days=7) == {"ann": 50000, "cem": 50000}
    assert books.by_person(model="first", window_days=7) == {"ann": 100000}
    assert books.by_person(window_days=0) == {None: 100000}


def test_both_ends_of_the_window_are_in_it_and_nothing_beyond(books):
    moment = datetime.timedelta(microseconds=1)
    books.lead([("ann", T - days(7)), ("bob", T - days(7) - moment), ("cem", T + moment)])
    assert books.by_person(window_days=7) == {"ann": 100000}
    books.lead([("bob", T + days(1)), ("cem", T + days(1) + moment)], at=T + days(1))
    assert books.by_person(window_days=7) == {"ann": 100000, "bob": 100000}


def test_touches_of_one_moment_go_by_click_id(books):
    books.lead([("bob", T - days(1), b"\xff" * 12), ("ann", T - days(1), b"\x01" * 12), ("cem", T - days(1), b"\x80" * 12)],
               value=100)
    assert books.by_person(model="first") == {"ann": 100}
    assert books.by_person(model="last") == {"bob": 100}
    assert books.by_person() == {"ann": 34, "bob": 33, "cem": 33}


def test_the_campaign_gives_the_window_when_none_is_asked_for(books, db):
    books.lead([("ann", T - days(20)), ("bob", T - days(2))])
    db("UPDATE campaign SET lookback_days = 5, version = version + 1 WHERE id = %s", (books.post["campaign_id"],))
    assert books.by_person() == {"bob": 100000}
    db("UPDATE campaign SET lookback_days = 25, version = version + 1 WHERE id = %s", (books.post["campaign_id"],))
    assert books.by_person() == {"ann": 50000, "bob": 50000}
    db("UPDATE conversion SET campaign_id = NULL WHERE company_id = %s", (books.company.id,))
    credits_changed(db, books.company)
    db("UPDATE company SET lookback_days = 1 WHERE id = %s", (books.company.id,))
    assert books.by_person() == {None: 100000}


def test_stages_are_credited_apart(books):
    lead, _ = books.lead([("ann", T - days(3))], value=None)
    books.event(lead, str(uuid7(T.timestamp())), T + days(1), 70000, "EUR", "won")
    assert books.by_person() == {"ann": 0}
    assert books.by_person(stage="won") == {"ann": 70000}
    assert books.report(stage="qualified")["totals"]["conversions"] == 0
    assert books.report()["rows"][0]["conversions"] == 1


def test_days_are_those_of_the_time_zone(books):
    books.lead([], at=datetime.datetime(2026, 3, 28, 23, 30, tzinfo=UTC))  # the 29th in Berlin
    for zone, day, want in (("Europe/Berlin", "2026-03-29", 1), ("Europe/Berlin", "2026-03-28", 0), ("UTC", "2026-03-28", 1)):
        end = (datetime.date.fromisoformat(day) + days(1)).isoformat()
        report = books.report(**{"from": day, "to": end, "time_zone": zone})
        assert report["totals"]["conversions"] == want, (zone, day)
        assert (report["from"], report["to"], report["time_zone"]) == (day, end, zone)


def test_other_currencies_are_counted_apart(books):
    books.lead([("ann", T - days(1))])
    books.lead([("ann", T - days(1))], currency="USD", value=500)
    books.lead([("bob", T - days(1))], currency="CHF", value=600)
    report = books.report()
    assert report["currency"] == "EUR" and report["totals"]["conversions"] == 1
    assert report["other_currencies"] == [{"currency": "CHF", "conversions": 1}, {"currency": "USD", "conversions": 1}]
    assert books.by_person(currency="USD") == {"ann": 500}
    assert {c["currency"] for c in books.report(currency="USD")["other_currencies"]} == {"EUR", "CHF"}


def test_the_last_thirty_days_are_the_default(books, api):
    now = datetime.datetime.now(UTC)
    books.lead([("ann", now - days(2))], at=now - days(1), value=11)
    books.lead([("bob", now - days(40))], at=now - days(35), value=22)
    response = api.get("/v1/reports/attribution", who=books.company.admin)
    assert [r["value"]["amount_minor"] for r in response.json()["rows"]] == [11]
    assert response.json()["model"] == "linear" and response.json()["stage"] == "lead"
    as_of = datetime.datetime.fromisoformat(response.json()["as_of"].replace("Z", "+00:00"))
    assert abs((as_of - now).total_seconds()) < 60


def test_a_report_that_says_the_same_is_not_sent_again(books, api):
    at = datetime.datetime.now(UTC) - days(1)
    books.lead([("ann", at - days(1))], at=at, value=11)
    known = {}

    def again(report):
        answer = api.get(f"/v1/reports/{report}", who=books.company.admin, headers=known)
        known["If-None-Match"] = answer.headers["ETag"]
        return answer.status_code, answer.content

    for report in ("attribution", "clicks", "funnel", "series?step=week"):
        known.clear()
        assert again(report)[0] == 200
        # What was just made may still be on its way into the report.
        wait_until(lambda report=report: again(report) == (304, b""), 15, f"{report}: the same")
    books.lead([("ann", at - days(1))], at=at, value=12)
    assert api.get(f"/v1/reports/{report}", who=books.company.admin, headers=known).status_code == 200


# --- totals and the rows behind them ----------------------------------------------------------------------------


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("model", MODELS)
def test_rows_and_the_unattributed_add_up_to_the_total(full_books, model, group):
    report = full_books.report(model=model, group=group)
    assert amount(report["rows"] + [report["unattributed"]]) == report["totals"]["value"]["amount_minor"]
    assert count(report["rows"] + [report["unattributed"]]) == 60_000_000
    order = [(-r["value"]["amount_minor"], -r["conversions"], r["key"] or "") for r in report["rows"]]
    assert order == sorted(order)
    if group == "person":
        assert {r["name"] for r in report["rows"]} == {"Ann", "Bob", "Cem"}
        assert all(r["influenced"] >= r["conversions"] for r in report["rows"])


@pytest.mark.parametrize("model", MODELS)
def test_the_drill_down_adds_up_to_the_report_to_the_cent(full_books, model):
    report, rows = full_books.report(model=model), full_books.credits(model=model)
    assert amount(rows) == report["totals"]["value"]["amount_minor"]
    assert count(rows) == count([report["totals"]])
    nobody = [r for r in rows if r["touched_at"] is None]
    assert amount(nobody) == report["unattributed"]["value"]["amount_minor"]
    assert nobody == full_books.credits(model=model, unattributed="true")


@pytest.mark.parametrize("group", GROUPS)
def test_each_row_of_a_report_opens_to_its_credits(full_books, group):
    for model in MODELS:
        for row in full_books.report(model=model, group=group)["rows"]:
            found = {group: row["key"]} if row["key"] else {"without": group}
            credits = full_books.credits(model=model, **found)
            assert amount(credits) == row["value"]["amount_minor"]
            assert count(credits) == count([row])
            assert {c["network" if group == "network" else f"{group}_id"] for c in credits} <= {row["key"]}
            assert bool(credits) == (row["conversions"] > 0)


@pytest.mark.parametrize("query", [{}, {"model": "first"}, {"network": "linkedin"}, {"unattributed": "true"}])
def test_pages_of_any_size_hold_the_same_rows_once(full_books, query):
    whole = full_books.credits(**query)
    assert len({(r["conversion_id"], r["click_id"]) for r in whole}) == len(whole)
    assert [r["occurred_at"] for r in whole] == sorted(r["occurred_at"] for r in whole)
    for limit in (1, 7, 50):
        assert full_books.credits(limit=limit, **query) == whole


def test_csv_holds_what_json_holds(full_books, api):
    def table(path, **query):
        response = api.get(f"/v1/reports/attribution{path}", who=full_books.company.api_key,
                           params={**PERIOD, "format": "csv", **query})
        assert response.status_code == 200 and response.headers["Content-Type"].startswith("text/csv")
        return list(csv.DictReader(io.StringIO(response.text, newline="")))

    rows = full_books.credits()
    found = table("/credits")
    assert [(r["conversion_id"], r["click_id"], int(r["amount_minor"])) for r in found] == \
        [(r["conversion_id"], r["click_id"] or "", r["value"]["amount_minor"]) for r in rows]
    assert sum(int(r["conversions_millionths"]) for r in found) == 60_000_000
    report = full_books.report(group="post")
    assert sum(int(r["amount_minor"]) for r in table("", group="post")) == report["totals"]["value"]["amount_minor"]


def test_a_conversion_opens_to_its_path(books):
    touches = [("ann", T - days(20)), ("bob", T - days(10)), ("cem", T - days(40))]
    lead, conversion = books.lead(touches, value=1001)
    path = books.api.get("/v1/reports/attribution/touches", who=books.company.admin,
                         params={"conversion": conversion, "model": "last", "window_days": 30}).json()["items"]
    assert [(t["person_id"], t["value"]["amount_minor"], t["conversions"]) for t in path] == \
        [(books.people["ann"].id, 0, 0), (books.people["bob"].id, 1001, 1)]
    assert {t["lead_id"] for t in path} == {lead} and {t["conversion_id"] for t in path} == {conversion}
    assert all(t["share_id"] in {s["id"] for s in books.shares.values()} for t in path)


def test_a_click_becomes_credit(api, link, books):
    """From the share to the report through every door there is."""
    rclid = rclid_of(visit(link, books.shares["bob"]))
    assert rclid
    wait_until(lambda: books.db("SELECT 1 FROM click WHERE company_id = %s", (books.company.id,)), 5, "the click")
    body = {"click_id": rclid, "email": "jane@example.org", "value": {"amount_minor": 4200, "currency": "EUR"}}
    lead = api.post("/v1/leads", who=books.company.api_key, json=body)
    assert lead.status_code == 201, lead.text
    report = api.get("/v1/reports/attribution", who=books.company.api_key).json()
    assert [(r["key"], r["conversions"]) for r in report["rows"]] == [(books.people["bob"].id, 1)]
    credit = api.get("/v1/reports/attribution/credits", who=books.company.api_key).json()["items"][0]
    assert credit["click_id"] == rclid and credit["lead_id"] == lead.json()["id"]
    clicks = api.get("/v1/reports/clicks", who=books.company.api_key).json()
    assert clicks["totals"]["human"] == 1
    assert [(r["key"], r["human"]) for r in clicks["rows"]] == [(books.people["bob"].id, 1)]


def test_a_cell_opens_down_to_its_clicks(api, link, books):
    """Report, credit rows, the path of the conversion, each click with class and reason: every link of the chain by the API."""
    rclid = rclid_of(visit(link, books.shares["ann"]))
    wait_until(lambda: books.db("SELECT 1 FROM click WHERE company_id = %s", (books.company.id,)), 5, "the click")
    lead = api.post("/v1/leads", who=books.company.api_key, json={"click_id": rclid, "email": "jo@example.org"})
    assert lead.status_code == 201, lead.text
    reports, admin = "/v1/reports/attribution", books.company.admin
    cell, = api.get(reports, who=admin, params={"group": "person"}).json()["rows"]
    credit, = api.get(f"{reports}/credits", who=admin, params={"person": cell["key"]}).json()["items"]
    touch, = api.get(f"{reports}/touches", who=admin, params={"conversion": credit["conversion_id"]}).json()["items"]
    assert (touch["click_id"], touch["click_class"], touch["conversions"]) == (rclid, "human", 1) and touch["click_reason"]
    click = api.get(f"/v1/clicks/{touch['click_id']}", who=admin).json()
    assert (click["share_id"], click["class"], click["reason"]) == (credit["share_id"], "human", touch["click_reason"])
    assert api.get(f"/v1/leads/{credit['lead_id']}", who=admin).json()["id"] == lead.json()["id"]
    # Judged otherwise, the click is nobody's credit any more, and the conversion nobody's.
    assert api.post(f"/v1/clicks/{rclid}/overrule", who=admin, json={"class": "bot", "note": "Our own test."}).status_code == 200
    report = api.get(reports, who=admin, params={"group": "person"}).json()
    assert report["rows"] == [] and report["unattributed"]["conversions"] == 1


# --- clicks ------------------------------------------------------------------------------------------------------


def test_clicks_are_shown_by_class_and_group(books, db, api):
    for who, day, cls, n in (("ann", "2026-05-01", "human", 5), ("ann", "2026-05-31", "bot", 7), ("bob", "2026-05-02", "human", 2),
                             ("bob", "2026-06-01", "human", 100), ("cem", "2026-04-30", "preview", 100)):
        db("INSERT INTO click_day VALUES (%s, %s, %s, %s, %s)", (books.company.id, day, books.shares[who]["id"], cls, n))
    people = {p.id: n for n, p in books.people.items()}
    report = api.get("/v1/reports/clicks", who=books.company.admin, params=PERIOD).json()
    assert {(people[r["key"]], r["human"], r["bot"]) for r in report["rows"]} == {("ann", 5, 7), ("bob", 2, 0)}
    assert (report["totals"]["human"], report["totals"]["bot"], report["totals"]["preview"]) == (7, 7, 0)
    for group in GROUPS:
        rows = api.get("/v1/reports/clicks", who=books.company.admin, params={**PERIOD, "group": group}).json()["rows"]
        assert sum(r["human"] for r in rows) == 7, group


# --- who may see it, and what is refused -------------------------------------------------------------------------

PATHS = ["/v1/reports/attribution", "/v1/reports/attribution/credits", "/v1/reports/clicks"]


@pytest.mark.parametrize("path", PATHS)
def test_reports_are_for_managers_admins_and_keys_with_the_scope(api, acme, path):
    narrow = acme.add_key(f"narrow-{secrets.token_hex(3)}", "--scopes", "leads:write")
    for who, want in ((acme.member, 403), (acme.curator, 403), (acme.manager, 200), (acme.admin, 200), (acme.api_key, 200),
                      (narrow, 403), (None, 401)):
        assert api.get(path, who=who).status_code == want


def test_another_company_sees_nothing_of_it(full_books, api, globex):
    _, conversion = full_books.lead([("ann", T - days(1))], at=T - days(10), value=1)
    assert api.get(PATHS[0], who=globex.admin, params=PERIOD).json()["rows"] == []
    for query in ({}, {"person": full_books.people["ann"].id}, {"post": full_books.post["id"]}, {"unattributed": "true"}):
        assert api.get(PATHS[1], who=globex.admin, params={**PERIOD, **query}).json()["items"] == []

    def asked(conversion_id):
        answer = api.get(f"{PATHS[0]}/touches", who=globex.admin, params={"conversion": conversion_id})
        body = answer.json()
        return answer.status_code, {k: v for k, v in body.items() if k not in ("instance", "request_id")}

    assert asked(conversion) == asked(str(uuid7())) and asked(conversion)[0] == 404


@pytest.mark.parametrize("path,query,parameter", [
    (PATHS[0], {"model": "magic"}, "?model"),
    (PATHS[0], {"group": "planet"}, "?group"),
    (PATHS[0], {"from": "2026-02-30"}, "?from"),
    (PATHS[0], {"from": "2026-05-02", "to": "2026-05-02"}, "?from"),
    (PATHS[0], {"from": "2000-01-01", "to": "2026-05-02"}, "?from"),
    (PATHS[0], {"time_zone": "Mars/Base"}, "?time_zone"),
    (PATHS[0], {"currency": "euro"}, "?currency"),
    (PATHS[0], {"window_days": "-1"}, "?window_days"),
    (PATHS[0], {"stage": "asleep"}, "?stage"),
    (PATHS[0], {"format": "pdf"}, "?format"),
    (PATHS[1], {"person": "ann"}, "?person"),
    (PATHS[1], {"unattributed": "true", "network": "x"}, "?unattributed"),
    (PATHS[1], {"person_id": "x"}, "?person_id"),
    (PATHS[2], {"to": "yesterday"}, "?to"),
    (f"{PATHS[0]}/touches", {}, "?conversion"),
])
def test_a_wrong_parameter_is_named(api, acme, path, query, parameter):
    answer = api.get(path, who=acme.manager, params=query)
    assert answer.status_code == 400, answer.text
    assert parameter in [e["pointer"] for e in answer.json()["errors"]]


@pytest.mark.parametrize("period", [("0001-01-01", "0001-01-05"), ("1969-12-01", "1970-01-02"), ("9999-12-01", "9999-12-31")])
def test_periods_at_the_ends_of_time_are_empty_or_refused(api, acme, period):
    for path in PATHS:
        for zone in ("Pacific/Auckland", "America/Los_Angeles"):
            query = {"from": period[0], "to": period[1], **({"time_zone": zone} if path != PATHS[2] else {})}
            assert api.get(path, who=acme.manager, params=query).status_code in (200, 400), query


def test_a_cursor_is_of_its_filters_alone(full_books, api):
    page = full_books.report("/credits", limit=5)
    for change in ({"model": "first"}, {"network": "x"}, {"to": "2026-05-31"}):
        answer = api.get(PATHS[1], who=full_books.company.admin,
                         params={**PERIOD, "limit": 5, "cursor": page["next_cursor"], **change})
        assert answer.status_code == 400 and answer.json()["code"] == "cursor_invalid"
