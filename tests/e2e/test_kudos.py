# SPDX-License-Identifier: Apache-2.0
"""Kudos: who may thank whom, for what, how often; who sees it; what it takes from the allowance and gives back."""

import concurrent.futures
import datetime
import secrets

import pytest

from conftest import uuid7, wait_until
from content import live_post, made, new_share


def say(api, company, **members):
    """The company's policy of kudos, changed."""
    policy = api.get("/v1/kudos-policy", who=company.admin).json()
    answer = api.patch("/v1/kudos-policy", who=company.admin, json={"version": policy["version"], **members})
    assert answer.status_code == 200, answer.text
    return answer.json()


class House:
    """A company with values, friendly limits, and people to thank."""

    def __init__(self, api, company):
        self.api, self.company = api, company
        say(api, company, interval_s=0, pair_max=0)
        self.value = self.new_value()
        self.ann, self.bob, self.cid = (company.add_person(f"{n}{secrets.token_hex(2)}") for n in ("ann", "bob", "cid"))

    def new_value(self, **members):
        body = {"name": f"Courage {secrets.token_hex(3)}", **members}
        return made(self.api.put(f"/v1/values/{uuid7()}", who=self.company.admin, json=body))

    def body(self, *recipients, **members):
        return {"recipients": [p.id for p in recipients or (self.bob,)], "value_id": self.value["id"],
                "message": "Thank you for staying late.", **members}

    def put(self, giver, *recipients, kudos_id=None, **members):
        return self.api.put(f"/v1/kudos/{kudos_id or uuid7()}", who=giver, json=self.body(*recipients, **members))

    def give(self, giver, *recipients, **members):
        return made(self.put(giver, *recipients, **members))

    def points(self, who, **query):
        answer = self.api.get("/v1/points", who=who, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def left(self, who):
        return self.points(who)["allowance"]["left"]

    def listed(self, who, **query):
        answer = self.api.get("/v1/kudos", who=who, params={"limit": 100, **query})
        assert answer.status_code == 200, answer.text
        return [k["id"] for k in answer.json()["items"]]

    def sees(self, who, kudos):
        """The list and the thing itself never disagree."""
        alone = self.api.get(f"/v1/kudos/{kudos['id']}", who=who).status_code
        assert alone in (200, 404)
        assert (kudos["id"] in self.listed(who)) == (alone == 200)
        return alone == 200


@pytest.fixture
def house(api, make_company):
    return House(api, make_company())


def pointers(answer, status=422):
    assert answer.status_code == status, answer.text
    return {e["pointer"] for e in answer.json()["errors"]}


# --- giving ------------------------------------------------------------------------------------------------------


def test_a_kudos_shows_who_thanked_whom_for_what(api, house):
    kudos = house.give(house.ann, house.bob, house.cid, points=5, mentions=[house.company.member.id], visibility="public")
    assert kudos["giver"]["id"] == house.ann.id
    assert [r["id"] for r in kudos["recipients"]] == [house.bob.id, house.cid.id]
    assert [m["id"] for m in kudos["mentions"]] == [house.company.member.id]
    assert kudos["value_name"] == house.value["name"]
    assert (kudos["points"], kudos["state"], kudos["version"]) == (5, "visible", 1)
    again = api.get(f"/v1/kudos/{kudos['id']}", who=house.cid)
    assert again.json() == kudos
    assert api.get(f"/v1/kudos/{kudos['id']}", who=house.cid, headers={"If-None-Match": again.headers["ETag"]}).status_code == 304


def test_the_same_put_again_is_the_same_kudos_and_costs_once(house):
    kudos_id = uuid7()
    first = house.put(house.ann, kudos_id=kudos_id, points=7)
    again = house.put(house.ann, kudos_id=kudos_id, points=7)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert house.left(house.ann) == 93
    other = house.put(house.ann, kudos_id=kudos_id, points=8)
    assert (other.status_code, other.json()["code"]) == (409, "id_conflict")
    stranger = house.put(house.cid, kudos_id=kudos_id, points=7)
    assert (stranger.status_code, stranger.json()["code"]) == (409, "id_conflict")


def test_nobody_thanks_themselves_strangers_or_who_left(api, house, make_company, rostra):
    other = make_company()
    gone = house.company.add_person("gone")
    rostra("person", "deactivate", "--company", house.company.slug, "--person", gone.email)
    body = {"recipients": [house.ann.id, house.bob.id, house.bob.id, gone.id, other.member.id, uuid7()],
            "mentions": [other.member.id]}
    about = {"value_id": uuid7(), "post_id": uuid7(), "share_id": uuid7(), "lead_id": uuid7(), "message": "x" * 501}
    told = house.put(house.ann, **body, **about)
    assert pointers(told) == {*(f"#/recipients/{i}" for i in (0, 2, 3, 4, 5)), "#/mentions/0", *(f"#/{m}" for m in about)}
    assert len(told.json()["errors"]) == 6 + len(about), "each fault once"
    answer = house.put(house.ann, **{"recipients": body["recipients"][1:2] + body["recipients"][3:], "mentions": body["mentions"]})
    assert pointers(answer) == {"#/recipients/1", "#/recipients/2", "#/recipients/3", "#/mentions/0"}
    details = {e["detail"] for e in answer.json()["errors"]}
    assert len(details) == 1, "who left, who is elsewhere and who never was are told alike"
    assert pointers(house.put(house.ann, recipients=[])) == {"#/recipients"}
    assert pointers(house.put(house.ann, recipients=[uuid7() for _ in range(11)])) == {"#/recipients"}
    assert house.listed(house.ann) == []


@pytest.mark.parametrize("unit", ["x", "ü", "👩‍👩‍👧‍👦"])
def test_a_message_is_measured_as_people_count(house, unit):
    assert house.put(house.ann, message=unit * 500).status_code == 201
    assert pointers(house.put(house.ann, message=unit * 501)) == {"#/message"}


@pytest.mark.parametrize("blank", ["   ", "\n", " \n ", "\u00a0", "\u200b", "\u2003\u200b\u00ad\n"])
def test_what_nobody_can_see_says_nothing(api, house, blank):
    assert pointers(house.put(house.ann, message=blank)) == {"#/message"}
    kudos = house.give(house.ann, message=f"{blank}Thank\nyou.\n\u3000\n")
    assert kudos["message"] == f"{blank}Thank\nyou.".strip()
    assert pointers(api.post(f"/v1/kudos/{kudos['id']}/comments", who=house.bob, json={"text": blank})) == {"#/text"}


def test_only_values_of_the_company_that_are_in_use(api, house, make_company):
    other = House(api, make_company())
    old = house.new_value()
    patch = api.patch(f"/v1/values/{old['id']}", who=house.company.admin, json={"version": old["version"], "archived": True})
    assert patch.json()["archived"] is True
    for value in (old["id"], other.value["id"], uuid7()):
        assert pointers(house.put(house.ann, value_id=value)) == {"#/value_id"}


def test_values_are_an_admins_list(api, house):
    admin = house.company.admin
    body = {"name": "Candour", "description": "We say what is."}
    value_id = uuid7()
    first = made(api.put(f"/v1/values/{value_id}", who=admin, json=body))
    assert api.put(f"/v1/values/{value_id}", who=admin, json=body).json() == first
    assert api.put(f"/v1/values/{value_id}", who=admin, json={"name": "Else"}).json()["code"] == "id_conflict"
    assert api.put(f"/v1/values/{uuid7()}", who=admin, json=body).json()["code"] == "conflict"
    assert api.put(f"/v1/values/{uuid7()}", who=house.ann, json=body).status_code == 403
    patch = {"version": first["version"], "description": None}
    assert api.patch(f"/v1/values/{value_id}", who=admin, json=patch).json()["description"] is None
    assert api.patch(f"/v1/values/{value_id}", who=admin, json=patch).json()["code"] == "version_conflict"
    assert {v["name"] for v in api.get("/v1/values", who=house.ann).json()["items"]} == {"Candour", house.value["name"]}


def test_a_kudos_is_about_a_post_a_share_of_theirs_or_a_lead(api, house, make_company):
    post = live_post(api, house.company)
    share = new_share(api, house.bob, post)
    lead = made(api.post("/v1/leads", who=house.company.api_key, json={"external_id": secrets.token_hex(8), "name": "Lea"}))
    assert house.give(house.ann, post_id=post["id"])["post_id"] == post["id"]
    assert house.give(house.ann, share_id=share["id"])["share_id"] == share["id"]
    assert house.give(house.ann, lead_id=lead["id"])["lead_id"] == lead["id"]
    assert pointers(house.put(house.ann, house.cid, share_id=share["id"])) == {"#/share_id"}
    both = house.give(house.ann, post_id=post["id"], share_id=share["id"])
    assert (both["post_id"], both["share_id"]) == (post["id"], share["id"])
    other = make_company()
    theirs = live_post(api, other)
    assert pointers(house.put(house.ann, post_id=theirs["id"])) == {"#/post_id"}
    assert pointers(house.put(house.ann, share_id=new_share(api, other.member, theirs)["id"])) == {"#/share_id"}
    assert pointers(house.put(house.ann, lead_id=uuid7())) == {"#/lead_id"}


# --- limits ------------------------------------------------------------------------------------------------------


def test_the_allowance_is_of_a_month_in_the_companys_zone(api, make_company):
    house = House(api, make_company(time_zone="Pacific/Kiritimati"))
    now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=14)))
    allowance = house.points(house.ann)["allowance"]
    assert allowance == {"month": now.strftime("%Y-%m"), "time_zone": "Pacific/Kiritimati", "granted": 100, "left": 100}
    house.give(house.ann, house.bob, house.cid, points=40)
    assert house.left(house.ann) == 20
    answer = house.put(house.ann, house.bob, house.cid, points=11)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert "20 points are left" in answer.json()["detail"] and "takes 22" in answer.json()["detail"]
    house.give(house.ann, house.bob, house.cid, points=10)
    assert house.left(house.ann) == 0
    house.give(house.ann, points=0)


def test_a_raise_of_the_allowance_counts_at_once_a_cut_next_month(api, house):
    house.give(house.ann, points=60)
    say(api, house.company, monthly_allowance=150)
    assert house.left(house.ann) == 90
    house.give(house.ann, points=70)
    say(api, house.company, monthly_allowance=10)
    assert house.left(house.ann) == 20
    assert house.left(house.cid) == 10
    house.give(house.ann, points=20)
    assert house.put(house.ann, points=1).status_code == 409


@pytest.mark.parametrize("points", (0, 1))
def test_the_next_kudos_waits_for_the_interval(api, house, points):
    house.give(house.ann, house.bob, house.cid, points=1)
    say(api, house.company, interval_s=3600)
    assert house.put(house.ann, points=points).status_code == 429
    say(api, house.company, interval_s=0)
    kudos_id = uuid7()
    first = house.put(house.ann, kudos_id=kudos_id, points=points)
    assert first.status_code == 201
    say(api, house.company, interval_s=3600)
    answer = house.put(house.ann, house.cid, points=points)
    assert (answer.status_code, answer.json()["code"]) == (429, "quota_exceeded")
    assert 3500 < int(answer.headers["Retry-After"]) <= 3600
    assert house.put(house.ann, kudos_id=kudos_id, points=points).json() == first.json(), "a retry is not another kudos"
    assert house.put(house.cid, points=points).status_code == 201
    assert house.left(house.ann) == 98 - points, "what was refused cost nothing"


@pytest.mark.parametrize("points", (0, 1))
def test_a_pair_is_limited_and_the_field_named(api, house, points):
    say(api, house.company, pair_max=2, pair_days=30)
    house.give(house.ann, house.bob, points=points)
    withdrawn = house.give(house.ann, house.bob, house.cid, points=points)
    assert pointers(house.put(house.ann, house.cid, house.bob, points=points)) == {"#/recipients/1"}
    assert house.put(house.cid, house.bob, points=points).status_code == 201, "another giver has their own limit"
    assert house.left(house.ann) == 100 - 3 * points, "what was refused cost nothing"
    assert api.delete(f"/v1/kudos/{withdrawn['id']}", who=house.ann).status_code == 204
    assert house.put(house.ann, house.cid, house.bob, points=points).status_code == 201, "what was withdrawn does not count"


def test_points_that_are_there_are_spent_without_a_look_before(house, stack):
    def queries(**members):
        answer = house.put(house.ann, **members)
        assert answer.status_code == 201, answer.text
        return wait_until(lambda: stack.log(answer.headers["X-Request-Id"]))[0]["queries"]

    first = queries(points=10)
    second = queries(points=10)
    none = queries(points=0)
    assert second < first, "the first of a month makes the allowance and the balances"
    assert second == none + 2, "entries and sums; the balances are held by what adds to them"
    assert house.left(house.ann) == 80


def test_a_policy_is_an_admins_and_versioned(api, house):
    policy = api.get("/v1/kudos-policy", who=house.ann).json()
    assert api.patch("/v1/kudos-policy", who=house.company.manager, json=policy).status_code == 403
    answer = api.patch("/v1/kudos-policy", who=house.company.admin, json={"version": policy["version"] + 1})
    assert answer.json()["code"] == "version_conflict"
    say(api, house.company, pair_max=3)
    (told, *_) = api.get("/v1/audit", who=house.company.admin, params={"action": "kudos_policy.changed"}).json()["items"]
    assert (told["changes"], told["actor_id"]) == ({"pair_max": ["0", "3"]}, house.company.admin.id)
    answer = api.patch("/v1/kudos-policy", who=house.company.admin, json={"version": 1, "pair_days": 0, "interval_s": -1})
    assert pointers(answer) == {"#/pair_days", "#/interval_s"}


def test_fifty_clients_on_one_allowance_spend_exactly_what_there_is(api, house):
    say(api, house.company, monthly_allowance=20)
    assert house.ann.token
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: house.put(house.ann, house.bob, house.cid, points=1), range(50)))
    outcomes = sorted(a.status_code for a in answers)
    retried = [a for a in answers if a.status_code == 503]
    assert not retried, retried[0].text
    assert outcomes == [201] * 10 + [409] * 40
    assert all("0 points are left" in a.json()["detail"] for a in answers if a.status_code == 409)
    assert house.left(house.ann) == 0
    spent = [e for e in house.points(house.ann, limit=100)["items"] if e["reason"] == "allowance_spent"]
    assert [e["points"] for e in spent] == [-2] * 10
    assert len(house.listed(house.ann)) == 10


def test_the_same_put_by_many_at_once_is_one_kudos(house):
    kudos_id = uuid7()
    assert house.ann.token
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: house.put(house.ann, kudos_id=kudos_id, points=3), range(10)))
    assert sorted(a.status_code for a in answers) == [200] * 9 + [201]
    assert house.left(house.ann) == 97


# --- who sees it -------------------------------------------------------------------------------------------------


def test_those_who_give_at_once_are_refused_each_for_themselves(api, house):
    """Together in one transaction or not: what each gives, costs and hears is their own."""
    rich, poor, doubled, lost, vague = ([house.company.add_person(f"p{secrets.token_hex(3)}") for _ in range(4)] for _ in range(5))
    say(api, house.company, monthly_allowance=10)
    ids = {p.id: uuid7() for p in doubled}

    def give(case):
        kind, p = case
        members = {"rich": {"points": 4, "mentions": [house.cid.id]}, "poor": {"points": 6}, "double": {"points": 2},
                   "lost": {"recipients": [house.bob.id, uuid7()]}, "vague": {"value_id": uuid7(), "points": 1}}[kind]
        members["message"] = f"Thank you for {kind}, {p.id}."
        return kind, p, house.put(p, house.bob, house.cid, kudos_id=ids.get(p.id), **members)

    cases = [(k, p) for g in zip(rich, poor, doubled, doubled, lost, vague) for k, p in
             zip(("rich", "poor", "double", "double", "lost", "vague"), g)]
    with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
        answers = list(pool.map(give, cases))
    for kind, p, answer in answers:
        assert answer.status_code in {"rich": (201,), "poor": (409,), "double": (200, 201)}.get(kind, (422,)), answer.text
        if answer.ok:
            body = answer.json()
            assert body["giver"]["id"] == p.id and body["message"].endswith(f"{p.id}.")
            assert {k: v for k, v in body.items() if k != "my_reaction"} == {
                k: v for k, v in api.get(f"/v1/kudos/{body['id']}", who=p).json().items() if k != "my_reaction"}
        elif kind == "poor":
            assert "10 points are left" in answer.json()["detail"] and "takes 12" in answer.json()["detail"]
        else:
            pointers = {e["pointer"] for e in answer.json()["errors"]}
            assert pointers == ({"#/recipients/1"} if kind == "lost" else {"#/value_id"}), answer.text
    assert [a.status_code for k, _, a in answers if k == "double"].count(201) == len(doubled)
    assert [house.left(p) for p in (*rich, *poor, *doubled, *lost, *vague)] == [2] * 4 + [10] * 4 + [6] * 4 + [10] * 8
    wait_until(lambda: house.points(house.bob)["earned"] == 4 * 4 + 4 * 2, what="what was given")
    told = api.get("/v1/notifications", who=house.bob, params={"limit": 100}).json()["items"]
    assert len([n for n in told if n["kind"] == "kudos"]) == 8, "one line for each, and none for what was refused"


def test_private_is_for_giver_and_recipients_alone(house):
    kudos = house.give(house.ann, visibility="private", mentions=[house.cid.id])
    everybody = [house.ann, house.bob, house.cid, *(getattr(house.company, r) for r in ("member", "curator", "manager", "admin"))]
    assert [house.sees(p, kudos) for p in everybody] == [True, True] + [False] * 5


def test_team_is_for_the_teams_of_giver_and_recipients(api, house):
    admin, company = house.company.admin, house.company
    people = {"of_ann": company.add_person("of-ann"), "of_bob": company.add_person("of-bob"), "else": company.add_person("else")}
    for name, members in (("A", [house.ann, people["of_ann"]]), ("B", [house.bob, people["of_bob"]]), ("C", [people["else"]])):
        team = made(api.put(f"/v1/teams/{uuid7()}", who=admin, json={"name": name}))
        for person in members:
            assert api.put(f"/v1/teams/{team['id']}/members/{person.id}", who=admin, json={}).status_code in (200, 201)
    kudos = house.give(house.ann, visibility="team")
    seen = {name: house.sees(p, kudos) for name, p in (people | {"ann": house.ann, "bob": house.bob, "cid": house.cid}).items()}
    assert seen == {"of_ann": True, "of_bob": True, "else": False, "ann": True, "bob": True, "cid": False}


def test_lists_filter_and_page_without_gaps(api, house):
    value = house.new_value()
    given = [house.give(g, r, value_id=v["id"]) for v in (house.value, value)
             for g, r in ((house.ann, house.bob), (house.bob, house.cid), (house.ann, house.cid))]
    ids = [k["id"] for k in reversed(given)]

    def of(**query):
        return {k["id"] for k in given if all({"giver": k["giver"]["id"], "recipient": k["recipients"][0]["id"],
                                               "value": k["value_id"]}[n] == v for n, v in query.items())}

    for query in ({}, {"giver": house.ann.id}, {"recipient": house.cid.id}, {"value": value["id"]},
                  {"giver": house.ann.id, "recipient": house.cid.id, "value": value["id"]}):
        assert house.listed(house.bob, **query) == [i for i in ids if i in of(**query)]
        walked, cursor = [], None
        while True:
            params = {"limit": 1, **query, **({"cursor": cursor} if cursor else {})}
            page = api.get("/v1/kudos", who=house.bob, params=params).json()
            walked += [k["id"] for k in page["items"]]
            cursor = page["next_cursor"]
            if not page["has_more"]:
                break
        assert walked == house.listed(house.bob, **query)
    etag = api.get("/v1/kudos", who=house.bob).headers["ETag"]
    assert api.get("/v1/kudos", who=house.bob, headers={"If-None-Match": etag}).status_code == 304
    house.give(house.cid)
    assert api.get("/v1/kudos", who=house.bob, headers={"If-None-Match": etag}).status_code == 200


# --- afterwards --------------------------------------------------------------------------------------------------


def test_of_a_month_that_is_over_points_are_lowered_and_not_raised(api, house, db):
    kudos = house.give(house.ann, house.bob, house.cid, points=5)
    path = f"/v1/kudos/{kudos['id']}"
    for table, person in (("kudos", "giver_id"), ("point_entry", "person_id"), ("point_balance", "person_id")):
        db(f"UPDATE {table} SET period = 202001 WHERE company_id = %s AND {person} = %s AND period > 0", (house.company.id, house.ann.id))
    raised = api.patch(path, who=house.ann, json={"version": 1, "points": 6})
    assert (raised.status_code, raised.json()["code"]) == (409, "conflict")
    assert "can be lowered, not raised" in raised.json()["detail"]
    assert api.patch(path, who=house.ann, json={"version": 1, "points": 5, "message": "Again."}).status_code == 200
    assert api.patch(path, who=house.ann, json={"version": 2, "points": 3}).json()["points"] == 3
    assert house.left(house.ann) == 100, "this month's is whole"
    assert api.delete(path, who=house.ann).status_code == 204


def test_what_was_never_paid_is_paid_by_a_change_or_refused(api, house, db):
    kudos = house.give(house.ann, points=5)
    path = f"/v1/kudos/{kudos['id']}"
    assert api.delete(path, who=house.ann).status_code == 204
    db("UPDATE kudos SET state = 'visible' WHERE company_id = %s AND id = %s", (house.company.id, kudos["id"]))
    rest = house.give(house.ann, points=100)
    answer = api.patch(path, who=house.ann, json={"version": 2, "message": "Again."})
    assert answer.status_code == 409 and "0 points are left" in answer.json()["detail"], answer.text
    assert api.delete(f"/v1/kudos/{rest['id']}", who=house.ann).status_code == 204
    assert api.patch(path, who=house.ann, json={"version": 2, "message": "Again."}).status_code == 200
    assert house.left(house.ann) == 95


def test_a_change_moves_the_points_by_reversal(api, house):
    kudos = house.give(house.ann, house.bob, house.cid, points=10)
    path, value = f"/v1/kudos/{kudos['id']}", house.new_value()
    changed = api.patch(path, who=house.ann, json={"version": 1, "points": 25, "message": "Better.", "value_id": value["id"],
                                                   "visibility": "private"})
    assert changed.status_code == 200, changed.text
    assert [changed.json()[m] for m in ("points", "message", "value_name", "visibility", "version")] == \
        [25, "Better.", value["name"], "private", 2]
    assert changed.json()["edited_at"]
    assert house.left(house.ann) == 50
    entries = house.points(house.ann)["items"]
    assert [e["points"] for e in entries] == [-50, 20, -20, 100]
    assert entries[1]["reverses_id"] == entries[2]["id"] and entries[2]["reversed"]
    too_much = api.patch(path, who=house.ann, json={"version": 2, "points": 51})
    assert (too_much.status_code, too_much.json()["code"]) == (409, "conflict")
    assert house.left(house.ann) == 50
    stale = api.patch(path, who=house.ann, json={"version": 1, "points": 0})
    assert stale.json()["code"] == "version_conflict"
    assert pointers(api.patch(path, who=house.ann, json={"version": 2, "value_id": uuid7(), "message": "x" * 501})) == \
        {"#/value_id", "#/message"}
    assert api.patch(path, who=house.ann, json={"version": 2, "points": 0}).json()["points"] == 0
    assert house.left(house.ann) == 100


def test_what_is_withdrawn_is_gone_and_the_points_are_back(api, house):
    kudos_id = uuid7()
    kudos = made(house.put(house.ann, kudos_id=kudos_id, points=30))
    path = f"/v1/kudos/{kudos_id}"
    assert house.left(house.ann) == 70
    for who in (house.bob, house.company.admin):
        assert api.delete(path, who=who).status_code == 403
        assert api.patch(path, who=who, json={"version": 1, "points": 1}).status_code == 403
    assert api.delete(path, who=house.ann).status_code == 204
    assert api.delete(path, who=house.ann).status_code == 404
    assert not any(house.sees(p, kudos) for p in (house.ann, house.bob, house.company.admin))
    assert house.left(house.ann) == 100
    assert house.put(house.ann, kudos_id=kudos_id, points=30).json()["code"] == "id_conflict"
    assert house.left(house.ann) == 100


def test_of_those_who_withdraw_at_once_one_does_and_to_the_others_it_is_gone(api, house):
    kudos = house.give(house.ann, points=3)
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: api.delete(f"/v1/kudos/{kudos['id']}", who=house.ann), range(6)))
    assert sorted(a.status_code for a in answers) == [204] + [404] * 5, [a.text for a in answers]
    assert house.left(house.ann) == 100


def test_after_the_window_a_kudos_stands(api, house):
    kudos = house.give(house.ann, points=1)
    say(api, house.company, edit_window_s=0)
    assert api.delete(f"/v1/kudos/{kudos['id']}", who=house.ann).json()["code"] == "conflict"
    assert api.patch(f"/v1/kudos/{kudos['id']}", who=house.ann, json={"version": 1}).json()["code"] == "conflict"
    assert house.sees(house.bob, kudos) and house.left(house.ann) == 99


def test_kudos_of_another_company_are_as_if_they_never_were(api, house, make_company):
    kudos = house.give(house.ann)
    stranger = make_company().admin
    path = f"/v1/kudos/{kudos['id']}"
    for answer in (api.get(path, who=stranger), api.delete(path, who=stranger),
                   api.patch(path, who=stranger, json={"version": 1})):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert kudos["id"] not in house.listed(stranger)


# --- what recipients earn ----------------------------------------------------------------------------------------


def earned(house, who, points):
    wait_until(lambda: house.points(who)["earned"] == points, what=f"a balance of {points}")


def test_what_is_received_follows_every_change(api, house):
    kudos = house.give(house.ann, house.bob, house.cid, points=4)
    earned(house, house.bob, 4)
    earned(house, house.cid, 4)
    assert house.points(house.ann)["earned"] == 0
    assert api.patch(f"/v1/kudos/{kudos['id']}", who=house.ann, json={"version": 1, "points": 9}).status_code == 200
    earned(house, house.bob, 9)
    other = house.give(house.cid, house.bob, points=1)
    earned(house, house.bob, 10)
    assert api.delete(f"/v1/kudos/{kudos['id']}", who=house.ann).status_code == 204
    earned(house, house.bob, 1)
    earned(house, house.cid, 0)
    entries = house.points(house.bob, currency="earned")["items"]
    assert sum(e["points"] for e in entries) == 1
    assert {e["object_id"] for e in entries} == {kudos["id"], other["id"]}
    assert {e["reason"] for e in entries} == {"kudos_received"}
    standing = [e for e in entries if not e["reversed"] and not e["reverses_id"]]
    assert [(e["object_id"], e["points"]) for e in standing] == [(other["id"], 1)]


def test_the_ledger_is_ones_own_and_pages(api, house):
    for points in (1, 2, 3):
        house.give(house.ann, points=points)
    whole = house.points(house.ann)["items"]
    assert [e["points"] for e in whole] == [-3, -2, -1, 100]
    walked, cursor = [], None
    while cursor or not walked:
        page = house.points(house.ann, limit=1, **({"cursor": cursor} if cursor else {}))
        walked += page["items"]
        cursor = page["next_cursor"]
    assert walked == whole
    assert house.points(house.ann, currency="earned")["items"] == []
    assert house.points(house.company.admin)["items"] == []


# --- reactions and comments --------------------------------------------------------------------------------------


def test_one_reaction_a_person_and_the_last_one_counts(api, house):
    kudos = house.give(house.ann)
    none = {"thanks": 0, "celebrate": 0, "love": 0, "support": 0, "insightful": 0}
    assert (kudos["reactions"], kudos["my_reaction"]) == (none, None)

    def react(who, word, method=api.put):
        answer = method(f"/v1/kudos/{kudos['id']}/reactions/{word}", who=who)
        assert answer.status_code == 200, answer.text
        return answer.json()["reactions"], answer.json()["my_reaction"]

    assert react(house.bob, "love") == (none | {"love": 1}, "love")
    assert react(house.bob, "love") == (none | {"love": 1}, "love")
    assert react(house.cid, "insightful") == (none | {"love": 1, "insightful": 1}, "insightful")
    assert react(house.bob, "support") == (none | {"support": 1, "insightful": 1}, "support")
    assert react(house.bob, "love", api.delete) == (none | {"support": 1, "insightful": 1}, "support"), "not the one that stands"
    assert react(house.bob, "support", api.delete) == (none | {"insightful": 1}, None)
    assert api.put(f"/v1/kudos/{kudos['id']}/reactions/rage", who=house.bob).status_code == 404
    listed = api.get("/v1/kudos", who=house.cid).json()["items"][0]
    assert (listed["reactions"]["insightful"], listed["my_reaction"]) == (1, "insightful")


def test_comments_are_read_in_order_and_changed_by_their_author(api, house):
    kudos = house.give(house.ann)
    path = f"/v1/kudos/{kudos['id']}/comments"
    said = [made(api.post(path, who=who, json={"text": text})) for who, text in ((house.bob, "Any time."), (house.cid, "Well said!"))]
    assert [c["author"]["id"] for c in said] == [house.bob.id, house.cid.id]
    assert api.get(path, who=house.ann).json()["items"] == said
    assert api.get(f"/v1/kudos/{kudos['id']}", who=house.ann).json()["comments"] == 2
    mine = f"{path}/{said[0]['id']}"
    changed = api.patch(mine, who=house.bob, json={"version": 1, "text": "Any time!"})
    assert (changed.json()["text"], changed.json()["version"]) == ("Any time!", 2)
    assert api.patch(mine, who=house.bob, json={"version": 1, "text": "x"}).json()["code"] == "version_conflict"
    assert api.patch(mine, who=house.company.admin, json={"version": 2, "text": "x"}).status_code == 403
    assert pointers(api.post(path, who=house.bob, json={"text": "x" * 501})) == {"#/text"}
    assert api.delete(mine, who=house.cid).status_code == 403
    assert api.delete(mine, who=house.bob).status_code == 204
    assert api.delete(f"{path}/{said[1]['id']}", who=house.company.manager).status_code == 204
    assert api.get(path, who=house.ann).json()["items"] == []
    cursor, texts = None, [made(api.post(path, who=house.ann, json={"text": str(i)}))["text"] for i in range(3)]
    walked = []
    for _ in texts:
        page = api.get(path, who=house.ann, params={"limit": 1, **({"cursor": cursor} if cursor else {})}).json()
        walked += [c["text"] for c in page["items"]]
        cursor = page["next_cursor"]
    assert (walked, cursor) == (texts, None)


def test_who_does_not_see_a_kudos_takes_no_part_in_it(api, house):
    kudos = house.give(house.ann, visibility="private")
    path = f"/v1/kudos/{kudos['id']}"
    comment = made(api.post(f"{path}/comments", who=house.bob, json={"text": "Between us."}))
    for who in (house.cid, house.company.manager, house.company.admin):
        for answer in (api.put(f"{path}/reactions/love", who=who), api.delete(f"{path}/reactions/love", who=who),
                       api.get(f"{path}/comments", who=who), api.post(f"{path}/comments", who=who, json={"text": "x"}),
                       api.patch(f"{path}/comments/{comment['id']}", who=who, json={"version": 1, "text": "x"}),
                       api.delete(f"{path}/comments/{comment['id']}", who=who),
                       api.post(f"{path}/report", who=who, json={"reason": "spam"})):
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    for who in (house.company.manager, house.company.admin):
        assert api.post(f"{path}/decision", who=who, json={"decision": "remove"}).status_code == 404
    assert api.get(f"{path}/comments", who=house.ann).json()["items"] == [comment]


# --- abuse -------------------------------------------------------------------------------------------------------


def report(api, who, kudos, reason="insult", **members):
    answer = api.post(f"/v1/kudos/{kudos['id']}/report", who=who, json={"reason": reason, **members})
    assert answer.status_code == 204, answer.text


def decide(api, who, kudos, decision):
    return api.post(f"/v1/kudos/{kudos['id']}/decision", who=who, json={"decision": decision, "note": "Looked at."})


def waiting(api, who):
    return {i["kudos"]["id"]: i["reports"] for i in api.get("/v1/reported-kudos", who=who).json()["items"]}


def test_what_is_reported_hides_until_it_is_restored(api, house):
    kudos = house.give(house.ann, points=5)
    earned(house, house.bob, 5)
    report(api, house.cid, kudos, note="Not\nnice.")
    assert [house.sees(p, kudos) for p in (house.ann, house.bob, house.cid, house.company.manager)] == [True, False, False, False]
    assert api.get(f"/v1/kudos/{kudos['id']}", who=house.ann).json()["state"] == "hidden"
    assert api.delete(f"/v1/kudos/{kudos['id']}", who=house.ann).json()["code"] == "conflict", "it waits for a manager"
    assert waiting(api, house.company.manager) == {kudos["id"]: [{"reason": "insult", "note": "Not\nnice."}]}
    assert decide(api, house.company.manager, kudos, "restore").status_code == 204
    assert all(house.sees(p, kudos) for p in (house.ann, house.bob, house.cid))
    assert waiting(api, house.company.manager) == {}
    assert (house.left(house.ann), house.points(house.bob)["earned"]) == (95, 5)
    report(api, house.bob, kudos, "spam")
    assert house.sees(house.cid, kudos), "a manager found it good as it is"
    assert list(waiting(api, house.company.admin)) == [kudos["id"]]
    version = api.get(f"/v1/kudos/{kudos['id']}", who=house.ann).json()["version"]
    assert api.patch(f"/v1/kudos/{kudos['id']}", who=house.ann, json={"version": version, "message": "Worse."}).status_code == 200
    report(api, house.cid, kudos)
    assert not house.sees(house.bob, kudos), "it is not what the manager saw"


def test_what_is_removed_gives_its_points_back(api, house):
    kudos = house.give(house.ann, house.bob, house.cid, points=8)
    earned(house, house.bob, 8)
    report(api, house.bob, kudos, "harassment")
    assert decide(api, house.company.admin, kudos, "remove").status_code == 204
    earned(house, house.bob, 0)
    earned(house, house.cid, 0)
    assert house.left(house.ann) == 100
    assert not any(house.sees(p, kudos) for p in (house.ann, house.bob, house.company.admin))
    assert decide(api, house.company.admin, kudos, "restore").status_code == 404, "it was decided"


def test_only_managers_decide_and_never_about_their_own(api, house):
    kudos = house.give(house.company.manager)
    assert api.post(f"/v1/kudos/{kudos['id']}/report", who=house.company.manager, json={"reason": "spam"}).status_code == 403
    report(api, house.bob, kudos)
    for who in (house.cid, house.company.curator):
        assert decide(api, who, kudos, "restore").status_code == 403
        assert api.get("/v1/reported-kudos", who=who).status_code == 403
    assert decide(api, house.company.manager, kudos, "restore").status_code == 403
    assert decide(api, house.company.admin, kudos, "restore").status_code == 204


def test_a_private_kudos_reaches_managers_only_once_it_is_reported(api, house):
    kudos, quiet = house.give(house.ann, visibility="private"), house.give(house.cid, visibility="private")
    assert waiting(api, house.company.manager) == {}
    report(api, house.bob, kudos)
    assert list(waiting(api, house.company.manager)) == [kudos["id"]]
    assert decide(api, house.company.manager, quiet, "remove").status_code == 404


def test_what_is_withdrawn_waits_for_no_decision_and_comes_back_by_none(api, house):
    kudos, manager = house.give(house.ann, points=5), house.company.manager
    report(api, house.bob, kudos)
    assert decide(api, manager, kudos, "restore").status_code == 204
    report(api, house.cid, kudos)
    assert list(waiting(api, manager)) == [kudos["id"]] and house.sees(house.bob, kudos)
    assert api.delete(f"/v1/kudos/{kudos['id']}", who=house.ann).status_code == 204
    assert waiting(api, manager) == {}
    assert decide(api, manager, kudos, "restore").status_code == 404
    assert api.post(f"/v1/kudos/{kudos['id']}/report", who=house.cid, json={"reason": "spam"}).status_code == 404
    assert not house.sees(house.ann, kudos) and house.left(house.ann) == 100


def test_a_report_that_races_a_withdrawal_leaves_nothing_to_decide(api, house):
    assert house.ann.token and house.bob.token
    for _ in range(8):
        kudos = house.give(house.ann)
        path = f"/v1/kudos/{kudos['id']}"
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            told = pool.submit(api.post, f"{path}/report", who=house.bob, json={"reason": "spam"})
            gone = pool.submit(api.delete, path, who=house.ann)
            outcome = (gone.result().status_code, told.result().status_code)
        assert outcome in ((204, 404), (409, 204)), "whoever is first"
        assert (kudos["id"] in waiting(api, house.company.manager)) == (outcome == (409, 204))


def test_what_is_hidden_is_told_to_nobody_who_may_not_see_it(api, house):
    kudos, dan = house.give(house.ann, mentions=[house.cid.id]), house.company.member
    path = f"/v1/kudos/{kudos['id']}"

    def talk(who):
        made(api.post(f"{path}/comments", who=who, json={"text": "Well said."}))
        assert api.put(f"{path}/reactions/love", who=who).status_code == 200

    def inbox(who):
        return sorted(n["kind"] for n in api.get("/v1/notifications", who=who).json()["items"] if n["object_id"] == kudos["id"])

    talk(dan)
    assert [inbox(p) for p in (house.bob, house.cid)] == [["comment", "kudos", "reaction"], ["mention"]]
    report(api, house.bob, kudos)
    talk(house.ann)
    assert [inbox(p) for p in (house.bob, house.cid)] == [[], []]
    assert inbox(house.ann) == ["comment", "reaction"], "she sees it still"
    assert decide(api, house.company.manager, kudos, "restore").status_code == 204
    assert [inbox(p) for p in (house.bob, house.cid)] == [[], []]
    talk(house.cid)
    assert [inbox(p) for p in (house.bob, house.cid)] == [["comment", "reaction"], []]


def test_who_was_put_out_a_moment_ago_writes_nothing(api, house, rostra, db):
    kudos, mine = house.give(house.bob, house.cid), house.give(house.ann, house.cid)
    path = f"/v1/kudos/{kudos['id']}"
    said = made(api.post(f"{path}/comments", who=house.ann, json={"text": "Yes."}))
    for _ in range(12):  # each process knows her
        assert house.sees(house.ann, kudos)
    rostra("person", "deactivate", "--company", house.company.slug, "--person", house.ann.email)
    for answer in (house.put(house.ann), api.patch(f"/v1/kudos/{mine['id']}", who=house.ann, json={"version": 1, "message": "x"}),
                   api.delete(f"/v1/kudos/{mine['id']}", who=house.ann), api.put(f"{path}/reactions/love", who=house.ann),
                   api.post(f"{path}/comments", who=house.ann, json={"text": "No."}),
                   api.post(f"{path}/report", who=house.ann, json={"reason": "spam"}),
                   api.patch(f"{path}/comments/{said['id']}", who=house.ann, json={"version": 1, "text": "No."})):
        assert answer.status_code in (401, 404, 409), answer.text
    assert house.listed(house.bob) == [mine["id"], kudos["id"]]
    shown = api.get(path, who=house.bob).json()
    assert (shown["comments"], shown["reactions"]["love"]) == (1, 0)
    assert db("SELECT text FROM kudos_comment WHERE company_id = %s", (house.company.id,)) == [{"text": "Yes."}]
    assert waiting(api, house.company.manager) == {}
