# SPDX-License-Identifier: Apache-2.0
"""The funnel: shares, human clicks, leads and what they become, by group; it agrees with the other reports."""

import csv
import datetime
import io
import time

import pytest
from conftest import uuid7
from content import live_post
from test_report import Books

UTC = datetime.timezone.utc
TODAY = datetime.datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
DAY = datetime.timedelta(days=1)
PERIOD = {"from": (TODAY - DAY).date().isoformat(), "to": (TODAY + 2 * DAY).date().isoformat()}
GROUPS = ["person", "team", "network", "post", "campaign", "channel"]
STEPS = ["shares", "clicks", "leads", "qualified", "opportunities", "won"]
STAGES = {"leads": "lead", "qualified": "qualified", "opportunities": "opportunity", "won": "won"}


def micro(at):
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")


@pytest.fixture(scope="module")
def books(api, db, make_company):
    """Three shares of today, clicks of three days, six leads of which one is won and one in dollars."""
    books = Books(api, db, make_company())
    ann, bob = TODAY - 2 * DAY, TODAY - 3 * DAY
    for who, day, cls, n in (("ann", TODAY, "human", 7), ("ann", TODAY - DAY, "human", 3), ("ann", TODAY, "bot", 50),
                             ("bob", TODAY + DAY, "human", 5), ("bob", TODAY + 2 * DAY, "human", 90),
                             ("cem", TODAY - 2 * DAY, "human", 90)):
        db("INSERT INTO click_day VALUES (%s, %s, %s, %s, %s)", (books.company.id, day.date(), books.shares[who]["id"], cls, n))
    lead, _ = books.lead([("ann", ann), ("bob", bob)], at=TODAY, value=None)
    for stage, value in (("qualified", None), ("opportunity", None), ("won", 5000)):
        add_event(books, lead, stage, value)
    books.lead([("ann", ann)], at=TODAY, value=100, currency="USD")
    qualified, _ = books.lead([("bob", bob), ("ann", ann), ("ann", TODAY - DAY)], at=TODAY, value=10)
    add_event(books, qualified, "qualified", None)
    books.lead([], at=TODAY)
    books.lead([("ann", ann)], at=TODAY - DAY)  # the first moment of the period
    books.lead([("ann", ann)], at=TODAY + 2 * DAY)  # the first beyond it
    return books


def add_event(books, lead, stage, value):
    books.event(lead, str(uuid7(TODAY.timestamp())), TODAY, value, "EUR", stage)


def funnel(books, **query):
    answer = books.api.get("/v1/reports/funnel", who=books.company.admin, params={**PERIOD, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_each_step_is_counted_by_its_own_time(books):
    report = funnel(books)
    totals, names = report["totals"], {p.id: n for n, p in books.people.items()}
    assert [totals[s] for s in STEPS] == [3, 15, 5, 2, 1, 1]
    assert (totals["clicks_per_share"], totals["lead_rate"], totals["qualified_rate"], totals["won_rate"]) == (5, 0.333333, 0.4, 0.2)
    rows = {names[r["key"]]: [r[s] for s in STEPS] for r in report["rows"]}
    assert rows == {"ann": [1, 10, 3.166666, 1.166666, 0.5, 0.5], "bob": [1, 5, 0.833334, 0.833334, 0.5, 0.5],
                    "cem": [1, 0, 0, 0, 0, 0]}
    assert [names[r["key"]] for r in report["rows"]] == ["ann", "bob", "cem"]
    assert {r["name"] for r in report["rows"]} == {"Ann", "Bob", "Cem"}
    assert report["unattributed"] == {"leads": 1, "qualified": 0, "opportunities": 0, "won": 0,
                                      "value": {"amount_minor": 0, "currency": "EUR"}}
    cem = report["rows"][2]
    assert (cem["clicks_per_share"], cem["lead_rate"], cem["won_rate"]) == (0, None, None)


def test_shares_of_phones_with_wrong_clocks_count_on_the_day_they_came(api, make_company):
    company = make_company()
    post = live_post(api, company)
    for off_s in (0, 3600, 23 * 3600, -29 * 86400):
        assert api.put(f"/v1/shares/{uuid7(time.time() + off_s)}", who=company.member,
                       json={"post_id": post["id"], "network": "copy"}).status_code == 201
    for day, n in ((TODAY - 29 * DAY, 0), (TODAY + 2 * DAY, 0)):
        answer = api.get("/v1/reports/funnel", who=company.admin, params={"from": day.date().isoformat(), "to": (day + DAY).date().isoformat()})
        assert answer.json()["totals"]["shares"] == n
    assert api.get("/v1/reports/funnel", who=company.admin, params=PERIOD).json()["totals"]["shares"] == 4


@pytest.mark.parametrize("group", GROUPS)
def test_it_agrees_with_the_other_reports(books, group):
    for query in ({}, {"model": "position", "first": "0.1", "last": "0.2", "window": "2d"}, {"model": "shapley"},
                  {"model": "w_shaped", "path": "collapsed"}):
        report = funnel(books, group=group, **query)
        for step in STEPS:
            unattributed = report["unattributed"].get(step, 0)
            assert sum(r[step] for r in report["rows"]) + unattributed == pytest.approx(report["totals"][step], abs=1e-9)
        clicks = books.api.get("/v1/reports/clicks", who=books.company.admin, params={**PERIOD, "group": group}).json()
        assert {r["key"]: r["human"] for r in clicks["rows"] if r["human"]} == \
            {r["key"]: r["clicks"] for r in report["rows"] if r["clicks"]}
        for step, stage in STAGES.items():
            found = {}
            for currency in ("EUR", "USD"):
                # What has no value is of every currency: it is counted once, by its own report.
                one = books.api.get("/v1/reports/attribution", who=books.company.admin,
                                    params={**PERIOD, "time_zone": "UTC", "group": group, "stage": stage, "currency": currency,
                                            **query}).json()
                for row in one["rows"]:
                    found.setdefault(row["key"], {})[currency] = row["conversions"]
            none = books.api.get("/v1/reports/attribution", who=books.company.admin,
                                 params={**PERIOD, "time_zone": "UTC", "group": group, "stage": stage, "currency": "CHF",
                                         **query}).json()
            twice = {r["key"]: r["conversions"] for r in none["rows"]}
            want = {k: sum(v.values()) - twice.get(k, 0) for k, v in found.items()}
            have = {r["key"]: r[step] for r in report["rows"] if r[step]}
            assert have == pytest.approx({k: v for k, v in want.items() if round(v, 6)}, abs=1e-9), (step, query)


def test_names_are_those_of_the_group(books):
    assert [r["name"] for r in funnel(books, group="post")["rows"]] == [books.post["title"]]
    assert [r["name"] for r in funnel(books, group="network")["rows"]] == ["linkedin"]
    team = funnel(books, group="team")["rows"]
    assert [(r["key"], r["name"], r["shares"]) for r in team] == [(None, None, 3)]


def test_shares_count_from_the_first_moment_to_before_the_last(books, db):
    share = books.shares["cem"]["id"]
    before = db("SELECT created_at FROM share WHERE company_id = %s AND id = %s", (books.company.id, share))[0]["created_at"]
    moment = datetime.timedelta(microseconds=1)
    for at, want in ((TODAY - DAY, 3), (TODAY - DAY - moment, 2), (TODAY + 2 * DAY - moment, 3), (TODAY + 2 * DAY, 2)):
        db("UPDATE share SET created_at = %s WHERE company_id = %s AND id = %s", (micro(at), books.company.id, share))
        assert funnel(books)["totals"]["shares"] == want, at
    db("UPDATE share SET created_at = %s WHERE company_id = %s AND id = %s", (micro(before), books.company.id, share))


def test_csv_adds_up_to_the_totals(books, api):
    answer = api.get("/v1/reports/funnel", who=books.company.api_key, params={**PERIOD, "format": "csv"})
    table, report = list(csv.DictReader(io.StringIO(answer.text, newline=""))), funnel(books)
    assert [r["key"] for r in table] == [r["key"] for r in report["rows"]] + ["unattributed"]
    for step in STEPS[:2]:
        assert sum(int(r[step]) for r in table) == report["totals"][step]
    for step in STEPS[2:]:
        assert sum(int(r[f"{step}_millionths"]) for r in table) == round(report["totals"][step] * 1_000_000)


def test_another_company_sees_nothing_of_it(books, api, globex):
    report = api.get("/v1/reports/funnel", who=globex.admin, params=PERIOD).json()
    assert not {r["key"] for r in report["rows"]} & {p.id for p in books.people.values()}


@pytest.mark.parametrize("query,parameter", [
    ({"model": "markov"}, "?model"), ({"model": "first,last"}, "?model"), ({"time_zone": "UTC"}, "?time_zone"),
    ({"stage": "won"}, "?stage"), ({"from": "2026-05-02", "to": "2026-05-02"}, "?from"), ({"window": "2"}, "?window"),
])
def test_a_wrong_parameter_is_named(api, acme, query, parameter):
    answer = api.get("/v1/reports/funnel", who=acme.manager, params=query)
    assert answer.status_code == 400 and parameter in [e["pointer"] for e in answer.json()["errors"]], answer.text
