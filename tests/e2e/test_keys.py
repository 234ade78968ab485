# SPDX-License-Identifier: Apache-2.0
"""Keys of servers: a new secret beside the former one, and when each of them ends."""

import pytest

from conftest import uuid7, wait_until
from content import made


class Bearer:
    def __init__(self, secret):
        self.headers = {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def key(api, acme):
    return made(api.put(f"/v1/keys/{uuid7()}", who=acme.admin, json={
        "kind": "secret", "name": "crm", "scopes": ["reports:read"]}))


def is_good(api, secret):
    answer = api.get("/v1/reports/clicks", who=Bearer(secret), params={"from": "2026-01-01", "to": "2026-02-01"})
    assert answer.status_code in (200, 401), answer.text
    return answer.status_code == 200


def ends(api, secret):
    wait_until(lambda: not is_good(api, secret), 5, "the end of the key")


def rotate(api, admin, key, **body):
    answer = api.post(f"/v1/keys/{key['id']}/rotate", who=admin, json=body, idempotency_key=None)
    assert answer.status_code == 200, answer.text
    return answer.json()


def shown(api, admin, key):
    return next(k for k in api.get("/v1/keys", who=admin, params={"limit": 100}).json()["items"] if k["id"] == key["id"])


def test_both_secrets_are_good_until_the_overlap_is_over(api, db, acme, key):
    assert is_good(api, key["key"])
    after = rotate(api, acme.admin, key, overlap_s=3600)
    assert after["key"] != key["key"] and after["id"] == key["id"] and after["prefix"] == after["key"][:12]
    assert after["former_until"] and after["last_used_at"]
    assert is_good(api, key["key"]) and is_good(api, after["key"])
    assert "key" not in shown(api, acme.admin, key)
    db("UPDATE api_key SET former_until = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE id = %s", (key["id"],))
    ends(api, key["key"])
    assert is_good(api, after["key"])


def test_a_repeated_rotation_replaces_the_new_secret_only(api, acme, key):
    first = rotate(api, acme.admin, key, overlap_s=3600)
    second = rotate(api, acme.admin, key, overlap_s=7200)
    assert second["former_until"] == first["former_until"], "what runs with the former one has the time first said"
    assert is_good(api, key["key"]) and is_good(api, second["key"])
    ends(api, first["key"])


def test_without_an_overlap_all_former_secrets_end(api, acme, key):
    first = rotate(api, acme.admin, key)
    second = rotate(api, acme.admin, key, overlap_s=0)
    ends(api, key["key"])
    ends(api, first["key"])
    assert is_good(api, second["key"])


def test_a_revoked_key_ends_with_its_former_secret_and_is_not_rotated(api, acme, globex, key):
    after = rotate(api, acme.admin, key)
    assert api.post(f"/v1/keys/{key['id']}/rotate", who=globex.admin, json={}, idempotency_key=None).status_code == 404
    assert api.delete(f"/v1/keys/{key['id']}", who=acme.admin).status_code == 204
    ends(api, key["key"])
    ends(api, after["key"])
    assert api.post(f"/v1/keys/{key['id']}/rotate", who=acme.admin, json={}, idempotency_key=None).status_code == 409
    events = api.get("/v1/audit", who=acme.admin, params={"action": "key.rotated"}).json()["items"]
    assert [e["changes"] for e in events if e["object_id"] == key["id"]] == [{"name": [None, "crm"]}]


def test_an_overlap_has_its_bounds(api, acme, key):
    for wrong in (-1, 30 * 86400 + 1, "day"):
        answer = api.post(f"/v1/keys/{key['id']}/rotate", who=acme.admin, json={"overlap_s": wrong}, idempotency_key=None)
        assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == "#/overlap_s"


def test_a_key_is_good_until_it_expires_and_no_rotation_prolongs_it(api, db, acme, key):
    after = rotate(api, acme.admin, key, overlap_s=3600)
    db("UPDATE api_key SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE id = %s", (key["id"],))
    ends(api, key["key"])
    ends(api, after["key"])
    assert shown(api, acme.admin, key)["expires_at"]
