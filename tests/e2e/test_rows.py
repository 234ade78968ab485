# SPDX-License-Identifier: Apache-2.0
"""On a year of data no request reads more rows than it needs: as the server's handler counters see it."""

import base64
import json

import pytest

from clicks import visit
from conftest import Client, Key, Person, Stack, uuid7

LIMIT = 20
ROUNDS = 5
# What a request needs beside its own: the caller's person and company, and whether the key or the link is known.
BASE = 12


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    """The product with a year of data, without jobs: nobody else reads."""
    running = Stack(tmp_path_factory.mktemp("year"))
    running.start("--demo", "--size", "medium", "--port", "0", "--processes", "1,1", "--threads", "2,2", "--set",
                  "rate_read_per_min=100000", "--set", "rate_write_per_min=100000")
    running.end("jobs")
    yield running
    running.stop()


class Year:
    summed = False

    def __init__(self, stack):
        self.stack, self.db = stack, stack.db
        self.api, self.link = Client(stack.places["API"]), Client(stack.places["LINK"])
        self.company = self.db("SELECT c.id, c.slug FROM company c JOIN share s ON s.company_id = c.id GROUP BY c.id"
                               " ORDER BY COUNT(*) DESC LIMIT 1")[0]
        self.people = {role: self.person(role) for role in ("member", "curator", "manager", "admin")}
        made = json.loads(stack.rostra("key", "add", "--company", self.company["slug"], "--name", "rows", "--scopes",
                                       "leads:write leads:read conversions:write reports:read", "--json"))
        self.key = Key(made["id"], made["key"], "rows")

    def person(self, role):
        """The one of a role who shared most."""
        (row,) = self.db("SELECT p.id, p.email, p.role FROM person p LEFT JOIN share s ON s.company_id = p.company_id"
                         " AND s.person_id = p.id WHERE p.company_id = %s AND p.role = %s AND p.state = 'active'"
                         " GROUP BY p.id ORDER BY COUNT(*) DESC LIMIT 1", (self.company["id"], role))
        return Person(self.stack, self.company["slug"], row["id"], row["email"], row["role"])

    def one(self, table, order="id"):
        (row,) = self.db(f"SELECT * FROM {table} WHERE company_id = %s ORDER BY {order} LIMIT 1", (self.company["id"],))
        return row

    def read_so_far(self):
        rows = self.db("SHOW GLOBAL STATUS WHERE Variable_name IN ('Handler_read_first', 'Handler_read_key',"
                       " 'Handler_read_last', 'Handler_read_next', 'Handler_read_prev', 'Handler_read_rnd',"
                       " 'Handler_read_rnd_next')")
        return sum(int(r["Value"]) for r in rows)

    def rows_of(self, act):
        """Rows read by one act; the least of several rounds, for what is remembered between two is no part of it."""
        for _ in range(8):  # both threads have met what they remember
            act()
        self.read_so_far()
        before = self.read_so_far()
        self.db("DO 0")
        itself = self.read_so_far() - before  # the counters are rows, too
        found = []
        for _ in range(ROUNDS):
            before = self.read_so_far()
            act()
            found.append(self.read_so_far() - before - itself)
        return min(found)


@pytest.fixture(scope="module")
def big(year):
    return Year(year)


def test_the_counters_count(big):
    def scan():
        big.db("SELECT COUNT(*) FROM share WHERE company_id = %s AND text LIKE %s", (big.company["id"], "%zz%"))

    (known,) = big.db("SELECT COUNT(*) AS n FROM share WHERE company_id = %s", (big.company["id"],))
    assert known["n"] > 10_000 and big.rows_of(scan) >= known["n"]


# Who asks, and how many rows each row of the list needs: itself, and what is beside it.
LISTS = {
    "/v1/feed": ("member", 3),        # what the reader did with the post
    "/v1/sync": ("member", 8),        # the first fill: posts with their texts, shares
    "/v1/shares": ("member", 2),      # the post's title
    "/v1/people": ("member", 2),
    "/v1/people?q=m": ("member", 5),  # by each of four words of their names
    "/v1/teams": ("member", 40),      # the members are counted
    "/v1/channels": ("member", 6),    # audience, followed
    "/v1/campaigns": ("curator", 2),
    "/v1/posts": ("curator", 9),      # texts, disclosures, who suggested it, how often it is shared
    "/v1/posts?state=live": ("curator", 9),
    "/v1/leads": ("admin", 2),
    "/v1/leads?from=2020-01-01T00:00:00Z": ("manager", 170),  # how many touches their teams have, up to 1,000; paths, and those of leads between
    "/v1/keys": ("admin", 2),
    "/v1/kudos": ("member", 16),      # people with their names, value, reactions, comments
    "/v1/points": ("member", 3),      # the entry that reverses it
}


@pytest.mark.parametrize("path", LISTS)
def test_a_page_reads_a_page(big, path):
    who, each = LISTS[path]
    mark = "&" if "?" in path else "?"

    def act():
        answer = big.api.get(f"{path}{mark}limit={LIMIT}", who=big.people[who])
        assert answer.status_code == 200, answer.text

    assert big.rows_of(act) <= BASE + each * (LIMIT + 1)


def test_a_page_of_a_team_with_hardly_any_leads_reads_these(big):
    """However many of the company's leads came after them."""
    slug, id = big.company["slug"], big.company["id"]
    (all_,) = big.db("SELECT COUNT(*) n FROM lead WHERE company_id = %s", (id,))
    old = big.db("SELECT l.id FROM lead l WHERE l.company_id = %s AND EXISTS (SELECT 1 FROM touch t WHERE t.company_id = l.company_id"
                 " AND t.lead_id = l.id) ORDER BY l.created_at LIMIT 3", (id,))
    team = json.loads(big.stack.rostra("team", "add", "--company", slug, "--name", "Few", "--json"))["id"]
    email = f"few@{slug}.example"
    made = json.loads(big.stack.rostra("person", "add", "--company", slug, "--email", email, "--name", "Few", "--role", "manager", "--json"))
    big.stack.rostra("team", "join", "--company", slug, "--team", team, "--person", email)
    who = Person(big.stack, slug, made["id"], email, "manager")
    before = [big.db("SELECT click_id, team_id FROM touch WHERE company_id = %s AND lead_id = %s LIMIT 1", (id, l["id"]))[0] for l in old]
    of_touch = "UPDATE touch SET team_id = %s WHERE company_id = %s AND lead_id = %s AND click_id = %s"
    for l, t in zip(old, before):
        big.db(of_touch, (team, id, l["id"], t["click_id"]))

    def act():
        answer = big.api.get("/v1/leads", who=who, params={"limit": LIMIT, "from": "2020-01-01T00:00:00Z"})
        assert answer.status_code == 200, answer.text
        assert [i["id"] for i in answer.json()["items"]] == [l["id"] for l in reversed(old)]

    try:
        assert all_["n"] > 1000 and big.rows_of(act) <= BASE + 30
    finally:
        for l, t in zip(old, before):
            big.db(of_touch, (t["team_id"], id, l["id"], t["click_id"]))
        big.db("DELETE FROM report_due")  # all is as it was, and nobody counts here


def test_a_page_of_a_team_with_many_leads_is_theirs(big):
    """Teams of so many touches that the company's leads are gone through."""
    who = big.people["manager"]
    of_teams = (" FROM touch t JOIN team_member v ON v.company_id = t.company_id AND v.team_id = t.team_id AND v.person_id = %s"
                " AND v.from_at <= UTC_TIMESTAMP(6) AND (v.to_at IS NULL OR v.to_at > UTC_TIMESTAMP(6)) WHERE t.company_id = %s")
    (touches,) = big.db("SELECT COUNT(*) n" + of_teams, (who.id, big.company["id"]))
    want = big.db("SELECT id FROM lead WHERE company_id = %s AND merged_into IS NULL AND id IN (SELECT t.lead_id" + of_teams + ")"
                  " ORDER BY created_at DESC, id DESC LIMIT %s", (big.company["id"], who.id, big.company["id"], LIMIT))
    page = big.api.get("/v1/leads", who=who, params={"limit": LIMIT, "from": "2020-01-01T00:00:00Z"}).json()
    assert touches["n"] > 1000 and [i["id"] for i in page["items"]] == [r["id"] for r in want]


@pytest.mark.parametrize("whose,column", [("giver", "k.giver_id"), ("recipient", "q.person_id")])
def test_a_page_of_one_persons_kudos_reads_a_page(big, whose, column):
    (most,) = big.db(f"SELECT {column} AS id, COUNT(*) AS n FROM kudos k JOIN kudos_person q ON q.company_id = k.company_id"
                     f" AND q.kudos_id = k.id WHERE k.company_id = %s GROUP BY {column} ORDER BY n DESC LIMIT 1",
                     (big.company["id"],))
    assert most["n"] > LIMIT

    def act():
        answer = big.api.get("/v1/kudos", who=big.people["member"], params={whose: most["id"], "limit": LIMIT})
        assert len(answer.json()["items"]) >= LIMIT / 2

    assert big.rows_of(act) <= BASE + 16 * (LIMIT + 1)


def test_a_kudos_reads_a_few_rows(big):
    policy = big.api.get("/v1/kudos-policy", who=big.people["admin"]).json()
    big.api.patch("/v1/kudos-policy", who=big.people["admin"], json={"version": policy["version"], "interval_s": 0,
                                                                     "pair_max": 100})
    body = {"recipients": [big.people["manager"].id], "message": "Thanks.", "value_id": big.one("company_value")["id"], "points": 1}

    def act():
        answer = big.api.put(f"/v1/kudos/{uuid7()}", who=big.people["member"], json=body)
        assert answer.status_code == 201, answer.text

    assert big.rows_of(act) <= 100


@pytest.mark.parametrize("path,who", [("/v1/feed", "member"), ("/v1/shares", "member"), ("/v1/leads", "admin")])
def test_a_late_page_reads_no_more_than_the_first(big, path, who):
    cursor = None
    for _ in range(3):
        answer = big.api.get(path, who=big.people[who], params={"limit": LIMIT, **({"cursor": cursor} if cursor else {})})
        cursor = answer.json()["next_cursor"] or cursor

    def act():
        big.api.get(path, who=big.people[who], params={"limit": LIMIT, "cursor": cursor})

    assert big.rows_of(act) <= BASE + 3 * (LIMIT + 1)


def test_nothing_new_is_two_rows(big):
    etag = big.api.get("/v1/feed", who=big.people["member"]).headers["ETag"]

    def act():
        answer = big.api.get("/v1/feed", who=big.people["member"], headers={"If-None-Match": etag})
        assert answer.status_code == 304

    assert big.rows_of(act) <= 2


def test_one_thing_is_a_few_rows(big):
    ids = {"posts": (big.one("feed_item", "published_at DESC")["post_id"], "curator"),
           "people": (big.people["member"].id, "member"), "teams": (big.one("team")["id"], "member"),
           "campaigns": (big.one("campaign")["id"], "curator"),
           "shares": (big.one("share", "created_at DESC")["id"], "manager"),
           "leads": (big.one("lead", "created_at DESC")["id"], "admin")}
    for kind, (id_, who) in ids.items():
        def act(kind=kind, id_=id_, who=who):
            answer = big.api.get(f"/v1/{kind}/{id_}", who=big.people[who])
            assert answer.status_code == 200, answer.text

        assert big.rows_of(act) <= BASE + 60, kind


def test_a_share_reads_a_few_rows(big):
    item = next(i for i in big.api.get("/v1/feed", who=big.people["member"]).json()["items"]
                if "linkedin" in i["networks"])
    def act():
        answer = big.api.put(f"/v1/shares/{uuid7()}", who=big.people["member"], json={
            "post_id": item["id"], "network": "linkedin"})
        assert answer.status_code == 201, answer.text

    # The post's last words are looked at again after two seconds, not for each share.
    assert big.rows_of(act) <= 14


def test_a_click_reads_its_link(big):
    share = big.one("share", "created_at DESC")

    def act():
        assert visit(big.link, {"link": big.link.base + "/r/" + share["code"]}).status_code == 302

    assert big.rows_of(act) <= 6


def test_a_lead_reads_its_click(big):
    # Each by one of its own: leads of one click are told apart, or made one.
    found = big.db("SELECT DISTINCT click_id FROM touch t WHERE company_id = %s AND NOT EXISTS (SELECT 1 FROM lead l WHERE"
                   " l.company_id = t.company_id AND l.click_id = t.click_id) LIMIT 20", (big.company["id"],))
    clicks = [base64.urlsafe_b64encode(row["click_id"]).decode() for row in found]

    def act():
        answer = big.api.post("/v1/leads", who=big.key, json={"external_id": uuid7(), "email": f"{uuid7()}@example.com",
                                                             "click_id": clicks.pop()})
        assert answer.status_code == 201, answer.text

    # The visitor's other clicks and the address's are looked for in each month's partition.
    assert big.rows_of(act) <= BASE + 60


# What a year's report reads beside names: its sums, marks and months, and the rows of what is not over.
SUMS = {"funnel": 6 * 80, "series": 3 * 370, "emv": 80, "clicks": 2 * 80, "attribution/credits": 5 * 370,
        "content": 6 * 80 + 2 * 370, "teams": 6 * 80 + 2 * 370}


@pytest.mark.parametrize("report", SUMS)
def test_a_year_is_read_from_sums(big, report):
    """By any dimension the same: a row of a sum has all its keys."""
    def act():
        answer = big.api.get(f"/v1/reports/{report}", who=big.people["admin"], params=query)
        assert answer.status_code == 200, answer.text
        answers.append(answer.text if "format" in query else {k: v for k, v in answer.json().items() if k != "as_of"})

    (last,) = big.db("SELECT DATE(MAX(created_at)) day FROM share WHERE company_id = %s", (big.company["id"],))
    query, answers = {"from": last["day"].replace(year=last["day"].year - 1).isoformat(), "to": last["day"].isoformat()}, []
    if report == "content":
        query["by"] = "network"
    elif report not in ("series", "teams"):
        query["group"] = "network"
    if report == "attribution/credits":  # a file of all rows: those of a day are packed
        query["format"] = "csv"
    if not big.summed:  # what the jobs had counted before they ended is not all
        act()
        big.stack.rostra("rollups", "rebuild", "--company", big.company["slug"])
        big.summed = True
    most = BASE + SUMS[report]
    if report == "teams":  # heads are those of its members, and their accounts
        most += 4 * big.db("SELECT COUNT(*) n FROM team_member WHERE company_id = %s", (big.company["id"],))[0]["n"]
    assert big.rows_of(act) <= most
    assert all(a == answers[0] for a in answers)
