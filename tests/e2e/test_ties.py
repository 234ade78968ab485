# SPDX-License-Identifier: Apache-2.0
"""Standing: following colleagues, what they do, profiles as their owners allow, and who knows about what."""

import concurrent.futures
import secrets

import pytest

from conftest import Client, uuid7
from content import draft_post, live_post, made, new_channel, new_share
from test_kudos import House


@pytest.fixture(scope="module")
def house(api, make_company):
    house = House(api, make_company())
    house.api = api
    return house


def person(house, name="p"):
    return house.company.add_person(f"{name}{secrets.token_hex(5)}")


def ok(answer, status=200):
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def follow(house, who, whom):
    ok(house.api.put(f"/v1/people/{whom.id}/follow", who=who), 204)


def patch_profile(house, who, **members):
    version = ok(house.api.get("/v1/me/profile", who=who))["version"]
    return ok(house.api.patch("/v1/me/profile", who=who, json={"version": version, **members}))


def deeds(house, who, limit=2):
    found, cursor = [], {}
    while True:
        page = ok(house.api.get("/v1/feed/people", who=who, params={"limit": limit, **cursor}))
        found += page["items"]
        if not page["has_more"]:
            assert len({d["id"] for d in found}) == len(found)
            assert [d["at"] for d in found] == sorted((d["at"] for d in found), reverse=True)
            return found
        cursor = {"cursor": page["next_cursor"]}


def seen(house, who):
    return {(d["kind"], d["id"], d["person_id"]) for d in deeds(house, who)}


def experts(house, who, q):
    found, cursor = [], {}
    while True:
        page = ok(house.api.get("/v1/expertise", who=who, params={"q": q, "limit": 1, **cursor}))
        found += page["items"]
        if not page["has_more"]:
            return found
        cursor = {"cursor": page["next_cursor"]}


def together(house, *people):
    team = made(house.api.put(f"/v1/teams/{uuid7()}", who=house.company.admin, json={"name": f"Team {secrets.token_hex(4)}"}))
    for one in people:
        assert house.api.put(f"/v1/teams/{team['id']}/members/{one.id}", who=house.company.admin, json={}).status_code in (200, 201)
    return team


# --- following ---------------------------------------------------------------------------------------------------


def test_following_is_put_and_taken_back_and_both_sides_see_it(api, house, make_company, rostra):
    ann, bob, cid = (person(house) for _ in range(3))
    for _ in range(2):
        follow(house, ann, bob)
    follow(house, cid, bob)
    assert [f["person_id"] for f in ok(api.get("/v1/me/following", who=ann))["items"]] == [bob.id]
    page = ok(api.get("/v1/me/followers?limit=1", who=bob))
    rest = ok(api.get("/v1/me/followers", who=bob, params={"cursor": page["next_cursor"]}))
    assert [f["person_id"] for f in page["items"] + rest["items"]] == sorted([ann.id, cid.id])
    assert ok(api.get(f"/v1/people/{bob.id}/profile", who=ann))["followed"] is True
    for _ in range(2):
        ok(api.delete(f"/v1/people/{bob.id}/follow", who=ann), 204)
    assert ok(api.get("/v1/me/following", who=ann))["items"] == []
    assert api.put(f"/v1/people/{ann.id}/follow", who=ann).status_code == 409
    gone = person(house)
    rostra("person", "deactivate", "--company", house.company.slug, "--person", gone.email)
    for stranger in (gone.id, make_company().member.id, uuid7()):
        assert api.put(f"/v1/people/{stranger}/follow", who=ann).status_code == 404


def test_whom_one_follows_already_is_followed_again_when_there_are_500(api, db, house, stack):
    ann, *others = (person(house) for _ in range(5))
    follow(house, ann, others[0])
    db("INSERT INTO person_follow (company_id, follower_id, followed_id, followed_at)"
       " SELECT company_id, id, UUID(), created_at FROM person, seq_3_to_500 WHERE id = %s", (ann.id,))
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        statuses = list(pool.map(lambda o: Client(stack.places["API"]).put(f"/v1/people/{o.id}/follow", who=ann).status_code,
                                 others[1:4]))
    assert sorted(statuses) == [204, 409, 409]
    follow(house, ann, others[0])


def test_the_feed_of_people_shows_what_the_reader_may_see(api, house):
    reader, star, other, far = (person(house) for _ in range(4))
    team = together(house, star, far)
    secret = new_channel(api, house.company, audience="teams", team_ids=[team["id"]])
    post = live_post(api, house.company, suggested_by=star.id)
    hidden = live_post(api, house.company, channel_id=secret["id"], suggested_by=star.id)
    share, inside = new_share(api, star, post), new_share(api, star, hidden)
    public = house.give(star, other, far)
    got = house.give(other, star)
    private, of_team = house.give(star, other, visibility="private"), house.give(far, star, visibility="team")
    to_me = house.give(star, reader, visibility="private")
    assert deeds(house, reader) == []
    follow(house, reader, star)
    expected = {("share", share["id"], star.id), ("suggestion", post["id"], star.id), ("kudos_given", public["id"], star.id),
                ("kudos_received", got["id"], star.id), ("kudos_given", to_me["id"], star.id)}
    assert seen(house, reader) == expected
    follow(house, reader, other)
    assert seen(house, reader) == expected - {("kudos_received", got["id"], star.id)} | {("kudos_given", got["id"], other.id)}
    follow(house, far, star)
    assert {d["id"] for d in deeds(house, far)} == {share["id"], inside["id"], post["id"], hidden["id"], public["id"], got["id"],
                                                    of_team["id"]}
    assert private["id"] not in {d["id"] for d in deeds(house, far) + deeds(house, reader)}
    ok(api.post(f"/v1/shares/{share['id']}/revoke", who=star))
    assert share["id"] not in {d["id"] for d in deeds(house, reader)}
    line = next(d for d in deeds(house, reader) if d["id"] == public["id"])
    assert (line["message"], line["value_name"]) == (public["message"], house.value["name"])


def test_who_shows_nothing_is_not_in_the_feed_and_a_team_shows_to_its_own(api, house):
    reader, mate, star = (person(house) for _ in range(3))
    together(house, mate, star)
    share = new_share(api, star, live_post(api, house.company))
    for who in (reader, mate):
        follow(house, who, star)
    for visibility, shown in (("nobody", ()), ("team", (mate,)), ("company", (mate, reader))):
        patch_profile(house, star, visibility=visibility)
        for who in (reader, mate):
            assert [d["id"] for d in deeds(house, who)] == ([share["id"]] if who in shown else []), visibility
            assert api.get(f"/v1/people/{star.id}/profile", who=who).status_code == (200 if who in shown else 404)


# --- profiles ----------------------------------------------------------------------------------------------------


def test_a_profile_shows_what_one_knows_is_thanked_for_and_reaches(api, house):
    ann, bob, cid = (person(house) for _ in range(3))
    mine = patch_profile(house, ann, tags=["  Public   speaking ", "C++", "Über-Risiken"])
    assert mine["tags"] == ["Public speaking", "C++", "Über-Risiken"] and mine["visibility"] == "company"
    post = live_post(api, house.company, suggested_by=ann.id)
    new_share(api, ann, post)
    new_share(api, bob, post)
    new_share(api, cid, post)
    other = house.new_value()
    house.give(bob, ann)
    house.give(cid, ann)
    house.give(bob, ann, value_id=other["id"])
    house.give(cid, ann, value_id=other["id"], visibility="private")
    profile = ok(api.get(f"/v1/people/{ann.id}/profile", who=bob))
    assert "visibility" not in profile and "version" not in profile
    assert [(v["value_id"], v["kudos"]) for v in profile["recognised_for"]] == [(house.value["id"], 2), (other["id"], 1)]
    assert [(p["post_id"], p["shares"]) for p in profile["shared_by_others"]] == [(post["id"], 2)]
    assert (profile["shares"], profile["clicks"]) == (1, 0)
    stale = api.patch("/v1/me/profile", who=ann, json={"version": 1, "tags": []})
    assert stale.json()["code"] == "version_conflict"
    assert ok(api.get("/v1/me/profile", who=ann))["tags"] == mine["tags"]


def test_tags_that_are_one_word_to_a_reader_are_refused_by_name(api, house):
    ann = person(house)
    good = ["Café", "\"Quoted\" \\", "Zürich", "l'été", "日本"]
    assert patch_profile(house, ann, tags=good)["tags"] == good
    answer = api.patch("/v1/me/profile", who=ann, json={"version": 2, "visibility": "team", "tags": ["é", "e", "straße", "strasse"]})
    assert answer.status_code == 422 and {e["pointer"] for e in answer.json()["errors"]} == {"#/tags/1", "#/tags/3"}
    mine = ok(api.get("/v1/me/profile", who=ann))
    assert (mine["tags"], mine["version"], mine["visibility"]) == (good, 2, "company"), "nothing is written"
    assert patch_profile(house, ann, tags=[])["tags"] == []


@pytest.mark.parametrize("tags, pointers", [
    (["go", "Go"], {"#/tags/1"}), (["  "], {"#/tags/0"}), (["go", "\u200b"], {"#/tags/1"}), (["x" * 41], {"#/tags/0"}), (["x"] * 21, {"#/tags"}),
    (["a\u0007b"], {"#/tags/0"})])
def test_tags_are_bounded_and_named_when_they_are_wrong(api, house, tags, pointers):
    answer = api.patch("/v1/me/profile", who=house.company.member, json={"version": 1, "tags": tags})
    assert answer.status_code == 422
    assert {e["pointer"] for e in answer.json()["errors"]} == pointers


# --- who knows ---------------------------------------------------------------------------------------------------


def test_who_knows_is_found_by_tags_and_by_public_kudos(api, house):
    word = f"kombucha{secrets.token_hex(3)}"
    reader, tagged, thanked, both, quiet = (person(house) for _ in range(5))
    patch_profile(house, tagged, tags=[f"{word} brewing"])
    patch_profile(house, both, tags=[word])
    for who in (thanked, both):
        house.give(reader, who, message=f"Thank you for the {word}s!")
    house.give(reader, thanked, message=f"More {word}.", visibility="private")
    house.give(reader, quiet, message=f"Silent {word}.", visibility="private")
    found = experts(house, reader, word)
    assert [(f["person_id"], f["tags"], f["kudos"]) for f in found] == [
        (both.id, [word], 1), (tagged.id, [f"{word} brewing"], 0), (thanked.id, [], 1)]
    assert [f["person_id"] for f in experts(house, reader, f"{word} BREW")] == [tagged.id]
    patch_profile(house, both, visibility="nobody")
    assert both.id not in {f["person_id"] for f in experts(house, reader, word)}
    assert both.id in {f["person_id"] for f in experts(house, both, word)}


def test_everyday_words_in_a_question_keep_nothing_from_being_found(house):
    word = f"pitching{secrets.token_hex(3)}"
    ann, bob = person(house), person(house)
    patch_profile(house, ann, tags=[f"How to be {word}"])
    house.give(ann, bob, message=f"Thank you for the help with the {word}!")
    for q in (word, f"how {word}", f"about the {word}", f"for the {word}", f"What was that with the {word}"):
        assert [f["person_id"] for f in experts(house, bob, q)] == [ann.id, bob.id], q
    tagged = person(house)
    patch_profile(house, tagged, tags=["Wherever theatre"])
    assert tagged.id in {f["person_id"] for f in experts(house, bob, "the where")}, "alone they begin words"


def test_short_tags_are_found_as_they_stand_and_operators_are_words(api, house):
    ann = person(house)
    patch_profile(house, ann, tags=["C#", "UX", f"Risk{secrets.token_hex(3)}"])
    assert [f["tags"] for f in experts(house, ann, "ux") if f["person_id"] == ann.id] == [["UX"]]
    assert [f["tags"] for f in experts(house, ann, "C#") if f["person_id"] == ann.id] == [["C#"]]
    for q in ('"', "+-*()~<>@", "+risk -risk", "((((", 'a" OR "b', "'; DROP TABLE kudos", "%", "\\", "the", "@5", "kudos*"):
        ok(api.get("/v1/expertise", who=ann, params={"q": q}))


def test_a_hidden_or_withdrawn_kudos_finds_nobody(api, house):
    word = f"zeppelin{secrets.token_hex(3)}"
    reader, star = person(house), person(house)
    kudos = house.give(reader, star, message=f"What a {word}")
    assert [f["person_id"] for f in experts(house, star, word)] == [star.id]
    ok(api.post(f"/v1/kudos/{kudos['id']}/report", who=star, json={"reason": "spam"}), 204)
    assert experts(house, reader, word) == []


def test_a_draft_that_somebody_suggested_is_not_shown(api, house):
    star, reader = person(house), person(house)
    draft = draft_post(api, house.company, suggested_by=star.id)
    follow(house, reader, star)
    assert draft["id"] not in {d["id"] for d in deeds(house, reader)}
    assert ok(api.get(f"/v1/people/{star.id}/profile", who=reader))["shared_by_others"] == []
