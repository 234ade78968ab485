# SPDX-License-Identifier: Apache-2.0
"""The program is stopped, reloaded, replaced and killed while clients use it."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading
import time

import pytest
import requests

from conftest import Client, Stack, company_of, runs, uuid7, wait_until
from content import live_post

CLIENTS = 6
UNLIMITED = [w for c in ("read", "write", "public") for w in ("--set", f"rate_{c}_per_min=1000000")]


class Load(threading.Thread):
    """Reads the feed and makes shares; whatever is not a success is kept."""

    def __init__(self, stack, company, post, stop):
        super().__init__(daemon=True)
        self.api, self.company, self.post, self.stop = Client(stack.places["API"]), company, post, stop
        self.headers = company.member.headers
        self.good, self.bad = 0, []

    def run(self):
        while not self.stop.is_set():
            self.one("GET", "/v1/feed")
            self.one("PUT", f"/v1/shares/{uuid7()}", json={"post_id": self.post["id"], "network": "copy"})
            self.one("POST", "/v1/feed/seen", json={"impressions": [{"post_id": self.post["id"]}]})

    def one(self, method, path, **options):
        try:
            r = self.api.request(method, path, headers=self.headers, contract=False, **options)
        except requests.RequestException as failure:
            self.bad.append(f"{method} {path}: {failure!r}")
            return
        if r.status_code < 300:
            self.good += 1
        else:
            self.bad.append(f"{method} {path}: {r.status_code} {r.text[:200]}")


@contextlib.contextmanager
def load(stack, company, post):
    stop = threading.Event()
    clients = [Load(stack, company, post, stop) for _ in range(CLIENTS)]
    for c in clients:
        c.start()
    wait_until(lambda: all(c.good > 5 for c in clients), 20, "the load")
    yield clients
    before = [c.good for c in clients]
    wait_until(lambda: all(c.good > b + 5 for c, b in zip(clients, before)), 20, "the load after it")
    stop.set()
    for c in clients:
        c.join(30)


def failures(clients):
    return [b for c in clients for b in c.bad]


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A product of its own, run from a copy of the program, so that the copy can be replaced."""
    folder = tmp_path_factory.mktemp("takeover")
    build = folder / "build"
    build.mkdir()
    shutil.copy2(pathlib.Path(os.environ.get("TEST_BUILD", Stack(folder).build)) / "rostra", build / "rostra")
    stack = Stack(folder / "stack", build).start("--processes", "2,1", "--threads", "3,2", *UNLIMITED)
    company = company_of(stack, "acme", "Acme")
    post = live_post(Client(stack.places["API"]), company)
    yield stack, company, post
    stack.stop()


def replace(stack, content):
    """As a package manager does: another file takes the name."""
    new = stack.build / "rostra.new"
    new.write_bytes(content)
    new.chmod(0o755)
    new.rename(stack.build / "rostra")


def program_log(stack, event):
    return [line for line in stack.log() if line.get("event") == event]


def settled(stack, old):
    workers = set(stack.workers())
    return workers and not workers & old


def test_a_new_program_takes_over_without_a_failed_request(house):
    stack, company, post = house
    binary = (stack.build / "rostra").read_bytes()
    master = stack.pid("serve")
    with load(stack, company, post) as clients:
        for _ in range(3):
            old, done = set(stack.workers()), len(program_log(stack, "takeover_done"))
            replace(stack, binary)
            os.kill(master, signal.SIGUSR2)
            wait_until(lambda: len(program_log(stack, "takeover_done")) > done, 30, "the take-over")
            wait_until(lambda: settled(stack, old), 30, "the old workers' leaving")
    assert failures(clients) == []
    assert stack.pid("serve") == master
    assert all(str(stack.build / "rostra") in line["message"] for line in program_log(stack, "takeover"))


@pytest.mark.parametrize("content", [b"no program", b"#!/bin/sh\nexit 3\n"], ids=["no program", "refuses its settings"])
def test_a_program_that_does_not_start_changes_nothing(house, content):
    stack, company, post = house
    binary = (stack.build / "rostra").read_bytes()
    before, seen = set(stack.workers()), len(program_log(stack, "takeover_refused"))
    with load(stack, company, post) as clients:
        replace(stack, content)
        os.kill(stack.pid("serve"), signal.SIGUSR2)
        wait_until(lambda: len(program_log(stack, "takeover_refused")) > seen, 30, "the refusal")
        replace(stack, binary)
    assert failures(clients) == []
    assert set(stack.workers()) == before


def test_reloading_fails_no_request(house):
    stack, company, post = house
    log = stack.state / "log/rostra.log"
    with load(stack, company, post) as clients:
        log.rename(log.with_suffix(".1"))
        os.kill(stack.pid("serve"), signal.SIGHUP)
        wait_until(log.exists, 10, "a new log file")
        wait_until(lambda: len(program_log(stack, "keys_reloaded")) >= 3, 10, "the workers' reload")
        wait_until(lambda: '"event":"request"' in log.read_text(), 10, "requests in the new log")
    assert failures(clients) == []


def test_a_worker_asked_to_leave_fails_no_request(house):
    stack, company, post = house
    with load(stack, company, post) as clients:
        for pid in [p for p in stack.workers() if "api" in pathlib.Path(f"/proc/{p}/comm").read_text()]:
            os.kill(pid, signal.SIGTERM)
            wait_until(lambda pid=pid: pid not in stack.workers(), 20, "its leaving")
            wait_until(lambda: len(stack.workers()) == 3, 20, "its successor")
    assert failures(clients) == []


def test_a_killed_worker_is_replaced_and_costs_its_own_requests_only(house):
    stack, company, post = house
    with load(stack, company, post) as clients:
        for _ in range(3):
            pid = next(iter(stack.workers()))
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda pid=pid: pid not in stack.workers() and len(stack.workers()) == 3, 10, "its successor")
            time.sleep(0.3)
    lost = failures(clients)
    assert len(lost) <= 3 * CLIENTS, lost
    assert all(" 502 " in f or " 503 " in f for f in lost), lost
    text = requests.get(stack.places["OPS"] + "/metrics", timeout=10).text
    assert int(text.split("\nrostra_workers_died_total ")[1].split()[0]) >= 3


def test_a_stop_ends_what_runs_and_leaves_nothing(own_stack):
    stack = own_stack("--processes", "2,1", "--threads", "2,2")
    run = pathlib.Path(stack.data["run"])
    master, workers = stack.pid("serve"), set(stack.workers())
    assert (stack.state / "rostra/serve.pid").read_text().strip() == str(master)
    os.kill(master, signal.SIGTERM)
    wait_until(lambda: stack.pid("serve") is None, 15, "the end")
    assert not any(runs(p) for p in workers)
    assert not (run / "api.sock").exists() and not (run / "link.sock").exists()
    assert not (stack.state / "rostra/serve.pid").exists()


PASS_SOCKETS = """
import fcntl, os, socket, sys
run, *command = sys.argv[1:]
held = []
for name in ("other", "link", "api"):
    s = socket.socket(socket.AF_UNIX)
    s.bind(f"{run}/{name}.sock")
    s.listen(64)
    held.append(fcntl.fcntl(s.fileno(), fcntl.F_DUPFD, 20))
for place, fd in enumerate(held, 3):
    os.dup2(fd, place, inheritable=True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="3", LISTEN_FDNAMES="other:link:api")
os.execv(command[0], command)
"""


def test_sockets_that_systemd_passes_are_served_and_left_where_they_are(own_stack):
    stack = own_stack("--processes", "1,1", "--threads", "2,2")
    run, api, link = pathlib.Path(stack.data["run"]), Client(stack.places["API"]), Client(stack.places["LINK"])
    stack.end("serve")
    assert not (run / "api.sock").exists()
    command = [sys.executable, "-c", PASS_SOCKETS, str(run), *stack.data["commands"]["serve"]]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, cwd=stack.state) as serve:
        try:
            def serves():
                answers = (api.get("/v1/nothing", contract=False), link.get("/r/nothing1", contract=False))
                return [a.status_code for a in answers] == [404, 404]

            wait_until(serves, 15, "service")
            os.kill(serve.pid, signal.SIGUSR2)
            wait_until(lambda: program_log(stack, "takeover_done"), 30, "the take-over")
            assert serves()
        finally:
            serve.terminate()
        assert serve.wait(20) == 0
    assert (run / "api.sock").exists() and (run / "link.sock").exists()


def test_a_killed_master_takes_its_workers_with_it_and_can_be_started_again(own_stack):
    stack = own_stack("--processes", "1,1", "--threads", "2,2")
    workers = set(stack.workers())
    os.kill(stack.pid("serve"), signal.SIGKILL)
    wait_until(lambda: not any(runs(p) for p in workers), 15, "the workers' end")
    stack.restart("serve")
    api = Client(stack.places["API"])
    wait_until(lambda: api.get("/v1/nothing", contract=False).status_code == 404, 10, "service")
