# SPDX-License-Identifier: Apache-2.0
"""Rewards: bought with earned points, never oversold, given back when nothing comes of it."""

import collections
import concurrent.futures
import secrets

import pytest

from conftest import Client, uuid7, wait_until
from test_kudos import House
from test_points import settled, verify


@pytest.fixture(scope="module")
def house(api, make_company):
    return House(api, make_company())


def new_reward(api, house, status=201, **members):
    body = {"name": f"Mug {secrets.token_hex(3)}", "price_tenths": 50, "stock": 3, **members}
    answer = api.put(f"/v1/rewards/{uuid7()}", who=house.company.admin, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def rich(house, points=10):
    """Somebody who has earned so much."""
    giver, person = (house.company.add_person(f"{w}{secrets.token_hex(5)}") for w in ("giver", "rich"))
    house.give(giver, person, points=points)
    settled(house)
    assert house.points(person)["earned"] == points
    return person


def ask(api, person, reward, id_=None):
    return api.put(f"/v1/redemptions/{id_ or uuid7()}", who=person, json={"reward_id": reward["id"]})


def decide(api, house, redemption, decision, **members):
    return api.post(f"/v1/redemptions/{redemption['id']}/decide", who=house.company.admin, json={"decision": decision, **members})


def stock(api, house, reward):
    return {r["id"]: r["stock"] for r in api.get("/v1/rewards?limit=100", who=house.company.admin).json()["items"]}[reward["id"]]


def pointers(answer):
    return {e["pointer"]: e["detail"] for e in answer.json()["errors"]}


def test_a_reward_is_bought_and_fulfilled(api, house):
    person, reward, id_ = rich(house), new_reward(api, house, price_tenths=25), uuid7()
    first = ask(api, person, reward, id_)
    assert first.status_code == 201 and first.json()["state"] == "asked" and first.json()["price_tenths"] == 25
    again = ask(api, person, reward, id_)
    assert again.status_code == 200 and again.json() == first.json()
    assert house.points(person)["earned"] == 7.5 and stock(api, house, reward) == 2
    assert decide(api, house, first.json(), "approve", note="Enjoy it").json()["state"] == "approved"
    done = decide(api, house, first.json(), "fulfil")
    assert done.json()["state"] == "fulfilled" and done.json()["decided_by"] == house.company.admin.id
    assert decide(api, house, first.json(), "refuse").status_code == 409
    assert house.points(person)["earned"] == 7.5 and stock(api, house, reward) == 2
    notices = api.get("/v1/notifications", who=person).json()["items"]
    assert [n["object_id"] for n in notices if n["kind"] == "reward"] == [id_]
    events = api.get("/v1/audit?limit=100", who=house.company.admin).json()["items"]
    assert sum(e["action"] == "redemption.decided" and e["object_id"] == id_ for e in events) == 2
    verify(house)


@pytest.mark.parametrize("way", ["refuse", "cancel", "own"])
def test_what_nothing_comes_of_gives_everything_back(api, house, way):
    person, reward = rich(house), new_reward(api, house)
    redemption = ask(api, person, reward).json()
    assert house.points(person)["earned"] == 5
    for _ in range(2):  # the second time changes nothing
        if way == "own":
            answer = api.post(f"/v1/redemptions/{redemption['id']}/cancel", who=person)
        else:
            answer = decide(api, house, redemption, way, note="Sorry")
        assert answer.status_code == 200 and answer.json()["state"] == ("refused" if way == "refuse" else "cancelled")
    assert house.points(person)["earned"] == 10 and stock(api, house, reward) == 3
    assert decide(api, house, redemption, "approve").status_code == 409
    verify(house)


def test_what_cannot_be_had_says_why(api, house):
    person = rich(house, points=4)
    dear, none, gone = new_reward(api, house, price_tenths=41), new_reward(api, house, price_tenths=10, stock=0), new_reward(api, house, price_tenths=10)
    assert api.patch(f"/v1/rewards/{gone['id']}", who=house.company.admin,
                     json={"version": 1, "archived": True}).status_code == 200
    for reward, code, why in ((dear, "not_enough_points", "costs more points than you have"),
                              (none, "out_of_stock", "is sold out"), (gone, "conflict", "is not to be had any more")):
        answer = ask(api, person, reward)
        assert answer.status_code == 409 and pointers(answer) == {"#/reward_id": why}
        assert answer.json()["code"] == code
    assert ask(api, person, {"id": uuid7()}).status_code == 422
    assert gone["id"] not in {r["id"] for r in api.get("/v1/rewards?limit=100", who=person).json()["items"]}
    assert house.points(person)["earned"] == 4
    assert api.get("/v1/redemptions", who=person).json()["items"] == []
    verify(house)


def test_redemptions_are_ones_own(api, house):
    person, other, reward = rich(house), rich(house), new_reward(api, house)
    id_ = ask(api, person, reward).json()["id"]
    assert ask(api, other, reward, id_).json()["code"] == "id_conflict"
    assert api.post(f"/v1/redemptions/{id_}/cancel", who=other).status_code == 404
    assert [r["id"] for r in api.get("/v1/redemptions", who=person).json()["items"]] == [id_]
    assert api.get("/v1/redemptions?everybody=true", who=person).status_code == 403
    assert id_ in {r["id"] for r in api.get("/v1/redemptions?everybody=true", who=house.company.manager).json()["items"]}


def test_what_waits_for_a_decision_is_a_list(api, house):
    person, reward = rich(house), new_reward(api, house, price_tenths=10)
    ids = [ask(api, person, reward).json()["id"] for _ in range(3)]
    assert decide(api, house, {"id": ids[1]}, "refuse").status_code == 200

    def listed(who, **query):
        found, page = [], {"has_more": True, "next_cursor": None}
        while page["has_more"]:
            page = api.get("/v1/redemptions", who=who, params={"limit": 2, "cursor": page["next_cursor"], **query}).json()
            assert not {r["state"] for r in page["items"]} - {query["state"]}
            found += [r["id"] for r in page["items"] if r["id"] in ids]
        return found

    for who, more in ((house.company.admin, {"everybody": "true"}), (person, {})):
        assert listed(who, state="asked", **more) == [ids[2], ids[0]]
        assert listed(who, state="refused", **more) == [ids[1]]


def test_nobody_decides_about_their_own(api, house):
    giver, admin, reward = house.company.add_person(f"g{secrets.token_hex(4)}"), house.company.admin, new_reward(api, house)
    other = house.company.add_person(f"a{secrets.token_hex(4)}", "admin")
    house.give(giver, admin, points=10)
    settled(house)
    redemption = ask(api, admin, reward).json()
    for decision in ("approve", "fulfil", "refuse", "cancel"):
        answer = decide(api, house, redemption, decision)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    path = f"/v1/redemptions/{redemption['id']}"
    assert api.post(f"{path}/decide", who=other, json={"decision": "approve"}).json()["state"] == "approved"
    assert api.post(f"{path}/cancel", who=admin).json()["state"] == "cancelled"
    verify(house)


def test_fifty_at_once_for_the_last_two_and_for_the_last_points(api, house, stack):
    """Of many people two get the last two; one person with points for three gets three."""
    base = stack.places["API"]
    people, last = [rich(house) for _ in range(4)], new_reward(api, house, stock=2)
    poor, plenty = rich(house, points=16), new_reward(api, house, stock=1000)

    def one(job):
        person, reward = job
        answer = ask(Client(base), person, reward)
        return answer.status_code, "" if answer.status_code == 201 else pointers(answer)["#/reward_id"]

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        found = collections.Counter(pool.map(one, [(people[i % 4], last) for i in range(25)]))
        assert found[(201, "")] == 2
        assert sum(found.values()) == 25 and set(found) <= {(201, ""), (409, "is sold out"), (409, "costs more points than you have")}
        found = collections.Counter(pool.map(one, [(poor, plenty)] * 25))
        assert found == {(201, ""): 3, (409, "costs more points than you have"): 22}
    assert stock(api, house, last) == 0 and stock(api, house, plenty) == 997
    assert house.points(poor)["earned"] == 1
    verify(house)


def test_each_decision_is_told(api, house):
    """Also the one after what was read."""
    person = rich(house)
    redemption = ask(api, person, new_reward(api, house)).json()
    for decision in ("approve", "fulfil"):
        assert decide(api, house, redemption, decision).status_code == 200
        inbox = api.get("/v1/notifications?unread=true", who=person).json()
        assert [n["object_id"] for n in inbox["items"] if n["kind"] == "reward"] == [redemption["id"]], decision
        assert api.post("/v1/notifications/read", who=person, json={"through": inbox["as_of"]}).status_code == 200


def test_a_change_of_the_name_puts_nothing_back_that_is_taken_meanwhile(api, house, stack):
    reward = new_reward(api, house, stock=1)
    holder = stack.connect()
    try:
        with holder.cursor() as cursor, concurrent.futures.ThreadPoolExecutor(1) as pool:
            cursor.execute("UPDATE reward SET stock = 0 WHERE company_id = %s AND id = %s", (house.company.id, reward["id"]))
            change = pool.submit(Client(stack.places["API"]).patch, f"/v1/rewards/{reward['id']}",
                                 who=house.company.admin, json={"version": 1, "name": f"Cup {secrets.token_hex(3)}"})
            wait_until(lambda: stack.db("SELECT 1 FROM information_schema.innodb_lock_waits"), what="the change to wait")
            holder.commit()
            answer = change.result()
    finally:
        holder.close()
    assert answer.status_code == 200 and answer.json()["stock"] == 0, answer.text
    assert ask(api, rich(house), reward).json()["code"] == "out_of_stock"


def test_a_change_of_the_stock_says_what_is_left_from_then_on(api, house):
    """Not a total: what was taken before is not counted again, and what is given back later is one more."""
    reward = new_reward(api, house, stock=2)
    redemptions = [ask(api, rich(house), reward).json() for _ in range(2)]
    assert stock(api, house, reward) == 0

    def put(n):
        version = next(r["version"] for r in api.get("/v1/rewards?limit=100", who=house.company.admin).json()["items"] if r["id"] == reward["id"])
        answer = api.patch(f"/v1/rewards/{reward['id']}", who=house.company.admin, json={"version": version, "stock": n})
        assert answer.status_code == 200 and answer.json()["stock"] == n, answer.text

    put(1)
    assert decide(api, house, redemptions[0], "refuse").status_code == 200 and stock(api, house, reward) == 2
    put(0)
    assert ask(api, rich(house), reward).json()["code"] == "out_of_stock"
    assert decide(api, house, redemptions[1], "refuse").status_code == 200 and stock(api, house, reward) == 1
    assert ask(api, rich(house), reward).status_code == 201 and stock(api, house, reward) == 0


def test_a_reward_that_is_put_again_is_the_same_and_another_of_its_id_is_refused(api, house):
    """Also after some were taken, and after it was changed: what counts is what was asked for."""
    path, admin = f"/v1/rewards/{uuid7()}", house.company.admin
    body = {"name": f"Mug {secrets.token_hex(3)}", "price_tenths": 50, "stock": 3}
    now = api.put(path, who=admin, json=body).json()
    for step in ("asked", "changed", "end"):
        again = api.put(path, who=admin, json=body)
        assert again.status_code == 200 and again.json() == now
        for other in ({"name": "Cup"}, {"price_tenths": 60}, {"stock": 2}, {"stock": 9}, {"description": "More"}):
            answer = api.put(path, who=admin, json={**body, **other})
            assert (answer.status_code, answer.json()["code"]) == (409, "id_conflict"), answer.text
        if step == "asked":
            assert ask(api, rich(house), now).status_code == 201
            now = {**now, "stock": 2}
        else:
            now = api.patch(path, who=admin, json={"version": now["version"], "price_tenths": 70}).json()
