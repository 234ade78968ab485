# SPDX-License-Identifier: Apache-2.0
"""The feed: order, paging, what each person sees, and what a page costs."""

import datetime
import secrets

import pytest

from conftest import uuid7, wait_until
from content import live_post, new_channel, new_share


@pytest.fixture(scope="module")
def initech(make_company):
    return make_company(f"initech-{secrets.token_hex(3)}", "Initech")


@pytest.fixture(scope="module")
def posts(api, initech):
    """Nine posts in one channel, oldest first; the second is pinned."""
    channel = new_channel(api, initech)
    made = [live_post(api, initech, channel_id=channel["id"], campaign_id=None, title=f"Post {i}",
                      texts=[{"language": "en", "text": "Hello"}, {"language": "de", "text": "Hallo"}]) for i in range(9)]
    until = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    api.post(f"/v1/posts/{made[1]['id']}/pin", who=initech.curator, json={"until": until})
    return made


def page(api, who, **params):
    response = api.get("/v1/feed", who=who, params=params)
    assert response.status_code == 200, response.text
    return response.json()


def logged(api, stack, path, who, **options):
    """The log line of a request."""
    mark = f"feed-{secrets.token_hex(8)}"
    response = api.get(path, who=who, headers={"X-Request-Id": mark, **options.pop("headers", {})}, **options)
    line = wait_until(lambda: stack.log(mark), what="the log line")[0]
    return response, line


def want(posts):
    pinned = posts[1]["id"]
    return [pinned] + [p["id"] for p in reversed(posts) if p["id"] != pinned]


@pytest.mark.parametrize("limit", [1, 2, 3, 8, 9, 10])
def test_pages_join_to_the_whole_feed(api, initech, posts, limit):
    found, cursor = [], {}
    while True:
        p = page(api, initech.member, limit=limit, **cursor)
        assert len(p["items"]) <= limit
        found += [i["id"] for i in p["items"]]
        if not p["has_more"]:
            break
        cursor = {"cursor": p["next_cursor"]}
    assert found == want(posts)


def test_a_cursor_is_bound_to_its_list(api, initech, posts):
    cursor = page(api, initech.member, limit=2)["next_cursor"]
    changed = cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BA")
    for params in ({"cursor": cursor, "unseen": "true"}, {"cursor": changed}, {"cursor": "x"}):
        assert api.get("/v1/feed", who=initech.member, params=params).json()["code"] == "cursor_invalid"


def test_the_reader_s_language_comes_first(api, initech, posts):
    for language, first in (("de", "Hallo"), ("de-AT, en;q=0.5", "Hallo"), ("en", "Hello"), ("fr", "Hello")):
        item = api.get("/v1/feed", who=initech.manager, headers={"Accept-Language": language}).json()["items"][0]
        assert item["texts"][0]["text"] == first and len(item["texts"]) == 2


def test_impressions_count_once_and_only_for_their_person(api, initech, posts):
    seen = [{"post_id": p["id"]} for p in posts[:3]] + [{"post_id": uuid7()}]
    before = page(api, initech.curator)
    other = api.get("/v1/feed", who=initech.admin).headers["ETag"]
    for _ in range(2):
        assert api.post("/v1/feed/seen", who=initech.curator, json={"impressions": seen}).status_code == 204
    after = page(api, initech.curator)
    assert {i["id"] for i in after["items"] if i["seen_at"]} == {p["id"] for p in posts[:3]}
    assert all(i["seen_at"] is None for i in before["items"])
    unseen = [i["id"] for i in page(api, initech.curator, unseen="true")["items"]]
    assert unseen == [i for i in want(posts) if i not in {p["id"] for p in posts[:3]}]
    assert api.get("/v1/feed", who=initech.admin, headers={"If-None-Match": other}).status_code == 304


def test_two_hundred_impressions_go_in_one_call_and_no_more(api, initech, posts):
    many = [{"post_id": posts[0]["id"]}] * 200
    assert api.post("/v1/feed/seen", who=initech.member, json={"impressions": many}).status_code == 204
    assert api.post("/v1/feed/seen", who=initech.member, json={"impressions": many + many[:1]}).status_code == 422
    assert api.post("/v1/feed/seen", who=initech.member, json={"impressions": []}).status_code == 422


def test_a_channel_s_feed_is_part_of_the_feed(api, initech, posts):
    other = new_channel(api, initech)
    extra = live_post(api, initech, channel_id=other["id"], campaign_id=None)
    try:
        assert [i["id"] for i in page(api, initech.member, channel=other["id"])["items"]] == [extra["id"]]
        assert page(api, initech.member, channel=uuid7())["items"] == []
    finally:
        api.post(f"/v1/posts/{extra['id']}/expire", who=initech.curator)


def test_a_page_costs_at_most_two_statements_and_a_304_one(api, initech, posts, stack):
    for _ in range(12):  # every worker has rendered the cards
        api.get("/v1/feed", who=initech.member)
    lines = [logged(api, stack, "/v1/feed", initech.member) for _ in range(6)]
    assert [r.status_code for r, _ in lines] == [200] * 6
    # One more now and then: whether the person is still let in.
    assert min(line["queries"] for _, line in lines) == 1 and max(line["queries"] for _, line in lines) <= 2
    etag = lines[0][0].headers["ETag"]
    again = [logged(api, stack, "/v1/feed", initech.member, headers={"If-None-Match": etag}) for _ in range(3)]
    assert {(r.status_code, r.content) for r, _ in again} == {(304, b"")}
    assert min(line["queries"] for _, line in again) == 1


def test_a_page_after_the_readers_own_act_costs_two_statements(api, initech, posts, stack):
    for _ in range(12):
        api.get("/v1/feed", who=initech.member)
    most = 0
    for i in range(4):
        new_share(api, initech.member, posts[3], "x", text=f"Once more, and differently: {i}")
        answer, line = logged(api, stack, "/v1/feed", initech.member)
        most = max(most, line["queries"])
        state = next(p for p in answer.json()["items"] if p["id"] == posts[3]["id"])
        assert "x" in state["shared_networks"]
    assert most <= 3  # two, and now and then: whether the person is still let in


def test_what_changes_the_feed_changes_its_validator(api, initech, posts):
    def etag():
        return api.get("/v1/feed", who=initech.member).headers["ETag"]

    known = etag()
    new_share(api, initech.member, posts[4], "x", text="I am glad of it")
    shared = etag()
    assert shared != known
    new_share(api, initech.manager, posts[4], "x", text="So am I, and more")
    assert etag() == shared
    extra = live_post(api, initech, channel_id=posts[0]["channel_id"], campaign_id=None)
    assert etag() != shared
    api.post(f"/v1/posts/{extra['id']}/expire", who=initech.curator)
    item = next(i for i in page(api, initech.member)["items"] if i["id"] == posts[4]["id"])
    assert item["shared_networks"] == ["x"]
