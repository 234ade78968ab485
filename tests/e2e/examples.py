# SPDX-License-Identifier: Apache-2.0
"""One good request for every route, by its operationId: what the authorization matrix varies.

EXAMPLES[operation](world, who) prepares what the request needs in the world's company, so that `who` may succeed with
it, and gives the request.  Its body has every id that the route takes, so that each can be another company's.
"""

import dataclasses
import datetime
import functools
import json
import secrets

import requests

import crm
from conftest import ORIGIN, Person, uuid7, wait_until
from content import draft_post, made, new_campaign, new_channel

SCOPES = ("leads:write", "leads:read", "conversions:write", "reports:read", "scim", "actions:write")


@dataclasses.dataclass
class Request:
    path: dict = dataclasses.field(default_factory=dict)
    query: dict = dataclasses.field(default_factory=dict)
    json: object = None
    data: bytes = None
    headers: dict = dataclasses.field(default_factory=dict)


class World:
    """A company in which all there is bears its mark."""

    def __init__(self, api, make_company):
        self.api, self.mark = api, f"mark{secrets.token_hex(8)}"
        self.company = make_company(name=f"Company {self.mark}")
        self.mentorings, self.badges = {}, {}
        self.key = self._key("all", SCOPES)
        self.keys_without = {s: self._key(s, [t for t in SCOPES if t != s]) for s in SCOPES}
        self.person = self.company.add_person("colleague")
        self.team = made(api.put(f"/v1/teams/{uuid7()}", who=self.company.admin, json={"name": self.text()}))
        self.channel = new_channel(api, self.company, name=self.text())
        self.campaign = new_campaign(api, self.company, name=self.text())
        self.post = self.live()
        self.share = self.new_share(self.company.member)
        self.lead = self.new_lead()
        self.teams_lead()
        self.conversion = made(self.post_to(f"/v1/leads/{self.lead['id']}/conversions", self.key,
                                            json={"stage": "won", "external_id": self.text()}))

        self.relax_kudos()
        self.value = made(api.put(f"/v1/values/{uuid7()}", who=self.company.admin, json={"name": self.text()}))
        self.kudos = self.new_kudos(self.company.member)

    def crm_hook(self, kind):
        """(its id, where it is sent to)"""
        members = {"hubspot": {"secret": crm.HUBSPOT_SECRET}, "flow": {"secret": crm.FLOW_SECRET},
                   "salesforce": {"org_id": crm.ORG}}[kind]
        body = {"kind": kind, "name": self.text(), "lead_source": "crm", **members}
        hook = made(self.api.put(f"/v1/crm-hooks/{uuid7()}", who=self.company.admin, json=body))
        return hook["id"], hook["url"]

    def crm_message(self, kind, message):
        url = self.crm_hook(kind)[1]
        body, headers = message(url)
        return Request({"token": url.rsplit("/", 1)[1]}, data=body, headers=headers)

    def relax_kudos(self):
        """Kudos as often as a test likes."""
        policy = self.api.get("/v1/kudos-policy", who=self.company.admin).json()
        answer = self.api.patch("/v1/kudos-policy", who=self.company.admin, json={
            "version": policy["version"], "interval_s": 0, "pair_max": 0})
        assert answer.status_code == 200, answer.text

    def kudos_body(self, **members):
        return {"recipients": [self.person.id], "value_id": self.value["id"], "message": self.text(), **members}

    def new_kudos(self, giver):
        others = [p.id for p in (self.person, self.company.member) if p.id != giver.id]
        return made(self.api.put(f"/v1/kudos/{uuid7()}", who=giver, json=self.kudos_body(recipients=others)))

    def reported(self):
        kudos = self.new_kudos(self.person)
        answer = self.post_to(f"/v1/kudos/{kudos['id']}/report", self.company.member, json={"reason": "insult"})
        assert answer.status_code == 204, answer.text
        return kudos

    def comment_path(self, who):
        path = f"/v1/kudos/{self.kudos['id']}/comments"
        return {"id": self.kudos["id"], "other_id": made(self.post_to(path, who, json={"text": self.text()}))["id"]}

    def _key(self, name, scopes):
        return self.company.add_key(name.replace(":", "-"), "--scopes", " ".join(scopes))

    def text(self):
        return f"{self.mark} {secrets.token_hex(4)}"

    def post_to(self, path, who, **options):
        return self.api.post(path, who=who, **options)

    def draft(self, who=None, **members):
        members = {"title": self.text(), "channel_id": self.channel["id"], "campaign_id": self.campaign["id"], **members}
        return draft_post(self.api, self.company, who=who, **members)

    def live(self, **members):
        post = self.draft(**members)
        answer = self.post_to(f"/v1/posts/{post['id']}/publish", self.company.curator, json={})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def new_share(self, person):
        return made(self.api.put(f"/v1/shares/{uuid7()}", who=person,
                                 json={"post_id": self.post["id"], "network": "linkedin"}))

    def new_lead(self):
        return made(self.post_to("/v1/leads", self.key, json={"external_id": self.text(), "name": self.text()}))

    def teams_lead(self):
        """The lead is of the manager's team: else it were not there for them."""
        db, company = self.company.stack.db, self.company
        db("INSERT INTO team_member (company_id, person_id, team_id, from_at, is_primary) VALUES (%s, %s, %s, NOW(6), FALSE)",
           (company.id, company.manager.id, self.team["id"]))
        db("INSERT INTO touch (company_id, lead_id, touched_at, click_id, share_id, person_id, team_id, network, post_id, campaign_id,"
           " channel_id, added_at) SELECT company_id, %s, NOW(6), %s, id, person_id, %s, network, post_id, campaign_id, channel_id,"
           " NOW(6) FROM share WHERE company_id = %s AND id = %s",
           (self.lead["id"], secrets.token_bytes(12), self.team["id"], company.id, self.share["id"]))

    @functools.cached_property
    def click(self):
        requests.get(self.share["link"], headers={"User-Agent": "curl/8"}, allow_redirects=False, timeout=10)

        def found():
            page = self.api.get("/v1/clicks", who=self.company.admin, params={"share": self.share["id"]}).json()
            return page["items"][:1]

        return wait_until(found, 10, "the click")[0]

    @functools.cached_property
    def definition(self):
        return made(self.api.put(f"/v1/report-definitions/{uuid7()}", who=self.company.admin, json={
            "name": self.text(), "query": "model=linear&group=team"}))

    @functools.cached_property
    def run(self):
        return made(self.api.put(f"/v1/report-definitions/{self.definition['id']}/runs/{uuid7()}", who=self.company.admin,
                                 json={"from": "2026-01-01", "to": "2026-02-01"}))

    def run_path(self):
        return {"id": self.definition["id"], "other_id": self.run["id"]}

    @functools.cached_property
    def emv_run(self):
        return made(self.api.put(f"/v1/emv-runs/{uuid7()}", who=self.company.admin, json={"from": "2026-01-01", "to": "2026-02-01"}))

    def other_class(self):
        now = self.api.get(f"/v1/clicks/{self.click['id']}", who=self.company.admin).json()["class"]
        return "scanner" if now == "bot" else "bot"

    def provider_body(self):
        return {"name": self.text(), "issuer": "https://id.example.com", "client_id": "x", "client_secret": self.text()}

    def provider(self):
        return made(self.api.put(f"/v1/identity-providers/{uuid7()}", who=self.company.admin, json=self.provider_body()))

    def keyed_provider(self):
        body = {**self.provider_body(), "client_auth": "private_key_jwt"}
        return made(self.api.put(f"/v1/identity-providers/{uuid7()}", who=self.company.admin, json=body))

    def email_domain_body(self):
        return {"domain": f"d{secrets.token_hex(5)}.example", "provider_id": self.provider()["id"]}

    def email_domain(self):
        return made(self.api.put(f"/v1/email-domains/{uuid7()}", who=self.company.admin, json=self.email_domain_body()))["id"]

    def sign_in_test(self):
        provider = self.provider()["id"]
        test = made(self.api.post(f"/v1/identity-providers/{provider}/test", who=self.company.admin))
        return {"id": provider, "other_id": test["id"]}

    def version(self, path):
        answer = self.api.get(path, who=self.company.admin)
        assert answer.status_code == 200, answer.text
        return answer.json()["version"]

    def caller(self, name):
        """Who the document's word of x-rostra-access stands for."""
        if name == "api_key":
            return self.key
        return self.company.site_key if name == "site_key" else getattr(self.company, name)

    def mate(self):
        """Somebody else each time, whose name bears the mark."""
        name = self.text()
        email = f"{name.replace(' ', '.')}@example.com"
        one = json.loads(self.company.stack.rostra("person", "add", "--company", self.company.slug, "--email", email,
                                                   "--name", name, "--json"))
        return Person(self.company.stack, self.company.slug, one["id"], email, "member")

    def ids(self):
        """What another company must never see."""
        things = (self.company, self.person, self.team, self.channel, self.campaign, self.post, self.share, self.lead,
                  self.conversion, self.value, self.kudos)
        return {t["id"] if isinstance(t, dict) else t.id for t in things}

    def id_of(self, word):
        """The id that a query parameter of this name takes."""
        return {"person": self.person.id, "giver": self.person.id, "recipient": self.person.id}.get(word) or getattr(self, word)["id"]


def soon(hours=24):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def an_instant():
    """In the years to come, and never the same."""
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1000, microseconds=secrets.randbelow(10**13))
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def post_body(w, **members):
    return {"channel_id": w.channel["id"], "campaign_id": w.campaign["id"], "suggested_by": w.person.id, "kind": "link",
            "language": "en", "title": w.text(), "networks": ["linkedin"], "texts": [{"text": w.text()}],
            "destination_url": "https://www.acme.example/lyon", **members}


def writes_posts(who):
    return who.role in ("curator", "admin")


def suggestion(w, who):
    """What a member may set of a post: the campaign and whom to credit are the curators'."""
    body = post_body(w)
    if not writes_posts(who):
        del body["campaign_id"], body["suggested_by"]
    return body


def of_id(make):
    return lambda w, who: Request({"id": make(w, who)})


def of_own_draft(w, who):
    body = suggestion(w, who)
    return made(w.api.put(f"/v1/posts/{uuid7()}", who=who, json=body))


def submitted(w):
    return made(w.api.put(f"/v1/posts/{uuid7()}", who=w.company.member, json={**suggestion(w, w.company.member), "submit": True}))


def key_delete(w, who):
    return Request({"id": made(w.api.put(f"/v1/keys/{uuid7()}", who=w.company.admin, json={
        "kind": "secret", "name": w.text(), "scopes": ["leads:write"]}))["id"]})


def post_patch(w, who):
    post = of_own_draft(w, who)
    body = {"version": post["version"], "title": w.text(), "channel_id": w.channel["id"]}
    if writes_posts(who):
        body |= {"campaign_id": w.campaign["id"], "suggested_by": w.person.id}
    return Request({"id": post["id"]}, json=body)


def follow(w, who):
    return Request({"id": new_channel(w.api, w.company, name=w.text(), mode="followable")["id"]})


def unfollow(w, who):
    request = follow(w, who)
    assert w.api.put(f"/v1/channels/{request.path['id']}/follow", who=who).status_code == 204
    return request


def member_put(w, who):
    return Request({"id": w.team["id"], "other_id": w.person.id}, json={})


def member_delete(w, who):
    path = f"/v1/teams/{w.team['id']}/members/{w.person.id}"
    assert w.api.put(path, who=w.company.admin, json={}).status_code in (200, 201)
    return Request({"id": w.team["id"], "other_id": w.person.id})


def patch_of(path, **members):
    """A PATCH of one of the world's things with its present version."""
    def make(w, who):
        where = path.format(w=w)
        return Request({"id": where.rsplit("/", 1)[1]}, json={"version": w.version(where), **members})
    return make


def channel_patch(w, who):
    channel = new_channel(w.api, w.company, name=w.text())
    return Request({"id": channel["id"]}, json={"version": channel["version"], "audience": "teams", "team_ids": [w.team["id"]]})


def period(**more):
    return lambda w, who: Request(query={"from": "2026-01-01", "to": "2026-12-31", **more})


def code_of(w, who):
    return Request({"code": w.share["link"].rsplit("/", 1)[1]}, headers={"User-Agent": "Mozilla/5.0 Firefox/128.0"})


def session_of(w, who):
    """A session of the caller, or of anybody where the caller is not asked for."""
    person = who if isinstance(who, Person) else w.person
    return json.loads(w.company.stack.rostra("session", "start", "--company", w.company.slug, "--person", person.email,
                                             "--json"))


def value_version(w):
    items = w.api.get("/v1/values", who=w.company.admin).json()["items"]
    return next(v["version"] for v in items if v["id"] == w.value["id"])


def erasure_of(w, who):
    """What waits for the caller, or for anybody where the caller is not asked for."""
    person = who if isinstance(who, Person) else w.company.member
    waiting = [r["id"] for r in w.api.get("/v1/erasures", who=person, params={"limit": 100}).json()["items"]
               if r["state"] == "waiting" and r["person_id"] == person.id]
    return waiting[0] if waiting else made(w.api.put(f"/v1/erasures/{uuid7()}", who=person, json={"person_id": None}))["id"]


def board_body(w):
    return {"name": w.text(), "who": "people", "measure": "kudos_received", "period": "rolling", "days": 30,
            "team_id": w.team["id"], "value_id": w.value["id"]}


def new_board(w):
    return made(w.api.put(f"/v1/boards/{uuid7()}", who=w.company.admin, json=board_body(w)))


def consent_body(w):
    """Not in force for years: nobody is held up."""
    return {"name": w.text(), "in_force_at": an_instant(),
            "texts": [{"language": "en", "title": w.text(), "body": w.text()}]}


def new_consent(w):
    return made(w.api.put(f"/v1/consents/{uuid7()}", who=w.company.admin, json=consent_body(w)))


def nothing(w, who):
    return Request()


def reward_body(w):
    return {"name": w.text(), "description": w.text(), "price_tenths": 1, "stock": 5}


def reward_of(w):
    return made(w.api.put(f"/v1/rewards/{uuid7()}", who=w.company.admin, json=reward_body(w)))


def earned(w, who):
    """A reward that who has points for."""
    if isinstance(who, Person):
        giver = w.company.add_person(f"giver{secrets.token_hex(5)}")
        before = w.api.get("/v1/points", who=who).json()["earned"]
        made(w.api.put(f"/v1/kudos/{uuid7()}", who=giver, json=w.kudos_body(recipients=[who.id], points=1)))
        wait_until(lambda: w.api.get("/v1/points", who=who).json()["earned"] > before, what="the points")
    return reward_of(w)


def redemption_of(w, who):
    return made(w.api.put(f"/v1/redemptions/{uuid7()}", who=who, json={"reward_id": earned(w, who)["id"]}))


def offer_of(w, who):
    return made(w.api.put(f"/v1/mentoring-offers/{uuid7()}", who=who, json=offer_body(w, who)))


def offer_body(w, who):
    """One a person makes room for: they may have twenty."""
    if isinstance(who, Person):
        for old in w.api.get("/v1/mentoring-offers", who=who, params={"person": who.id, "limit": 100}).json()["items"][9:]:
            assert w.api.delete(f"/v1/mentoring-offers/{old['id']}", who=who).status_code == 204
    return {"kind": "seek", "tag": w.text(), "note": w.text()}


def mentoring_body(w, colleague, **members):
    return {"person_id": colleague.id, "role": "mentee", "tag": w.text(), "message": w.text(), "weeks": 6, **members}


def asked_by_colleague(w, who):
    """A request that who may answer."""
    return made(w.api.put(f"/v1/mentorings/{uuid7()}", who=w.mate(), json=mentoring_body(w, who)))


def new_mentoring(w, who, role="mentee"):
    """An active one of who's, and the other one."""
    colleague = w.mate()
    mentoring = made(w.api.put(f"/v1/mentorings/{uuid7()}", who=who, json=mentoring_body(w, colleague, role=role)))
    answer = w.post_to(f"/v1/mentorings/{mentoring['id']}/decide", colleague, json={"decision": "accept"})
    assert answer.status_code == 204, answer.text
    return mentoring, colleague


def mentoring_of(w, who, role="mentee"):
    """The same one each time."""
    if (who.id, role) not in w.mentorings:
        w.mentorings[who.id, role] = new_mentoring(w, who, role)
    return w.mentorings[who.id, role]


def item_path(w, who):
    mentoring, _ = mentoring_of(w, who)
    path = {"id": mentoring["id"], "other_id": uuid7()}
    made(w.api.put(f"/v1/mentorings/{path['id']}/items/{path['other_id']}", who=who, json={"kind": "goal", "text": w.text()}))
    return path


def review_body(w):
    return {"post_id": w.post["id"], "network": "linkedin", "text": w.text()}


def waiting_review(w, mentor):
    """A text that waits for this mentor; and whose it is."""
    mentoring, mentee = mentoring_of(w, mentor, role="mentor")
    review = made(w.api.put(f"/v1/mentorings/{mentoring['id']}/reviews/{uuid7()}", who=mentee, json=review_body(w)))
    return {"id": mentoring["id"], "other_id": review["id"]}


def approved_review(w, who):
    mentoring, mentor = mentoring_of(w, who)
    review = made(w.api.put(f"/v1/mentorings/{mentoring['id']}/reviews/{uuid7()}", who=who, json=review_body(w)))
    answer = w.post_to(f"/v1/mentorings/{mentoring['id']}/reviews/{review['id']}/decide", mentor, json={"decision": "approve"})
    assert answer.status_code == 204, answer.text
    return review


def badge_body(w, kind="measure"):
    return {"name": w.text(), "description": w.text(), "kind": kind, "measure": "shares" if kind == "measure" else None,
            "levels": [{"name": "Bronze", "threshold": 1000}, {"name": "Silver", "threshold": 2000}]}


def badge_of(w, kind="hand"):
    """The same one each time: a company has not many."""
    if kind not in w.badges:
        w.badges[kind] = made(w.api.put(f"/v1/badges/{uuid7()}", who=w.company.admin, json=badge_body(w, kind)))
    return w.badges[kind]


def badge_patch(w, who):
    badge = badge_of(w)
    version = next(b["version"] for b in w.api.get("/v1/badges?limit=100", who=w.company.admin).json()["items"] if b["id"] == badge["id"])
    return Request({"id": badge["id"]}, json={"version": version, "name": w.text()})


def contest_body(w):
    return {"name": w.text(), "description": w.text(), "prize": w.text(), "unit": "people", "measure": "shares",
            "team_id": w.team["id"], "first_on": "2026-01-01", "last_on": "2026-12-31"}


def new_contest(w):
    return made(w.api.put(f"/v1/contests/{uuid7()}", who=w.company.admin, json=contest_body(w)))


SCIM_PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def claim_map(version):
    return {"version": version, "name": "name", "department": "department", "groups": "groups",
            "scopes": "openid email profile groups", "join_by": "external_id", "join_claim": "oid"}


def scim_user(w):
    name = f"{w.mark}.{secrets.token_hex(4)}@example.com"
    return {"userName": name, "displayName": w.text(), "emails": [{"value": name, "type": "work"}], "active": True}


def scim_person(w):
    return made(w.api.post("/scim/v2/Users", who=w.key, json=scim_user(w)))["id"]


def scim_group(w):
    return made(w.api.post("/scim/v2/Groups", who=w.key, json={"displayName": w.text()}))["id"]


EXAMPLES = {
    "keys_get": nothing,
    "key_put": lambda w, who: Request({"id": uuid7()}, json={"kind": "secret", "name": w.text(), "scopes": ["leads:write"]}),
    "key_delete": key_delete,
    "key_rotate": lambda w, who: dataclasses.replace(key_delete(w, who), json={"overlap_s": 60}),
    "token_post": lambda w, who: Request(json={"grant_type": "refresh_token",
                                               "refresh_token": session_of(w, who)["refresh_token"]}),
    "logout_post": lambda w, who: Request(json={"refresh_token": session_of(w, who)["refresh_token"]}),
    "sessions_get": nothing,
    "session_delete": of_id(lambda w, who: session_of(w, who)["session"]),
    "sessions_end_others": nothing,
    "person_sign_out": of_id(lambda w, who: w.person.id),
    "auth_start": lambda w, who: Request(query={
        "company": w.company.slug, "redirect_uri": "com.example.advocacy:/cb", "state": "s" * 20,
        "code_challenge": "A" * 43, "code_challenge_method": "S256"}),
    "auth_callback": nothing,
    "auth_signed_out": nothing,
    "auth_providers": lambda w, who: Request(query={"email": "somebody@nowhere.example"}),
    "email_domains_get": nothing,
    "email_domain_get": lambda w, who: Request({"id": w.email_domain()}),
    "email_domain_put": lambda w, who: Request({"id": uuid7()}, json=w.email_domain_body()),
    "email_domain_check": lambda w, who: Request({"id": w.email_domain()}),
    "email_domain_delete": lambda w, who: Request({"id": w.email_domain()}),
    "identity_provider_claims_get": of_id(lambda w, who: w.provider()["id"]),
    "identity_provider_claims_put": lambda w, who: Request({"id": w.provider()["id"]}, json=claim_map(0)),
    "identity_provider_claims_use": lambda w, who: Request({"id": w.provider()["id"]}, json={"version": 0}),
    "identity_provider_test": of_id(lambda w, who: w.provider()["id"]),
    "identity_provider_test_get": lambda w, who: Request(w.sign_in_test()),
    "auth_test": lambda w, who: Request(query={"ticket": "A" * 43}),
    "identity_provider_delete": of_id(lambda w, who: w.provider()["id"]),
    "client_jwks": of_id(lambda w, who: w.keyed_provider()["id"]),
    "identity_provider_rotate_key": of_id(lambda w, who: w.keyed_provider()["id"]),
    "backchannel_logout": lambda w, who: Request({"company": w.company.slug}, data=b"logout_token=x",
                                                 headers={"Content-Type": "application/x-www-form-urlencoded"}),
    "audit_get": lambda w, who: Request(query={"person": w.person.id}),
    "identity_providers_get": nothing,
    "identity_provider_get": of_id(lambda w, who: w.provider()["id"]),
    "identity_provider_put": lambda w, who: Request({"id": uuid7()}, json=w.provider_body()),
    "identity_provider_patch": lambda w, who: Request({"id": w.provider()["id"]}, json={"version": 1, "name": w.text()}),
    "me_get": nothing,
    "me_patch": lambda w, who: Request(json={"language": "en", "version": w.api.get("/v1/me", who=who).json()["version"]}
                                       if isinstance(who, Person) else {"version": 1}),
    "people_get": nothing,
    "person_get": of_id(lambda w, who: w.person.id),
    "person_patch": patch_of("/v1/people/{w.person.id}", role="member"),
    "config_get": lambda w, who: Request(query={"company": w.company.slug}),
    "company_get": nothing,
    "company_patch": lambda w, who: Request(json={"version": w.version("/v1/company"), "lookback_days": 30}),
    "teams_get": nothing,
    "team_get": of_id(lambda w, who: w.team["id"]),
    "team_put": lambda w, who: Request({"id": uuid7()}, json={"name": w.text()}),
    "team_patch": lambda w, who: Request({"id": w.team["id"]}, json={
        "version": w.version(f"/v1/teams/{w.team['id']}"), "name": w.text()}),
    "team_members_get": of_id(lambda w, who: w.team["id"]),
    "team_member_put": member_put,
    "team_member_delete": member_delete,
    "channel_list": nothing,
    "channel_put": lambda w, who: Request({"id": uuid7()}, json={"name": w.text(), "audience": "teams",
                                                                 "team_ids": [w.team["id"]]}),
    "channel_patch": channel_patch,
    "channel_follow": follow,
    "channel_unfollow": unfollow,
    "campaign_list": nothing,
    "campaign_get": of_id(lambda w, who: w.campaign["id"]),
    "campaign_put": lambda w, who: Request({"id": uuid7()}, json={"name": w.text()}),
    "campaign_patch": patch_of("/v1/campaigns/{w.campaign[id]}", utm_term="spring"),
    "post_list": nothing,
    "post_get": of_id(lambda w, who: w.post["id"]),
    "post_put": lambda w, who: Request({"id": uuid7()}, json=suggestion(w, who)),
    "post_patch": post_patch,
    "post_submit": of_id(lambda w, who: of_own_draft(w, who)["id"]),
    "post_publish": lambda w, who: Request({"id": w.draft()["id"]}, json={}),
    "post_reject": lambda w, who: Request({"id": submitted(w)["id"]}, json={"note": "Not this one."}),
    "post_expire": of_id(lambda w, who: w.live()["id"]),
    "post_pin": lambda w, who: Request({"id": w.live()["id"]}, json={"until": soon()}),
    "post_unpin": of_id(lambda w, who: w.live()["id"]),
    "post_acknowledge": of_id(lambda w, who: w.live(must_read=True)["id"]),
    "feed_list": nothing,
    "feed_seen": lambda w, who: Request(json={"impressions": [{"post_id": w.post["id"]}]}),
    "sync": nothing,
    "share_put": lambda w, who: Request({"id": uuid7()}, json={
        "post_id": w.post["id"], "network": "linkedin", "review_id": approved_review(w, who)["id"]}),
    "share_get": of_id(lambda w, who: w.new_share(who)["id"]),
    "share_list": nothing,
    "share_revoke": of_id(lambda w, who: w.new_share(who)["id"]),
    "link_get": code_of,
    "link_head": code_of,
    "click_list": nothing,
    "click_reasons": nothing,
    "click_get": lambda w, who: Request({"click": w.click["id"]}),
    "click_overrule": lambda w, who: Request({"click": w.click["id"]}, json={"class": w.other_class(), "note": w.text()}),
    "lead_form": lambda w, who: Request(json={"external_id": w.text(), "name": w.text()}, headers={"Origin": ORIGIN}),
    "lead_post": lambda w, who: Request(json={"external_id": w.text(), "name": w.text()}),
    "crm_hook_list": nothing,
    "crm_hook_get": of_id(lambda w, who: w.crm_hook("flow")[0]),
    "crm_hook_put": lambda w, who: Request({"id": uuid7()}, json={
        "kind": "salesforce", "name": w.text(), "lead_source": "crm", "org_id": crm.ORG}),
    "crm_hook_stages": lambda w, who: Request({"id": w.crm_hook("flow")[0]}, json={
        "stages": [{"property": "stage", "value": "x", "stage": "won"}]}),
    "crm_hook_delete": of_id(lambda w, who: w.crm_hook("flow")[0]),
    "crm_hook_events": of_id(lambda w, who: w.crm_hook("flow")[0]),
    "crm_hubspot": lambda w, who: w.crm_message("hubspot", lambda url: crm.hubspot(url, [crm.change(1, "closedwon")])),
    "crm_flow": lambda w, who: w.crm_message("flow", lambda url: crm.flow([
        {"event_id": "1", "object_id": "1", "property": "stage", "value": "won"}])),
    "crm_salesforce": lambda w, who: w.crm_message("salesforce", lambda url: crm.outbound([("1", {"Id": "1", "Stage": "x"})])),
    "lead_merge": lambda w, who: Request({"id": w.new_lead()["id"]}, json={"lead_id": w.lead["id"]}),
    "lead_split": of_id(lambda w, who: w.lead["id"]),
    "lead_merge_list": of_id(lambda w, who: w.lead["id"]),
    "conversion_bulk": lambda w, who: Request(json={"items": [
        {"lead_id": w.new_lead()["id"], "stage": "qualified", "external_id": w.text()}]}),
    "pixel_get": lambda w, who: Request(query={"click_id": secrets.token_urlsafe(12)}),
    "lead_bulk": lambda w, who: Request(json={"items": [{"external_id": w.text(), "name": w.text()}]}),
    "lead_list": nothing,
    "lead_get": of_id(lambda w, who: w.lead["id"]),
    "conversion_post": lambda w, who: Request({"id": w.lead["id"]}, json={"stage": "qualified", "external_id": w.text()}),
    "lead_erase": of_id(lambda w, who: w.new_lead()["id"]),
    "lead_import": lambda w, who: Request(data=f"external_id,name\n{w.text()},{w.text()}\n".encode(),
                                          headers={"Content-Type": "text/csv"}),
    "report_definition_list": nothing,
    "report_definition_get": of_id(lambda w, who: w.definition["id"]),
    "report_definition_put": lambda w, who: Request({"id": uuid7()}, json={"name": w.text(), "query": "model=last"}),
    "report_run_list": of_id(lambda w, who: w.definition["id"]),
    "report_run_get": lambda w, who: Request(w.run_path()),
    "report_run_put": lambda w, who: Request({"id": w.definition["id"], "other_id": uuid7()}, json={
        "from": "2026-01-01", "to": "2026-02-01"}),
    "report_run_verify": lambda w, who: Request(w.run_path()),
    "report_run_rows": lambda w, who: Request(w.run_path()),
    "report_run_rates": lambda w, who: Request(w.run_path()),
    "exchange_rate_list": nothing,
    "report_attribution": period(),
    "report_credits": period(),
    "report_touches": lambda w, who: Request(query={"conversion": w.conversion["id"]}),
    "report_clicks": period(),
    "report_funnel": period(),
    "report_series": period(step="month"),
    "report_content": period(),
    "report_teams": period(),
    "report_cohorts": period(),
    "emv_rates_list": nothing,
    "emv_rates_put": lambda w, who: Request({"id": uuid7()}, json={"currency": "EUR", "from": "2026-01-01", "rates": [
        {"network": "linkedin", "thousand_clicks_minor": 350000}]}),
    "report_emv": period(),
    "emv_run_list": nothing,
    "emv_run_get": of_id(lambda w, who: w.emv_run["id"]),
    "emv_run_put": lambda w, who: Request({"id": uuid7()}, json={"from": "2026-01-01", "to": "2026-02-01"}),
    "emv_run_verify": of_id(lambda w, who: w.emv_run["id"]),
    "value_list": nothing,
    "value_put": lambda w, who: Request({"id": uuid7()}, json={"name": w.text()}),
    "value_patch": lambda w, who: Request({"id": w.value["id"]}, json={
        "version": value_version(w), "description": w.text()}),
    "kudos_policy_get": nothing,
    "kudos_policy_patch": lambda w, who: Request(json={"version": w.version("/v1/kudos-policy"), "edit_window_s": 86400}),
    "kudos_put": lambda w, who: Request({"id": uuid7()}, json=w.kudos_body(
        mentions=[w.person.id], post_id=w.post["id"], share_id=w.new_share(who)["id"], lead_id=w.lead["id"])),
    "kudos_list": nothing,
    "kudos_get": of_id(lambda w, who: w.kudos["id"]),
    "kudos_patch": lambda w, who: Request({"id": w.new_kudos(who)["id"]}, json={
        "version": 1, "message": w.text(), "value_id": w.value["id"]}),
    "kudos_delete": of_id(lambda w, who: w.new_kudos(who)["id"]),
    "kudos_react": lambda w, who: Request({"id": w.kudos["id"], "reaction": "thanks"}),
    "kudos_unreact": lambda w, who: Request({"id": w.kudos["id"], "reaction": "thanks"}),
    "kudos_comment_list": of_id(lambda w, who: w.kudos["id"]),
    "kudos_comment_post": lambda w, who: Request({"id": w.kudos["id"]}, json={"text": w.text()}),
    "kudos_comment_patch": lambda w, who: Request(w.comment_path(who), json={"version": 1, "text": w.text()}),
    "kudos_comment_delete": lambda w, who: Request(w.comment_path(who)),
    "kudos_report": lambda w, who: Request({"id": w.new_kudos(w.person)["id"]}, json={"reason": "spam", "note": w.text()}),
    "kudos_reported": nothing,
    "kudos_decide": lambda w, who: Request({"id": w.reported()["id"]}, json={"decision": "restore", "note": w.text()}),
    "notification_list": nothing,
    "notification_read": lambda w, who: Request(json={"through": an_instant(), "ids": [uuid7()]}),
    "notification_settings_get": nothing,
    "notification_settings_patch": lambda w, who: Request(json={"muted": ["reaction"], "version": w.api.get(
        "/v1/notification-settings", who=who).json()["version"] if isinstance(who, Person) else 1}),
    "me_export": nothing,
    "person_export": of_id(lambda w, who: w.person.id),
    "erasure_put": lambda w, who: Request({"id": uuid7()}, json={"person_id": w.company.add_person(
        f"leaver{secrets.token_hex(3)}").id if getattr(who, "role", "admin") == "admin" else who.id}),
    "erasure_list": nothing,
    "erasure_delete": lambda w, who: Request({"id": erasure_of(w, who)}),
    "consent_list": nothing,
    "consent_put": lambda w, who: Request({"id": uuid7()}, json=consent_body(w)),
    "consent_delete": of_id(lambda w, who: new_consent(w)["id"]),
    "consent_accept": of_id(lambda w, who: new_consent(w)["id"]),
    "kudos_boost_list": nothing,
    "kudos_boost_put": lambda w, who: Request({"who": w.person.id}, json={"points": 5}),
    "points_list": nothing,
    "point_rules_list": nothing,
    "point_adoptions_list": nothing,
    "point_rules_put": lambda w, who: Request({"id": uuid7()}, json={"from": an_instant(), "rules": [
        {"action": "share_published", "points_tenths": 15, "day_cap_tenths": 100}]}),
    "action_list": lambda w, who: Request(query={"person": w.person.id}),
    "action_post": lambda w, who: Request(json={"external_id": uuid7(), "name": "lesson", "person_id": w.person.id}),
    "action_delete": of_id(lambda w, who: made(w.post_to("/v1/actions", w.key, json={
        "external_id": uuid7(), "name": "lesson", "person_id": w.person.id}))["id"]),
    "board_points": nothing,
    "board_list": nothing,
    "board_get": lambda w, who: Request({"board": new_board(w)["id"]}),
    "board_put": lambda w, who: Request({"board": uuid7()}, json=board_body(w)),
    "board_patch": lambda w, who: Request({"board": new_board(w)["id"]}, json={
        "version": 1, "name": w.text(), "team_id": w.team["id"], "value_id": w.value["id"]}),
    "board_delete": lambda w, who: Request({"board": new_board(w)["id"]}),
    "board_settings_get": nothing,
    "board_settings_patch": lambda w, who: Request(json={"on_boards": True}),
    "person_follow": of_id(lambda w, who: w.person.id),
    "person_unfollow": of_id(lambda w, who: w.person.id),
    "following_list": nothing,
    "follower_list": nothing,
    "feed_people": nothing,
    "profile_get": of_id(lambda w, who: w.person.id),
    "me_profile_get": nothing,
    "me_profile_patch": lambda w, who: Request(json={"tags": [w.text()[:40]], "version": w.api.get(
        "/v1/me/profile", who=who).json()["version"] if isinstance(who, Person) else 1}),
    "expertise_list": lambda w, who: Request(query={"q": "mark"}),
    "mentoring_offer_list": nothing,
    "mentoring_offer_put": lambda w, who: Request({"id": uuid7()}, json=offer_body(w, who)),
    "mentoring_offer_delete": of_id(lambda w, who: offer_of(w, who)["id"]),
    "mentoring_list": nothing,
    "mentoring_put": lambda w, who: Request({"id": uuid7()}, json=mentoring_body(w, w.mate())),
    "mentoring_get": of_id(lambda w, who: mentoring_of(w, who)[0]["id"]),
    "mentoring_decide": lambda w, who: Request({"id": asked_by_colleague(w, who)["id"]}, json={
        "decision": "accept", "note": w.text()}),
    "mentoring_close": lambda w, who: Request({"id": new_mentoring(w, who)[0]["id"]}, json={"note": w.text()}),
    "mentoring_counts_get": nothing,
    "mentoring_item_list": of_id(lambda w, who: mentoring_of(w, who)[0]["id"]),
    "mentoring_item_put": lambda w, who: Request({"id": mentoring_of(w, who)[0]["id"], "other_id": uuid7()}, json={
        "kind": "task", "text": w.text(), "due_on": "2030-01-31"}),
    "mentoring_item_patch": lambda w, who: Request(item_path(w, who), json={"version": 1, "done": True}),
    "mentoring_comment_list": lambda w, who: Request(item_path(w, who)),
    "mentoring_comment_post": lambda w, who: Request(item_path(w, who), json={"text": w.text()}),
    "share_review_list": of_id(lambda w, who: mentoring_of(w, who)[0]["id"]),
    "share_review_put": lambda w, who: Request({"id": mentoring_of(w, who)[0]["id"], "other_id": uuid7()}, json=review_body(w)),
    "share_review_decide": lambda w, who: Request(waiting_review(w, who), json={"decision": "approve", "note": w.text()}),
    "badge_list": nothing,
    "badge_put": lambda w, who: Request({"id": uuid7()}, json=badge_body(w)),
    "badge_patch": badge_patch,
    "badge_grant": lambda w, who: Request({"id": badge_of(w)["id"], "other_id": w.mate().id}, json={"reason": w.text()}),
    "badge_take_back": lambda w, who: Request({"id": badge_of(w)["id"], "other_id": w.mate().id}),
    "person_badges": of_id(lambda w, who: w.person.id),
    "holiday_list": nothing,
    "holiday_put": lambda w, who: Request({"day": "2030-12-25"}, json={"name": w.text()}),
    "holiday_delete": lambda w, who: Request({"day": "2030-12-26"}),
    "contest_list": nothing,
    "contest_put": lambda w, who: Request({"id": uuid7()}, json=contest_body(w)),
    "contest_get": of_id(lambda w, who: new_contest(w)["id"]),
    "contest_patch": lambda w, who: Request({"id": new_contest(w)["id"]}, json={"version": 1, "prize": w.text()}),
    "contest_standing": of_id(lambda w, who: new_contest(w)["id"]),
    "contest_rows": of_id(lambda w, who: new_contest(w)["id"]),
    "reward_list": nothing,
    "reward_put": lambda w, who: Request({"id": uuid7()}, json=reward_body(w)),
    "reward_patch": lambda w, who: Request({"id": reward_of(w)["id"]}, json={"version": 1, "name": w.text()}),
    "redemption_put": lambda w, who: Request({"id": uuid7()}, json={"reward_id": earned(w, who)["id"]}),
    "redemption_list": nothing,
    "redemption_decide": lambda w, who: Request({"id": redemption_of(w, w.company.member)["id"]}, json={
        "decision": "approve", "note": w.text()}),
    "redemption_cancel": lambda w, who: Request({"id": redemption_of(w, who)["id"]}),
    "scim_config": nothing,
    "scim_resource_types": nothing,
    "scim_schemas": nothing,
    "scim_resource_type": lambda w, who: Request({"type": "User"}),
    "scim_schema": lambda w, who: Request({"urn": "urn:ietf:params:scim:schemas:core:2.0:Group"}),
    "scim_me_get": nothing,
    "scim_me_put": lambda w, who: Request(json=scim_user(w)),
    "scim_me_patch": lambda w, who: Request(json={"schemas": [SCIM_PATCH], "Operations": []}),
    "scim_me_delete": nothing,
    "scim_bulk": lambda w, who: Request(json={"Operations": []}),
    "scim_users_get": nothing,
    "scim_user_post": lambda w, who: Request(json=scim_user(w)),
    "scim_user_get": of_id(lambda w, who: w.person.id),
    "scim_user_put": lambda w, who: Request({"id": scim_person(w)}, json=scim_user(w)),
    "scim_user_patch": lambda w, who: Request({"id": scim_person(w)}, json={
        "schemas": [SCIM_PATCH], "Operations": [{"op": "replace", "path": "title", "value": w.text()}]}),
    "scim_user_delete": of_id(lambda w, who: w.company.add_person(f"leaver{secrets.token_hex(3)}").id),
    "scim_groups_get": nothing,
    "scim_group_post": lambda w, who: Request(json={"displayName": w.text(), "members": [{"value": w.person.id}]}),
    "scim_group_get": of_id(lambda w, who: w.team["id"]),
    "scim_group_put": lambda w, who: Request({"id": scim_group(w)}, json={
        "displayName": w.text(), "members": [{"value": w.person.id}]}),
    "scim_group_patch": lambda w, who: Request({"id": scim_group(w)}, json={"schemas": [SCIM_PATCH], "Operations": [
        {"op": "add", "path": "members", "value": [{"value": w.person.id}]}]}),
    "scim_group_delete": of_id(lambda w, who: scim_group(w)),
    "healthz": nothing,
    "readyz": nothing,
    "metrics": nothing,
}
