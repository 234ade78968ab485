# SPDX-License-Identifier: Apache-2.0
"""CRMs that tell of stages: only who knows the secret is heard, and however often it is told, it counts once."""

import concurrent.futures
import json
import secrets
import time

import crm
import pytest
from content import made
from test_leads import detail

from conftest import Client, uuid7

STAGES = [{"property": "dealstage", "value": "qualifiedtobuy", "stage": "qualified"},
          {"property": "dealstage", "value": "contractsent", "stage": "opportunity"},
          {"property": "dealstage", "value": "closedwon", "stage": "won"},
          {"property": "StageName", "value": "Closed Won", "stage": "won"},
          {"property": "StageName", "value": "Negotiation/Review", "stage": "opportunity"}]


class Hook:
    """A hook of a company, and a lead that the CRM knows."""

    def __init__(self, api, company, kind, **members):
        self.api, self.company = api, company
        secret = {"hubspot": {"secret": crm.HUBSPOT_SECRET}, "flow": {"secret": crm.FLOW_SECRET},
                  "salesforce": {"org_id": crm.ORG}}[kind]
        self.id = uuid7()
        self.body = {"kind": kind, "name": f"our {kind}", "lead_source": "crm", "currency": "EUR", "stages": STAGES,
                     "amount_property": "Amount" if kind == "salesforce" else "amount", **secret, **members}
        self.made = made(api.put(f"/v1/crm-hooks/{self.id}", who=company.admin, json=self.body))
        self.url = self.made["url"]
        self.path = self.url[self.url.index("/v1/"):]

    def send(self, message, status=200, api=None, path=None):
        body, headers = message
        answer = (api or self.api).post(path or self.path, data=body, headers=headers, idempotency_key=None)
        assert answer.status_code == status, answer.text
        return answer

    def events(self):
        answer = self.api.get(f"/v1/crm-hooks/{self.id}/events", who=self.company.admin)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]


@pytest.fixture(scope="module")
def company(make_company):
    return make_company()


@pytest.fixture(scope="module")
def crm_key(company):
    return company.add_key("crm-import", "--scopes", "leads:write")


@pytest.fixture(scope="module")
def hubspot(api, company, crm_key):
    return Hook(api, company, "hubspot", lead_source="crm-import")


@pytest.fixture(scope="module")
def salesforce(api, company, crm_key):
    return Hook(api, company, "salesforce", lead_source="crm-import")


@pytest.fixture(scope="module")
def flow(api, company, crm_key):
    return Hook(api, company, "flow", lead_source="crm-import")


@pytest.fixture
def deal(api, crm_key):
    """(the CRM's number of it, the lead)"""
    number = str(secrets.randbelow(10**12))
    return number, made(api.post("/v1/leads", who=crm_key, json={"external_id": number}))


def stages(api, company, lead):
    return [(c["stage"], c["value"] and c["value"]["amount_minor"]) for c in detail(api, company, lead)["conversions"]]


# --- HubSpot -----------------------------------------------------------------------------------------------------


def test_a_batch_of_hubspot_moves_leads_along_once(api, company, hubspot, deal, stack):
    number, lead = deal
    now = time.time()
    batch = [crm.change(int(number), "closedwon", at=now), crm.change(int(number), "1250.50", "amount", at=now),
             crm.change(int(number), "qualifiedtobuy", at=now - 0.001), crm.change(999, "closedwon"),
             crm.change(int(number), "unknownstage"), crm.change(int(number), "x", "firstname"),
             {"eventId": 4, "occurredAt": 1, "subscriptionType": "deal.creation", "objectId": 5}]

    def send(_):
        return hubspot.send(crm.hubspot(hubspot.url, batch), api=Client(stack.places["API"])).json()["changes"]

    # The same webhook five times, three of them at once.
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        assert set(pool.map(send, range(3))) == {6}
    assert send(0) == send(0) == 6
    got = stages(api, company, lead)
    assert sorted(got[1:]) == [("qualified", 125050), ("won", 125050)] and detail(api, company, lead)["stage"] == "won"
    mine = [e for e in hubspot.events() if e["object_id"] == number]
    assert sorted((e["property"], e["outcome"]) for e in mine) == [
        ("amount", "valued"), ("dealstage", "moved"), ("dealstage", "moved")]
    assert [e["outcome"] for e in hubspot.events() if e["object_id"] == "999"] == ["no_lead"]
    # Told by another event that it is where it is: no second sale.
    hubspot.send(crm.hubspot(hubspot.url, [crm.change(int(number), "closedwon", at=now + 0.002)]))
    assert stages(api, company, lead) == got


def test_hubspot_is_heard_only_with_a_fresh_signature_of_what_came(api, hubspot, deal, db):
    number, _ = deal
    events = [crm.change(int(number), "closedwon")]
    body, headers = crm.hubspot(hubspot.url, events)
    signature = headers["X-HubSpot-Signature-v3"]
    for why, message in {
        "other body": (body + b" ", headers),
        "other secret": crm.hubspot(hubspot.url, events, secret="another-secret-0123456789"),
        "other address": crm.hubspot(hubspot.url + "?x=1", events),
        "too old": crm.hubspot(hubspot.url, events, at=time.time() - 310),
        "from the future": crm.hubspot(hubspot.url, events, at=time.time() + 310),
        "no signature": (body, {h: v for h, v in headers.items() if h != "X-HubSpot-Signature-v3"}),
        "no time": (body, {h: v for h, v in headers.items() if h != "X-HubSpot-Request-Timestamp"}),
        "another time": (body, {**headers, "X-HubSpot-Request-Timestamp": str(int(time.time() * 1000) + 1)}),
        "cut": (body, {**headers, "X-HubSpot-Signature-v3": signature[:-2] + "="}),
        "empty": (body, {**headers, "X-HubSpot-Signature-v3": ""}),
        "flow's": (body, {**crm.flow([])[1], "Content-Type": "application/json"}),
    }.items():
        answer = api.post(hubspot.path, data=message[0], headers=message[1], idempotency_key=None)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), why
    for wrong in ("{}", "[", "[7]", '[{"objectId": 1}]', '[],"x":[]', '[{"objectId":1,"objectId":2}]'):
        signed = crm.hubspot(hubspot.url, [])
        mac = crm.hmac.new(crm.HUBSPOT_SECRET.encode(), b"POST" + hubspot.url.encode() + wrong.encode()
                           + signed[1]["X-HubSpot-Request-Timestamp"].encode(), crm.hashlib.sha256).digest()
        hubspot.send((wrong.encode(), {**signed[1], "X-HubSpot-Signature-v3": crm.base64.b64encode(mac).decode()}), 400)
    assert db("SELECT COUNT(*) n FROM crm_event WHERE object_id = %s", (number,))[0]["n"] == 0


# --- Salesforce --------------------------------------------------------------------------------------------------


def test_an_outbound_message_moves_a_lead_and_is_acknowledged(api, company, salesforce, deal):
    number, lead = deal
    fields = {"Id": number, "Amount": "1200.5", "LastModifiedDate": "2026-11-27T10:00:00.000Z",
              "Name": "Ada & <Co>", "StageName": "Negotiation/Review"}
    message = crm.outbound([("04l5g00000AAA1", fields), ("04l5g00000AAA2", {**fields, "Id": "006NOBODY"})])
    answers = [salesforce.send(message) for _ in range(5)]
    assert all("<Ack>true</Ack>" in a.text and a.headers["Content-Type"].startswith("text/xml") for a in answers)
    assert stages(api, company, lead)[1:] == [("opportunity", 120050)]
    # It tells how the object is: another change of it is no other event.
    salesforce.send(crm.outbound([("04l5g00000AAA3", {**fields, "Name": "Bob"})]))
    assert stages(api, company, lead)[1:] == [("opportunity", 120050)]
    salesforce.send(crm.outbound([("04l5g00000AAA4", {**fields, "StageName": "Closed Won", "Amount": "1.3E7"})]))
    won = ("won", 13_000_000_00)  # its way to write thirteen million
    assert stages(api, company, lead)[1:] in ([("opportunity", 120050), won], [won, ("opportunity", 120050)])
    assert {e["outcome"] for e in salesforce.events() if e["object_id"] == "006NOBODY"} == {"no_lead"}


def test_a_message_of_another_organisation_or_no_message_is_refused(api, salesforce, deal):
    number, _ = deal
    good = [("04l1", {"Id": number, "StageName": "Closed Won"})]
    salesforce.send(crm.outbound(good, org="00D000000000000"), 401)
    salesforce.send(crm.outbound(good, org=""), 401)
    deep = "<a>" * 40 + "</a>" * 40
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    outside = '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">'
    for message in (crm.outbound(good, head=bomb), crm.outbound(good, head=outside), crm.outbound(good, extra=deep),
                    crm.outbound(good, extra="<x>" + "y" * 9000 + "</x>"), crm.outbound([("04l2", {"StageName": "x"})]),
                    (b"<a/>", {"Content-Type": "text/xml"}), (b"", {"Content-Type": "text/xml"}),
                    (b"not xml", {"Content-Type": "text/xml"}), (b"\xff\xfe<\x00a\x00", {"Content-Type": "text/xml"}),
                    (crm.outbound(good)[0][:-5], {"Content-Type": "text/xml"})):
        salesforce.send(message, 400)
    assert [e for e in salesforce.events() if e["object_id"] == number] == []
    salesforce.send(crm.outbound(good, org=crm.ORG + "EAW"))
    assert [e["outcome"] for e in salesforce.events() if e["object_id"] == number] == ["moved"]


# --- others ------------------------------------------------------------------------------------------------------


def test_any_system_that_signs_may_tell(api, company, flow, deal):
    number, lead = deal
    event = {"event_id": secrets.token_hex(8), "object_id": number, "property": "StageName", "value": "Closed Won",
             "amount": "99.99", "occurred_at": lead["created_at"]}
    for more in ("", ",v0=00", ",v1=" + "0" * 64):
        assert flow.send(crm.flow([event], more=more)).json() == {"changes": 1}
    assert stages(api, company, lead)[1:] == [("won", 9999)]
    for message in (crm.flow([event], secret="another-0123456789"), crm.flow([event], at=time.time() - 301),
                    crm.flow([event], at=time.time() + 302)):
        flow.send(message, 401)
    body, headers = crm.flow([event])
    flow.send((body, {**headers, "X-Rostra-Signature": headers["X-Rostra-Signature"].replace("v1=", "v0=")}), 401)
    answer = flow.send(crm.flow([{"event_id": "", "object_id": 7}]), 422)
    assert {e["pointer"] for e in answer.json()["errors"]} == {
        "#/events/0/event_id", "#/events/0/object_id", "#/events/0/property", "#/events/0/value"}


# --- hooks -------------------------------------------------------------------------------------------------------


def test_a_hook_shows_its_address_once_and_keeps_its_secret(api, db, stack, company, globex, hubspot, deal):
    path = f"/v1/crm-hooks/{hubspot.id}"
    other = api.put(path, who=company.admin, json={**hubspot.body, "secret": "another-secret-0123456789"})
    assert (other.status_code, other.json()["code"]) == (409, "id_conflict") and "another secret" in other.json()["detail"]
    again = api.put(path, who=company.admin, json=hubspot.body)
    assert again.status_code == 200 and "url" not in again.json() and "secret" not in again.text
    assert api.put(path, who=company.admin, json={**hubspot.body, "name": "other"}).json()["code"] == "id_conflict"
    shown = api.get(path, who=company.admin).json()
    assert sorted(s["value"] for s in shown["stages"]) == sorted(s["value"] for s in STAGES)
    assert hubspot.id in [h["id"] for h in api.get("/v1/crm-hooks", who=company.admin).json()["items"]]
    assert api.get(path, who=globex.admin).status_code == 404 and api.delete(path, who=globex.admin).status_code == 404
    token = hubspot.url.rsplit("/", 1)[1]
    kept = db("SELECT * FROM crm_hook WHERE id = %s", (hubspot.id,))[0]
    assert all(token.encode() not in v and crm.HUBSPOT_SECRET.encode() not in v for v in kept.values() if isinstance(v, bytes))
    logs = b"".join(p.read_bytes() for p in (stack.state / "log").iterdir() if p.is_file())
    assert token.encode() not in logs and crm.HUBSPOT_SECRET.encode() not in logs
    # Known for one kind and one address only.
    for wrong in (hubspot.path[:-1], hubspot.path.replace("hubspot", "flow")):
        assert api.post(wrong, data=b"[]", headers={"Content-Type": "application/json"}, idempotency_key=None).status_code == 404


@pytest.mark.parametrize("body,pointers", [
    ({"kind": "hubspot"}, {"#/secret"}), ({"kind": "flow", "secret": "short"}, {"#/secret"}),
    ({"kind": "salesforce", "secret": "x" * 20}, {"#/org_id", "#/secret"}),
    ({"kind": "salesforce", "org_id": "00D-00000000000"}, {"#/org_id"}),
    ({"kind": "flow", "secret": "x" * 20, "org_id": crm.ORG, "currency": "EUR"}, {"#/org_id", "#/currency"}),
    ({"kind": "flow", "secret": "x" * 20, "stages": [STAGES[0], STAGES[0]]}, {"#/stages"})])
def test_what_does_not_hold_together_is_told(api, company, body, pointers):
    answer = api.put(f"/v1/crm-hooks/{uuid7()}", who=company.admin, json={"name": "x", "lead_source": "y", **body})
    assert answer.status_code == 422 and {e["pointer"] for e in answer.json()["errors"]} == pointers


def test_stages_are_changed_and_a_hook_is_ended(api, company, deal, crm_key):
    number, lead = deal
    hook = Hook(api, company, "flow", lead_source="crm-import", name="for a while")
    event = {"event_id": "1", "object_id": number, "property": "stage", "value": "5"}
    hook.send(crm.flow([event]))
    assert stages(api, company, lead)[1:] == [] and hook.events() == []
    answer = api.put(f"/v1/crm-hooks/{hook.id}/stages", who=company.admin,
                     json={"stages": [{"property": "stage", "value": "5", "stage": "lost"}]})
    assert answer.status_code == 200 and len(answer.json()["stages"]) == 1
    hook.send(crm.flow([event]))
    assert stages(api, company, lead)[1:] == [("lost", None)]
    assert api.delete(f"/v1/crm-hooks/{hook.id}", who=company.admin).status_code == 204
    hook.send(crm.flow([event]), 404)
    assert stages(api, company, lead)[1:] == [("lost", None)]


def test_an_operator_makes_and_ends_a_hook(api, rostra, rostra_json, stack, company, deal, tmp_path, crm_key):
    number, lead = deal
    secret = tmp_path / "secret"
    secret.write_text(crm.FLOW_SECRET + "\n")
    secret.chmod(0o400)
    hook = rostra_json("crm", "add", "--company", company.slug, "--kind", "flow", "--name", "ops", "--lead-source", "crm-import",
                       "--secret-file", secret, "--stages", "stage:done=won,stage:gone=lost")
    body, headers = crm.flow([{"event_id": "9", "object_id": number, "property": "stage", "value": "done"}])
    answer = api.post(hook["url"][hook["url"].index("/v1/"):], data=body, headers=headers, idempotency_key=None)
    assert answer.status_code == 200 and stages(api, company, lead)[1:] == [("won", None)]
    assert "ops" in [h["name"] for h in rostra_json("crm", "list", "--company", company.slug)]
    rostra("crm", "remove", "--company", company.slug, "--id", hook["id"])
    assert "ops" not in json.dumps(rostra_json("crm", "list", "--company", company.slug))
