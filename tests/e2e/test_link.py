# SPDX-License-Identifier: Apache-2.0
"""Short links: where they lead, what is passed on, what fetchers get, when they end."""

import html.parser
import time
import urllib.parse

import pytest
from clicks import browser, path_of, rclid_of, visit
from content import live_post, new_campaign, new_share

from conftest import wait_until


@pytest.fixture(scope="module")
def post(api, acme):
    return live_post(api, acme, destination_url="https://www.acme.example/lyon?ref=own#jobs")


@pytest.fixture(scope="module")
def share(api, acme, post):
    return new_share(api, acme.member, post)


def location(response):
    assert response.status_code == 302, response.text
    return urllib.parse.urlsplit(response.headers["Location"])


def test_a_link_leads_to_the_destination_with_the_campaigns_parameters(link, share):
    answer = visit(link, share)
    url = location(answer)
    query = urllib.parse.parse_qs(url.query)
    assert (url.scheme, url.netloc, url.path, url.fragment) == ("https", "www.acme.example", "/lyon", "jobs")
    assert query["ref"] == ["own"] and query["utm_source"] == ["linkedin"] and query["utm_medium"] == ["advocacy"]
    assert len(query["rclid"][0]) == 16
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer-when-downgrade"
    assert "Set-Cookie" not in answer.headers


def test_neither_link_nor_parameters_name_the_person(api, link, acme):
    campaign = new_campaign(api, acme, utm_content="{share}", utm_term="{post} {campaign}")
    post = live_post(api, acme, campaign_id=campaign["id"])
    share = new_share(api, acme.member, post)
    target = visit(link, share).headers["Location"]
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(target).query)
    assert query["utm_content"] == [path_of(share)[3:]]
    assert query["utm_term"] == [f"{post['id']} {campaign['name']}"]
    for secret in (acme.member.id, acme.member.email, share["id"], "member"):
        assert secret not in target and secret not in share["link"]


def test_ad_ids_are_passed_on_and_what_strangers_invent_is_not(link, share):
    answer = visit(link, share, "?gclid=g1&utm_source=evil&ref=evil&url=https://evil.example&next=//evil.example"
                                "&rclid=AAAAAAAAAAAAAAAA&fbclid=f1")
    query = urllib.parse.parse_qs(location(answer).query)
    assert query["gclid"] == ["g1"] and query["fbclid"] == ["f1"]
    assert query["ref"] == ["own"] and query["utm_source"] == ["linkedin"]
    assert "url" not in query and "next" not in query
    assert query["rclid"] != ["AAAAAAAAAAAAAAAA"] and "evil" not in answer.headers["Location"]


@pytest.mark.parametrize("query", ["?a=%0d%0aSet-Cookie:%20x=1", "?%0d%0aX-Evil:1", "?a=\x7f", "?" + "a=1&" * 900])
def test_no_query_breaks_out_of_the_location(link, share, query):
    answer = visit(link, share, query)
    assert answer.status_code == 302
    assert "X-Evil" not in answer.headers and "Set-Cookie" not in answer.headers
    assert len(answer.headers["Location"]) < 6000


@pytest.mark.parametrize("given, kept", [
    ("HTTPS://WWW.Acme.Example/Jobs?Q=A#Top", "https://www.acme.example/Jobs?Q=A#Top"),
    ("https://www.acme.example/b\u00fccher?q=\u00e4#\u00fc", "https://www.acme.example/b%C3%BCcher?q=%C3%A4#%C3%BC"),
])
def test_whatever_a_post_takes_as_its_destination_is_led_to(api, link, acme, given, kept):
    post = live_post(api, acme, destination_url=given, campaign_id=None)
    assert post["destination_url"] == kept
    address = urllib.parse.urlsplit(visit(link, new_share(api, acme.member, post)).headers["Location"])
    assert address._replace(query=address.query.split("&")[0]).geturl() == kept


def test_without_conversion_tracking_no_click_id_leaves(api, link, acme):
    campaign = new_campaign(api, acme, track_conversions=False)
    share = new_share(api, acme.member, live_post(api, acme, campaign_id=campaign["id"]))
    assert rclid_of(visit(link, share)) is None


def test_head_is_answered_like_get(link, share):
    answer = link.head(path_of(share), headers=browser(), contract=False)
    assert answer.status_code == 302 and answer.headers["Location"].startswith("https://www.acme.example/lyon")
    assert answer.content == b""


class Metas(html.parser.HTMLParser):
    """The Open Graph members of a page."""

    def __init__(self, text):
        super().__init__()
        self.found, self.scripts = {}, 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.scripts += tag == "script"
        if tag == "meta" and "content" in attrs:
            self.found[attrs.get("property") or attrs.get("name")] = attrs["content"]


FETCHERS = ["facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "WhatsApp/2.23.20.0 A"]


@pytest.mark.parametrize("agent", FETCHERS)
def test_fetchers_get_the_posts_card(api, link, acme, agent):
    title, summary = "<script>alert(1)</script> \"Lyon\" & 'more'", "Käse \N{RAT} & <b>"
    share = new_share(api, acme.member, live_post(api, acme, title=title, summary=summary))
    answer = link.get(path_of(share), headers={"User-Agent": agent}, contract=False)
    page = Metas(answer.text)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.scripts == 0 and "<b>" not in answer.text
    assert page.found["og:title"] == title and page.found["og:description"] == summary
    assert page.found["og:url"] == share["link"]
    assert page.found["og:image"] == "https://www.acme.example/lyon.jpg"


@pytest.mark.parametrize("code", ["aaaaaaaa", "x", "%3Cscript%3E", "a" * 200, "AAAA-AAA"])
def test_an_unknown_link_is_404_and_reflects_nothing(link, code):
    answer = link.get(f"/r/{code}?q=%3Cb%3E", headers=browser(), contract=False)
    assert answer.status_code == 404 and answer.headers["Content-Type"].startswith("text/html")
    assert "script" not in answer.text and "<b>" not in answer.text and "aaaa" not in answer.text


def test_a_revoked_link_is_dead_within_seconds(api, link, acme, post):
    share = new_share(api, acme.member, post)
    assert visit(link, share).status_code == 302
    assert api.post(f"/v1/shares/{share['id']}/revoke", who=acme.member).status_code in (200, 204)
    wait_until(lambda: visit(link, share).status_code == 404, 6, "the link's end")


def test_what_a_link_leads_to_is_remembered_until_something_changes(api, link, acme):
    campaign = new_campaign(api, acme)
    post = live_post(api, acme, campaign_id=campaign["id"], destination_url="https://www.acme.example/one")
    share = new_share(api, acme.member, post)
    fetcher = {"User-Agent": FETCHERS[0]}

    def card():
        return Metas(link.get(path_of(share), headers=fetcher, contract=False).text).found.get("og:title")

    def leads_to():
        url = location(visit(link, share))
        return url.path, urllib.parse.parse_qs(url.query)["utm_source"][0]

    until = time.monotonic() + 5  # longer than a link is remembered without asking whether something has changed
    while time.monotonic() < until:
        assert (leads_to(), card()) == (("/one", "linkedin"), post["title"])
    post = api.patch(f"/v1/posts/{post['id']}", who=acme.curator, json={
        "version": post["version"], "destination_url": "https://www.acme.example/two", "title": "Another title"}).json()
    wait_until(lambda: (leads_to()[0], card()) == ("/two", "Another title"), 6, "the post's change")
    api.patch(f"/v1/campaigns/{campaign['id']}", who=acme.admin,
              json={"version": campaign["version"], "utm_source": "elsewhere"}).raise_for_status()
    wait_until(lambda: leads_to()[1] == "elsewhere", 6, "the campaign's change")
    assert api.post(f"/v1/shares/{share['id']}/revoke", who=acme.member).status_code in (200, 204)
    wait_until(lambda: visit(link, share).status_code == 404, 6, "the link's end")


def test_the_link_host_serves_links_only(link):
    for path in ("/v1/feed", "/v1/config", "/healthz", "/"):
        assert link.get(path, contract=False).status_code == 404
    assert link.post("/r/aaaaaaaa", contract=False).status_code in (404, 405)


def test_the_api_host_serves_no_links(api, share):
    assert api.get(path_of(share), contract=False).status_code == 404


def test_a_destination_is_never_given_by_the_client(link, share):
    for name in ("X-Forwarded-Host", "Host", "X-Original-URL", "Forwarded"):
        answer = visit(link, share, **{name: "evil.example"})
        if answer.status_code == 302:
            assert location(answer).netloc == "www.acme.example"
