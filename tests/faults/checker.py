# SPDX-License-Identifier: Apache-2.0
"""A company under load, and what must be true of it in the end, read from the tables."""

import base64
import contextlib
import json
import threading

from clients import Clicks, Conversions, Kudos, Leads, OneShotLeads, OneShotShares, Refreshes, Shares
from conftest import Client, company_of, uuid7, wait_until
from content import live_post

ARRIVAL_S = 30
UNLIMITED = [w for c in ("read", "write", "public", "sign_in", "company_sign_in")
             for w in ("--set", f"rate_{c}_per_min=1000000")]


def click_hex(text):
    return base64.urlsafe_b64decode(text).hex()


class World:
    """A company of a product of its own, with a live post, a link and a lead; clients load it, and load it again."""

    def __init__(self, stack, kinds=None, slug="acme"):
        self.stack, self.places, self.kinds = stack, stack.places, kinds
        self.company = company_of(stack, slug, slug.title())
        self.api, self.link = Client(self.places["API"]), Client(self.places["LINK"])
        self.post = live_post(self.api, self.company)
        self.share = self.made(self.api.put(f"/v1/shares/{uuid7()}", who=self.company.member, contract=False,
                                            json={"post_id": self.post["id"], "network": "copy"}))
        self.code = self.share["link"].rsplit("/", 1)[1]
        self.lead = self.made(self.api.post("/v1/leads", who=self.company.api_key, contract=False,
                                            json={"external_id": "first", "email": "first@example.com"}))
        policy = self.made(self.api.get("/v1/kudos-policy", who=self.company.admin, contract=False))
        self.made(self.api.patch("/v1/kudos-policy", who=self.company.admin, contract=False, json={
            "version": policy["version"], "monthly_allowance": 1000000, "pair_max": 0, "interval_s": 0}))
        self.value = self.made(self.api.put(f"/v1/values/{uuid7()}", who=self.company.admin, contract=False,
                                            json={"name": "Courage"}))["id"]
        self.past, self.running = [], []  # clients of earlier loads, of this one

    @staticmethod
    def made(response):
        assert response.status_code in (200, 201), f"{response.status_code} {response.text}"
        return response.json()

    # --- load ---

    def clients(self, stop, places):
        c, api, link = self.company, places["API"], places["LINK"]
        found = [lambda: Shares(stop, api, c.member, self.post), lambda: Shares(stop, api, c.admin, self.post),
                 lambda: OneShotShares(stop, api, c.curator, self.post),
                 lambda: Leads(stop, api, c.api_key), lambda: OneShotLeads(stop, api, c.api_key),
                 lambda: Conversions(stop, api, c.api_key, self.lead),
                 lambda: Kudos(stop, api, c.manager, c.member, self.value),
                 lambda: Refreshes(stop, api, c.member),
                 lambda: Clicks(stop, link, self.code), lambda: Clicks(stop, link, self.code)]
        return [make() for make in found]

    def load(self, places=None):
        """Starts the clients; what is answered ends them again."""
        stop = threading.Event()
        self.running = self.clients(stop, places or self.places)
        for client in self.running:
            client.start()
        return stop

    def end(self, stop, seconds=150):
        """Ends the load once everything that was begun is acknowledged; answers its clients."""
        stop.set()
        for client in self.running:
            client.join(seconds)
            assert not client.is_alive(), f"a client of {client.kind} hangs"
        ended, self.running = self.running, []
        self.past += ended
        return ended

    def of(self, *kinds):
        return [client for client in self.past + self.running if isinstance(client, kinds)]

    def acknowledged(self, *kinds):
        return [a for client in self.of(*kinds) for a in client.acknowledged]

    def asked(self, *kinds):
        return {r["id"] for client in self.of(*kinds) for r in client.history}

    # --- judgement ---

    def rows(self, sql):
        return self.stack.db(sql, (self.company.id,))

    def ids(self, sql):
        return [str(r["id"]) for r in self.rows(sql)]

    POINTS = "SELECT object_id AS id FROM point_entry WHERE company_id = %s AND reason = 'kudos_received'"

    def arrived(self, kind, sql, of=str):
        """What follows in the background is given time."""
        told = {of(a) for a in self.acknowledged(kind)}
        with contextlib.suppress(AssertionError):  # what is missing is counted by the caller
            wait_until(lambda: told <= set(self.ids(sql)), ARRIVAL_S, "the arrival")
        return told

    def verdict(self):
        """{"acknowledged", "missing", "doubled", "false" (refused, but done), "wrong": [words]} over all loads so far."""
        v = {"acknowledged": sum(len(c.acknowledged) for c in self.of(object)), "missing": 0, "doubled": 0, "false": 0,
             "wrong": [c.stuck for c in self.of(object) if c.stuck] + [s for c in self.of(object) for s in c.surprises]}
        v["stuck"] = sum(bool(c.stuck) for c in self.of(object))
        self.judge(v, "share", Shares, "SELECT id FROM share WHERE company_id = %s", {self.share["id"]})
        self.judge(v, "lead", Leads, "SELECT external_id AS id FROM lead WHERE company_id = %s", {"first"})
        self.judge(v, "conversion", Conversions,
                   "SELECT external_id AS id FROM conversion WHERE company_id = %s AND stage = 'won'", set())
        self.judge(v, "kudos", Kudos, "SELECT id FROM kudos WHERE company_id = %s", set())
        self.arrived(Kudos, self.POINTS)
        self.judge(v, "point", Kudos, self.POINTS, set())
        links = self.rows("SELECT COUNT(*) AS n, COUNT(DISTINCT share_id) AS shares FROM link WHERE company_id = %s")[0]
        self.expect(v, "doubled", links["n"] == links["shares"], f"{links['n']} links of {links['shares']} shares")
        ledger = self.stack.rostra("points", "verify", "--company", self.company.slug, check=False)
        self.expect(v, "wrong", ledger.returncode == 0, f"the ledger: {ledger.stdout}{ledger.stderr}")
        self.judge_sessions(v)
        self.judge_clicks(v)
        return v

    @staticmethod
    def expect(v, what, is_so, words):
        if not is_so:
            v["wrong"].append(words)
            if what != "wrong":
                v[what] += 1

    def judge(self, v, name, kind, sql, others):
        found = self.ids(sql)
        there = set(found)
        missing = set(self.acknowledged(kind)) - there
        doubled = len(found) - len(there) + len(there - self.asked(kind) - others)
        false = {id_ for client in self.of(kind) for id_ in refused_only(client.history)} & there
        for key, these in (("missing", missing), ("false", false)):
            v[key] += len(these)
            v["wrong"] += [f"{name} {i} is {key}: {self.history_of(kind, i)}" for i in sorted(these)[:3]]
        v["doubled"] += doubled
        if doubled:
            v["wrong"].append(f"{name}: {doubled} rows too many")

    def history_of(self, kind, id_):
        seen = [r for c in self.of(kind) for r in c.history if r["id"] == id_]
        return json.dumps([(round(r["at"], 2), round(r["answered"] - r["called"], 2), r["said"], r["code"]) for r in seen])

    def judge_sessions(self, v):
        """A token is good once: each one that was sent made one successor at most, and the family is alive."""
        rows = {str(r["id"]): r for r in self.rows("SELECT id, generation, ended_by FROM session WHERE company_id = %s")}
        for client in self.of(Refreshes):
            row, told = rows[client.session], len(client.acknowledged)
            self.expect(v, "missing", row["ended_by"] is None, f"session {client.session} ended by {row['ended_by']}: "
                        f"{[(round(r['at'], 2), r['said'], r['code']) for r in client.history[-4:]]}")
            self.expect(v, "missing", row["generation"] - 1 >= told, f"{told} refreshes, generation {row['generation']}")
            self.expect(v, "doubled", row["generation"] - 1 <= len(client.sent),
                        f"{len(client.sent)} tokens sent, generation {row['generation']}")

    def judge_clicks(self, v):
        sql = "SELECT LOWER(HEX(id)) AS id FROM click WHERE company_id = %s"
        told = self.arrived(Clicks, sql, click_hex)
        stored = self.ids(sql)
        missing = told - set(stored)
        v["missing"] += len(missing)
        if missing:
            v["wrong"].append(f"click: {len(missing)} missing, {sorted(missing)[:3]}")
        self.expect(v, "doubled", len(stored) == len(set(stored)), "click: an id twice")
        # A click whose answer was lost may be there as well: it happened.  nginx asks another worker when one dies, so
        # the same visit may be stored twice; the second is a duplicate of the first and counts for nothing.
        visits = self.rows("SELECT COUNT(*) AS n FROM click WHERE company_id = %s AND class <> 'duplicate'")[0]["n"]
        attempts = sum(len(c.history) for c in self.of(Clicks))
        self.expect(v, "doubled", visits <= attempts, f"click: {visits} visits of {attempts} attempts")
        rolled = "SELECT CAST(COALESCE(SUM(n), 0) AS SIGNED) AS n FROM click_day WHERE company_id = %s"
        try:
            wait_until(lambda: self.rows(rolled)[0]["n"] == len(self.ids(sql)), ARRIVAL_S, "the daily sums")
        except AssertionError:
            v["wrong"].append(f"click: daily sums {self.rows(rolled)[0]['n']}, rows {len(self.ids(sql))}")


def refused_only(history):
    """Ids of which every attempt was told that nothing was done."""
    said = {}
    for r in history:
        said.setdefault(r["id"], set()).add(r["said"])
    return {id_ for id_, words in said.items() if words == {"refused"}}


def recovery_s(clients, lifted):
    """From the fault's end until each client has had a success that it asked for after it."""
    firsts = [min((r["answered"] for r in c.history if r["acknowledged"] and r["called"] >= lifted), default=None)
              for c in clients]
    return None if any(f is None for f in firsts) else max(f - lifted for f in firsts)


def longest_silence_s(clients):
    """The longest time in which no client at all was acknowledged."""
    times = sorted(r["answered"] for c in clients for r in c.history if r["acknowledged"])
    return max((b - a for a, b in zip(times, times[1:])), default=0.0)
