# SPDX-License-Identifier: Apache-2.0
"""Kudos as phones keep them: a list that is remembered is never yesterday's, and who follows the changes holds what is
there, for whoever they are; of what a person may not see they are told nothing, not even that it is gone."""

import secrets

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from conftest import uuid7
from content import made
from test_kudos import House, decide, report
from test_scim import Directory
from test_sync import Phone

WIDTH = {"public": 2, "team": 1, "private": 0}


def team_of(house, *people):
    team = made(house.api.put(f"/v1/teams/{uuid7()}", who=house.company.admin, json={"name": f"T{secrets.token_hex(4)}"}))
    for person in people:
        enter(house, team, person)
    return team


def enter(house, team, person):
    answer = house.api.put(f"/v1/teams/{team['id']}/members/{person.id}", who=house.company.admin, json={})
    assert answer.status_code in (200, 201), answer.text


def rename_value(house, name):
    value = next(v for v in house.api.get("/v1/values", who=house.company.admin).json()["items"] if v["id"] == house.value["id"])
    answer = house.api.patch(f"/v1/values/{value['id']}", who=house.company.admin, json={"version": value["version"], "name": name})
    assert answer.status_code == 200, answer.text


def change(house, kudos, **members):
    version = house.api.get(f"/v1/kudos/{kudos}", who=house.ann).json().get("version", 1)
    return house.api.patch(f"/v1/kudos/{kudos}", who=house.ann, json={"version": version, **members})


def test_every_deed_is_in_the_list_at_once_and_between_deeds_it_is_unchanged(api, make_company):
    house = House(api, make_company())
    kudos = house.give(house.ann, house.bob, points=1)
    base, seen = f"/v1/kudos/{kudos['id']}", {}
    comment = {}

    def react(method):
        assert method(f"{base}/reactions/love", who=house.cid).status_code == 200

    def say():
        comment.update(made(api.post(f"{base}/comments", who=house.cid, json={"text": "So true"},
                                     headers={"Idempotency-Key": secrets.token_hex(8)})))

    def listed(who):
        return next((i for i in api.get("/v1/kudos?limit=20", who=who).json()["items"] if i["id"] == kudos["id"]), None)

    def look(why, changed=True):
        for who in (house.ann, house.bob, house.cid):
            held = {"If-None-Match": seen[who.id]} if who.id in seen else {}
            answer = api.get("/v1/kudos?limit=20", who=who, headers=held)
            assert answer.status_code == (200 if changed or not held else 304), (why, who.email)
            seen[who.id] = answer.headers["ETag"]
            alone = api.get(base, who=who)
            assert listed(who) == (alone.json() if alone.status_code == 200 else None), (why, who.email)

    look("at first")
    look("nothing", changed=False)
    deeds = {
        "a reaction": lambda: react(api.put), "a comment": say, "a change": lambda: change(house, kudos["id"], message="Still."),
        "another value": lambda: rename_value(house, "Care"),
        "another name": lambda: Directory(api, house.company).patch(f"Users/{house.bob.id}", {"op": "replace", "path": "displayName", "value": "Bobby"}),
        "a reaction less": lambda: react(api.delete),
        "a comment less": lambda: api.delete(f"{base}/comments/{comment['id']}", who=house.cid),
        "a report": lambda: report(api, house.bob, kudos), "a decision": lambda: decide(api, house.company.manager, kudos, "restore"),
        "fewer readers": lambda: change(house, kudos["id"], visibility="private"),
        "more readers": lambda: change(house, kudos["id"], visibility="team"),
        "a team": lambda: team_of(house, house.ann, house.cid), "its end": lambda: api.delete(base, who=house.ann),
    }
    for why, deed in deeds.items():
        deed()
        look(why)
        if why == "another name":
            assert listed(house.ann)["recipients"][0]["display_name"] == "Bobby" and listed(house.ann)["value_name"] == "Care"
        look(why, changed=False)
    assert len(set(seen.values())) == 3, "a validator is of one reader"


def test_phones_follow_names_and_forget_what_is_shut(api, make_company):
    house = House(api, make_company())
    team = team_of(house, house.ann, house.cid)
    kudos = [house.give(house.ann, visibility=v) for v in WIDTH]
    phones = {p.email: Phone(api, p).sync() for p in (house.ann, house.bob, house.cid, house.company.member)}
    assert [len(p.held("kudos")) for p in phones.values()] == [3, 3, 2, 1]
    Directory(api, house.company).patch(f"Users/{house.bob.id}", {"op": "replace", "path": "displayName", "value": "Robert"})
    rename_value(house, "Mettle")
    for phone in phones.values():
        for held in phone.sync().held("kudos").values():
            assert (held["recipients"][0]["display_name"], held["value_name"]) == ("Robert", "Mettle")
    assert api.delete(f"/v1/teams/{team['id']}/members/{house.cid.id}", who=house.company.admin).status_code == 204
    assert set(phones[house.cid.email].sync().held("kudos")) == {kudos[0]["id"]}, "what was the team's"
    for k in kudos:
        assert api.delete(f"/v1/kudos/{k['id']}", who=house.ann).status_code == 204
    assert [p.sync().held("kudos") for p in phones.values()] == [{}] * 4
    assert not phones[house.company.member.email].told & {k["id"] for k in kudos[1:]}, "of the others not even an id"


class Phones(RuleBasedStateMachine):
    """Kudos of every kind given, changed, talked about and taken back; phones of whoever may see some of them."""

    api = make_company = None

    @initialize(limit=st.sampled_from([1, 3, 100]))
    def begin(self, limit):
        self.house = House(self.api, self.make_company())
        h = self.house
        self.team, self.inside = team_of(h, h.ann), False
        self.readers = [h.ann, h.bob, h.cid, h.company.member]
        self.phones = [Phone(self.api, p, limit).sync() for p in self.readers]
        self.kudos, self.widest, self.fresh = [], {}, 0

    def one(self, which):
        return self.kudos[which % len(self.kudos)]

    @rule(visibility=st.sampled_from(list(WIDTH)))
    def give(self, visibility):
        kudos = self.house.give(self.house.ann, self.house.bob, visibility=visibility)["id"]
        self.kudos.append(kudos)
        self.widest[kudos] = WIDTH[visibility]

    @precondition(lambda self: self.kudos)
    @rule(which=st.integers(0, 9), visibility=st.sampled_from(list(WIDTH)))
    def change(self, which, visibility):
        kudos = self.one(which)
        if change(self.house, kudos, visibility=visibility, message=secrets.token_hex(3)).status_code == 200:
            self.widest[kudos] = max(self.widest[kudos], WIDTH[visibility])

    @precondition(lambda self: self.kudos)
    @rule(which=st.integers(0, 9), verb=st.sampled_from(["withdraw", "react", "say", "report", "restore", "remove"]), who=st.integers(1, 3))
    def act(self, which, verb, who):
        api, base, person = self.api, f"/v1/kudos/{self.one(which)}", self.readers[who]
        if verb == "withdraw":
            api.delete(base, who=self.house.ann)
        elif verb == "react":
            api.put(f"{base}/reactions/love", who=person)
        elif verb == "say":
            api.post(f"{base}/comments", who=person, json={"text": "Yes"}, headers={"Idempotency-Key": secrets.token_hex(8)})
        elif verb == "report":
            api.post(f"{base}/report", who=person, json={"reason": "spam"})
        else:
            decide(api, self.house.company.manager, {"id": self.one(which)}, verb)

    @rule()
    def move(self):
        """Cid comes into the giver's team, or leaves it."""
        if self.inside:
            self.api.delete(f"/v1/teams/{self.team['id']}/members/{self.house.cid.id}", who=self.house.company.admin)
        else:
            enter(self.house, self.team, self.house.cid)
        self.inside = not self.inside

    @rule(who=st.integers(0, 3))
    def sync(self, who):
        self.agree(who)

    def agree(self, who):
        phone, person = self.phones[who].sync(), self.readers[who]
        listed = {i["id"]: i for i in self.api.get("/v1/kudos?limit=100", who=person).json()["items"]}
        assert phone.held("kudos") == listed == Phone(self.api, person).sync().held("kudos")

    def teardown(self):
        if not hasattr(self, "phones"):
            return
        for who in range(len(self.readers)):
            self.agree(who)
        quiet = {k for k, width in self.widest.items() if width == WIDTH["private"]}
        assert not (self.phones[2].told | self.phones[3].told) & quiet, "an id of a private kudos got out"


def test_a_phone_holds_the_kudos_that_its_person_may_see(api, make_company):
    case = type("Machine", (Phones,), {"api": api, "make_company": staticmethod(make_company)}).TestCase
    case.settings = settings(max_examples=5, stateful_step_count=18, deadline=None, database=None,
                             suppress_health_check=list(HealthCheck))
    case().runTest()
