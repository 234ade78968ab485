# SPDX-License-Identifier: Apache-2.0
"""The inbox: who is told of what, in how many lines, when; and that nobody is told what they may not see."""

import datetime
import secrets

import pytest

from conftest import uuid7, wait_until
from content import made


def ok(response):
    """The body of an answer that is good."""
    assert response.status_code == 200, f"{response.status_code} {response.text}"
    return response.json()


class House:
    """A company of people who thank each other."""

    def __init__(self, api, company):
        self.api, self.company = api, company
        policy = api.get("/v1/kudos-policy", who=company.admin).json()
        ok(api.patch("/v1/kudos-policy", who=company.admin, json={
            "version": policy["version"], "interval_s": 0, "pair_max": 0}))
        self.value = made(api.put(f"/v1/values/{uuid7()}", who=company.admin, json={"name": "Care"}))

    def person(self, name="p"):
        return self.company.add_person(f"{name}{secrets.token_hex(3)}")

    def give(self, giver, *recipients, **members):
        return made(self.api.put(f"/v1/kudos/{uuid7()}", who=giver, json={
            "recipients": [p.id for p in recipients], "value_id": self.value["id"], "message": "Thank you.", **members}))

    def react(self, who, kudos, reaction="thanks"):
        return ok(self.api.put(f"/v1/kudos/{kudos['id']}/reactions/{reaction}", who=who))

    def unreact(self, who, kudos, reaction="thanks"):
        return ok(self.api.delete(f"/v1/kudos/{kudos['id']}/reactions/{reaction}", who=who))

    def comment(self, who, kudos):
        return made(self.api.post(f"/v1/kudos/{kudos['id']}/comments", who=who, json={"text": "Well done."}))

    def inbox(self, who, **query):
        return ok(self.api.get("/v1/notifications", who=who, params={"limit": 100, **query}))

    def lines(self, who, **query):
        """(kind, how many, who) of each."""
        return [(n["kind"], n["events"], {a["id"] for a in n["actors"]}) for n in self.inbox(who, **query)["items"]]

    def read(self, who, **body):
        body.setdefault("through", self.inbox(who)["as_of"])
        return ok(self.api.post("/v1/notifications/read", who=who, json=body))

    def settings(self, who):
        return ok(self.api.get("/v1/notification-settings", who=who))

    def say(self, who, **members):
        return self.api.patch("/v1/notification-settings", who=who,
                              json={"version": self.settings(who)["version"], **members})


@pytest.fixture(scope="module")
def house(api, make_company):
    return House(api, make_company())


@pytest.fixture
def ann(house):
    return house.person("ann")


@pytest.fixture
def bob(house):
    return house.person("bob")


@pytest.fixture
def cid(house):
    return house.person("cid")


# --- who is told of what ---------------------------------------------------------------------------------------


def test_recipients_and_those_named_hear_of_a_kudos_and_its_giver_does_not(house, ann, bob, cid):
    kudos = house.give(ann, bob, mentions=[cid.id, bob.id])
    assert house.lines(bob) == [("kudos", 1, {ann.id})], "who is thanked and named hears of it once"
    assert house.lines(cid) == [("mention", 1, {ann.id})]
    assert house.lines(ann) == []
    (line,) = house.inbox(bob)["items"]
    assert line["object_id"] == kudos["id"] and not line["read"]
    assert line["actors"] == [{"id": ann.id, "display_name": kudos["giver"]["display_name"]}]


def test_nobody_is_told_of_a_kudos_they_may_not_see(house, ann, bob, cid):
    kudos = house.give(ann, bob, mentions=[cid.id], visibility="private")
    assert house.lines(cid) == []
    ok(house.api.patch(f"/v1/kudos/{kudos['id']}", who=ann, json={"version": 1, "visibility": "team"}))
    assert house.lines(cid) == [], "no team in common"
    ok(house.api.patch(f"/v1/kudos/{kudos['id']}", who=ann, json={"version": 2, "visibility": "public"}))
    assert house.lines(cid) == [("mention", 1, {ann.id})]
    ok(house.api.patch(f"/v1/kudos/{kudos['id']}", who=ann, json={"version": 3, "visibility": "private"}))
    assert house.lines(cid) == []
    assert house.lines(bob) == [("kudos", 1, {ann.id})]


def test_a_kudos_that_is_gone_leaves_no_line(house, ann, bob, cid):
    kudos = house.give(ann, bob, mentions=[cid.id])
    house.comment(cid, kudos)
    assert house.lines(ann) == [("comment", 1, {cid.id})]
    assert house.api.delete(f"/v1/kudos/{kudos['id']}", who=ann).status_code == 204
    assert house.lines(ann) == house.lines(bob) == house.lines(cid) == []


def test_five_reactions_are_one_line_with_the_latest_on_top(house, ann, bob):
    kudos = house.give(ann, bob)
    five = [house.person() for _ in range(5)]
    for person in five:
        house.react(person, kudos)
    (line,) = house.inbox(ann)["items"]
    assert (line["kind"], line["events"]) == ("reaction", 5)
    assert [a["id"] for a in line["actors"]] == [p.id for p in reversed(five[2:])]
    assert {(k, n) for k, n, _ in house.lines(bob)} == {("kudos", 1), ("reaction", 5)}


def test_another_reaction_in_place_of_the_former_is_no_news_and_taking_it_back_takes_the_line(house, ann, bob, cid):
    kudos = house.give(ann, bob)
    house.react(cid, kudos, "love")
    house.read(ann)
    house.react(cid, kudos, "thanks")
    house.react(cid, kudos, "thanks")
    assert house.inbox(ann)["unread"] == 0 and house.lines(ann) == [("reaction", 1, {cid.id})]
    house.unreact(cid, kudos, "love")
    assert house.lines(ann) == [("reaction", 1, {cid.id})], "another reaction was taken back than there is"
    house.unreact(cid, kudos, "thanks")
    assert house.lines(ann) == []


def test_what_one_did_oneself_is_never_told(house, ann, bob):
    kudos = house.give(ann, bob)
    house.react(ann, kudos)
    house.comment(ann, kudos)
    assert house.lines(ann) == []
    house.comment(bob, kudos)
    assert house.lines(ann) == [("comment", 1, {bob.id})]
    assert sorted(house.lines(bob)) == [("comment", 1, {ann.id}), ("kudos", 1, {ann.id}), ("reaction", 1, {ann.id})]


def test_a_comment_that_is_removed_is_not_counted_any_more(house, ann, bob, cid):
    kudos = house.give(ann, bob)
    house.comment(cid, kudos)
    second = house.comment(cid, kudos)
    assert house.lines(ann) == [("comment", 2, {cid.id})], "two comments of one person, one name"
    assert house.api.delete(f"/v1/kudos/{kudos['id']}/comments/{second['id']}", who=cid).status_code == 204
    assert house.lines(ann) == [("comment", 1, {cid.id})]


def test_what_a_line_began_with_can_be_taken_back_and_the_rest_stays(house, db, ann, bob, cid):
    def remove(who, comment):
        assert house.api.delete(f"/v1/kudos/{kudos['id']}/comments/{comment['id']}", who=who).status_code == 204

    kudos, dan = house.give(ann, bob), house.person()
    first, second = house.comment(cid, kudos), house.comment(dan, kudos)
    remove(cid, first)
    assert house.lines(ann) == [("comment", 1, {dan.id})]
    third = house.comment(cid, kudos)
    assert house.lines(ann) == [("comment", 2, {dan.id, cid.id})] and house.inbox(ann)["unread"] == 1
    remove(dan, second)
    house.read(ann)
    fourth = house.comment(dan, kudos)
    assert house.lines(ann) == [("comment", 1, {dan.id}), ("comment", 1, {cid.id})], "what is read is not joined"
    remove(cid, third)
    remove(dan, fourth)
    assert house.lines(ann) == [] and not db("SELECT 1 FROM notice_source WHERE object_id = %s", (kudos["id"],))


def test_a_line_whose_first_source_stands_beside_it_is_told_as_any_other(house, db, ann, bob, cid):
    """As lines were written once, and as they are when what they began with was taken back."""
    kudos = house.give(ann, bob)
    db("INSERT INTO notice_source (company_id, person_id, kind, object_id, source_id, notice_id, actor_id, noted_at)"
       " SELECT company_id, person_id, kind, object_id, source_id, id, actor_id, first_at FROM notice WHERE object_id = %s",
       (kudos["id"],))
    db("UPDATE notice SET source_id = NULL, actor_id = NULL WHERE object_id = %s", (kudos["id"],))
    assert house.lines(bob) == [("kudos", 1, {ann.id})]
    assert house.api.delete(f"/v1/kudos/{kudos['id']}", who=ann).status_code == 204
    assert house.lines(bob) == [] and not db("SELECT 1 FROM notice_source WHERE object_id = %s", (kudos["id"],))


def test_a_repeated_request_tells_once(house, ann, bob, cid):
    kudos = house.give(ann, bob)
    key = secrets.token_hex(16)
    for _ in range(2):
        house.api.post(f"/v1/kudos/{kudos['id']}/comments", who=cid, json={"text": "Yes."}, idempotency_key=key)
        again = house.api.put(f"/v1/kudos/{kudos['id']}", who=ann, json={
            "recipients": [bob.id], "value_id": house.value["id"], "message": "Thank you."})
        assert again.status_code == 200
    assert house.lines(ann) == [("comment", 1, {cid.id})]
    assert [n for n in house.lines(bob) if n[0] == "kudos"] == [("kudos", 1, {ann.id})]


def test_a_refused_kudos_tells_nobody(house, ann, bob):
    answer = house.api.put(f"/v1/kudos/{uuid7()}", who=ann, json={
        "recipients": [bob.id], "value_id": house.value["id"], "message": "A lot.", "points": 1000})
    assert answer.status_code == 409
    assert house.lines(bob) == []


def test_a_refresh_token_that_comes_back_is_told_to_its_person_at_any_hour(api, rostra_json, house, bob):
    hour = datetime.datetime.now(datetime.timezone.utc)
    ok(house.say(bob, quiet_from=f"{(hour.hour - 2) % 24:02d}:00", quiet_to=f"{(hour.hour + 2) % 24:02d}:00"))
    session = rostra_json("session", "start", "--company", house.company.slug, "--person", bob.email)
    first = session["refresh_token"]
    for token in (first, None, None):
        token = token or answer.json()["refresh_token"]
        answer = api.post("/v1/auth/token", json={"grant_type": "refresh_token", "refresh_token": token}, idempotency_key=None)
        assert answer.status_code == 200
    assert api.post("/v1/auth/token", json={"grant_type": "refresh_token", "refresh_token": first},
                    idempotency_key=None).status_code == 400
    (line,) = house.inbox(bob)["items"]
    assert (line["kind"], line["object_id"], line["actors"]) == ("session_revoked", session["session"], [])
    for _ in range(2):
        api.post("/v1/auth/token", json={"grant_type": "refresh_token", "refresh_token": first}, idempotency_key=None)
    assert house.lines(bob) == [("session_revoked", 1, set())]


# --- reading -----------------------------------------------------------------------------------------------------


def test_what_came_after_the_inbox_was_seen_stays_unread(house, ann, bob, cid):
    kudos = house.give(ann, bob)
    house.comment(cid, kudos)
    seen = house.inbox(ann)
    house.comment(cid, kudos)
    assert house.read(ann, through=seen["as_of"])["unread"] == 1
    house.read(ann)
    assert house.inbox(ann)["unread"] == 0 and house.lines(ann, unread="true") == []
    house.comment(bob, kudos)
    assert house.lines(ann) == [("comment", 1, {bob.id}), ("comment", 2, {cid.id})], "a read line stays as it was read"


def test_marks_name_lines_and_only_ones_own(house, ann, bob, cid):
    for _ in range(3):
        house.give(ann, bob)
    items = house.inbox(bob)["items"]
    assert house.read(cid, through=house.inbox(bob)["as_of"], ids=[items[0]["id"]])["unread"] == 0
    assert house.inbox(bob)["unread"] == 3
    for _ in range(2):
        assert house.read(bob, ids=[items[0]["id"], items[2]["id"], uuid7()])["unread"] == 1
    assert [n["read"] for n in house.inbox(bob)["items"]] == [True, False, True]
    assert house.read(bob)["unread"] == 0


def test_pages_hold_every_line_once_and_an_etag_holds_until_something_happens(house, ann, bob):
    kudos = [house.give(ann, bob)["id"] for _ in range(7)]
    got, cursor = [], None
    while True:
        page = house.inbox(bob, limit=3, **({"cursor": cursor} if cursor else {}))
        got += [n["object_id"] for n in page["items"]]
        assert page["unread"] == 7
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert got == kudos[::-1]
    answer = house.api.get("/v1/notifications", who=bob)
    asked = {"headers": {"If-None-Match": answer.headers["ETag"]}, "who": bob}
    assert house.api.get("/v1/notifications", **asked).status_code == 304
    house.read(bob, ids=[answer.json()["items"][0]["id"]])
    assert house.api.get("/v1/notifications", **asked).status_code == 200


def test_marks_need_a_moment_and_few_ids(house, bob):
    for body, pointer in (({}, "#/through"), ({"through": "yesterday"}, "#/through"),
                          ({"through": "2026-01-01T00:00:00Z", "ids": [uuid7()] * 201}, "#/ids")):
        answer = house.api.post("/v1/notifications/read", who=bob, json=body)
        assert answer.status_code == 422 and pointer in {e["pointer"] for e in answer.json()["errors"]}


# --- switches and quiet hours --------------------------------------------------------------------------------------


def test_a_kind_that_is_switched_off_is_not_told(house, ann, bob, cid):
    ok(house.say(bob, muted=["reaction", "kudos"]))
    kudos = house.give(ann, bob)
    house.react(cid, kudos)
    house.comment(cid, kudos)
    assert house.lines(bob) == [("comment", 1, {cid.id})]
    assert house.lines(ann) == [("comment", 1, {cid.id}), ("reaction", 1, {cid.id})]
    assert ok(house.say(bob, muted=[]))["muted"] == []
    house.react(ann, kudos)
    assert ("reaction", 1, {ann.id}) in house.lines(bob)


def test_what_guards_an_account_cannot_be_switched_off(house, bob):
    answer = house.say(bob, muted=["session_revoked"])
    assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"].startswith("#/muted")


def test_settings_are_whole_and_of_one_version(house, bob):
    assert house.settings(bob) == {"muted": [], "quiet_from": None, "quiet_to": None, "version": 1}
    for members, pointer in (({"quiet_from": "22:00"}, "#/quiet_to"), ({"quiet_from": "25:00", "quiet_to": "07:00"}, "#/quiet_from"),
                             ({"quiet_from": "07:00", "quiet_to": "07:00"}, "#/quiet_to"), ({"quiet_to": "x"}, "#/quiet_to")):
        answer = house.say(bob, **members)
        assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == pointer, members
    assert ok(house.say(bob, quiet_from="22:00", quiet_to="07:30")) == {
        "muted": [], "quiet_from": "22:00", "quiet_to": "07:30", "version": 2}
    stale = house.api.patch("/v1/notification-settings", who=bob, json={"version": 1, "muted": ["rank"]})
    assert stale.status_code == 409 and stale.json()["code"] == "version_conflict"
    assert ok(house.say(bob, quiet_from=None, quiet_to=None))["quiet_from"] is None


def around_now(zone_hours=0):
    """Quiet hours that are now, in a zone so many hours ahead."""
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=zone_hours)
    return {"quiet_from": f"{(now - datetime.timedelta(hours=1)):%H:%M}", "quiet_to": f"{(now + datetime.timedelta(hours=1)):%H:%M}"}


def test_in_quiet_hours_of_ones_own_zone_nothing_is_told_until_they_end(house, db, ann, bob, cid):
    ok(house.api.patch("/v1/me", who=bob, json={"version": 1, "time_zone": "Asia/Tokyo"}))
    kudos = house.give(ann, bob)
    ok(house.say(bob, **around_now(zone_hours=9)))
    house.react(ann, kudos)
    house.react(cid, kudos)
    seen = house.inbox(bob)
    assert house.lines(bob) == [("kudos", 1, {ann.id})] and seen["unread"] == 1
    assert house.read(bob)["unread"] == 0
    (held,) = db("SELECT told_at > UTC_TIMESTAMP(6) + INTERVAL 50 MINUTE AND told_at < UTC_TIMESTAMP(6) + INTERVAL 70 MINUTE"
                 " AS fits FROM notice WHERE person_id = %s AND kind = 'reaction'", (bob.id,))
    assert held["fits"] == 1
    db("UPDATE notice SET told_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE person_id = %s AND kind = 'reaction'", (bob.id,))
    assert house.lines(bob, unread="true") == [("reaction", 2, {ann.id, cid.id})], "they come as one line, unread"


def after_quiet_hours(db, who):
    db("UPDATE notice SET told_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE person_id = %s AND slot > 0", (who.id,))


def test_what_comes_after_quiet_hours_joins_what_they_held_back(house, db, ann, bob, cid):
    kudos, dan = house.give(ann, bob), house.person()
    ok(house.say(bob, **around_now(), muted=["kudos"]))
    house.react(ann, kudos)
    house.react(cid, kudos)
    after_quiet_hours(db, bob)
    ok(house.say(bob, quiet_from=None, quiet_to=None))
    seen = [n["id"] for n in house.inbox(bob)["items"] if n["kind"] == "reaction"]
    house.react(dan, kudos)
    (line,) = [n for n in house.inbox(bob, unread="true")["items"] if n["kind"] == "reaction"]
    assert line["events"] == 3 and [line["id"]] == seen and [a["id"] for a in line["actors"]] == [dan.id, cid.id, ann.id]
    house.unreact(ann, kudos)
    assert ("reaction", 2, {cid.id, dan.id}) in house.lines(bob)


def test_what_was_unread_before_quiet_hours_and_what_they_held_back_become_one(house, db, ann, bob, cid):
    kudos, (dan, eve) = house.give(ann, bob), (house.person() for _ in range(2))
    house.comment(cid, kudos)
    since = house.inbox(bob)["items"][0]["first_at"]
    ok(house.say(bob, **around_now()))
    for who in (ann, dan):
        house.comment(who, kudos)
    after_quiet_hours(db, bob)
    assert sorted(n[1] for n in house.lines(bob) if n[0] == "comment") == [1, 2]
    ok(house.say(bob, quiet_from=None, quiet_to=None))
    house.comment(eve, kudos)
    (line,) = [n for n in house.inbox(bob, unread="true")["items"] if n["kind"] == "comment"]
    assert (line["events"], line["first_at"]) == (4, since)
    house.read(bob)
    house.comment(ann, kudos)
    assert [n for n in house.lines(bob) if n[0] == "comment"] == [("comment", 1, {ann.id}), ("comment", 4, {p.id for p in (eve, dan, ann)})]
    assert house.api.delete(f"/v1/kudos/{kudos['id']}", who=ann).status_code == 204
    assert house.lines(bob) == [] and not db("SELECT 1 FROM notice_source WHERE object_id = %s", (kudos["id"],))


def test_quiet_hours_elsewhere_on_the_clock_hold_nothing_back(house, ann, bob):
    ok(house.api.patch("/v1/me", who=bob, json={"version": 1, "time_zone": "Asia/Tokyo"}))
    ok(house.say(bob, **around_now(zone_hours=0)))
    house.give(ann, bob)
    assert house.lines(bob) == [("kudos", 1, {ann.id})]


# --- age, and other companies ----------------------------------------------------------------------------------------


def test_old_lines_are_removed_with_what_they_were_made_of(stack, house, db, ann, bob):
    old, new = house.give(ann, bob), house.give(ann, bob)
    db("UPDATE notice SET told_at = told_at - INTERVAL 91 DAY WHERE object_id = %s", (old["id"],))
    stack.run_job("notice_prune")
    wait_until(lambda: [n["object_id"] for n in house.inbox(bob)["items"]] == [new["id"]], 15, "the end of the old line")
    assert not db("SELECT 1 FROM notice_source WHERE object_id = %s", (old["id"],))


def test_a_decision_about_a_reported_kudos_is_on_record_and_a_removed_one_leaves_no_line(house, ann, bob, cid):
    kudos = house.give(ann, bob)
    assert house.api.post(f"/v1/kudos/{kudos['id']}/report", who=cid, json={"reason": "untrue"}).status_code == 204
    answer = house.api.post(f"/v1/kudos/{kudos['id']}/decision", who=house.company.manager, json={"decision": "remove"})
    assert answer.status_code == 204
    (event,) = house.api.get("/v1/audit", who=house.company.admin, params={"action": "kudos.decided"}).json()["items"]
    assert (event["object_kind"], event["object_id"], event["person_id"]) == ("kudos", kudos["id"], ann.id)
    assert event["actor_id"] == house.company.manager.id
    assert event["changes"] == {"decision": [None, "remove"], "state": ["hidden", "removed"]}
    assert house.lines(bob) == []
