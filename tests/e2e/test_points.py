# SPDX-License-Identifier: Apache-2.0
"""The ledger: whatever happens, in whatever order, balances are the sums of entries, and what is undone leaves nothing."""

import concurrent.futures
import datetime
import json

import pytest
from hypothesis import given, seed
from hypothesis import strategies as st

from clicks import rclid_of, visit
from conftest import uuid7, wait_until
from content import live_post, made, new_share
from random_histories import SEED, examples
from test_kudos import House, pointers, say

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


# --- rules -------------------------------------------------------------------------------------------------------


def soon(seconds=0.0):
    """An instant a little ahead, as the API writes it."""
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def rules(api, house, *rows, ahead=0.7):
    """Rules that hold from now on: answers once they do."""
    body = {"from": soon(ahead), "rules": [{"day_cap_tenths": None, **r} for r in rows]}
    made_ = api.put(f"/v1/point-rules/{uuid7()}", who=house.company.admin, json=body)
    assert made_.status_code == 201, made_.text
    assert made_.json()["rules"] == sorted(body["rules"], key=lambda r: ACTIONS.index(r["action"]))
    wait_until(lambda: soon() > body["from"], what="the rules to hold")
    return made_.json()


ACTIONS = ["share_published", "kudos_given", "lead", "qualified_lead", "human_click", "unique_visitor", "won_value",
           "post_approved", "must_read_acknowledged", "kudos_received", "outside_action"]


def share(action, tenths, cap=None, item_cap=None, **members):
    return {"action": action, "name": None, "points_tenths": tenths, "day_cap_tenths": cap, "item_cap_tenths": item_cap,
            "per_minor": None, **members}


def standing(house, who, reason):
    entries = house.points(who, currency="earned", limit=100)["items"]
    return [e["points"] for e in entries if e["reason"] == reason and not e["reversed"] and not e["reverses_id"]]


def test_a_share_earns_what_the_rules_of_its_instant_say_and_loses_it_when_revoked(api, house):
    post = live_post(api, house.company)
    new_share(api, house.ann, post)
    settled(house)
    assert house.points(house.ann)["earned"] == 0, "there were no rules then"
    rules(api, house, share("share_published", 15))
    second = new_share(api, house.ann, post, network="x")
    settled(house)
    assert house.points(house.ann)["earned"] == 1.5
    rules(api, house, share("share_published", 20))
    new_share(api, house.ann, post, network="facebook")
    settled(house)
    assert standing(house, house.ann, "share_published") == [2, 1.5]
    for _ in range(2):
        assert api.post(f"/v1/shares/{second['id']}/revoke", who=house.ann).status_code == 200
    settled(house)
    assert house.points(house.ann)["earned"] == 2
    verify(house)


def test_the_cap_of_a_day_holds_for_many_at_once_and_what_is_freed_can_be_earned_again(api, house):
    rules(api, house, share("kudos_given", 10, cap=25))
    assert house.ann.token
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        given = [a.json() for a in pool.map(lambda _: house.put(house.ann, points=1), range(8))]
    settled(house)
    assert sorted(standing(house, house.ann, "kudos_given")) == [0.5, 1, 1]
    assert house.points(house.bob)["earned"] == 8
    awarded = {e["object_id"]: e["points"] for e in house.points(house.ann, currency="earned")["items"]}
    whole = next(k for k in given if awarded.get(k["id"]) == 1)
    assert api.delete(f"/v1/kudos/{whole['id']}", who=house.ann).status_code == 204
    settled(house)
    assert sum(standing(house, house.ann, "kudos_given")) == 2.5, "the next of the day have what is free"
    verify(house)


@pytest.mark.usefixtures("jobs_by_hand")
def test_what_kudos_give_is_in_the_ledger_and_on_boards_with_the_answer(api, house):
    for points in (3, 4):
        assert house.put(house.ann, house.bob, house.cid, points=points).status_code == 201
    assert [house.points(p)["earned"] for p in (house.ann, house.bob, house.cid)] == [0, 7, 7]
    board = api.get("/v1/boards/points_year", who=house.bob).json()
    assert board["me"]["score"] == 7
    verify(house)


def test_an_event_that_comes_again_changes_nothing(api, house):
    rules(api, house, share("share_published", 10), share("kudos_given", 5))
    new_share(api, house.ann, live_post(api, house.company))
    house.give(house.ann, points=3)
    settled(house)
    before = [house.points(p) for p in (house.ann, house.bob)]
    for kind, table in (("share.created", "share"), ("kudos.given", "kudos"), ("kudos.changed", "kudos")):
        house.company.stack.db(f"INSERT INTO outbox (company_id, kind, object_id, due_at, created_at) SELECT company_id,"
                               f" '{kind}', id, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) FROM {table} WHERE company_id = %s",
                               (house.company.id,))
    settled(house)
    assert [house.points(p) for p in (house.ann, house.bob)] == before
    assert [p["earned"] for p in before] == [1.5, 3]


def test_rules_are_an_admins_are_never_changed_and_never_past(api, house):
    admin, set_id = house.company.admin, uuid7()
    body = {"from": soon(60), "rules": [share("share_published", 10)]}
    first = api.put(f"/v1/point-rules/{set_id}", who=admin, json=body)
    assert first.status_code == 201
    assert api.put(f"/v1/point-rules/{set_id}", who=admin, json=body).json() == first.json()
    other = api.put(f"/v1/point-rules/{set_id}", who=admin, json={**body, "rules": []})
    assert (other.status_code, other.json()["code"]) == (409, "id_conflict")
    assert api.put(f"/v1/point-rules/{uuid7()}", who=admin, json=body).json()["code"] == "conflict"
    assert api.put(f"/v1/point-rules/{uuid7()}", who=house.company.manager, json=body).status_code == 403
    bad = {"from": soon(-60), "rules": [share("share_published", 10), share("share_published", 0)]}
    assert pointers(api.put(f"/v1/point-rules/{uuid7()}", who=admin, json=bad)) == {"#/rules/1/points_tenths"}
    bad["rules"][1]["points_tenths"] = 1
    assert pointers(api.put(f"/v1/point-rules/{uuid7()}", who=admin, json=bad)) == {"#/from", "#/rules/1/action"}
    later = rules(api, house, ahead=0.2)
    listed = api.get("/v1/point-rules", who=house.ann).json()["items"]
    assert [s["id"] for s in listed] == [set_id, later["id"]] and listed[1]["rules"] == []


def test_a_lead_rewards_the_last_touch_and_again_once_it_is_qualified(api, link, house):
    rules(api, house, share("lead", 100), share("qualified_lead", 250))
    post = live_post(api, house.company)
    shares = {p.id: new_share(api, p, post, network="copy") for p in (house.ann, house.bob)}

    def click(person):
        return rclid_of(visit(link, shares[person.id]))

    def lead(**members):
        return made(api.post("/v1/leads", who=house.company.api_key, json={"external_id": uuid7(), **members}))

    def convert(lead_id, stage):
        event = {"stage": stage, "external_id": uuid7()}
        made(api.post(f"/v1/leads/{lead_id}/conversions", who=house.company.api_key, json=event))

    first = click(house.ann)
    wait_until(lambda: house.company.stack.db("SELECT 1 FROM click WHERE company_id = %s", (house.company.id,)))
    known, early = lead(click_id=first), lead(click_id=click(house.bob))
    lead(name="Nobody brought them")
    wait_until(lambda: house.points(house.ann)["earned"] == house.points(house.bob)["earned"] == 10, what="both leads' points")
    convert(known["id"], "qualified")
    convert(known["id"], "won")
    convert(early["id"], "lost")
    settled(house)
    assert standing(house, house.ann, "qualified_lead") == [25]
    assert (house.points(house.ann)["earned"], house.points(house.bob)["earned"]) == (35, 10)
    erased = api.post(f"/v1/leads/{known['id']}/erase", who=house.company.admin)
    assert erased.status_code == 200, erased.text
    settled(house)
    assert house.points(house.ann)["earned"] == 0, "its points go with it"
    verify(house)


def told(house, person, name="lesson", **members):
    body = {"external_id": uuid7(), "name": name, "person_id": person.id, **members}
    return body, house.api.post("/v1/actions", who=house.company.admin, json=body)


def test_clicks_and_visitors_earn_by_share_and_day_and_follow_an_overrule(api, link, house):
    rules(api, house, share("human_click", 10, cap=75, item_cap=40), share("unique_visitor", 5))
    shares = [new_share(api, house.ann, live_post(api, house.company), network=n) for n in ("x", "copy")]
    for s in shares:
        for _ in range(5):
            visit(link, s)

    def counted():
        return sum(standing(house, house.ann, "human_click")), sum(standing(house, house.ann, "unique_visitor"))

    wait_until(lambda: counted() == (7.5, 5), what="4 of a share, and 7.5 of the day")
    assert len(standing(house, house.ann, "human_click")) < 10, "one entry for many clicks"
    click = house.company.stack.db("SELECT HEX(id) id FROM click WHERE company_id = %s AND class = 'human' LIMIT 1",
                                   (house.company.id,))
    found = api.get("/v1/clicks", who=house.company.admin, params={"limit": 100}).json()["items"]
    human = [c for c in found if c["class"] == "human"]
    assert click and len(human) == 10
    for c in human[:4]:
        answer = api.post(f"/v1/clicks/{c['id']}/overrule", who=house.company.admin,
                          json={"class": "bot", "note": "a machine of ours"})
        assert answer.status_code in (200, 204), answer.text
    wait_until(lambda: counted()[1] == 3, what="the visitors' points to follow")
    settled(house)
    assert counted()[0] <= 6
    verify(house)


def test_value_posts_readers_and_thanks_earn_too(api, link, house):
    admin = house.company.admin
    rules(api, house, share("won_value", 10, per_minor=10000), share("post_approved", 30),
          share("must_read_acknowledged", 5), share("kudos_received", 20, item_cap=20))
    post = live_post(api, house.company, must_read=True)
    assert api.post(f"/v1/posts/{post['id']}/acknowledge", who=house.bob).status_code < 300
    for _ in range(2):
        house.give(house.ann, house.bob, points=0)
    lead = made(api.post("/v1/leads", who=house.company.api_key, json={
        "external_id": uuid7(), "click_id": rclid_of(visit(link, new_share(api, house.cid, post)))}))
    wait_until(lambda: house.company.stack.db("SELECT 1 FROM touch WHERE company_id = %s", (house.company.id,)))
    sale = {"stage": "won", "external_id": uuid7(), "value": {"amount_minor": 25000, "currency": "EUR"}}
    made(api.post(f"/v1/leads/{lead['id']}/conversions", who=house.company.api_key, json=sale))
    settled(house)
    assert standing(house, house.bob, "must_read_acknowledged") == [0.5]
    assert standing(house, house.bob, "kudos_received_bonus") == [2], "no more from one colleague"
    assert standing(house, house.cid, "won_value") == [2]
    assert api.post(f"/v1/leads/{lead['id']}/erase", who=admin).status_code == 200
    settled(house)
    assert standing(house, house.cid, "won_value") == []
    verify(house)


def test_an_action_of_elsewhere_counts_once_and_can_be_taken_back(api, house):
    rules(api, house, share("outside_action", 20, name="lesson", item_cap=30), share("outside_action", 7, name="quiz"))
    body, first = told(house, house.ann, item="safety")
    assert (first.status_code, first.json()["repeated"]) == (201, False), first.text
    again = api.post("/v1/actions", who=house.company.admin, json=body)
    assert (again.status_code, again.json()) == (200, {**first.json(), "repeated": True})
    for other in ({"name": "quiz"}, {"item": "another"}, {"person_id": house.bob.id}, {"person_id": None, "email": house.bob.email},
                  {"occurred_at": "2026-01-01T00:00:00Z"}):
        assert api.post("/v1/actions", who=house.company.admin, json={**body, **other}).json()["code"] == "id_conflict", other
    told(house, house.ann, item="safety")
    told(house, house.ann, name="quiz")
    told(house, house.ann, name="nothing-for-this")
    assert house.points(house.ann)["earned"] == 3.7
    for _ in range(2):
        assert api.delete(f"/v1/actions/{first.json()['id']}", who=house.company.admin).status_code == 204
    assert house.points(house.ann)["earned"] == 2.7, "the second lesson is the whole of its item now"
    listed = [api.get("/v1/actions", who=house.company.admin, params=q).json()["items"] for q in ({"limit": 4}, {"person": house.ann.id})]
    assert listed[0] == listed[1] and [a["name"] for a in listed[0]] == ["nothing-for-this", "quiz", "lesson", "lesson"]
    assert [a["withdrawn_at"] is not None for a in listed[0]] == [False, False, False, True] and listed[0][3]["id"] == first.json()["id"]
    assert api.get("/v1/actions", who=house.company.admin, params={"person": house.bob.id}).json()["items"] == []
    for n in range(40):
        assert told(house, house.bob, item=f"item {n}")[1].status_code == 201, "whatever the words"
    bad = {"external_id": uuid7(), "name": "No!", "person_id": uuid7(), "occurred_at": soon(60)}
    assert pointers(api.post("/v1/actions", who=house.company.admin, json=bad)) == {
        "#/name", "#/person_id", "#/occurred_at"}
    verify(house)


# --- replay ------------------------------------------------------------------------------------------------------


def replay(house, given=None, *more):
    """{(person, action): (stands, should)} of the days around today."""
    today = datetime.date.today()
    args = ["points", "replay", "--company", house.company.slug, "--from", str(today - datetime.timedelta(days=40)),
            "--to", str(today + datetime.timedelta(days=1)), "--json", *more]
    if given is not None:
        args += ["--rules", "-"]
    done = house.company.stack.rostra(*args, stdin=json.dumps({"rules": given}) if given is not None else None)
    rows = json.loads(done)
    assert all(r["should"] - r["stands"] == r["difference"] for r in rows)
    return {(r["person"], r["action"]): (r["stands"], r["should"]) for r in rows}


DEEDS = st.lists(st.tuples(st.sampled_from(["kudos", "lesson", "withdraw", "undo", "quiz"]), st.integers(0, 2),
                           st.integers(0, 1), st.integers(0, 35)), min_size=6, max_size=14)
CAPS = st.tuples(st.sampled_from([None, 15, 25]), st.sampled_from([None, 20, 30]))


@seed(SEED)
@examples(3)
@given(deeds=DEEDS, caps=CAPS)
def test_replay_under_the_same_rules_changes_nothing_and_adopted_ones_hold(api, make_company, deeds, caps):
    house = House(api, make_company())
    day_cap, item_cap = caps
    rules(api, house, share("kudos_given", 10, cap=day_cap), share("kudos_received", 7, item_cap=item_cap),
          share("outside_action", 20, cap=day_cap, item_cap=item_cap, name="lesson"), ahead=0.3)
    people, kudos, actions = [house.ann, house.bob, house.cid], [], []
    for kind, who, item, ago in deeds:
        if kind == "kudos":
            kudos.append((people[who], house.give(people[who], people[(who + 1 + item) % 3], points=1)))
        elif kind in ("lesson", "quiz"):
            at = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=ago)
            actions.append(told(house, people[who], name=kind, item=f"item {item}",
                                occurred_at=at.strftime("%Y-%m-%dT%H:%M:%SZ"))[1].json())
        elif kind == "withdraw" and kudos:
            giver, k = kudos.pop(item % len(kudos))
            assert api.delete(f"/v1/kudos/{k['id']}", who=giver).status_code == 204
        elif kind == "undo" and actions:
            assert api.delete(f"/v1/actions/{actions.pop(item % len(actions))['id']}", who=house.company.admin).status_code == 204
    settled(house)
    before = [house.points(p, limit=100) for p in people]
    stands = replay(house)
    assert all(a == b for a, b in stands.values()), stands
    replay(house, None, "--adopt")
    assert [house.points(p, limit=100) for p in people] == before, "nothing to change"
    other = [{"action": "kudos_given", "points_tenths": 3}, {"action": "outside_action", "name": "quiz", "points_tenths": 11}]
    would = replay(house, other)
    assert {k: s for k, (s, _) in would.items() if s} == {k: s for k, (s, _) in stands.items() if s}
    assert [house.points(p, limit=100) for p in people] == before, "only looked at"
    replay(house, other, "--adopt")
    assert all(a == b for a, b in replay(house).values()), "what comes later follows the adopted rules"
    quizzes = sum(a["name"] == "quiz" for a in actions)
    assert sum(s for (_, action), (s, _) in replay(house).items() if action == "outside_action") == 11 * quizzes
    assert sum(s for (_, action), (s, _) in replay(house).items() if action == "kudos_given") == 3 * len(kudos)
    replay(house, [], "--adopt")
    assert replay(house) == {}, "all undone leaves nothing"
    for person in people:
        assert house.points(person)["earned"] == sum(1 for _, k in kudos if person.id in [r["id"] for r in k["recipients"]])
    verify(house)


def test_rules_of_a_replay_are_checked_as_any(house):
    done = house.company.stack.rostra("points", "replay", "--company", house.company.slug, "--from", "2026-01-01", "--to",
                                      "2026-02-01", "--rules", "-", stdin='{"rules": [{"action": "won_value", "points_tenths": 1}]}',
                                      check=False)
    assert done.returncode == 1 and "per_minor" in done.stderr
    done = house.company.stack.rostra("points", "replay", "--company", house.company.slug, "--from", "2026-02-01", "--to",
                                      "2026-02-01", check=False)
    assert done.returncode == 2 and "--to" in done.stderr


def test_roles_and_people_may_give_more_from_at_once_and_never_less_this_month(api, house):
    say(api, house.company, monthly_allowance=10)
    admin = house.company.admin

    def boost(who, points):
        return api.put(f"/v1/kudos-boosts/{who}", who=admin, json={"points": points})

    assert house.left(house.ann) == 10
    for _ in range(2):
        assert boost("member", 5).json() == {"who": "member", "points": 5}
    assert boost(house.ann.id.upper(), 20).json()["who"] == house.ann.id
    assert (house.left(house.ann), house.left(house.bob), house.left(house.company.curator)) == (35, 15, 10)
    assert house.put(house.ann, points=36).json()["code"] == "conflict"
    house.give(house.ann, points=35)
    assert boost(house.ann.id, 0).status_code == 200 and house.left(house.ann) == 0
    assert [b["who"] for b in api.get("/v1/kudos-boosts", who=admin).json()["items"]] == ["member"]
    for who in ("nobody", uuid7()):
        assert boost(who, 1).status_code == 404
    assert api.put("/v1/kudos-boosts/member", who=house.ann, json={"points": 1}).status_code == 403
    verify(house)
