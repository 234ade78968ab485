# SPDX-License-Identifier: Apache-2.0
"""Leads of one person: what is put together is one path and one coming, what is taken apart is as it was."""

import concurrent.futures

import pytest
from content import made
from test_exchange import at
from test_leads import detail
from test_report import PERIOD, Books

from conftest import Client, uuid7


@pytest.fixture
def books(api, db, make_company):
    return Books(api, db, make_company())


@pytest.fixture
def pair(books):
    """Two leads of one person: the first by ann and bob, the second by bob and cem; both bought."""
    first, _ = books.lead([("ann", at(1)), ("bob", at(3))], at(4), 1000)
    shared = b"shared-click"
    books.db("INSERT INTO touch SELECT company_id, %s, %s, %s, share_id, person_id, team_id, network, post_id, campaign_id,"
             " channel_id, added_at, NULL FROM touch WHERE company_id = %s AND lead_id = %s LIMIT 1",
             (first, "2026-05-02 12:00:00", shared, books.company.id, first))
    second, coming = books.lead([("bob", at(6)), ("cem", at(8)), ("ann", at(2), shared)], at(9), 500)
    for lead, day, value in ((first, 5, 7000), (second, 11, 9000)):
        books.event(lead, uuid7(at(day).timestamp()), at(day), value, "EUR", "won")
        books.db("UPDATE lead SET stage = 'won', value_minor = %s, currency = 'EUR' WHERE company_id = %s AND id = %s",
                 (value, books.company.id, lead))
    # Such as the coming of a lead is told, here too.
    books.db("UPDATE conversion SET external_id = CONCAT('lead.', lead_id) WHERE company_id = %s AND stage = 'lead'",
             (books.company.id,))
    return {"id": first}, {"id": second}, coming


def kept_of(books):
    """All that a merge may touch, but for what counts changes."""
    q = books.company.id
    return [books.db(f"SELECT {columns} FROM {table} WHERE company_id = %s ORDER BY {order}", (q,)) for table, columns, order in (
        ("conversion", "*", "id"), ("touch", "lead_id, touched_at, click_id, person_id, found_by", "lead_id, touched_at, click_id"),
        ("lead", "id, stage, value_minor, merged_into", "id"))]


def merge(books, lead, into, status=200, api=None):
    answer = (api or books.api).post(f"/v1/leads/{lead['id']}/merge", who=books.company.admin, json={"lead_id": into["id"]})
    assert answer.status_code == status, answer.text
    return answer.json()


def split(books, lead, status=200):
    answer = books.api.post(f"/v1/leads/{lead['id']}/split", who=books.company.admin)
    assert answer.status_code == status, answer.text
    return answer.json()


def report(books, stage, **query):
    answer = books.api.get("/v1/reports/attribution", who=books.company.admin,
                           params={**PERIOD, "stage": stage, "model": "linear", **query})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert sum(r["value"]["amount_minor"] for r in body["rows"]) + body["unattributed"]["value"]["amount_minor"] == \
        body["totals"]["value"]["amount_minor"]
    return body


def test_merged_leads_are_one_path_and_a_split_gives_each_its_own(books, pair):
    first, second, _ = pair
    before = kept_of(books)
    merged = merge(books, second, first)
    assert [c["stage"] for c in merged["conversions"]] == ["lead", "won", "won"] and merged["stage"] == "won"
    assert merged["value"]["amount_minor"] == 9000 and len(merged["touches"]) == 5
    # Their frozen rows stay; what was told of one is told of the other.
    assert detail(books.api, books.company, second)["merged_into"] == first["id"]
    assert len(detail(books.api, books.company, second)["touches"]) == 3
    assert [i["id"] for i in books.api.get("/v1/leads", who=books.company.admin).json()["items"]] == [first["id"]]
    leads = report(books, "lead")
    assert leads["totals"] == {"conversions": 1, "value": {"amount_minor": 1000, "currency": "EUR"}}
    # The second sale has the whole path: ann, ann, bob, bob, cem.
    won = report(books, "won")
    names = {r["name"]: r["conversions"] for r in won["rows"]}
    assert won["totals"]["conversions"] == 2 and names["Cem"] == pytest.approx(0.2, abs=1e-5)
    assert merge(books, second, first) == {**merged, "version": merge(books, second, first)["version"]}

    split(books, second)
    assert kept_of(books) == before
    split(books, second)
    history = books.api.get(f"/v1/leads/{first['id']}/merges", who=books.company.admin).json()["items"]
    assert [(m["kept_id"], m["merged_id"], m["split_at"] is not None) for m in history] == [(first["id"], second["id"], True)]
    merge(books, second, first)
    split(books, second)
    assert kept_of(books) == before
    deeds = [e["action"] for e in books.api.get("/v1/audit", who=books.company.admin).json()["items"]]
    assert [d for d in deeds if d.startswith("lead.")] == ["lead.split", "lead.merged"] * 2


def test_what_comes_for_a_merged_lead_is_the_others_until_they_are_split(books, pair):
    first, second, _ = pair
    merge(books, second, first)
    body = {"stage": "lost", "external_id": "e-1"}
    path = f"/v1/leads/{second['id']}/conversions"
    told = [books.api.post(path, who=books.company.api_key, json=body).json() for _ in range(2)]
    assert [(c["lead_id"], c["repeated"]) for c in told] == [(first["id"], False), (first["id"], True)]
    assert detail(books.api, books.company, first)["stage"] == "lost"
    split(books, second)
    assert [c["stage"] for c in detail(books.api, books.company, second)["conversions"]] == ["lead", "won", "lost"]
    assert detail(books.api, books.company, first)["stage"] == "won"


def test_only_what_can_be_one_is_merged(books, pair, globex):
    first, second, _ = pair
    third = {"id": books.lead([], at(12), 1)[0]}
    for lead, into, pointer in ((first, second, "#/lead_id"), (first, first, "#/lead_id")):
        assert [e["pointer"] for e in merge(books, lead, into, 422)["errors"]] == [pointer]
    merge(books, third, {"id": uuid7()}, 404)
    merge(books, second, first)
    merge(books, second, third, 409)
    assert merge(books, third, second, 422)["errors"]
    answer = books.api.post(f"/v1/leads/{second['id']}/split", who=globex.admin)
    assert answer.status_code == 404
    merge(books, third, first)
    # One that has others goes on; they come back in the order they went.
    older = {"id": books.lead([("cem", at(1, 1))], at(2), 1)[0]}
    merge(books, first, older)
    split(books, second, 409)
    split(books, first)
    split(books, second)
    assert len(detail(books.api, books.company, older)["conversions"]) == 1


def test_merges_at_once_are_one(books, pair, stack):
    first, second, _ = pair
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: merge(books, second, first, api=Client(stack.places["API"])), range(6)))
    assert books.db("SELECT COUNT(*) n FROM lead_merge WHERE company_id = %s", (books.company.id,))[0]["n"] == 1
    assert report(books, "won")["totals"]["conversions"] == 2


def test_a_sealed_run_says_that_leads_were_merged(books, pair):
    first, second, coming = pair
    api, admin = books.api, books.company.admin
    runs = {}
    for stage in ("lead", "won"):
        definition = made(api.put(f"/v1/report-definitions/{uuid7()}", who=admin, json={
            "name": stage, "query": f"model=linear&stage={stage}&window=30d"}))
        runs[stage] = f"/v1/report-definitions/{definition['id']}/runs/{uuid7()}"
        made(api.put(runs[stage], who=admin, json=PERIOD))
    merge(books, second, first)
    gone = api.get(runs["lead"] + "/verify", who=admin).json()
    assert {(r["change"], r["why"], r["conversion_id"]) for r in gone["rows"]} == {("removed", "merged", coming)}
    moved = api.get(runs["won"] + "/verify", who=admin).json()
    assert {r["why"] for r in moved["rows"]} == {"merged"} and {r["lead_id"] for r in moved["rows"]} <= {first["id"], second["id"]}
    split(books, second)
    assert all(api.get(run + "/verify", who=admin).json()["differences"] == 0 for run in runs.values())


def test_one_persons_leads_are_erased_together(books, pair):
    first, second, _ = pair
    books.db("UPDATE lead SET email = 'ada@example.com', name = 'Ada' WHERE company_id = %s", (books.company.id,))
    merge(books, second, first)
    before = report(books, "won")["totals"]
    assert books.api.post(f"/v1/leads/{first['id']}/erase", who=books.company.admin).status_code == 200
    rows = books.db("SELECT email, name FROM lead WHERE company_id = %s", (books.company.id,))
    assert rows == [{"email": None, "name": None}] * 2
    assert report(books, "won")["totals"] == before
