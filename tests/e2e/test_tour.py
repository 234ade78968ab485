# SPDX-License-Identifier: Apache-2.0
"""The README's tour does what it says, word for word, on what `make demo` brings up."""

import datetime
import re
import subprocess
import time

import pytest

from conftest import SOURCE, Stack, wait_until


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """What `make demo` brings up, smaller and on free ports."""
    stack = Stack(tmp_path_factory.mktemp("demo"))
    stack.start("--demo", "--size", "tiny", "--port", "0")
    yield stack
    stack.stop()


def shell(commands, place):
    return subprocess.run(["bash", "-euo", "pipefail", "-c", commands], cwd=place, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)


def test_the_tour_of_the_readme_runs_as_it_stands(demo, tmp_path):
    text = (SOURCE / "README.md").read_text()
    lines = re.search(r"^## Tour\n.*?^```sh\n(.*?)^```", text, re.M | re.S).group(1)
    (tmp_path / "state").mkdir()
    (tmp_path / "state/demo").symlink_to(demo.state)
    done = shell(lines, tmp_path)
    assert done.returncode == 0, done.stdout
    assert '"code"' not in done.stdout, "a problem was answered:\n" + done.stdout
    assert "HTTP/1.1 302" in done.stdout
    assert "og:title" in done.stdout
    assert f'"link": "{demo.places["LINK"]}/r/' in done.stdout
    assert '"stage": "won"' in done.stdout
    # The stranger's click is a person's, and the lead is credited to the one who shared.
    assert re.search(r'^  "person_id": "[0-9a-f-]{36}",\n  "network": "linkedin",$', done.stdout, re.M), done.stdout
    assert '"message": "Thank you for the translation!"' in done.stdout
    assert '"reason": "allowance_spent"' in done.stdout
    assert '"reason": "share_published"' in done.stdout and '"points": 1.5' in done.stdout
    assert '"name": "Voice"' in done.stdout and '"state": "running"' in done.stdout
    assert '"text": "Share something of my own once a week"' in done.stdout
    assert '"state": "waiting"' in done.stdout and '"note": "That is your voice. Send it."' in done.stdout
    board = re.search(r'"name": "Voices of the last 30 days",\n  "measure": "shares",\n.*?"me": \{\n    "rank": \d+,', done.stdout, re.S)
    assert board and '"neighbours": [' in done.stdout, done.stdout
    assert '"reward_name": "Stickers"' in done.stdout and '"state": "approved"' in done.stdout
    assert re.search(r'"kind": "reward",\n  "events": 1,\n  "read": false,\n  "actors": \[\n    \{', done.stdout), done.stdout
    assert re.search(r"^rostra_clicks_spooled_total [1-9]", done.stdout, re.M)
    assert re.search(r'^    \{\n      "currency": "USD",\n      "conversions": 1\n', done.stdout, re.M), done.stdout
    assert '"outcome": "moved"' in done.stdout and '"split_at": null' in done.stdout and '"split_at": "20' in done.stdout


def test_there_are_months_of_kudos_and_their_ledger_holds(demo):
    for company in ("acme", "globex"):
        demo.rostra("points", "verify", "--company", company)
    found = demo.db("SELECT COUNT(*) AS n, COUNT(DISTINCT k.period) AS months, SUM(k.points > 0) AS paid"
                    " FROM kudos k JOIN company c ON c.id = k.company_id WHERE c.slug = 'acme'")[0]
    assert found["n"] >= 20 and found["months"] >= 2 and found["paid"] >= 10, found
    assert demo.db("SELECT COUNT(*) AS n FROM kudos_reaction")[0]["n"] > 0
    assert demo.db("SELECT COUNT(*) AS n FROM kudos k JOIN kudos_person q ON q.company_id = k.company_id"
                   " AND q.kudos_id = k.id AND q.person_id = k.giver_id")[0]["n"] == 0


def test_the_demo_has_rates_a_crm_and_leads_of_one_person(demo):
    for table, n in {"exchange_rate": 30, "crm_hook": 2, "crm_stage": 8, "crm_event": 2, "lead_merge": 6}.items():
        assert demo.db(f"SELECT COUNT(*) AS n FROM {table}")[0]["n"] >= n, table
    assert demo.db("SELECT COUNT(*) AS n FROM lead_merge WHERE split_at IS NOT NULL")[0]["n"] == 2
    for company in ("acme", "globex"):
        demo.rostra("rollups", "verify", "--company", company)
    # What the CRM told is what the leads went through.
    assert not demo.db("SELECT 1 FROM crm_event e LEFT JOIN conversion c ON c.company_id = e.company_id AND c.occurred_at ="
                       " e.occurred_at WHERE c.id IS NULL")


def test_demo_data_is_loaded_beside_running_jobs(own_stack):
    """They publish meanwhile what has become due since the demo's day, and look at whom they find."""
    stack = own_stack()
    old = (datetime.date.today() - datetime.timedelta(days=3)).isoformat()
    stack.rostra("demo-data", "--size", "tiny", "--now", old, "--quiet")
    for company in ("acme", "globex"):
        stack.rostra("points", "verify", "--company", company)
    assert stack.db("SELECT seq FROM company_seq ORDER BY company_id") == stack.db(
        "SELECT MAX(seq) AS seq FROM change_log GROUP BY company_id ORDER BY company_id")


def test_the_demo_has_standing_and_ties(demo):
    """Of each thing some, and what the jobs make of it: streaks awarded, the result of the contest that is over."""
    least = {"profile_tag": 30, "person_follow": 30, "badge_award": 30, "contest": 4, "reward": 6, "mentoring_offer": 2,
             "mentoring_item": 6, "mentoring_comment": 6}
    for table, n in least.items():
        assert demo.db(f"SELECT COUNT(*) AS n FROM {table}")[0]["n"] >= n, table
    for table, states in {"redemption": {"asked", "approved", "fulfilled", "refused"}, "share_review": {"waiting", "approved"}}.items():
        found = demo.db(f"SELECT company_id, GROUP_CONCAT(DISTINCT state) AS states FROM {table} GROUP BY company_id")
        assert len(found) == 2 and all(set(row["states"].split(",")) == states for row in found), (table, found)
    assert not demo.db("SELECT r.id FROM reward r LEFT JOIN redemption d ON d.company_id = r.company_id AND d.reward_id = r.id"
                       " AND d.state NOT IN ('refused', 'cancelled') GROUP BY r.company_id, r.id, r.stock"
                       " HAVING r.stock + COUNT(d.id) <> 20"), "what was asked for is out of stock"
    assert demo.db("SELECT COUNT(*) AS n FROM board")[0]["n"] == 6
    states = {row["state"]: row["n"] for row in demo.db("SELECT state, COUNT(*) AS n FROM mentoring GROUP BY state")}
    assert states["active"] >= 4 and states["ended"] >= 1
    wait_until(lambda: not demo.db("SELECT 1 FROM badge_due"), 30, "everybody's badges to be looked at")
    assert demo.db("SELECT COUNT(*) AS n FROM badge_award a JOIN badge b ON b.company_id = a.company_id AND b.id = a.badge_id"
                   " WHERE b.kind = 'streak'")[0]["n"] > 0
    wait_until(lambda: demo.db("SELECT COUNT(*) AS n FROM contest WHERE frozen_at IS NOT NULL")[0]["n"] == 2, 15, "the results")


def test_the_lines_that_make_demo_prints_answer(demo, tmp_path):
    lines = [line.strip() for line in demo.tour().splitlines() if line.startswith("  curl")]
    assert len(lines) >= 4
    for line in lines:
        done = shell(line, tmp_path)
        assert done.returncode == 0 and done.stdout, f"{line}\n{done.stdout}"


def test_a_second_start_finds_the_same_data_and_ports_within_15_seconds(demo):
    before, places = demo.db("SELECT COUNT(*) AS n FROM share"), demo.places
    demo.stop(discard=False)
    began = time.monotonic()
    demo.start("--demo", "--size", "tiny")
    assert time.monotonic() - began < 15
    assert demo.db("SELECT COUNT(*) AS n FROM share") == before
    assert demo.places == places
