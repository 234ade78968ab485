# SPDX-License-Identifier: Apache-2.0
"""Sums of days and months: whatever happens, reports say what the rows say; a sum that is wrong is found, and mended."""

import base64
import datetime
import itertools
import json
import random
import secrets

import pytest
from clicks import clicks_of, visit
from conftest import MARK_COUNTED, credits_changed, uuid7, wait_until
from content import new_share
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from test_report import Books

UTC = datetime.timezone.utc
DAY = datetime.timedelta(days=1)
NOW = datetime.datetime.now(UTC).replace(microsecond=0)
TODAY = NOW.replace(hour=0, minute=0, second=0)
FIRST = (TODAY.replace(day=1) - DAY).replace(day=1)  # a whole month and the one that runs
PERIOD = {"from": FIRST.date().isoformat(), "to": (TODAY + DAY).date().isoformat()}
GROUPS = ["person", "team", "network", "post", "campaign", "channel"]
MODELS = ["first", "last", "linear", "position", "time_decay", "w_shaped"]
ZONES = ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns"]


def micro(at):
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")


class History:
    """A company with a past that nobody has counted yet, and what may happen to it."""

    def __init__(self, api, link, stack, make_company, dice):
        self.company = make_company(time_zone="Asia/Kathmandu")
        self.api, self.link, self.stack, self.db, self.dice = api, link, stack, stack.db, dice
        self.books = Books(api, stack.db, self.company)
        self.teams = [json.loads(stack.rostra("team", "add", "--company", self.company.slug, "--name", name, "--json"))["id"]
                      for name in ("North", "South")]
        self.leads, self.clicks, self.merged, self.numbers = [], [], [], itertools.count()
        for _ in range(24):
            self.past_click()
        for _ in range(12):
            self.past_lead()

    def moment(self):
        """Anywhere in the period, midnights and quarters too."""
        at = FIRST + self.dice.randrange((TODAY - FIRST).days) * DAY
        return at + datetime.timedelta(microseconds=self.dice.choice([0, 86_399_999_999, self.dice.randrange(86_400_000_000)]))

    def past_click(self):
        at, id, kind = self.moment(), secrets.token_bytes(12), self.dice.choice(["human", "human", "bot"])
        share = self.books.shares[self.dice.choice(list(self.books.shares))]["id"]
        self.db("INSERT INTO click (company_id, clicked_at, id, share_id, class, reason, rule_version, rclid)"
                " VALUES (%s, %s, %s, %s, %s, 'test', 1, %s)", (self.company.id, micro(at), id, share, kind, id))
        self.db("INSERT INTO click_day VALUES (%s, DATE(%s), %s, %s, 1) ON DUPLICATE KEY UPDATE n = n + 1",
                (self.company.id, micro(at), share, kind))
        quarter = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
        self.db("INSERT INTO click_quarter VALUES (%s, %s, %s, 0, 1) ON DUPLICATE KEY UPDATE n = n + 1",
                (self.company.id, kind, micro(quarter)))
        self.clicks.append((base64.urlsafe_b64encode(id).decode(), kind))

    def past_lead(self):
        at, who = self.moment(), list(self.books.shares)
        touches = [(self.dice.choice(who), at - self.dice.randrange(35) * DAY) for _ in range(self.dice.randrange(5))]
        value = self.dice.choice([None, 700, 1313])
        lead, _ = self.books.lead(touches, at=at, value=value, team=self.dice.choice([None, *self.teams]))
        for stage in ("qualified", "opportunity", "won")[:self.dice.randrange(4)]:
            at = min(at + datetime.timedelta(hours=self.dice.randrange(300)), NOW)
            self.books.event(lead, str(uuid7(at.timestamp())), at, value, self.dice.choice(["EUR", "USD"]), stage)
        self.leads.append(str(lead))

    # --- by the product, after all is counted

    def done(self, answer, *status):
        assert answer.status_code in (200, 201, 204, *status), answer.text
        return answer

    def a_click_comes(self):
        share = self.books.shares[self.dice.choice(list(self.books.shares))]
        before = len(self.db("SELECT 1 FROM click WHERE company_id = %s AND share_id = %s", (self.company.id, share["id"])))
        assert visit(self.link, share).status_code == 302
        clicks_of(self.db, share, before + 1)

    def a_click_is_judged_again(self):
        click, kind = self.clicks.pop()
        self.done(self.api.post(f"/v1/clicks/{click}/overrule", who=self.company.admin,
                                json={"class": "bot" if kind == "human" else "human", "note": "looked at"}))

    def something_is_shared_from_another_team(self):
        name = self.dice.choice(list(self.books.people))
        person = self.books.people[name]
        self.stack.rostra("team", "join", "--company", self.company.slug, "--team", self.dice.choice(self.teams), "--person", person.email)
        network = ["x", "facebook", "threads", "bluesky", "mastodon", "telegram"][next(self.numbers) % 6]
        self.done(self.api.put(f"/v1/shares/{uuid7()}", who=person, json={"post_id": self.books.post["id"], "network": network}), 409)

    def a_lead_comes_late(self):
        body = {"external_id": secrets.token_hex(8), "created_at": self.moment().isoformat().replace("+00:00", "Z")}
        self.leads.append(self.done(self.api.post("/v1/leads", who=self.company.api_key, json=body)).json()["id"])

    def a_lead_moves_on(self):
        body = {"external_id": secrets.token_hex(8), "stage": self.dice.choice(["qualified", "opportunity", "won", "lost"]),
                "value": {"amount_minor": 4711, "currency": self.dice.choice(["EUR", "USD"])}}
        lead = self.dice.choice(self.leads)
        created = self.db("SELECT created_at FROM lead WHERE company_id = %s AND id = %s", (self.company.id, lead))[0]["created_at"]
        body["occurred_at"] = (created.replace(tzinfo=UTC) + datetime.timedelta(hours=1)).isoformat().replace("+00:00", "Z")
        self.done(self.api.post(f"/v1/leads/{lead}/conversions", who=self.company.api_key, json=body), 422)

    def leads_are_merged(self):
        first, second = sorted(self.dice.sample(self.leads, 2), key=lambda i: str(self.db(
            "SELECT created_at FROM lead WHERE company_id = %s AND id = %s", (self.company.id, i))[0]["created_at"]))
        answer = self.api.post(f"/v1/leads/{second}/merge", who=self.company.admin, json={"lead_id": first})
        if self.done(answer, 409, 422).status_code == 200:
            self.merged.append(second)

    def leads_are_split(self):
        if self.merged:
            self.done(self.api.post(f"/v1/leads/{self.merged.pop()}/split", who=self.company.admin), 409)

    def a_lead_is_erased(self):
        self.done(self.api.post(f"/v1/leads/{self.dice.choice(self.leads)}/erase", who=self.company.admin))

    def a_campaign_looks_back_further(self):
        if (id := self.books.post["campaign_id"]) is None:
            return
        there = self.api.get(f"/v1/campaigns/{id}", who=self.company.admin).json()
        self.done(self.api.patch(f"/v1/campaigns/{id}", who=self.company.admin,
                                 json={"version": there["version"], "lookback_days": there["lookback_days"] % 30 + 3}))

    def the_company_looks_back_further(self):
        there = self.api.get("/v1/company", who=self.company.admin).json()
        self.done(self.api.patch("/v1/company", who=self.company.admin,
                                 json={"version": there["version"], "lookback_days": there["lookback_days"] % 30 + 5}))

    # --- what reports say

    def ask(self, report, **query):
        answer = self.api.get(f"/v1/reports/{report}", who=self.company.admin, params={**PERIOD, **query})
        assert answer.status_code == 200, answer.text
        if query.get("format") == "csv":
            return answer.text
        if report == "teams":  # heads are those of this moment
            return [(r.get("key"), r["sharers"], r["shares"]) for r in [*answer.json()["rows"], answer.json()["small"]]]
        return {k: v for k, v in answer.json().items() if k != "as_of"}

    def from_rows(self, asked):
        """What the rows say: no sum of a day that is marked is read, and nothing is kept of before."""
        credits_changed(self.db, self.company)
        before = self.db("SELECT COALESCE(MAX(id), 0) id FROM report_due")[0]["id"]
        self.db(MARK_COUNTED, ([self.company.id],))
        answers = [self.ask(report, **query) for report, query in asked]
        # Those of the product stay.
        self.db("DELETE FROM report_due WHERE company_id = %s AND id > %s", (self.company.id, before))
        return answers

    def agrees(self, asked):
        for one, sums, rows in zip(asked, [self.ask(report, **query) for report, query in asked], self.from_rows(asked)):
            assert sums == rows, one

    def everything(self):
        return [*(("funnel", {"group": g, "model": m}) for g, m in zip(GROUPS, MODELS)),
                *(("series", {"time_zone": z, "step": s, "currency": c}) for z, s, c in
                  zip(ZONES, ["day", "week", "month", "day"], ["EUR", "USD", "EUR", "EUR"])),
                *((r, {"group": g}) for r in ("emv", "clicks") for g in ("person", "network")),
                ("funnel", {"from": (FIRST + 3 * DAY).date().isoformat(), "group": "person"}),
                ("funnel", {"model": "position", "first": "0.1"}), ("funnel", {"window": "9d"}),
                *self.sharers(), *self.attribution(), *self.credits()]

    def sharers(self):
        """People of groups, of whom each is one however many days they shared on."""
        return [("content", {"by": "post"}), ("content", {"by": "network"}), ("teams", {"min_members": "2"}),
                ("content", {"by": "network", "from": (FIRST + 3 * DAY).date().isoformat(), "to": TODAY.date().isoformat()})]

    def attribution(self):
        """Days of all zones: of their parts no sum tells anything."""
        return [*(("attribution", {"group": g, "model": m, "stage": s, "currency": c, "time_zone": z}) for g, m, s, c, z in
                  zip(GROUPS, MODELS, itertools.cycle(["won", "lead", "opportunity", "qualified", "lost"]),
                      itertools.cycle(["EUR", "USD", "EUR", "CHF"]), itertools.cycle(ZONES))),
                ("attribution", {"model": "first,last,linear,position,time_decay", "time_zone": "UTC"}),
                ("attribution", {"model": "time_decay,first", "stage": "won", "currency": "USD", "group": "network"}),
                ("attribution", {"from": (FIRST + 3 * DAY).date().isoformat(), "model": "last", "stage": "won"}),
                ("attribution", {"model": "position", "first": "0.1", "stage": "won"}),
                ("attribution", {"convert": "true", "stage": "won"}), ("attribution", {"path": "collapsed", "stage": "won"}),
                *(("attribution", {"model": "shapley,position,markov", "last": "0.6", "group": g, "time_zone": z, "currency": c, "window": w})
                  for g, z, c, w in zip(GROUPS, itertools.cycle(ZONES), itertools.cycle(["USD", "EUR"]), ["0d", "1d", "7d", "30d", "90d", "730d"])),
                ("attribution", {"model": "shapley,markov", "path": "collapsed", "time_zone": "UTC"}),
                ("attribution", {"model": "linear,full_path,shapley,w_shaped", "stage": "won"}),
                ("attribution", {"model": "w_shaped,full_path", "stage": "opportunity", "window": "90d", "currency": "USD"}),
                ("funnel", {"model": "full_path", "group": "network"})]

    def credits(self):
        """Files of rows: days of all zones, for packed days tell of their parts, too."""
        rows = lambda **query: ("attribution/credits", {"format": "csv", **query})
        return [*(rows(group=g, model=m, stage=s, currency=c, time_zone=z) for g, m, s, c, z in
                  zip(GROUPS, MODELS, itertools.cycle(["won", "lead", "opportunity", "qualified", "lost"]),
                      itertools.cycle(["EUR", "USD", "EUR"]), itertools.cycle(ZONES))),
                rows(model="shapley", group="team", path="collapsed", window="90d"), rows(model="full_path", stage="won", convert="true"),
                rows(model="position", first="0.1", network="x"), rows(unattributed="true"), rows(without="team", window="730d"),
                rows(person=next(iter(self.books.people.values())).id)]

    def rollups(self, what):
        return self.stack.rostra("rollups", what, "--company", self.company.slug, check=False)


STEPS = [name for name in vars(History) if name.startswith(("a_", "leads_are", "something_", "the_company"))]


@settings(max_examples=2, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 1 << 32), steps=st.permutations(STEPS))
def test_sums_say_what_rows_say_whatever_happens(api, link, stack, make_company, seed, steps):
    history = History(api, link, stack, make_company, random.Random(seed))
    assert history.rollups("rebuild").returncode == 0
    for step in steps:
        getattr(history, step)()
        history.agrees(history.dice.sample(history.everything(), 2) + history.dice.sample(history.attribution(), 2)
                       + history.dice.sample(history.credits(), 2))
    history.agrees(history.everything())
    assert history.rollups("rebuild").returncode == 0
    history.agrees(history.everything())
    proved = history.rollups("verify")
    assert proved.returncode == 0, proved.stdout + proved.stderr


@pytest.fixture(scope="module")
def counted(api, link, stack, make_company):
    history = History(api, link, stack, make_company, random.Random(7))
    assert history.rollups("rebuild").returncode == 0
    return history


@pytest.mark.parametrize("span,what,by", [("day", "click", "network"), ("month", "lead", "person"), ("day", "event", "quarter"),
                                          ("month", "won_credit", "person"), ("day", "lead", "path"), ("day", "lead", "row"), ("day", "share", "sharer")])
def test_a_sum_that_somebody_changed_is_found_and_mended(counted, span, what, by):
    (row,) = counted.db("SELECT day, counts FROM report_sum WHERE company_id = %s AND what = %s AND dimension = %s AND span = %s"
                        " AND LENGTH(counts) > 0 ORDER BY day LIMIT 1", (counted.company.id, what, by, span))
    before = counted.ask("funnel", group="person"), counted.ask("funnel", group="network"), counted.ask("series")
    wrong = row["counts"][:-1] + bytes([row["counts"][-1] ^ 2])
    counted.db("UPDATE report_sum SET counts = %s WHERE company_id = %s AND what = %s AND dimension = %s AND span = %s AND day = %s",
               (wrong, counted.company.id, what, by, span, row["day"]))
    found = counted.rollups("verify")
    assert found.returncode == 1
    # A day that is wrong leaves a month that is not the sum of its days.
    assert [span, row["day"].isoformat(), what, by] in [line.split()[:4] for line in found.stdout.splitlines()], found.stdout
    mended = counted.rollups("rebuild")
    assert mended.returncode == 0 and " of " in mended.stderr, mended.stderr
    assert counted.rollups("verify").returncode == 0
    assert (counted.ask("funnel", group="person"), counted.ask("funnel", group="network"), counted.ask("series")) == before


def test_who_has_nothing_by_a_model_has_no_row_whoever_counts(counted):
    """A team that only began a path has nothing by the last touch: no sum keeps a zero, but rows tell of the touch."""
    at, (who, *_) = FIRST + 5 * DAY, counted.books.people
    west = json.loads(counted.stack.rostra("team", "add", "--company", counted.company.slug, "--name", "West", "--json"))["id"]
    lead, _ = counted.books.lead([(who, at - 2 * DAY), (who, at - DAY)], at=at, team=counted.teams[0])
    counted.db("UPDATE touch SET team_id = %s WHERE company_id = %s AND lead_id = %s ORDER BY touched_at LIMIT 1",
               (west, counted.company.id, lead))
    assert counted.rollups("rebuild").returncode == 0
    by = {model: [row["key"] for row in counted.ask("funnel", group="team", model=model)["rows"]] for model in ("first", "last")}
    assert west in by["first"] and west not in by["last"]
    counted.agrees([("funnel", {"group": "team", "model": m}) for m in ("first", "last")])


def test_a_sum_that_cannot_be_read_is_no_number(counted):
    counted.db("UPDATE report_sum SET counts = LEFT(counts, LENGTH(counts) - 1) WHERE company_id = %s"
               " AND (what IN ('share', 'lead_credit') AND dimension = 'person' OR dimension IN ('path', 'row', 'sharer'))", (counted.company.id,))
    for report, query in (("funnel", {}), ("attribution", {}), ("attribution", {"window": "9d"}), counted.credits()[1],
                          counted.sharers()[1]):
        assert counted.api.get(f"/v1/reports/{report}", who=counted.company.admin, params={**PERIOD, **query}).status_code == 500
    assert counted.rollups("verify").returncode == 1
    assert counted.rollups("rebuild").returncode == 0 and counted.rollups("verify").returncode == 0
    counted.agrees([("funnel", {})])


def test_sums_that_an_older_release_left_behind_are_not_read(counted):
    """It counts a day anew, with what it knows of; what it does not know stays as it was."""
    asked = counted.attribution() + counted.credits() + counted.sharers()
    before = [counted.ask(report, **query) for report, query in asked]
    counted.db("UPDATE report_sum SET counted_at = counted_at + INTERVAL 1 SECOND WHERE company_id = %s AND what IN"
               " ('share', 'lead', 'qualified', 'opportunity', 'won', 'event') AND dimension NOT IN ('path', 'row', 'sharer')",
               (counted.company.id,))
    counted.db("UPDATE report_sum SET counts = 'old' WHERE company_id = %s AND (what LIKE '%%credit'"
               " OR dimension IN ('path', 'row', 'sharer'))",
               (counted.company.id,))
    credits_changed(counted.db, counted.company)
    assert [counted.ask(report, **query) for report, query in asked] == before
    assert counted.rollups("verify").returncode == 1
    assert counted.rollups("rebuild").returncode == 0 and counted.rollups("verify").returncode == 0
    counted.agrees(asked)


def test_rows_of_credit_come_in_their_order_and_people_once_whatever_days_are_packed(counted):
    """Days that were never counted, are to be counted again, or whose paths are too many for a pack: among packed ones."""
    asked = [*counted.credits(), *counted.sharers(), ("attribution", {"model": "shapley", "window": "9d"})]
    before = [counted.ask(report, **query) for report, query in asked]
    assert sum(len(text.splitlines()) - 1 for text in before if isinstance(text, str)) > 50
    days = [FIRST + n * DAY for n in range((TODAY - FIRST).days + 1)]
    kinds = counted.dice.choices(["packed", "packed", "gone", "marked", "none", "no rows"], k=len(days))
    for day, kind in zip(days, kinds):
        where = (counted.company.id, day.date())
        if kind == "gone":
            counted.db("DELETE FROM report_sum WHERE company_id = %s AND span = 'day' AND day = %s AND dimension IN ('path', 'row', 'sharer')", where)
        elif kind == "marked":
            counted.db("UPDATE report_sum SET counts = 'old' WHERE company_id = %s AND span = 'day' AND day = %s"
                       " AND dimension IN ('path', 'row', 'sharer')", where)
            counted.db("INSERT INTO report_due (company_id, kind, day) VALUES (%s, 'leads', %s), (%s, 'shares', %s)", 2 * where)
        elif kind in ("none", "no rows"):
            counted.db("UPDATE report_sum SET counts = x'00' WHERE company_id = %s AND span = 'day' AND day = %s AND dimension = %s",
                       (*where, "path" if kind == "none" else "row"))
            counted.db("UPDATE report_sum SET counts = x'00' WHERE company_id = %s AND day = %s AND dimension = 'sharer'", where)
    credits_changed(counted.db, counted.company)
    for (report, query), was in zip(asked, before):
        assert counted.ask(report, **query) == was, (query, kinds)
    assert counted.rollups("rebuild").returncode == 0 and counted.rollups("verify").returncode == 0


def test_the_jobs_count_what_changed(counted):
    counted.a_lead_comes_late()

    def due():
        return counted.db("SELECT 1 FROM report_due WHERE company_id = %s", (counted.company.id,))

    wait_until(lambda: not due(), 25, "the jobs' count")
    counted.agrees(counted.everything()[:6])
    assert counted.rollups("verify").returncode == 0


def test_a_company_without_sums_is_told_from_its_rows(api, make_company):
    company = make_company()
    answer = api.get("/v1/reports/series", who=company.admin, params={"step": "month", "from": "2020-01-01", "to": "2026-01-01"})
    assert answer.status_code == 200 and not any(b["clicks"] for b in answer.json()["buckets"])
