# SPDX-License-Identifier: Apache-2.0
"""Three MariaDB nodes with Galera, each in a network namespace of its own behind a bridge, and what can befall them.

Needs root and a network namespace to itself (run makes one): nothing of it is seen outside.  Nodes have the addresses
10.77.0.1 to .3, who starts them 10.77.0.254.
"""

import contextlib
import pathlib
import re
import shutil
import signal
import subprocess
import time

NODES = 3
NET = "10.77.0"
PROVIDER = "/usr/lib/galera/libgalera_smm.so"
# A node that is silent for 2 s is suspected, after 4 s it is out (the defaults are 5 and 15).
PROVIDER_OPTIONS = "gcache.size=256M;evs.suspect_timeout=PT2S;evs.inactive_timeout=PT4S;evs.keepalive_period=PT0.5S"
SERVER = """--no-defaults --user=mysql --bind-address=0.0.0.0 --port=3306 --skip-name-resolve --character-set-server=utf8mb4
 --innodb-flush-log-at-trx-commit=1 --innodb-autoinc-lock-mode=2 --binlog-format=ROW --innodb-buffer-pool-size=128M
 --innodb-log-file-size=64M --innodb-lock-wait-timeout=5 --idle-write-transaction-timeout=30 --max-connections=300
 --max-prepared-stmt-count=100000 --performance-schema=OFF --wsrep-on=ON --wsrep-sst-method=rsync --wsrep-slave-threads=2
 --wsrep-retry-autocommit=3""".split()
FIRST = """CREATE DATABASE IF NOT EXISTS rostra CHARACTER SET utf8mb4;
CREATE USER IF NOT EXISTS rostra@'%';
GRANT ALL ON rostra.* TO rostra@'%';
CREATE USER IF NOT EXISTS root@'%';
GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;
"""
HOSTS = ",".join(f"{NET}.{n}:3306" for n in range(1, NODES + 1))


def quiet(*command, **options):
    return subprocess.run(list(map(str, command)), check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, **options).stdout


def wait(what, seconds, ready):
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} was not there within {seconds} s")
        time.sleep(0.1)


class Node:
    def __init__(self, folder, number):
        self.folder, self.number, self.server = folder / f"db{number}", number, None
        self.address, self.port = f"{NET}.{number}", f"v{number}"
        self.socket = self.folder / "s"
        (self.folder / "tmp").mkdir(parents=True)
        for place in (self.folder, self.folder / "tmp"):
            shutil.chown(place, "mysql")  # a copy of the data is sent by rsync, which gives up being root
        self.room = subprocess.Popen(["unshare", "--net", "sleep", "infinity"], stdin=subprocess.DEVNULL)
        wait("a network namespace", 10, self.has_room)
        quiet("ip", "link", "add", self.port, "type", "veth", "peer", "name", "eth0", "netns", self.room.pid)
        quiet("ip", "link", "set", self.port, "master", "br0", "up")
        for command in ("link set lo up", f"addr add {self.address}/24 dev eth0", "link set eth0 up"):
            quiet("nsenter", "-t", self.room.pid, "-n", "ip", *command.split())

    def has_room(self):
        own, its = (pathlib.Path(f"/proc/{p}/ns/net") for p in ("self", self.room.pid))
        return own.readlink() != its.readlink()

    def install(self):
        quiet("mariadb-install-db", "--no-defaults", f"--datadir={self.folder}/data", f"--tmpdir={self.folder}/tmp",
              "--skip-test-db", "--auth-root-authentication-method=normal", "--skip-name-resolve", "--user=mysql")

    def command(self, *more):
        return ["nsenter", "-t", str(self.room.pid), "-n", shutil.which("mariadbd") or "/usr/sbin/mariadbd", *SERVER,
                f"--datadir={self.folder}/data", f"--tmpdir={self.folder}/tmp", f"--socket={self.socket}",
                f"--wsrep-provider={PROVIDER}", f"--wsrep-provider-options={PROVIDER_OPTIONS}",
                f"--wsrep-node-address={self.address}", f"--wsrep-node-name=db{self.number}",
                "--wsrep-cluster-name=rostra", f"--log-error={self.folder}/error.log", *more]

    def start(self, first=False):
        """Begins the cluster, or joins it: from where it was when it was killed, else with a copy of another's data."""
        peers = "" if first else ",".join(f"{NET}.{n}" for n in range(1, NODES + 1))
        position = None if first else self.recovered()
        more = [f"--wsrep-cluster-address=gcomm://{peers}"] + (["--wsrep-new-cluster"] if first else [])
        self.server = subprocess.Popen(self.command(*more, *([f"--wsrep-start-position={position}"] if position else [])),
                                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                       start_new_session=True)

    def recovered(self):
        """A killed node does not know its position; InnoDB does."""
        if not (self.folder / "data/grastate.dat").exists():
            return None
        log = self.folder / "recover.log"
        log.unlink(missing_ok=True)
        subprocess.run([w for w in self.command("--wsrep-recover", "--wsrep-cluster-address=gcomm://")
                        if "--log-error" not in w] + [f"--log-error={log}"], check=False, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        found = re.findall(r"Recovered position: ([0-9a-f-]{36}:-?\d+)", log.read_text())
        return found[-1] if found else None

    def ask(self, sql, database="rostra"):
        done = subprocess.run(["mariadb", "--no-defaults", "-uroot", "-Nse", sql, f"--socket={self.socket}", database],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
        return done.stdout.strip() if done.returncode == 0 else None

    def is_synced(self):
        return self.ask("SELECT variable_value FROM information_schema.global_status WHERE variable_name = "
                        "'wsrep_local_state_comment'", "information_schema") == "Synced"

    def is_ready(self):
        return self.is_synced() and self.ask("SELECT 1") == "1"

    def guests(self):
        return int(self.ask("SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'rostra'") or 0)

    # --- what befalls it ---

    def kill(self, number=signal.SIGKILL):
        self.server.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.server.wait(30)

    def cut(self):
        quiet("ip", "link", "set", self.port, "nomaster")

    def heal(self):
        quiet("ip", "link", "set", self.port, "master", "br0", "up")

    def crawl(self, seconds):
        """As slow as a machine that swaps: it runs a fifth of the time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.server.send_signal(signal.SIGSTOP)
            time.sleep(0.4)
            self.server.send_signal(signal.SIGCONT)
            time.sleep(0.1)


class Cluster:
    def __init__(self, folder):
        self.folder, self.nodes = pathlib.Path(folder), []
        self.folder.chmod(0o755)

    def start(self):
        for command in ("link set lo up", "link add br0 type bridge", f"addr add {NET}.254/24 dev br0", "link set br0 up"):
            quiet("ip", *command.split())
        self.nodes = [Node(self.folder, n) for n in range(1, NODES + 1)]
        first = self.nodes[0]
        first.install()
        first.start(first=True)
        wait("the first node", 60, first.is_synced)
        for statement in FIRST.strip().splitlines():
            first.ask(statement, "mysql")
        for node in self.nodes[1:]:
            node.install()
            node.start()
            wait(f"node {node.number}", 15, node.is_ready)
        return self

    def size(self, node):
        return int(node.ask("SELECT variable_value FROM information_schema.global_status WHERE variable_name = "
                            "'wsrep_cluster_size'", "information_schema") or 0)

    def whole(self):
        return all(n.is_ready() and self.size(n) == NODES for n in self.nodes)

    def stop(self):
        for node in self.nodes:
            for process in (node.server, node.room):
                if process and process.poll() is None:
                    process.send_signal(signal.SIGCONT)
                    process.kill()
                    process.wait(30)

    def explain(self):
        for node in self.nodes:
            log = node.folder / "error.log"
            if log.exists():
                print(f"--- {log}", *log.read_text(errors="replace").splitlines()[-70:], sep="\n")
