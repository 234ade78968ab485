# SPDX-License-Identifier: Apache-2.0
"""Those that are compared: the product, and a peer each in Node, Go and PHP with an nginx of its own in front.

A peer reads and writes the product's tables, knows its keys, and stands behind the product's nginx configuration, in
which only the line that hands a request on is another one.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

from measure import SOURCE, children

HERE = pathlib.Path(__file__).resolve().parent
PROCESSES = min(2, os.cpu_count() or 1)
# Of the product: 16 threads of the API and 4 of links with a connection each.
CONNECTIONS = 20
START_S = 30
CALLER_CACHE_S, LINK_CACHE_S = 4, 3  # the product's defaults

# As rostra_fastcgi.conf, for a peer that speaks HTTP.
PROXY = """proxy_http_version 1.1;
proxy_set_header Connection "";
proxy_set_header Host $host;
proxy_set_header X-Request-Id $rostra_request_id;
proxy_set_header X-Forwarded-For $remote_addr;
proxy_connect_timeout 2s;
proxy_send_timeout 15s;
proxy_read_timeout 30s;
proxy_next_upstream error;
proxy_buffer_size 8k;
proxy_buffers 16 8k;
proxy_hide_header X-Request-Id;
proxy_hide_header X-Content-Type-Options;
"""
HANDED_ON = re.compile(r"\tinclude (\S+)/rostra_fastcgi\.conf;\n(?:\t#.*\n)?(\tfastcgi_read_timeout [^\n]*\n)?"
                       r"\tfastcgi_param ROSTRA_SITE \w+;\n\tfastcgi_pass (\w+);")


class Missing(Exception):
    """Why a peer is not measured."""


def output(*command, **more):
    done = subprocess.run(command, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, **more)
    if done.returncode:
        raise Missing(f"{command[0]}: {done.stdout.strip()[-300:]}")
    return done.stdout


def family(pid):
    return [pid, *(p for c in children(pid) for p in family(c))]


def cpu_of(product):
    """What all share."""
    return {"mariadb": family(product.data["pids"]["db"][0])}


class Rostra:
    name, title = "rostra", "Rostra"

    def __init__(self, product):
        self.product, self.places = product, product.places

    def groups(self):
        found = self.product.groups()
        return {"nginx": found["nginx"], "app": found["api"] + found["link"], "jobs": found["jobs"], **cpu_of(self.product)}

    def version(self):
        return output(str(self.product.build / "rostra"), "--version").strip()

    def stop(self):
        pass


class Peer:
    """One that runs in folder, from its own start to stop."""
    keeps_connections = True

    def __init__(self, product, folder, settings):
        self.product, self.folder = product, folder
        self.socket = f"{product.data['run']}/{self.name}.sock"
        self.processes = []
        folder.mkdir(parents=True)
        self.settings = folder / "settings.json"
        self.settings.write_text(json.dumps({**settings, "socket": self.socket}))
        try:
            self.spawn(self.command())
            self.wait(lambda: pathlib.Path(self.socket).exists())
            os.chmod(self.socket, 0o700)
            self.places = self.start_nginx()
        except BaseException:
            self.stop()
            raise

    # --- processes

    def spawn(self, command, **environment):
        with open(self.folder / "log", "ab") as log:
            self.processes.append(subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, start_new_session=True,
                env={**os.environ, **environment}))

    def wait(self, ready):
        end = time.monotonic() + START_S
        while not ready():
            if self.processes[-1].poll() is not None or time.monotonic() > end:
                raise Missing(f"{self.title} did not start: {(self.folder / 'log').read_text()[-500:]}")
            time.sleep(0.05)

    def stop(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        pathlib.Path(self.socket).unlink(missing_ok=True)

    def groups(self):
        app, nginx = (family(p.pid) for p in self.processes)
        return {"nginx": nginx, "app": app, "jobs": [], **cpu_of(self.product)}

    # --- nginx

    def hand_on(self, upstream):
        return f"\tinclude {self.folder}/nginx/peer_proxy.conf;\n\tproxy_pass http://{upstream};"

    def translated(self, text, ports):
        """A file of the product's configuration, for this peer."""
        run = self.product.data["run"]
        text = HANDED_ON.sub(lambda m: self.hand_on(m.group(3)), text)
        text = text.replace(f"{self.product.state}/nginx", f"{self.folder}/nginx")
        text = text.replace(f"{self.product.state}/log", str(self.folder))
        for name in ("api", "link"):
            text = text.replace(f"unix:{run}/{name}.sock", f"unix:{self.socket}")
        for name, port in ports.items():
            text = text.replace(f"127.0.0.1:{self.product.data['ports'][name]};", f"127.0.0.1:{port};")
        return text

    def start_nginx(self):
        folder, source = self.folder / "nginx", self.product.state / "nginx"
        ports = {name: free_port() for name in ("api", "link", "ops")}
        folder.mkdir()
        for file in source.glob("*.conf"):
            (folder / file.name).write_text(self.translated(file.read_text(), ports))
        (folder / "peer_proxy.conf").write_text(PROXY)
        self.spawn([self.product.data["commands"]["nginx"][0], "-c", str(folder / "nginx.conf"), "-p", str(folder),
                    "-e", str(self.folder / "log")])
        self.wait(lambda: connects(ports["api"]))
        return {name.upper(): f"http://127.0.0.1:{port}" for name, port in ports.items()}


class Node(Peer):
    name, title = "node", "Node (Fastify)"

    @classmethod
    def install(cls, cache):
        """The pinned packages, once."""
        if not shutil.which("node") or not shutil.which("npm"):
            raise Missing("no node or npm")
        folder, lock = cache / "node", HERE / "node/package-lock.json"
        kept = folder / "installed-lock.json"
        folder.mkdir(parents=True, exist_ok=True)
        for file in (HERE / "node").iterdir():
            shutil.copy(file, folder)
        if not kept.exists() or kept.read_bytes() != lock.read_bytes():
            output("npm", "--prefix", str(folder), "ci", "--ignore-scripts", "--no-audit", "--no-fund")
            shutil.copy(lock, kept)
        cls.program = folder / "server.mjs"

    def command(self):
        return [shutil.which("node"), str(self.program), str(self.settings)]

    def version(self):
        wanted = json.loads((HERE / "node/package.json").read_text())["dependencies"]
        return "Node " + output("node", "--version").strip() + "".join(f", {n} {v}" for n, v in wanted.items())


class Go(Peer):
    name, title = "go", "Go (net/http)"
    SOURCES = pathlib.Path("/usr/share/gocode")
    DRIVER = "src/github.com/go-sql-driver/mysql"

    @classmethod
    def install(cls, cache):
        if not shutil.which("go") or not (cls.SOURCES / cls.DRIVER).is_dir():
            raise Missing("no go or no driver")
        cls.program = cache / "go/server"
        cls.program.parent.mkdir(parents=True, exist_ok=True)
        output("go", "build", "-o", str(cls.program), cwd=HERE / "go", env={
            **os.environ, "GO111MODULE": "off", "GOPATH": str(cls.SOURCES), "GOFLAGS": "", "GOCACHE": str(cache / "go/cache")})

    def command(self):
        return [str(self.program), str(self.settings)]

    def version(self):
        driver = subprocess.run(["dpkg-query", "-W", "-f=${Version}", "golang-github-go-sql-driver-mysql-dev"], text=True,
                                stdout=subprocess.PIPE, check=False).stdout
        return output("go", "version").strip() + f", go-sql-driver/mysql {driver}"


class Php(Peer):
    name, title = "php", "PHP-FPM (PDO)"
    CHILDREN = 16

    @classmethod
    def install(cls, cache):
        del cache
        cls.fpm = next((p for p in ("/usr/sbin/php-fpm8.2", shutil.which("php-fpm8.2")) if p and os.path.exists(p)), None)
        if not cls.fpm:
            raise Missing("no php-fpm8.2")
        loaded = output(cls.fpm, "-m")
        absent = [m for m in ("pdo_mysql", "Zend OPcache", "apcu") if m not in loaded]
        if absent:
            raise Missing(f"PHP lacks {', '.join(absent)}")

    def command(self):
        (self.folder / "settings.php").write_text(
            f"<?php\nreturn {php_literal(json.loads(self.settings.read_text()))};\n")
        conf = self.folder / "fpm.conf"
        as_root = "user = root\ngroup = root\n" if os.getuid() == 0 else ""
        conf.write_text((HERE / "php/fpm.conf").read_text().format(
            log=self.folder / "log", socket=self.socket, children=self.CHILDREN, as_root=as_root, folder=self.folder))
        return [self.fpm, "--nodaemonize", "--fpm-config", str(conf), *(["--allow-to-run-as-root"] if as_root else [])]

    def hand_on(self, upstream):
        # A kept connection would hold a child while it is idle: PHP-FPM is spoken to once a connection.
        return (f"\tinclude {self.folder}/nginx/rostra_fastcgi.conf;\n\tfastcgi_keep_conn off;\n"
                f"\tfastcgi_param SCRIPT_FILENAME {HERE}/php/index.php;\n"
                f"\tfastcgi_param PEER_SETTINGS {self.folder}/settings.php;\n\tfastcgi_pass {upstream};")

    def translated(self, text, ports):
        return super().translated(re.sub(r"\tkeepalive\w* [^\n]*\n|^fastcgi_keep_conn on;\n", "", text, flags=re.M), ports)

    def version(self):
        return output(self.fpm, "--version").splitlines()[0]


PEERS = (Node, Go, Php)


def php_literal(value):
    if isinstance(value, dict):
        return "[" + ",".join(f"{php_literal(k)}=>{php_literal(v)}" for k, v in value.items()) + "]"
    if isinstance(value, list):
        return "[" + ",".join(php_literal(v) for v in value) + "]"
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return "null" if value is None else str(value).lower()


def free_port():
    import socket
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def connects(port):
    import socket
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def settings_of(product):
    """What a peer is told: where the tables and keys are, and the statements."""
    conf = dict(line.split(" = ", 1) for line in (product.state / "rostra.conf").read_text().splitlines() if " = " in line)
    shared = json.loads((HERE / "peers.json").read_text())
    parts = shared.pop("parts")
    for name, sql in shared["statements"].items():
        for part, text in parts.items():
            sql = sql.replace("{" + part + "}", text)
        shared["statements"][name] = sql
    keys = [line.split() for line in pathlib.Path(conf["token_keys_file"]).read_text().splitlines() if line.strip()]
    return {**shared, "db_socket": conf["db_socket"], "db_user": conf["db_user"], "db_name": conf["db_name"],
            "public_url": conf["public_url"], "link_url": conf["link_url"], "token_keys": keys,
            "processes": PROCESSES, "connections": CONNECTIONS,
            "caller_cache_s": CALLER_CACHE_S, "link_cache_s": LINK_CACHE_S}


def installed(cache, wanted):
    """The peers that can run here, and [(title, why)] of the rest."""
    found, skipped = [], []
    for peer in PEERS:
        if wanted and peer.name not in wanted:
            continue
        try:
            peer.install(cache)
            found.append(peer)
        except (Missing, OSError) as why:
            skipped.append((peer.title, str(why)))
    return found, skipped
