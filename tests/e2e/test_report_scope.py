# SPDX-License-Identifier: Apache-2.0
"""Managers see what their teams brought, and no more: in every report, in its rows and in the path of a conversion."""

import csv
import datetime
import io

import pytest
from conftest import credits_changed, uuid7
from content import made
from test_report import Books, days, sql_time

T = datetime.datetime.now(datetime.timezone.utc).replace(hour=12, minute=0, second=0, microsecond=0) - datetime.timedelta(days=1)
PERIOD = {"from": (T - days(20)).date().isoformat(), "to": (T + days(3)).date().isoformat()}
GROUPS = ["person", "team", "network", "post", "campaign", "channel"]


@pytest.fixture(scope="module")
def teams(api, db, make_company):
    """Ann brought half of the first lead in the north and all of the third in the south; Bob is of the south, and nobody's
    manager is of the east.  The company's manager is of the north."""
    books = Books(api, db, make_company())
    company = books.company
    books.teams = {n: made(api.put(f"/v1/teams/{uuid7()}", who=company.admin, json={"name": n}))["id"]
                   for n in ("north", "south", "east")}
    member(books, "north", company.manager)
    books.lead([("ann", T - days(3))], at=T, value=1000, team=books.teams["north"])
    lead, books.both = books.lead([("ann", T - days(3))], at=T, value=500, team=books.teams["north"])
    touch(books, lead, "bob", T - days(2), "south")
    _, books.souths = books.lead([("ann", T - days(1))], at=T, value=200, team=books.teams["south"])
    books.lead([("cem", T - days(1))], at=T, value=70)
    books.lead([], at=T, value=30)
    for who, team, n in (("ann", "north", 4), ("bob", "south", 9)):
        share = books.shares[who]["id"]
        db("UPDATE share SET team_id = %s WHERE company_id = %s AND id = %s", (books.teams[team], company.id, share))
        db("INSERT INTO click_day VALUES (%s, %s, %s, 'human', %s)", (company.id, T.date(), share, n))
        for i in range(n):
            db("INSERT INTO click (company_id, clicked_at, id, share_id, class, reason, rule_version, rclid)"
               " VALUES (%s, %s, %s, %s, 'human', 'test', 1, %s)",
               (company.id, sql_time(T + datetime.timedelta(hours=i)), uuid7()[-12:], share, b"r" * 12))
    return books


def member(books, team, person, since=T - days(100), until=None):
    books.db("INSERT INTO team_member (company_id, person_id, team_id, from_at, to_at, is_primary) VALUES (%s, %s, %s, %s, %s, FALSE)",
             (books.company.id, person.id, books.teams[team], sql_time(since), until and sql_time(until)))


def touch(books, lead, who, at, team):
    books.db("INSERT INTO touch (company_id, lead_id, touched_at, click_id, share_id, person_id, team_id, network, post_id,"
             " campaign_id, channel_id, added_at) SELECT company_id, %s, %s, %s, id, person_id, %s, network, post_id,"
             " campaign_id, channel_id, %s FROM share WHERE company_id = %s AND id = %s",
             (lead, sql_time(at), uuid7()[-12:], books.teams[team], sql_time(T), books.company.id, books.shares[who]["id"]))
    credits_changed(books.db, books.company)


def seen(books, path, who=None, **query):
    answer = books.api.get(f"/v1/reports/{path}", who=who or books.company.manager, params={**PERIOD, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("model,want", [("linear", 1250), ("first", 1500), ("last", 1000), ("shapley", None)])
def test_credit_is_that_of_the_teams_touches(teams, group, model, want):
    report = seen(teams, "attribution", group=group, model=model)
    value = report["totals"]["value"]["amount_minor"]
    # By post, Ann and Bob are one participant, whose credit lies on its first touch.
    assert value == (want or (1250 if group in ("person", "team") else 1500))
    assert sum(r["value"]["amount_minor"] for r in report["rows"]) == value
    assert report["unattributed"] is None
    if group == "team":
        assert [r["key"] for r in report["rows"]] == [teams.teams["north"]]
    if group == "person":
        assert {r["key"] for r in report["rows"] if r["conversions"]} == {teams.people["ann"].id}


def test_each_model_beside_the_first_has_its_own_sums(teams):
    row, = seen(teams, "attribution", group="team", model="first,last,linear")["rows"]
    assert (row["value"]["amount_minor"], [a["value"]["amount_minor"] for a in row["also"]]) == (1500, [1000, 1250])
    assert row["influenced"] == 2


def test_a_cell_opens_to_the_same_rows_and_the_path_to_the_teams_touches(teams):
    rows = seen(teams, "attribution/credits", limit=100)["items"]
    assert {r["team_id"] for r in rows} == {teams.teams["north"]} and sum(r["value"]["amount_minor"] for r in rows) == 1250
    assert seen(teams, "attribution/credits", person=teams.people["bob"].id)["items"] == []

    def path(conversion, who):
        answer = teams.api.get("/v1/reports/attribution/touches", who=who, params={"conversion": conversion})
        return [t["person_id"] for t in answer.json()["items"]]

    assert path(teams.both, teams.company.manager) == [teams.people["ann"].id]
    assert len(path(teams.both, teams.company.admin)) == 2
    assert path(teams.souths, teams.company.manager) == []


def test_what_is_the_companys_is_refused(teams):
    for query, parameter in (({"unattributed": "true"}, "?unattributed"),):
        answer = teams.api.get("/v1/reports/attribution/credits", who=teams.company.manager, params={**PERIOD, **query})
        assert answer.status_code == 400 and parameter in [e["pointer"] for e in answer.json()["errors"]]
    answer = teams.api.get("/v1/reports/attribution", who=teams.company.manager, params={**PERIOD, "model": "markov"})
    assert answer.status_code == 400 and "?model" in [e["pointer"] for e in answer.json()["errors"]]


def test_funnel_clicks_and_series_count_the_teams_shares(teams):
    funnel = seen(teams, "funnel", group="team")
    assert [(r["key"], r["shares"], r["clicks"], r["leads"]) for r in funnel["rows"]] == [(teams.teams["north"], 1, 4, 1.5)]
    assert (funnel["totals"]["shares"], funnel["totals"]["clicks"], funnel["totals"]["leads"]) == (1, 4, 1.5)
    assert funnel["unattributed"] is None
    clicks = seen(teams, "clicks")
    assert [(r["key"], r["human"]) for r in clicks["rows"]] == [(teams.people["ann"].id, 4)] and clicks["totals"]["human"] == 4
    series = seen(teams, "series", step="month", time_zone="Asia/Kathmandu")["buckets"]
    # Leads that a touch of the team is on the path of.
    assert [sum(b[c] for b in series) for c in ("shares", "clicks", "leads")] == [1, 4, 2]
    everything = seen(teams, "series", who=teams.company.admin, step="month")["buckets"]
    assert sum(b["leads"] for b in everything) == 5


def test_csv_is_of_the_same_rows(teams):
    for path, column, want in (("attribution", "amount_minor", 1250), ("attribution/credits", "amount_minor", 1250),
                               ("funnel", "leads_millionths", 1500000)):
        answer = teams.api.get(f"/v1/reports/{path}", who=teams.company.manager, params={**PERIOD, "format": "csv"})
        rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
        assert sum(int(r[column]) for r in rows) == want and not any(r.get("key") == "unattributed" for r in rows)


def test_whose_team_it_is_is_asked_now(teams, api, db):
    """Who leaves a team sees it no more; who joins sees what it did before."""
    manager = teams.company.add_person("newcomer", "manager")
    assert seen(teams, "attribution", who=manager)["rows"] == []
    now = datetime.datetime.now(datetime.timezone.utc)
    member(teams, "north", manager, until=now - days(1))
    assert seen(teams, "attribution", who=manager)["rows"] == []
    member(teams, "south", manager, since=now - days(1))
    report = seen(teams, "attribution", who=manager, group="team")
    assert [(r["key"], r["value"]["amount_minor"]) for r in report["rows"]] == [(teams.teams["south"], 450)]
    member(teams, "north", manager, since=now - days(1) + days(0.5))
    assert seen(teams, "attribution", who=manager)["totals"]["value"]["amount_minor"] == 1700


def listed(teams, who, **query):
    """Their ids, page by page."""
    ids, cursor = [], {}
    while cursor is not None:
        answer = teams.api.get("/v1/leads", who=who, params={"limit": 2, **query, **cursor})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        ids += [lead["id"] for lead in page["items"]]
        cursor = {"cursor": page["next_cursor"]} if page["has_more"] else None
    return ids


def test_leads_are_those_that_the_teams_brought(teams, api, db):
    """As in reports: by touches of a team the manager is of now, whatever its people are of today."""
    company = teams.company
    by_path = {frozenset(r["name"].split(",")): r["id"] for r in db(
        "SELECT l.id, COALESCE(GROUP_CONCAT(t.name), '') name FROM lead l LEFT JOIN touch u ON u.company_id = l.company_id AND"
        " u.lead_id = l.id LEFT JOIN team t ON t.company_id = u.company_id AND t.id = u.team_id WHERE l.company_id = %s GROUP BY 1",
        (company.id,))}
    norths, both, souths = (by_path[frozenset(p)] for p in ({"north"}, {"north", "south"}, {"south"}))
    assert sorted(listed(teams, company.manager)) == sorted([norths, both])
    assert len(listed(teams, company.admin)) == 5
    path = api.get(f"/v1/leads/{both}", who=company.manager).json()
    assert [t["team_id"] for t in path["touches"]] == [teams.teams["north"]] and path["conversions"]
    assert len(api.get(f"/v1/leads/{both}", who=company.admin).json()["touches"]) == 2

    strangers, unknown = [[api.get(f"/v1/leads/{id}{more}", who=company.manager) for more in ("", "/merges")]
                          for id in (souths, uuid7())]
    for a, b in zip(strangers, unknown):
        assert a.status_code == b.status_code == 404
        assert {k: v for k, v in a.json().items() if k not in ("instance", "request_id")} == \
            {k: v for k, v in b.json().items() if k not in ("instance", "request_id")}

    manager, now = company.add_person("another", "manager"), datetime.datetime.now(datetime.timezone.utc)
    assert listed(teams, manager) == []
    member(teams, "south", manager, until=now - days(1))
    assert listed(teams, manager) == [] and api.get(f"/v1/leads/{souths}", who=manager).status_code == 404
    member(teams, "south", manager, since=now - days(1))
    assert sorted(listed(teams, manager)) == sorted([souths, both])
    assert listed(teams, manager, stage="won") == []


def test_admins_and_keys_see_all(teams):
    for who in (teams.company.admin, teams.company.api_key):
        report = seen(teams, "attribution", who=who)
        assert report["totals"]["value"]["amount_minor"] == 1800
        assert report["unattributed"]["value"]["amount_minor"] == 30


def test_sealed_runs_are_not_for_managers(teams, api):
    path = f"/v1/report-definitions/{uuid7()}"
    made(api.put(path, who=teams.company.admin, json={"name": "all", "query": ""}))
    run = f"{path}/runs/{uuid7()}"
    made(api.put(run, who=teams.company.admin, json=PERIOD))
    for place in (f"{path}/runs", run, f"{run}/verify"):
        assert api.get(place, who=teams.company.manager).status_code == 403
        assert api.get(place, who=teams.company.admin).status_code == 200
