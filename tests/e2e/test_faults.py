# SPDX-License-Identifier: Apache-2.0
"""Processes are killed and the database goes away: what was acknowledged is there, once; the rest answers in time.

The clients here behave as ours must: they repeat a request with the same id until it is acknowledged.
"""

import base64
import itertools
import os
import re
import secrets
import signal
import threading
import time

import pytest
import requests

from conftest import Client, company_of, uuid7, wait_until
from content import live_post

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
RETRY_S = 60


class Load(threading.Thread):
    """One client in a loop; keeps what was acknowledged and counts the attempts that were not."""

    def __init__(self, stop):
        super().__init__(daemon=True)
        self.stopped, self.acknowledged, self.failed = stop, [], 0

    def run(self):
        while not self.stopped.is_set():
            self.acknowledged.append(self.until_acknowledged(self.one()))

    def until_acknowledged(self, attempt):
        end = time.monotonic() + RETRY_S
        while True:
            try:
                done = attempt()
                if done:
                    return done
            except requests.RequestException:
                pass
            self.failed += 1
            assert time.monotonic() < end, "not acknowledged within a minute"
            time.sleep(0.05)


class Shares(Load):
    def __init__(self, stop, places, person, post):
        super().__init__(stop)
        self.api, self.headers, self.post = Client(places["API"]), person.headers, post

    def one(self):
        id_ = uuid7()
        body = {"post_id": self.post["id"], "network": "linkedin"}

        def attempt():
            r = self.api.put(f"/v1/shares/{id_}", json=body, headers=self.headers, contract=False, timeout=15)
            assert r.status_code in (200, 201, 502, 503, 504), r.text
            return id_ if r.status_code in (200, 201) else None

        return attempt


class Leads(Load):
    def __init__(self, stop, places, key):
        super().__init__(stop)
        self.api, self.headers = Client(places["API"]), key.headers

    def one(self):
        external, key = secrets.token_hex(8), uuid7()
        body = {"external_id": external, "email": f"{external}@example.com"}

        def attempt():
            r = self.api.post("/v1/leads", json=body, headers=self.headers, idempotency_key=key, contract=False,
                              timeout=15)
            assert r.status_code in (200, 201, 409, 502, 503, 504), r.text
            return external if r.status_code in (200, 201) else None

        return attempt


class Clicks(Load):
    """Each attempt is a click of a visitor of its own: a person who sees an error clicks again."""

    numbers = itertools.count()

    def __init__(self, stop, places, code):
        super().__init__(stop)
        self.link, self.code, self.attempts = Client(places["LINK"]), code, 0

    def one(self):
        def attempt():
            self.attempts += 1
            r = self.link.get(f"/r/{self.code}", headers={"User-Agent": f"{BROWSER} {next(self.numbers)}"},
                              contract=False, timeout=15)
            assert r.status_code in (302, 502, 503, 504), r.text
            found = re.search(r"[?&]rclid=([A-Za-z0-9_-]{16})", r.headers.get("Location", ""))
            return found.group(1) if r.status_code == 302 else None

        return attempt


class World:
    """A product of its own with a company, a live post and a link, and clients that load it."""

    def __init__(self, stack):
        self.stack, self.places = stack, stack.places
        self.company = company_of(stack, "acme", "Acme")
        self.api, self.link = Client(self.places["API"]), Client(self.places["LINK"])
        self.post = live_post(self.api, self.company)
        r = self.api.put(f"/v1/shares/{uuid7()}", who=self.company.member, contract=False,
                         json={"post_id": self.post["id"], "network": "copy"})
        assert r.status_code == 201, r.text
        self.share = r.json()
        self.code = self.share["link"].rsplit("/", 1)[1]
        self.loads = []

    def load(self):
        stop = threading.Event()
        c = self.company
        self.loads = [Shares(stop, self.places, c.member, self.post), Shares(stop, self.places, c.admin, self.post),
                      Leads(stop, self.places, c.api_key), Leads(stop, self.places, c.api_key),
                      Clicks(stop, self.places, self.code), Clicks(stop, self.places, self.code)]
        for client in self.loads:
            client.start()
        return stop

    def end(self, stop):
        stop.set()
        for client in self.loads:
            client.join(RETRY_S + 30)
            assert not client.is_alive()

    def acknowledged(self, kind):
        return [a for client in self.loads if isinstance(client, kind) for a in client.acknowledged]

    def check(self):
        """Nothing acknowledged is missing and nothing is there twice."""
        db = self.stack.db
        shares = self.acknowledged(Shares)
        found = [r["id"] for r in db("SELECT id FROM share WHERE company_id = %s", (self.company.id,))]
        assert len(shares) > 10 and set(shares) <= set(found)
        assert len(found) == len(shares) + 1  # the first one of this World

        leads = self.acknowledged(Leads)
        found = [r["external_id"] for r in db("SELECT external_id FROM lead WHERE company_id = %s", (self.company.id,))]
        assert len(leads) > 10 and sorted(found) == sorted(leads)

        clicks = self.acknowledged(Clicks)

        def stored():
            return [r["id"] for r in db("SELECT LOWER(HEX(id)) AS id FROM click WHERE company_id = %s", (self.company.id,))]

        assert len(clicks) > 10 and len(set(clicks)) == len(clicks)
        wait_until(lambda: len(stored()) >= len(clicks), 20, "the arrival of every click")
        ids = stored()
        assert len(ids) == len(set(ids))
        assert {click_hex(c) for c in clicks} <= set(ids)
        # A click whose answer was lost may be there as well: it happened.  nginx asks another worker when one dies, so
        # the same visit may be stored twice; the second is a duplicate of the first and counts for nothing.
        visits = db("SELECT COUNT(*) AS n FROM click WHERE company_id = %s AND class <> 'duplicate'", (self.company.id,))
        assert visits[0]["n"] <= sum(c.attempts for c in self.loads if isinstance(c, Clicks))
        rolled = "SELECT CAST(SUM(n) AS SIGNED) AS n FROM click_day WHERE company_id = %s"
        wait_until(lambda: db(rolled, (self.company.id,))[0]["n"] == len(stored()), 20, "the daily sums")


def click_hex(text):
    return base64.urlsafe_b64decode(text).hex()


@pytest.fixture
def world(own_stack):
    return World(own_stack("--processes", "2,2", "--threads", "3,2", "--set", "rate_read_per_min=1000000", "--set",
                           "rate_write_per_min=1000000", "--set", "rate_public_per_min=1000000"))


def test_killed_workers_lose_nothing_and_double_nothing(world):
    stop = world.load()
    time.sleep(1)
    children = list(world.stack.workers())
    assert len(children) == 4
    for child in children:  # one after another
        os.kill(child, signal.SIGKILL)
        time.sleep(0.7)
    wait_until(lambda: len(world.stack.workers()) == 4, 30, "new workers")
    time.sleep(1)
    world.end(stop)
    world.check()


def test_a_killed_database_loses_nothing_and_doubles_nothing(world):
    stop = world.load()
    time.sleep(1)
    for _ in range(2):
        os.kill(world.stack.pid("db"), signal.SIGKILL)
        time.sleep(0.5)
        world.stack.restart("db")
        time.sleep(1.5)
    world.end(stop)
    world.check()


def test_killed_jobs_lose_nothing_and_double_nothing(world):
    stop = world.load()
    for _ in range(3):
        time.sleep(0.7)
        os.kill(world.stack.pid("jobs"), signal.SIGKILL)
        world.stack.restart("jobs")
    world.end(stop)
    world.check()


def test_without_the_database_links_redirect_and_the_api_says_when_to_come_back(world):
    assert world.link.get(f"/r/{world.code}", headers={"User-Agent": BROWSER}, contract=False).status_code == 302
    before = world.stack.db("SELECT COUNT(*) AS n FROM click")[0]["n"]
    world.stack.end("db")

    began = time.monotonic()
    r = world.api.put(f"/v1/shares/{uuid7()}", who=world.company.member, contract=False,
                      json={"post_id": world.post["id"], "network": "copy"})
    assert time.monotonic() - began < 6
    assert r.status_code == 503, r.text
    assert r.headers["Content-Type"] == "application/problem+json"
    assert int(r.headers["Retry-After"]) >= 1
    assert r.json()["code"] == "try_again"

    clicked = 0
    for i in range(40):
        r = world.link.get(f"/r/{world.code}", headers={"User-Agent": f"{BROWSER} x{i}"}, contract=False)
        assert r.status_code == 302
        assert r.headers["Location"].startswith(world.post["destination_url"])
        clicked += 1
        time.sleep(0.05)  # long enough for cached links to grow stale

    world.stack.restart("db")
    wait_until(lambda: world.api.get("/v1/feed", who=world.company.member, contract=False).status_code == 200, 15,
               "the recovery of the API")
    wait_until(lambda: world.stack.db("SELECT COUNT(*) AS n FROM click")[0]["n"] >= before + clicked, 20,
               "the arrival of the clicks")
