# SPDX-License-Identifier: Apache-2.0
"""Clicks: each is kept exactly once, with its class; visitors are known only where they may be."""

import collections
import concurrent.futures
import os
import pathlib
import signal
import struct
import subprocess
import time

import pytest
from clicks import browser, clicks_of, path_of, rclid_of, sums_agree, visit
from content import live_post, new_share

from conftest import Client, company_of, wait_until


@pytest.fixture(scope="module")
def post(api, acme):
    return live_post(api, acme)


@pytest.fixture
def share(api, acme, post):
    return new_share(api, acme.member, post)


def test_a_click_is_in_the_tables_within_five_seconds(link, db, share):
    answer = visit(link, share, Referer="https://www.linkedin.com/feed/?secret=1")
    (row,) = clicks_of(db, share, 1)
    assert row["class"] == "human" and row["reason"] == "ok" and row["rule_version"] >= 1
    assert row["ip_prefix"] == "127.0.0.0/24" and row["ip_hash"] and row["visitor"] is None
    assert row["referrer"] == "www.linkedin.com" and "Firefox" in row["user_agent"]
    assert row["id"] == row["rclid"] and rclid_of(answer) is not None


CLASSES = [
    ("human", {}),
    ("human", {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Mobile/15E148 [LinkedInApp]/9"}),
    ("human", {"User-Agent": "Mozilla/5.0 (Linux; Android 13; CUBOT P80) Chrome/119.0 Mobile Safari/537.36"}),
    ("prefetch", {"Sec-Purpose": "prefetch;prerender"}),
    ("prefetch", {"Purpose": "prefetch"}),
    ("prefetch", {"X-Moz": "prefetch"}),
    ("preview", {"User-Agent": "Twitterbot/1.0"}),
    ("preview", {"User-Agent": "Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)"}),
    ("bot", {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}),
    ("bot", {"User-Agent": "curl/8.5.0"}),
    ("bot", {"User-Agent": ""}),
    ("scanner", {"Accept-Language": None}),
]


@pytest.mark.parametrize("expected, headers", CLASSES)
def test_every_hit_is_kept_with_its_class_and_reason(link, db, share, expected, headers):
    visit(link, share, **headers)
    (row,) = clicks_of(db, share, 1)
    assert row["class"] == expected and row["reason"]


def test_head_is_kept_and_is_no_human(link, db, share):
    link.head(path_of(share), headers=browser(), contract=False)
    (row,) = clicks_of(db, share, 1)
    assert (row["class"], row["reason"]) == ("bot", "head")


def test_employees_with_their_token_are_internal(link, db, acme, globex, share):
    visit(link, share, **acme.member.headers)
    visit(link, share, **acme.curator.headers)
    visit(link, share, **globex.member.headers)
    visit(link, share, Authorization="Bearer nonsense")
    assert sorted((r["class"], r["reason"]) for r in clicks_of(db, share, 4)) == [
        ("human", "ok"), ("human", "ok"), ("internal", "employee"), ("internal", "sharer")]


def test_the_same_visitor_again_is_a_duplicate_with_the_first_click_id(link, db, share):
    headers = browser()
    first, second = (link.get(path_of(share), headers=headers, contract=False) for _ in range(2))
    other = visit(link, share)
    rows = clicks_of(db, share, 3)
    assert [r["class"] for r in rows] == ["human", "duplicate", "human"]
    assert rclid_of(first) == rclid_of(second) != rclid_of(other)
    assert rows[1]["rclid"] == rows[0]["id"] != rows[1]["id"]


def test_a_flood_on_one_link_is_one_click_and_slows_no_other(stack, api, link, db, acme, post):
    hot, other = new_share(api, acme.member, post), new_share(api, acme.curator, post)
    headers, flood = browser(), 120

    def hit(_):
        return Client(stack.places["LINK"]).get(path_of(hot), headers=headers, contract=False).status_code

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        hits = pool.map(hit, range(flood))
        began = time.monotonic()
        assert visit(link, other).status_code == 302
        took = time.monotonic() - began
        assert set(hits) == {302}
    assert took < 2
    kinds = collections.Counter(r["class"] for r in clicks_of(db, hot, flood))
    assert kinds == {"human": 1, "duplicate": flood - 1}
    clicks_of(db, other, 1)


def test_many_links_at_once_from_one_client_are_a_scanner(stack, api, db, acme, post):
    shares = [new_share(api, acme.member, post, network=n)
              for n in ("linkedin", "x", "facebook", "threads", "bluesky", "mastodon", "email", "copy") for _ in range(4)]
    headers = browser()

    def hit(share):
        return Client(stack.places["LINK"]).get(path_of(share), headers=headers, contract=False).status_code

    with concurrent.futures.ThreadPoolExecutor(8) as pool:  # at once, on a slow machine too
        assert set(pool.map(hit, shares)) == {302}
    classes = sorted(clicks_of(db, share, 1)[0]["class"] for share in shares)
    assert set(classes) == {"human", "scanner"} and classes[:4] == ["human"] * 4


# --- visitors ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def with_cookies(stack, make_company):
    company = make_company()
    stack.db("UPDATE company SET visitor_cookie = TRUE WHERE id = %s", (company.id,))
    return company


@pytest.fixture
def cookie_share(api, with_cookies):
    return new_share(api, with_cookies.member, live_post(api, with_cookies))


def bare_get(link, share, **headers):
    """Without the session's cookie jar."""
    link.session.cookies.clear()
    return visit(link, share, **headers)


def test_no_cookie_unless_the_company_wants_it(link, db, share):
    answer = visit(link, share)
    assert "Set-Cookie" not in answer.headers
    assert clicks_of(db, share, 1)[0]["visitor"] is None


def test_the_cookie_is_signed_and_for_the_link_host_alone(link, db, cookie_share):
    answer = bare_get(link, cookie_share)
    attributes = [a.strip() for a in answer.headers["Set-Cookie"].split(";")]
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/r/", "Max-Age=34128000"} <= set(attributes)
    assert clicks_of(db, cookie_share, 1)[0]["visitor"]


def test_a_known_visitor_is_the_same_one_under_another_browser(link, db, cookie_share):
    cookie = bare_get(link, cookie_share).headers["Set-Cookie"].split(";")[0]
    again = bare_get(link, cookie_share, Cookie=cookie)
    rows = clicks_of(db, cookie_share, 2)
    assert "Set-Cookie" not in again.headers
    assert rows[0]["visitor"] == rows[1]["visitor"] and rows[1]["class"] == "duplicate"


@pytest.mark.parametrize("wish", [{"Sec-GPC": "1"}, {"DNT": "1"}])
def test_who_asks_to_be_left_alone_gets_no_cookie_and_is_no_visitor(link, db, cookie_share, wish):
    cookie = bare_get(link, cookie_share).headers["Set-Cookie"].split(";")[0]
    answer = bare_get(link, cookie_share, Cookie=cookie, **wish)
    assert "Set-Cookie" not in answer.headers
    assert clicks_of(db, cookie_share, 2)[1]["visitor"] is None


def test_a_forged_cookie_is_replaced(link, db, cookie_share):
    answer = bare_get(link, cookie_share, Cookie="rv=" + "A" * 43)
    assert "Set-Cookie" in answer.headers
    assert clicks_of(db, cookie_share, 1)[0]["visitor"] not in (None, "00" * 16)


def test_two_companies_cannot_join_their_visitors(api, link, db, stack, make_company, cookie_share):
    other = make_company()
    stack.db("UPDATE company SET visitor_cookie = TRUE WHERE id = %s", (other.id,))
    there = new_share(api, other.member, live_post(api, other))
    cookie = bare_get(link, cookie_share).headers["Set-Cookie"].split(";")[0]
    bare_get(link, there, Cookie=cookie)
    assert clicks_of(db, cookie_share, 1)[0]["visitor"] != clicks_of(db, there, 1)[0]["visitor"]


# --- exactly once ------------------------------------------------------------------------------------------------


def days_of(db, share):
    rows = db("SELECT class, SUM(n) n FROM click_day WHERE share_id = %s GROUP BY class", (share["id"],))
    return {r["class"]: int(r["n"]) for r in rows}


def test_the_roll_up_counts_what_is_there(link, db, share):
    headers = browser()
    for _ in range(5):
        link.get(path_of(share), headers=headers, contract=False)
    clicks_of(db, share, 5)
    assert days_of(db, share) == {"human": 1, "duplicate": 4}
    sums_agree(db, share)


def test_a_wrong_roll_up_is_found_and_made_anew(own_stack, tmp_path):
    stack = own_stack("--set", "link_cache_s=2")
    stack.end("jobs")
    company = company_of(stack, "initech", "Initech")
    api, link = Client(stack.places["API"]), Client(stack.places["LINK"])
    share = new_share(api, company.member, live_post(api, company))
    for _ in range(3):
        visit(link, share)
    stack.rostra("click", "load")
    clicks_of(stack.db, share, 3)
    stack.rostra("click", "rollup", "check")
    stack.db("UPDATE click_day SET n = n + 1")
    assert stack.rostra("click", "rollup", "check", check=False).returncode == 1
    stack.rostra("click", "rollup", "rebuild")
    stack.rostra("click", "rollup", "check")
    assert days_of(stack.db, share) == {"human": 3}


def hits(url, path, count):
    client = Client(url)
    return sum(client.get(path, headers=browser(), contract=False).status_code == 302 for _ in range(count))


def test_no_click_is_lost_or_doubled_when_loaders_and_workers_are_killed(own_stack):
    stack = own_stack("--processes", "1,2", "--threads", "2,2")
    stack.end("jobs")
    company = company_of(stack, "initech", "Initech")
    api = Client(stack.places["API"])
    share = new_share(api, company.member, live_post(api, company))
    url, path = stack.places["LINK"], path_of(share)
    command = [stack.build / "rostra", "--config", stack.state / "rostra.conf", "click", "load"]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        work = [pool.submit(hits, url, path, 400) for _ in range(4)]
        killed = workers_killed = 0
        while not all(w.done() for w in work):
            loaders = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                       for _ in range(2)]
            time.sleep(0.02 + 0.01 * (killed % 7))
            for loader in loaders:
                loader.send_signal(signal.SIGKILL)
                loader.wait()
            killed += 1
            if killed % 10 == 5:
                victims = [p for p, c in stack.workers().items() if "link" in pathlib.Path(f"/proc/{p}/comm").read_text()]
                os.kill(victims[0], signal.SIGKILL)
                workers_killed += 1
        acknowledged = sum(w.result() for w in work)

    def loaded():
        stack.rostra("click", "load")
        return stack.db("SELECT COUNT(*) n FROM click")[0]["n"] >= acknowledged

    wait_until(loaded, 30, f"{acknowledged} clicks")
    stored = stack.db("SELECT COUNT(*) n, COUNT(DISTINCT id) ids FROM click")[0]
    # Requests in flight when a worker was killed, one a thread, may be stored without an answer and are sent to the
    # next worker by nginx; nothing else may differ.
    assert acknowledged <= stored["n"] <= 1600 + 2 * workers_killed and stored["n"] == stored["ids"]
    stack.rostra("click", "rollup", "check")


def spool_files(stack):
    return sorted((stack.state / "state/spool").glob("clicks.*")) if (stack.state / "state").exists() else sorted(
        stack.state.glob("**/spool/clicks.*"))


def five_clicks(own_stack):
    """A stack that only has its database, and a share whose five clicks lie in its spool."""
    stack = own_stack("--processes", "1,1", "--threads", "2,2")
    stack.end("jobs")
    company = company_of(stack, "initech", "Initech")
    api, link = Client(stack.places["API"]), Client(stack.places["LINK"])
    share = new_share(api, company.member, live_post(api, company))
    for _ in range(5):
        visit(link, share)
    stack.end("serve")
    return stack, share


def test_torn_and_broken_clicks_are_passed_over_and_the_others_are_loaded(own_stack):
    stack, share = five_clicks(own_stack)
    segment = max(spool_files(stack), key=lambda f: f.stat().st_size)  # on a slow machine they are in two
    data = bytearray(segment.read_bytes())
    size = struct.unpack_from("<I", data, 8)[0] + 8
    data[8 + size + 20] ^= 1  # a bit of the second click
    segment.write_bytes(bytes(data) + data[8:8 + size // 2])  # and half a click at the end
    stack.rostra("click", "load")
    clicks_of(stack.db, share, 4)
    assert not spool_files(stack) and not stack.db("SELECT * FROM spool_mark")
    assert days_of(stack.db, share) == {"human": 4}


def test_clicks_that_are_written_twice_are_counted_once(own_stack):
    stack, share = five_clicks(own_stack)
    for segment in spool_files(stack):
        data = segment.read_bytes()
        segment.write_bytes(data + data[8:8 + struct.unpack_from("<I", data, 8)[0] + 8])  # in the same file
        segment.with_name(f"{segment.name}9").write_bytes(data)  # and in another
    stack.rostra("click", "load")
    assert days_of(stack.db, share) == {"human": 5}
    clicks_of(stack.db, share, 5)
    assert not spool_files(stack)
    stack.rostra("click", "rollup", "check")


def test_partitions_are_ahead(db):
    names = [r["partition_name"] for r in wait_until(
        lambda: (lambda rows: rows if len(rows) > 4 else None)(
            db("SELECT partition_name FROM information_schema.partitions WHERE table_name = 'click'"
               " AND table_schema = DATABASE() ORDER BY partition_ordinal_position")), 10, "partitions")]
    ahead = time.strftime("p%Y%m", time.gmtime(time.time() + 40 * 86400))
    assert ahead in names and names[-1] == "p_rest"


# --- without the database ----------------------------------------------------------------------------------------


def test_known_links_redirect_while_the_database_is_away_and_their_clicks_come_in_later(own_stack):
    stack = own_stack("--processes", "1,2", "--threads", "2,2", "--set", "link_cache_s=1")
    company = company_of(stack, "initech", "Initech")
    api, link = Client(stack.places["API"]), Client(stack.places["LINK"])
    post = live_post(api, company)
    cached, noted = new_share(api, company.member, post), new_share(api, company.curator, post)
    visit(link, cached)
    stack.rostra("jobs", "--once")  # the snapshot, now
    stack.end("db")
    time.sleep(1.2)
    statuses = [visit(link, share).status_code for share in (cached, noted) for _ in range(10)]
    unknown = link.get("/r/zzzzzzzz", headers=browser(), contract=False)
    for pid, _ in list(stack.workers().items()):  # a worker that starts now knows only the snapshot
        if "link" in pathlib.Path(f"/proc/{pid}/comm").read_text():
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: visit(link, noted).status_code == 302, 10, "a link of a new worker")
    assert statuses == [302] * 20
    assert unknown.status_code == 503 and int(unknown.headers["Retry-After"]) > 0
    stack.restart("db")
    clicks_of(stack.db, cached, 11)
