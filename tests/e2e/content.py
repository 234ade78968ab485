# SPDX-License-Identifier: Apache-2.0
"""Things to test with, made through the API: channels, campaigns, posts, shares.  Members may be overridden by name."""

from conftest import uuid7

NETWORKS = ["linkedin", "x", "facebook", "whatsapp", "telegram", "threads", "bluesky", "mastodon", "email", "copy"]


def made(response):
    """The body of what was created."""
    assert response.status_code == 201, f"{response.status_code} {response.text}"
    return response.json()


def new_channel(api, company, **members):
    body = {"name": f"News {uuid7()}", "audience": "all", "mode": "mandatory", **members}
    return made(api.put(f"/v1/channels/{uuid7()}", who=company.admin, json=body))


def new_campaign(api, company, **members):
    body = {"name": f"Autumn {uuid7()}", "utm_source": "{network}", "utm_medium": "advocacy",
            "track_conversions": True, **members}
    return made(api.put(f"/v1/campaigns/{uuid7()}", who=company.curator, json=body))


def draft_post(api, company, who=None, **members):
    """A link post for every network in a channel and a campaign of its own."""
    members.setdefault("channel_id", None)
    members["channel_id"] = members["channel_id"] or new_channel(api, company)["id"]
    if "campaign_id" not in members:
        members["campaign_id"] = new_campaign(api, company)["id"]
    body = {"kind": "link", "language": "en", "title": "We opened a house in Lyon", "networks": NETWORKS,
            "summary": "And we are hiring.", "destination_url": "https://www.acme.example/lyon",
            "image_url": "https://www.acme.example/lyon.jpg",
            "texts": [{"text": "Come and work with us in Lyon."}], **members}
    return made(api.put(f"/v1/posts/{uuid7()}", who=who or company.curator, json=body))


def live_post(api, company, **members):
    """The same, published."""
    post = draft_post(api, company, **members)
    response = api.post(f"/v1/posts/{post['id']}/publish", who=company.curator, json={})
    assert response.status_code == 200, response.text
    assert response.json()["state"] == "live"
    return response.json()


def new_share(api, person, post, network="linkedin", **members):
    return made(api.put(f"/v1/shares/{uuid7()}", who=person, json={"post_id": post["id"], "network": network, **members}))
