# SPDX-License-Identifier: Apache-2.0
"""Clients with histories.  They behave as ours must: a request is repeated with the same id until it is answered.

Every attempt is kept: whose, what, with which id, when it was called, when it was answered, and how.  An answer is
  ok       it was done
  refused  nothing was done: 503 try_again, 429, 409 while another attempt of it runs
  unknown  anything else: no answer, unknown_outcome, 500
What a client was told stands: checker.py compares it with the tables.
"""

import itertools
import json
import re
import secrets
import threading
import time

import requests

from conftest import Client, uuid7

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
# A client gives up waiting for one answer, and for an operation as a whole.
ANSWER_S, OPERATION_S = 12, 120
PAUSE_S, PAUSE_MOST_S = 0.05, 0.4
REFUSALS = {"try_again", "idempotency_in_flight", "quota_exceeded"}


class Stuck(Exception):
    """An operation that nobody answered in time."""


def outcome(response, done):
    if response.status_code in done:
        return "ok", None
    try:
        code = response.json().get("code")
    except ValueError:
        code = None
    return ("refused" if code in REFUSALS else "unknown"), code or response.status_code


class Load(threading.Thread):
    """One client in a loop.  A subclass says what it does: begin() answers (id, attempt, statuses of success)."""

    kind = "?"

    def __init__(self, stop, base):
        """base: where to ask, or several such places: the next one is asked when one has failed."""
        super().__init__(daemon=True)
        self.bases = itertools.cycle([base] if isinstance(base, str) else base)
        self.stopped, self.api = stop, Client(next(self.bases))
        self.history, self.stuck, self.surprises = [], None, []

    def begin(self):
        raise NotImplementedError

    def done(self, id_, response):
        """Reads a success; answers what was acknowledged (the id, unless a subclass knows better)."""
        return id_

    def run(self):
        while not self.stopped.is_set():
            try:
                self.until_answered(*self.begin())
            except Stuck as stuck:
                self.stuck = str(stuck)
                return

    def until_answered(self, id_, attempt, success):
        end, pause = time.monotonic() + OPERATION_S, PAUSE_S
        while not self.once(id_, attempt, success):
            if time.monotonic() > end:
                raise Stuck(f"{self.kind} {id_} was not acknowledged within {OPERATION_S} s: {self.history[-1]}")
            time.sleep(pause)
            pause = min(pause * 2, PAUSE_MOST_S)

    def once(self, id_, attempt, success):
        """One attempt; true when it was acknowledged."""
        record = {"kind": self.kind, "id": id_, "called": time.monotonic(), "at": time.time()}
        said, code, acknowledged = "unknown", None, None
        try:
            response = attempt()
            said, code = outcome(response, success)
            if said == "ok":
                acknowledged = self.done(id_, response)
                said = "ok" if acknowledged else "unknown"
            elif code not in (*REFUSALS, "unknown_outcome", "unauthenticated"):
                self.surprises.append(f"{self.kind} {id_}: {response.status_code} {response.text[:300]}")
        except (requests.RequestException, ValueError) as failure:
            code = type(failure).__name__
        record.update(answered=time.monotonic(), said=said, code=code, acknowledged=acknowledged)
        self.history.append(record)
        if not acknowledged:
            self.api.base = next(self.bases)
        return bool(acknowledged)

    # --- what came of it ---

    @property
    def acknowledged(self):
        return [r["acknowledged"] for r in self.history if r["acknowledged"]]

    @property
    def failed(self):
        return sum(not r["acknowledged"] for r in self.history)

    def put(self, path, body, headers):
        return self.api.put(path, json=body, headers=headers, contract=False, timeout=ANSWER_S)

    def post(self, path, body, headers, key=None):
        return self.api.post(path, json=body, headers=headers, idempotency_key=key, contract=False, timeout=ANSWER_S)


class ByPerson(Load):
    """Acts with a person's token; a token that is refused is minted again, as a phone refreshes."""

    def __init__(self, stop, base, person):
        super().__init__(stop, base)
        self.person = person
        self.headers = self.mint()

    def mint(self):
        token = self.person.stack.rostra("token", "--company", self.person.company, "--person", self.person.email,
                                         "--hours", "12").strip()
        return {"Authorization": f"Bearer {token}"}

    def once(self, id_, attempt, success):
        if super().once(id_, attempt, success):
            return True
        if self.history[-1]["code"] == "unauthenticated":
            try:
                self.headers = self.mint()
            except AssertionError:
                pass  # the database is away: later
        return False


class Shares(ByPerson):
    kind = "share"

    def __init__(self, stop, base, person, post):
        super().__init__(stop, base, person)
        self.post_id = post["id"]

    def begin(self):
        id_ = uuid7()
        body = {"post_id": self.post_id, "network": "linkedin"}
        return id_, lambda: self.put(f"/v1/shares/{id_}", body, self.headers), (200, 201)


class OneShotShares(Shares):
    """Asks once.  What it was refused must not be there."""

    kind = "share, once"

    def until_answered(self, id_, attempt, success):
        self.once(id_, attempt, success)
        time.sleep(PAUSE_S)


class Kudos(ByPerson):
    """One point of the month's allowance for a colleague."""

    kind = "kudos"

    def __init__(self, stop, base, person, colleague, value):
        super().__init__(stop, base, person)
        self.body = {"recipients": [colleague.id], "value_id": value, "points": 1, "message": "Thank you"}

    def begin(self):
        id_ = uuid7()
        return id_, lambda: self.put(f"/v1/kudos/{id_}", self.body, self.headers), (200, 201)


class Leads(Load):
    kind = "lead"

    def __init__(self, stop, base, key):
        super().__init__(stop, base)
        self.key = key.headers

    def begin(self):
        external, key = secrets.token_hex(8), uuid7()
        body = {"external_id": external, "email": f"{external}@example.com"}
        return external, lambda: self.post("/v1/leads", body, self.key, key), (200, 201)


class OneShotLeads(Leads):
    kind = "lead, once"

    def until_answered(self, id_, attempt, success):
        self.once(id_, attempt, success)
        time.sleep(PAUSE_S)


class Conversions(Load):
    """Sales of one lead."""

    kind = "conversion"

    def __init__(self, stop, base, key, lead):
        super().__init__(stop, base)
        self.key, self.path = key.headers, f"/v1/leads/{lead['id']}/conversions"

    def begin(self):
        external, key = secrets.token_hex(8), uuid7()
        body = {"external_id": external, "stage": "won", "value": {"amount_minor": 100, "currency": "EUR"}}
        return external, lambda: self.post(self.path, body, self.key, key), (200, 201)


class Refreshes(Load):
    """A phone whose refresh token rotates: what it was given last is what it asks with next."""

    kind = "refresh"

    def __init__(self, stop, base, person):
        super().__init__(stop, base)
        made = json.loads(person.stack.rostra("session", "start", "--company", person.company, "--person", person.email,
                                              "--json"))
        self.session, self.token, self.sent = made["session"], made["refresh_token"], set()

    def begin(self):
        token = self.token
        body = {"grant_type": "refresh_token", "refresh_token": token}

        def attempt():
            self.sent.add(token)
            return self.post("/v1/auth/token", body, {})

        return token[-8:], attempt, (200,)

    def done(self, id_, response):
        self.token = response.json()["refresh_token"]
        return self.token[-8:]


class Clicks(Load):
    """Each attempt is a click of a visitor of its own: a person who sees an error clicks again."""

    kind = "click"
    numbers = itertools.count()

    def __init__(self, stop, base, code):
        super().__init__(stop, base)
        self.path, self.unkept = f"/r/{code}", 0

    def begin(self):
        return "click", self.click, (302,)

    def click(self):
        return self.api.get(self.path, headers={"User-Agent": f"{BROWSER} {next(self.numbers)}"}, contract=False,
                            timeout=ANSWER_S)

    def done(self, id_, response):
        found = re.search(r"[?&]rclid=([A-Za-z0-9_-]{16})", response.headers.get("Location", ""))
        self.unkept += not found  # the stranger arrives, but the click does not count, and says so by having no id
        return found.group(1) if found else None
