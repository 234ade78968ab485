# SPDX-License-Identifier: Apache-2.0
"""Texts to accept: who has not is told so by every route but those that let them read, accept, and use their rights."""

import concurrent.futures
import datetime

import pytest

from conftest import uuid7, wait_until
from content import made


@pytest.fixture
def hooli(make_company):
    return make_company(language="en")


def ok(response):
    assert response.status_code == 200, f"{response.status_code} {response.text}"
    return response.json()


def at(**delta):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**delta)).strftime("%Y-%m-%dT%H:%M:%SZ")


def body(name="terms", in_force_at=None, **texts):
    return {"name": name, "in_force_at": in_force_at or at(seconds=-1), "texts": [
        {"language": language, "title": title, "body": f"{title}\n\nBe kind."} for language, title in (texts or {"en": "Terms"}).items()]}


def publish(api, company, **members):
    return made(api.put(f"/v1/consents/{uuid7()}", who=company.admin, json=body(**members)))


def accept(api, who, consent):
    return api.put(f"/v1/consents/{consent['id']}/acceptance", who=who).status_code


def listed(api, who, **headers):
    return ok(api.get("/v1/consents", who=who, headers=headers))["items"]


def is_held_up(api, who):
    answer = api.get("/v1/feed", who=who)
    if answer.status_code == 200:
        return False
    assert answer.status_code == 403 and answer.json()["code"] == "consent_required", answer.text
    return True


def test_until_it_is_accepted_only_reading_accepting_and_ones_rights_are_open(api, hooli):
    ok(api.get("/v1/feed", who=hooli.member))
    terms = publish(api, hooli)
    assert terms["due"] and terms["version"] == 1
    wait_until(lambda: is_held_up(api, hooli.member), 5, "the hold")
    for path in ("/v1/kudos", "/v1/people", "/v1/notifications", "/v1/points", "/v1/sync"):
        assert api.get(path, who=hooli.member).json()["code"] == "consent_required", path
    for path in ("/v1/me", "/v1/consents", "/v1/sessions", "/v1/erasures"):
        ok(api.get(path, who=hooli.member))
    assert api.get("/v1/me/export", who=hooli.member).status_code == 200
    (item,) = listed(api, hooli.member)
    assert (item["title"], item["due"], item["accepted_at"]) == ("Terms", True, None)
    assert [accept(api, hooli.member, terms) for _ in range(2)] == [204, 204]
    assert not any(is_held_up(api, hooli.member) for _ in range(12)), "in every process, at once"
    assert is_held_up(api, hooli.manager), "each for themselves"
    (item,) = listed(api, hooli.member)
    assert item["accepted_at"] and not item["due"]


def test_an_admin_who_is_held_up_can_mend_the_text(api, hooli):
    wrong = publish(api, hooli)
    wait_until(lambda: is_held_up(api, hooli.admin), 5, "the hold")
    assert api.delete(f"/v1/consents/{wrong['id']}", who=hooli.admin).status_code == 204
    assert not is_held_up(api, hooli.admin) and listed(api, hooli.member) == []
    assert accept(api, hooli.member, wrong) == 404


def test_a_later_version_must_be_accepted_again_and_only_once_it_is_in_force(api, db, hooli):
    first = publish(api, hooli)
    assert accept(api, hooli.member, first) == 204
    later = publish(api, hooli, in_force_at=at(days=30))
    assert later["version"] == 2 and not later["due"]
    assert not is_held_up(api, hooli.member)
    assert [(c["version"], c["due"]) for c in listed(api, hooli.member)] == [(1, False), (2, False)]
    # Accepted ahead it holds nobody up.
    assert accept(api, hooli.curator, first) == accept(api, hooli.curator, later) == 204
    db("UPDATE consent SET in_force_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE id = %s", (later["id"],))
    wait_until(lambda: is_held_up(api, hooli.member), 5, "the hold")
    assert not is_held_up(api, hooli.curator)
    assert [c["version"] for c in listed(api, hooli.member)] == [2]
    assert accept(api, hooli.member, first) == 404, "the former version is no longer asked for"
    assert accept(api, hooli.member, later) == 204 and not is_held_up(api, hooli.member)
    kept = db("SELECT c.version, a.language, a.accepted_at FROM consent_acceptance a JOIN consent c ON c.id = a.consent_id"
              " WHERE a.person_id = %s ORDER BY c.version", (hooli.member.id,))
    assert [(k["version"], k["language"]) for k in kept] == [(1, "en"), (2, "en")] and kept[0]["accepted_at"]


def test_each_name_is_asked_for(api, hooli):
    terms, privacy = publish(api, hooli), publish(api, hooli, name="privacy")
    assert accept(api, hooli.member, terms) == 204
    assert is_held_up(api, hooli.member)
    assert accept(api, hooli.member, privacy) == 204 and not is_held_up(api, hooli.member)


def test_words_are_the_readers_language_or_the_companys(api, db, hooli):
    terms = publish(api, hooli, de="Bedingungen", en="Terms", fr="Conditions")
    for asked, title in (("de", "Bedingungen"), ("fr-CA", "Conditions"), ("ja", "Terms")):
        assert listed(api, hooli.member, **{"Accept-Language": asked})[0]["title"] == title
    ok(api.patch("/v1/me", who=hooli.member, json={"version": 1, "language": "de"}))
    assert api.put(f"/v1/consents/{terms['id']}/acceptance", who=hooli.member, headers={"Accept-Language": "de"}).status_code == 204
    assert db("SELECT language FROM consent_acceptance WHERE person_id = %s", (hooli.member.id,))[0]["language"] == "de"


def test_a_repeated_publication_is_one_version_and_another_text_under_its_id_is_refused(api, hooli):
    place, text = f"/v1/consents/{uuid7()}", body(in_force_at=at(days=1))
    assert [api.put(place, who=hooli.admin, json=text).status_code for _ in range(3)] == [201, 200, 200]
    answer = api.put(place, who=hooli.admin, json=body(in_force_at=at(days=2)))
    assert answer.status_code == 409 and answer.json()["code"] == "id_conflict"
    assert publish(api, hooli, in_force_at=at(days=3))["version"] == 2
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: api.put(f"/v1/consents/{uuid7()}", who=hooli.admin, json=body(
            name="racing", in_force_at=at(days=1))), range(6)))
    assert {a.status_code for a in answers} <= {201, 409}
    versions = sorted(a.json()["version"] for a in answers if a.status_code == 201)
    assert versions == list(range(1, len(versions) + 1)) and versions


def test_what_is_wrong_with_a_text_is_said_where(api, hooli):
    for wrong, pointer in (({"texts": []}, "#/texts"), ({"name": ""}, "#/name"), ({"in_force_at": "soon"}, "#/in_force_at"),
                           ({"texts": body()["texts"] * 2}, "#/texts/1/language"),
                           ({"texts": [{"language": "en", "title": "T", "body": "x" * 20001}]}, "#/texts/0/body")):
        answer = api.put(f"/v1/consents/{uuid7()}", who=hooli.admin, json={**body(), **wrong})
        assert answer.status_code == 422 and pointer in {e["pointer"] for e in answer.json()["errors"]}, answer.text


def test_publishing_and_ending_are_on_record(api, hooli):
    terms = publish(api, hooli, in_force_at=at(days=1))
    for _ in range(2):
        assert api.delete(f"/v1/consents/{terms['id']}", who=hooli.admin).status_code == 204
    events = [e for e in ok(api.get("/v1/audit", who=hooli.admin))["items"] if e["object_kind"] == "consent"]
    assert [(e["action"], e["changes"]) for e in events] == [
        ("consent.archived", {"consent": [None, "terms 1"]}), ("consent.published", {"consent": [None, "terms 1"]})]


def test_another_companys_text_holds_nobody_up_and_is_not_there(api, hooli, make_company):
    other = make_company()
    terms = publish(api, hooli)
    assert not is_held_up(api, other.member)
    assert accept(api, other.member, terms) == 404
    assert api.delete(f"/v1/consents/{terms['id']}", who=other.admin).status_code == 404
