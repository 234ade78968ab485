# SPDX-License-Identifier: Apache-2.0
"""What the benches share: the product as it runs, what processes cost, and wrk."""

import json
import os
import pathlib
import re
import subprocess
import time
import urllib.request

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
TICK_US = 1_000_000 / os.sysconf("SC_CLK_TCK")
GROUPS = ("nginx", "api", "link", "jobs", "mariadb")
# After a run: what was put off (clicks on their way to the tables) is part of the cost.
SETTLE_S = 1.0
# One address stands for many clients: no limit of anybody's speed.
UNLIMITED = (*(w for n in ("read", "write", "public") for w in ("--set", f"rate_{n}_per_min=0")),
             *(w for n in ("API", "FORM", "LINK") for w in ("--nginx", f"{n}_RATE=1000000r/s")),
             "--nginx", "CONNECTIONS=8000")
# As the README asks of a server.  With the 64 MB and 128 MB of a test's, pages would be written every few seconds for room.
DB = ("--db", "innodb-log-file-size=1G", "--db", "innodb-buffer-pool-size=1G")


class Product:
    """The running stack, its processes by group."""

    def __init__(self, state, build, options):
        self.state, self.build = pathlib.Path(state), pathlib.Path(build).resolve()
        self.stack("start", "--build", str(self.build), *DB, *options)
        self.reload()
        self.places = dict(line.split("=", 1) for line in self.stack("env").splitlines())

    def reload(self):
        """What tests/stack knows of it, after it was asked to change something."""
        self.data = json.loads((self.state / "stack.json").read_text())

    def stack(self, *args):
        return subprocess.run([SOURCE / "tests/stack", *args, "--state", self.state], check=True, text=True,
                              stdout=subprocess.PIPE, stdin=subprocess.DEVNULL).stdout

    def rostra(self, *args):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("ROSTRA_")}
        return subprocess.run([self.build / "rostra", "--config", self.state / "rostra.conf", *args], check=True,
                              text=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, env=environment).stdout

    def sql(self, text):
        """Asked of the server beside the product, as root of its socket: what no route does."""
        return subprocess.run(["mariadb", "--no-defaults", "-S", str(self.state / "run/db.sock"), "-BN", "rostra", "-e", text],
                              check=True, text=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL).stdout

    def let_all_come(self):
        """One address stands for thousands of clients, who may all ask at once."""
        for file in (self.state / "nginx").glob("*.conf"):
            file.write_text(re.sub(r"burst=\d+", "burst=10000", file.read_text()))
        self.stack("restart", "nginx")
        self.reload()

    def groups(self):
        """{group: [pid, …]}.  A worker's name says which pool it is in."""
        pids = {n: p[0] for n, p in self.data["pids"].items()}
        found = {g: [] for g in GROUPS}
        found["mariadb"] = [pids["db"]]
        found["nginx"] = [pids["nginx"], *children(pids["nginx"])]
        if "jobs" in pids:
            found["jobs"] = [pids["jobs"], *children(pids["jobs"])]
        for pid in children(pids["serve"]):
            name = pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
            found["link" if name == "rostra-link" else "api"].append(pid)
        found["api"].append(pids["serve"])
        return found


def children(pid):
    return [int(c) for t in pathlib.Path(f"/proc/{pid}/task").iterdir() for c in (t / "children").read_text().split()]


def cpu_us(pids):
    total = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total * TICK_US


def memory_mb(pids):
    """Proportional set size: what several processes share is counted once.  The workers hide their memory from their
    own user, so without root it is what is theirs alone."""
    kb = 0
    for pid in pids:
        try:
            lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except PermissionError:
            lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
        kb += sum(int(line.split()[1]) for line in lines if line.startswith(("Pss:", "RssAnon:", "RssShmem:")))
    return kb / 1024


def memory_parts_mb(pids):
    """{"own": what was allocated, "shared": mapped files and memory that processes share} by smaps_rollup; None without root."""
    kb = {"Pss_Anon": 0, "Pss_File": 0, "Pss_Shmem": 0}
    for pid in pids:
        try:
            lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except PermissionError:
            return None
        for name, _, rest in (line.partition(":") for line in lines):
            if name in kb:
                kb[name] += int(rest.split()[0])
    return {"own": kb["Pss_Anon"] / 1024, "shared": (kb["Pss_File"] + kb["Pss_Shmem"]) / 1024}


def metric_sum(place, name):
    """The sum of a metric over its labels."""
    with urllib.request.urlopen(f"{place}/metrics") as answer:
        return sum(float(line.rsplit(" ", 1)[1]) for line in answer.read().decode().splitlines()
                   if line.startswith((name + "{", name + " ")))


def load(url, script, clients, seconds, threads=1, half_way=None):
    """Runs wrk and gives what its done() printed.  half_way() is called in the middle."""
    command = ["wrk", "-t", str(threads), "-c", str(clients), "-d", f"{seconds}s", "--timeout", "10s", "-s", script, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True) as wrk:
        time.sleep(seconds / 2)
        seen = half_way() if half_way else None
        said = wrk.communicate()[0]
    result = json.loads([line for line in said.splitlines() if line.startswith("{")][-1])
    result["half_way"] = seen
    return result
