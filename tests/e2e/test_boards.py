# SPDX-License-Identifier: Apache-2.0
"""Boards: the standing is what a naive recount of the ledger gives, and who left it is seen by nobody else."""

import secrets

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import uuid7

ENTRIES = st.lists(st.tuples(
    st.integers(0, 4),  # whose
    st.integers(-30, 60),  # tenths
    st.sampled_from(["kudos_received", "share_published", "redeemed"]),
    st.sampled_from([1, 6, 8, 40]),  # days ago
), max_size=25)


class Club:
    """Five people whose ledger is written by the test."""

    def __init__(self, api, company):
        self.api, self.company = api, company
        self.people = [company.add_person(f"p{secrets.token_hex(4)}") for _ in range(5)]

    def write(self, entries):
        self.company.stack.db("DELETE FROM point_entry WHERE company_id = %s", (self.company.id,))
        for who, tenths, reason, days in entries:
            self.company.stack.db(
                "INSERT INTO point_entry (company_id, person_id, currency, period, tenths, reason, object_id, entry_key,"
                " created_at) VALUES (%s, %s, 'earned', 0, %s, %s, %s, %s, UTC_TIMESTAMP(6) - INTERVAL %s DAY)",
                (self.company.id, self.people[who].id, tenths, reason, uuid7(), uuid7(), days))

    def page(self, who, **query):
        answer = self.api.get("/v1/boards/points", who=self.people[who], params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def standing(self, who, limit=2, **query):
        """All pages, and the head that each of them must have."""
        page = self.page(who, limit=limit, **query)
        head = {m: page[m] for m in ("from", "as_of", "me")}
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


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
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
