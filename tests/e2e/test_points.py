# SPDX-License-Identifier: Apache-2.0
"""The ledger: whatever happens, in whatever order, balances are the sums of entries, and what is undone leaves nothing."""

import concurrent.futures
import decimal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from conftest import uuid7, wait_until
from test_kudos import House, decide, report, say

ALLOWANCE = 30


def verify(house, check=True):
    return house.company.stack.rostra("points", "verify", "--company", house.company.slug, check=check)


def settled(house):
    """Nothing waits in the outbox for this company."""
    wait_until(lambda: not house.company.stack.db(
        "SELECT 1 FROM outbox WHERE company_id = %s AND state IN ('ready', 'claimed') LIMIT 1", (house.company.id,)),
        what="the outbox to be empty")


@pytest.fixture
def house(api, make_company):
    return House(api, make_company())


class History(RuleBasedStateMachine):
    """A naive model beside the product: lists of kudos, and arithmetic."""

    house = None  # set by the test; each history has givers of its own

    @initialize()
    def begin(self):
        self.people = [self.house.company.add_person(f"p{uuid7()[-12:]}") for _ in range(3)]
        self.kudos, self.refused = {}, 0

    def spent(self, giver):
        return sum(k["points"] * len(k["to"]) for k in self.kudos.values() if k["giver"] == giver and k["stands"])

    def left(self, giver):
        return ALLOWANCE - self.spent(giver)

    @rule(giver=st.integers(0, 2), to=st.sets(st.integers(0, 2), min_size=1, max_size=2), points=st.integers(0, 12))
    def give(self, giver, to, points):
        to, kudos_id = sorted(to - {giver}), uuid7()
        if not to:
            return
        answer = self.house.put(self.people[giver], *(self.people[i] for i in to), kudos_id=kudos_id, points=points)
        assert (answer.status_code == 201) == (points * len(to) <= self.left(giver)), answer.text
        if answer.status_code == 201:
            self.kudos[kudos_id] = {"giver": giver, "to": to, "points": points, "stands": True, "version": 1}

    def standing(self):
        return [i for i, k in self.kudos.items() if k["stands"]]

    @precondition(lambda self: self.standing())
    @rule(data=st.data(), points=st.integers(0, 12))
    def change(self, data, points):
        kudos_id = data.draw(st.sampled_from(self.standing()))
        k = self.kudos[kudos_id]
        answer = self.house.api.patch(f"/v1/kudos/{kudos_id}", who=self.people[k["giver"]],
                                      json={"version": k["version"], "points": points})
        assert (answer.status_code == 200) == ((points - k["points"]) * len(k["to"]) <= self.left(k["giver"])), answer.text
        if answer.status_code == 200:
            k |= {"points": points, "version": k["version"] + 1}

    @precondition(lambda self: self.standing())
    @rule(data=st.data())
    def withdraw(self, data):
        kudos_id = data.draw(st.sampled_from(self.standing()))
        k = self.kudos[kudos_id]
        assert self.house.api.delete(f"/v1/kudos/{kudos_id}", who=self.people[k["giver"]]).status_code == 204
        k["stands"] = False

    @precondition(lambda self: self.standing())
    @rule(data=st.data())
    def remove(self, data):
        kudos_id = data.draw(st.sampled_from(self.standing()))
        k = self.kudos[kudos_id]
        report(self.house.api, self.people[k["to"][0]], {"id": kudos_id})
        assert decide(self.house.api, self.house.company.admin, {"id": kudos_id}, "remove").status_code == 204
        k["stands"] = False

    @invariant()
    def the_allowance_is_what_the_model_says(self):
        for i, person in enumerate(getattr(self, "people", [])):
            assert self.house.left(person) == self.left(i) >= 0

    def teardown(self):
        settled(self.house)
        for i, person in enumerate(self.people):
            got = sum(k["points"] for k in self.kudos.values() if k["stands"] and i in k["to"])
            points = self.house.points(person, limit=100)
            assert points["earned"] == got
            entries = points["items"]
            assert sum(decimal.Decimal(str(e["points"])) for e in entries if e["currency"] == "earned") == got
            assert sum(decimal.Decimal(str(e["points"])) for e in entries if e["currency"] == "allowance") == \
                (self.left(i) if entries and any(e["currency"] == "allowance" for e in entries) else 0)
        for kudos_id in self.standing():
            giver = self.people[self.kudos[kudos_id]["giver"]]
            assert self.house.api.delete(f"/v1/kudos/{kudos_id}", who=giver).status_code == 204
        settled(self.house)
        for person in self.people:
            points = self.house.points(person)
            assert (points["earned"], points["allowance"]["left"]) == (0, ALLOWANCE), "all undone leaves nothing"


def test_every_history_ends_in_balances_that_are_sums_and_undone_in_nothing(api, house):
    say(api, house.company, monthly_allowance=ALLOWANCE)

    class OfThisHouse(History):
        pass

    OfThisHouse.house = house
    run_state_machine_as_test(OfThisHouse, settings=settings(
        max_examples=15, stateful_step_count=15, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck)))
    verify(house)


def test_histories_in_parallel_keep_every_balance(api, house):
    say(api, house.company, monthly_allowance=ALLOWANCE)
    people = [house.ann, house.bob, house.cid]
    assert all(p.token for p in people)

    def live(seed):
        giver, others = people[seed % 3], [p for p in people if p is not people[seed % 3]]
        given = house.put(giver, *others, points=seed % 4)
        if given.status_code == 201 and seed % 2:
            path = f"/v1/kudos/{given.json()['id']}"
            api.patch(path, who=giver, json={"version": 1, "points": (seed * 7) % 5})
            if seed % 5 == 0:
                assert api.delete(path, who=giver).status_code == 204
        return given.status_code

    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        codes = list(pool.map(live, range(60)))
    assert set(codes) <= {201, 409} and 201 in codes
    settled(house)
    verify(house)
    rows = house.company.stack.db("SELECT MIN(tenths) least FROM point_balance WHERE company_id = %s AND currency = 'allowance'",
                                  (house.company.id,))
    assert rows[0]["least"] >= 0
    given = api.get("/v1/kudos", who=house.ann, params={"limit": 100}).json()["items"]
    for person in people:
        got = sum(k["points"] for k in given if person.id in [r["id"] for r in k["recipients"]])
        paid = sum(k["points"] * len(k["recipients"]) for k in given if k["giver"]["id"] == person.id)
        points = house.points(person)
        assert (points["earned"], points["allowance"]["left"]) == (got, ALLOWANCE - paid)


@pytest.mark.parametrize("change", [
    "UPDATE point_balance SET tenths = tenths + 1 WHERE company_id = %s AND person_id = %s",
    "UPDATE point_balance SET entries = entries + 1 WHERE company_id = %s AND person_id = %s",
    "DELETE FROM point_balance WHERE company_id = %s AND person_id = %s",
    "DELETE FROM point_entry WHERE company_id = %s AND person_id = %s",
    "UPDATE point_entry SET tenths = tenths + 1 WHERE company_id = %s AND person_id = %s AND reverses_id IS NULL",
])
def test_verify_finds_what_was_touched(api, house, change):
    kudos = house.give(house.ann, points=3)
    assert api.delete(f"/v1/kudos/{kudos['id']}", who=house.ann).status_code == 204
    house.give(house.ann, points=2)
    settled(house)
    assert verify(house)
    house.company.stack.db(change, (house.company.id, house.ann.id))
    done = verify(house, check=False)
    assert done.returncode == 1 and "differ" in done.stderr, done.stderr


def test_the_database_itself_refuses_an_allowance_below_zero(house):
    house.give(house.ann, points=1)
    with pytest.raises(Exception, match="allowance_not_below_zero"):
        house.company.stack.db("UPDATE point_balance SET tenths = -1 WHERE company_id = %s AND currency = 'allowance'",
                               (house.company.id,))
