# SPDX-License-Identifier: Apache-2.0
"""One person of one visit is one lead, by however many ways it is told at the same moment."""

import base64
import concurrent.futures
import datetime
import hashlib
import secrets
import threading

import pytest
from test_leads import an_id, detail
from test_report import Books, sql_time

from conftest import ORIGIN, Client, wait_until

MONEY = {"amount_minor": 700, "currency": "EUR"}
ROUNDS = 5


@pytest.fixture(scope="module")
def books(api, db, make_company):
    return Books(api, db, make_company())


@pytest.fixture(scope="module")
def pool():
    with concurrent.futures.ThreadPoolExecutor(8) as made:
        yield made


class Visit:
    """A human click of ann's share, and the ways to tell who it became."""

    def __init__(self, books, stack, who="ann"):
        self.books, self.base = books, stack.places["API"]
        self.click = secrets.token_bytes(12)
        self.name = secrets.token_hex(4)
        self.email = f"{self.name}@example.com"
        self.rclid = base64.urlsafe_b64encode(self.click).decode()
        at = sql_time(datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=2))
        books.db("INSERT INTO click (company_id, clicked_at, id, share_id, class, reason, rule_version, rclid)"
                 " VALUES (%s, %s, %s, %s, 'human', 'test', 1, %s)",
                 (books.company.id, at, self.click, books.shares[who]["id"], self.click))

    def tell(self, way):
        api, company = Client(self.base), self.books.company
        if way in ("pixel", "won"):
            answer = api.get("/v1/t/pixel", params={"site_key": company.site_key.secret, "click_id": self.rclid,
                                                    "stage": "won" if way == "won" else "lead"})
            assert answer.status_code == 200
            return None
        body = {"click_id": self.rclid, "email": self.email, "name": self.name}
        if way in ("form", "again"):
            answer = api.post("/v1/t/leads", who=company.site_key, headers={"Origin": ORIGIN}, json={**body, "message": way})
        else:
            if way == "address":
                del body["click_id"]
            if way == "hash":
                body = {"email_sha256": hashlib.sha256(self.email.encode()).hexdigest()}
            answer = api.post("/v1/leads", who=company.api_key, json={**body, "value": MONEY, "external_id": an_id()})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def told_at_once(self, pool, ways):
        start = threading.Barrier(len(ways))

        def one(way):
            start.wait()
            return self.tell(way)

        return [f.result() for f in [pool.submit(one, way) for way in ways]]


def named(books, *visits):
    return [lead for lead in leads(books) if lead["name"] in {v.name for v in visits}]


def leads(books):
    return books.api.get("/v1/leads", who=books.company.admin, params={"limit": 100}).json()["items"]


WAYS = [("pixel", "form"), ("form", "pixel"), ("form", "call"), ("call", "form"), ("form", "again"), ("form", "address"),
        ("hash", "form"), ("won", "form"), ("pixel", "call", "form", "pixel")]


def test_whoever_comes_by_several_ways_at_once_is_one_lead(api, db, make_company, stack, pool):
    books = Books(api, db, make_company())
    visits = [(Visit(books, stack), ways) for ways in WAYS for _ in range(ROUNDS)]
    for visit, ways in visits:
        visit.told_at_once(pool, ways)
    found = {lead["name"]: lead for lead in leads(books)}
    assert len(leads(books)) == len(visits) and found.keys() == {v.name for v, _ in visits}
    for visit, ways in visits:
        whole = detail(api, books.company, found[visit.name])
        assert whole["matched_by"] == "click" and len(whole["touches"]) == 1, ways
        assert [c["stage"] for c in whole["conversions"]] == (["lead", "won"] if "won" in ways else ["lead"]), ways
    today = datetime.date.today()
    report = api.get("/v1/reports/attribution", who=books.company.admin, params={
        "from": str(today - datetime.timedelta(days=1)), "to": str(today + datetime.timedelta(days=2)), "model": "linear"}).json()
    (row,) = [r for r in report["rows"] if r["conversions"]]
    assert (row["name"], row["conversions"], report["unattributed"]["conversions"]) == ("Ann", len(visits), 0)
    assert row["value"]["amount_minor"] == 700 * sum(1 for _, ways in visits if {"call", "address", "hash"} & {*ways})


@pytest.mark.parametrize("ways", [("pixel", "form"), ("form", "call"), ("address", "form")], ids="-".join)
def test_who_looked_before_another_wrote_sees_it_all_the_same(books, stack, pool, ways):
    """Both have found nobody and wait to write when the way is free."""
    visit = Visit(books, stack)
    holder = stack.connect()
    with holder, holder.cursor() as cursor:
        cursor.execute("START TRANSACTION")
        for kind, what in (("click", visit.click), ("email", hashlib.sha256(visit.email.encode()).digest())):
            cursor.execute("INSERT INTO lead_visit (company_id, kind, what, at) VALUES (%s, %s, %s, NOW(6))", (books.company.id, kind, what))
        told = [pool.submit(visit.tell, way) for way in ways]
        wait_until(lambda: stack.db("SELECT COUNT(*) n FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'")[0]["n"] >= 2,
                   what="both to wait")
        cursor.execute("ROLLBACK")
        [t.result() for t in told]
    assert len(named(books, visit)) == 1


@pytest.mark.parametrize("first", ["pixel", "form"])
def test_what_was_one_by_mistake_is_split_with_what_was_its_own(books, stack, first):
    visit = Visit(books, stack)
    visit.tell(first)
    made = visit.tell("call")
    (kept,) = named(books, visit)
    assert made["merged_into"] == kept["id"] and (kept["email"], kept["value"]) == (visit.email, MONEY)
    split = books.api.post(f"/v1/leads/{made['id']}/split", who=books.company.admin)
    assert split.status_code == 200 and split.json()["value"] == MONEY and split.json()["email"] == visit.email
    alone = detail(books.api, books.company, kept)
    assert (alone["value"], alone["email"]) == (None, visit.email if first == "form" else None)
    assert [c["value"] for c in alone["conversions"]] == [None]
    assert len(named(books, visit)) == (2 if first == "form" else 1)


def test_people_of_one_landing_page_stay_themselves(books, stack):
    visit = Visit(books, stack)
    first = visit.name
    visit.tell("form")
    visit.name, visit.email = "bob", "bob@example.com"
    visit.tell("form")
    assert {first, "bob"} <= {lead["name"] for lead in leads(books)}


def test_whoever_is_erased_does_not_come_back_by_another_way(books, stack):
    visit = Visit(books, stack)
    visit.tell("pixel")
    made = visit.tell("call")
    assert books.api.post(f"/v1/leads/{made['id']}/erase", who=books.company.admin).status_code == 200
    q = (books.company.id, visit.click)
    assert books.db("SELECT email, name, email_sha256 FROM lead WHERE company_id = %s AND click_id = %s", q) == \
        [{"email": None, "name": None, "email_sha256": None}] * 2
    hashed = hashlib.sha256(visit.email.encode()).digest()
    assert not books.db("SELECT 1 FROM lead_visit WHERE company_id = %s AND what = %s", (books.company.id, hashed))
    visit.tell("form")
    (lead,) = named(books, visit)
    assert lead["merged_into"] is None
