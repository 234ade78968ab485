# SPDX-License-Identifier: Apache-2.0
"""Channels, campaigns and posts: who may make what, how a post lives, and what everybody is told of a fault."""

import datetime
import secrets

import pytest

from conftest import uuid7, wait_until
from content import NETWORKS, draft_post, live_post, made, new_campaign, new_channel


def later(seconds):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def act(api, post, verb, who, body=None, status=200, **options):
    response = api.post(f"/v1/posts/{post['id']}/{verb}", who=who, **({"json": body} if body is not None else {}), **options)
    assert response.status_code == status, f"{verb}: {response.status_code} {response.text}"
    return response.json()


def pointers(response):
    return sorted(e["pointer"] for e in response.json()["errors"])


def feed_ids(api, who, **params):
    found, cursor = [], None
    while True:
        page = api.get("/v1/feed", who=who, params={"limit": 100, **params, **({"cursor": cursor} if cursor else {})}).json()
        found += [item["id"] for item in page["items"]]
        if not page["has_more"]:
            return found
        cursor = page["next_cursor"]


# --- channels and campaigns ------------------------------------------------------------------------------------


def test_a_channel_is_made_once_and_changed_by_version(api, acme):
    id_, body = uuid7(), {"name": f"Press {uuid7()}", "description": "What papers write"}
    url = f"/v1/channels/{id_}"
    first = api.put(url, who=acme.admin, json=body)
    again = api.put(url, who=acme.admin, json=body)
    other = api.put(url, who=acme.admin, json={**body, "description": "Another"})
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json() == again.json()
    assert other.json()["code"] == "id_conflict"
    changed = api.patch(url, who=acme.admin, json={"description": None, "version": 1})
    assert (changed.json()["description"], changed.json()["version"]) == (None, 2)
    assert api.patch(url, who=acme.admin, json={"name": "x", "version": 1}).json()["code"] == "version_conflict"
    same_name = api.put(f"/v1/channels/{uuid7()}", who=acme.admin, json={"name": body["name"]})
    assert (same_name.status_code, same_name.json()["code"]) == (409, "conflict")


def test_an_audience_of_teams_needs_teams_of_the_company(api, acme):
    for members, want in (({"audience": "teams"}, ["#/team_ids"]), ({"team_ids": [uuid7()]}, ["#/team_ids"]),
                          ({"audience": "teams", "team_ids": [uuid7()]}, ["#/team_ids"])):
        refused = api.put(f"/v1/channels/{uuid7()}", who=acme.admin, json={"name": f"T {uuid7()}", **members})
        assert refused.status_code == 422 and pointers(refused) == want


def test_following_puts_a_followable_channel_into_the_feed(api, acme):
    channel = new_channel(api, acme, mode="followable")
    post = live_post(api, acme, channel_id=channel["id"])
    assert post["id"] not in feed_ids(api, acme.member)
    for _ in range(2):
        assert api.put(f"/v1/channels/{channel['id']}/follow", who=acme.member).status_code == 204
    assert post["id"] in feed_ids(api, acme.member)
    assert post["id"] not in feed_ids(api, acme.manager)
    assert api.delete(f"/v1/channels/{channel['id']}/follow", who=acme.member).status_code == 204
    assert post["id"] not in feed_ids(api, acme.member)


def test_a_mandatory_channel_cannot_be_followed_or_left(api, acme):
    channel = new_channel(api, acme)
    assert api.delete(f"/v1/channels/{channel['id']}/follow", who=acme.member).json()["code"] == "conflict"
    assert api.put(f"/v1/channels/{uuid7()}/follow", who=acme.member).status_code == 404


def test_an_archived_channel_is_in_no_feed_and_no_list(api, acme):
    channel = new_channel(api, acme)
    post = live_post(api, acme, channel_id=channel["id"])
    api.patch(f"/v1/channels/{channel['id']}", who=acme.admin, json={"archived": True, "version": 1})
    assert post["id"] not in feed_ids(api, acme.member)
    assert api.get(f"/v1/posts/{post['id']}", who=acme.member).status_code == 404
    names = [c["id"] for c in api.get("/v1/channels?limit=100", who=acme.curator).json()["items"]]
    assert channel["id"] not in names
    everything, cursor = [], ""
    while cursor is not None:
        page = api.get(f"/v1/channels?all=true&limit=100{cursor}", who=acme.curator).json()
        everything += [c["id"] for c in page["items"]]
        cursor = f"&cursor={page['next_cursor']}" if page["has_more"] else None
    assert channel["id"] in everything and len(everything) == len(set(everything))


def test_a_campaign_takes_known_placeholders_only(api, acme):
    refused = api.put(f"/v1/campaigns/{uuid7()}", who=acme.curator,
                      json={"name": "x", "utm_source": "{person}", "utm_term": "{network", "starts_at": later(60),
                            "ends_at": later(30), "lookback_days": 0})
    assert refused.status_code == 422
    assert "#/lookback_days" in pointers(refused)
    refused = api.put(f"/v1/campaigns/{uuid7()}", who=acme.curator,
                      json={"name": "x", "utm_source": "{person}", "utm_term": "{network", "starts_at": later(60),
                            "ends_at": later(30)})
    assert pointers(refused) == ["#/ends_at", "#/utm_source", "#/utm_term"]


def test_a_campaign_is_changed_by_version_and_read_by_curators(api, acme):
    campaign = new_campaign(api, acme, lookback_days=14)
    url = f"/v1/campaigns/{campaign['id']}"
    changed = api.patch(url, who=acme.admin, json={"lookback_days": 7, "version": 1}).json()
    assert (changed["lookback_days"], changed["version"], changed["utm_source"]) == (7, 2, "{network}")
    assert api.patch(url, who=acme.admin, json={"lookback_days": 9, "version": 1}).status_code == 409
    assert api.get(url, who=acme.curator).json() == changed
    assert api.get(url, who=acme.member).status_code == 403


# --- posts -----------------------------------------------------------------------------------------------------


def test_a_suggestion_is_decided_by_curators_and_credited(api, acme):
    channel = new_channel(api, acme)
    post = draft_post(api, acme, who=acme.member, channel_id=channel["id"], campaign_id=None, submit=True)
    assert (post["state"], post["suggested_by"], post["author_id"]) == ("submitted", acme.member.id, acme.member.id)
    assert post["id"] not in feed_ids(api, acme.member)
    act(api, post, "publish", acme.member, {}, status=403)
    waiting = api.get("/v1/posts?state=submitted&limit=100", who=acme.curator).json()["items"]
    assert post["id"] in [p["id"] for p in waiting]
    live = act(api, post, "publish", acme.curator, {"version": post["version"]})
    assert (live["state"], live["decided_by"]) == ("live", acme.curator.id)
    card = next(i for i in api.get("/v1/feed", who=acme.manager).json()["items"] if i["id"] == post["id"])
    assert card["suggested_by_name"] == "Member"


def test_a_rejection_has_a_note_and_can_be_submitted_again(api, acme):
    channel = new_channel(api, acme)
    post = draft_post(api, acme, who=acme.member, channel_id=channel["id"], campaign_id=None)
    assert post["state"] == "draft"
    act(api, post, "submit", acme.member)
    assert api.post(f"/v1/posts/{post['id']}/reject", who=acme.curator, json={}).status_code == 422
    act(api, post, "reject", acme.curator, {"note": "Say where."})
    mine = api.get(f"/v1/posts/{post['id']}", who=acme.member).json()
    assert (mine["state"], mine["decision_note"]) == ("rejected", "Say where.")
    assert api.get(f"/v1/posts/{post['id']}", who=acme.manager).status_code == 404
    assert act(api, post, "submit", acme.member)["state"] == "submitted"


def test_an_author_without_rights_sends_an_approved_post_back(api, acme):
    channel = new_channel(api, acme)
    post = draft_post(api, acme, who=acme.member, channel_id=channel["id"], campaign_id=None, submit=True)
    live = act(api, post, "publish", acme.curator, {})
    assert post["id"] in feed_ids(api, acme.manager)
    back = api.patch(f"/v1/posts/{post['id']}", who=acme.member, json={"title": "Other words", "version": live["version"]})
    assert back.json()["state"] == "submitted"
    assert post["id"] not in feed_ids(api, acme.manager)
    again = act(api, post, "publish", acme.curator, {})
    kept = api.patch(f"/v1/posts/{post['id']}", who=acme.curator, json={"title": "Mine", "version": again["version"]})
    assert kept.json()["state"] == "live"
    assert api.patch(f"/v1/posts/{post['id']}", who=acme.manager, json={"title": "x", "version": 1}).status_code == 403


def test_a_post_lives_by_the_clock(api, acme):
    post = draft_post(api, acme, publish_at=later(1.5), expire_at=later(4))
    assert act(api, post, "publish", acme.curator, {})["state"] == "scheduled"
    assert post["id"] not in feed_ids(api, acme.member)
    wait_until(lambda: post["id"] in feed_ids(api, acme.member), what="going live")
    wait_until(lambda: post["id"] not in feed_ids(api, acme.member), what="expiry")
    assert api.get(f"/v1/posts/{post['id']}", who=acme.curator).json()["state"] == "expired"
    act(api, post, "publish", acme.curator, {}, status=409)


def test_pins_come_first_and_end(api, acme):
    old, new = live_post(api, acme), live_post(api, acme)
    act(api, old, "pin", acme.curator, {"until": later(3)})
    order = feed_ids(api, acme.member)
    assert order.index(old["id"]) < order.index(new["id"])
    wait_until(lambda: (o := feed_ids(api, acme.member)).index(old["id"]) > o.index(new["id"]), what="the pin's end")
    act(api, new, "pin", acme.curator, {"until": later(600)})
    assert act(api, new, "unpin", acme.curator)["pin_until"] is None
    assert api.post(f"/v1/posts/{new['id']}/pin", who=acme.curator, json={"until": later(-5)}).status_code == 422


def test_a_must_read_is_acknowledged_once(api, acme):
    post = live_post(api, acme, must_read=True)
    first = act(api, post, "acknowledge", acme.member)["acknowledged_at"]
    assert first is not None and act(api, post, "acknowledge", acme.member)["acknowledged_at"] == first
    item = next(i for i in api.get("/v1/feed", who=acme.member).json()["items"] if i["id"] == post["id"])
    assert item["acknowledged_at"] == first
    act(api, live_post(api, acme), "acknowledge", acme.member, status=409)


def test_a_put_is_repeatable_and_an_id_taken_once(api, acme):
    channel = new_channel(api, acme)
    url, body = f"/v1/posts/{uuid7()}", {"channel_id": channel["id"], "kind": "text", "language": "en", "title": "T",
                                         "networks": ["x"], "texts": [{"text": "Words"}]}
    first, again = (api.put(url, who=acme.member, json=body) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200) and first.json() == again.json()
    assert api.put(url, who=acme.member, json={**body, "title": "U"}).json()["code"] == "id_conflict"
    assert api.put(url, who=acme.curator, json=body).json()["code"] == "id_conflict"


def test_all_faults_of_a_post_are_told_at_once(api, acme, globex):
    foreign = new_channel(api, globex)
    body = {"channel_id": foreign["id"], "kind": "link", "language": "xx-toolong-subtag", "title": "", "networks": ["fax"],
            "publish_at": "tomorrow", "surprise": 1}
    refused = api.put(f"/v1/posts/{uuid7()}", who=acme.curator, json=body)
    assert refused.status_code == 422
    assert pointers(refused) == ["#/language", "#/networks", "#/publish_at", "#/surprise", "#/title"] or \
        pointers(refused) == ["#/language", "#/networks/0", "#/publish_at", "#/surprise", "#/title"]
    good = {"kind": "link", "language": "en", "title": "T", "networks": ["x"], "destination_url": "https://a.example/"}
    told = [api.put(f"/v1/posts/{uuid7()}", who=acme.curator, json={**good, "channel_id": c, "campaign_id": g})
            for c, g in ((foreign["id"], new_campaign(api, globex)["id"]), (uuid7(), uuid7()))]
    assert [pointers(t) for t in told] == [["#/campaign_id", "#/channel_id"]] * 2
    assert told[0].json()["errors"] == told[1].json()["errors"]


def test_an_action_is_kept_for_its_key(api, acme):
    post, key = draft_post(api, acme), secrets.token_hex(8)
    first = api.post(f"/v1/posts/{post['id']}/publish", who=acme.curator, json={}, idempotency_key=key)
    again = api.post(f"/v1/posts/{post['id']}/publish", who=acme.curator, json={}, idempotency_key=key)
    assert first.content == again.content and again.headers["Idempotency-Replayed"] == "true"
    assert api.post(f"/v1/posts/{post['id']}/publish", who=acme.curator, json={}).status_code == 409


@pytest.mark.parametrize("network", NETWORKS)
def test_a_suggested_text_too_long_for_its_network_is_refused(api, acme, network):
    channel = new_channel(api, acme)
    limits = {"linkedin": 3000, "x": 280, "telegram": 4096, "threads": 500, "bluesky": 300, "mastodon": 500}
    body = {"channel_id": channel["id"], "kind": "link", "language": "en", "title": "T", "networks": [network],
            "destination_url": "https://a.example/", "texts": [{"network": network, "text": "a" * limits.get(network, 5000)}]}
    response = api.put(f"/v1/posts/{uuid7()}", who=acme.curator, json=body)
    assert response.status_code == (422 if network in limits else 201), response.text
