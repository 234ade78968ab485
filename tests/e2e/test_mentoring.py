# SPDX-License-Identifier: Apache-2.0
"""Mentoring: found by tag, asked for and answered, goals and tasks, texts looked at before they are shared, its end."""

import concurrent.futures
import secrets

import pytest

from conftest import Client, uuid7, wait_until
from content import live_post, made


@pytest.fixture(scope="module")
def hooli(make_company):
    return make_company()


@pytest.fixture(scope="module")
def post(api, hooli):
    return live_post(api, hooli)


def ok(answer, status=200):
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def problem(answer, status, code):
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    return {e["pointer"]: e["detail"] for e in answer.json().get("errors", [])}


class Pair:
    """Two people, and what they do with each other."""

    def __init__(self, api, company, active=True):
        self.api, self.company = api, company
        self.mentor, self.mentee = (company.add_person(f"{n}{secrets.token_hex(5)}") for n in ("mentor", "mentee"))
        self.asked = made(self.ask(self.mentee, self.mentor))
        self.id = self.asked["id"]
        if active:
            ok(self.decide(self.mentor, "accept"))

    def then(self, answer):
        """The mentoring after an answer that has no body; or the problem."""
        return answer if answer.status_code != 204 else self.api.get(f"/v1/mentorings/{self.id}", who=self.mentee)

    def ask(self, who, whom, id_=None, **members):
        return self.api.put(f"/v1/mentorings/{id_ or uuid7()}", who=who, json={
            "person_id": whom.id, "role": "mentee", "tag": "Writing", "message": "Would you?", "weeks": 6, **members})

    def decide(self, who, decision, **members):
        return self.then(self.api.post(f"/v1/mentorings/{self.id}/decide", who=who, json={"decision": decision, **members}))

    def close(self, who, note="It was good."):
        return self.then(self.api.post(f"/v1/mentorings/{self.id}/close", who=who, json={"note": note}))

    def put_item(self, who, item=None, **members):
        return self.api.put(f"/v1/mentorings/{self.id}/items/{item or uuid7()}", who=who, json={
            "kind": "goal", "text": "Post once a week", **members})

    def review(self, post, text="My own words", id_=None, who=None, network="linkedin"):
        return self.api.put(f"/v1/mentorings/{self.id}/reviews/{id_ or uuid7()}", who=who or self.mentee, json={
            "post_id": post["id"], "network": network, "text": text})

    def look(self, review, decision, who=None, **members):
        answer = self.api.post(f"/v1/mentorings/{self.id}/reviews/{review['id']}/decide", who=who or self.mentor,
                               json={"decision": decision, **members})
        if answer.status_code != 204:
            return answer
        reviews = ok(self.api.get(f"/v1/mentorings/{self.id}/reviews", who=self.mentor))["items"]
        (self.looked_at,) = [r for r in reviews if r["id"] == review["id"]]
        return answer

    def share(self, post, review, id_=None, who=None, network="linkedin", **members):
        return self.api.put(f"/v1/shares/{id_ or uuid7()}", who=who or self.mentee, json={
            "post_id": post["id"], "network": network, "review_id": review["id"], **members})


@pytest.fixture
def pair(api, hooli):
    return Pair(api, hooli)


def notices(api, who):
    return [n for n in ok(api.get("/v1/notifications", who=who))["items"] if n["kind"] == "mentoring"]


def counts(api, company):
    return ok(api.get("/v1/mentoring-counts", who=company.admin))


# --- finding each other ------------------------------------------------------------------------------------------


def test_offers_and_searches_are_found_by_kind_and_tag(api, hooli):
    ann, bob = (hooli.add_person(f"p{secrets.token_hex(5)}") for _ in range(2))
    tag = f"Tag {secrets.token_hex(4)}"
    ids = {}
    for who, kind in ((ann, "offer"), (ann, "seek"), (bob, "seek")):
        ids[who.id, kind] = uuid7()
        for status in (201, 200):
            ok(api.put(f"/v1/mentoring-offers/{ids[who.id, kind]}", who=who, json={"kind": kind, "tag": tag}), status)
    found = ok(api.get("/v1/mentoring-offers", who=bob, params={"kind": "seek", "tag": tag.upper()}))["items"]
    assert [o["id"] for o in found] == [ids[bob.id, "seek"], ids[ann.id, "seek"]]
    again = api.put(f"/v1/mentoring-offers/{uuid7()}", who=ann, json={"kind": "offer", "tag": tag})
    problem(again, 409, "conflict")
    problem(api.put(f"/v1/mentoring-offers/{ids[ann.id, 'offer']}", who=bob, json={"kind": "offer", "tag": tag}), 409, "id_conflict")
    problem(api.delete(f"/v1/mentoring-offers/{ids[ann.id, 'offer']}", who=bob), 403, "forbidden")
    ok(api.delete(f"/v1/mentoring-offers/{ids[ann.id, 'offer']}", who=ann), 204)
    assert [o["kind"] for o in ok(api.get("/v1/mentoring-offers", who=bob, params={"person": ann.id}))["items"]] == ["seek"]


def test_the_most_offers_are_the_most_at_once_too_and_a_repeated_one_is_no_more(api, hooli, stack):
    ann = hooli.add_person(f"p{secrets.token_hex(5)}")
    ids = [uuid7() for _ in range(30)]

    def offer(id_, kind="offer"):
        return Client(stack.places["API"]).put(f"/v1/mentoring-offers/{id_}", who=ann, json={"kind": kind, "tag": f"Tag {id_}"})

    with concurrent.futures.ThreadPoolExecutor(30) as pool:
        statuses = list(pool.map(lambda i: offer(i).status_code, ids))
    assert sorted(statuses) == [201] * 20 + [409] * 10
    there = ids[statuses.index(201)]
    assert ok(offer(there))["id"] == there
    problem(offer(there, "seek"), 409, "id_conflict")
    problem(offer(uuid7()), 409, "conflict")


def test_a_request_is_answered_once_by_whom_it_was_made_to(api, hooli):
    pair = Pair(api, hooli, active=False)
    assert pair.asked["state"] == "asked" and pair.asked["mentor_id"] == pair.mentor.id
    assert len(notices(api, pair.mentor)) == 1 and notices(api, pair.mentee) == []
    problem(pair.decide(pair.mentee, "accept"), 403, "forbidden")
    problem(pair.decide(pair.mentor, "withdraw"), 403, "forbidden")
    problem(pair.ask(pair.mentee, pair.mentor), 409, "conflict")
    for _ in range(2):
        answered = ok(pair.decide(pair.mentor, "accept", note="Gladly."))
    assert (answered["state"], answered["answer"]) == ("active", "Gladly.")
    assert answered["ends_at"] > answered["started_at"]
    problem(pair.decide(pair.mentor, "decline"), 409, "conflict")
    problem(pair.decide(pair.mentee, "withdraw"), 409, "conflict")
    assert [n["object_id"] for n in notices(api, pair.mentee)] == [pair.id]
    other = Pair(api, hooli, active=False)
    assert ok(other.decide(other.mentor, "decline"))["state"] == "declined"
    other = Pair(api, hooli, active=False)
    assert ok(other.decide(other.mentee, "withdraw"))["state"] == "withdrawn"
    made(other.ask(other.mentee, other.mentor))


@pytest.mark.parametrize("members, pointer", [({"weeks": 3}, "#/weeks"), ({"weeks": 25}, "#/weeks"), ({"tag": " "}, "#/tag"),
                                              ({"message": "x" * 1001}, "#/message"), ({"person_id": uuid7()}, "#/person_id")])
def test_a_request_that_is_wrong_names_the_field(hooli, pair, members, pointer):
    assert pointer in problem(pair.ask(pair.mentor, pair.mentee, **members), 422, "invalid_fields")
    assert problem(pair.ask(pair.mentor, pair.mentor), 422, "invalid_fields") == {"#/person_id": "is you"}


def test_the_same_request_from_twelve_phones_is_one(api, hooli, stack):
    ann, bob = (hooli.add_person(f"p{secrets.token_hex(5)}") for _ in range(2))
    ids = [uuid7() for _ in range(12)]

    def ask(id_):
        return Client(stack.places["API"]).put(f"/v1/mentorings/{id_}", who=ann, json={
            "person_id": bob.id, "role": "mentor", "tag": "Go", "weeks": 4}).status_code

    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        assert sorted(pool.map(ask, ids)) == [201] + [409] * 11
    assert len(ok(api.get("/v1/mentorings?state=asked", who=bob))["items"]) == 1
    assert ok(api.get("/v1/mentorings?state=ended", who=bob))["items"] == []


# --- working together --------------------------------------------------------------------------------------------


def test_goals_tasks_and_comments_are_the_twos(api, pair):
    item = uuid7()
    first = made(pair.put_item(pair.mentee, item, due_on="2030-02-28"))
    assert ok(pair.put_item(pair.mentee, item, due_on="2030-02-28")) == first
    problem(pair.put_item(pair.mentor, item, text="Another"), 409, "id_conflict")
    task = made(pair.put_item(pair.mentor, kind="task", text="Read the guide"))
    path = f"/v1/mentorings/{pair.id}/items"
    done = ok(api.patch(f"{path}/{item}", who=pair.mentor, json={"version": 1, "done": True, "due_on": None}))
    assert (done["done"], done["due_on"], done["version"]) == (True, None, 2) and done["done_at"]
    problem(api.patch(f"{path}/{item}", who=pair.mentee, json={"version": 1, "done": False}), 409, "version_conflict")
    assert [i["id"] for i in ok(api.get(path, who=pair.mentor))["items"]] == sorted([item, task["id"]])
    for who, text in ((pair.mentor, "Well done"), (pair.mentee, "Thank you")):
        made(api.post(f"{path}/{item}/comments", who=who, json={"text": text}))
    assert [c["text"] for c in ok(api.get(f"{path}/{item}/comments", who=pair.mentee))["items"]] == ["Well done", "Thank you"]


def test_a_repeated_item_is_the_same_one_when_there_are_200_and_after_the_end(api, db, hooli, pair, post):
    item, text = uuid7(), uuid7()
    first = ok(pair.put_item(pair.mentee, item), 201)
    ok(pair.review(post, id_=text), 201)
    db("INSERT INTO mentoring_item (company_id, mentoring_id, id, author_id, kind, text, created_at)"
       " SELECT company_id, id, UUID(), mentor_id, 'task', 'x', created_at FROM mentoring, seq_2_to_200 WHERE id = %s", (pair.id,))
    assert ok(pair.put_item(pair.mentee, item)) == first
    problem(pair.put_item(pair.mentee, item, text="Another"), 409, "id_conflict")
    problem(pair.put_item(pair.mentee), 409, "conflict")
    ok(pair.close(pair.mentor))
    assert ok(pair.put_item(pair.mentee, item)) == first
    assert ok(pair.review(post, id_=text))["id"] == text
    problem(pair.review(post), 409, "conflict")


def test_nobody_else_reads_it_not_even_an_admin_who_sees_counts(api, hooli, pair):
    canary = f"canary{secrets.token_hex(6)}"
    item = made(pair.put_item(pair.mentee, text=canary))
    for who in (hooli.member, hooli.manager, hooli.admin):
        for path in ("", "/items", f"/items/{item['id']}/comments", "/reviews"):
            assert api.get(f"/v1/mentorings/{pair.id}{path}", who=who).status_code == 404
        assert pair.put_item(who).status_code == 404 and pair.close(who).status_code == 404
        assert pair.id not in api.get("/v1/mentorings", who=who).text
    counts = api.get("/v1/mentoring-counts", who=hooli.admin)
    assert ok(counts)["active"] >= 1 and canary not in counts.text and pair.mentee.id not in counts.text
    assert api.get("/v1/mentoring-counts", who=hooli.member).status_code == 403


# --- a first share -----------------------------------------------------------------------------------------------


def test_an_approved_text_is_shared_as_it_is_and_once(api, pair, post):
    review = made(pair.review(post))
    assert pair.review(post, id_=review["id"]).status_code == 200
    problem(pair.review(post, "Others", id_=review["id"]), 409, "id_conflict")
    assert problem(pair.share(post, review), 422, "invalid_fields") == {"#/review_id": "is not approved"}
    ok(pair.look(review, "approve", note="Go!"), 204)
    assert pair.looked_at["state"] == "approved"
    assert problem(pair.share(post, review, text="My own words!"), 422, "invalid_fields") == {
        "#/text": "is not the text that was approved"}
    assert "#/review_id" in problem(pair.share(post, review, network="x"), 422, "invalid_fields")
    assert "#/review_id" in problem(pair.share(post, review, who=pair.mentor), 422, "invalid_fields")
    id_ = uuid7()
    first = pair.share(post, review, id_)
    assert made(first)["text"].startswith("My own words ")
    assert ok(pair.share(post, review, id_))["id"] == id_
    problem(pair.share(post, review), 409, "conflict")
    assert ok(api.get(f"/v1/mentorings/{pair.id}/reviews", who=pair.mentor))["items"][0]["share_id"] == id_


def test_a_text_goes_back_with_a_note_and_is_written_anew(api, pair, post):
    review = made(pair.review(post, "Buy!!!"))
    assert "#/note" in problem(pair.look(review, "return"), 422, "invalid_fields")
    problem(pair.look(review, "approve", who=pair.mentee), 403, "forbidden")
    ok(pair.look(review, "return", note="Say why you like it."), 204)
    assert (pair.looked_at["state"], pair.looked_at["note"]) == ("returned", "Say why you like it.")
    problem(pair.look(review, "approve"), 409, "conflict")
    assert problem(pair.share(post, review), 422, "invalid_fields") == {"#/review_id": "is not approved"}
    problem(pair.review(post, who=pair.mentor), 403, "forbidden")
    assert "#/post_id" in problem(pair.review({"id": uuid7()}), 422, "invalid_fields")
    assert "#/text" in problem(pair.review(post, "x" * 300, network="x"), 422, "invalid_fields")


def test_twelve_phones_with_one_approved_text_make_one_share(pair, post, stack):
    review = made(pair.review(post, "Once only"))
    ok(pair.look(review, "approve"), 204)

    def share(_):
        return Client(stack.places["API"]).put(f"/v1/shares/{uuid7()}", who=pair.mentee, json={
            "post_id": post["id"], "network": "linkedin", "review_id": review["id"]}).status_code

    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        assert sorted(pool.map(share, range(12))) == [201] + [409] * 11


# --- the end -----------------------------------------------------------------------------------------------------


def test_both_close_it_with_a_note_and_nothing_is_written_after(api, pair, post):
    review = made(pair.review(post))
    assert ok(pair.close(pair.mentee, "I learnt a lot."))["state"] == "ended"
    problem(pair.close(pair.mentee), 409, "conflict")
    ended = ok(pair.close(pair.mentor, "So did I."))
    assert (ended["mentee_note"], ended["mentor_note"]) == ("I learnt a lot.", "So did I.")
    for answer in (pair.put_item(pair.mentee), pair.review(post), pair.look(review, "approve")):
        problem(answer, 409, "conflict")
    assert ok(api.get(f"/v1/mentorings/{pair.id}/items", who=pair.mentee))["items"] == []


def test_one_whose_weeks_are_over_ends_by_itself_and_both_hear_of_it(api, db, pair, stack):
    for who in (pair.mentor, pair.mentee):
        ok(api.post("/v1/notifications/read", who=who, json={"through": ok(api.get("/v1/notifications", who=who))["as_of"]}))
    db("UPDATE mentoring SET ends_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE id = %s", (pair.id,))
    stack.run_job("mentoring")
    wait_until(lambda: ok(api.get(f"/v1/mentorings/{pair.id}", who=pair.mentee))["state"] == "ended", 10, "the end")
    for who in (pair.mentor, pair.mentee):
        unread = ok(api.get("/v1/notifications?unread=true", who=who))["items"]
        assert [n["object_id"] for n in unread if n["kind"] == "mentoring"] == [pair.id]


def test_with_an_account_what_its_person_had_with_others_ends_and_these_hear_of_it(api, hooli, rostra):
    before = counts(api, hooli)
    asks, answers, mentors, goes = (Pair(api, hooli, active=i > 1) for i in range(4))
    ok(api.put(f"/v1/mentoring-offers/{uuid7()}", who=goes.mentor, json={"kind": "offer", "tag": "Writing"}), 201)
    gone = (asks.mentee, answers.mentor, mentors.mentor, goes.mentor)
    others = (asks.mentor, answers.mentee, mentors.mentee, goes.mentee)
    read = [len(notices(api, other)) for other in others]
    assert counts(api, hooli)["offers"] == before["offers"] + 1
    for how, person in zip(("deactivate", "erase", "deactivate", "erase"), gone, strict=True):
        rostra("person", how, "--company", hooli.slug, "--person", person.id)
    states = [ok(api.get(f"/v1/mentorings/{p.id}", who=o)) for p, o in zip((asks, answers, mentors, goes), others, strict=True)]
    assert [m["state"] for m in states] == ["withdrawn", "withdrawn", "ended", "ended"] and all(m["ended_at"] for m in states)
    problem(asks.decide(asks.mentor, "accept"), 409, "conflict")
    for other, n in zip(others, read, strict=True):
        line = notices(api, other)[0]
        assert len(notices(api, other)) == n + 1 or line["events"] > 1
    after = counts(api, hooli)
    assert [after[k] - before[k] for k in ("asked", "active", "withdrawn", "ended", "offers")] == [0, 0, 2, 2, 0]


def test_nobody_accepts_whom_the_house_let_go(api, db, hooli):
    """As a release before left them."""
    pair = Pair(api, hooli, active=False)
    db("UPDATE person SET state = 'deactivated' WHERE id = %s", (pair.mentee.id,))
    problem(api.post(f"/v1/mentorings/{pair.id}/decide", who=pair.mentor, json={"decision": "accept"}), 409, "conflict")
    assert counts(api, hooli)["asked"] >= 1
    ok(api.post(f"/v1/mentorings/{pair.id}/decide", who=pair.mentor, json={"decision": "decline"}), 204)
