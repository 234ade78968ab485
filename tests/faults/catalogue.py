# SPDX-License-Identifier: Apache-2.0
"""The faults.  Each is a class: what the product needs to be started with, and what is done to it under load.

strike() answers the monotonic time from which on all is well again; how long the product takes from there is its
recovery.  A fault that this machine does not allow says why in `missing()`.
"""

import contextlib
import json
import os
import pathlib
import secrets
import signal
import subprocess
import sys
import time

from conftest import wait_until

HERE = pathlib.Path(__file__).resolve().parent
FAKETIME = pathlib.Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
# Rooms that can be filled: the spool needs little, an empty MariaDB about 220 MB.
# The datadir at the start, and what a round of load adds: a disk that is really full in the end is another fault.
STATE_MB, DATADIR_MB, ROUND_MB = 16, 420, 30


class Fault:
    name, words = "?", "?"
    lasts_s = 0.0  # beyond the load before and after it
    rounds = 1     # that are to come

    def __init__(self, folder, pause_s):
        self.folder, self.pause_s, self.stack, self.world = pathlib.Path(folder), pause_s, None, None

    def missing(self):
        return None

    def options(self):
        """More arguments for tests/stack start; called before it."""
        return []

    def build(self, build):
        """The folder of the program to start."""
        return build

    def prepare(self, world):
        self.world, self.stack = world, world.stack

    def strike(self):
        raise NotImplementedError

    def judge(self, verdict, clients):
        """Adds what only this fault asks for."""

    def clean(self):
        """After the product has been stopped."""

    # --- for those below ---

    def workers(self, pool):
        found = []
        for pid in self.stack.workers():
            with contextlib.suppress(OSError):
                if pathlib.Path(f"/proc/{pid}/comm").read_text().strip() == f"rostra-{pool}":
                    found.append(pid)
        return found

    def killed(self, pids):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return time.monotonic()

    def paused(self, pids):
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        time.sleep(self.pause_s)
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        return time.monotonic()


# --- killed ------------------------------------------------------------------------------------------------------


class KillApiWorker(Fault):
    name, words = "kill-api", "kill -9 of a worker of the api pool"

    def strike(self):
        return self.killed(self.workers("api")[:1])


class KillLinkWorker(Fault):
    name, words = "kill-link", "kill -9 of a worker of the link pool"

    def strike(self):
        return self.killed(self.workers("link")[:1])


class KillChildren(Fault):
    name, words = "kill-children", "kill -9 of the master's children, one after another"

    def strike(self):
        for pid in list(self.stack.workers()):
            at = self.killed([pid])
            time.sleep(0.3)
        return at


class KillMaster(Fault):
    name, words = "kill-master", "kill -9 of the master; its supervisor starts it again"

    def strike(self):
        at = self.killed([self.stack.pid("serve")])
        self.stack.restart("serve")
        return at


class KillJobs(Fault):
    name, words = "kill-jobs", "kill -9 of rostra jobs; its supervisor starts it again"

    def strike(self):
        at = self.killed([self.stack.pid("jobs")])
        self.stack.restart("jobs")
        return at


class KillDatabase(Fault):
    name, words = "kill-db", "kill -9 of mariadbd; started again half a second later"

    def strike(self):
        self.killed([self.stack.pid("db")])
        time.sleep(0.5)
        self.stack.restart("db")
        return time.monotonic()


# --- paused ------------------------------------------------------------------------------------------------------


class PauseDatabase(Fault):
    name, words = "pause-db", "SIGSTOP of mariadbd, then SIGCONT"

    def strike(self):
        return self.paused([self.stack.pid("db")])


class PauseWorkers(Fault):
    name, words = "pause-workers", "SIGSTOP of a worker of each pool, then SIGCONT"

    def strike(self):
        return self.paused(self.workers("api")[:1] + self.workers("link")[:1])


class PauseMaster(Fault):
    name, words = "pause-master", "SIGSTOP of the master, a worker dies meanwhile, then SIGCONT"

    def strike(self):
        master = self.stack.pid("serve")
        os.kill(master, signal.SIGSTOP)
        self.killed(self.workers("api")[:1])
        time.sleep(min(self.pause_s, 3))
        os.kill(master, signal.SIGCONT)
        return time.monotonic()


class PauseJobs(Fault):
    name, words = "pause-jobs", "SIGSTOP of rostra jobs, another one starts, then SIGCONT"

    def strike(self):
        first = self.stack.pid("jobs")
        os.kill(first, signal.SIGSTOP)
        second = subprocess.Popen(self.stack.data["commands"]["jobs"], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(min(self.pause_s, 5))
        os.kill(first, signal.SIGCONT)
        at = time.monotonic()
        time.sleep(0.5)
        second.terminate()
        second.wait(20)
        return at


# --- no room -----------------------------------------------------------------------------------------------------


class FullDisk(Fault):
    """A small tmpfs in the place of a folder, filled to the last byte."""

    room_mb, holds_s = STATE_MB, 2.0

    def __init__(self, *args):
        super().__init__(*args)
        self.room = self.folder / "room"

    def missing(self):
        return None if os.getuid() == 0 else "needs root to mount a small file system"

    def mount(self, place):
        place.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.room_mb}m,mode=0700", "rostra-faults", place], check=True)
        self.room = place

    def strike(self):
        filler = self.room / "filler"
        with contextlib.suppress(OSError), open(filler, "wb", buffering=0) as out:
            while True:
                out.write(bytes(65536))
        with contextlib.suppress(OSError), open(filler, "ab", buffering=0) as out:
            while True:
                out.write(b"x")
        time.sleep(self.holds_s)
        filler.unlink()
        return time.monotonic()

    def clean(self):
        subprocess.run(["umount", "-l", self.room], check=False)


class FullState(FullDisk):
    name, words = "full-state", "no room in state_dir, where clicks are spooled"

    def options(self):
        self.mount(self.folder / "room")
        return ["--set", f"state_dir={self.room}"]


class FullDatadir(FullDisk):
    name, words = "full-datadir", "no room in MariaDB's datadir"

    def options(self):
        self.room_mb = DATADIR_MB + ROUND_MB * self.rounds
        self.mount(self.folder / "stack/db")
        return []


# --- slow --------------------------------------------------------------------------------------------------------


class SlowDatabase(Fault):
    name, words = "slow-db", "each answer of MariaDB takes 300 ms longer"
    delay, holds_s = "300", 3.0

    def options(self):
        self.front, self.file = self.folder / "slow.sock", self.folder / "delay"
        self.file.write_text("0")
        self.proxy = subprocess.Popen([sys.executable, HERE / "slow_socket.py", self.front, self.back(), self.file],
                                      stdin=subprocess.DEVNULL)
        return ["--set", f"db_socket={self.front}"]

    def back(self):
        return self.folder / "stack/run/db.sock"

    def strike(self):
        self.file.write_text(self.delay)
        time.sleep(self.holds_s)
        self.file.write_text("0")
        return time.monotonic()

    def clean(self):
        self.proxy.terminate()
        self.proxy.wait(10)


class SilentDatabase(SlowDatabase):
    name, words = "silent-db", "MariaDB does what it is asked, and its answers do not arrive for 8 s"
    delay, holds_s = "cut", 8.0


# --- clocks ------------------------------------------------------------------------------------------------------


class ClockStep(Fault):
    """Rostra's clock jumps and comes back; MariaDB's stays.  A wrapper in the program's place preloads libfaketime."""

    steps = ("+3600", "+0")

    def missing(self):
        return None if FAKETIME.exists() else "needs the package faketime"

    def build(self, build):
        folder = self.folder / "build"
        folder.mkdir(exist_ok=True)
        self.file = self.folder / "clock"
        self.set("+0")
        wrapper = folder / "rostra"
        wrapper.write_text(f"#!/bin/sh\nexport LD_PRELOAD={FAKETIME} FAKETIME_TIMESTAMP_FILE={self.file} "
                           "FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_NO_CACHE=1\n"
                           f"exec {pathlib.Path(build).resolve()}/rostra \"$@\"\n")
        wrapper.chmod(0o755)
        return folder

    def set(self, step):
        new = self.file.with_suffix(".new")
        new.write_text(step + "\n")
        new.rename(self.file)

    def strike(self):
        for step in self.steps:
            time.sleep(1)
            self.set(step)
        return time.monotonic()


class ClockForward(ClockStep):
    name, words = "clock-forward", "the clock jumps an hour ahead for a second, and back"


class ClockBack(ClockStep):
    name, words = "clock-back", "the clock jumps an hour back for a second, and returns"
    steps = ("-3600", "+0")


# --- replaced ----------------------------------------------------------------------------------------------------


class RestartNginx(Fault):
    name, words = "nginx-restart", "nginx is stopped and started"

    def strike(self):
        self.stack.restart("nginx")
        return time.monotonic()


class TakeOver(Fault):
    name, words = "takeover", "a new release takes over (SIGUSR2)"

    def strike(self):
        old = set(self.stack.workers())
        os.kill(self.stack.pid("serve"), signal.SIGUSR2)
        at = time.monotonic()
        wait_until(lambda: not old & set(self.stack.workers()), 40, "the old workers' leaving")
        return at

    def judge(self, verdict, clients):
        lost = [r for c in clients for r in c.history if not r["acknowledged"]]
        if lost:
            verdict["wrong"].append(f"{len(lost)} requests failed in a take-over: {lost[:3]}")


class KilledMigration(Fault):
    """Another database of the same server is brought to this release, and rostra migrate is killed again and again."""

    name, words = "migration", "rostra migrate up is killed -9 half way, and repeated until it is done"

    def prepare(self, world):
        super().prepare(world)
        self.kills = self.halves = 0
        self.columns = self.schema("rostra")

    def schema(self, database):
        return self.stack.db("SELECT table_name, column_name, column_type, is_nullable, column_default FROM "
                             "information_schema.columns WHERE table_schema = %s ORDER BY 1, ordinal_position", (database,))

    def migrate(self, *args, patience=60):
        """The exit status and what was said; None when it was killed after `patience` seconds."""
        command = [self.stack.build / "rostra", "--config", self.stack.state / "rostra.conf", "migrate", *args]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, env={**os.environ, "ROSTRA_DB_NAME": self.database}) as running:
            try:
                return running.wait(patience), running.stdout.read()
            except subprocess.TimeoutExpired:
                running.kill()
                return None, ""

    def strike(self):
        self.database = f"again_{secrets.token_hex(4)}"
        self.stack.db(f"CREATE DATABASE {self.database} CHARACTER SET utf8mb4")
        self.stack.db(f"GRANT ALL ON {self.database}.* TO rostra@localhost")
        status, said, extra = None, "", []
        for number in range(200):
            status, said = self.migrate("up", *extra, patience=0.02 + 0.08 * (number % 5) if number < 20 else 60)
            self.kills += status is None
            if status == 0:
                break
            extra = self.half_applied(extra if status else [])
        assert status == 0, said
        at = time.monotonic()
        self.same = self.schema(self.database) == self.columns
        self.stack.db(f"DROP DATABASE {self.database}")
        return at

    def half_applied(self, tried):
        """What an operator says of a file that began and did not end: run it again; and when that says that its change
        is there, record it."""
        half = [m["version"] for m in self.states() if m["state"] == "half-applied"]
        self.halves += bool(half)
        if not half:
            return []
        return ["--done" if tried == ["--resume", str(half[0])] else "--resume", str(half[0])]

    def states(self):
        _, said = self.migrate("status", "--json")
        return [json.loads(line) for line in said.splitlines() if line.startswith("{")]

    def judge(self, verdict, clients):
        if not self.same:
            verdict["wrong"].append("the schema of a killed migration differs from a whole one's")


ALL = (KillApiWorker, KillLinkWorker, KillChildren, KillMaster, KillJobs, KillDatabase, PauseDatabase, PauseWorkers, PauseMaster,
       PauseJobs, FullState, FullDatadir, SlowDatabase, SilentDatabase, ClockForward, ClockBack, RestartNginx, TakeOver,
       KilledMigration)
