# SPDX-License-Identifier: Apache-2.0
"""Contests: who leads is a recount of what was done, who left the boards is seen by nobody else, a result stands."""

import datetime
import secrets
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import uuid7, wait_until
from content import live_post, made, new_share

NETWORKS = ["linkedin", "x", "facebook", "whatsapp", "telegram", "threads"]


def ok(answer, status=200):
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def day(ago):
    return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=ago)).strftime("%Y-%m-%d")


class Field:
    """A company with a post, and people who share it."""

    def __init__(self, api, company):
        self.api, self.company, self.post = api, company, live_post(api, company)

    def person(self):
        return self.company.add_person(f"p{secrets.token_hex(5)}")

    def contest(self, first=1, last=-1, **members):
        body = {"name": f"Autumn {secrets.token_hex(3)}", "prize": "A cake", "unit": "people", "measure": "shares",
                "first_on": day(first), "last_on": day(last), **members}
        return made(self.api.put(f"/v1/contests/{uuid7()}", who=self.company.admin, json=body))

    def join(self, team, *people):
        for one in people:
            answer = self.api.put(f"/v1/teams/{team['id']}/members/{one.id}", who=self.company.admin, json={})
            assert answer.status_code in (200, 201), answer.text

    def copies(self, table, pattern, rows):
        """So many more rows as one that is there; what makes them others is in rows."""
        columns = list({**pattern, **rows[0]})
        marks = "(" + ", ".join(["%s"] * len(columns)) + ")"
        self.company.stack.db(f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([marks] * len(rows))}",
                              [{**pattern, **row}[c] for row in rows for c in columns])

    def share(self, who, n=1, ago=0):
        for network in NETWORKS[:n]:
            share = new_share(self.api, who, self.post, network)
            if ago:  # made then, by its id, too
                self.company.stack.db("UPDATE share SET created_at = created_at - INTERVAL %s DAY, id = %s WHERE id = %s",
                                      (ago, uuid7(time.time() - ago * 86400), share["id"]))

    def standing(self, contest, who, limit=2):
        """All pages, and the head."""
        page = ok(self.api.get(f"/v1/contests/{contest['id']}/standing", who=who, params={"limit": limit}))
        head, rows = {m: page[m] for m in ("state", "me")}, page["items"]
        while page["has_more"]:
            page = ok(self.api.get(f"/v1/contests/{contest['id']}/standing", who=who, params={
                "limit": limit, "cursor": page["next_cursor"]}))
            rows += page["items"]
        return head, [(r["rank"], r["person_id"] or r["team_id"], r["value"]) for r in rows]

    def choose(self, who, on_boards):
        ok(self.api.patch("/v1/board-settings", who=who, json={"on_boards": on_boards}))

    def freeze(self, *contests):
        stack = self.company.stack
        stack.run_job("contests")
        for c in contests:
            wait_until(lambda c=c: ok(self.api.get(f"/v1/contests/{c['id']}", who=self.company.member))["state"] == "final", 15,
                       "the result")


@pytest.fixture(scope="module")
def field(api, make_company):
    return Field(api, make_company())


def test_the_standing_is_live_ranked_1_1_3_and_hides_who_left_the_boards(api, make_company):
    field = Field(api, make_company())
    ann, bob, cid, dan = people = sorted((field.person() for _ in range(4)), key=lambda p: p.id)
    contest = field.contest()
    head, rows = field.standing(contest, ann)
    assert (head["state"], rows) == ("running", []) and head["me"] == {"rank": None, "value": 0, "shown": False}
    for who, n in zip(people, (3, 3, 1, 4)):
        field.share(who, n)
    assert field.standing(contest, ann)[1] == [(1, dan.id, 4), (2, ann.id, 3), (2, bob.id, 3), (4, cid.id, 1)]
    field.choose(dan, False)
    head, rows = field.standing(contest, dan)
    assert rows == [(1, ann.id, 3), (1, bob.id, 3), (3, cid.id, 1)]
    assert head["me"] == {"rank": 1, "value": 4, "shown": False}
    for who in (ann, field.company.manager, field.company.admin):
        assert dan.id not in api.get(f"/v1/contests/{contest['id']}/standing", who=who).text


SHARES = st.lists(st.tuples(st.integers(0, 4), st.sampled_from([0, 2, 3, 4, 6, 7])), max_size=25)  # whose, days ago


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(shares=SHARES, hidden=st.sets(st.integers(0, 4), max_size=2))
def test_a_standing_is_a_recount_of_rows(crowd, shares, hidden):
    crowd.play(shares, hidden)


@pytest.fixture(scope="module")
def crowd(field):
    return Crowd(field)


class Crowd:
    """Five people whose shares are written by the test."""

    def __init__(self, field):
        self.field, self.people = field, [field.person() for _ in range(5)]
        self.contest = field.contest(first=6, last=3)
        field.share(self.people[0])
        self.pattern = field.company.stack.db("SELECT * FROM share WHERE person_id = %s", (self.people[0].id,))[0]

    def play(self, shares, hidden):
        db, c = self.field.company.stack.db, self.field.company.id
        db("DELETE FROM share WHERE company_id = %s AND person_id IN (%s, %s, %s, %s, %s)", (c, *(p.id for p in self.people)))
        columns = ", ".join(k for k in self.pattern if k not in ("id", "person_id", "code", "created_at"))
        for who, ago in shares:
            row = {**self.pattern, "id": uuid7(time.time() - ago * 86400), "person_id": self.people[who].id, "code": secrets.token_hex(4),
                   "created_at": f"{day(ago)} 12:00:00"}
            db(f"INSERT INTO share (id, person_id, code, created_at, {columns}) VALUES ({', '.join(['%s'] * len(row))})",
               tuple(row[k] for k in ("id", "person_id", "code", "created_at", *columns.split(", "))))
        for i, p in enumerate(self.people):
            self.field.choose(p, i not in hidden)
        sums = {p.id: sum(who == i and 3 <= ago <= 6 for who, ago in shares) for i, p in enumerate(self.people)}
        shown = {p: n for i, p in enumerate(sums) if (n := sums[p]) > 0 and i not in hidden}
        head, rows = self.field.standing(self.contest, self.people[0])
        assert sorted(rows) == sorted((1 + sum(o > n for o in shown.values()), p, n) for p, n in shown.items())
        own = sums[self.people[0].id]
        assert head["me"]["value"] == own and head["me"]["rank"] == (1 + sum(o > own for o in shown.values()) if own else None)


def test_teams_compete_and_small_ones_are_not_shown(api, make_company):
    field = Field(api, make_company())
    big, small = (made(api.put(f"/v1/teams/{uuid7()}", who=field.company.admin, json={"name": f"Team {n}"})) for n in ("big", "small"))
    people = [field.person() for _ in range(6)]
    field.join(big, *people[:5])
    field.join(small, people[5])
    contest, inner = field.contest(unit="teams"), field.contest(team_id=big["id"])
    for one in (people[0], people[1], people[5]):
        field.share(one, 2)
    assert field.standing(contest, people[0])[1] == [(1, big["id"], 4)]
    assert field.standing(contest, people[5])[0]["me"] == {"rank": 2, "value": 2, "shown": False}
    head, rows = field.standing(inner, people[0])
    assert rows == [] and head["me"] == {"rank": 1, "value": 2, "shown": False}, "two of a team are too few to be shown"
    for one in people[2:5]:
        field.share(one)
    assert {r[1] for r in field.standing(inner, people[5])[1]} == {p.id for p in people[:5]}
    assert field.standing(inner, people[0])[0]["me"] == {"rank": 1, "value": 2, "shown": True}


def test_a_result_stands_with_the_rows_it_came_from(api, make_company, field):
    own = Field(api, make_company())
    ann, bob, cid = (own.person() for _ in range(3))
    for who, n in ((ann, 3), (bob, 2), (cid, 1)):
        own.share(who, n, ago=4)
    own.choose(cid, False)
    contest, cancelled, running = own.contest(6, 3), own.contest(6, -1), own.contest(6, -1)
    assert contest["state"] == "ended"
    ok(api.patch(f"/v1/contests/{cancelled['id']}", who=own.company.admin, json={"version": 1, "cancelled": True}))
    own.freeze(contest)
    rows = [(1, ann.id, 3), (2, bob.id, 2)]
    assert own.standing(contest, bob)[1] == rows
    path = f"/v1/contests/{contest['id']}"
    frozen = ok(api.get(f"{path}/rows?limit=100", who=own.company.manager))["items"]
    assert [(r["person_id"], r["value"]) for r in frozen] == [(ann.id, 3), (bob.id, 2), (None, 1)]
    assert api.get(f"{path}/rows", who=ann).status_code == 403
    for who in (ann, bob, cid):
        (line,) = [n for n in ok(api.get("/v1/notifications", who=who))["items"] if n["kind"] == "contest"]
        assert line["object_id"] == contest["id"]
    # What happens afterwards changes nothing, but that somebody wants to be seen no more.
    own.share(bob, 4, ago=4)
    assert own.standing(contest, bob)[1] == rows
    own.choose(ann, False)
    assert own.standing(contest, bob)[1] == rows[1:] and own.standing(contest, ann)[0]["me"] == {
        "rank": 1, "value": 3, "shown": False}
    assert ann.id not in api.get(f"{path}/rows", who=own.company.admin).text
    assert api.patch(path, who=own.company.admin, json={"version": 1, "name": "x"}).status_code == 409, "its result stands"
    states = {c["id"]: c["state"] for c in ok(api.get("/v1/contests", who=ann))["items"]}
    assert states == {contest["id"]: "final", cancelled["id"]: "cancelled", running["id"]: "running"}


def test_the_rows_show_nobody_whom_the_standing_withholds(api, make_company):
    """Not the two of a team, not the one of a small team, not who left the boards; nor do managers and admins see them."""
    own = Field(api, make_company())
    big, small = (made(api.put(f"/v1/teams/{uuid7()}", who=own.company.admin, json={"name": f"Team {n}"})) for n in ("big", "small"))
    people = sorted((own.person() for _ in range(6)), key=lambda p: p.id)
    own.join(big, *people[:5])
    own.join(small, people[5])
    for n, who in zip((6, 5, 4), (people[0], people[5], people[1])):
        own.share(who, n, ago=4)
    # The memberships are as old as what was done.
    own.company.stack.db("UPDATE team_member SET from_at = from_at - INTERVAL 30 DAY WHERE company_id = %s", (own.company.id,))
    own.company.stack.db("UPDATE share s JOIN team_member m ON m.company_id = s.company_id AND m.person_id = s.person_id"
                         " SET s.team_id = m.team_id WHERE s.company_id = %s", (own.company.id,))
    own.choose(people[1], False)
    inner, teams = own.contest(6, 3, team_id=big["id"]), own.contest(6, 3, unit="teams")
    own.freeze(inner, teams)
    for who in (own.company.manager, own.company.admin):
        assert own.standing(inner, who)[1] == [] and own.standing(teams, who)[1] == [(1, big["id"], 10)]
        assert ok(api.get(f"/v1/contests/{inner['id']}/rows", who=who))["items"] == []
        rows = ok(api.get(f"/v1/contests/{teams['id']}/rows", who=who))["items"]
        assert [(r["person_id"], r["team_id"], r["value"]) for r in rows] == [
            (people[0].id, big["id"], 6), (None, None, 5), (None, big["id"], 4)]


def test_all_who_took_part_hear_of_the_result_once(api, make_company, db):
    own = Field(api, make_company())
    first = own.person()
    own.share(first, ago=4)
    pattern, share = db("SELECT * FROM person WHERE id = %s", (first.id,))[0], db("SELECT * FROM share WHERE person_id = %s", (first.id,))[0]
    others = [uuid7() for _ in range(430)]
    own.copies("person", pattern, [{"id": p, "email": f"{p}@{own.company.slug}.example"} for p in others])
    own.copies("share", share, [{"id": uuid7(time.time() - 4 * 86400), "person_id": p, "code": secrets.token_hex(4)} for p in others])
    contest = own.contest(6, 3)
    own.freeze(contest)
    told = db("SELECT person_id FROM notice WHERE company_id = %s AND kind = 'contest' AND object_id = %s", (own.company.id, contest["id"]))
    assert sorted(str(t["person_id"]) for t in told) == sorted([first.id, *others])


def test_days_that_cannot_be_counted_are_refused_and_hold_nobody_up(api, make_company, db):
    own, other = Field(api, make_company(time_zone="Pacific/Auckland")), Field(api, make_company())
    admin = own.company.admin
    body = {"name": "x", "unit": "people", "measure": "shares", "first_on": "1960-01-01", "last_on": "1960-02-01"}
    for wrong, pointer in ((body, "#/first_on"), ({**body, "first_on": "9999-12-01", "last_on": "9999-12-31"}, "#/last_on")):
        answer = api.put(f"/v1/contests/{uuid7()}", who=admin, json=wrong)
        assert answer.status_code == 422 and [e["pointer"] for e in answer.json()["errors"]] == [pointer], answer.text
    assert ok(api.get("/v1/contests", who=admin))["items"] == []
    edges = [made(api.put(f"/v1/contests/{uuid7()}", who=admin, json={**body, "first_on": a, "last_on": b}))
             for a, b in (("1970-01-01", "1970-01-02"), ("9999-12-01", "9999-12-30"))]
    for contest in edges:
        assert own.standing(contest, admin)[1] == []
    # Rows that were written before they were refused: one, and more than a look takes.
    db("UPDATE contest SET first_on = '1960-01-01', last_on = '1960-02-01', frozen_at = NULL WHERE id = %s", (edges[0]["id"],))
    own.copies("contest", db("SELECT * FROM contest WHERE id = %s", (edges[0]["id"],))[0], [{"id": uuid7()} for _ in range(210)])
    assert {c["state"] for c in ok(api.get("/v1/contests?limit=100", who=admin))["items"]} == {"ended"}
    assert own.standing(edges[0], admin) == ({"state": "ended", "me": {"rank": None, "value": 0, "shown": False}}, [])
    contest = other.contest(6, 3)
    other.freeze(contest)
    path = f"/v1/contests/{edges[0]['id']}"
    assert ok(api.get(path, who=admin))["state"] == "ended"
    assert ok(api.patch(path, who=admin, json={"version": 1, "cancelled": True}))["state"] == "cancelled"
    db("DELETE FROM contest WHERE company_id = %s", (own.company.id,))


@pytest.mark.parametrize("frozen", [True, False])
def test_a_page_is_full_whoever_has_left_the_boards(api, make_company, frozen):
    """The list does not end where the hidden ones of a page were."""
    own = Field(api, make_company())
    people = [own.person() for _ in range(5)]
    for n, who in enumerate(people):
        own.share(who, 5 - n, ago=4)
    contest = own.contest(6, 3) if frozen else own.contest(6, -1)
    if frozen:
        own.freeze(contest)
    path, page = f"/v1/contests/{contest['id']}/standing", {"has_more": True, "next_cursor": None}
    found = []
    while page["has_more"]:
        page = ok(api.get(path, who=people[4], params={"limit": 1, "cursor": page["next_cursor"]}))
        found += [r["person_id"] for r in page["items"]]
        for hidden in people[1:3]:
            own.choose(hidden, False)
    assert found == [people[i].id for i in (0, 3, 4)]


def test_a_contest_that_does_not_hold_together_names_its_fields(api, field, make_company):
    def pointers(**members):
        body = {"name": "x", "unit": "people", "measure": "clicks", "first_on": "2026-01-01", "last_on": "2026-01-31", **members}
        answer = api.put(f"/v1/contests/{uuid7()}", who=field.company.admin, json=body)
        assert answer.status_code == 422, answer.text
        return {e["pointer"] for e in answer.json()["errors"]}

    team = made(api.put(f"/v1/teams/{uuid7()}", who=field.company.admin, json={"name": f"Team {secrets.token_hex(4)}"}))
    assert pointers(last_on="2025-12-31") == pointers(last_on="2027-01-02") == pointers(last_on="2026-02-30") == {"#/last_on"}
    assert pointers(unit="teams", team_id=team["id"]) == pointers(team_id=uuid7()) == {"#/team_id"}


def test_a_contest_that_is_put_again_is_the_same_and_another_of_its_id_is_refused(api, field):
    """Also after it was changed."""
    path, admin = f"/v1/contests/{uuid7()}", field.company.admin
    body = {"name": "x", "prize": "A cake", "unit": "people", "measure": "clicks", "first_on": day(1), "last_on": day(-1)}
    now = made(api.put(path, who=admin, json=body))
    for _ in range(2):
        assert ok(api.put(path, who=admin, json=body)) == now
        for other in ({"measure": "leads"}, {"prize": "A pie"}, {"description": "More"}, {"last_on": day(-2)}):
            assert api.put(path, who=admin, json={**body, **other}).json()["code"] == "id_conflict"
        now = ok(api.patch(path, who=admin, json={"version": now["version"], "prize": "Two cakes"}))
        assert (now["prize"], now["name"]) == ("Two cakes", "x") and now["version"] > 1
