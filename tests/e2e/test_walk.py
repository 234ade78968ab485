# SPDX-License-Identifier: Apache-2.0
"""A walk over every route as every role, looking for who opted out, for a private kudos, and for words of a mentoring."""

import io
import secrets
import zipfile

import pytest

from conftest import ROLES, uuid7, wait_until
from content import made, new_share
from examples import EXAMPLES, World, badge_of
from test_matrix import DOCUMENT, MADE_BY_CLIENT, first_allowed

# Where colleagues see who works here, and those in charge what counts for the company: no choice of a person's takes it
# away, and none of it ranks them to others or shows what they know.
DIRECTORY = {"people_get", "person_get", "team_members_get", "following_list", "me_export"}
IN_CHARGE = ("share_", "audit_", "click_", "report_", "emv_", "scim_", "person_export")
RANKS = {"board_get", "board_points", "contest_standing", "contest_rows", "profile_get", "person_badges", "expertise_list",
         "feed_people", "follower_list", "mentoring_offer_list"}


class Secrets:
    """What must not be found, in a company where all the rest is."""

    def __init__(self, api, world):
        self.api, self.world, company = api, world, world.company
        self.words = {n: f"{n}{secrets.token_hex(6)}" for n in ("kudos", "request", "goal", "remark", "draft", "note", "knows")}
        self.hidden, self.mate = (company.add_person(f"{n}{secrets.token_hex(6)}") for n in ("hidden", "mate"))
        new_share(api, self.hidden, world.post)
        self.kudos = made(api.put(f"/v1/kudos/{uuid7()}", who=self.mate, json=world.kudos_body(
            recipients=[self.hidden.id], message=self.words["kudos"], visibility="private", points=5)))
        made(api.put(f"/v1/badges/{badge_of(world)['id']}/awards/{self.hidden.id}", who=company.admin, json={"reason": "For all"}))
        self.contest = made(api.put(f"/v1/contests/{uuid7()}", who=company.admin, json={
            "name": world.text(), "unit": "people", "measure": "shares", "first_on": "2026-01-01", "last_on": "2026-12-31"}))
        self.mentor()
        self.ids = (self.hidden.id, self.mate.id, self.kudos["id"], self.id)
        self.inner = (self.item["id"], self.review["id"])
        assert api.patch("/v1/me/profile", who=self.hidden, json={
            "tags": [self.words["knows"]], "visibility": "nobody", "version": 1}).status_code == 200
        assert api.patch("/v1/board-settings", who=self.hidden, json={"on_boards": False}).status_code == 200
        wait_until(lambda: api.get("/v1/points", who=self.hidden).json()["earned"] >= 5, what="the points")
        for role in ROLES:
            assert api.put(f"/v1/people/{self.hidden.id}/follow", who=getattr(company, role)).status_code == 204

    def mentor(self):
        api, words = self.api, self.words
        self.id = uuid7()
        path = f"/v1/mentorings/{self.id}"
        made(api.put(path, who=self.hidden, json={"person_id": self.mate.id, "role": "mentee", "tag": words["request"],
                                                  "message": words["request"], "weeks": 4}))
        assert api.post(f"{path}/decide", who=self.mate, json={"decision": "accept", "note": words["note"]}).status_code == 204
        self.item = made(api.put(f"{path}/items/{uuid7()}", who=self.hidden, json={"kind": "goal", "text": words["goal"]}))
        made(api.post(f"{path}/items/{self.item['id']}/comments", who=self.mate, json={"text": words["remark"]}))
        self.review = made(api.put(f"{path}/reviews/{uuid7()}", who=self.hidden, json={
            "post_id": self.world.post["id"], "network": "linkedin", "text": words["draft"]}))


def words_of(answer):
    """What an answer says, in an archive, too."""
    if answer.headers.get("Content-Type") != "application/zip":
        return answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as zipped:
        return "".join(zipped.read(name).decode() for name in zipped.namelist())


@pytest.fixture(scope="module")
def found(api, make_company):
    """{what: the operations, as which role, in whose answers it was}, of a walk over all that reads."""
    world = World(api, make_company)
    hidden = Secrets(api, world)
    marks = {**hidden.words, "person": hidden.hidden.id, "name": hidden.hidden.email.split("@")[0].title(), "walk": world.mark}
    found = {mark: set() for mark in marks}

    def look(operation, role, request, **changes):
        path = operation.path.format(**{**request.path, **changes})
        query = dict(request.query)
        names = {p["name"] for p in operation.parameters("query")}
        query |= {"limit": "100"} if "limit" in names else {}
        query |= {n: hidden.hidden.id for n in ("giver", "recipient", "person") if n in names and changes}
        query |= {"q": hidden.words["knows"]} if operation.id == "expertise_list" else {}
        options = {"json": request.json} if request.json is not None else {}
        answer = api.request(operation.method, path, who=world.caller(role), params=query, contract_checked=False, **options)
        said = words_of(answer)
        for mark, text in marks.items():
            if text in said:
                found[mark].add((operation.id, role))

    for operation in DOCUMENT.operations:
        talks = operation.path.startswith(("/v1/kudos/", "/v1/mentorings/")) and operation.id not in MADE_BY_CLIENT
        if {"public", "loopback"} & set(operation.access) or not (operation.method == "GET" or talks):
            continue
        request = EXAMPLES[operation.id](world, first_allowed(operation, world))
        if operation.id == "contest_standing":
            request.path["id"] = hidden.contest["id"]
        for role in operation.access:
            look(operation, role, request)
            if role in ("curator", "manager"):  # an admin may all that they may, and a member asks as they do
                continue
            for other in hidden.ids if "id" in request.path else ():
                look(operation, role, request, id=other)
            for other in hidden.inner if "other_id" in request.path else ():
                look(operation, role, request, id=hidden.id, other_id=other)
    return found


def test_the_walk_sees_what_is_there(found):
    assert len({operation for operation, _ in found["walk"]}) > 30
    assert {role for _, role in found["walk"]} >= set(ROLES)
    assert ("person_export", "admin") in found["person"]
    assert ("people_get", "member") in found["person"] and ("people_get", "member") in found["name"]


@pytest.mark.parametrize("words", ["kudos", "request", "goal", "remark", "draft", "note", "knows"])
def test_what_is_private_is_found_nowhere(found, words):
    assert found[words] == set()


@pytest.mark.parametrize("mark", ["person", "name"])
def test_who_opted_out_is_found_on_no_board_profile_search_or_feed(found, mark):
    assert RANKS <= {o.id for o in DOCUMENT.operations}
    operations = {o for o, _ in found[mark] if o not in DIRECTORY}
    assert not operations & RANKS
    assert [o for o in operations if not o.startswith(IN_CHARGE)] == []
    assert {role for o, role in found[mark] if o in operations} <= {"manager", "admin", "api_key"}
