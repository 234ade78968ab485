# SPDX-License-Identifier: Apache-2.0
"""People's rights: a copy of what is kept of somebody, and that nothing of them is left after an erasure but what counts."""

import csv
import io
import json
import secrets
import zipfile

import pytest

from conftest import Person, uuid7, wait_until
from content import live_post, made, new_share


@pytest.fixture(scope="module")
def hooli(make_company):
    return make_company()


def ok(response):
    assert response.status_code == 200, f"{response.status_code} {response.text}"
    return response.json()


def done(response):
    assert response.status_code == 204, f"{response.status_code} {response.text}"


class Life:
    """Somebody who left canaries wherever people leave words."""

    def __init__(self, stack, api, company, name):
        self.mark = f"canary{secrets.token_hex(5)}"
        self.api, self.company = api, company
        m = self.mark
        self.person = company.add_person(f"{name}{m}", given_name=f"Given{m}", family_name=f"Family{m}",
                                         job_title=f"Title {m}", department=f"Dep {m}", location=f"Loc {m}")
        self.session = json.loads(stack.rostra("session", "start", "--company", company.slug, "--person", self.person.email,
                                               "--device", f"Phone {m}", "--json"))
        stack.db("UPDATE session SET created_country = 'CH', created_city = %s, last_used_city = %s WHERE id = %s",
                 (f"City {m}", f"Other city {m}", self.session["session"]))
        # As a sign-in through a provider leaves it.
        stack.db("INSERT INTO identity (company_id, issuer, subject, oid, person_id, created_at, last_sign_in_at) VALUES"
                 " (%s, 'https://id.example', %s, %s, %s, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))",
                 (company.id, f"subject-{m}", f"oid-{m}", self.person.id))
        # As the directory leaves it.
        stack.db("INSERT INTO scim_user (company_id, person_id, user_name, external_id, display_name, formatted, employee_number,"
                 " manager, created_at, updated_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))",
                 (company.id, self.person.id, *(f"{word}-{m}" for word in ("user", "ext", "shown", "full", "number", "boss"))))
        stack.db("INSERT INTO person_fact (company_id, person_id, kind, from_at, value) VALUES (%s, %s, 'department',"
                 " UTC_TIMESTAMP(6), %s)", (company.id, self.person.id, f"Past dep {m}"))
        for who, whom in ((self.person, company.member), (company.member, self.person)):
            assert api.put(f"/v1/people/{whom.id}/follow", who=who).status_code == 204
        policy = ok(api.get("/v1/kudos-policy", who=company.admin))
        ok(api.patch("/v1/kudos-policy", who=company.admin, json={"version": policy["version"], "interval_s": 0, "pair_max": 0}))
        self.value = made(api.put(f"/v1/values/{uuid7()}", who=company.admin, json={"name": f"Care {secrets.token_hex(3)}"}))
        self.kudos = self.give(self.person, company.member, f"Thanks from {m}")
        self.got = self.give(company.member, self.person, "Thank you, friend.", points=3)
        made(api.post(f"/v1/kudos/{self.got['id']}/comments", who=self.person, json={"text": f"Comment {m}"}))
        other = self.give(company.member, company.curator, "Thank you.")
        assert api.post(f"/v1/kudos/{other['id']}/report", who=self.person,
                        json={"reason": "other", "note": f"Note {m}"}).status_code == 204
        ok(api.patch("/v1/me/profile", who=self.person, json={"version": 1, "tags": [f"Knows {m}"], "visibility": "team"}))
        self.post = live_post(api, company)
        self.mentor(company.member)
        badge = made(api.put(f"/v1/badges/{uuid7()}", who=company.admin, json={
            "name": "Helper", "kind": "hand", "measure": None, "levels": [{"name": "One", "threshold": 1}]}))
        made(api.put(f"/v1/badges/{badge['id']}/awards/{self.person.id}", who=company.admin, json={"reason": f"Reason {m}"}))
        self.share = made(api.put(f"/v1/shares/{uuid7()}", who=self.person, json={
            "post_id": self.post["id"], "network": "linkedin", "text": f"Read this, says {m}"}))

    def mentor(self, mentee):
        """Somebody's mentor, and somebody's mentee."""
        api, m = self.api, self.mark
        made(api.put(f"/v1/mentoring-offers/{uuid7()}", who=self.person, json={"kind": "offer", "tag": f"Tag {m}", "note": f"Note {m}"}))
        for role in ("mentor", "mentee"):
            path = f"/v1/mentorings/{uuid7()}"
            made(api.put(path, who=self.person, json={"person_id": mentee.id, "role": role, "tag": f"Tag {m}", "weeks": 4,
                                                      "message": f"Message {m}"}))
            done(api.post(f"{path}/decide", who=mentee, json={"decision": "accept", "note": "Gladly"}))
            item = made(api.put(f"{path}/items/{uuid7()}", who=self.person, json={"kind": "goal", "text": f"Goal {m}"}))
            made(api.post(f"{path}/items/{item['id']}/comments", who=self.person, json={"text": f"Remark {m}"}))
            asks, looks = (self.person, mentee) if role == "mentee" else (mentee, self.person)
            words = f"Draft {m}" if role == "mentee" else "Draft"
            review = made(api.put(f"{path}/reviews/{uuid7()}", who=asks, json={
                "post_id": self.post["id"], "network": "linkedin", "text": words}))
            done(api.post(f"{path}/reviews/{review['id']}/decide", who=looks, json={
                "decision": "return", "note": f"Note {m}" if role == "mentor" else "Again"}))
            done(api.post(f"{path}/close", who=self.person, json={"note": f"End {m}"}))
        path = f"/v1/mentorings/{uuid7()}"
        made(api.put(path, who=mentee, json={"person_id": self.person.id, "role": "mentee", "tag": "Tag", "weeks": 4}))
        done(api.post(f"{path}/decide", who=self.person, json={"decision": "decline", "note": f"Answer {m}"}))

    def give(self, giver, receiver, message, **members):
        return made(self.api.put(f"/v1/kudos/{uuid7()}", who=giver, json={
            "recipients": [receiver.id], "value_id": self.value["id"], "message": message, **members}))


def archive(answer):
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/zip", answer.text
    return zipfile.ZipFile(io.BytesIO(answer.content))


def rows(zipped, table):
    return json.loads(zipped.read(f"json/{table}.json"))


def dump(stack):
    """{table.column: all of its values as text}, of the whole database."""
    found = {}
    tables = stack.db("SELECT table_name AS t FROM information_schema.tables WHERE table_schema = 'rostra'")
    for table in (row["t"] for row in tables):
        for row in stack.db(f"SELECT * FROM `{table}`"):
            for column, value in row.items():
                text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                found.setdefault(f"{table}.{column}", []).append(text)
    return found


def places(stack, mark):
    return sorted(where for where, values in dump(stack).items() if any(mark.lower() in v.lower() for v in values))


# --- a copy ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def life(stack, api, hooli):
    return Life(stack, api, hooli, "ann")


def test_the_export_holds_every_place_where_the_person_left_words(stack, api, life):
    zipped = archive(api.get("/v1/me/export", who=life.person))
    assert zipped.testzip() is None
    told = {f"{name[5:-5]}.{column}" for name in zipped.namelist() if name.startswith("json/")
            for row in json.loads(zipped.read(name)) for column, value in row.items() if life.mark in str(value).lower()}
    kept = set(places(stack, life.mark)) - {"idempotency.reply"}  # bytes of answers, for a week
    assert kept <= told and len(kept) >= 12, kept - told
    (person,) = rows(zipped, "person")
    assert person["email"] == life.person.email and person["id"] == life.person.id
    assert {r["id"] for r in rows(zipped, "kudos")} == {life.kudos["id"]}
    assert {t["table"]: t["rows"] for t in json.loads(zipped.read("tables.json"))}["kudos_comment"] == 1
    assert all(t["complete"] for t in json.loads(zipped.read("tables.json")))


def test_the_two_forms_of_the_export_say_the_same(api, life):
    zipped = archive(api.get("/v1/me/export", who=life.person))
    names = {n[5:-5] for n in zipped.namelist() if n.startswith("json/")}
    assert names == {n[4:-4] for n in zipped.namelist() if n.startswith("csv/")} and len(names) > 12
    for name in names:
        want = [{k: "" if v is None else str(v) for k, v in row.items()} for row in rows(zipped, name)]
        got = list(csv.DictReader(io.StringIO(zipped.read(f"csv/{name}.csv").decode(), newline="")))
        assert [{k: v.lstrip("'") for k, v in row.items()} for row in got] == want, name


def test_the_export_tells_nothing_of_others_and_no_secret(api, rostra, life):
    colleague = life.company.member
    text = b"".join(z.read(n) for z in [archive(api.get("/v1/me/export", who=life.person))] for n in z.namelist()).decode()
    assert colleague.email not in text and "Thank you, friend." not in text
    assert life.session["refresh_token"] not in text and "sha256" not in text and "salt" not in text
    # An admin's address does not go out with what the admin did to the person.
    version = ok(api.get(f"/v1/people/{life.person.id}", who=life.company.admin))["version"]
    ok(api.patch(f"/v1/people/{life.person.id}", who=life.company.admin, json={"version": version, "role": "curator"}))
    (event,) = [e for e in rows(archive(api.get("/v1/me/export", who=life.person)), "audit_event")
                if e["action"] == "person.role_changed"]
    assert event["address"] is None and "curator" in event["changes"]


def test_an_admin_gets_anybodys_export_and_it_is_on_record(api, hooli, globex, life):
    zipped = archive(api.get(f"/v1/people/{life.person.id}/export", who=hooli.admin))
    assert rows(zipped, "person")[0]["email"] == life.person.email
    event = ok(api.get("/v1/audit", who=hooli.admin, params={"action": "person.exported"}))["items"][0]
    assert (event["person_id"], event["actor_id"]) == (life.person.id, hooli.admin.id)
    assert api.get(f"/v1/people/{life.person.id}/export", who=globex.admin).status_code == 404
    assert api.get(f"/v1/people/{life.person.id}/export", who=hooli.manager).status_code == 403


def test_an_admins_copy_leaves_out_what_is_between_people_and_the_person_is_told(api, hooli):
    person, mate = (hooli.add_person(f"{n}{secrets.token_hex(4)}") for n in "hi")
    value = made(api.put(f"/v1/values/{uuid7()}", who=hooli.admin, json={"name": f"Tact {secrets.token_hex(3)}"}))
    for visibility in ("private", "public"):
        made(api.put(f"/v1/kudos/{uuid7()}", who=person, json={"recipients": [mate.id], "value_id": value["id"],
                                                              "message": "Between us", "visibility": visibility}))
    made(api.put(f"/v1/mentorings/{uuid7()}", who=person, json={"person_id": mate.id, "role": "mentee", "tag": "Between us",
                                                                "message": "Between us", "weeks": 4}))
    ok(api.patch("/v1/me/profile", who=person, json={"version": 1, "tags": ["Between us"], "visibility": "nobody"}))

    def words(zipped):
        return b"".join(zipped.read(n) for n in zipped.namelist()).decode()

    own = archive(api.get("/v1/me/export", who=person))
    assert words(own).count("Between us") == 2 * 5 and "all that is kept" in own.read("README.txt").decode().lower()
    assert ok(api.get("/v1/notifications", who=person))["items"] == [], "never of what one did oneself"
    copy = archive(api.get(f"/v1/people/{person.id}/export", who=hooli.admin))
    assert "Between us" not in words(copy) and mate.id not in words(copy)
    assert "/v1/me/export" in copy.read("README.txt").decode()
    out = {t["table"] for t in json.loads(copy.read("tables.json")) if t["rows"] is None}
    assert {"kudos", "kudos_comment", "mentoring", "mentoring_item", "share_review", "profile", "notice_setting"} <= out
    assert not out & {n[5:-5] for n in copy.namelist()}
    assert {t["table"] for t in json.loads(copy.read("tables.json"))} >= {n[5:-5] for n in own.namelist() if n.startswith("json/")}
    (line,) = ok(api.get("/v1/notifications", who=person))["items"]
    assert (line["kind"], line["object_id"]) == ("privacy", person.id)
    assert [a["id"] for a in line["actors"]] == [hooli.admin.id]
    archive(api.get(f"/v1/people/{person.id}/export", who=hooli.admin))
    (line,) = ok(api.get("/v1/notifications", who=person))["items"]
    assert line["events"] == 2
    # An admin's own copy has all of it.
    assert json.loads(archive(api.get(f"/v1/people/{hooli.admin.id}/export", who=hooli.admin)).read("tables.json"))[0]["complete"]


def test_the_command_writes_the_export_into_a_new_file(rostra, hooli, life, tmp_path):
    place = tmp_path / "data.zip"
    arguments = ("person", "export", "--company", hooli.slug, "--person", life.person.email, "--output", place)
    rostra(*arguments)
    assert rows(zipfile.ZipFile(place), "person")[0]["email"] == life.person.email
    assert "json/mentoring.json" in zipfile.ZipFile(place).namelist(), "all of it: it answers the person, who may have left"
    assert place.stat().st_mode & 0o777 == 0o600
    before = place.read_bytes()
    assert rostra(*arguments, check=False).returncode == 2 and place.read_bytes() == before


# --- erasure -----------------------------------------------------------------------------------------------------


def asked(api, who, **body):
    return api.put(f"/v1/erasures/{uuid7()}", who=who, json=body)


def test_after_an_erasure_no_canary_is_left_in_the_whole_database(stack, api, rostra, hooli):
    life = Life(stack, api, hooli, "bob")
    assert len(places(stack, life.mark)) >= 12
    rostra("person", "erase", "--company", hooli.slug, "--person", life.person.email)
    assert places(stack, life.mark) == []
    another = Life(stack, api, hooli, "cid")
    rostra("person", "erase", "--company", hooli.slug, "--person", another.person.email)
    assert places(stack, another.mark) == []
    assert stack.db("SELECT * FROM person_follow WHERE %s IN (follower_id, followed_id)", (life.person.id,)) == []
    # What counts stays, under a name that is nobody's.
    assert ok(api.get(f"/v1/kudos/{life.kudos['id']}", who=hooli.member))["giver"]["display_name"] == "Former colleague"
    assert ok(api.get(f"/v1/kudos/{life.got['id']}", who=hooli.member))["recipients"][0]["display_name"] == "Former colleague"
    assert stack.db("SELECT 1 FROM share WHERE person_id = %s AND state = 'active'", (life.person.id,))
    spent = stack.db("SELECT COUNT(*) AS n FROM point_entry WHERE person_id = %s", (life.person.id,))
    assert spent[0]["n"] >= 1
    assert rostra("points", "verify", "--company", hooli.slug) is not None
    wait_until(lambda: api.get("/v1/me", who=life.person).status_code == 401, 5, "the end of access")
    answer = api.post("/v1/auth/token", json={"grant_type": "refresh_token", "refresh_token": life.session["refresh_token"]},
                      idempotency_key=None)
    assert answer.status_code == 400
    event = ok(api.get("/v1/audit", who=hooli.admin, params={"person": life.person.id, "action": "person.erased"}))["items"]
    assert [(e["actor"], e["changes"]) for e in event] == [("system", {})]


def test_erasing_twice_changes_nothing_and_nobody_comes_back(api, rostra, db, hooli):
    person = hooli.add_person(f"c{secrets.token_hex(4)}")
    for _ in range(2):
        rostra("person", "erase", "--company", hooli.slug, "--person", person.id)
    events = ok(api.get("/v1/audit", who=hooli.admin, params={"person": person.id, "action": "person.erased"}))["items"]
    assert len(events) == 1
    assert rostra("person", "activate", "--company", hooli.slug, "--person", person.id, check=False).returncode == 1
    assert api.get(f"/v1/people/{person.id}", who=hooli.member).status_code == 404


def test_a_person_asks_thinks_again_and_asks_again(api, db, hooli):
    person = hooli.add_person(f"d{secrets.token_hex(4)}")
    ids = sorted(uuid7() for _ in range(3))

    def put(i):
        return api.put(f"/v1/erasures/{ids[i]}", who=person, json={})

    first = put(0)
    assert first.status_code == 201 and first.json()["state"] == "waiting" and first.json()["asked_by"] == person.id
    assert put(0).status_code == 200 and put(0).json() == first.json()
    assert put(1).status_code == 201, "from another phone"
    assert [api.delete(f"/v1/erasures/{ids[0]}", who=person).status_code for _ in range(2)] == [204, 204]
    assert [r["state"] for r in ok(api.get("/v1/erasures", who=person))["items"]] == ["waiting", "withdrawn"]
    assert api.delete(f"/v1/erasures/{ids[1]}", who=person).status_code == 204
    assert put(0).json()["state"] == "withdrawn", "a repeated request does not ask again"
    assert put(2).status_code == 201
    assert [r["state"] for r in ok(api.get("/v1/erasures", who=person))["items"]] == ["waiting", "withdrawn", "withdrawn"]
    assert ok(api.get("/v1/me", who=person))["id"] == person.id, "nothing is gone while it waits"
    actions = [e["action"] for e in ok(api.get("/v1/audit", who=hooli.admin, params={"person": person.id}))["items"]]
    assert actions.count("erasure.asked") == 3 and actions.count("erasure.withdrawn") == 2


def test_who_may_ask_for_whom_and_withdraw_what(api, hooli, globex):
    person = hooli.add_person(f"e{secrets.token_hex(4)}")
    assert asked(api, hooli.manager, person_id=person.id).status_code == 403
    answer = asked(api, hooli.admin, person_id=globex.member.id)
    assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == "#/person_id"
    by_admin = made(asked(api, hooli.admin, person_id=person.id))
    (line,) = ok(api.get("/v1/notifications", who=person))["items"]
    assert (line["kind"], line["object_id"]) == ("privacy", by_admin["id"]), "whom it is about hears of it"
    place = f"/v1/erasures/{by_admin['id']}"
    assert api.delete(place, who=person).status_code == 403
    assert api.delete(place, who=hooli.member).status_code == api.delete(place, who=globex.admin).status_code == 404
    assert api.delete(place, who=hooli.admin).status_code == 204
    own = made(asked(api, person))
    assert api.delete(f"/v1/erasures/{own['id']}", who=hooli.admin).status_code == 403
    assert own["id"] in [r["id"] for r in ok(api.get("/v1/erasures", who=hooli.admin))["items"]]
    assert ok(api.get("/v1/erasures", who=hooli.member))["items"] == []


def test_what_waited_long_enough_is_done_by_the_jobs(stack, api, db, hooli):
    person, patient = (hooli.add_person(f"{n}{secrets.token_hex(4)}") for n in "fg")
    request = made(asked(api, person))
    made(asked(api, patient))
    db("UPDATE erasure SET due_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE id = %s", (request["id"],))
    stack.run_job("erasure")
    wait_until(lambda: db("SELECT state FROM person WHERE id = %s", (person.id,))[0]["state"] == "erased", 15, "the erasure")
    (done,) = [r for r in ok(api.get("/v1/erasures", who=hooli.admin))["items"] if r["id"] == request["id"]]
    assert done["state"] == "done" and done["ended_at"]
    assert api.delete(f"/v1/erasures/{request['id']}", who=hooli.admin).status_code == 409
    assert db("SELECT state FROM person WHERE id = %s", (patient.id,))[0]["state"] == "active"
    assert db("SELECT email FROM person WHERE id = %s", (person.id,))[0]["email"] is None
