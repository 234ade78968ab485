# SPDX-License-Identifier: Apache-2.0
"""Exchange rates: loaded as a whole or not at all, used at the conversion's day, frozen in sealed runs."""

import csv
import datetime
import fractions
import io

import pytest
from content import made

from conftest import uuid7
from test_report import Books, PERIOD

HEAD = "day,base,currency,rate\n"
FILE = HEAD + """2026-05-01,EUR,USD,1.1
2026-05-04,EUR,USD,1.25
2026-05-04,EUR,JPY,160.5
2026-05-04,EUR,GBP,0.8
"""
UTC = datetime.timezone.utc


def at(day, hour=12):
    return datetime.datetime(2026, 5, day, hour, tzinfo=UTC)


def load(company, text, *options, check=True):
    return company.stack.rostra("rates", "load", "--company", company.slug, *options, "-", stdin=text, check=check)


def counts(text):
    return [int(n) for n in text.splitlines()[-1].split()]


def rates_of(api, company, **query):
    items, cursor = [], {}
    while True:
        page = api.get("/v1/exchange-rates", who=company.admin, params={"limit": 3, **query, **cursor}).json()
        items += page["items"]
        if not page["has_more"]:
            return [(r["day"], r["currency"], r["rate"]) for r in items]
        cursor = {"cursor": page["next_cursor"]}


def test_a_file_is_loaded_as_a_whole_and_twice_is_once(api, make_company, globex):
    company = make_company()
    assert counts(load(company, FILE)) == [4, 4, 0, 0]
    assert counts(load(company, FILE)) == [4, 0, 4, 0]
    assert rates_of(api, company) == [("2026-05-04", "USD", "1.25"), ("2026-05-04", "JPY", "160.5"),
                                      ("2026-05-04", "GBP", "0.8"), ("2026-05-01", "USD", "1.1")]
    assert [r[0] for r in rates_of(api, company, currency="USD")] == ["2026-05-04", "2026-05-01"]
    assert rates_of(api, globex) == []
    assert api.get("/v1/exchange-rates", who=company.member).status_code == 403

    bad = load(company, HEAD + "2026-05-05,EUR,USD,1.3\n2026-05-01,EUR,USD,1.2\n2026-05-01,EUR,EUR,1\n"
               "2026-13-01,EUR,USD,1\n2026-05-06,USD,GBP,1\n2026-05-07,EUR,usd,1\n2026-05-07,EUR,USD,0\n", check=False)
    assert bad.returncode == 1
    assert [line.split(":")[0] for line in bad.stderr.splitlines() if line.startswith("line")] == [
        f"line {n}" for n in (4, 5, 6, 7, 8)]
    # What the lines alone do not show is told when they are good.
    for text, line in ((HEAD + "2026-05-05,EUR,USD,1.3\n2026-05-01,EUR,USD,1.2\n", "line 3"),
                       (HEAD + "2026-05-05,EUR,USD,1.3\n2026-05-05,EUR,USD,1.3\n", "line 3")):
        refused = load(company, text, check=False)
        assert refused.returncode == 1 and line in refused.stderr, refused.stderr
    assert "one EUR" in load(company, HEAD + "2026-05-05,USD,EUR,0.9\n", check=False).stderr
    assert len(rates_of(api, company)) == 4
    assert counts(load(company, HEAD + "2026-05-05,EUR,USD,1.3\n2026-05-01,EUR,USD,1.2\n", "--replace")) == [2, 1, 0, 1]
    assert rates_of(api, company)[-1] == ("2026-05-01", "USD", "1.2")
    deeds = [e for e in api.get("/v1/audit", who=company.admin).json()["items"] if e["action"] == "exchange_rates.loaded"]
    assert len(deeds) == 2


@pytest.fixture(scope="module")
def books(api, db, make_company):
    """Leads in four currencies on days with and without a rate."""
    b = Books(api, db, make_company())
    load(b.company, FILE)
    b.values = [(10000, "EUR", at(2)), (9999, "USD", at(2)), (10001, "USD", at(4, 0)), (7777, "JPY", at(20)),
                (1234, "CHF", at(20)), (-333, "GBP", at(21)), (5000, "JPY", at(3)), (None, None, at(3))]
    for value, currency, when in b.values:
        b.lead([("ann", when - datetime.timedelta(days=1)), ("bob", when - datetime.timedelta(hours=1))], when, value, currency)
    return b


RATES = {("USD", 2): "1.1", ("USD", 4): "1.25", ("JPY", 20): "160.5", ("GBP", 21): "0.8"}


def in_currency(value, source, target, day):
    """The reference: exact, rounded to the nearest, a half away from zero."""
    if value is None or source == target:
        return value or 0
    rate = {c: fractions.Fraction(RATES.get((c, day), "0")) for c in ("USD", "JPY", "GBP")} | {"EUR": fractions.Fraction(1)}
    if not rate.get(source) or not rate.get(target):
        return None
    exact = fractions.Fraction(value) / (1 if source == "JPY" else 100) / rate[source] * rate[target]
    exact *= 1 if target == "JPY" else 100
    return (1 if exact >= 0 else -1) * int(abs(exact) + fractions.Fraction(1, 2))


def attribution(books, **query):
    answer = books.api.get("/v1/reports/attribution", who=books.company.admin, params={**PERIOD, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_report_takes_each_value_at_the_rate_of_its_day(books):
    want = [in_currency(v, c, "EUR", when.day) for v, c, when in books.values]
    report = attribution(books, convert="true", model="linear,last")
    assert report["totals"] == {"conversions": 6, "value": {"amount_minor": sum(w for w in want if w is not None),
                                                             "currency": "EUR"}}
    assert report["other_currencies"] == [{"currency": "JPY", "conversions": 1}, {"currency": "CHF", "conversions": 1}]
    assert report["converted"] == [{"currency": "USD", "conversions": 2}, {"currency": "JPY", "conversions": 1},
                                   {"currency": "GBP", "conversions": 1}]
    assert sum(r["value"]["amount_minor"] for r in report["rows"]) == report["totals"]["value"]["amount_minor"]
    plain = attribution(books)
    assert plain["totals"]["value"]["amount_minor"] == 10000 and plain["converted"] == []
    # The rows behind it: the same sum, in pages and as a file.
    total, cursor = 0, {}
    while cursor is not None:
        page = books.api.get("/v1/reports/attribution/credits", who=books.company.admin,
                             params={**PERIOD, "convert": "true", "limit": 3, **cursor}).json()
        total += sum(r["value"]["amount_minor"] for r in page["items"])
        assert {r["value"]["currency"] for r in page["items"]} == {"EUR"}
        cursor = {"cursor": page["next_cursor"]} if page["has_more"] else None
    assert total == report["totals"]["value"]["amount_minor"]


def test_any_report_currency_with_a_rate_will_do(books):
    want = [w for w in (in_currency(v, c, "USD", when.day) for v, c, when in books.values) if w is not None]
    # EUR of 2 May, the two in USD, the one without a value; JPY of the 20th and GBP of the 21st through the rate of the 4th.
    rate = fractions.Fraction("1.25")
    jpy = round(fractions.Fraction(7777) / fractions.Fraction("160.5") * rate * 100)
    gbp = -round(fractions.Fraction(333) / fractions.Fraction("0.8") * rate)
    got = attribution(books, convert="true", currency="USD")
    assert got["totals"]["value"] == {"amount_minor": sum(want) + jpy + gbp, "currency": "USD"}


def test_a_sealed_run_keeps_its_rates_and_names_what_others_change(books):
    company, api = books.company, books.api
    definition = made(api.put(f"/v1/report-definitions/{uuid7()}", who=company.admin,
                              json={"name": "All", "query": "model=last&convert=true"}))
    path = f"/v1/report-definitions/{definition['id']}/runs/{uuid7()}"
    run = made(api.put(path, who=company.admin, json=PERIOD))
    assert run["totals"] == attribution(books, convert="true")["totals"]
    rates = api.get(path + "/rates", who=company.admin).json()["items"]
    assert rates == [
        {"currency": "USD", "day": "2026-05-02", "rate_from": "1.1", "rate_to": "1"},
        {"currency": "USD", "day": "2026-05-04", "rate_from": "1.25", "rate_to": "1"},
        {"currency": "JPY", "day": "2026-05-20", "rate_from": "160.5", "rate_to": "1"},
        {"currency": "GBP", "day": "2026-05-21", "rate_from": "0.8", "rate_to": "1"}]
    assert api.get(path + "/verify", who=company.admin).json()["same"]
    load(company, HEAD + "2026-05-04,EUR,JPY,161\n2026-05-03,EUR,JPY,159\n", "--replace")
    checked = api.get(path + "/verify", who=company.admin).json()
    assert not checked["same"] and checked["differences"] == 2
    assert sorted((r["change"], r["why"]) for r in checked["rows"]) == [("added", "rate_changed"), ("changed", "rate_changed")]
    assert api.get(path + "/rates", who=company.admin).json()["items"] == rates
    load(company, HEAD + "2026-05-04,EUR,JPY,160.5\n", "--replace")
    assert api.get(path + "/verify", who=company.admin).json()["differences"] == 1


# --- beside it: what was won, in series and funnel ------------------------------------------------------------------


@pytest.fixture(scope="module")
def sold(api, db, make_company):
    """Sold in five currencies, in May and on its edges; one without a value, one that nobody brought."""
    b = Books(api, db, make_company())
    load(b.company, FILE)
    b.values = [(10000, "EUR", at(2)), (9999, "USD", at(2)), (10001, "USD", at(4, 0)), (7777, "JPY", at(20)), (1234, "CHF", at(20)),
                (-333, "GBP", at(21)), (5000, "JPY", at(3)), (None, None, at(3)), (0, "CHF", at(20, 13)), (4321, "USD", at(20, 14))]
    for i, (value, currency, when) in enumerate(b.values):
        touches = [("ann", when - datetime.timedelta(days=1)), ("bob", when - datetime.timedelta(hours=1))][:i % 3 + (i != 9)]
        lead, _ = b.lead(touches, when - datetime.timedelta(minutes=1), None)
        b.event(lead, uuid7(when.timestamp()), when, value, currency, "won")
    db("INSERT IGNORE INTO report_due (company_id, kind, day) SELECT DISTINCT company_id, 'leads', DATE(occurred_at) FROM conversion"
       " WHERE company_id = %s", (b.company.id,))
    return b


def report(books, kind, **query):
    answer = books.api.get(f"/v1/reports/{kind}", who=books.company.admin, params={"from": "2026-05-01", "to": "2026-06-01", **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def money(amount, currency="EUR"):
    return {"amount_minor": amount, "currency": currency}


def ask_all(books, **query):
    """What is won, asked in three ways; they agree."""
    credit = report(books, "attribution", stage="won", time_zone="UTC", **query)
    funnel, series = report(books, "funnel", **query), report(
        books, "series", step="week", time_zone="UTC", **{k: v for k, v in query.items() if k in ("currency", "convert")})
    assert funnel["totals"]["value"] == credit["totals"]["value"]
    assert funnel["unattributed"]["value"] == credit["unattributed"]["value"]
    assert {r["key"]: r["value"] for r in funnel["rows"]} == {r["key"]: r["value"] for r in credit["rows"]}
    assert [funnel[k] for k in ("currency", "other_currencies", "converted")] == [credit[k] for k in ("currency", "other_currencies", "converted")]
    assert sum(b["value"]["amount_minor"] for b in series["buckets"]) == credit["totals"]["value"]["amount_minor"]
    assert series["currency"] == credit["currency"] and sorted(map(str, series["converted"])) == sorted(map(str, credit["converted"]))
    return funnel, series


@pytest.mark.parametrize("by", ["rows", "sums"])
def test_what_is_won_is_told_by_currency_and_converted(sold, by):
    if by == "sums":
        sold.company.stack.rostra("rollups", "rebuild", "--company", sold.company.slug)
    funnel, series = ask_all(sold)
    assert funnel["totals"]["value"] == money(10000) and funnel["totals"]["won"] == 10 and funnel["converted"] == []
    others = [[(v["currency"], v["amount_minor"]) for v in b["other_values"]] for b in series["buckets"]]
    assert others == [[("JPY", 5000), ("USD", 9999)], [("USD", 10001)], [], [("CHF", 1234), ("GBP", -333), ("JPY", 7777), ("USD", 4321)], []]

    rates = {**RATES, ("USD", 20): "1.25"}
    want = [in_currency(v, c, "EUR", when.day) if (c, when.day) in rates or c in ("EUR", None) else None for v, c, when in sold.values]
    want[-1] = round(fractions.Fraction(4321) / fractions.Fraction("1.25"))
    funnel, series = ask_all(sold, convert="true")
    assert funnel["totals"]["value"] == money(sum(w for w in want if w is not None))
    # Counted are all of them; not in the value are those without a rate.
    assert funnel["totals"]["won"] == 10 and {o["currency"]: o["conversions"] for o in funnel["other_currencies"]} == {"JPY": 1, "CHF": 2}
    assert [[v["currency"] for v in b["other_values"]] for b in series["buckets"]] == [["JPY"], [], [], ["CHF"], []]
    funnel, series = ask_all(sold, currency="USD")
    assert funnel["totals"]["value"] == money(9999 + 10001 + 4321, "USD")
    ask_all(sold, currency="USD", convert="true", group="network", model="last")


def test_the_tables_have_the_value_too(sold):
    text = sold.api.get("/v1/reports/funnel", who=sold.company.admin, params={
        "from": "2026-05-01", "to": "2026-06-01", "convert": "true", "format": "csv"}).text
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    total = report(sold, "funnel", convert="true")["totals"]["value"]
    assert {r["currency"] for r in rows} == {"EUR"} and sum(int(r["amount_minor"]) for r in rows) == total["amount_minor"]
