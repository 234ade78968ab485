# SPDX-License-Identifier: Apache-2.0
"""What a provider's claims mean: an admin edits a draft, tries it, and puts it in force; and whose domains are whose."""

import concurrent.futures
import secrets
import socket
import struct
import threading
import urllib.parse

import pytest
import requests

from conftest import uuid7
from sign_in import PEOPLE, SECRET, App, begin_world, holder

USUAL = {"name": "name", "given_name": "given_name", "family_name": "family_name", "department": None, "location": None,
         "locale": "locale", "groups": None, "scopes": "openid email profile", "join_by": "email", "join_claim": None}
FULL = {**USUAL, "department": "department", "location": "address.locality", "groups": "groups",
        "scopes": "openid email profile groups"}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    dns = NameServer()
    made = begin_world(tmp_path_factory, f"dns_server = 127.0.0.1:{dns.port}\n", people={**PEOPLE})
    made.dns = dns
    made.key = made.acme.add_key("directory", "--scopes", "scim")
    yield made
    made.stop()
    dns.stop()


class NameServer:
    """Answers TXT questions on loopback: texts[name] is a list of records, a word for another answer, or bytes."""

    CODES = {"failed": 2, "refused": 5}

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port, self.texts, self.asked = self.socket.getsockname()[1], {}, []
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            question, whom = self.socket.recvfrom(4096)
            if question == b"stop":
                return
            self.socket.sendto(self.answer(question), whom)

    def answer(self, question):
        end, labels = 12, []
        while question[end]:
            labels.append(question[end + 1:end + 1 + question[end]].decode())
            end += 1 + question[end]
        self.asked.append(".".join(labels))
        texts = self.texts.get(self.asked[-1])
        code = 3 if texts is None else self.CODES.get(texts, 0) if isinstance(texts, str) else 0
        records = texts if isinstance(texts, list) else []
        head = question[:2] + struct.pack(">5H", 0x8180 | code, 1, len(records), 0, 0)
        if isinstance(texts, bytes):
            return question[:2] + struct.pack(">5H", 0x8180, 1, 1, 0, 0) + question[12:end + 5] + texts
        return head + question[12:end + 5] + b"".join(self.record(r) for r in records)

    @staticmethod
    def record(text):
        parts = text if isinstance(text, tuple) else (text,)
        data = b"".join(bytes([len(p)]) + p.encode() for p in parts)
        return struct.pack(">HHHIH", 0xc00c, 16, 1, 60, len(data)) + data

    def stop(self):
        self.socket.sendto(b"stop", ("127.0.0.1", self.port))
        self.thread.join(5)
        self.socket.close()


class Signing:
    """A provider of its own, with a map of its own."""

    def __init__(self, world, make=True, state="on"):
        self.world, self.admin = world, world.acme.admin
        self.id = uuid7()
        self.path = f"/v1/identity-providers/{self.id}"
        answer = world.api.put(self.path, who=self.admin, json={
            "name": "Login", "issuer": world.provider.issuer, "client_id": "rostra-RS256", "client_secret": SECRET,
            "state": state, "make_accounts": make})
        assert answer.status_code == 201, answer.text
        world.stack.db("UPDATE identity_provider SET email_domains = 'acme.example' WHERE id = %s", (self.id,))

    def maps(self):
        answer = self.world.api.get(self.path + "/claims", who=self.admin)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def draft(self, **changes):
        body = {**FULL, "version": self.maps()["version"], **changes}
        answer = self.world.api.put(self.path + "/claims", who=self.admin, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def use(self, **changes):
        version = self.draft(**changes)["version"]
        answer = self.world.api.post(self.path + "/claims/use", who=self.admin, json={"version": version})
        assert answer.status_code == 200, answer.text
        return self

    def begin(self):
        answer = self.world.api.post(self.path + "/test", who=self.admin)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def outcome(self, test):
        return self.world.api.get(f"{self.path}/tests/{test['id']}", who=self.admin).json()["outcome"]

    def trial(self, who):
        test, app = self.begin(), App(self.world)
        assert self.outcome(test) is None
        page = app.get(app.at_provider(app.get(test["url"]).headers["Location"], who))
        assert page.status_code == 200 and "The test is done" in page.text and "Location" not in page.headers
        return self.outcome(test)

    def app(self):
        return App(self.world, provider=self.id)

    def sign_in(self, who):
        return self.world.api.get("/v1/me", who=holder(self.app().sign_in(who))).json()

    def person(self, who):
        return self.world.api.get(f"/v1/people/{self.sign_in(who)['id']}", who=self.admin).json()

    def error(self, who):
        app = self.app()
        return app.back(app.callback(who)).get("error")


@pytest.fixture
def says(world):
    """somebody = says(department=…): a new subject, of whom the provider says so."""

    def say(who=None, **claims):
        who = who or f"p{secrets.token_hex(4)}"
        usual = {"email": f"{who}@acme.example", "email_verified": True}
        world.provider.wish(accounts={who: {k: v for k, v in {**usual, **claims}.items() if v is not None}})
        return who

    return say


@pytest.fixture
def scim(world):
    def make(**members):
        name = f"u{secrets.token_hex(4)}"
        answer = world.api.post("/scim/v2/Users", who=world.key, json={"userName": name, "displayName": "Of the directory", **members},
                                headers={"Content-Type": "application/scim+json"})
        assert answer.status_code == 201, answer.text
        return answer.json()

    return make


def kept(world):
    tables = ("person", "identity", "person_fact", "team_member", "person_role", "session", "sign_in_code", "audit_event")
    return {t: world.stack.db(f"SELECT * FROM {t}") for t in tables}


# --- the map ---------------------------------------------------------------------------------------------------------


def test_a_provider_begins_with_what_every_provider_says(world):
    maps = Signing(world).maps()
    assert maps == {"version": 0, "version_in_force": 0, "draft": USUAL, "in_force": USUAL}


def test_a_draft_counts_when_it_is_put_in_force_and_that_is_on_record(world, says):
    signing = Signing(world)
    who = says(name="Ann", department="Research")
    signing.draft()
    assert signing.maps()["in_force"] == USUAL and signing.person(who)["department"] is None
    assert signing.use().maps() == {"version": 2, "version_in_force": 2, "draft": FULL, "in_force": FULL}
    assert signing.person(who)["department"] == "Research"
    events = world.api.get("/v1/audit", who=signing.admin, params={"limit": 100}).json()["items"]
    deed = next(e for e in events if e["action"] == "identity_provider.claims_in_force" and e["object_id"] == signing.id)
    assert deed["changes"]["groups"] == [None, "groups"] and "locale" not in deed["changes"]


def test_somebody_else_s_change_is_not_overwritten_nor_put_in_force_unseen(world):
    signing = Signing(world)
    signing.draft()
    for method, path, body in (("PUT", "/claims", {**FULL, "version": 0}), ("POST", "/claims/use", {"version": 0})):
        answer = world.api.request(method, signing.path + path, who=signing.admin, json=body)
        assert answer.status_code == 409 and answer.json()["code"] == "version_conflict"


@pytest.mark.parametrize("changes, pointer", [
    ({"scopes": "email profile"}, "#/scopes"), ({"scopes": "openid  email"}, "#/scopes"), ({"scopes": 'openid "x"'}, "#/scopes"),
    ({"join_by": "external_id"}, "#/join_claim"), ({"join_claim": "oid"}, "#/join_claim"), ({"join_by": "name"}, "#/join_by"),
    ({"groups": "x" * 121}, "#/groups"), ({"email": "mail"}, "#/email")], ids=str)
def test_a_map_that_cannot_work_is_refused_with_its_member(world, changes, pointer):
    signing = Signing(world)
    answer = world.api.put(signing.path + "/claims", who=signing.admin, json={**FULL, "version": 0, **changes})
    assert answer.status_code == 422 and [e["pointer"] for e in answer.json()["errors"]] == [pointer]


def test_the_scopes_of_the_map_are_asked_for(world):
    signing = Signing(world).use()
    asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(signing.app().start().headers["Location"]).query))
    assert asked["scope"] == "openid email profile groups"


# --- who it is -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("claims, names", [
    ({"name": "Ann Only"}, ("Ann Only", None, None)), ({"given_name": "Ann", "family_name": "Lee"}, ("Ann Lee", "Ann", "Lee")),
    ({"given_name": "Ann"}, ("Ann", "Ann", None)), ({"family_name": "Lee"}, ("Lee", None, "Lee")),
    ({"name": "Dr. Lee", "given_name": "Ann", "family_name": "Lee"}, ("Dr. Lee", "Ann", "Lee")),
    ({"name": "x" * 121, "given_name": "Ann"}, ("Ann", "Ann", None)), ({"name": ["First", "Second"]}, ("First", None, None)),
    ({"name": {"full": "x"}}, (None, None, None)), ({"name": "a\nb"}, (None, None, None))], ids=str)
def test_a_name_is_taken_whole_or_made_of_its_parts(world, says, claims, names):
    signing = Signing(world).use()
    who = says(**claims)
    me = signing.sign_in(who)
    assert me["display_name"] == (names[0] or who)
    assert tuple(world.stack.db("SELECT given_name, family_name FROM person WHERE id = %s", (me["id"],))[0].values()) == names[1:]


def test_department_place_and_name_follow_each_sign_in_and_are_dated(world, says):
    signing = Signing(world).use()
    who = says(name="Ann", department="Research", address={"locality": "Lyon"}, locale="pt_BR")
    first = signing.person(who)
    assert (first["department"], first["location"]) == ("Research", "Lyon")
    assert world.stack.db("SELECT language FROM person WHERE id = %s", (first["id"],))[0]["language"] == "pt-BR"
    says(who, name="Ann Lee", department="Sales", address={"locality": "Lyon"}, locale="fr")
    second = signing.person(who)
    assert (second["department"], second["location"], second["display_name"]) == ("Sales", "Lyon", "Ann Lee")
    # The language is theirs to choose after the first time.
    assert world.stack.db("SELECT language FROM person WHERE id = %s", (first["id"],))[0]["language"] == "pt-BR"
    rows = world.stack.db("SELECT kind, value, to_at FROM person_fact WHERE person_id = %s ORDER BY kind, from_at", (first["id"],))
    assert [(r["kind"], r["value"], r["to_at"] is None) for r in rows] == [
        ("department", "Research", False), ("department", "Sales", True), ("location", "Lyon", True)]


def test_the_ids_of_the_provider_s_directory_are_kept_beside_the_subject(world, says):
    signing, who, tenant, person = Signing(world), says(), uuid7(), uuid7()

    def kept_of(**claims):
        signing.sign_in(says(who, **claims))
        return world.stack.db("SELECT tid, oid FROM identity WHERE company_id = %s AND subject = %s", (world.acme.id, who))

    assert kept_of(tid=tenant, oid=person) == [{"tid": tenant, "oid": person}]
    assert kept_of(tid=tenant, oid="x" * 64) == [{"tid": tenant, "oid": "x" * 64}]  # each sign-in says it again
    for bad in (("x" * 65, ""), ("a b", "\u00e9"), (7, [person])):
        assert kept_of(tid=bad[0], oid=bad[1]) == [{"tid": None, "oid": None}], bad
    assert kept_of(oid=person) == [{"tid": None, "oid": person}]
    assert kept_of() == [{"tid": None, "oid": None}]


def test_a_claim_may_have_a_name_with_dots(world, says):
    who = says(name="Ann", **{"https://acme.example/unit": "Unit 7"})
    assert Signing(world).use(department="https://acme.example/unit").person(who)["department"] == "Unit 7"


def test_what_the_directory_says_of_a_person_is_not_overruled(world, says, scim):
    user = scim(externalId=secrets.token_hex(6), title="Engineer")
    who = says(name="Of the provider", department="Sales", oid=user["externalId"])
    person = Signing(world).use(join_by="external_id", join_claim="oid").person(who)
    assert (person["id"], person["display_name"], person["department"]) == (user["id"], "Of the directory", None)


# --- accounts of the directory -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule, claim", [("external_id", "oid"), ("user_name", "preferred_username")])
def test_an_account_of_the_directory_is_joined_by_the_company_s_rule(world, says, scim, rule, claim):
    user = scim(externalId=secrets.token_hex(6))
    value = user["externalId"] if rule == "external_id" else user["userName"].upper()
    who = says(email="x@elsewhere.example", email_verified=False, **{claim: value})
    assert Signing(world).error(who) == "account_unknown"  # no rule
    signing = Signing(world, make=False).use(join_by=rule, join_claim=claim)
    assert signing.trial(who)["found_by"] == rule
    assert signing.sign_in(who)["id"] == user["id"]
    assert signing.trial(who)["found_by"] == "subject"
    assert signing.error(says(email_verified=False, **{claim: "another"})) == "account_unknown"
    assert signing.error(says(email_verified=False)) == "account_unknown"


def test_whom_two_accounts_fit_is_nobody(world, says, scim):
    twice = secrets.token_hex(6)
    scim(externalId=twice), scim(externalId=twice)
    who = says(email_verified=False, oid=twice)
    assert Signing(world).use(join_by="external_id", join_claim="oid").error(who) == "account_unknown"


@pytest.mark.parametrize("way, error", [("off", "account_inactive"), ("deleted", "account_unknown")])
def test_who_has_left_by_the_directory_is_not_joined(world, says, scim, way, error):
    user = scim(externalId=secrets.token_hex(6), active=way != "off")
    if way == "deleted":
        assert world.api.delete(f"/scim/v2/Users/{user['id']}", who=world.key).status_code == 204
    who = says(email_verified=False, oid=user["externalId"])
    assert Signing(world).use(join_by="external_id", join_claim="oid").error(who) == error
    assert world.stack.db("SELECT 1 FROM identity WHERE subject = %s", (who,)) == []


# --- groups ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def team(world):
    def make(**body):
        body = {"name": f"Team {secrets.token_hex(4)}", **body}
        answer = world.api.put(f"/v1/teams/{uuid7()}", who=world.acme.admin, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    return make


def memberships(world, person):
    rows = world.stack.db("SELECT t.name, m.to_at, m.is_primary FROM team_member m JOIN team t ON t.id = m.team_id"
                          " WHERE m.person_id = %s ORDER BY m.from_at, t.name", (person,))
    return [(r["name"], r["to_at"] is None, bool(r["is_primary"])) for r in rows]


def test_groups_are_teams_by_their_external_id_or_name_and_memberships_are_dated(world, says, team):
    signing = Signing(world).use()
    by_id, by_name = team(name=f"B {secrets.token_hex(4)}", external_id=secrets.token_hex(8)), team(name=f"A {secrets.token_hex(4)}")
    who = says(name="Ann", groups=[by_id["external_id"], by_name["name"], "unknown", by_name["name"], 7, ""])
    person = signing.sign_in(who)["id"]
    both = memberships(world, person)
    assert {m[:2] for m in both} == {(by_id["name"], True), (by_name["name"], True)} and sum(m[2] for m in both) == 1
    signing.sign_in(who)
    assert memberships(world, person) == both  # the same again is no change
    says(who, name="Ann", groups=by_name["name"])  # one, as a string
    signing.sign_in(who)
    assert {m[:2] for m in memberships(world, person)} == {(by_id["name"], False), (by_name["name"], True)}
    says(who, name="Ann")  # none at all
    signing.sign_in(who)
    assert not any(m[1] for m in memberships(world, person))


def test_what_a_provider_did_not_begin_it_does_not_end(world, says, team):
    signing, mine, theirs = Signing(world).use(), team(), team()
    who = says(name="Ann", groups=[mine["name"]])
    person = signing.sign_in(who)["id"]
    for t in (mine, theirs):
        world.api.put(f"/v1/teams/{t['id']}/members/{person}", who=world.acme.admin, json={"is_primary": False})
    says(who, name="Ann", groups=[])
    signing.sign_in(who)
    assert (theirs["name"], True, False) in memberships(world, person)


@pytest.mark.parametrize("claims", [{"_claim_names": {"groups": "src1"}}, {"groups": 7}], ids=["too many to say", "no list"])
def test_groups_that_are_said_elsewhere_change_nothing(world, says, team, claims):
    signing, one = Signing(world).use(), team()
    who = says(name="Ann", groups=[one["name"]])
    person = signing.sign_in(who)["id"]
    says(who, name="Ann", **claims)
    signing.sign_in(who)
    still = [m[1] for m in memberships(world, person)] == [True]
    assert still == ("_claim_names" in claims)


def test_a_role_comes_and_goes_with_its_group(world, says, team):
    signing, plain, curators = Signing(world).use(), team(), team(role="curator")
    who = says(name="Ann", groups=[curators["name"], plain["name"]])
    assert signing.trial(who)["person"]["role_after"] == "curator"
    me = signing.sign_in(who)
    assert me["role"] == "curator" and (curators["name"], True, False) in memberships(world, me["id"])
    says(who, name="Ann", groups=[plain["name"]])
    outcome = signing.trial(who)
    assert (outcome["person"]["role_before"], outcome["person"]["role_after"]) == ("curator", "member")
    assert signing.sign_in(who)["role"] == "member"


def test_another_company_s_teams_are_none(world, says):
    world.stack.rostra("company", "add", "--slug", "globex", "--name", "Globex")
    world.stack.rostra("team", "add", "--company", "globex", "--name", "Their team")
    person = Signing(world).use().sign_in(says(name="Ann", groups=["Their team"]))["id"]
    assert memberships(world, person) == []


# --- trying ----------------------------------------------------------------------------------------------------------


def test_a_trial_shows_what_came_and_would_happen_and_does_nothing(world, says, team):
    signing = Signing(world, state="off")
    joins, out = team(), team()
    who = says(name="Ann Lee", department="Research", address={"locality": "Lyon"}, groups=[joins["name"], "nobody's"])
    signing.draft()
    before = kept(world)
    outcome = signing.trial(who)
    assert kept(world) == before
    assert (outcome["verdict"], outcome["found_by"], outcome["error"], outcome["reason"]) == ("signs_in", "made", None, None)
    person = outcome["person"]
    assert person.pop("email") == f"{who}@acme.example" and person == {
        "id": None, "display_name": "Ann Lee", "given_name": None, "family_name": None, "department": "Research",
        "location": "Lyon", "language": None, "role_before": None, "role_after": "member"}
    assert {(g["group"], g["team"], g["change"]) for g in outcome["groups"]} == {
        (joins["name"], joins["name"], "joins"), ("nobody's", None, "unknown")}
    claims = {c["name"]: c["value"] for c in outcome["claims"]}
    assert claims["address"] == {"locality": "Lyon"} and claims["groups"] == [joins["name"], "nobody's"] and claims["sub"] == who
    assert claims["iss"] == world.provider.issuer and "nonce" in claims
    # In force, the same happens; then it is known what would end.
    signing.use()
    world.stack.db("UPDATE identity_provider SET state = 'on' WHERE id = %s", (signing.id,))
    me = signing.sign_in(who)
    says(who, name="Ann Lee", groups=[out["name"]])
    outcome = signing.trial(who)
    assert outcome["found_by"] == "subject" and outcome["person"]["id"] == me["id"]
    assert {(g["group"], g["team"], g["change"]) for g in outcome["groups"]} == {
        (out["name"], out["name"], "joins"), (None, joins["name"], "leaves")}


@pytest.mark.parametrize("claims, verdict", [({"email_verified": False}, "unknown"), ({"email": "out@acme.example"}, "inactive")])
def test_a_trial_says_who_would_not_get_in(world, says, claims, verdict):
    outcome = Signing(world).trial(says(**claims))
    assert outcome["verdict"] == verdict and (outcome["person"] is None) == (verdict == "unknown")


def test_a_trial_that_fails_says_why(world, says):
    signing = Signing(world)
    world.stack.db("UPDATE identity_provider SET algorithm = 'ES256' WHERE id = %s", (signing.id,))
    outcome = signing.trial(says())
    assert (outcome["verdict"], outcome["error"]) == ("failed", "provider_error")
    assert outcome["reason"] == "another algorithm than the registered one" and outcome["claims"] == []
    test, app = signing.begin(), App(world)
    app.get(app.at_provider(app.get(test["url"]).headers["Location"], "ada", refuse=True))
    assert signing.outcome(test)["error"] == "access_denied"


def test_a_trial_is_begun_once_in_one_browser_and_gone_in_an_hour(world):
    signing = Signing(world)
    test, app = signing.begin(), App(world)
    begun = app.get(test["url"])
    assert begun.status_code == 302 and app.get(test["url"]).status_code == 404
    url = app.at_provider(begun.headers["Location"], "ada")
    assert requests.get(url, allow_redirects=False, timeout=10).status_code == 404  # another browser
    assert signing.outcome(test) is None
    late = signing.begin()
    world.stack.db("UPDATE provider_trial SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE id = %s", (late["id"],))
    assert app.get(late["url"]).status_code == 404
    assert world.api.get(f"{signing.path}/tests/{late['id']}", who=signing.admin).status_code == 404
    assert app.get(world.api.base + "/v1/auth/test?ticket=" + "A" * 43).status_code == 404


def test_no_ticket_of_a_trial_is_kept(world):
    ticket = Signing(world).begin()["url"].partition("ticket=")[2]
    assert ticket not in str(world.stack.db("SELECT * FROM provider_trial")) and ticket not in (world.stack.state / "log/rostra.log").read_text()


# --- domains that are proved by the DNS ----------------------------------------------------------------------------------


class Domain:
    """A domain that a company wants to prove."""

    def __init__(self, world, provider, name=None):
        self.world, self.admin, self.provider = world, world.acme.admin, provider
        self.name = name or f"d{secrets.token_hex(4)}.example"
        self.path = f"/v1/email-domains/{uuid7()}"
        answer = self.put()
        assert answer.status_code == 201, answer.text
        self.record = (answer.json()["record_name"], answer.json()["record_value"])

    def put(self, **changes):
        return self.world.api.put(self.path, who=self.admin, json={"domain": self.name, "provider_id": self.provider, **changes})

    def check(self, *texts):
        self.world.dns.texts[self.record[0]] = list(texts)
        return self.again()

    def again(self):
        answer = self.world.api.post(self.path + "/check", who=self.admin)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def proved(self):
        return self.name in self.world.api.get(f"/v1/identity-providers/{self.provider}", who=self.admin).json()["email_domains"].split()


@pytest.fixture(scope="module")
def bare(world):
    """A provider without domains."""
    return world.add("RS256", "basic", "acme", "--make-accounts")


def test_a_domain_is_proved_by_its_record_and_lets_its_people_in(world, bare, says):
    domain = Domain(world, bare)
    who = says(email=f"x{secrets.token_hex(3)}@{domain.name}", name="Of the domain")
    assert domain.record[0] == f"_rostra-challenge.{domain.name}" and len(domain.record[1]) == len("rostra-domain=") + 43
    app = App(world, provider=bare)
    assert app.back(app.callback(who)) == {"error": "account_unknown"}
    before = domain.again()
    assert (before["result"], before["proved_at"]) == ("missing", None) and before["checked_at"] and not domain.proved()
    after = domain.check("v=spf1 -all", domain.record[1], "other")
    assert after["result"] == "proved" and after["proved_at"] and domain.proved()
    assert world.dns.asked[-1] == domain.record[0]
    assert world.api.get("/v1/me", who=holder(App(world, provider=bare).sign_in(who))).json()["display_name"] == "Of the domain"
    found = world.api.get("/v1/auth/providers", params={"email": f"y@{domain.name}"}).json()["items"]
    assert [i["id"] for i in found] == [bare]
    events = world.api.get("/v1/audit", who=world.acme.admin, params={"limit": 100}).json()["items"]
    deed = next(e for e in events if e["action"] == "identity_provider.domains_set" and e["object_id"] == bare)
    assert deed["actor"] == "person" and domain.name in deed["changes"]["email_domains"][1]


@pytest.mark.parametrize("text", [lambda v: v + "x", lambda v: v[:-1], lambda v: v.upper(), lambda v: "rostra-domain=", lambda v: " " + v,
                                  lambda v: "x" + v], ids=["longer", "shorter", "capitals", "empty", "a space", "before"])
def test_another_value_proves_nothing(world, bare, text):
    domain = Domain(world, bare)
    result = domain.check(text(domain.record[1]))["result"]
    assert result == ("another" if text(domain.record[1]).startswith("rostra-domain=") else "missing") and not domain.proved()


def test_a_record_in_pieces_is_read_whole(world, bare):
    domain = Domain(world, bare)
    value = domain.record[1]
    assert domain.check((value[:10], value[10:], ""))["result"] == "proved" and domain.proved()


@pytest.mark.parametrize("texts", ["failed", "refused", b"", b"\xc0\x0c\x00\x10\x00\x01\x00\x00\x00\x3c\x00\xff\x05abc",
                                   b"\xc0\x0c\x00\x10\x00\x01\x00\x00\x00\x3c\x00\x02\x09a"], ids=["failed", "refused", "none", "cut", "bent"])
def test_an_answer_that_is_none_proves_nothing(world, bare, texts):
    domain = Domain(world, bare)
    world.dns.texts[domain.record[0]] = texts
    assert domain.again()["result"] == "unanswered" and not domain.proved()
    assert domain.check(domain.record[1])["result"] == "proved"  # and may be tried again


def test_what_was_proved_stays_until_it_is_given_up(world, bare):
    domain = Domain(world, bare)
    first = domain.check(domain.record[1])
    again = domain.check()
    assert again["result"] == "missing" and again["proved_at"] == first["proved_at"] and domain.proved()
    assert domain.put().status_code == 200 and domain.put(domain="other.example").json()["code"] == "id_conflict"
    assert world.api.delete(domain.path, who=domain.admin).status_code == 204 and not domain.proved()
    assert world.api.delete(domain.path, who=domain.admin).status_code == 404


def test_each_company_and_provider_proves_for_itself(world, bare):
    first, second = Domain(world, bare), None
    second = Domain(world, world.add("ES256"), first.name)
    assert first.record[0] == second.record[0] and first.record[1] != second.record[1]
    assert first.check(second.record[1])["result"] == "another"
    assert second.again()["result"] == "proved" and second.proved() and not first.proved()
    answer = world.api.put(f"/v1/email-domains/{uuid7()}", who=world.acme.admin, json={"domain": first.name, "provider_id": bare})
    assert answer.status_code == 409


@pytest.mark.parametrize("domain", ["example", "a..example", ".example.com", "example.com.", "-a.example", "a-.example", "a b.example", "a_b.example",
                                    "x" * 64 + ".example", "\u00e9.example", "http://a.example", "a.example/", "a@b.example"])
def test_what_is_no_domain_is_refused_with_its_member(world, bare, domain):
    answer = world.api.put(f"/v1/email-domains/{uuid7()}", who=world.acme.admin, json={"domain": domain, "provider_id": bare})
    assert answer.status_code == 422 and [e["pointer"] for e in answer.json()["errors"]] == ["#/domain"]


def test_domains_proved_at_once_are_all_kept(world):
    domains = [Domain(world, world.add("RS256"))]
    domains += [Domain(world, domains[0].provider) for _ in range(7)]
    for d in domains:
        world.dns.texts[d.record[0]] = [d.record[1]]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda d: d.again()["result"], domains))
    # A thread that waits for a server is one of few: who found none free may ask again.
    for d, result in zip(domains, results):
        assert result == "proved" or d.again()["result"] == "proved"
    assert all(d.proved() for d in domains)
    page = world.api.get("/v1/email-domains", who=world.acme.admin, params={"limit": 3}).json()
    assert page["has_more"] and len(page["items"]) == 3
