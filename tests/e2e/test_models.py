# SPDX-License-Identifier: Apache-2.0
"""Every model of attribution against a reference in exact fractions, and against the figures of its rules."""

import csv
import datetime
import io
from fractions import Fraction

import pytest
import reference
from conftest import credits_changed, uuid7
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)
T = datetime.datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
PERIOD = {"from": "2026-05-01", "to": "2026-06-01", "time_zone": "UTC"}
GROUPS = ["person", "team", "network", "post", "campaign", "channel"]
MODELS = ["first", "last", "linear", "position", "time_decay", "w_shaped", "full_path", "shapley"]
NETWORKS = ["linkedin", "x", "facebook", "whatsapp"]
IDS = {g: sorted(str(uuid7()) for _ in range(4)) for g in GROUPS}
DAY = 86_400_000_000  # microseconds
START = int((T - EPOCH).total_seconds()) * 1_000_000


def sql_time(us):
    return None if us is None else (EPOCH + datetime.timedelta(microseconds=us)).strftime("%Y-%m-%d %H:%M:%S.%f")


def keys_of(person, team=None, network=0, post=0, campaign=None, channel=0):
    """What a touch is grouped by; None: it has none."""
    numbers = {"person": person, "team": team, "post": post, "campaign": campaign, "channel": channel}
    found = {g: None if n is None else IDS[g][n] for g, n in numbers.items()}
    return {**found, "network": NETWORKS[network]}


class Ledger:
    """A company whose conversions are exactly those of the last put()."""

    def __init__(self, api, db, company):
        self.api, self.db, self.company = api, db, company

    def insert(self, table, rows):
        if rows:
            marks = ", ".join(["(" + ", ".join(["%s"] * len(rows[0])) + ")"] * len(rows))
            self.db(f"INSERT INTO {table} VALUES {marks}", [value for row in rows for value in row])

    def put(self, leads):
        """leads: [(lead_at, [(stage, at, value)], [Touch])].  Gives what the reference takes, by stage."""
        company, rows, self.leads = self.company.id, {"lead": [], "conversion": [], "touch": []}, leads
        for table in rows:
            self.db(f"DELETE FROM {table} WHERE company_id = %s", (company,))
        found = {}
        for lead_at, events, touches in leads:
            lead = str(uuid7())
            rows["lead"].append((company, lead, "test", lead, "api", "click", sql_time(lead_at), sql_time(lead_at)))
            for stage, at, value in events:
                event = str(uuid7())
                rows["conversion"].append((company, sql_time(at), event, lead, stage, value, "EUR", "test", event, sql_time(at)))
                reached = {s: min((a for w, a, _ in events if w == s and a <= at), default=None) for s in ("opportunity", "won")}
                found.setdefault(stage, []).append(reference.Conversion(at, value, touches, lead_at, reached["opportunity"],
                                                                        reached["won"]))
            for t in {(t.at, t.click): t for t in touches}.values():
                k = t.keys
                rows["touch"].append((company, lead, sql_time(t.at), t.click, lead, k["person"], k["team"], k["network"],
                                      k["post"], k["campaign"], k["channel"], sql_time(t.at)))
        self.insert("lead (company_id, id, source, external_id, channel, matched_by, created_at, received_at)", rows["lead"])
        self.insert("conversion (company_id, occurred_at, id, lead_id, stage, value_minor, currency, source, external_id,"
                    " received_at)", rows["conversion"])
        self.insert("touch (company_id, lead_id, touched_at, click_id, share_id, person_id, team_id, network, post_id,"
                    " campaign_id, channel_id, added_at)", rows["touch"])
        credits_changed(self.db, self.company)
        return found

    def nulls(self, stage):
        """The paths of leads that have not reached the stage, each as of its newest event."""
        return [reference.Conversion(max(at for _, at, _ in events), 0, touches) for _, events, touches in self.leads
                if all(s != stage for s, _, _ in events)]

    def get(self, under="", /, **query):
        answer = self.api.get(f"/v1/reports/attribution{under}", who=self.company.admin, params={**PERIOD, **query})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def credits(self, **query):
        page = self.get("/credits", limit=100, **query)
        rows = page["items"]
        while page["has_more"]:
            page = self.get("/credits", limit=100, cursor=page["next_cursor"], **query)
            rows += page["items"]
        return rows


@pytest.fixture(scope="module")
def ledger(api, db, make_company):
    return Ledger(api, db, make_company())


def millionths(number):
    return round(number * 1_000_000)


def rows_by(report, model):
    """{key: (minor units, millionths, influenced)} of the rows that one model gives."""
    found = {}
    for row in report["rows"]:
        credit = row if report["model"] == model else next(c for c in row["also"] if c["model"] == model)
        found[row["key"]] = (credit["value"]["amount_minor"], millionths(credit["conversions"]), row["influenced"])
    nobody = report["unattributed"]
    if nobody["conversions"]:
        found["nobody"] = (nobody["value"]["amount_minor"], millionths(nobody["conversions"]), 0)
    return found


def touch(days, *who, click=None, **more):
    at = START - round(days * DAY)
    return reference.Touch(at, click or (at + who[0] * 7).to_bytes(12, "big"), keys_of(*who, **more))


# --- the figures of the rules --------------------------------------------------------------------------------------

WORKED = [touch(20, 0), touch(10, 1), touch(3, 0), touch(0.5, 2)]


@pytest.mark.parametrize("query,want", [
    ({"model": "first"}, (100000, 0, 0)),
    ({"model": "last"}, (0, 0, 100000)),
    ({"model": "linear"}, (50000, 25000, 25000)),
    ({"model": "position"}, (50000, 10000, 40000)),
    ({"model": "position", "first": ".4", "last": ".4"}, (50000, 10000, 40000)),
    ({"model": "position", "first": ".2", "last": "0.600000"}, (30000, 10000, 60000)),
    ({"model": "time_decay"}, (39969, 16854, 43177)),
    ({"model": "time_decay", "half_life": "168h"}, (39969, 16854, 43177)),
    ({"model": "time_decay", "half_life": "7d", "window": "7d"}, (43843, 0, 56157)),
    ({"model": "time_decay", "half_life": "1h"}, (0, 0, 100000)),
    ({"model": "shapley"}, (33334, 33333, 33333)),
])
def test_the_worked_example_comes_out(ledger, query, want):
    ledger.put([(START, [("lead", START, 100000)], WORKED)])
    found = rows_by(ledger.get(**{"window": "30d", **query}), query["model"])
    assert tuple(found.get(IDS["person"][i], (0,))[0] for i in range(3)) == want


def test_the_parts_of_each_touch_are_those_of_the_rules(ledger):
    ledger.put([(START, [("lead", START, 100000)], WORKED)])
    rows = ledger.credits(model="time_decay", window="30d")
    assert [r["value"]["amount_minor"] for r in rows] == [6261, 16854, 33708, 43177]


def test_half_lives_apart_each_touch_has_twice_the_one_before(ledger):
    ledger.put([(START, [("lead", START, 15)], [touch(d, 0) for d in (28, 21, 14, 7)])])
    assert [r["value"]["amount_minor"] for r in ledger.credits(model="time_decay", window="30d")] == [1, 2, 4, 8]


def test_a_long_half_life_is_linear_and_ten_years_do_not_underflow(ledger):
    ledger.put([(START, [("lead", START, 100)], [touch(d, d % 3) for d in range(5)])])
    assert [r["value"]["amount_minor"] for r in ledger.credits(model="time_decay", half_life="3650d")] == [20] * 5
    ledger.put([(START, [("lead", START, 100)], [touch(720 + d, d) for d in range(2)])])
    assert [r["value"]["amount_minor"] for r in ledger.credits(model="time_decay", half_life="1h", window="730d")] == [100]


def test_milestones_have_their_shares(ledger):
    path = [touch(9, 0), touch(7, 1), touch(5, 2), touch(3, 3)]
    events = [("lead", START - 6 * DAY, 0), ("opportunity", START - 4 * DAY, 0), ("won", START, 1000)]
    ledger.put([(START - 6 * DAY, events, path)])
    amounts = lambda **query: [r["value"]["amount_minor"] for r in ledger.credits(**query)]
    assert amounts(model="w_shaped", stage="won") == [300, 300, 300, 100]
    assert amounts(model="full_path", stage="won") == [250, 250, 250, 250]  # no other touch: normalised
    # One touch for two milestones has both shares.
    ledger.put([(START - 6 * DAY, events, [touch(9, 0), touch(7, 1), touch(3, 2), touch(2, 3)])])
    assert amounts(model="w_shaped", stage="won") == [300, 600, 50, 50]
    assert amounts(model="full_path", stage="won") == [225, 450, 100, 225]


def test_a_participant_in_a_row_counts_once_when_collapsed(ledger):
    ledger.put([(START, [("lead", START, 100)], [touch(9, 0, team=0), touch(8, 0), touch(7, 1), touch(6, 1), touch(5, 0)])])
    assert [r["value"]["amount_minor"] for r in ledger.credits(path="collapsed")] == [34, 33, 33]
    assert [r["value"]["amount_minor"] for r in ledger.credits(path="collapsed", group="network")] == [100]
    report = ledger.get(path="collapsed", group="team")
    assert report["path"] == "collapsed"
    assert {(r["key"], r["value"]["amount_minor"]) for r in report["rows"]} == {(IDS["team"][0], 50), (None, 50)}


def test_shapley_of_the_rules(ledger):
    parties = [(4, [0]), (2, [1]), (6, [0, 1]), (3, [0, 2]), (1, [1, 2]), (8, [0, 1, 2])]
    leads = [(START, [("lead", START + i, 300)], [touch(1 + k, who) for k, who in enumerate(party)])
             for n, party in parties for i in range(n)]
    ledger.put(leads)
    found = rows_by(ledger.get(model="shapley"), "shapley")
    for i, want in enumerate((Fraction(67, 6), Fraction(49, 6), Fraction(14, 3))):
        value, count, influenced = found[IDS["person"][i]]
        assert value == want * 300
        assert abs(Fraction(count, 1_000_000) - want) < Fraction(len(leads), 1_000_000)
        assert influenced == sum(n for n, party in parties if i in party)


def markov_of(report):
    return next(m["markov"] for m in report["models"] if m["model"] == "markov")


def test_markov_of_the_rules(ledger):
    ways = [([0, 1], 3, 2), ([0], 1, 4), ([1, 2, 0], 2, 1), ([2], 1, 5)]
    leads = []
    for who, converts, nulls in ways:
        path = [touch(9 - i, k) for i, k in enumerate(who)]
        leads += [(START, [("won", START + i, 48014)], path) for i in range(converts)]
        leads += [(START, [("lead", START + i, 5)], path) for i in range(nulls)]
    ledger.put(leads + [(START, [("lead", START, 0)], []), (START, [("won", START, 1)], [])])
    report = ledger.get(model="markov", stage="won")
    want = reference.split(7 * 48014, [Fraction(n, 3361) for n in (1586, 1112, 663)])
    found = rows_by(report, "markov")
    assert [found[IDS["person"][i]][0] for i in range(3)] == want
    assert [found[IDS["person"][i]][1] for i in range(3)] == reference.split(7_000_000, [Fraction(n, 3361) for n in (1586, 1112, 663)])
    assert [found[IDS["person"][i]][2] for i in range(3)] == [6, 5, 3]
    assert found["nobody"] == (1, 1_000_000, 0)
    said = markov_of(report)
    assert (said["method"], said["converting_paths"], said["null_paths"], said["rate"]) == ("exact", 7, 12, 0.368421)
    assert float(said["residual"]) < 1e-12


def test_participants_who_brought_nothing_have_no_row_by_markov(ledger):
    ledger.put([(START, [("won", START, 100)], [touch(2, 0)]), (START, [("lead", START, 100)], [touch(2, 1)])])
    report = ledger.get(model="markov", stage="won")
    assert rows_by(report, "markov") == {IDS["person"][0]: (100, 1_000_000, 1)}
    assert markov_of(report)["rate"] == 0.5
    # One who is on the way to those who convert is credited, though no path of its own converts.
    ledger.put([(START, [("won", START, 100)], [touch(1, 0)]), (START, [("lead", START, 0)], [touch(3, 1), touch(2, 0)])])
    assert rows_by(ledger.get(model="markov", stage="won"), "markov") == \
        {IDS["person"][0]: (67, 666_667, 1), IDS["person"][1]: (33, 333_333, 0)}
    ledger.put([(START, [("won", START, 100)], [touch(2, 0)]), (START, [("lead", START, 100)], [touch(2, 1)])])
    empty = ledger.get(model="markov", stage="qualified")
    assert empty["rows"] == [] and markov_of(empty)["rate"] == 0 and markov_of(empty)["null_paths"] == 2


def test_a_lead_that_converts_after_the_period_has_not_converted(ledger):
    path = [touch(2, 0), touch(1, 1)]
    ledger.put([(START, [("won", START, 100)], path), (START, [("lead", START, 0), ("won", START + DAY, 100)], path),
                (START, [("lead", START - 3 * DAY, 0), ("qualified", START, 0)], [touch(1, 2)])])
    till = {"from": "2026-05-01", "to": "2026-05-21", "stage": "won", "model": "markov"}
    said = markov_of(ledger.get(**till))
    assert (said["converting_paths"], said["null_paths"]) == (1, 2)
    assert markov_of(ledger.get(**{**till, "to": "2026-05-22"}))["null_paths"] == 1
    # The newest event of the third is on the twentieth, so before that it is not there to count.
    assert markov_of(ledger.get(**{**till, "to": "2026-05-20"}))["null_paths"] == 0
    assert markov_of(ledger.get(**{**till, "window": "0d"}))["null_paths"] == 0


# --- several at once -----------------------------------------------------------------------------------------------


def test_models_stand_side_by_side(ledger, api):
    ledger.put([(START, [("lead", START, 100000)], WORKED), (START, [("lead", START + 1, 77)], [])])
    report = ledger.get(model="linear,last,time_decay,position", window="30d", first="0.2", last="0.6", half_life="36h")
    assert report["model"] == "last"
    assert report["models"] == [
        {"model": "last", "first": None, "last": None, "half_life_hours": None, "markov": None},
        {"model": "linear", "first": None, "last": None, "half_life_hours": None, "markov": None},
        {"model": "position", "first": 0.2, "last": 0.6, "half_life_hours": None, "markov": None},
        {"model": "time_decay", "first": None, "last": None, "half_life_hours": 36, "markov": None}]
    for model in ("last", "linear", "position", "time_decay"):
        params = {"position": {"first": "0.2", "last": "0.6"}, "time_decay": {"half_life": "36h"}}.get(model, {})
        assert rows_by(report, model) == rows_by(ledger.get(model=model, window="30d", **params), model)
    answer = api.get("/v1/reports/attribution", who=ledger.company.admin,
                     params={**PERIOD, "model": "linear,last", "window": "30d", "format": "csv"})
    table = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [(r["name"], r["amount_minor"], r["linear_amount_minor"], r["linear_conversions_millionths"]) for r in table][-1] == \
        ("", "77", "77", "1000000")
    assert {r["key"]: (int(r["amount_minor"]), int(r["linear_amount_minor"])) for r in table[:-1]} == \
        {IDS["person"][0]: (0, 50000), IDS["person"][1]: (0, 25000), IDS["person"][2]: (100000, 25000)}


@pytest.mark.parametrize("query,parameter", [
    ({"model": "linear,magic"}, "?model"),
    ({"model": "linear", "first": "0.4"}, "?first"),
    ({"model": "linear,time_decay", "last": "0.4"}, "?last"),
    ({"model": "position", "first": "1.1"}, "?first"),
    ({"model": "position", "first": "-0.1"}, "?first"),
    ({"model": "position", "first": "0.1234567"}, "?first"),
    ({"model": "position", "first": "."}, "?first"),
    ({"model": "position", "last": "1e-1"}, "?last"),
    ({"model": "position", "last": "0.600001"}, "?last"),
    ({"model": "position", "first": "0.7", "last": "0.6"}, "?first"),
    ({"model": "linear", "half_life": "7d"}, "?half_life"),
    ({"model": "time_decay", "half_life": "7"}, "?half_life"),
    ({"model": "time_decay", "half_life": "0h"}, "?half_life"),
    ({"model": "time_decay", "half_life": "-7d"}, "?half_life"),
    ({"model": "time_decay", "half_life": "3651d"}, "?half_life"),
    ({"model": "time_decay", "half_life": "1w"}, "?half_life"),
    ({"window": "731d"}, "?window"),
    ({"window": "36h"}, "?window"),
    ({"window": "month"}, "?window"),
    ({"window": "30d", "window_days": "30"}, "?window"),
    ({"path": "shortest"}, "?path"),
])
def test_a_wrong_parameter_is_named(api, acme, query, parameter):
    for path in ("", "/credits"):
        if path and "," in query.get("model", ""):
            continue
        answer = api.get(f"/v1/reports/attribution{path}", who=acme.manager, params=query)
        assert answer.status_code == 400, answer.text
        assert parameter in [e["pointer"] for e in answer.json()["errors"]]


def test_the_rows_behind_a_report_are_of_one_model(api, acme):
    for model in ("first,last", "markov"):
        answer = api.get("/v1/reports/attribution/credits", who=acme.manager, params={"model": model})
        assert answer.status_code == 400 and answer.json()["errors"][0]["pointer"] == "?model"


# --- random data ---------------------------------------------------------------------------------------------------

# Ages of touches: the ends of the window and a microsecond beyond, ties, and anything.
AGES = st.one_of(st.sampled_from([-1, 0, 1, DAY, 7 * DAY - 1, 7 * DAY, 7 * DAY + 1, 30 * DAY, 30 * DAY + 1]),
                 st.integers(0, 40 * DAY))
TOUCHES = st.tuples(AGES, st.integers(0, 3), st.sampled_from([None, 0, 1, 2]), st.integers(0, 3), st.integers(0, 1),
                    st.sampled_from([None, 0, 1]), st.integers(0, 1), st.integers(0, 2))
VALUES = st.one_of(st.sampled_from([0, 1, 2, 100]), st.integers(0, 10_000_000))
EVENTS = st.lists(st.tuples(st.sampled_from(["lead", "opportunity", "won", "won"]), st.integers(0, 10) | st.integers(0, 9 * DAY),
                            VALUES), min_size=1, max_size=3)
LEADS = st.lists(st.tuples(st.integers(0, 10 * DAY), EVENTS, st.lists(TOUCHES, max_size=8)), min_size=1, max_size=25)


# A touch so old at a short half-life that it gets a cent by the rounding and no millionth of the count.
ROUNDED = [(0, [("won", 1, 500003)], [(-1, 0, None, 0, 0, None, 0, 0), (1686228451353, 1, None, 1, 0, None, 0, 1),
                                      (0, 2, None, 2, 0, None, 0, 2)])]


def leads_of(drawn):
    for number, (lead_age, events, touches) in enumerate(drawn):
        path = {}
        for age, person, team, network, post, campaign, channel, click in touches:
            at = START - age
            path[at, click] = reference.Touch(at, bytes([click, 7] + [0] * 10),
                                              keys_of(person, team, network, post, campaign, channel))
        yield START - lead_age, [(s, START + later, v) for s, later, v in events], list(path.values())


def check_markov(report, conversions, nulls, window, group):
    """Removal effects are of floating point: no part is a whole unit off, and all add up."""
    shares, rate = reference.markov(conversions, nulls, window, group)
    found, said = rows_by(report, "markov"), markov_of(report)
    nobody = found.pop("nobody", (0, 0))
    assert sum(v[0] for v in found.values()) + nobody[0] == sum(c.value for c in conversions)
    assert sum(v[1] for v in found.values()) + nobody[1] == 1_000_000 * len(conversions)
    value, count = (report["totals"]["value"]["amount_minor"] - nobody[0], 1_000_000 * len(conversions) - nobody[1])
    assert said["method"] == "exact" and float(said["residual"]) < 1e-12
    assert abs(said["rate"] - (rate or 0)) <= 1e-6
    for key, share in shares.items():
        credit = found.get(key, (0, 0))
        assert abs(credit[0] - value * share) < 1 + 1e-6 and abs(credit[1] - count * share) < 1 + 1e-6, (key, group)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow,
                                                                 HealthCheck.data_too_large, HealthCheck.large_base_example])
@example(drawn=ROUNDED, stage="won", window=30, ends=(0, 0), hours=24, collapsed=False, opened="time_decay")
@given(drawn=LEADS, stage=st.sampled_from(["lead", "won", "won", "opportunity"]), window=st.sampled_from([0, 7, 30]),
       ends=st.tuples(st.integers(0, 500_000), st.integers(0, 500_000)), hours=st.sampled_from([1, 24, 168, 1000]),
       collapsed=st.booleans(), opened=st.sampled_from(MODELS))
def test_reports_are_those_of_the_reference(ledger, drawn, stage, window, ends, hours, collapsed, opened):
    conversions = ledger.put(list(leads_of(drawn))).get(stage, [])
    first, last = (Fraction(e, 1_000_000) for e in ends)
    params = {"position": {"first": first, "last": last}, "time_decay": {"half_life": hours * DAY // 24}}
    query = {"stage": stage, "window": f"{window}d", "path": "collapsed" if collapsed else "all"}
    sent = {"position": {"first": f"{ends[0] / 1e6:.6f}", "last": f"{ends[1] / 1e6:.6f}"}, "time_decay": {"half_life": f"{hours}h"}}
    for group in GROUPS:
        report = ledger.get(model=",".join(MODELS + ["markov"]), group=group, **query, **sent["position"], **sent["time_decay"])
        assert report["totals"]["value"]["amount_minor"] == sum(c.value for c in conversions)
        for model in MODELS:
            want = reference.report(model, conversions, window * DAY, group, collapsed, **params.get(model, {}))
            # Rows that only markov credits have nothing by this one.
            found = {k: v for k, v in rows_by(report, model).items() if v != (0, 0, 0)}
            assert found == want, (model, group)
        check_markov(report, conversions, ledger.nulls(stage), window * DAY, group)
    rows, found = ledger.credits(model=opened, group="post", **query, **sent.get(opened, {})), {}
    for row in rows:
        key = row["post_id"] if row["touched_at"] else "nobody"
        value, count = found.get(key, (0, 0))
        found[key] = value + row["value"]["amount_minor"], count + millionths(row["conversions"])
    want = reference.report(opened, conversions, window * DAY, "post", collapsed, **params.get(opened, {}))
    assert found == {k: (value, count) for k, (value, count, _) in want.items() if value or count}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow,
                                                                HealthCheck.data_too_large, HealthCheck.large_base_example])
@given(drawn=LEADS, times=st.integers(2, 9))
def test_properties_of_all_models(ledger, drawn, times):
    query = {"model": ",".join(MODELS + ["markov"]), "window": "7d", "stage": "won"}
    leads = list(leads_of(drawn))
    ledger.put(leads)
    before = ledger.get(**query)
    plain = {m: rows_by(before, m) for m in MODELS}
    # What lies outside the window changes nothing.
    ledger.put([(at, events, path + [reference.Touch(START - 8 * DAY, b"z" * 12, keys_of(3)),
                                     reference.Touch(START + 20 * DAY, b"y" * 12, keys_of(2))]) for at, events, path in leads])
    outside = ledger.get(**query)
    for model in MODELS + ["markov"]:
        assert rows_by(outside, model) == rows_by(before, model)
    # A path that does not convert changes only Markov; a value times k is credit times k, to the rounding of each part.
    ledger.put([(at, [(s, t, v * times) for s, t, v in events], path) for at, events, path in leads] +
               [(START, [("lead", START, 0)], [touch(2, 0), touch(1, 1)])])
    after = ledger.get(**query)
    assert markov_of(after)["null_paths"] == markov_of(before)["null_paths"] + 1
    for model in MODELS:
        found = {k: v for k, v in rows_by(after, model).items() if v != (0, 0, 0)}
        for key in {k for k, v in plain[model].items() if v != (0, 0, 0)} | set(found):
            old, new = plain[model].get(key, (0, 0, 0)), found.get(key, (0, 0, 0))
            assert new[1:] == old[1:]
            assert abs(new[0] - times * old[0]) <= times * 9 * sum(len(events) for _, events, _ in leads)


def test_a_path_that_does_not_convert_takes_from_markov(ledger):
    won = [(START, [("won", START, 100)], [touch(2, 0)]), (START, [("won", START, 100)], [touch(2, 1)])]
    ledger.put(won)
    assert rows_by(ledger.get(model="markov", stage="won"), "markov")[IDS["person"][0]][0] == 100
    # p1 > p2 comes to nothing: p2's edge to the conversion halves, and p1's.
    ledger.put(won + [(START, [("lead", START, 0)], [touch(2, 0), touch(1, 1), touch(0.5, 2)])])
    shares, _ = reference.markov(*[[reference.Conversion(START, 100, path) for at, events, path in ledger.leads
                                    if (events[0][0] == "won") is converts] for converts in (True, False)], 7 * DAY, "person")
    found = rows_by(ledger.get(model="markov", stage="won"), "markov")
    assert shares[IDS["person"][0]] != shares[IDS["person"][1]]
    assert [found[IDS["person"][i]][0] for i in (0, 1)] == reference.split(200, [shares[IDS["person"][i]] for i in (0, 1)])
