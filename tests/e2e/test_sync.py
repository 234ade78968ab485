# SPDX-License-Identifier: Apache-2.0
"""Sync: a phone that follows the changes holds exactly what a fresh one is given."""

import json
import secrets

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from conftest import uuid7
from content import draft_post, live_post, new_channel, new_share


class Phone:
    """Keeps a copy by the changes it is given."""

    def __init__(self, api, person, limit=100):
        self.api, self.person, self.limit = api, person, limit
        self.token, self.copy, self.calls, self.told = None, {}, 0, set()

    def sync(self):
        while True:
            params = {"limit": self.limit, **({"token": self.token} if self.token else {})}
            response = self.api.get("/v1/sync", who=self.person, params=params)
            assert response.status_code == 200, response.text
            answer = response.json()
            self.calls += 1
            assert len(answer["changes"]) <= self.limit and self.calls < 500
            for change in answer["changes"]:
                self.told.add(change["id"])
                if change["op"] == "delete":
                    assert "data" not in change
                    self.copy.pop((change["kind"], change["id"]), None)
                else:
                    self.copy[change["kind"], change["id"]] = change["data"]
            self.token = answer["token"]
            if not answer["has_more"]:
                return self

    def held(self, kind):
        return {id_: data for (k, id_), data in self.copy.items() if k == kind}

    def of(self, kind):
        return {id_ for k, id_ in self.copy if k == kind}


def agree(api, phone):
    """The copy against a fresh fill, and the posts against the feed."""
    phone.sync()
    fresh = Phone(api, phone.person).sync()
    assert phone.copy == fresh.copy
    feed = api.get("/v1/feed?limit=100", who=phone.person).json()
    assert {i["id"] for i in feed["items"]} == fresh.of("post")


def join(stack, company, team, person):
    stack.rostra("team", "join", "--company", company.slug, "--team", team, "--person", person.email)


def leave(stack, company, team, person):
    stack.rostra("team", "leave", "--company", company.slug, "--team", team, "--person", person.email)


def new_team(stack, company, name):
    return json.loads(stack.rostra("team", "add", "--company", company.slug, "--name", name, "--json"))["id"]


def test_a_first_fill_holds_everything_in_small_pages(api, make_company):
    company = make_company()
    posts = [live_post(api, company, campaign_id=None)["id"] for _ in range(4)]
    share = new_share(api, company.member, {"id": posts[0]}, "x", text="Mine")
    for limit in (1, 2, 3, 100):
        phone = Phone(api, company.member, limit).sync()
        assert phone.of("post") == set(posts) and phone.of("share") == {share["id"]}
        assert phone.of("me") == {company.member.id} and len(phone.of("channel")) == 4


def test_nothing_new_is_an_empty_answer(api, make_company):
    company = make_company()
    live_post(api, company)
    phone = Phone(api, company.member).sync()
    again = api.get("/v1/sync", who=company.member, params={"token": phone.token}).json()
    assert again["changes"] == [] and not again["has_more"]


def test_an_expired_post_is_a_delete(api, make_company):
    company = make_company()
    post = live_post(api, company)
    phone = Phone(api, company.member).sync()
    api.post(f"/v1/posts/{post['id']}/expire", who=company.curator)
    answer = api.get("/v1/sync", who=company.member, params={"token": phone.token}).json()
    assert [(c["kind"], c["op"], c["id"]) for c in answer["changes"]] == [("post", "delete", post["id"])]


def test_leaving_a_team_takes_its_channels_away(api, make_company, stack):
    company = make_company()
    team = new_team(stack, company, "North")
    channel = new_channel(api, company, audience="teams", team_ids=[team])
    live_post(api, company, channel_id=channel["id"])
    phone = Phone(api, company.member).sync()
    assert not phone.of("post")
    join(stack, company, "North", company.member)
    agree(api, phone)
    assert len(phone.of("post")) == 1 and phone.of("channel") == {channel["id"]}
    leave(stack, company, "North", company.member)
    agree(api, phone)
    assert not phone.of("post") and not phone.of("channel")


def test_a_token_is_of_one_person(api, make_company):
    company = make_company()
    token = Phone(api, company.member).sync().token
    for bad in (token[:-1] + ("A" if token[-1] != "A" else "B"), "x", token + "A"):
        assert api.get("/v1/sync", who=company.member, params={"token": bad}).json()["code"] == "cursor_invalid"
    assert api.get("/v1/sync", who=company.manager, params={"token": token}).json()["code"] == "cursor_invalid"


def test_a_token_from_before_the_pruned_changes_has_expired(api, make_company, db):
    company = make_company()
    phone = Phone(api, company.member).sync()
    live_post(api, company)
    db("UPDATE company_seq SET floor_seq = seq WHERE company_id = %s", (company.id,))
    expired = api.get("/v1/sync", who=company.member, params={"token": phone.token})
    assert (expired.status_code, expired.json()["code"]) == (410, "sync_token_expired")
    assert Phone(api, company.member).sync().of("post")


class Sync(RuleBasedStateMachine):
    """Anything that changes what one person sees, in any order; the phone's pages are small."""

    api = stack = make_company = None

    @initialize(limit=st.sampled_from([1, 2, 5, 100]))
    def begin(self, limit):
        self.company = self.make_company(f"sync-{secrets.token_hex(4)}", "Sync")
        self.team = new_team(self.stack, self.company, "T")
        api, company = self.api, self.company
        self.channels = [new_channel(api, company), new_channel(api, company, mode="followable"),
                         new_channel(api, company, audience="teams", team_ids=[self.team])]
        self.posts, self.shares, self.member_of, self.archived = [], [], False, [False] * 3
        self.phone = Phone(api, company.member, limit).sync()

    def latest(self, post):
        return self.api.get(f"/v1/posts/{post}", who=self.company.curator).json()

    @rule(channel=st.integers(0, 2), must_read=st.booleans())
    def publish(self, channel, must_read):
        if not self.archived[channel]:  # nothing new goes into one that is
            made = live_post(self.api, self.company, channel_id=self.channels[channel]["id"], campaign_id=None,
                             must_read=must_read)
            self.posts.append(made["id"])

    @precondition(lambda self: self.posts)
    @rule(which=st.integers(0, 20), title=st.sampled_from(["A", "B"]), channel=st.integers(0, 2))
    def change(self, which, title, channel):
        post = self.latest(self.posts[which % len(self.posts)])
        self.api.patch(f"/v1/posts/{post['id']}", who=self.company.curator,
                       json={"title": title, "channel_id": self.channels[channel]["id"], "version": post["version"]})

    @precondition(lambda self: self.posts)
    @rule(which=st.integers(0, 20), verb=st.sampled_from(["expire", "publish", "pin", "unpin", "reject"]))
    def decide(self, which, verb):
        body = {"publish": {}, "pin": {"until": "2099-01-01T00:00:00Z"}, "reject": {"note": "No"}}.get(verb)
        self.api.post(f"/v1/posts/{self.posts[which % len(self.posts)]}/{verb}", who=self.company.curator,
                      **({"json": body} if body is not None else {}))

    @precondition(lambda self: self.posts)
    @rule(which=st.integers(0, 20))
    def acknowledge(self, which):
        self.api.post(f"/v1/posts/{self.posts[which % len(self.posts)]}/acknowledge", who=self.company.member)

    @precondition(lambda self: self.posts)
    @rule(which=st.integers(0, 20), network=st.sampled_from(["x", "linkedin"]))
    def share(self, which, network):
        id_ = uuid7()
        done = self.api.put(f"/v1/shares/{id_}", who=self.company.member,
                            json={"post_id": self.posts[which % len(self.posts)], "network": network, "text": "Words"})
        if done.status_code == 201:
            self.shares.append(id_)

    @precondition(lambda self: self.shares)
    @rule(which=st.integers(0, 20))
    def revoke(self, which):
        self.api.post(f"/v1/shares/{self.shares[which % len(self.shares)]}/revoke", who=self.company.member)

    @rule(follow=st.booleans())
    def follow(self, follow):
        method = "PUT" if follow else "DELETE"
        self.api.request(method, f"/v1/channels/{self.channels[1]['id']}/follow", who=self.company.member)

    @rule()
    def move(self):
        (leave if self.member_of else join)(self.stack, self.company, "T", self.company.member)
        self.member_of = not self.member_of

    @rule(which=st.integers(0, 2), archived=st.booleans())
    def archive(self, which, archived):
        found = self.api.get("/v1/channels?all=true&limit=100", who=self.company.admin).json()["items"]
        version = next(c["version"] for c in found if c["id"] == self.channels[which]["id"])
        self.api.patch(f"/v1/channels/{self.channels[which]['id']}", who=self.company.admin,
                       json={"archived": archived, "version": version})
        self.archived[which] = archived

    @rule()
    def sync(self):
        agree(self.api, self.phone)

    def teardown(self):
        if hasattr(self, "phone"):
            agree(self.api, self.phone)


def test_a_phone_that_follows_holds_what_a_fresh_one_is_given(api, stack, make_company):
    machine = type("Machine", (Sync,), {"api": api, "stack": stack, "make_company": staticmethod(make_company)})
    case = machine.TestCase
    case.settings = settings(max_examples=6, stateful_step_count=15, deadline=None, database=None,
                             suppress_health_check=list(HealthCheck))
    case().runTest()
