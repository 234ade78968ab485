# SPDX-License-Identifier: Apache-2.0
"""SCIM 2.0: what Okta and Entra send, word for word in its shape, and what follows for people."""

import concurrent.futures
import secrets
import time

import pytest

from conftest import Client, uuid7, wait_until

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
TYPE = {"Content-Type": "application/scim+json"}


class Directory:
    """A company's directory: requests with its key."""

    def __init__(self, api, company):
        self.api, self.company = api, company
        self.key = company.add_key(f"scim-{secrets.token_hex(4)}", "--scopes", "scim")

    def call(self, method, path, status=200, **options):
        options.setdefault("headers", TYPE if "json" in options or "data" in options else {})
        answer = self.api.request(method, f"/scim/v2/{path}", who=self.key, **options)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        if answer.content:
            assert answer.headers["Content-Type"].startswith("application/scim+json")
        return answer.json() if answer.content else None

    def user(self, **members):
        name = f"u{secrets.token_hex(5)}@acme.example"
        return self.call("POST", "Users", 201, json={
            "schemas": [USER], "userName": name, "name": {"givenName": "Ada", "familyName": "King"},
            "emails": [{"primary": True, "value": name, "type": "work"}], "active": True, **members})

    def patch(self, path, *operations, status=200):
        return self.call("PATCH", path, status, json={"schemas": [PATCH], "Operations": list(operations)})

    def members(self, group):
        return {m["value"] for m in self.call("GET", f"Groups/{group['id']}")["members"]}

    def refused(self, method, path, status, kind, **options):
        body = self.call(method, path, status, **options)
        assert body["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
        assert body["status"] == str(status) and body["detail"] and body.get("scimType") == kind, body
        return body


@pytest.fixture(scope="module")
def directory(api, make_company):
    return Directory(api, make_company())


@pytest.fixture(scope="module")
def people(directory):
    return [directory.user(displayName=f"Person {i}", externalId=f"ext-{i}") for i in range(3)]


# --- what the service can ----------------------------------------------------------------------------------------


def test_the_service_says_what_it_can(directory):
    config = directory.call("GET", "ServiceProviderConfig")
    assert config["patch"]["supported"] and config["filter"]["supported"] and not config["bulk"]["supported"]
    assert {r["name"] for r in directory.call("GET", "ResourceTypes")["Resources"]} == {"User", "Group"}
    schemas = directory.call("GET", "Schemas")
    assert schemas["totalResults"] == len(schemas["Resources"]) == 3
    assert {s["id"] for s in schemas["Resources"]} == {USER, GROUP, ENTERPRISE}
    assert "null" not in str(schemas)


def test_each_schema_and_type_is_there_by_its_name(directory):
    for resource in directory.call("GET", "Schemas")["Resources"]:
        assert directory.call("GET", f"Schemas/{resource['id']}") == resource
    for resource in directory.call("GET", "ResourceTypes")["Resources"]:
        assert directory.call("GET", f"ResourceTypes/{resource['name']}") == resource
    directory.refused("GET", "Schemas/urn:nobody", 404, None)


@pytest.mark.parametrize("method, path", [("GET", "Me"), ("PATCH", "Me"), ("PUT", "Me"), ("DELETE", "Me"), ("POST", "Bulk")])
def test_what_is_not_done_here_says_501(directory, method, path):
    body = {} if method in ("GET", "DELETE") else {"json": {"schemas": [PATCH]}}
    assert directory.refused(method, path, 501, None, **body)["code"] == "not_implemented"


def test_a_401_is_a_scim_error(api, directory):
    for headers in ({}, {"Authorization": "Bearer rsk_" + "A" * 43}, {"Authorization": "Bearer nonsense"}):
        answer = api.get("/scim/v2/Users", headers=headers)
        assert answer.status_code == 401 and answer.json()["status"] == "401" and answer.json()["detail"]
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_key_without_the_scope_and_people_are_refused(api, directory):
    assert api.get("/scim/v2/Users", who=directory.company.api_key).status_code == 403
    assert api.get("/scim/v2/Users", who=directory.company.admin).status_code == 403


# --- Okta --------------------------------------------------------------------------------------------------------


def test_okta_looks_for_a_user_and_finds_none_then_makes_it(directory):
    name = f"okta.{secrets.token_hex(4)}@acme.example"
    query = {"filter": f'userName eq "{name}"', "startIndex": 1, "count": 100}
    empty = directory.call("GET", "Users", params=query)
    assert empty["totalResults"] == 0 and empty["Resources"] == [] and isinstance(empty["startIndex"], int)
    body = {"schemas": [USER], "userName": name, "name": {"givenName": "Grace", "familyName": "Hopper"},
            "emails": [{"primary": True, "value": name, "type": "work"}], "displayName": "Grace Hopper", "locale": "en-US",
            "externalId": "00ujl29u0le5T6Aj10h7", "groups": [], "password": "1mz050nq", "active": True}
    made = directory.call("POST", "Users", 201, json=body, headers={"Content-Type": "application/json"})
    assert made["userName"] == name and made["active"] is True and made["id"] and "password" not in str(made)
    assert made["meta"]["location"] == f"/scim/v2/Users/{made['id']}"
    found = directory.call("GET", "Users", params=query)
    assert found["totalResults"] == 1 and found["Resources"] == [made]
    assert directory.call("GET", f"Users/{made['id']}") == made
    directory.refused("POST", "Users", 409, "uniqueness", json=body)
    directory.refused("POST", "Users", 409, "uniqueness", json={**body, "userName": name.upper()})


def test_okta_changes_a_user_by_put_of_the_whole(directory):
    user = directory.user(title="Engineer", externalId="x-1")
    changed = {**user, "title": "Admiral", "name": {"givenName": "Grace", "familyName": "Murray"}}
    del changed["externalId"]
    answer = directory.call("PUT", f"Users/{user['id']}", json=changed)
    assert answer["title"] == "Admiral" and answer["name"]["familyName"] == "Murray" and "externalId" not in answer
    directory.refused("PUT", f"Users/{user['id']}", 400, "invalidValue", json={"schemas": [USER], "active": True})
    assert directory.call("GET", f"Users/{user['id']}") == answer


def test_okta_deactivates_by_replace_without_a_path(directory):
    user = directory.user()
    off = directory.patch(f"Users/{user['id']}", {"op": "replace", "value": {"active": False}})
    assert off["active"] is False and off["userName"] == user["userName"]
    listed = directory.call("GET", "Users", params={"filter": f'userName eq "{user["userName"]}"'})
    assert listed["totalResults"] == 1 and listed["Resources"][0]["active"] is False
    assert directory.patch(f"Users/{user['id']}", {"op": "replace", "value": {"active": True}})["active"] is True


def test_okta_pushes_a_group(directory, people):
    one, two, three = (p["id"] for p in people)
    name = f"Team {secrets.token_hex(4)}"
    group = directory.call("POST", "Groups", 201, json={"schemas": [GROUP], "displayName": name, "members": []})
    at = f"Groups/{group['id']}"
    directory.patch(at, {"op": "replace", "value": {"id": group["id"], "displayName": name + " North"}}, status=204)
    directory.patch(at, {"op": "add", "path": "members", "value": [{"value": one, "display": "a"}, {"value": two}]}, status=204)
    assert directory.members(group) == {one, two}
    # Sent at every membership update: the name alone must not empty the group.
    directory.patch(at, {"op": "replace", "value": {"id": group["id"], "displayName": name}}, status=204)
    assert directory.members(group) == {one, two}
    directory.patch(at, {"op": "remove", "path": f'members[value eq "{one}"]'},
                    {"op": "add", "path": "members", "value": [{"value": three, "display": "c"}]}, status=204)
    assert directory.members(group) == {two, three}
    directory.patch(at, {"op": "replace", "path": "members", "value": [{"value": one}]}, status=204)
    assert directory.members(group) == {one}
    directory.patch(at, {"op": "replace", "value": {"members": [], "id": group["id"], "displayName": name}}, status=204)
    assert directory.members(group) == set()
    directory.refused("POST", "Groups", 409, "uniqueness", json={"schemas": [GROUP], "displayName": name})


# --- Entra -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value, active", [("False", False), ("True", True), ("false", False), (True, True)])
def test_entra_sends_active_as_a_string(directory, value, active):
    user = directory.user()
    answer = directory.patch(f"Users/{user['id']}", {"op": "Replace", "path": "active", "value": value})
    assert answer["active"] is active


def test_entra_with_its_flag_sends_dotted_and_urn_keys(directory):
    user = directory.user()
    answer = directory.call("PATCH", f"Users/{user['id']}?aadOptscim062020", json={
        "schemas": [PATCH], "Operations": [{"op": "replace", "value": {
            "displayName": "Bjfe", "name.givenName": "Kevin", f"{ENTERPRISE}:department": "Research",
            f"{ENTERPRISE}:employeeNumber": "4711", 'emails[type eq "work"].value': "kevin@acme.example"}}]})
    assert answer["name"]["givenName"] == "Kevin" and answer["emails"][0]["value"] == "kevin@acme.example"
    assert answer[ENTERPRISE] == {"department": "Research", "employeeNumber": "4711"}


def test_entra_sends_operations_in_capitals_with_paths(directory):
    user = directory.user()
    boss = directory.user()
    answer = directory.patch(
        f"Users/{user['id']}",
        {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": boss["id"]},
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "work@acme.example"},
        {"op": "Replace", "path": 'emails[type eq "home"].value', "value": "home@acme.example"},
        {"op": "Replace", "path": "name.familyName", "value": "Byron"},
        {"op": "Remove", "path": "displayName"})
    assert answer["emails"][0]["value"] == "work@acme.example" and answer["name"]["familyName"] == "Byron"
    assert answer[ENTERPRISE]["manager"]["value"] == boss["id"] and answer["displayName"] == "Ada Byron"


def test_entra_asks_whether_a_reference_is_set(directory):
    user, boss = directory.user(), directory.user()
    directory.patch(f"Users/{user['id']}", {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": boss["id"]})
    for path in ("manager", f"{ENTERPRISE}:manager"):
        for value, n in ((boss["id"], 1), (user["id"], 0)):
            found = directory.call("GET", "Users", params={"attributes": "id", "filter": f'id eq "{user["id"]}" and {path} eq "{value}"'})
            assert found["totalResults"] == n


def test_entra_removes_the_members_named_in_the_value_alone(directory, people):
    one, two, _ = (p["id"] for p in people)
    group = directory.call("POST", "Groups", 201, json={
        "schemas": [GROUP, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
        "displayName": f"Team {secrets.token_hex(4)}", "externalId": secrets.token_hex(8),
        "members": [{"value": one}, {"value": two}]})
    at = f"Groups/{group['id']}"
    directory.patch(at, {"op": "Remove", "path": "members", "value": [{"value": one}]}, status=204)
    assert directory.members(group) == {two}
    directory.patch(at, {"op": "Add", "path": "members", "value": [{"$ref": None, "value": one}]}, status=204)
    assert directory.members(group) == {one, two}
    directory.patch(at, {"op": "Remove", "path": "members"}, status=204)
    assert directory.members(group) == set()


def test_entra_looks_for_groups_without_their_members(directory, people):
    name = f"Team {secrets.token_hex(4)}"
    group = directory.call("POST", "Groups", 201, json={"schemas": [GROUP], "displayName": name,
                                                         "members": [{"value": people[0]["id"]}]})
    found = directory.call("GET", "Groups", params={"excludedAttributes": "members", "filter": f'displayName eq "{name}"'})
    assert found["totalResults"] == 1 and "members" not in found["Resources"][0]
    assert directory.call("GET", f"Groups/{group['id']}?excludedAttributes=members").get("members") is None
    assert directory.call("GET", f"Groups/{group['id']}")["members"][0]["value"] == people[0]["id"]


# --- filters and pages -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text, found", [
    ('externalId eq "ext-1"', [1]), ('externalId eq "ext-1" or externalId eq "ext-2"', [1, 2]),
    ('displayName sw "person" and not (externalId eq "ext-0")', [1, 2]), ('externalId co "xt-" and active eq true', [0, 1, 2]),
    ('emails[type eq "work" and value co "@acme"] and externalId ew "-2"', [2]),
    ('emails[type eq "work"].value co "@acme" and externalId sw "ext-" and (externalId ne "ext-0")', [1, 2]),
    ('externalId sw "ext-" and meta.lastModified gt "2020-01-01T00:00:00Z" and externalId lt "ext-1"', [0]),
    ('emails[type eq "home"] and externalId pr', []), ('displayName co "%" and externalId pr', []),
    (f'{USER}:externalId EQ "ext-0"', [0])])
def test_a_filter_is_held_against_each_user(directory, people, text, found):
    answer = directory.call("GET", "Users", params={"filter": text})
    assert sorted(u["id"] for u in answer["Resources"]) == sorted(people[i]["id"] for i in found)
    assert answer["totalResults"] == len(found)


@pytest.mark.parametrize("text", [
    "", "userName", "userName eq", 'userName is "x"', 'userName eq "x', '(userName eq "x"', 'userName eq "x" and',
    'favourite eq "x"', 'emails[type eq "work"', 'not userName eq "x"', '"x" eq userName', "(" * 30 + "a pr" + ")" * 30,
    'userName eq "' + "x" * 1200 + '"', "userName eq 'x'; DROP TABLE person; --"])
def test_a_bad_filter_is_told(directory, text):
    directory.refused("GET", "Users", 400, "invalidFilter", params={"filter": text or " "})


def test_pages_follow_the_order_of_ids(directory, people):
    total = directory.call("GET", "Users")["totalResults"]
    assert total >= 3
    seen = []
    for start in range(1, total + 1, 2):
        page = directory.call("GET", "Users", params={"startIndex": start, "count": 2})
        assert page["totalResults"] == total and page["startIndex"] == start
        assert page["itemsPerPage"] == len(page["Resources"]) <= 2
        seen += [u["id"] for u in page["Resources"]]
    assert seen == sorted(set(seen)) and len(seen) == total
    none = directory.call("GET", "Users", params={"count": 0})
    assert none["totalResults"] == total and none["Resources"] == []
    assert directory.call("GET", "Users", params={"startIndex": -5, "count": 1})["startIndex"] == 1
    directory.refused("GET", "Users", 400, "invalidValue", params={"startIndex": "one"})


def test_attributes_are_chosen(directory, people):
    one = directory.call("GET", f"Users/{people[0]['id']}", params={"attributes": "userName,emails.value"})
    assert set(one) == {"schemas", "id", "userName", "emails"}
    other = directory.call("GET", f"Users/{people[0]['id']}", params={"excludedAttributes": "emails,meta"})
    assert "emails" not in other and "meta" not in other and other["userName"]


# --- faults ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation, kind", [
    ({"op": "move", "path": "title", "value": "x"}, "invalidSyntax"), ({"op": "remove"}, "noTarget"),
    ({"op": "replace", "path": "title"}, "invalidValue"), ({"op": "replace", "path": "ti tle[", "value": "x"}, "invalidPath"),
    ({"op": "replace", "path": "active", "value": "perhaps"}, "invalidValue"),
    ({"op": "replace", "path": "title", "value": 7}, "invalidValue"),
    ({"op": "replace", "path": "title", "value": "x" * 121}, "invalidValue"),
    ({"op": "remove", "path": "userName"}, "invalidValue"), ({"op": "replace", "path": "id", "value": uuid7()}, "mutability"),
    ({"op": "replace", "value": "x"}, "invalidValue"),
    ({"op": "replace", "path": "emails", "value": [{"value": "no address", "type": "work"}]}, "invalidValue")])
def test_a_patch_does_all_or_nothing(directory, operation, kind):
    user = directory.user(title="Before")
    directory.refused("PATCH", f"Users/{user['id']}", 400, kind, json={
        "schemas": [PATCH], "Operations": [{"op": "replace", "path": "title", "value": "After"}, operation]})
    assert directory.call("GET", f"Users/{user['id']}") == user


@pytest.mark.parametrize("data", [b"", b"[]", b'{"userName":"a","userName":"b"}', b'{"userName":', b"[" * 60, b'{"a":"\xff"}'])
def test_a_body_that_is_no_object_is_told(directory, data):
    directory.refused("POST", "Users", 400, "invalidSyntax", data=data, headers=TYPE)


def test_members_must_be_users(directory):
    for value in (uuid7(), "x", None):
        directory.refused("POST", "Groups", 400, "invalidValue", json={
            "schemas": [GROUP], "displayName": f"Team {secrets.token_hex(4)}", "members": [{"value": value}]})


def test_another_companys_users_and_groups_are_not_there(api, directory, make_company, people):
    other = Directory(api, make_company())
    theirs = other.user()
    group = other.call("POST", "Groups", 201, json={"schemas": [GROUP], "displayName": "Theirs",
                                                     "members": [{"value": theirs["id"]}]})
    for path in (f"Users/{theirs['id']}", f"Groups/{group['id']}", f"Users/{uuid7()}", "Users/x"):
        directory.refused("GET", path, 404, None)
    directory.refused("DELETE", f"Users/{theirs['id']}", 404, None)
    directory.refused("POST", "Groups", 400, "invalidValue", json={"schemas": [GROUP], "displayName": "Ours",
                                                                    "members": [{"value": theirs["id"]}]})
    assert other.call("GET", f"Users/{theirs['id']}")["active"] is True


# --- versions ----------------------------------------------------------------------------------------------------


def etag_of(directory, path, **headers):
    answer = directory.api.get(f"/scim/v2/{path}", who=directory.key, headers=headers)
    return answer.status_code, answer.headers.get("ETag")


@pytest.mark.parametrize("kind", ["Users", "Groups"])
def test_a_version_changes_with_each_change_and_is_the_entity_tag(directory, kind):
    made = directory.user() if kind == "Users" else directory.call("POST", "Groups", 201, json={
        "schemas": [GROUP], "displayName": f"Team {secrets.token_hex(4)}"})
    path, seen = f"{kind}/{made['id']}", {made["meta"]["version"]}
    someone = directory.user()["id"]
    changes = [{"op": "replace", "path": "displayName", "value": secrets.token_hex(4)}, {"op": "replace", "path": "externalId", "value": "x"}]
    if kind == "Groups":
        changes.append({"op": "add", "path": "members", "value": [{"value": someone}]})
    for change in changes:
        directory.patch(path, change, status=200 if kind == "Users" else 204)
        version = directory.call("GET", path)["meta"]["version"]
        assert version not in seen and etag_of(directory, path) == (200, version)
        assert etag_of(directory, path, **{"If-None-Match": version}) == (304, version)
        assert etag_of(directory, path, **{"If-None-Match": seen.pop()})[0] == 200
        seen.add(version)
    if kind == "Groups":  # a colleague who joins by an admin's hand changes the group, too
        other = directory.company.add_person(f"joins-{secrets.token_hex(3)}")
        put = directory.api.put(f"/v1/teams/{made['id']}/members/{other.id}", who=directory.company.admin, json={"is_primary": False})
        assert put.status_code == 200 and etag_of(directory, path)[1] not in seen


@pytest.mark.parametrize("method", ["PATCH", "PUT", "DELETE"])
@pytest.mark.parametrize("kind", ["Users", "Groups"])
def test_a_change_of_another_version_is_refused(directory, kind, method):
    made = directory.user() if kind == "Users" else directory.call("POST", "Groups", 201, json={
        "schemas": [GROUP], "displayName": f"Team {secrets.token_hex(4)}"})
    path, version = f"{kind}/{made['id']}", made["meta"]["version"]
    body = {"PATCH": {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "displayName", "value": secrets.token_hex(5)}]},
            "PUT": {"schemas": made["schemas"], "userName": made.get("userName"), "displayName": secrets.token_hex(5)}}.get(method)
    options = {"json": body} if body else {}
    status = 204 if method == "DELETE" or (method, kind) == ("PATCH", "Groups") else 200
    headers = {"Content-Type": "application/scim+json"} if body else {}
    refused = directory.refused(method, path, 412, None, headers={**headers, "If-Match": 'W/"0"'}, **options)
    assert refused["code"] == "precondition_failed" and directory.call("GET", path) == made
    directory.call(method, path, status, headers={**headers, "If-Match": f'W/"0", {version}'}, **options)


def test_patches_of_one_user_at_once_lose_nothing(directory):
    user = directory.user()
    fields = ["title", "displayName", "externalId", "name.givenName", "name.familyName", f"{ENTERPRISE}:department",
              f"{ENTERPRISE}:employeeNumber", "addresses[type eq \"work\"].locality"]
    base = directory.api.base

    def one(field):
        return Client(base).patch(f"/scim/v2/Users/{user['id']}", who=directory.key, headers=TYPE, json={
            "schemas": [PATCH], "Operations": [{"op": "replace", "path": field, "value": "here"}]}).status_code

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert list(pool.map(one, fields)) == [200] * 8
    now = directory.call("GET", f"Users/{user['id']}")
    assert str(now).count("'here'") == 8


# --- what follows ------------------------------------------------------------------------------------------------


def test_a_user_is_a_person_of_the_company(api, directory):
    user = directory.user(title="Engineer", preferredLanguage="de", timezone="Europe/Paris",
                          addresses=[{"type": "work", "locality": "Lyon"}], **{ENTERPRISE: {"department": "Research"}})
    person = api.get(f"/v1/people/{user['id']}", who=directory.company.admin).json()
    assert person["display_name"] == "Ada King" and person["email"] == user["userName"] and person["role"] == "member"
    assert person["department"] == "Research" and person["location"] == "Lyon" and person["state"] == "active"


def test_department_and_manager_are_dated(directory, stack):
    user = directory.user(**{ENTERPRISE: {"department": "Research", "manager": {"value": "m-1"}}})
    directory.patch(f"Users/{user['id']}", {"op": "replace", "path": f"{ENTERPRISE}:department", "value": "Sales"})
    directory.patch(f"Users/{user['id']}", {"op": "remove", "path": f"{ENTERPRISE}:manager"})
    rows = stack.db("SELECT kind, value, from_at, to_at FROM person_fact WHERE person_id = %s ORDER BY kind, from_at",
                    (user["id"],))
    assert [(r["kind"], r["value"], r["to_at"] is None) for r in rows] == [
        ("department", "Research", False), ("department", "Sales", True), ("manager", "m-1", False)]
    assert rows[0]["to_at"] == rows[1]["from_at"]


def test_groups_are_teams_with_dated_membership(directory, stack):
    user = directory.user()
    first, second = (directory.call("POST", "Groups", 201, json={
        "schemas": [GROUP], "displayName": f"Team {secrets.token_hex(4)}", "members": [{"value": user["id"]}]})
        for _ in range(2))
    directory.patch(f"Groups/{first['id']}", {"op": "remove", "path": f'members[value eq "{user["id"]}"]'}, status=204)
    rows = stack.db("SELECT team_id, is_primary, to_at FROM team_member WHERE person_id = %s ORDER BY from_at", (user["id"],))
    assert [(str(r["team_id"]), bool(r["is_primary"]), r["to_at"] is None) for r in rows] == [
        (first["id"], True, False), (second["id"], False, True)]
    name = second["displayName"]
    directory.call("DELETE", f"Groups/{second['id']}", 204)
    directory.refused("GET", f"Groups/{second['id']}", 404, None)
    again = directory.call("POST", "Groups", 201, json={"schemas": [GROUP], "displayName": name})
    assert again["id"] != second["id"] and again["members"] == []


@pytest.mark.parametrize("way", ["patch", "delete"])
def test_who_leaves_is_out_within_five_seconds_on_every_worker(api, directory, stack, way):
    person = directory.company.add_person(f"leaver-{secrets.token_hex(4)}")
    found = directory.call("GET", "Users", params={"filter": f'emails.value co "leaver-" and id eq "{person.id}"'})
    assert found["totalResults"] == 1
    assert all(Client(stack.places["API"]).get("/v1/me", who=person).status_code == 200 for _ in range(8))
    if way == "patch":
        directory.patch(f"Users/{person.id}", {"op": "Replace", "path": "active", "value": "False"})
    else:
        directory.call("DELETE", f"Users/{person.id}", 204)
        directory.refused("GET", f"Users/{person.id}", 404, None)

    left, let_in = time.monotonic(), [0]

    def out():
        for _ in range(12):
            asked = time.monotonic()
            if Client(stack.places["API"]).get("/v1/me", who=person).status_code != 401:
                let_in[0] = asked
                return False
        return True

    wait_until(out, 20, "everybody to refuse them")
    assert let_in[0] - left < 5, "nobody who asked five seconds later was let in"


def test_who_was_deleted_and_comes_again_is_the_same_person(directory):
    user = directory.user()
    directory.call("DELETE", f"Users/{user['id']}", 204)
    directory.refused("DELETE", f"Users/{user['id']}", 404, None)
    assert directory.call("GET", "Users", params={"filter": f'userName eq "{user["userName"]}"'})["totalResults"] == 0
    again = directory.call("POST", "Users", 201, json={"schemas": [USER], "userName": user["userName"]})
    assert again["id"] == user["id"] and again["active"] is True


def test_twelve_at_once_make_one_user(directory, stack):
    name = f"twelve-{secrets.token_hex(4)}@acme.example"
    base, key = stack.places["API"], directory.key

    def one(_):
        return Client(base).post("/scim/v2/Users", who=key, json={"schemas": [USER], "userName": name},
                                 headers=TYPE).status_code

    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        for _ in range(3):
            name = f"twelve-{secrets.token_hex(4)}@acme.example"
            assert sorted(pool.map(one, range(12))) == [201] + [409] * 11


# --- roles that come with a group --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def roled(directory, api):
    """Two groups of the directory, that an admin lets roles come with."""
    made = {}
    for role in ("curator", "admin"):
        group = directory.call("POST", "Groups", 201, json={"schemas": [GROUP], "displayName": f"{role}s {secrets.token_hex(4)}"})
        team = api.get(f"/v1/teams/{group['id']}", who=directory.company.admin).json()
        answer = api.patch(f"/v1/teams/{group['id']}", who=directory.company.admin, json={"version": team["version"], "role": role})
        assert answer.status_code == 200 and answer.json()["role"] == role
        made[role] = group
    return made


def role_of(directory, person):
    return directory.api.get(f"/v1/people/{person}", who=directory.company.admin).json()["role"]


def push(directory, group, person, op):
    operation = {"op": "add", "path": "members", "value": [{"value": person}]} if op == "add" else {
        "op": "remove", "path": f'members[value eq "{person}"]'}
    directory.patch(f"Groups/{group['id']}", operation, status=204)


def test_a_role_comes_and_goes_with_its_group_and_is_dated(directory, roled, stack):
    person = directory.user()["id"]
    push(directory, roled["curator"], person, "add")
    assert role_of(directory, person) == "curator"
    push(directory, roled["admin"], person, "add")
    assert role_of(directory, person) == "admin"
    push(directory, roled["curator"], person, "remove")
    assert role_of(directory, person) == "admin"
    push(directory, roled["curator"], person, "add")
    push(directory, roled["admin"], person, "remove")
    assert role_of(directory, person) == "curator"
    push(directory, roled["curator"], person, "remove")
    assert role_of(directory, person) == "member"
    rows = stack.db("SELECT role, to_at FROM person_role WHERE person_id = %s ORDER BY from_at", (person,))
    assert [r["role"] for r in rows] == ["member", "curator", "admin", "curator", "member"]
    assert [r["to_at"] is None for r in rows] == [False] * 4 + [True]
    events = directory.api.get("/v1/audit", who=directory.company.admin, params={"person": person}).json()["items"]
    assert {"member", "curator", "admin"} <= {e["changes"]["role"][1] for e in events if e["action"] == "person.role_changed"}


def test_a_role_of_another_reason_stays_when_a_group_is_left(directory, roled):
    manager = directory.company.add_person(f"boss-{secrets.token_hex(3)}", "manager")
    push(directory, roled["curator"], manager.id, "add")
    assert role_of(directory, manager.id) == "manager"
    push(directory, roled["curator"], manager.id, "remove")
    assert role_of(directory, manager.id) == "manager"


@pytest.mark.parametrize("way", ["role", "archived"])
def test_a_change_of_the_role_reaches_those_who_are_in_the_group(directory, api, way):
    person, admin = directory.user()["id"], directory.company.admin
    group = directory.call("POST", "Groups", 201, json={"schemas": [GROUP], "displayName": f"T {secrets.token_hex(4)}",
                                                         "members": [{"value": person}]})

    def change(**what):
        version = api.get(f"/v1/teams/{group['id']}", who=admin).json()["version"]
        assert api.patch(f"/v1/teams/{group['id']}", who=admin, json={"version": version, **what}).status_code == 200

    change(role="curator")
    assert role_of(directory, person) == "curator"
    change(role="manager")
    assert role_of(directory, person) == "manager"
    change(**({"role": None} if way == "role" else {"archived": True}))
    assert role_of(directory, person) == "member"


def test_a_role_lost_with_a_group_bites_within_five_seconds(directory, roled, api):
    person = directory.company.add_person(f"was-{secrets.token_hex(3)}")
    push(directory, roled["admin"], person.id, "add")
    person._token = ""
    assert api.get("/v1/audit", who=person).status_code == 200
    push(directory, roled["admin"], person.id, "remove")
    wait_until(lambda: all(Client(api.base).get("/v1/audit", who=person).status_code in (401, 403) for _ in range(8)), 5, "the end")
