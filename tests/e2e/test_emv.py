# SPDX-License-Identifier: Apache-2.0
"""Earned media value: clicks at the company's dated rates, computed a second time here; what is sealed keeps its rates."""

import csv
import datetime
import hashlib
import io
from fractions import Fraction

import pytest
from content import made, new_share
from conftest import uuid7
from hypothesis import HealthCheck, given, settings, strategies as st
from reference import split
from test_report import Books, days

FIRST = datetime.date(2026, 3, 1)
PERIOD = {"from": "2026-03-01", "to": "2026-03-31"}
NETWORKS = ["linkedin", "x", "facebook", "whatsapp"]
EXAMPLES = {"EUR": {"linkedin": 400000, "x": 60000, "facebook": 90000}, "USD": {"linkedin": 450000, "x": 70000, "facebook": 100000}}
GROUPS = ["person", "team", "network", "post", "campaign", "channel"]


class Media:
    """Books, four shares and their clicks; each test has its own currency or company, so that its rates are its own."""

    def __init__(self, api, db, company):
        self.api, self.db, self.company = api, db, company
        books = Books(api, db, company)
        self.shares = [(who, network, new_share(api, books.people[who], books.post, network=network)["id"])
                       for who, network in (("ann", "linkedin"), ("ann", "x"), ("bob", "x"), ("bob", "facebook"))]
        self.people = {p.id: n for n, p in books.people.items()}
        self.clicked = {}

    def click(self, share, day, n, cls="human"):
        self.db("INSERT INTO click_day VALUES (%s, %s, %s, %s, %s) ON DUPLICATE KEY UPDATE n = VALUES(n)",
                (self.company.id, FIRST + days(day), self.shares[share][2], cls, n))
        if cls == "human":
            self.clicked[share, day] = n

    def rates(self, day, currency="EUR", status=201, **rates):
        answer = self.api.put(f"/v1/emv-rates/{uuid7()}", who=self.company.admin, json={
            "currency": currency, "from": str(FIRST + days(day)),
            "rates": [{"network": n, "thousand_clicks_minor": r} for n, r in rates.items()]})
        assert answer.status_code == status, answer.text
        return answer.json()

    def report(self, who=None, **query):
        answer = self.api.get("/v1/reports/emv", who=who or self.company.admin, params={**PERIOD, **query})
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def media(api, db, make_company):
    media = Media(api, db, make_company())
    for share, day, n in ((0, 0, 10), (0, 14, 3), (0, 15, 7), (1, 3, 11), (1, 29, 1), (2, 20, 5), (3, 2, 9)):
        media.click(share, day, n)
    media.click(0, 0, 100, cls="bot")
    media.click(0, -1, 50)
    media.click(0, 30, 50)
    return media


def worth(row):
    return row["value"]["amount_minor"]


def test_the_worked_figure_with_its_rates_beside_it(media):
    """20 clicks on LinkedIn, 13 before and 7 after the rate changed on the 16th; 17 on X at one rate; Facebook has none."""
    media.rates(-100, currency="GBP", linkedin=3_000_000, x=55_500)
    media.rates(15, currency="GBP", linkedin=4_000_000, x=55_500)
    report = media.report(currency="GBP")
    assert report["totals"] == {"clicks": 46, "unrated": 9, "value": {"amount_minor": 39000 + 28000 + 944, "currency": "GBP"}}
    used = [(r["network"], r["from"], r["to"], r["thousand_clicks_minor"], r["clicks"], worth(r)) for r in report["rates"]
            if r["clicks"]]
    assert used == [("linkedin", "2026-03-01", "2026-03-16", 3_000_000, 13, 39000),
                    ("linkedin", "2026-03-16", "2026-03-31", 4_000_000, 7, 28000),
                    ("x", "2026-03-01", "2026-03-16", 55_500, 11, 611), ("x", "2026-03-16", "2026-03-31", 55_500, 6, 333),
                    ("facebook", "2026-03-01", "2026-03-16", None, 9, 0)]
    assert not report["example"] and not any(r["example"] for r in report["rates"])
    assert "clicks x rate" in report["formula"] and report["not_collected"] == ["impressions", "reactions"]
    assert [(r["key"], r["clicks"], worth(r)) for r in report["rows"]] == [("facebook", 9, 0), ("linkedin", 20, 67000), ("x", 17, 944)]


def test_what_is_shipped_is_marked_as_an_example(media):
    report = media.report(currency="USD")
    assert report["example"] and worth(report["totals"]) > 0
    assert all(r["example"] and r["rates_id"] is None for r in report["rates"])
    assert worth(media.report(currency="JPY")["totals"]) == 0, "no example for every currency"
    assert not media.report(currency="JPY")["example"]
    rates = media.rates(-100, currency="USD", linkedin=1000)
    report = media.report(currency="USD")
    assert not report["example"] and worth(report["totals"]) == 20
    assert {r["rates_id"] for r in report["rates"] if r["network"] == "linkedin"} == {rates["id"]}


def test_of_one_day_the_later_set_holds(media):
    media.rates(0, currency="CHF", linkedin=1000)
    assert worth(media.report(currency="CHF")["totals"]) == 20
    media.rates(0, currency="CHF", linkedin=2000, x=0)
    report = media.report(currency="CHF")
    assert worth(report["totals"]) == 40 and report["totals"]["unrated"] == 9


rates = st.dictionaries(st.sampled_from(NETWORKS), st.integers(0, 5_000_000) | st.integers(0, 999), max_size=4)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(sets=st.lists(st.tuples(st.integers(-3, 33), rates), min_size=1, max_size=5), number=st.integers(0, 10**9),
       group=st.sampled_from(GROUPS))
def test_it_is_what_the_formula_says_of_any_rates(media, sets, number, group):
    currency = "".join(chr(65 + number // 26**i % 26) for i in range(3))
    media.db("DELETE FROM emv_rate_set WHERE company_id = %s AND currency = %s", (media.company.id, currency))
    for day, rate in sets:
        media.rates(day, currency=currency, **rate)
    cells = {}
    for (share, day), n in media.clicked.items():
        if not 0 <= day < 30:
            continue
        begun = [(d, i) for i, (d, _) in enumerate(sets) if d <= day]
        who, network, _ = media.shares[share]
        rate = (sets[max(begun)[1]][1] if begun else EXAMPLES.get(currency, {})).get(network)
        cells[who, network, day] = (n, None if rate is None else n * rate)
    thousandths = sum(w or 0 for _, w in cells.values())
    report = media.report(currency=currency, group=group)
    assert worth(report["totals"]) == (thousandths + 500) // 1000
    assert report["totals"]["unrated"] == sum(n for n, w in cells.values() if w is None)
    for rows in (report["rows"], report["rates"]):
        assert sum(worth(r) for r in rows) == worth(report["totals"])
        assert sum(r["clicks"] for r in rows) == report["totals"]["clicks"] == sum(n for n, _ in cells.values())
    if group == "person":
        for row in report["rows"]:
            exact = Fraction(sum(w or 0 for (who, _, _), (_, w) in cells.items() if who == media.people[row["key"]]), 1000)
            # A person's cells, each off by less than one.
            assert abs(worth(row) - exact) <= 1 + len(cells)


def test_rounding_is_by_largest_remainder(media):
    media.rates(-100, currency="SEK", linkedin=333, x=333, facebook=333)
    report = media.report(currency="SEK", group="network")
    clicks = [r["clicks"] for r in report["rows"]]
    total = (sum(clicks) * 333 + 500) // 1000
    assert [worth(r) for r in report["rows"]] == split(total, [Fraction(n, sum(clicks)) for n in clicks])


def test_csv_has_the_rate_in_each_row_and_adds_up(media):
    media.rates(-100, currency="NOK", linkedin=123_456, x=7)
    report = media.report(currency="NOK", group="person")
    answer = media.api.get("/v1/reports/emv", who=media.company.api_key,
                           params={**PERIOD, "currency": "NOK", "group": "person", "format": "csv"})
    table = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert sum(int(r["amount_minor"]) for r in table) == worth(report["totals"])
    assert {(r["network"], r["thousand_clicks_minor"]) for r in table} == {("linkedin", "123456"), ("x", "7"), ("facebook", "")}
    assert {r["name"] for r in table} == {"Ann", "Bob"}
    for row in report["rows"]:
        assert sum(int(r["clicks"]) for r in table if r["key"] == row["key"]) == row["clicks"]


# --- sealed runs ----------------------------------------------------------------------------------------------------


def test_a_sealed_run_keeps_its_rates_and_names_what_differs(media):
    media.rates(-100, currency="DKK", linkedin=1_000_000, x=200_000)
    path, body = f"/v1/emv-runs/{uuid7()}", {**PERIOD, "currency": "DKK"}
    run = made(media.api.put(path, who=media.company.admin, json=body))
    text = media.api.get("/v1/reports/emv", who=media.company.admin, params={**body, "format": "csv"}).content
    assert run["sha256"] == hashlib.sha256(text).hexdigest()
    assert worth(run["totals"]) == 20000 + 3400 and run["sealed_by"] == media.company.admin.id

    def verified():
        return media.api.get(f"{path}/verify", who=media.company.admin).json()

    assert verified()["same"] and verified()["rows"] == []
    media.click(1, 4, 2)
    found = verified()
    assert not found["same"] and [(r["why"], r["network"], r["before"]["clicks"], r["after"]["clicks"]) for r in found["rows"]] == \
        [("clicks", "x", 17, 19)]
    media.click(1, 4, 0)
    media.rates(10, currency="DKK", linkedin=2_000_000, x=200_000)
    found = verified()
    assert {(r["why"], r["network"]) for r in found["rows"] if r["before"] and r["before"]["thousand_clicks_minor"]} == \
        {("rates", "linkedin"), ("rates", "x")}
    assert worth(found["sealed"]["totals"]) == worth(run["totals"]) < worth(found["now"]["totals"])
    assert media.api.get(path, who=media.company.admin).json() == run
    again = media.api.put(path, who=media.company.admin, json=body)
    assert again.status_code == 200 and again.json() == run, "the rates are others now; the run is not"
    other = media.api.put(path, who=media.company.admin, json={**body, "to": "2026-03-30"})
    assert (other.status_code, other.json()["code"]) == (409, "id_conflict")
    assert run["id"] in [r["id"] for r in media.api.get("/v1/emv-runs", who=media.company.admin).json()["items"]]


def test_dates_that_do_not_hold_together_are_refused(media):
    answer = media.api.put(f"/v1/emv-runs/{uuid7()}", who=media.company.admin, json={"from": "2026-03-02", "to": "2026-03-02"})
    assert answer.status_code == 422 and [e["pointer"] for e in answer.json()["errors"]] == ["#/from"]


# --- rates ----------------------------------------------------------------------------------------------------------


def test_rates_are_never_changed(media, globex):
    path, body = f"/v1/emv-rates/{uuid7()}", {"currency": "PLN", "from": "2026-01-01",
                                              "rates": [{"network": "x", "thousand_clicks_minor": 5}]}
    first = made(media.api.put(path, who=media.company.admin, json=body))
    again = media.api.put(path, who=media.company.admin, json=body)
    assert again.status_code == 200 and again.json() == first
    for change in ({"from": "2026-01-02"}, {"currency": "EUR"}, {"rates": []},
                   {"rates": [{"network": "x", "thousand_clicks_minor": 6}]}):
        answer = media.api.put(path, who=media.company.admin, json={**body, **change})
        assert (answer.status_code, answer.json()["code"]) == (409, "id_conflict"), change
    assert media.api.put(path, who=media.company.manager, json=body).status_code == 403

    def listed(who):
        return [s["id"] for s in media.api.get("/v1/emv-rates", who=who, params={"limit": 100}).json()["items"]]

    assert first["id"] in listed(media.company.manager) and first["id"] not in listed(globex.admin)


@pytest.mark.parametrize("change,pointer", [
    ({"currency": "euro"}, "#/currency"), ({"from": "2026-02-30"}, "#/from"),
    ({"rates": [{"network": "x", "thousand_clicks_minor": -1}]}, "#/rates/0/thousand_clicks_minor"),
    ({"rates": [{"network": "myspace", "thousand_clicks_minor": 1}]}, "#/rates/0/network"),
    ({"rates": [{"network": "x", "thousand_clicks_minor": 1}] * 2}, "#/rates/1/network"),
])
def test_wrong_rates_are_named(media, change, pointer):
    answer = media.api.put(f"/v1/emv-rates/{uuid7()}", who=media.company.admin,
                           json={"currency": "EUR", "from": "2026-01-01", "rates": [], **change})
    assert answer.status_code == 422 and pointer in [e["pointer"] for e in answer.json()["errors"]], answer.text


def test_managers_see_their_teams_clicks(media):
    assert media.report(who=media.company.manager)["totals"]["clicks"] == 0
    team = made(media.api.put(f"/v1/teams/{uuid7()}", who=media.company.admin, json={"name": "media"}))["id"]
    media.db("INSERT INTO team_member (company_id, person_id, team_id, from_at, is_primary)"
             " VALUES (%s, %s, %s, '2026-01-01', FALSE)", (media.company.id, media.company.manager.id, team))
    media.db("UPDATE share SET team_id = %s WHERE company_id = %s AND id = %s", (team, media.company.id, media.shares[0][2]))
    assert media.report(who=media.company.manager)["totals"]["clicks"] == 20


def test_another_company_sees_nothing_of_it(media, globex):
    run = made(media.api.put(f"/v1/emv-runs/{uuid7()}", who=media.company.admin, json=PERIOD))
    for path in (f"/v1/emv-runs/{run['id']}", f"/v1/emv-runs/{run['id']}/verify"):
        assert media.api.get(path, who=globex.admin).status_code == 404
