# SPDX-License-Identifier: Apache-2.0
"""Processes are killed and the database goes away: what was acknowledged is there, once; the rest answers in time.

The clients here behave as ours must: they repeat a request with the same id until it is acknowledged.
"""

import contextlib
import fcntl
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

import pytest
import requests

from conftest import SOURCE, Client, Stack, company_of, uuid7, wait_until

sys.path.append(str(SOURCE / "tests/faults"))
import checker  # noqa: E402
from clients import BROWSER, Clicks, Leads, Shares  # noqa: E402

SPOOL_MB = 8


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A product of its own with a company, a live post and a link, and clients that load it."""
    stack = Stack(tmp_path_factory.mktemp("faults") / "stack")
    stack.start("--processes", "2,2", "--threads", "3,2", "--set", f"spool_max_mb={SPOOL_MB}", *checker.UNLIMITED)
    yield checker.World(stack)
    stack.stop()


def check(world, stop):
    """Nothing acknowledged is missing and nothing is there twice; of each kind there was something."""
    running = world.end(stop)
    verdict = world.verdict()
    assert not verdict["wrong"] and not any(verdict[n] for n in ("missing", "doubled", "false")), verdict
    for kind in (Shares, Leads, Clicks):
        assert sum(len(c.acknowledged) for c in running if isinstance(c, kind)) > 10


def workers_of(stack, pool):
    return [pid for pid in stack.workers() if pathlib.Path(f"/proc/{pid}/comm").read_text().strip() == f"rostra-{pool}"]


def halt(pids):
    """kill(2) answers before every thread has come to its stop: one of them might still take the next request."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    tasks = [task for pid in pids for task in pathlib.Path(f"/proc/{pid}/task").iterdir()]
    wait_until(lambda: all((t / "stat").read_text().rsplit(")", 1)[1].split()[0] == "T" for t in tasks), what="the workers to stop")


CLOSE_WAIT = "08"


def all_seen(base):
    """nginx has seen the end of every connection that a client has closed (proc(5), net/tcp)."""
    port = f":{int(base.rsplit(':', 1)[1]):04X}"
    rows = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return not any(r[1].endswith(port) and r[3] == CLOSE_WAIT for r in rows)


def test_nothing_is_done_for_a_client_that_hung_up_before_it_was_heard(world):
    """A request that lay in a stopped worker's socket is old when the worker goes on: a refresh token of that time would
    look stolen, and the phone has long asked another."""
    ids, stopped = [uuid7() for _ in range(6)], workers_of(world.stack, "api")
    assert len(stopped) == 2
    try:
        halt(stopped)
        for id_ in ids:
            with pytest.raises(requests.exceptions.ReadTimeout):
                world.api.put(f"/v1/shares/{id_}", who=world.company.member, contract=False, timeout=0.1,
                              json={"post_id": world.post["id"], "network": "copy"})
        wait_until(lambda: all_seen(world.places["API"]), what="nginx to hang up, too")
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    for _ in range(20):
        assert world.api.get("/v1/me", who=world.company.member, contract=False).status_code == 200
    assert [world.api.get(f"/v1/shares/{i}", who=world.company.member, contract=False).status_code for i in ids] == [404] * 6


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
    check(world, stop)


def test_a_killed_database_loses_nothing_and_doubles_nothing(world):
    stop = world.load()
    time.sleep(1)
    for _ in range(2):
        os.kill(world.stack.pid("db"), signal.SIGKILL)
        time.sleep(0.5)
        world.stack.restart("db")
        time.sleep(1.5)
    check(world, stop)


def test_killed_jobs_lose_nothing_and_double_nothing(world):
    stop = world.load()
    for _ in range(3):
        time.sleep(0.7)
        os.kill(world.stack.pid("jobs"), signal.SIGKILL)
        world.stack.restart("jobs")
    check(world, stop)


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


def test_a_click_that_cannot_be_kept_redirects_without_an_id(world):
    """A landing page that is given an id may count on it."""
    (spool,) = world.stack.state.glob("**/spool")
    filler = spool / "clicks.filler.1.1.1"
    with open(filler, "wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # as a worker holds its own: no loader takes it for finished
        held.truncate((SPOOL_MB + 1) << 20)
        clicks = iter(range(1000))

        def location():
            r = world.link.get(f"/r/{world.code}", headers={"User-Agent": f"{BROWSER} f{next(clicks)}"}, contract=False)
            assert r.status_code == 302
            return r.headers["Location"]

        wait_until(lambda: "rclid=" not in location(), 10, "the full spool")
        assert location().startswith(world.post["destination_url"])
        filler.unlink()
        wait_until(lambda: "rclid=" in location(), 10, "room in the spool")


@contextlib.contextmanager
def before(back, file, *fronts):
    """Sockets or ports before MariaDB's socket: a process each, which does what `file` says (slow_socket.py)."""
    file.write_text("0")
    with contextlib.ExitStack() as all_of_them:
        proxies = []
        for front in fronts:
            proxies.append(subprocess.Popen([sys.executable, SOURCE / "tests/faults/slow_socket.py", front, back, file]))
            all_of_them.callback(proxies[-1].wait, 10)
            all_of_them.callback(proxies[-1].terminate)
        yield proxies


def test_a_host_that_fails_is_left_for_the_next(own_stack, tmp_path):
    ports = [free_port() for _ in range(2)]
    hosts = ",".join(f"127.0.0.1:{p}" for p in ports)
    with before(tmp_path / "stack0/run/db.sock", tmp_path / "delay", *(f"127.0.0.1:{p}" for p in ports)) as proxies:
        stack = own_stack("--processes", "1,1", "--threads", "2,1", "--set", "db_socket=", "--set", f"db_hosts={hosts}")
        company, api = company_of(stack, "acme", "Acme"), Client(stack.places["API"])

        def made():
            path = f"/v1/channels/{uuid7()}"  # the same request, until it is answered
            channel = {"name": f"News {path[-12:]}", "audience": "all", "mode": "mandatory"}
            return wait_until(lambda: api.put(path, who=company.admin, json=channel, contract=False).status_code in (200, 201), 10,
                              "a channel")

        assert made()
        for gone in (0, 1):
            proxies[gone].kill()
            proxies[gone].wait(10)
            if gone == 1:  # back to the first, which has come back
                again = [sys.executable, SOURCE / "tests/faults/slow_socket.py", f"127.0.0.1:{ports[0]}",
                         tmp_path / "stack0/run/db.sock", tmp_path / "delay"]
                proxies[0] = subprocess.Popen(again)
            assert made()
        assert stack.db("SELECT COUNT(*) AS n FROM channel")[0]["n"] == 3
        stack.stop()
        proxies[0].terminate()
        proxies[0].wait(10)


def test_what_nobody_knows_is_not_called_undone(own_stack, tmp_path):
    """The database does what it is asked, its answer does not arrive, and the second look finds nobody."""
    front, file = tmp_path / "front.sock", tmp_path / "delay"
    with before(tmp_path / "stack0/run/db.sock", file, front):
        stack = own_stack("--processes", "1,1", "--threads", "2,1", "--set", f"db_socket={front}", "--set", "db_read_timeout_s=1")
        company, api = company_of(stack, "acme", "Acme"), Client(stack.places["API"])
        value = api.put(f"/v1/values/{uuid7()}", who=company.admin, json={"name": "Courage"}).json()["id"]
        thanks = {"recipients": [company.curator.id], "value_id": value, "points": 1, "message": "Thank you"}
        path = f"/v1/kudos/{uuid7()}"
        assert api.get("/v1/kudos", who=company.member).status_code == 200
        stack.end("jobs")  # they commit, too
        file.write_text("commit")
        time.sleep(0.1)  # the socket looks each 20 ms
        answer = api.put(path, who=company.member, json=thanks, contract=False)
        assert answer.status_code == 503 and answer.json()["code"] == "unknown_outcome", answer.text
        assert int(answer.headers["Retry-After"]) >= 1
        assert stack.db("SELECT COUNT(*) AS n FROM kudos")[0]["n"] == 1  # it was done
        file.write_text("0")
        wait_until(lambda: api.put(path, who=company.member, json=thanks, contract=False).status_code == 200, 20, "the kudos")
        assert stack.db("SELECT COUNT(*) AS n FROM kudos")[0]["n"] == 1
