# SPDX-License-Identifier: Apache-2.0
"""Content, teams per head and cohorts: each figure counted a second time here, from what was put in."""

import csv
import datetime
import io
import random
import statistics

import pytest
from conftest import uuid7
from content import live_post, made, new_share
from test_report import Books, days, sql_time

UTC = datetime.timezone.utc
NOW = datetime.datetime.now(UTC).replace(microsecond=0)
TODAY = NOW.replace(hour=0, minute=0, second=0)
PERIOD = {"from": (TODAY - days(30)).date().isoformat(), "to": (TODAY + days(1)).date().isoformat()}
TEXTS = ["We open in Lyon.", "Lyon, here we come!"]


def ask(books, report, who=None, **query):
    answer = books.api.get(f"/v1/reports/{report}", who=who or books.company.admin, params={**PERIOD, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def table_of(books, report, **query):
    answer = books.api.get(f"/v1/reports/{report}", who=books.company.admin, params={**PERIOD, "format": "csv", **query})
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


# --- content --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def content(api, db, make_company):
    """Two posts; of the second, two suggested texts and two of people's own words; a lead by two of its texts."""
    books = Books(api, db, make_company())
    books.second = live_post(api, books.company, texts=[{"text": t} for t in TEXTS])
    for name, who, text in (("first", "ann", TEXTS[0]), ("again", "bob", TEXTS[0]), ("other", "ann", TEXTS[1]),
                            ("own", "cem", "My own view."), ("own too", "cem", "Another view of mine.")):
        books.shares[name] = new_share(api, books.people[who], books.second, text=text)
    for share, n in (("ann", 2), ("first", 10), ("again", 5), ("other", 3), ("own", 1)):
        db("INSERT INTO click_day VALUES (%s, %s, %s, 'human', %s)", (books.company.id, TODAY.date(), books.shares[share]["id"], n))
    lead, _ = books.lead([("first", TODAY - days(3)), ("other", TODAY - days(2))], at=TODAY - days(1), value=None)
    books.event(lead, str(uuid7()), TODAY - days(0.5), 1000, "EUR", "won")
    books.lead([("ann", TODAY - days(3)), ("own", TODAY - days(2))], at=TODAY - days(1), value=None)
    return books


FIGURES = ("shares", "sharers", "own_words", "clicks", "leads", "won")


def test_posts_side_by_side(content):
    report = ask(content, "content")
    assert [(r["key"], r["name"], *(r[f] for f in FIGURES)) for r in report["rows"]] == [
        (content.second["id"], content.second["title"], 5, 3, 2, 19, 1.5, 1),
        (content.post["id"], content.post["title"], 3, 3, 0, 2, 0.5, 0)]
    row = report["rows"][0]
    assert (row["clicks_per_share"], row["lead_rate"], row["won_rate"]) == (3.8, 0.078947, 0.666667)
    funnel = {r["key"]: r for r in ask(content, "funnel", group="post")["rows"]}
    assert all(r[f] == funnel[r["key"]][f] for r in report["rows"] for f in ("shares", "clicks", "leads", "qualified", "won"))


def test_texts_of_a_post(content):
    report = ask(content, "content", by="text", post=content.second["id"], model="first")
    assert {r["name"]: tuple(r[f] for f in FIGURES) for r in report["rows"]} == {
        TEXTS[0]: (2, 2, 0, 15, 1, 1), TEXTS[1]: (1, 1, 0, 3, 0, 0), None: (2, 1, 2, 1, 0, 0)}
    assert [r["clicks"] for r in report["rows"]] == [15, 3, 1] and report["rows"][2]["key"] == "own"
    linear = ask(content, "content", by="text", post=content.second["id"])
    assert [r["leads"] for r in linear["rows"]] == [0.5, 0.5, 0.5], "what another post brought is not theirs"


def rows_behind(content, **query):
    answer = content.api.get("/v1/reports/attribution/credits", who=content.company.admin, params={**PERIOD, "limit": 100, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


@pytest.mark.parametrize("model", ["linear", "first", "last", "position", "shapley"])
def test_a_text_opens_to_the_rows_behind_it_and_they_to_their_clicks(content, model):
    second = content.second["id"]
    rows = ask(content, "content", by="text", post=second, model=model)["rows"]
    assert {r["key"] for r in rows} > {"own"} and len(rows) == 3
    for r in rows:
        for stage, figure in (("lead", "leads"), ("won", "won")):
            behind = rows_behind(content, post=second, text=r["key"], model=model, stage=stage)
            assert sum(b["conversions"] for b in behind) == pytest.approx(r[figure], abs=1e-9)
            assert {b["post_id"] for b in behind} <= {second}
    assert len(rows_behind(content, post=second, model="linear")) == 3
    behind, = rows_behind(content, post=second, text="own")
    assert behind["share_id"] == content.shares["own"]["id"]
    path = content.api.get("/v1/reports/attribution/touches", who=content.company.admin, params={"conversion": behind["conversion_id"]})
    assert behind["click_id"] in [t["click_id"] for t in path.json()["items"]] and len(path.json()["items"]) == 2


def test_a_text_is_of_a_post(content, globex):
    answer = content.api.get("/v1/reports/attribution/credits", who=content.company.admin, params={**PERIOD, "text": "own"})
    assert answer.status_code == 400 and [e["pointer"] for e in answer.json()["errors"]] == ["?post"]
    assert rows_behind(content, post=content.second["id"], text="0123456789abcdef") == []
    assert rows_behind(content, post=uuid7(), text="own") == []
    theirs = content.api.get("/v1/reports/attribution/credits", who=globex.admin,
                             params={**PERIOD, "post": content.second["id"], "text": "own"})
    assert theirs.json()["items"] == []


def test_networks_and_tables(content):
    row, = ask(content, "content", by="network")["rows"]
    assert (row["key"], row["name"], row["shares"], row["sharers"], row["clicks"]) == ("linkedin", "linkedin", 8, 3, 21)
    assert [(r["name"], r["clicks"], r["leads_millionths"]) for r in table_of(content, "content")] == [
        (content.second["title"], "19", "1500000"), (content.post["title"], "2", "500000")]


def test_texts_need_a_post_and_a_post_needs_texts(content, globex):
    for query in ({"by": "text"}, {"by": "post", "post": content.post["id"]}):
        answer = content.api.get("/v1/reports/content", who=content.company.admin, params=query)
        assert answer.status_code == 400 and [e["pointer"] for e in answer.json()["errors"]] == ["?post"]
    theirs = content.api.get("/v1/reports/content", who=globex.admin, params={**PERIOD, "by": "text", "post": content.second["id"]})
    assert theirs.json()["rows"] == []


# --- teams ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def teams(api, db, make_company):
    """North: Ann all of the month, Bob to the tenth day and again from the twentieth; South: Bob in between, Cem since
    before and until he left; a third team of one."""
    books = Books(api, db, make_company())
    books.teams = {n: made(api.put(f"/v1/teams/{uuid7()}", who=books.company.admin, json={"name": n}))["id"]
                   for n in ("north", "south", "third")}

    def member(who, team, since, until=None):
        person = books.people[who].id if who in books.people else books.company.curator.id
        db("INSERT INTO team_member (company_id, person_id, team_id, from_at, to_at, is_primary) VALUES (%s, %s, %s, %s, %s, TRUE)",
           (books.company.id, person, books.teams[team], sql_time(since), until and sql_time(until)))

    begin = TODAY - days(30)
    member("ann", "north", begin - days(100))
    member("bob", "north", begin - days(5), begin + days(10))
    member("bob", "south", begin + days(10), begin + days(20))
    member("bob", "north", begin + days(20))
    member("cem", "south", begin - days(5))
    member("curator", "third", begin + days(5))
    db("UPDATE person SET deactivated_at = %s WHERE company_id = %s AND id = %s",
       (sql_time(begin + days(15)), books.company.id, books.people["cem"].id))
    for who, team in (("ann", "north"), ("cem", "south"), ("bob", "third")):
        db("UPDATE share SET team_id = %s WHERE company_id = %s AND id = %s", (books.teams[team], books.company.id, books.shares[who]["id"]))
        db("INSERT INTO click_day VALUES (%s, %s, %s, 'human', 8)", (books.company.id, TODAY.date(), books.shares[who]["id"]))
    books.lead([("ann", TODAY - days(3))], at=TODAY - days(2), team=books.teams["north"])
    books.lead([("cem", TODAY - days(3))], at=TODAY - days(2), team=books.teams["south"])
    books.lead([("ann", TODAY - days(3))], at=TODAY - days(2))
    books.span = (NOW - begin).total_seconds() / 86400
    return books


def test_heads_are_those_of_the_period(teams):
    report = ask(teams, "teams", min_members=2)
    rows = {r["name"]: r for r in report["rows"]}
    assert set(rows) == {"north", "south"}
    want = {"north": (teams.span + 10 + teams.span - 20) / teams.span, "south": (10 + 15) / teams.span}
    for name, heads in want.items():
        row = rows[name]
        assert row["heads"] == pytest.approx(heads, rel=1e-3)
        assert (row["members"], row["shares"], row["sharers"], row["clicks"], row["leads"]) == (2, 1, 1, 8, 1)
        assert row["participation"] == 0.5
        assert row["leads_per_head"] == pytest.approx(1 / heads, rel=1e-3) and row["clicks_per_head"] == pytest.approx(8 / heads, rel=1e-3)
    assert [r["name"] for r in report["rows"]] == ["south", "north"], "by leads per head"


def test_teams_of_few_are_told_together(teams):
    report = ask(teams, "teams", min_members=2)
    small = report["small"]
    # The third team, and the lead of nobody's team.
    assert (small["teams"], small["members"], small["shares"], small["clicks"], small["leads"]) == (2, 1, 1, 8, 1)
    assert small["leads_per_head"] is None, "still too few"
    report = ask(teams, "teams", min_members=3)
    assert report["rows"] == [] and report["small"]["members"] == 5
    assert report["small"]["leads_per_head"] == pytest.approx(3 / report["small"]["heads"], rel=1e-5)
    assert ask(teams, "teams")["min_members"] == 5


def test_each_period_has_its_own_members(teams):
    begin = TODAY - days(30)
    report = ask(teams, "teams", **{"from": (begin - days(20)).date().isoformat(), "to": (begin - days(10)).date().isoformat(),
                                    "min_members": 2})
    assert report["rows"] == [] and (report["small"]["members"], report["small"]["heads"]) == (1, 1)


def test_teams_as_a_table(teams):
    rows = {r["key"]: r for r in table_of(teams, "teams", min_members=2)}
    assert set(rows) == {teams.teams["north"], teams.teams["south"], "small"}
    assert rows["small"]["leads_per_head_millionths"] == "" and rows[teams.teams["north"]]["clicks"] == "8"
    assert sum(int(r["leads_millionths"]) for r in rows.values()) == 3_000_000


def test_a_manager_sees_their_teams(teams):
    assert ask(teams, "teams", who=teams.company.manager, min_members=2)["rows"] == []
    teams.db("INSERT INTO team_member (company_id, person_id, team_id, from_at, is_primary) VALUES (%s, %s, %s, '2026-01-01', FALSE)",
             (teams.company.id, teams.company.manager.id, teams.teams["south"]))
    report = ask(teams, "teams", who=teams.company.manager, min_members=2)
    assert [r["name"] for r in report["rows"]] == ["south"] and report["small"]["members"] == 0
    assert [r["shares"] for r in ask(teams, "content", who=teams.company.manager)["rows"]] == [1]
    assert sum(c["leads"] for c in ask(teams, "cohorts", who=teams.company.manager)["cohorts"]) == 1


# --- cohorts --------------------------------------------------------------------------------------------------------

REACHES = [1, 7, 14, 30, 90, 180, 365]


@pytest.fixture(scope="module")
def cohorts(api, db, make_company):
    """Leads of three weeks, some without a path, some won."""
    books, dice = Books(api, db, make_company(time_zone="Europe/Berlin")), random.Random(7)
    books.told = []
    for _ in range(60):
        at = TODAY - days(20) + datetime.timedelta(seconds=dice.randrange(18 * 86400))
        back = [datetime.timedelta(seconds=dice.choice([0, 86400, 7 * 86400, dice.randrange(40 * 86400)]))
                for _ in range(dice.randrange(4))]
        lead, _ = books.lead([(dice.choice(["ann", "bob"]), at - b) for b in set(back)], at=at)
        won = at + days(dice.randrange(1, 90)) if dice.random() < 0.4 else None
        if won:
            books.event(lead, str(uuid7()), won, 5, "EUR", "won")
        books.told.append((at, at - max(back) if back else None, won))
    return books


@pytest.mark.parametrize("step", ["week", "month", "day"])
def test_days_from_the_first_click_to_lead_and_sale(cohorts, step):
    report = ask(cohorts, "cohorts", step=step)
    starts = [datetime.datetime.fromisoformat(c["starts_at"].replace("Z", "+00:00")) for c in report["cohorts"]]
    assert sum(c["leads"] for c in report["cohorts"]) == 60 and report["time_zone"] == "Europe/Berlin"
    for start, end, cohort in zip(starts, [*starts[1:], NOW + days(9)], report["cohorts"]):
        leads = [t for t in cohorts.told if start <= t[0] < end]
        assert cohort["leads"] == len(leads)
        for name, took in (("click_to_lead", [at - first for at, first, _ in leads if first]),
                           ("click_to_won", [won - first for _, first, won in leads if first and won])):
            found, took = cohort[name], sorted(t / days(1) for t in took)
            assert found["n"] == len(took)
            assert [(w["days"], w["n"]) for w in found["within"]] == [(r, sum(t <= r for t in took)) for r in REACHES]
            assert found["median_days"] == (pytest.approx(statistics.median_low(took), abs=1e-6) if took else None)
            assert found["p90_days"] == (pytest.approx(took[-(-len(took) * 9 // 10) - 1], abs=1e-6) if took else None)


def test_two_leads_that_are_one_person_are_one_in_a_cohort(api, db, make_company):
    books = Books(api, db, make_company())
    first, _ = books.lead([("ann", TODAY - days(9))], at=TODAY - days(8))
    second, _ = books.lead([("bob", TODAY - days(7))], at=TODAY - days(6))
    books.event(second, str(uuid7()), TODAY - days(3), 5, "EUR", "won")
    answer = api.post(f"/v1/leads/{second}/merge", who=books.company.admin, json={"lead_id": first})
    assert answer.status_code == 200, answer.text
    cohorts = ask(books, "cohorts", step="month")["cohorts"]
    assert sum(c["leads"] for c in cohorts) == 1
    assert [c["click_to_won"]["median_days"] for c in cohorts if c["click_to_won"]["n"]] == [6]


def test_cohorts_as_a_table(cohorts):
    report, table = ask(cohorts, "cohorts", step="week"), table_of(cohorts, "cohorts", step="week")
    assert [(r["from"], int(r["leads"]), int(r["to_lead_within_7d"]), int(r["to_won"])) for r in table] == \
        [(c["from"], c["leads"], c["click_to_lead"]["within"][1]["n"], c["click_to_won"]["n"]) for c in report["cohorts"]]


def test_another_company_sees_nothing_of_it(cohorts, make_company):
    report = cohorts.api.get("/v1/reports/cohorts", who=make_company().admin, params=PERIOD).json()
    assert sum(c["leads"] for c in report["cohorts"]) == 0
