# SPDX-License-Identifier: Apache-2.0
"""Companies, people, teams with dated membership, and who is let in now."""

import time

import pytest

from conftest import uuid7, wait_until


# --- the company -------------------------------------------------------------------------------------------------


def test_an_app_learns_of_a_company_before_anybody_signs_in(api, acme):
    answer = api.get(f"/v1/config?company={acme.slug}")
    assert answer.status_code == 200
    told = answer.json()
    assert told["company"] == acme.slug and told["sign_in_url"] is None
    assert {"feed", "kudos", "points", "boards", "mentoring", "notifications"} <= set(told["features"])
    assert "linkedin" in told["networks"] and told["link_url"].startswith("http")
    for nobody in ("nobody", "größe"):
        assert api.get("/v1/config", params={"company": nobody}).status_code == 404
    assert api.get("/v1/config").status_code == 400


def test_an_app_learns_where_sign_in_starts_while_a_provider_is_on(api, make_company):
    company, path = make_company(), f"/v1/identity-providers/{uuid7()}"

    def start():
        return api.get(f"/v1/config?company={company.slug}").json()["sign_in_url"]

    assert start() is None
    body = {"name": "Directory", "issuer": "https://id.example.com", "client_id": "rostra", "client_secret": "a secret of it", "state": "on"}
    wrong = api.put(path, who=company.admin, json={**body, "client_id": "größe", "client_secret": "größe"})
    assert wrong.status_code == 422 and {e["pointer"] for e in wrong.json()["errors"]} == {"#/client_id", "#/client_secret"}
    provider = api.put(path, who=company.admin, json=body)
    assert provider.status_code == 201, provider.text
    assert start() == f"{api.get(f'/v1/config?company={company.slug}').json()['api_url']}/v1/auth/start?company={company.slug}"
    # What is missing there is the app's own; the company is known.
    answer = api.get(f"/v1/auth/start?company={company.slug}")
    assert {e["pointer"] for e in answer.json()["errors"]} == {"?redirect_uri", "?state", "?code_challenge", "?code_challenge_method"}
    off = api.patch(path, who=company.admin, json={"version": provider.json()["version"], "state": "off"})
    assert off.status_code == 200 and start() is None


def test_an_operators_words_of_any_alphabet_are_understood(stack, acme):
    for args, status, word in (
            (("person", "list", "--company", "größe"), 1, 'no company "größe"'),
            (("token", "--company", acme.slug, "--person", "jürgen@example.com"), 1, "nobody"),
            (("person", "add", "--company", acme.slug, "--email", "jürgen@example.com", "--name", "Jürgen"), 2, "--email must be"),
            (("person", "add", "--company", acme.slug, "--email", "j@example.com", "--name", "J", "--role", "boss"), 2, "member, curator")):
        done = stack.rostra(*args, check=False)
        assert (done.returncode, word in done.stderr) == (status, True), done.stderr


def test_a_suspended_company_is_as_if_it_never_was(api, make_company, rostra):
    company = make_company()
    assert api.get("/v1/me", who=company.member).status_code == 200
    rostra("company", "suspend", "--slug", company.slug)
    answer, never = api.get(f"/v1/config?company={company.slug}"), api.get("/v1/config?company=never-was")
    assert answer.status_code == never.status_code == 404
    assert answer.json()["detail"] == never.json()["detail"]
    wait_until(lambda: api.get("/v1/me", who=company.member).status_code == 401, 5, "the suspension")
    rostra("company", "activate", "--slug", company.slug)
    wait_until(lambda: api.get("/v1/me", who=company.member).status_code == 200, 5, "the return")


def test_settings_of_the_company_are_the_admins_and_versioned(api, make_company):
    company = make_company()
    now = api.get("/v1/company", who=company.admin).json()
    wanted = {"version": now["version"], "lookback_days": 45, "brand_color": "#00aaff", "min_app_version": "2.1"}
    after = api.patch("/v1/company", who=company.admin, json=wanted)
    assert after.status_code == 200 and after.json()["lookback_days"] == 45
    assert after.json()["version"] == now["version"] + 1 and after.json()["name"] == now["name"]
    again = api.patch("/v1/company", who=company.admin, json=wanted)
    assert again.status_code == 409 and again.json()["code"] == "version_conflict"
    wrong = api.patch("/v1/company", who=company.admin, json={
        "version": 1, "currency": "euro", "time_zone": "Mars/Olympus", "lookback_days": 0, "slug": "x"})
    assert wrong.status_code == 422
    assert {e["pointer"] for e in wrong.json()["errors"]} == {"#/currency", "#/time_zone", "#/lookback_days", "#/slug"}
    assert api.get("/v1/company", who=company.manager).status_code == 403


def test_an_app_that_is_too_old_is_told_so(api, make_company):
    company = make_company()
    version = api.get("/v1/company", who=company.admin).json()["version"]
    api.patch("/v1/company", who=company.admin, json={"version": version, "min_app_version": "2.10"})

    def status(app):
        return api.get("/v1/me", who=company.member, headers={"App-Version": app}).status_code

    wait_until(lambda: status("2.9.9") == 403, 5, "the new minimum")
    refused = api.get("/v1/me", who=company.member, headers={"App-Version": "1.0"}).json()
    assert refused["code"] == "client_upgrade_required"
    assert status("2.10") == status("2.10.1") == status("3") == 200
    assert api.get("/v1/me", who=company.member).status_code == 200


# --- oneself -----------------------------------------------------------------------------------------------------


def test_one_sees_and_changes_oneself(api, make_company):
    company = make_company()
    me = api.get("/v1/me", who=company.member).json()
    assert me["id"] == company.member.id and me["email"] == company.member.email and me["role"] == "member"
    changed = api.patch("/v1/me", who=company.member, json={"version": me["version"], "language": "de",
                                                             "time_zone": "Europe/Berlin"}).json()
    assert (changed["language"], changed["time_zone"]) == ("de", "Europe/Berlin")
    cleared = api.patch("/v1/me", who=company.member, json={"version": changed["version"], "language": None}).json()
    assert cleared["language"] is None and cleared["time_zone"] == "Europe/Berlin"
    for member in ("role", "id", "company_id", "email", "state"):
        answer = api.patch("/v1/me", who=company.member, json={"version": cleared["version"], member: "admin"})
        assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == f"#/{member}"
    assert api.get("/v1/me", who=company.member).json() == cleared


# --- colleagues --------------------------------------------------------------------------------------------------


def found_by(api, company, q, limit=100):
    """Display names, page by page; q None: of all."""
    names, cursor = [], {}
    while True:
        page = api.get("/v1/people", who=company.member, params={"q": q, "limit": limit, **cursor}).json()
        names += [p["display_name"] for p in page["items"]]
        if not page["has_more"]:
            return names
        cursor = {"cursor": page["next_cursor"]}


def test_people_are_found_by_name_page_by_page(api, make_company):
    company = make_company()
    for name in ("zoe-b", "zoe-a", "zoe-c", "100%", "100x"):
        company.add_person(name)
    names = found_by(api, company, None, 2)
    assert names == sorted(names, key=str.casefold) and len(names) == len(set(names)) == 9
    found = api.get("/v1/people?q=Zoe-", who=company.member).json()["items"]
    assert [p["display_name"] for p in found] == ["Zoe-A", "Zoe-B", "Zoe-C"]
    assert [p["display_name"] for p in api.get("/v1/people?q=100%25", who=company.member).json()["items"]] == ["100%"]


def test_people_are_found_by_every_word_of_their_names(api, make_company, stack):
    company = make_company()
    names = ["Ana-Maria de la Cruz", "Cruz  Anaya", "Ana Ana Anaya", "Grüner, Émile", "de Vries", "Grunert Ana", "Ana"]
    for n, name in enumerate(names):
        stack.rostra("person", "add", "--company", company.slug, "--email", f"n{n}@names.example", "--name", name)
    assert found_by(api, company, "cruz") == ["Cruz  Anaya"]  # the fifth word of the other is one too many
    assert found_by(api, company, "la cr") == ["Ana-Maria de la Cruz"]
    assert found_by(api, company, "gruner") == ["Grüner, Émile", "Grunert Ana"]
    assert found_by(api, company, "EMILE") == ["Grüner, Émile"]
    assert found_by(api, company, "de") == ["Ana-Maria de la Cruz", "de Vries"]
    assert found_by(api, company, "maria de") == ["Ana-Maria de la Cruz"] and found_by(api, company, "ria") == []
    assert found_by(api, company, "%") == [] == found_by(api, company, "ana_")
    # Each once, however many of their words begin so, in pages of any size; in the order of what was found, then of ids.
    for limit in (1, 2, 3, 100):
        found = found_by(api, company, "ana", limit)
        assert sorted(found) == sorted(set(names) - {"Grüner, Émile", "de Vries"}), limit
        assert found == ["Grunert Ana", "Ana", "Ana Ana Anaya", "Ana-Maria de la Cruz", "Cruz  Anaya"], limit


def test_a_page_of_found_people_goes_on_or_says_that_it_cannot(api, make_company, stack, db):
    company = make_company()
    for name in ("Ida Berg", "Ida Borg", "Ida Burg"):
        stack.rostra("person", "add", "--company", company.slug, "--email", name.replace(" ", ".") + "@names.example", "--name", name)
    page = api.get("/v1/people?q=b&limit=1", who=company.member).json()
    assert [p["display_name"] for p in page["items"]] == ["Ida Berg"]
    next_page = f"/v1/people?q=b&limit=1&cursor={page['next_cursor']}"
    assert [p["display_name"] for p in api.get(next_page, who=company.member).json()["items"]] == ["Ida Borg"]
    # Who was found is not called so any more.
    db("UPDATE person SET display_name = 'Ida' WHERE company_id = %s AND display_name = 'Ida Berg'", (company.id,))
    assert api.get(next_page, who=company.member).json()["code"] == "cursor_invalid"


def test_addresses_and_roles_are_for_managers_and_admins(api, acme):
    path = f"/v1/people/{acme.curator.id}"
    assert not {"email", "role", "state"} & set(api.get(path, who=acme.member).json())
    assert api.get(path, who=acme.manager).json()["email"] == acme.curator.email
    assert api.get(path, who=acme.admin).json()["role"] == "curator"


def test_people_of_another_company_never_were(api, acme, globex):
    foreign = api.get(f"/v1/people/{globex.member.id}", who=acme.admin)
    never = api.get(f"/v1/people/{uuid7()}", who=acme.admin)
    assert foreign.status_code == never.status_code == 404
    same = ("type", "title", "status", "detail", "code")
    assert {k: foreign.json().get(k) for k in same} == {k: never.json().get(k) for k in same}


def test_a_new_role_and_a_departure_bite_within_five_seconds(api, make_company, db):
    company = make_company()
    path = f"/v1/people/{company.member.id}"
    version = api.get(path, who=company.admin).json()["version"]
    assert api.get("/v1/company", who=company.member).status_code == 403
    api.patch(path, who=company.admin, json={"version": version, "role": "admin"})
    wait_until(lambda: api.get("/v1/company", who=company.member).status_code == 200, 5, "the new role")
    gone = api.patch(path, who=company.admin, json={"version": version + 1, "state": "deactivated"})
    assert gone.json()["state"] == "deactivated"
    wait_until(lambda: api.get("/v1/me", who=company.member).status_code == 401, 5, "the departure")
    assert api.get(path, who=company.curator).status_code == 404
    roles = db("SELECT role, from_at, to_at FROM person_role WHERE person_id = %s ORDER BY from_at", [company.member.id])
    assert [r["role"] for r in roles] == ["member", "admin"]
    assert roles[0]["to_at"] == roles[1]["from_at"] and roles[1]["to_at"] is None


def test_an_admin_cannot_lock_themselves_out(api, acme):
    version = api.get(f"/v1/people/{acme.admin.id}", who=acme.admin).json()["version"]
    answer = api.patch(f"/v1/people/{acme.admin.id}", who=acme.admin, json={"version": version, "role": "member"})
    assert answer.status_code == 409


# --- teams -------------------------------------------------------------------------------------------------------


def make_team(api, company, name):
    team = uuid7()
    assert api.put(f"/v1/teams/{team}", who=company.admin, json={"name": name}).status_code == 201
    return team


def test_a_team_is_made_once_and_changed_by_version(api, make_company):
    company = make_company()
    team = make_team(api, company, "EMEA")
    assert api.put(f"/v1/teams/{team}", who=company.admin, json={"name": "EMEA"}).status_code == 200
    other = api.put(f"/v1/teams/{team}", who=company.admin, json={"name": "APAC"})
    assert other.status_code == 409 and other.json()["code"] == "id_conflict"
    taken = api.put(f"/v1/teams/{uuid7()}", who=company.admin, json={"name": "EMEA"})
    assert taken.status_code == 409 and taken.json()["code"] == "conflict"
    old = api.put("/v1/teams/01234567-89ab-4def-8123-456789abcdef", who=company.admin, json={"name": "X"})
    assert old.status_code == 422 and old.json()["errors"][0]["pointer"] == "#/id"
    renamed = api.patch(f"/v1/teams/{team}", who=company.admin, json={"version": 1, "name": "Europe"})
    assert renamed.json()["name"] == "Europe" and renamed.json()["version"] == 2
    assert api.patch(f"/v1/teams/{team}", who=company.admin, json={"version": 1, "name": "E"}).status_code == 409
    assert [t["name"] for t in api.get("/v1/teams", who=company.member).json()["items"]] == ["Europe"]
    assert api.put(f"/v1/teams/{uuid7()}", who=company.curator, json={"name": "Y"}).status_code == 403


def test_membership_is_dated_and_the_past_stays(api, make_company):
    company = make_company()
    first, second = make_team(api, company, "First"), make_team(api, company, "Second")
    person = company.member.id
    joined = api.put(f"/v1/teams/{first}/members/{person}", who=company.admin, json={}).json()
    assert joined["is_primary"] and joined["to_at"] is None
    time.sleep(0.05)
    moved = api.put(f"/v1/teams/{second}/members/{person}", who=company.admin, json={}).json()

    def members(team, at=""):
        return [m["person_id"] for m in api.get(f"/v1/teams/{team}/members{at}", who=company.member).json()["items"]]

    assert members(first) == [] and members(second) == [person]
    assert members(first, f"?at={joined['from_at']}") == [person]
    assert members(first, f"?at={moved['from_at']}") == []
    assert api.delete(f"/v1/teams/{second}/members/{person}", who=company.admin).status_code == 204
    assert members(second) == []
    assert api.delete(f"/v1/teams/{second}/members/{person}", who=company.admin).status_code == 404


@pytest.mark.parametrize("secondary", [True, False])
def test_two_memberships_are_primary_at_most_once(api, make_company, db, secondary):
    company = make_company()
    teams = [make_team(api, company, name) for name in ("One", "Two", "Three")]
    for team in teams:
        api.put(f"/v1/teams/{team}/members/{company.member.id}", who=company.admin, json={"is_primary": not secondary})
    open_rows = db("SELECT is_primary FROM team_member WHERE person_id = %s AND to_at IS NULL", [company.member.id])
    assert len(open_rows) == (3 if secondary else 1)
    assert sum(r["is_primary"] for r in open_rows) == (0 if secondary else 1)


# --- keys --------------------------------------------------------------------------------------------------------


def test_a_key_is_shown_once_works_and_dies(api, make_company, db):
    company = make_company()
    wanted = {"kind": "secret", "name": "crm", "scopes": ["reports:read"], "expires_at": None}
    key_id = uuid7()
    made = api.put(f"/v1/keys/{key_id}", who=company.admin, json=wanted)
    assert made.status_code == 201 and made.json()["key"].startswith("rsk_")
    again = api.put(f"/v1/keys/{key_id}", who=company.admin, json=wanted)
    assert again.status_code == 200 and "key" not in again.json()
    assert api.put(f"/v1/keys/{key_id}", who=company.admin, json={**wanted, "name": "x"}).status_code == 409
    key = made.json()["key"]
    headers = {"Authorization": f"Bearer {key}"}
    assert api.get("/v1/reports/attribution", headers=headers).status_code == 200
    assert api.get("/v1/feed", headers=headers).status_code == 403
    assert api.get("/v1/leads", headers=headers).status_code == 403
    listed = next(k for k in api.get("/v1/keys", who=company.admin).json()["items"] if k["id"] == key_id)
    assert listed["prefix"] == key[:12] and "key" not in listed and listed["last_used_at"]
    rows = db("SELECT * FROM api_key WHERE id = %s", [key_id])
    assert key not in str(rows) and key not in str(db("SELECT reply FROM idempotency"))
    assert api.delete(f"/v1/keys/{key_id}", who=company.admin).status_code == 204
    wait_until(lambda: api.get("/v1/reports/attribution", headers=headers).status_code == 401, 5, "the revocation")


def test_a_key_with_faults_is_refused_by_field(api, acme):
    answer = api.put(f"/v1/keys/{uuid7()}", who=acme.admin, json={"kind": "secret", "name": "x", "scopes": ["all"]})
    assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == "#/scopes"
    answer = api.put(f"/v1/keys/{uuid7()}", who=acme.admin,
                     json={"kind": "site", "name": "x", "origins": ["https://a.example/path"]})
    assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == "#/origins"
