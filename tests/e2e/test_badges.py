# SPDX-License-Identifier: Apache-2.0
"""Badges: reached by what people do, awarded once each, told once; streaks on the person's calendar; grants by hand."""

import collections
import concurrent.futures
import datetime
import secrets

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import Client, uuid7, wait_until
from content import live_post, made, new_share
from test_kudos import House


@pytest.fixture(scope="module")
def house(api, make_company):
    house = House(api, make_company())
    house.post = live_post(api, house.company)
    return house


def ok(answer, status=200):
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def new_badge(house, kind="measure", measure="shares", thresholds=(1, 3), **members):
    body = {"name": f"Badge {secrets.token_hex(3)}", "kind": kind, "measure": measure if kind == "measure" else None,
            "levels": [{"name": f"Level {i + 1}", "threshold": t} for i, t in enumerate(thresholds)], **members}
    return made(house.api.put(f"/v1/badges/{uuid7()}", who=house.company.admin, json=body))


def person(house, **options):
    return house.company.add_person(f"p{secrets.token_hex(5)}", **options)


def mine(house, who, badge):
    items = ok(house.api.get("/v1/badges?limit=100", who=who))["items"]
    return next((b["mine"] for b in items if b["id"] == badge["id"]), None)


def awards(house, who, reader=None):
    items = ok(house.api.get(f"/v1/people/{who.id}/badges", who=reader or who))["items"]
    return [(a["badge_id"], a["level"]) for a in items]


def reaches(house, who, badge, level):
    wait_until(lambda: (badge["id"], level) in awards(house, who), 15, f"level {level}")


def lines(house, who, badge):
    return [n for n in ok(house.api.get("/v1/notifications", who=who))["items"]
            if n["kind"] == "badge" and n["object_id"] == badge["id"]]


def test_levels_are_awarded_as_they_are_reached_and_told(api, house):
    ann, badge = person(house), new_badge(house)
    assert mine(house, ann, badge) == {"level": 0, "value": 0, "next": 1}
    new_share(api, ann, house.post)
    reaches(house, ann, badge, 1)
    assert mine(house, ann, badge) == {"level": 1, "value": 1, "next": 3}
    for network in ("x", "facebook"):
        new_share(api, ann, house.post, network)
    reaches(house, ann, badge, 2)
    assert mine(house, ann, badge) == {"level": 2, "value": 3, "next": None}
    assert [a for a in awards(house, ann) if a[0] == badge["id"]] == [(badge["id"], 1), (badge["id"], 2)]
    assert len(lines(house, ann, badge)) == 1
    assert mine(house, house.company.curator, badge)["level"] == 0


def test_who_reached_it_before_it_was_there_is_awarded_it_and_kudos_count(api, house):
    ann, bob = person(house), person(house)
    for _ in range(2):
        house.give(ann, bob)
    badge = new_badge(house, measure="kudos_received", thresholds=(1, 2, 5))
    reaches(house, bob, badge, 2)
    assert (badge["id"], 3) not in awards(house, bob) and mine(house, bob, badge)["next"] == 5
    assert awards(house, ann) == []


def test_a_streak_is_weeks_on_the_persons_calendar_without_the_companys_holidays(api, house, db):
    ann = person(house, time_zone="Pacific/Auckland")
    now = datetime.datetime.now(datetime.timezone.utc)
    monday = (now + datetime.timedelta(hours=13)).date()
    monday -= datetime.timedelta(days=monday.weekday())
    # Sunday at noon UTC is Monday in Auckland.
    sundays = [datetime.datetime.combine(monday - datetime.timedelta(weeks=w, days=1), datetime.time(12, 30)) for w in (1, 2, 4)]
    for network, at in zip(("linkedin", "x", "facebook"), sundays):
        share = new_share(api, ann, house.post, network)
        db("UPDATE share SET created_at = %s WHERE id = %s", (at, share["id"]))
    badge = new_badge(house, kind="streak", thresholds=(2, 3))
    reaches(house, ann, badge, 1)
    assert mine(house, ann, badge) == {"level": 1, "value": 2, "next": 3}
    off = [monday - datetime.timedelta(weeks=3) + datetime.timedelta(days=d) for d in range(5)]
    for day in off:
        ok(api.put(f"/v1/holidays/{day}", who=house.company.admin, json={"name": "Closed"}))
    assert [h["day"] for h in ok(api.get("/v1/holidays?limit=100", who=ann))["items"]] == [str(d) for d in off]
    assert mine(house, ann, badge)["value"] == 3
    reaches(house, ann, badge, 2)  # without another act
    new_share(api, ann, house.post, "bluesky")
    ok(api.delete(f"/v1/holidays/{off[0]}", who=house.company.admin), 204)
    assert mine(house, ann, badge)["value"] == 3, "this week's, and two before"
    for none in ("2026-02-30", "1969-12-31", "9999-12-31"):
        assert api.put(f"/v1/holidays/{none}", who=house.company.admin, json={"name": "x"}).status_code == 404
    for day in off[1:]:
        ok(api.delete(f"/v1/holidays/{day}", who=house.company.admin), 204)


def test_fifty_grants_at_once_make_one_award_and_the_others_say_why(api, house, stack):
    ann, badge = person(house), new_badge(house, kind="hand", thresholds=(1, 2))
    path, base = f"/v1/badges/{badge['id']}/awards/{ann.id}", stack.places["API"]

    def grant(i):
        answer = Client(base).put(path, who=house.company.manager, json={"reason": f"Reason {i}"})
        return answer.status_code, answer.json().get("detail", "")

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        found = collections.Counter(pool.map(grant, range(50)))
    assert found == {(201, ""): 1, (409, "The person has this level of the badge already."): 49}
    (award,) = ok(api.get(f"/v1/people/{ann.id}/badges", who=ann))["items"]
    assert award["granted_by"] == house.company.manager.id and award["reason"].startswith("Reason ")
    again = api.put(path, who=house.company.manager, json={"reason": award["reason"]})
    assert ok(again) == award
    assert len(lines(house, ann, badge)) == 1
    assert api.put(path, who=house.company.manager, json={"level": 3, "reason": "x"}).status_code == 422
    assert api.put(path, who=house.company.member, json={"reason": "x"}).status_code == 403
    assert api.put(f"/v1/badges/{new_badge(house)['id']}/awards/{ann.id}", who=house.company.admin,
                   json={"reason": "x"}).status_code == 409


def test_what_was_granted_to_the_wrong_one_is_taken_back_on_record(api, house):
    ann, badge, manager = person(house), new_badge(house, kind="hand", thresholds=(1, 2)), house.company.manager
    path = f"/v1/badges/{badge['id']}/awards/{ann.id}"

    def levels():
        return [a["level"] for a in ok(api.get(f"/v1/people/{ann.id}/badges", who=ann))["items"]]

    for level in (1, 2):
        assert api.put(path, who=manager, json={"level": level, "reason": "For Bea"}).status_code == 201
    (line,) = lines(house, ann, badge)
    assert line["events"] == 2
    assert api.delete(path, who=house.company.member).status_code == 403
    for _ in range(2):
        ok(api.delete(path, who=manager, params={"level": 2}), 204)
    assert levels() == [1] and [n["events"] for n in lines(house, ann, badge)] == [1]
    ok(api.delete(path, who=manager), 204)
    assert levels() == [] and lines(house, ann, badge) == []
    deeds = ok(api.get("/v1/audit?action=badge.taken_back", who=house.company.admin, params={"person": ann.id}))["items"]
    assert [(d["actor_id"], d["changes"]["reason"]) for d in deeds] == [(manager.id, ["For Bea", None])] * 2
    assert api.put(path, who=manager, json={"reason": "Now for Ann"}).status_code == 201
    assert levels() == [1] and len(lines(house, ann, badge)) == 1


def test_fifty_shares_at_once_reach_a_badge_once(api, house, stack, db):
    """However often somebody is looked at."""
    ann, badge = person(house), new_badge(house, thresholds=(1,))
    base, networks = stack.places["API"], ["linkedin", "x", "facebook", "whatsapp", "telegram"]
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        made_ = list(pool.map(lambda i: Client(base).put(f"/v1/shares/{uuid7()}", who=ann, json={
            "post_id": house.post["id"], "network": networks[i % 5]}).status_code, range(50)))
    assert set(made_) == {201}
    reaches(house, ann, badge, 1)
    wait_until(lambda: not db("SELECT 1 FROM badge_due WHERE person_id = %s", (ann.id,)), 10, "everything to be looked at")
    assert len([a for a in awards(house, ann) if a[0] == badge["id"]]) == 1 and len(lines(house, ann, badge)) == 1


@pytest.mark.usefixtures("jobs_by_hand")
def test_who_is_looked_at_together_is_awarded_each_for_themselves(api, house, stack, db):
    people = [person(house) for _ in range(18)]  # more than one transaction takes
    badge = new_badge(house, measure="kudos_received", thresholds=(1, 2))
    for some in (people[:9], people[9:], people[:9]):
        house.give(house.company.admin, *some)
    gone = uuid7()
    db("INSERT INTO badge_due (company_id, person_id) VALUES (%s, %s)", (house.company.id, gone))
    stack.rostra("jobs", "--once")  # what is marked by this one may be looked at by the next
    stack.rostra("jobs", "--once")
    for i, who in enumerate(people):
        assert [a for a in awards(house, who) if a[0] == badge["id"]] == [(badge["id"], n + 1) for n in range(2 if i < 9 else 1)]
        assert len(lines(house, who, badge)) == 1
    assert not db("SELECT 1 FROM badge_due WHERE company_id = %s", (house.company.id,))


def test_a_badge_out_of_use_stays_with_who_has_it(api, house):
    ann, bob = person(house), person(house)
    badge = new_badge(house, thresholds=(1,))
    new_share(api, ann, house.post)
    reaches(house, ann, badge, 1)
    answer = api.patch(f"/v1/badges/{badge['id']}", who=house.company.admin, json={"version": 1, "archived": True})
    assert ok(answer)["archived"] is True
    assert mine(house, ann, badge)["level"] == 1 and mine(house, bob, badge) is None
    answer = api.patch(f"/v1/badges/{badge['id']}", who=house.company.admin, json={"version": 1, "archived": False})
    assert answer.json()["code"] == "version_conflict"


def test_what_others_see_is_what_the_person_shows(api, house):
    ann, badge = person(house), new_badge(house, kind="hand", thresholds=(1,))
    ok(api.put(f"/v1/badges/{badge['id']}/awards/{ann.id}", who=house.company.admin, json={"reason": "For the fair"}), 201)
    assert awards(house, ann, house.company.member) == [(badge["id"], 1)]
    # A grant that is sent again is answered as it was, though no other can be made any more.
    ok(api.patch(f"/v1/badges/{badge['id']}", who=house.company.admin, json={"version": 1, "archived": True}))
    for who, status in ((ann, 200), (house.company.member, 409)):
        assert api.put(f"/v1/badges/{badge['id']}/awards/{who.id}", who=house.company.admin,
                       json={"reason": "For the fair"}).status_code == status
    ok(api.patch("/v1/me/profile", who=ann, json={"version": 1, "visibility": "nobody"}))
    assert api.get(f"/v1/people/{ann.id}/badges", who=house.company.admin).status_code == 404
    assert awards(house, ann) == [(badge["id"], 1)]


def test_a_badge_that_does_not_hold_together_names_its_fields(api, house):
    def pointers(**members):
        body = {"name": "x", "kind": "measure", "measure": "shares", "levels": [{"name": "a", "threshold": 2}], **members}
        answer = api.put(f"/v1/badges/{uuid7()}", who=house.company.admin, json=body)
        assert answer.status_code == 422, answer.text
        return {e["pointer"] for e in answer.json()["errors"]}

    assert pointers(measure=None) == pointers(kind="streak") == {"#/measure"}
    assert pointers(levels=[]) == {"#/levels"}
    assert pointers(levels=[{"name": "a", "threshold": 2}, {"name": "b", "threshold": 2}]) == {"#/levels/1/threshold"}


def test_a_badge_that_is_put_again_is_the_same_and_another_of_its_id_is_refused(api, make_company):
    """Also after it was changed."""
    path, admin = f"/v1/badges/{uuid7()}", make_company().admin
    body = {"name": "x", "kind": "measure", "measure": "shares", "levels": [{"name": "a", "threshold": 2}]}
    now = made(api.put(path, who=admin, json=body))
    for _ in range(2):
        assert ok(api.put(path, who=admin, json=body)) == now
        for other in ({"name": "y"}, {"levels": [{"name": "a", "threshold": 3}]}, {"description": "More"}):
            assert api.put(path, who=admin, json={**body, **other}).json()["code"] == "id_conflict"
        now = ok(api.patch(path, who=admin, json={"version": now["version"], "name": "z"}))


def test_no_more_badges_than_two_hundred_are_made_by_whoever_races_and_each_may_be_put_again(api, make_company, stack, db):
    company, base = make_company(), stack.places["API"]
    body = {"name": "x", "kind": "hand", "measure": None, "levels": [{"name": "a", "threshold": 1}]}
    db("INSERT INTO badge (company_id, id, name, kind, created_at)"
       " SELECT %s, UUID(), CONCAT('b', seq), 'hand', UTC_TIMESTAMP(6) FROM seq_1_to_198", (company.id,))
    paths = [f"/v1/badges/{uuid7()}" for _ in range(8)]

    def put(path):
        return path, Client(base).put(path, who=company.admin, json=body)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = dict(pool.map(put, paths))
    assert sorted(a.status_code for a in answers.values()) == [201] * 2 + [409] * 6
    for path, answer in answers.items():
        assert put(path)[1].status_code == (200 if answer.status_code == 201 else 409)


# --- whatever the history ----------------------------------------------------------------------------------------


STEP = st.sampled_from(["give", "give", "withdraw", "look", "look twice", "archive", "by hand"])


@pytest.mark.usefixtures("jobs_by_hand")
@settings(max_examples=3, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(history=st.lists(STEP, min_size=4, max_size=8))
def test_each_level_that_was_reached_at_a_look_is_awarded_once(api, house, stack, db, history):
    ann, bob = person(house), person(house)
    badge, given_, reached, archived = new_badge(house, measure="kudos_received", thresholds=(1, 2, 4)), [], 0, False
    grant = new_badge(house, kind="hand", thresholds=(1,))
    granted = 0

    def look():
        db("UPDATE job SET last_run_at = NULL, lease_until = NULL WHERE name IN ('badges', 'badge_sweep')")
        stack.rostra("jobs", "--once")

    for step in [*history, "look twice"]:
        if step == "give":
            given_.append(house.give(ann, bob))
        elif step == "withdraw" and given_:
            assert api.delete(f"/v1/kudos/{given_.pop()['id']}", who=ann).status_code == 204
        elif step == "archive" and not archived:
            archived = True
            ok(api.patch(f"/v1/badges/{badge['id']}", who=house.company.admin, json={"version": 1, "archived": True}))
        elif step == "by hand":
            answer = api.put(f"/v1/badges/{grant['id']}/awards/{bob.id}", who=house.company.admin, json={"reason": "Well done"})
            assert answer.status_code in (200, 201, 409), answer.text
            granted = 1
        elif step.startswith("look"):
            for _ in range(2 + step.endswith("twice")):  # the outbox comes last: what it marks is seen by the next one
                look()
            if not archived:
                reached = max(reached, sum(len(given_) >= t for t in (1, 2, 4)))
    have = awards(house, bob)
    assert [a for a in have if a[0] == badge["id"]] == [(badge["id"], n + 1) for n in range(reached)]
    assert len([a for a in have if a[0] == grant["id"]]) == granted
    assert len(have) == len(set(have)) and len(lines(house, bob, badge)) == (1 if reached else 0)
