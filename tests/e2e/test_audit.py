# SPDX-License-Identifier: Apache-2.0
"""Who did what to what, from where: one event a deed, with before and after, and nothing else."""

import pathlib
import re

import pytest

from conftest import SOURCE, uuid7


@pytest.fixture(scope="module")
def hooli(make_company):
    return make_company()


@pytest.fixture
def person(hooli):
    return hooli.add_person(f"a{uuid7()[-12:]}")


def events(api, company, **query):
    answer = api.get("/v1/audit", who=company.admin, params={"limit": 100, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def test_a_change_of_role_tells_who_what_and_from_where(api, hooli, person):
    version = api.get(f"/v1/people/{person.id}", who=hooli.admin).json()["version"]
    answer = api.patch(f"/v1/people/{person.id}", who=hooli.admin, json={"version": version, "role": "curator"},
                       headers={"X-Request-Id": "change-of-role-1"})
    assert answer.status_code == 200
    (event,) = events(api, hooli, person=person.id)
    assert event["action"] == "person.role_changed" and event["changes"] == {"role": ["member", "curator"]}
    assert (event["actor"], event["actor_id"]) == ("person", hooli.admin.id)
    assert (event["object_kind"], event["object_id"], event["person_id"]) == ("person", person.id, person.id)
    assert event["address"] == "127.0.0.1" and event["request_id"] == "change-of-role-1"


def test_what_changed_nothing_is_no_deed(api, hooli, person):
    version = api.get(f"/v1/people/{person.id}", who=hooli.admin).json()["version"]
    assert api.patch(f"/v1/people/{person.id}", who=hooli.admin, json={"version": version, "role": "member"}).status_code == 200
    assert events(api, hooli, person=person.id) == []


def test_a_refused_change_is_no_deed(api, hooli, person):
    assert api.patch(f"/v1/people/{person.id}", who=hooli.admin, json={"version": 77, "role": "curator"}).status_code == 409
    assert events(api, hooli, person=person.id) == []


def test_an_operator_is_the_system(api, rostra, hooli, person):
    rostra("person", "deactivate", "--company", hooli.slug, "--person", person.email)
    told = {e["action"]: e for e in events(api, hooli, person=person.id)}
    assert told["person.state_changed"]["changes"] == {"state": ["active", "deactivated"]}
    assert all((e["actor"], e["actor_id"], e["address"]) == ("system", None, None) for e in told.values())


def test_sessions_begin_and_end_on_record(api, rostra_json, hooli, person):
    def start():
        return rostra_json("session", "start", "--company", hooli.slug, "--person", person.email)

    one, two = start(), start()
    api.post("/v1/auth/logout", json={"refresh_token": one["refresh_token"]})
    api.post("/v1/auth/logout", json={"refresh_token": one["refresh_token"]})
    second = api.post("/v1/auth/token", json={"grant_type": "refresh_token", "refresh_token": two["refresh_token"]}).json()
    api.post("/v1/auth/token", json={"grant_type": "refresh_token", "refresh_token": second["refresh_token"]})
    api.post("/v1/auth/token", json={"grant_type": "refresh_token", "refresh_token": two["refresh_token"]})
    told = [(e["action"], e["object_id"], e["changes"]) for e in reversed(events(api, hooli, person=person.id))]
    assert told == [("session.started", one["session"], {"method": [None, "operator"]}),
                    ("session.started", two["session"], {"method": [None, "operator"]}),
                    ("session.ended", one["session"], {"ended_by": [None, "person"]}),
                    ("session.ended", two["session"], {"ended_by": [None, "reuse"]})]


def test_keys_and_providers_are_on_record_without_their_secrets(api, hooli):
    id_ = uuid7()
    made = api.put(f"/v1/keys/{id_}", who=hooli.admin, json={"kind": "secret", "name": "crm", "scopes": ["leads:write"]})
    for _ in range(2):
        assert api.delete(f"/v1/keys/{id_}", who=hooli.admin).status_code == 204
    provider = uuid7()
    body = {"name": "Login", "issuer": "https://id.example.com", "client_id": "c1", "client_secret": "first-canary"}
    for _ in range(2):
        assert api.put(f"/v1/identity-providers/{provider}", who=hooli.admin, json=body).status_code in (200, 201)
    changed = api.patch(f"/v1/identity-providers/{provider}", who=hooli.admin,
                        json={"version": 1, "client_secret": "second-canary", "state": "on"})
    assert changed.status_code == 200
    told = [e for e in events(api, hooli) if e["object_id"] in (id_, provider)]
    assert [(e["action"], e["changes"]) for e in reversed(told)] == [
        ("key.added", {"name": [None, "crm"]}), ("key.revoked", {}),
        ("identity_provider.added", {"issuer": [None, "https://id.example.com"], "client_id": [None, "c1"]}),
        ("identity_provider.changed", {"client_secret": ["(set)", "(another)"], "state": ["off", "on"]})]
    text = api.get("/v1/audit", who=hooli.admin, params={"limit": 100}).text
    assert "canary" not in text and made.json()["key"] not in text


def test_an_erased_lead_is_on_record_once(api, hooli):
    lead = api.post("/v1/leads", who=hooli.api_key, json={"email": "x@example.com"}).json()
    for _ in range(2):
        assert api.post(f"/v1/leads/{lead['id']}/erase", who=hooli.admin).status_code == 200
    assert [e["object_id"] for e in events(api, hooli, action="lead.erased")] == [lead["id"]]


def test_pages_and_filters(api, hooli):
    all_ = events(api, hooli)
    assert [e["id"] for e in all_] == sorted((e["id"] for e in all_), reverse=True)
    found, cursor = [], None
    while True:
        page = api.get("/v1/audit", who=hooli.admin, params={"limit": 3, **({"cursor": cursor} if cursor else {})}).json()
        found += page["items"]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert [e["id"] for e in found] == [e["id"] for e in all_] and len(all_) > 5
    assert {e["action"] for e in events(api, hooli, action="key.added")} == {"key.added"}


def test_it_is_the_admins_and_the_company_s(api, hooli, globex):
    for who in (hooli.member, hooli.curator, hooli.manager, hooli.api_key):
        assert api.get("/v1/audit", who=who).status_code == 403
    ours = {e["id"] for e in events(api, hooli)}
    assert not ours & {e["id"] for e in events(api, globex)}
    assert api.get("/v1/audit", who=globex.admin, params={"person": hooli.member.id}).json()["items"] == []


def test_no_statement_changes_what_is_on_record():
    for file in pathlib.Path(SOURCE / "src").rglob("*.c"):
        assert not re.search(r"(UPDATE|DELETE FROM|REPLACE INTO) audit_event", file.read_text()), file
