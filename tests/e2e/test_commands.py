# SPDX-License-Identifier: Apache-2.0
"""The program at a terminal: help, settings, secrets, what a wrong one says."""

import json
import re
import stat
import subprocess

import pytest


@pytest.fixture(scope="module")
def program(stack):
    """program("config", ROSTRA_DRAIN_S="1", conf="text"): runs it; conf= is another configuration file's text."""

    def run(*args, conf=None, tmp=None, **environment):
        path = stack.state / "rostra.conf"
        if conf is not None:
            path = tmp / "rostra.conf"
            path.write_text(conf)
        return subprocess.run([stack.build / "rostra", "--config", path, *args], text=True, check=False,
                              env={**stack.environment, **environment}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    return run


def commands(program):
    text = program("--help").stdout
    return re.findall(r"^  ([a-z-]+) +\S", text, re.M)


def test_every_command_explains_itself(program):
    found = commands(program)
    assert {"serve", "jobs", "migrate", "openapi", "config", "company", "person", "team", "channel", "key", "keys",
            "token", "lead", "click", "demo-data"} <= set(found)
    for name in found:
        done = program(name, "--help")
        assert done.returncode == 0, f"{name}: {done.stderr}"
        assert done.stdout.startswith(f"Usage: rostra {name}"), name
        assert program("help", name).stdout == done.stdout, name


def test_an_unknown_command_or_option_ends_with_2_and_says_which(program):
    for args in (["nonsense"], ["config", "--nonsense"], ["person", "add", "--nonsense", "x"]):
        done = program(*args)
        assert done.returncode == 2, args
        assert "nonsense" in done.stderr
    assert program().returncode == 2


@pytest.mark.parametrize("line, reason", [
    ("no_such_setting = 1", "no_such_setting"),
    ("drain_s = soon", "drain_s"),
    ("drain_s = 0", "drain_s"),
    ("state_dir = relative/path", "state_dir"),
    ("trust_link_headers = perhaps", "trust_link_headers"),
    ("drain_s", "drain_s"),
    ("public_url = https://api.example.com/", "public_url: must be scheme and host"),
    ("public_url = api.example.com", "public_url: must begin with"),
    ("link_url = https://", "link_url: must be scheme and host"),
    ("db_hosts = db1:3306, db2:0", "db_hosts: must be host"),
    ("db_name =", "db_name: must not be empty"),
    ("state_dir =", "state_dir: must not be empty"),
    ("listen_group = nobodys-group", "listen_group: is no group"),
    ("app_redirect_uris = app://in https://x/#here", "app_redirect_uris: must be URIs"),
    ("dns_server = dns.example.com", "dns_server: must be an IPv4 address"),
    ("outbound_loopback_ports = 80 70000", "outbound_loopback_ports: must be numbers"),
    ("log_file = rostra.log", "log_file: must be an absolute path"),
    ("log_level = loud", "log_level: must be debug"),
])
def test_a_wrong_setting_stops_the_start_with_file_line_and_reason(program, tmp_path, line, reason):
    done = program("serve", conf=f"# a comment\n\n{line}\n", tmp=tmp_path)
    assert done.returncode == 2
    assert f"{tmp_path}/rostra.conf:3: {reason}" in done.stderr


def test_a_wrong_setting_of_the_environment_stops_the_start(program):
    for name, value in (("ROSTRA_NO_SUCH_SETTING", "1"), ("ROSTRA_DRAIN_S", "soon")):
        done = program("config", **{name: value})
        assert done.returncode == 2
        assert name.removeprefix("ROSTRA_").lower() in done.stderr.lower()


def test_the_environment_comes_after_the_file(program, tmp_path):
    done = program("config", "--json", conf="drain_s = 7\n", tmp=tmp_path)
    assert '"7"' in done.stdout or ":7" in done.stdout.replace(" ", "")
    done = program("config", conf="drain_s = 7\n", tmp=tmp_path, ROSTRA_DRAIN_S="9")
    assert re.search(r"^drain_s += 9\b", done.stdout, re.M)


def test_secrets_are_made_for_their_owner_only_and_never_shown(program, stack):
    for name in ("token.keys", "cursor.key"):
        file = stack.key_file(name)
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0
        secret = file.read_text().split()[-1]
        for args in (["config"], ["config", "--json"], ["keys", "init"]):
            done = program(*args)
            assert done.returncode == 0 and secret not in done.stdout + done.stderr


def test_a_secret_that_others_may_read_is_refused(program, stack, tmp_path):
    copy = tmp_path / "token.keys"
    copy.write_text(stack.key_file("token.keys").read_text())
    copy.chmod(0o644)
    done = program("serve", ROSTRA_TOKEN_KEYS_FILE=str(copy))
    assert done.returncode != 0 and str(copy) in done.stderr


def test_lists_are_tables_or_json(rostra, rostra_json, acme):
    table = rostra("person", "list", "--company", acme.slug)
    assert table.splitlines()[0].split()[:2] == ["id", "email"]
    people = rostra_json("person", "list", "--company", acme.slug)
    assert {"member", "curator", "manager", "admin"} <= {p["role"] for p in people}
    assert all(p["email"] in table for p in people)


def test_channels_and_teams_are_listed_with_numbers_as_numbers(rostra, rostra_json, make_company):
    company = make_company()
    rostra("team", "add", "--company", company.slug, "--name", "Träger")
    rostra("channel", "add", "--company", company.slug, "--name", "Zebra news", "--teams", "Träger", "--mode", "followable")
    team = next(t for t in rostra_json("team", "list", "--company", company.slug) if t["name"] == "Träger")
    assert team["members"] == 0
    listed = next(c for c in rostra_json("channel", "list", "--company", company.slug) if c["name"] == "Zebra news")
    assert (listed["mode"], listed["audience"], listed["teams"], listed["archived_at"]) == ("followable", "teams", 1, None)
    assert "Zebra news" in rostra("channel", "list", "--company", company.slug)


def test_a_key_is_shown_once(rostra, acme):
    made = json.loads(rostra("key", "add", "--company", acme.slug, "--name", "once", "--scopes", "leads:write", "--json"))
    assert made["key"].startswith("rsk_")
    assert made["key"] not in rostra("key", "list", "--company", acme.slug, "--json")


def test_running_the_migrations_again_changes_nothing(rostra, db):
    before = db("SELECT * FROM schema_migration ORDER BY version")
    rostra("migrate", "up")
    assert db("SELECT * FROM schema_migration ORDER BY version") == before
    assert "pending" not in rostra("migrate", "status")


def test_a_closed_terminal_does_not_matter(stack, acme):
    """As cron runs it: no input, no terminal, TERM=dumb."""
    done = subprocess.run([stack.build / "rostra", "--config", stack.state / "rostra.conf", "person", "list", "--company",
                           acme.slug], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False, text=True,
                          env={**stack.environment, "TERM": "dumb"})
    assert done.returncode == 0 and "\x1b" not in done.stdout
