# SPDX-License-Identifier: Apache-2.0
"""Boards have the numbers of the reports however often a connection is asked, and a segment tells of nobody alone."""

import datetime
import secrets
import zoneinfo

import pytest
from conftest import uuid7, wait_until
from content import live_post, made, new_share
from test_boards import define, read, scores
from test_contests import Field
from test_funnel import books, funnel  # noqa: F401
from test_kudos import House

TIMES = 18  # two processes of four threads have a connection each: some are asked twice


# --- the numbers of the reports ------------------------------------------------------------------------------------


def days_of(page, zone):
    """The days of a board as reports take them, the last one excluded."""
    return {m: datetime.datetime.fromisoformat(page[m]).astimezone(zone).date().isoformat() for m in ("from", "to")}


def whole(amounts):
    return {k: v for k, v in amounts.items() if v}


def test_each_time_a_board_is_asked_it_has_the_numbers_of_the_reports(books):  # noqa: F811
    api, company = books.api, books.company
    zone = zoneinfo.ZoneInfo(books.db("SELECT time_zone FROM company WHERE id = %s", (company.id,))[0]["time_zone"])
    own = {m: define(api, company, measure=m, period="quarter", days=None)["id"] for m in ("qualified", "won_value")}
    for board, step in (("shares_week", "shares"), ("clicks_month", "clicks"), ("leads_quarter", "leads"),
                        (own["qualified"], "qualified"), (own["won_value"], None)):
        period = days_of(read(api, company.admin, board), zone)
        if step:
            report = funnel(books, model="last", group="person", **period)
            want = whole({r["key"]: r[step] for r in report["rows"]})
        else:
            report = books.report(model="last", group="person", stage="won", **period)
            want = whole({r["key"]: r["value"]["amount_minor"] for r in report["rows"]})
        assert want
        for _ in range(TIMES):
            assert scores(read(api, company.admin, board)) == want, board


# --- teams of a segment ---------------------------------------------------------------------------------------------


class Team:
    """Six people of one team for years; one of them, alone in Oslo, has shared twice and left the boards."""

    def __init__(self, api, company):
        self.api, self.company = api, company
        self.people = [company.member, company.curator, company.manager, company.admin,
                       *(company.add_person(f"p{secrets.token_hex(4)}") for _ in range(2))]
        self.id = made(api.put(f"/v1/teams/{uuid7()}", who=company.admin, json={"name": f"T {secrets.token_hex(4)}"}))["id"]
        for person in self.people:
            company.stack.db("INSERT INTO team_member (company_id, person_id, team_id, from_at, is_primary)"
                             " VALUES (%s, %s, %s, '2020-01-01', TRUE)", (company.id, person.id, self.id))
        self.alone = self.people[0]
        self.lives(self.alone, "Oslo")
        post = live_post(api, company)
        for person, network in ((self.alone, "x"), (self.alone, "copy"), (self.people[1], "x")):
            new_share(api, person, post, network=network)
        assert api.patch("/v1/board-settings", who=self.alone, json={"on_boards": False}).status_code == 200

    def lives(self, person, place, begin="2020-01-01", end=None):
        self.company.stack.db("INSERT INTO person_fact (company_id, person_id, kind, value, from_at, to_at)"
                              " VALUES (%s, %s, 'location', %s, %s, %s)", (self.company.id, person.id, place, begin, end))

    def shown(self, board, **query):
        return scores(read(self.api, self.people[1], board, **query))


@pytest.fixture(scope="module")
def team(api, make_company):
    return Team(api, make_company())


def test_a_team_is_shown_in_a_segment_only_with_enough_of_its_people_in_it(api, team):
    board = define(api, team.company, who="teams", measure="shares", min_group=3)["id"]
    assert team.shown(board) == team.shown("teams_shares_month") == {team.id: 3}
    for b in (board, "teams_shares_month"):
        assert team.shown(b, location="Oslo") == {}
    team.lives(team.people[1], "Oslo")
    team.lives(team.people[2], "Oslo", end="2021-01-01")  # moved away long before
    assert team.shown(board, location="Oslo") == {}
    team.lives(team.people[3], "Oslo")
    assert wait_until(lambda: team.shown(board, location="Oslo") == {team.id: 3}), "as soon as it is counted anew"
    assert team.shown("teams_shares_month", location="Oslo") == {}


def test_per_head_of_a_segment_is_by_the_heads_in_it(api, team):
    for person in team.people[:2]:
        team.lives(person, "Bern", begin="2019-01-01", end="2019-02-01")
    team.lives(team.people[4], "Bern")
    new_share(api, team.people[4], live_post(api, team.company))
    head = define(api, team.company, who="teams", measure="shares", per_head=True, min_group=1)["id"]
    assert team.shown(head, location="Bern") == {team.id: 1}
    assert team.shown(head) == {team.id: pytest.approx(4 / 6, abs=1e-6)}


def test_who_left_before_the_days_makes_no_team_larger(api, make_company):
    team = Team(api, make_company())
    board = define(api, team.company, who="teams", measure="shares", min_group=3, period="dated", days=None,
                   first_on=datetime.date.today().isoformat(), last_on=datetime.date.today().isoformat())["id"]
    assert team.shown(board) == {team.id: 3}
    team.company.stack.db("UPDATE person SET state = 'deactivated', deactivated_at = '2021-01-01' WHERE company_id = %s"
                          " AND id NOT IN %s", (team.company.id, [p.id for p in team.people[:2]]))
    assert wait_until(lambda: team.shown(board) == {})


def test_who_left_before_the_days_makes_no_team_of_a_result_larger(api, make_company):
    team = Team(api, make_company())
    field = Field(api, team.company)
    field.share(team.people[1], 2, ago=4)
    for left, shown in (("2999-01-01", [(1, team.id, 2)]), ("2021-01-01", [])):
        contest = field.contest(6, 3, unit="teams")
        team.company.stack.db("UPDATE person SET deactivated_at = %s WHERE company_id = %s AND id NOT IN %s",
                              (left, team.company.id, [p.id for p in team.people[:4]]))
        field.freeze(contest)
        assert field.standing(contest, team.people[1])[1] == shown


# --- kudos ----------------------------------------------------------------------------------------------------------


def test_kudos_are_counted_that_everybody_may_read_as_on_profiles(api, make_company):
    house = House(api, make_company())
    board = define(api, house.company, measure="kudos_received", value_id=house.value["id"])["id"]
    house.give(house.ann, house.bob)
    for visibility in ("team", "private"):
        house.give(house.ann, house.bob, visibility=visibility)
    profile = api.get(f"/v1/people/{house.bob.id}/profile", who=house.cid).json()
    assert [v["kudos"] for v in profile["recognised_for"]] == [1]
    assert scores(read(api, house.cid, board)) == {house.bob.id: 1}
    given = define(api, house.company, measure="kudos_given")["id"]
    assert scores(read(api, house.cid, given)) == {house.ann.id: 1}
