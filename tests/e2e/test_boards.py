# SPDX-License-Identifier: Apache-2.0
"""Boards: the standing is what a naive recount of the ledger gives, and who left it is seen by nobody else."""

import datetime
import secrets
import zoneinfo

import pytest
from hypothesis import given, seed
from hypothesis import strategies as st

from clicks import rclid_of, visit
from conftest import Client, company_of, uuid7, wait_until
from content import live_post, made, new_share
from random_histories import SEED, examples
from test_kudos import House, pointers

ENTRIES = st.lists(st.tuples(
    st.integers(0, 4),  # whose
    st.integers(-30, 60),  # tenths
    st.sampled_from(["kudos_received", "share_published", "redeemed"]),
    st.sampled_from([0, 1, 6, 8, 40, 200]),  # days ago
), max_size=25)


class Club:
    """Five people whose ledger is written by the test."""

    def __init__(self, api, company):
        self.api, self.company = api, company
        self.people = [company.add_person(f"p{secrets.token_hex(4)}") for _ in range(5)]
        zone = company.stack.db("SELECT time_zone FROM company WHERE id = %s", (company.id,))[0]["time_zone"]
        self.today = datetime.datetime.now(zoneinfo.ZoneInfo(zone)).date()

    def write(self, entries):
        self.company.stack.db("DELETE FROM point_entry WHERE company_id = %s", (self.company.id,))
        for who, tenths, reason, ago in entries:
            day = 0 if reason == "redeemed" else (self.today - datetime.timedelta(days=ago)).strftime("%Y%m%d")
            self.company.stack.db(
                "INSERT INTO point_entry (company_id, person_id, currency, period, tenths, reason, object_id, entry_key,"
                " created_at, day) VALUES (%s, %s, 'earned', 0, %s, %s, %s, %s, UTC_TIMESTAMP(6), %s)",
                (self.company.id, self.people[who].id, tenths, reason, uuid7(), uuid7(), day))
        self.company.stack.rostra("points", "rebuild", "--company", self.company.slug)

    def page(self, who, **query):
        answer = self.api.get("/v1/boards/points", who=self.people[who], params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def standing(self, who, limit=2, **query):
        """All pages, and the head that each of them must have; another process may answer as of another instant."""
        page = self.page(who, limit=limit, **query)
        head = {m: page[m] for m in ("from", "to", "me")}
        rows = page["items"]
        while page.get("next_cursor"):
            page = self.page(who, limit=limit, cursor=page["next_cursor"], **query)
            assert {m: page[m] for m in head} == head
            rows += page["items"]
        return head["me"], [(r["rank"], r["person_id"], r["points"]) for r in rows]

    def choose(self, who, on_boards):
        answer = self.api.patch("/v1/board-settings", who=self.people[who], json={"on_boards": on_boards})
        assert answer.status_code == 200 and answer.json() == {"on_boards": on_boards}, answer.text
        assert self.api.get("/v1/board-settings", who=self.people[who]).json() == {"on_boards": on_boards}


@pytest.fixture(scope="module")
def club(api, make_company):
    return Club(api, make_company())


def recount(club, entries, days, hidden):
    sums = [sum(t for who, t, reason, ago in entries if who == i and reason != "redeemed" and ago < days)
            for i in range(5)]
    shown = [s for i, s in enumerate(sums) if s > 0 and i not in hidden]
    rows = {(1 + sum(o > s for o in shown), club.people[i].id, s / 10)
            for i, s in enumerate(sums) if s > 0 and i not in hidden}
    own = [{"rank": 1 + sum(o > s for o in shown) if s > 0 else None, "points": s / 10, "on_boards": i not in hidden}
           for i, s in enumerate(sums)]
    return own, rows


@seed(SEED)
@examples(8)
@given(entries=ENTRIES, days=st.sampled_from([7, 30, 366]), hidden=st.sets(st.integers(0, 4), max_size=2),
       who=st.integers(0, 4))
def test_the_standing_is_a_recount_of_the_ledger(club, entries, days, hidden, who):
    club.write(entries)
    for i in range(5):
        club.choose(i, i not in hidden)
    own, rows = recount(club, entries, days, hidden)
    me, seen = club.standing(who, days=days)
    assert me == own[who]
    assert set(seen) == rows and len(seen) == len(rows)
    assert [r[0] for r in seen] == sorted(r[0] for r in seen)


def test_equal_points_share_a_rank_and_the_next_is_skipped(club):
    for i in range(5):
        club.choose(i, True)
    club.write([(0, 50, "kudos_received", 1), (1, 30, "kudos_received", 1), (2, 30, "share_published", 2),
                (3, 10, "share_published", 1)])
    me, rows = club.standing(4)
    assert [(r, p) for r, _, p in rows] == [(1, 5), (2, 3), (2, 3), (4, 1)]
    assert me == {"rank": None, "points": 0, "on_boards": True}


def test_who_left_the_boards_sees_a_rank_and_nobody_sees_them(club):
    club.write([(0, 50, "kudos_received", 1), (1, 30, "kudos_received", 1), (2, 20, "kudos_received", 1)])
    club.choose(2, True)
    club.choose(0, True)
    club.choose(1, False)
    me, _ = club.standing(1)
    assert me == {"rank": 2, "points": 3, "on_boards": False}
    for who in range(5):
        _, seen = club.standing(who)
        assert [r[1] for r in seen] == [club.people[0].id, club.people[2].id] and [r[0] for r in seen] == [1, 2]
    club.choose(1, True)
    assert len(club.standing(0)[1]) == 3


def test_who_is_deactivated_and_other_companies_are_not_shown(club, api, make_company):
    for i in range(5):
        club.choose(i, True)
    club.write([(0, 50, "kudos_received", 1), (1, 30, "kudos_received", 1)])
    club.company.stack.db("UPDATE person SET state = 'deactivated' WHERE company_id = %s AND id = %s",
                          (club.company.id, club.people[0].id))
    try:
        assert [r[1] for r in club.standing(2)[1]] == [club.people[1].id]
    finally:
        club.company.stack.db("UPDATE person SET state = 'active' WHERE company_id = %s AND id = %s",
                              (club.company.id, club.people[0].id))
    assert Club(api, make_company()).standing(0)[1] == []


@pytest.mark.parametrize("days", ["0", "367", "x"])
def test_a_window_out_of_range_names_the_parameter(club, days):
    answer = club.api.get("/v1/boards/points", who=club.people[0], params={"days": days})
    assert answer.status_code in (400, 422) and "days" in answer.text


# --- by measure, defined --------------------------------------------------------------------------------------------


def define(api, company, **members):
    body = {"name": f"Board {secrets.token_hex(4)}", "who": "people", "measure": "points", "period": "rolling", "days": 30,
            **members}
    return made(api.put(f"/v1/boards/{uuid7()}", who=company.admin, json=body))


def read(api, who, board, **query):
    answer = api.get(f"/v1/boards/{board}", who=who, params={"limit": 100, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def scores(page):
    return {r["person_id"] or r["team_id"]: r["score"] for r in page["items"]}


class Lively:
    """A company in which shares, clicks, leads, a sale and kudos have happened, and people have moved."""

    def __init__(self, api, link, make_company):
        self.house = House(api, make_company())
        self.company = company = self.house.company
        self.people = [self.house.ann, self.house.bob, self.house.cid]
        self.teams = [made(api.put(f"/v1/teams/{uuid7()}", who=company.admin, json={"name": f"T{i} {secrets.token_hex(3)}"}))
                      for i in range(2)]
        for person, team in zip(self.people, (0, 0, 1)):
            assert api.put(f"/v1/teams/{self.teams[team]['id']}/members/{person.id}", who=company.admin,
                           json={}).status_code in (200, 201, 204)
        post = live_post(api, company)
        self.shares = [new_share(api, p, post, network=n) for p, networks in zip(self.people, (
            ("x", "linkedin"), ("x",), ("x", "copy", "linkedin"))) for n in networks]
        clicks = [rclid_of(visit(link, s)) for s in self.shares for _ in range(2)]
        wait_until(lambda: company.stack.db("SELECT COUNT(*) n FROM click WHERE company_id = %s", (company.id,))[0]["n"]
                   == len(clicks), what="the clicks")
        for click in clicks[:5]:
            lead = made(api.post("/v1/leads", who=company.api_key, json={"external_id": uuid7(), "click_id": click}))
        made(api.post(f"/v1/leads/{lead['id']}/conversions", who=company.api_key, json={
            "stage": "won", "external_id": uuid7(), "value": {"amount_minor": 12345, "currency": "EUR"}}))
        self.house.give(self.house.ann, self.house.bob, self.house.cid, points=2)
        self.house.give(self.house.bob, self.house.cid, points=1)
        self.house.give(self.house.cid, self.house.bob, points=0, visibility="private")


@pytest.fixture(scope="module")
def lively(api, link, make_company):
    return Lively(api, link, make_company)


def test_boards_are_recounts_and_have_the_numbers_of_the_reports(api, lively):
    company, admin = lively.company, lively.company.admin
    wanted = {
        "shares": {p.id: n for p, n in zip(lively.people, (2, 1, 3))},
        "clicks": {p.id: 2 * n for p, n in zip(lively.people, (2, 1, 3))},
        "visitors": {p.id: 2 * n for p, n in zip(lively.people, (2, 1, 3))},
        "leads": {lively.people[0].id: 4, lively.people[1].id: 1},
        "won_value": {lively.people[1].id: 12345},
        "kudos_received": {lively.people[1].id: 1, lively.people[2].id: 2},
        "kudos_given": {lively.people[0].id: 1, lively.people[1].id: 1},
        "points": {lively.people[1].id: 2, lively.people[2].id: 3},
    }
    for measure, want in wanted.items():
        board = define(api, company, measure=measure)
        wait_until(lambda: scores(read(api, admin, board["id"])) == want, what=f"{measure} to be {want}")  # noqa: B023
    tomorrow = datetime.date.today() + datetime.timedelta(days=1)
    period = {"from": tomorrow - datetime.timedelta(days=30), "to": tomorrow}
    report = api.get("/v1/reports/attribution", who=admin, params={**period, "model": "last", "group": "person", "stage": "lead"})
    assert report.status_code == 200, report.text
    clicks = api.get("/v1/reports/clicks", who=admin, params={**period, "group": "person"})
    assert clicks.status_code == 200, clicks.text
    assert {r["key"]: r["human"] for r in clicks.json()["rows"]} == wanted["clicks"]
    assert {r["key"]: r["conversions"] for r in report.json()["rows"]} == wanted["leads"]


def test_teams_are_ranked_in_total_and_per_head_and_small_ones_are_not_shown(api, lively):
    company, (one, two) = lively.company, (t["id"] for t in lively.teams)
    total = define(api, company, who="teams", measure="shares", min_group=1)
    assert scores(read(api, company.member, total["id"])) == {one: 3, two: 3}
    assert [r["rank"] for r in read(api, company.member, total["id"])["items"]] == [1, 1]
    head = define(api, company, who="teams", measure="shares", min_group=1, per_head=True, period="dated", days=None,
                  first_on=datetime.date.today().isoformat(), last_on=datetime.date.today().isoformat())
    page = read(api, company.member, head["id"])
    assert [r["team_id"] for r in page["items"]] == [two, one] and page["me"] is None
    few = define(api, company, who="teams", measure="shares", min_group=2)
    assert scores(read(api, company.member, few["id"])) == {one: 3}
    assert read(api, company.member, "teams_shares_month")["items"] == []


def test_a_segment_is_as_it_was_then_and_withheld_when_few_are_in_it(api, lively):
    company = lively.company
    board = define(api, company, measure="shares", min_group=2)
    team = read(api, company.member, board["id"], team=lively.teams[0]["id"])
    assert scores(team) == {lively.people[0].id: 2, lively.people[1].id: 1}
    alone = read(api, lively.people[2], board["id"], team=lively.teams[1]["id"])
    assert alone["withheld"] and alone["items"] == [] and alone["me"]["score"] == 3
    facts = [(lively.people[0].id, "Sales", "2020-01-01", None), (lively.people[1].id, "Sales", "2020-01-01", None),
             (lively.people[2].id, "Sales", "2020-01-01", "2021-01-01"), (lively.people[2].id, "Legal", "2021-01-01", None)]
    for fact in facts:
        company.stack.db("INSERT INTO person_fact (company_id, person_id, kind, value, from_at, to_at)"
                         " VALUES (%s, %s, 'department', %s, %s, %s)", (company.id, *fact))
    sales = read(api, company.member, board["id"], department="Sales")
    assert scores(sales) == {lively.people[0].id: 2, lively.people[1].id: 1}
    for who, place, end in ((0, "Bern", "2021-01-01"), (0, "Linz", None), (1, "Bern", None), (2, "Bern", None)):
        company.stack.db("INSERT INTO person_fact (company_id, person_id, kind, value, from_at, to_at) VALUES (%s, %s, 'location', %s, %s, %s)",
                         (company.id, lively.people[who].id, place, "2021-01-01" if place == "Linz" else "2020-01-01", end))
    bern = read(api, company.member, board["id"], location="Bern")
    assert scores(bern) == {lively.people[2].id: 3, lively.people[1].id: 1}, "who was there then"
    points = define(api, company, department="Sales", min_group=1)
    assert scores(read(api, company.member, points["id"])) == {lively.people[1].id: 2}
    theirs = uuid7()
    for board, query, wrong in (
            (points["id"], {"location": "Berlin"}, {"?location"}), ("teams_shares_month", {"team": lively.teams[0]["id"]}, {"?team"}),
            ("shares_week", {"team": theirs, "location": "Berlin"}, {"?team", "?location"})):
        answer = api.get(f"/v1/boards/{board}", who=company.member, params=query)
        assert answer.status_code == 400 and answer.json()["code"] == "invalid_query"
        assert {e["pointer"] for e in answer.json()["errors"]} == wrong


def test_ones_row_has_neighbours_and_who_left_is_nobodys(api, club):
    for i in range(5):
        club.choose(i, True)
    club.write([(i, 10 * (i + 1), "share_published", 1) for i in range(5)])
    page = read(api, club.people[0], "points_year", limit=2)
    assert (page["me"]["rank"], [n["rank"] for n in page["me"]["neighbours"]]) == (5, [3, 4, 5])
    page = read(api, club.people[2], "points_year")
    assert [n["person_id"] for n in page["me"]["neighbours"]] == [club.people[i].id for i in (4, 3, 2, 1, 0)]
    first = api.get("/v1/boards/points_year", who=club.people[0], params={"limit": 1}).json()
    for i in (3, 2):
        club.choose(i, False)
    rest = [first]
    while rest[-1]["has_more"]:
        rest.append(api.get("/v1/boards/points_year", who=club.people[0], params={"limit": 1, "cursor": rest[-1]["next_cursor"]}).json())
    assert [r["person_id"] for page in rest for r in page["items"]] == [club.people[i].id for i in (4, 1, 0)], "who left is skipped"
    club.choose(2, True)
    page = read(api, club.people[2], "points_year")
    assert [r["rank"] for r in page["items"]] == [1, 2, 3, 4] and page["me"]["rank"] == 2
    assert club.people[3].id not in str(page)
    club.choose(3, True)


def test_a_board_is_defined_changed_and_taken_away_by_admins(api, lively):
    company, admin, board_id = lively.company, lively.company.admin, uuid7()
    body = {"name": "Leads", "who": "people", "measure": "leads", "period": "month"}
    first = api.put(f"/v1/boards/{board_id}", who=admin, json=body)
    assert (first.status_code, first.json()["min_group"]) == (201, 5), first.text
    assert api.put(f"/v1/boards/{board_id}", who=admin, json=body).status_code == 200
    assert api.put(f"/v1/boards/{board_id}", who=admin, json={**body, "name": "x"}).json()["code"] == "id_conflict"
    assert api.patch(f"/v1/boards/{board_id}", who=admin, json={"version": 1, "name": "Leads!"}).json()["version"] == 2
    assert api.put(f"/v1/boards/{board_id}", who=admin, json=body).json()["code"] == "id_conflict", "not what it is now"
    again = api.put(f"/v1/boards/{board_id}", who=admin, json={**body, "name": "Leads!"})
    assert (again.status_code, again.json()["version"]) == (200, 2)
    assert api.patch(f"/v1/boards/{board_id}", who=admin, json={"version": 1, "name": "y"}).json()["code"] == "version_conflict"
    listed = api.get("/v1/boards", who=company.member).json()
    assert "Leads!" in [b["name"] for b in listed["boards"]] and "points_year" in [p["key"] for p in listed["presets"]]
    assert all(api.get(f"/v1/boards/{p['key']}", who=company.member).status_code == 200 for p in listed["presets"])
    assert api.delete(f"/v1/boards/{board_id}", who=admin).status_code == 204
    assert api.get(f"/v1/boards/{board_id}", who=company.member).status_code == 404
    bad = {"name": "Bad", "who": "teams", "measure": "shares", "period": "month", "days": 3, "first_on": "2026-01-01",
           "team_id": uuid7(), "department": "Sales", "value_id": uuid7()}
    assert pointers(api.put(f"/v1/boards/{uuid7()}", who=admin, json=bad)) == {
        "#/days", "#/first_on", "#/team_id", "#/department", "#/value_id"}
    dated = {"name": "Long ago", "who": "people", "measure": "points", "period": "dated"}
    for first, last, wrong in (("1969-12-31", "2026-01-01", {"#/first_on"}), ("2026-01-01", "9999-12-31", {"#/last_on"})):
        assert pointers(api.put(f"/v1/boards/{uuid7()}", who=admin, json={**dated, "first_on": first, "last_on": last})) == wrong
    ever = define(api, company, period="dated", days=None, first_on="1970-01-01", last_on="9999-12-30")
    assert scores(read(api, company.member, ever["id"]))


def test_of_two_hundred_boards_each_can_be_put_again(api, make_company):
    company, board_id = make_company(), uuid7()
    body = {"name": "First", "who": "people", "measure": "leads", "period": "month"}
    made(api.put(f"/v1/boards/{board_id}", who=company.admin, json=body))
    company.stack.db("INSERT INTO board (company_id, id, name, who, measure, per_head, period, min_group, created_by, created_at)"
                     " SELECT b.company_id, UUID(), CONCAT('Board ', s.seq), b.who, b.measure, b.per_head, b.period, b.min_group,"
                     " b.created_by, b.created_at FROM board b JOIN seq_2_to_200 s WHERE b.company_id = %s", (company.id,))
    assert api.put(f"/v1/boards/{board_id}", who=company.admin, json=body).status_code == 200
    full = api.put(f"/v1/boards/{uuid7()}", who=company.admin, json=body)
    assert (full.status_code, full.json()["code"]) == (409, "conflict")


def test_a_board_shows_what_was_done_within_five_seconds(own_stack):
    """With the settings that are shipped, and a standing that every worker already remembers."""
    stack = own_stack()
    house = House(Client(stack.places["API"]), company_of(stack, "fresh", "Fresh"))
    boards = ("points_year", "points_month", "kudos_month")

    def places():
        return [house.api.get(f"/v1/boards/{b}", who=house.bob).json()["me"]["score"] for b in boards]

    for _ in range(3):
        assert places() == [0, 0, 0]
    house.give(house.ann, house.bob, points=7)
    wait_until(lambda: places() == [7, 7, 1], 5, "the boards to show it")
    house.give(house.ann, house.cid, points=3)

    def choose(who, on_boards):
        assert house.api.patch("/v1/board-settings", who=who, json={"on_boards": on_boards}).status_code == 200

    def shown():
        """By every process."""
        return {tuple(scores(read(house.api, house.ann, "points_year"))) for _ in range(8)}

    choose(house.cid, False)
    wait_until(lambda: shown() == {(house.bob.id,)}, 5, "one to have left")
    choose(house.cid, True)
    choose(house.bob, False)  # as many as before
    wait_until(lambda: shown() == {(house.cid.id,)}, 5, "the one to be there and the other not")


# --- ranks of note -----------------------------------------------------------------------------------------------


class Ladder(Club):
    """Six people whose ranks are looked at when the test says so."""

    def __init__(self, api, company):
        super().__init__(api, company)
        self.people.append(company.add_person(f"p{secrets.token_hex(4)}"))
        self.points = [60, 50, 40, 30, 20, 10]
        self.look()

    def look(self, **points):
        """Points change, and ten minutes later the board is looked at."""
        for who, n in points.items():
            self.points[int(who[1:])] = n
        self.write([(i, n, "kudos_received", 1) for i, n in enumerate(self.points)])
        # What the ledger holds is told by how many entries it has, which here is always six.
        self.company.stack.db("UPDATE board_look SET mark = NULL WHERE company_id = %s", (self.company.id,))
        self.glance()

    def glance(self):
        """Gives the mark of what was looked at."""
        stack = self.company.stack
        stack.db("UPDATE board_look SET looked_at = looked_at - INTERVAL 11 MINUTE WHERE company_id = %s", (self.company.id,))
        # One run looks at twenty companies, those first that never were: other tests' may be as many.
        stack.db("INSERT INTO board_look (company_id, looked_at) SELECT id, UTC_TIMESTAMP(6) FROM company WHERE id <> %s"
                 " ON DUPLICATE KEY UPDATE looked_at = VALUE(looked_at)", (self.company.id,))
        stack.db("UPDATE job SET last_run_at = NULL, lease_until = NULL WHERE name = 'board_notes'")
        stack.rostra("jobs", "--once")
        return stack.db("SELECT mark FROM board_look WHERE company_id = %s", (self.company.id,))[0]["mark"]

    def told(self, who):
        """The lines of ranks, by how often."""
        lines = self.api.get("/v1/notifications", who=self.people[who], params={"limit": 100}).json()["items"]
        return [(n["events"], n["object_id"]) for n in lines if n["kind"] == "rank"]


@pytest.mark.usefixtures("jobs_by_hand")
def test_who_comes_up_is_told_once_a_day_and_nobody_else(api, make_company):
    ladder = Ladder(api, make_company())
    db = ladder.company.stack.db
    assert [ladder.told(i) for i in range(6)] == [[]] * 6, "what was so before is no news"
    ladder.choose(4, False)
    settings = api.get("/v1/notification-settings", who=ladder.people[5]).json()
    assert api.patch("/v1/notification-settings", who=ladder.people[5],
                     json={"version": settings["version"], "muted": ["rank"]}).status_code == 200
    ladder.look(p1=70)  # the first of five, of whom the first three are too many to be told
    (line,) = ladder.told(1)
    assert line[0] == 1 and [ladder.told(i) for i in (0, 2, 3, 4, 5)] == [[]] * 5
    board = api.get(f"/v1/boards/{line[1]}", who=ladder.people[1]).json()
    assert board["name"] == "Points in 12 months" and board["me"]["rank"] == 1
    ladder.choose(4, True)
    ladder.look(p3=80, p5=90)
    assert [len(ladder.told(i)) for i in range(6)] == [0, 1, 0, 1, 0, 0], "with the sixth, three are of note; who wants no lines gets none"
    ladder.look(p1=100)
    assert ladder.told(1) == [line], "once a day"
    db("UPDATE notice SET source_id = UUID() WHERE company_id = %s", (ladder.company.id,))  # another day
    ladder.look(p1=5)
    assert ladder.told(1) == [line], "falling is not told"
    ladder.look(p1=100)
    assert ladder.told(1) == [(2, line[1])], "one line until it is read"
    ladder.choose(0, False)
    before = ladder.glance()
    assert ladder.glance() == before
    ladder.choose(0, True)
    ladder.choose(1, False)
    assert ladder.glance() != before, "one left and one came back"
