# SPDX-License-Identifier: Apache-2.0
"""The end-to-end suite's ground: a private stack for each pytest worker, clients, and people to act as.

Conventions
  * Everything goes through nginx: `api`, `link` and `ops` are clients of its three servers.  Say who asks with who=:
        api.get("/v1/feed", who=acme.member)          a person: an access token
        api.post("/v1/leads", json={...}, who=acme.api_key)    a key: Authorization: Bearer rsk_…
        api.post("/v1/t/leads", json={...}, who=acme.site_key, headers={"Origin": ORIGIN})
        api.get("/v1/config", who=None)               nobody (the default)
  * A POST carries a fresh Idempotency-Key unless idempotency_key= gives one, or None for none.
  * Every answer is compared with the OpenAPI document (contract.py).  A test that provokes what the document
    cannot say passes contract=False.
  * `acme` and `globex` are two companies of the whole run with the same names in them: read them, add to them, but a
    test that changes a company, a person's role or a policy makes its own with make_company().
  * `rostra("person", "add", …)` runs the program as an operator and gives its output; rostra_json(…) parses --json.
  * `db("SELECT …", args)` asks MariaDB and gives dicts.  Use it to look, not to prepare what the API can prepare.
  * What happens in the background (clicks reaching reports, posts going live) is awaited by wait_until(); nothing sleeps.
  * `stack` is the running product: stack.pid("serve"), stack.log(request_id).  A test that breaks it takes own_stack().

Quick development: tests/stack start --state /tmp/x; TEST_STACK=/tmp/x /usr/bin/python3 -m pytest tests/e2e/test_x.py
"""

import dataclasses
import json
import os
import pathlib
import re
import secrets
import subprocess
import time
import uuid

import pymysql
import pytest
import requests

from random_histories import SEED

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("TEST_BUILD", SOURCE / "build"))
ORIGIN = "https://www.landing.example"
ROLES = ("member", "curator", "manager", "admin")

try:
    import contract
except ImportError:
    contract = None


# --- small helpers ---------------------------------------------------------------------------------------------


def uuid7(at=None):
    """A UUID version 7 (RFC 9562) of now or of `at` (seconds since 1970)."""
    ms = int((time.time() if at is None else at) * 1000)
    value = (ms << 80) | (7 << 76) | (secrets.randbits(12) << 64) | (2 << 62) | secrets.randbits(62)
    return str(uuid.UUID(int=value))


def credits_changed(db, company):
    """What the product says beside a change of events or touches; for tests that write them themselves."""
    db("INSERT INTO credit_change (company_id, slot, n) VALUES (%s, 0, 1) ON DUPLICATE KEY UPDATE n = n + 1", (company.id,))


def wait_until(check, seconds=10, what="it"):
    """Calls check() until it answers something true, and gives that; fails after so many seconds."""
    end, pause = time.monotonic() + seconds, 0.02
    while True:
        found = check()
        if found:
            return found
        assert time.monotonic() < end, f"{what} did not come true within {seconds} s"
        time.sleep(pause)
        pause = min(pause * 1.5, 0.25)


def runs(pid):
    """A process that has ended does not run, even while nobody has asked for its status."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


# What a test writes past the product: whoever writes what sums are counted from marks the days (include/rostra/sums.h).
BESIDE_THE_PRODUCT = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM) (share|click_day|click_quarter|conversion|touch)\b")
# And whoever writes what people are counts it (include/rostra/people.h).
PEOPLE_BESIDE_IT = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM) (person|person_fact|team_member|board_choice)\b")
MARK_COUNTED = ("INSERT INTO report_due (company_id, kind, day) SELECT company_id, CONCAT(what, 's'), day FROM report_sum"
                " WHERE company_id IN %s AND what IN ('share', 'click', 'lead') AND dimension = 'network' AND span = 'day'")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Stack:
    """One running product (tests/stack)."""

    def __init__(self, state, build=BUILD):
        self.state, self.build = pathlib.Path(state), pathlib.Path(build)
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("ROSTRA_")}

    def _run(self, *args):
        done = subprocess.run([SOURCE / "tests/stack", *args, "--state", self.state], text=True, check=False,
                              env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def start(self, *options):
        like = os.environ.get("TEST_LIKE")
        self._run("start", "--build", str(self.build), *(["--like", like] if like else []), *options)
        return self

    def stop(self, discard=True):
        self._run("stop", *(["--discard"] if discard else []))

    def end(self, name):
        """Ends one program as its supervisor would; restart() brings it back."""
        self._run("end", name)

    def restart(self, name):
        self._run("restart", name)

    def tour(self):
        """What `make demo` prints."""
        return self._run("tour")

    @property
    def places(self):
        return dict(line.split("=", 1) for line in self._run("env").splitlines())

    @property
    def data(self):
        return json.loads((self.state / "stack.json").read_text())

    def pid(self, name):
        """db, serve, jobs or nginx; of serve the master."""
        for line in self._run("status").splitlines():
            words = line.split()
            if words[0] == name and words[1] != "-":
                return int(words[1])
        return None

    def key_file(self, name):
        """token.keys, cursor.key or seal.key, wherever the configuration has it."""
        lines = (self.state / "rostra.conf").read_text().splitlines()
        return next(path for path in (pathlib.Path(line.partition(" = ")[2]) for line in lines) if path.name == name)

    def run_job(self, name):
        """Every job runs once, this one at any rate: on a cluster, another node's process may hold it."""
        self.end("jobs")
        self.db("UPDATE job SET owner = NULL, lease_until = NULL WHERE name = %s", (name,))
        self.rostra("jobs", "--once")
        self.restart("jobs")

    def workers(self):
        """The children of the master: {pid: its command line}."""
        master, found = self.pid("serve"), {}
        for task in pathlib.Path(f"/proc/{master}/task").iterdir():
            for child in (task / "children").read_text().split():
                found[int(child)] = pathlib.Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        return found

    def log(self, request_id=None):
        """The program's log lines as dicts; of one request when given its id."""
        lines = (self.state / "log/rostra.log").read_text(errors="replace").splitlines()
        found = [json.loads(line) for line in lines if line.startswith("{")]
        return [f for f in found if request_id is None or f.get("id") == request_id]

    def rostra(self, *args, stdin=None, check=True):
        """Runs the program with the stack's configuration."""
        command = [self.build / "rostra", "--config", self.state / "rostra.conf", *map(str, args)]
        done = subprocess.run(command, text=True, env=self.environment, check=False, input=stdin or "",
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if not check:
            return done
        assert done.returncode == 0, f"rostra {' '.join(map(str, args))}: {done.returncode}\n{done.stderr}{done.stdout}"
        return done.stdout

    def connect(self, **options):
        """A connection of one's own to the database, as the server's root."""
        host = (self.data.get("hosts") or "").partition(",")[0].partition(":")
        place = {"host": host[0], "port": int(host[2])} if host[0] else {"unix_socket": self.data["run"] + "/db.sock"}
        return pymysql.connect(**place, user="root", database="rostra", charset="utf8mb4", **options)

    def db(self, sql, args=()):
        """One statement on a connection of its own; rows as dicts."""
        connection = self.connect(autocommit=True, cursorclass=pymysql.cursors.DictCursor)
        with connection, connection.cursor() as cursor:
            cursor.execute(sql, args)
            rows = list(cursor.fetchall())
            if PEOPLE_BESIDE_IT.search(sql):
                cursor.execute("UPDATE company SET people_version = people_version + 1")
            if BESIDE_THE_PRODUCT.search(sql):
                companies = [str(a) for a in args if UUID.fullmatch(str(a))] or [r["id"] for r in self.db("SELECT id FROM company")]
                cursor.execute(MARK_COUNTED, (companies,))
            return rows


# On the cluster (tests/cluster) these are left out, as is every test that takes own_stack(): they start a product with a
# MariaDB of its own to kill, count or replace parts of it, and would say nothing of the cluster.
# One more holds a table of the server by LOCK TABLES, which a cluster does not have.
LOCKS_TABLES = "test_shares_of_the_same_moment_are_written_together_and_none_spoils_another"
OWN_SERVER = ("test_browser.py", "test_faults.py", "test_rows.py", "test_takeover.py", "test_tour.py")


def pytest_terminal_summary(terminalreporter):
    terminalreporter.write_line(f"TEST_SEED={SEED} makes the same random histories again")


def pytest_collection_modifyitems(items):
    if not os.environ.get("TEST_CLUSTER"):
        return
    for item in items:
        if "own_stack" in item.fixturenames or item.path.name in OWN_SERVER:
            item.add_marker(pytest.mark.skip(reason="starts a server of its own"))
        elif item.name == LOCKS_TABLES:
            item.add_marker(pytest.mark.skip(reason="locks a table"))


# --- who acts --------------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Person:
    stack: Stack
    company: str
    id: str
    email: str
    role: str
    _token: str = ""
    _minted: float = 0

    @property
    def token(self):
        """An access token; it lives ten minutes, so it is minted anew after five."""
        if time.monotonic() - self._minted > 300 or not self._token:
            self._token = self.stack.rostra("token", "--company", self.company, "--person", self.email).strip()
            self._minted = time.monotonic()
        return self._token

    @property
    def headers(self):
        return {"Authorization": f"Bearer {self.token}"}


@dataclasses.dataclass
class Key:
    id: str
    secret: str
    name: str

    @property
    def headers(self):
        return {"Authorization": f"Bearer {self.secret}"}


@dataclasses.dataclass
class Company:
    stack: Stack
    slug: str
    id: str
    member: Person = None
    curator: Person = None
    manager: Person = None
    admin: Person = None
    api_key: Key = None   # every scope
    site_key: Key = None  # allows ORIGIN

    def add_person(self, name, role="member", **options):
        """Another person, NAME@SLUG.example."""
        email = f"{name}@{self.slug}.example"
        args = [w for k, v in options.items() for w in (f"--{k.replace('_', '-')}", v)]
        made = json.loads(self.stack.rostra("person", "add", "--company", self.slug, "--email", email, "--name",
                                            name.title(), "--role", role, *args, "--json"))
        return Person(self.stack, self.slug, made["id"], email, role)

    def add_key(self, name, *args):
        made = json.loads(self.stack.rostra("key", "add", "--company", self.slug, "--name", name, *args, "--json"))
        return Key(made["id"], made["key"], name)


def company_of(stack, slug, name, **options):
    """A company with one person of each role, a secret key with all scopes and a site key for ORIGIN."""
    args = [w for k, v in options.items() for w in (f"--{k.replace('_', '-')}", v)]
    made = json.loads(stack.rostra("company", "add", "--slug", slug, "--name", name, *args, "--json"))
    company = Company(stack, slug, made["id"])
    for role in ROLES:
        setattr(company, role, company.add_person(role, role))
    company.api_key = company.add_key("crm", "--scopes", "leads:write conversions:write reports:read")
    company.site_key = company.add_key("website", "--site", "--origins", ORIGIN)
    return company


# --- clients ---------------------------------------------------------------------------------------------------


class Client:
    """requests with a base URL, a caller, and the contract checked."""

    def __init__(self, base):
        self.base = base
        self.session = requests.Session()
        self.session.headers["Accept-Encoding"] = "gzip"

    def request(self, method, path, who=None, contract_checked=True, **options):
        headers = dict(options.pop("headers", None) or {})
        if who is not None:
            headers = {**who.headers, **headers}
        key = options.pop("idempotency_key", True)
        if method == "POST" and key is not None:
            headers.setdefault("Idempotency-Key", str(uuid.uuid4()) if key is True else key)
        if not options.pop("contract", True):
            contract_checked = False
        options.setdefault("timeout", 30)
        options.setdefault("allow_redirects", False)
        response = self.session.request(method, self.base + path, headers=headers, **options)
        if contract and contract_checked and not options.get("stream"):
            contract.check(response)
        return response

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def head(self, path, **options):
        return self.request("HEAD", path, **options)

    def post(self, path, **options):
        return self.request("POST", path, **options)

    def put(self, path, **options):
        return self.request("PUT", path, **options)

    def patch(self, path, **options):
        return self.request("PATCH", path, **options)

    def delete(self, path, **options):
        return self.request("DELETE", path, **options)

    def options(self, path, **options):
        return self.request("OPTIONS", path, **options)


# --- fixtures --------------------------------------------------------------------------------------------------


def running_stack(state):
    data = json.loads((pathlib.Path(state) / "stack.json").read_text())
    return Stack(state, pathlib.Path(data["rostra"]).parent)


@pytest.fixture(scope="session")
def stack(tmp_path_factory):
    given = os.environ.get("TEST_STACK", os.environ.get("ROSTRA_STACK"))
    if given:
        yield running_stack(given)
        return
    running = Stack(tmp_path_factory.mktemp("stack"))
    running.start(
        "--processes", "2,2", "--threads", "4,4", "--set", "rate_read_per_min=100000", "--set",
        "rate_write_per_min=100000", "--set", "rate_public_per_min=100000", "--set", "caller_cache_s=1", "--set", "board_fresh_ms=0", "--set",
        "dns_server=127.0.0.1:9", "--set",  # nobody answers there, at once
        "app_redirect_uris=com.example.advocacy:/cb", "--set",
        "link_cache_s=2")
    yield running
    running.stop()


@pytest.fixture(scope="session", autouse=True)
def the_document(stack):
    """The OpenAPI document every answer is compared with."""
    if contract and hasattr(contract, "load"):
        contract.load(stack.rostra("openapi"))


@pytest.fixture
def own_stack(tmp_path):
    """own_stack("--set", …): a product that may be broken."""
    made = []

    def start(*options):
        made.append(Stack(tmp_path / f"stack{len(made)}"))
        return made[-1].start(*options)

    yield start
    for running in made:
        running.stop()


@pytest.fixture
def jobs_by_hand(stack):
    """No job runs but by stack.rostra("jobs", "--once"); of a cluster, on no node (TEST_BESIDE: the others' folders)."""
    nodes = [stack, *map(running_stack, os.environ.get("TEST_BESIDE", "").split())]
    for node in nodes:
        node.end("jobs")
    yield
    for node in nodes:
        node.restart("jobs")


@pytest.fixture(scope="session")
def api(stack):
    return Client(stack.places["API"])


@pytest.fixture(scope="session")
def link(stack):
    return Client(stack.places["LINK"])


@pytest.fixture(scope="session")
def ops(stack):
    return Client(stack.places["OPS"])


@pytest.fixture(scope="session")
def rostra(stack):
    return stack.rostra


@pytest.fixture(scope="session")
def rostra_json(stack):
    return lambda *args, **options: json.loads(stack.rostra(*args, "--json", **options))


@pytest.fixture(scope="session")
def db(stack):
    return stack.db


@pytest.fixture(scope="session")
def make_company(stack):
    """make_company(time_zone="Europe/Berlin"): one more, with people of each role and keys."""

    def make(slug=None, name="Initech", **options):
        return company_of(stack, slug or f"co-{secrets.token_hex(5)}", name, **options)

    return make


@pytest.fixture(scope="session")
def acme(make_company):
    return make_company(f"acme-{secrets.token_hex(3)}", "Acme")


@pytest.fixture(scope="session")
def globex(make_company):
    return make_company(f"globex-{secrets.token_hex(3)}", "Globex")
