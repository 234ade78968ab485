# SPDX-License-Identifier: Apache-2.0
"""The series: each thing in the bucket of its own moment, in local days of any zone, counted a second time here."""

import csv
import datetime
import io
import random
import secrets
import zoneinfo

import pytest
from conftest import uuid7
from content import live_post, new_share

UTC = datetime.timezone.utc
ZONES = ["UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham", "Africa/Cairo"]
STAGES = {"lead": "leads", "qualified": "qualified", "opportunity": "opportunities", "won": "won", "lost": "lost"}
COUNTS = ["shares", "clicks", *STAGES.values()]
# Both changes of the clock in Berlin, Los Angeles, Lord Howe and Chatham lie within.
PERIOD = ("2025-10-20", "2026-04-15")


def micro(at):
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def moments(count, dice):
    """Instants around the midnights of all zones, to the microsecond, and anywhere in the period and beside it."""
    first = datetime.datetime(2025, 10, 18, tzinfo=UTC)
    for i in range(count):
        zone = zoneinfo.ZoneInfo(ZONES[i % len(ZONES)])
        day = (first + datetime.timedelta(days=dice.randrange(182))).date()
        midnight = datetime.datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
        yield midnight + datetime.timedelta(microseconds=dice.choice([-1, 0, 1, dice.randrange(86_400_000_000)]))


@pytest.fixture(scope="module")
def happened(api, db, make_company):
    """(company, [(what, instant, EUR won)])."""
    company, dice, found = make_company(time_zone="Europe/Berlin"), random.Random(5), []
    share = new_share(api, company.add_person("ann"), live_post(api, company))
    columns = [c["COLUMN_NAME"] for c in db("SELECT COLUMN_NAME FROM information_schema.columns WHERE table_schema = 'rostra'"
                                            " AND table_name = 'share' ORDER BY ordinal_position")]
    for at in moments(120, dice):
        changed = {"id": "%s", "created_at": "%s", "code": "%s"}
        db(f"INSERT INTO share SELECT {', '.join(changed.get(c, c) for c in columns)} FROM share WHERE company_id = %s AND id = %s",
           (uuid7((at + datetime.timedelta(days=dice.choice([0, -29]))).timestamp()), secrets.token_hex(4), micro(at),
            company.id, share["id"]))
        found.append(("shares", at, 0))
    for at in moments(400, dice):
        kind = dice.choice(["human", "human", "bot"])
        db("INSERT INTO click (company_id, clicked_at, id, share_id, class, reason, rule_version, rclid)"
           " VALUES (%s, %s, %s, %s, %s, 'test', 1, %s)",
           (company.id, micro(at), secrets.token_bytes(12), share["id"], kind, b"r" * 12))
        db("INSERT INTO click_day VALUES (%s, DATE(%s), %s, %s, 1) ON DUPLICATE KEY UPDATE n = n + 1",
           (company.id, micro(at), share["id"], kind))
        quarter = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
        db("INSERT INTO click_quarter VALUES (%s, %s, %s, %s, 1) ON DUPLICATE KEY UPDATE n = n + 1",
           (company.id, kind, micro(quarter), dice.randrange(3)))
        if kind == "human":
            found.append(("clicks", at, 0))
    for at in moments(300, dice):
        stage, event = dice.choice(list(STAGES)), str(uuid7())
        value, currency = dice.choice([(None, None), (700, "EUR"), (90, "USD")])
        db("INSERT INTO conversion (company_id, occurred_at, id, lead_id, stage, value_minor, currency, source, external_id,"
           " received_at) VALUES (%s, %s, %s, %s, %s, %s, %s, 'test', %s, %s)",
           (company.id, micro(at), event, event, stage, value, currency, event, micro(at)))
        found.append((STAGES[stage], at, value if currency == "EUR" and stage == "won" else 0))
    return company, found


def ask(api, company, **query):
    answer = api.get("/v1/reports/series", who=company.admin, params={"from": PERIOD[0], "to": PERIOD[1], **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def first_of(day, step, first):
    if step == "week":
        day -= datetime.timedelta(days=day.weekday())
    elif step == "month":
        day = day.replace(day=1)
    return max(day, first)


@pytest.mark.parametrize("step", ["day", "week", "month"])
@pytest.mark.parametrize("zone", ZONES)
def test_each_moment_is_in_the_bucket_of_its_local_date(happened, api, zone, step):
    company, found = happened
    first, end = (datetime.date.fromisoformat(d) for d in PERIOD)
    days = [first + datetime.timedelta(days=i) for i in range((end - first).days)]
    want = {first_of(d, step, first).isoformat(): dict.fromkeys([*COUNTS, "value"], 0) for d in days}
    for what, at, value in found:
        day = at.astimezone(zoneinfo.ZoneInfo(zone)).date()
        if first <= day < end:
            bucket = want[first_of(day, step, first).isoformat()]
            bucket[what] += 1
            bucket["value"] += value
    report = ask(api, company, time_zone=zone, step=step)
    have = {b["from"]: {**{c: b[c] for c in COUNTS}, "value": b["value"]["amount_minor"]} for b in report["buckets"]}
    assert have == want
    starts = [b["starts_at"] for b in report["buckets"]]
    assert starts == sorted(set(starts))
    assert (report["step"], report["time_zone"], report["currency"]) == (step, zone, "EUR")


def test_a_day_may_have_23_or_25_hours(happened, api):
    def hours(day):
        date = datetime.date.fromisoformat(day)
        report = ask(api, happened[0], **{"from": day, "to": (date + datetime.timedelta(days=2)).isoformat(),
                                          "time_zone": "Europe/Berlin"})
        begins = [datetime.datetime.fromisoformat(b["starts_at"].replace("Z", "+00:00")) for b in report["buckets"]]
        return (begins[1] - begins[0]).total_seconds() / 3600

    assert (hours("2025-10-26"), hours("2025-11-26"), hours("2026-03-29")) == (25, 24, 23)


def test_the_default_is_thirty_days_of_the_company(happened, api):
    report = api.get("/v1/reports/series", who=happened[0].api_key).json()
    assert len(report["buckets"]) == 30 and report["time_zone"] == "Europe/Berlin" and report["step"] == "day"
    assert sum(b["shares"] for b in report["buckets"]) == 1  # the one made just now


def test_csv_holds_what_json_holds(happened, api):
    answer = api.get("/v1/reports/series", who=happened[0].admin,
                     params={"from": PERIOD[0], "to": PERIOD[1], "step": "month", "format": "csv", "currency": "USD"})
    table = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    report = ask(api, happened[0], step="month", currency="USD")
    assert [{**{c: int(r[c]) for c in COUNTS}, "from": r["from"], "value": (int(r["amount_minor"]), r["currency"])} for r in table] == \
        [{**{c: b[c] for c in COUNTS}, "from": b["from"], "value": (b["value"]["amount_minor"], "USD")} for b in report["buckets"]]
    assert sum(int(r["amount_minor"]) for r in table) > 0


def test_another_company_sees_nothing_of_it(happened, api, globex):
    assert all(not any(b[c] for c in COUNTS) for b in ask(api, globex)["buckets"])


def test_ten_years_of_days_are_answered_and_more_refused(happened, api):
    report = ask(api, happened[0], **{"from": "2017-01-01", "to": "2026-12-31", "time_zone": "Europe/Berlin"})
    assert len(report["buckets"]) == 3651
    assert sum(b["clicks"] for b in report["buckets"]) == sum(what == "clicks" for what, _, _ in happened[1])


@pytest.mark.parametrize("query,parameter", [
    ({"step": "hour"}, "?step"), ({"time_zone": "Mars/Base"}, "?time_zone"), ({"from": "2000-01-01"}, "?from"),
    ({"group": "person"}, "?group"), ({"currency": "euro"}, "?currency"),
])
def test_a_wrong_parameter_is_named(api, acme, query, parameter):
    answer = api.get("/v1/reports/series", who=acme.manager, params=query)
    assert answer.status_code == 400 and parameter in [e["pointer"] for e in answer.json()["errors"]], answer.text
