# SPDX-License-Identifier: Apache-2.0
"""What giving remembers of a company and its people: it is remembered, and no change of it is ever missed."""

import re

import pytest

from conftest import uuid7, wait_until
from content import made
from test_kudos import House, pointers, say
from test_kudos_phone import rename_value, team_of
from test_notice import around_now, ok
from test_scim import Directory

# Of the two processes that answer, each has been asked, but for one time in 2^11.
WARM = 12


@pytest.fixture
def house(api, make_company):
    """Where Ann has thanked Bob often enough to be remembered with him."""
    there = House(api, make_company(time_zone="UTC"))
    warm(there)
    return there


def warm(house):
    for _ in range(WARM):
        house.give(house.ann, house.bob)


def each_time(house, look):
    """What looks at a kudos finds the same as often as it is given."""
    return {look(house.give(house.ann, house.bob)) for _ in range(WARM)}


def told(house, who):
    return len(ok(house.api.get("/v1/notifications", who=who, params={"limit": 100}))["items"])


def test_who_is_thanked_again_is_remembered(ops, house):
    def hits():
        text = ops.get("/metrics", contract=False).text
        return sum(int(n) for n in re.findall(r'^rostra_cache_hits_total\{[^}]*cache="people"[^}]*\} (\d+)', text, re.M))

    before = hits()
    warm(house)
    assert wait_until(lambda: hits() >= before + 4 * WARM), "giver, recipient, value and house of each"


def test_a_name_is_that_of_now(api, house):
    for person, name in ((house.bob, "Bobby"), (house.ann, "Anna")):
        Directory(api, house.company).patch(f"Users/{person.id}", {"op": "replace", "path": "displayName", "value": name})
    names = each_time(house, lambda k: (k["giver"]["display_name"], k["recipients"][0]["display_name"]))
    assert names == {("Anna", "Bobby")}


def test_who_left_is_thanked_no_more_until_they_are_back(house, rostra):
    where = ("--company", house.company.slug, "--person", house.bob.email)
    rostra("person", "deactivate", *where)
    for _ in range(WARM):
        assert pointers(house.put(house.ann)) == {"#/recipients/0"}
    rostra("person", "activate", *where)
    warm(house)


def test_a_team_counts_from_the_day_one_is_in_it(house, db):
    def teams():
        return each_time(house, lambda k: db("SELECT team_id FROM kudos_person WHERE kudos_id = %s", (k["id"],))[0]["team_id"])

    first = team_of(house, house.bob)
    assert teams() == {first["id"]}
    second = team_of(house, house.bob)
    assert teams() == {second["id"]}
    assert house.api.delete(f"/v1/teams/{second['id']}/members/{house.bob.id}", who=house.company.admin).status_code == 204
    assert teams() == {None}


def settle(house, **members):
    settings = ok(house.api.get("/v1/notification-settings", who=house.bob))
    ok(house.api.patch("/v1/notification-settings", who=house.bob, json={"version": settings["version"], **members}))


def test_what_is_switched_off_is_told_no_more(house):
    before = told(house, house.bob)
    settle(house, muted=["kudos"])
    warm(house)
    assert told(house, house.bob) == before
    settle(house, muted=[])
    warm(house)
    assert told(house, house.bob) == before + WARM


def test_quiet_hours_begin_with_the_next_kudos_in_the_zone_of_now(house):
    before = told(house, house.bob)
    settle(house, **around_now())
    warm(house)
    assert told(house, house.bob) == before, "in the company's zone"
    version = ok(house.api.get("/v1/me", who=house.bob))["version"]
    ok(house.api.patch("/v1/me", who=house.bob, json={"version": version, "time_zone": "Pacific/Kiritimati"}))
    warm(house)
    assert told(house, house.bob) == before + WARM, "in their own"


def test_the_companys_zone_is_that_of_now(house):
    before = told(house, house.bob)
    settle(house, **around_now(zone_hours=14))
    warm(house)
    assert told(house, house.bob) == before + WARM
    company = ok(house.api.get("/v1/company", who=house.company.admin))
    ok(house.api.patch("/v1/company", who=house.company.admin, json={"version": company["version"], "time_zone": "Pacific/Kiritimati"}))
    warm(house)
    assert told(house, house.bob) == before + WARM


def test_a_policy_limits_from_the_next_kudos_on(api, house):
    say(api, house.company, pair_max=1)
    for _ in range(WARM):
        assert pointers(house.put(house.ann)) == {"#/recipients/0"}
    say(api, house.company, pair_max=0)
    warm(house)


def test_a_raise_counts_from_the_next_kudos_on(api, house):
    house.give(house.ann, points=100)
    assert house.put(house.ann, points=1).status_code == 409
    say(api, house.company, monthly_allowance=100 + WARM)
    for _ in range(WARM):
        house.give(house.ann, points=1)
    assert house.put(house.ann, points=1).status_code == 409


def test_a_boost_counts_from_the_next_kudos_on(api, house):
    house.give(house.ann, points=100)
    assert house.put(house.ann, points=1).status_code == 409
    ok(api.put(f"/v1/kudos-boosts/{house.ann.id}", who=house.company.admin, json={"points": WARM}))
    for _ in range(WARM):
        house.give(house.ann, points=1)
    assert house.put(house.ann, points=1).status_code == 409


def test_a_value_is_called_as_it_is_now_and_archived_at_once(api, house):
    rename_value(house, "Care")
    assert each_time(house, lambda k: k["value_name"]) == {"Care"}
    value = next(v for v in api.get("/v1/values", who=house.ann).json()["items"] if v["id"] == house.value["id"])
    ok(api.patch(f"/v1/values/{value['id']}", who=house.company.admin, json={"version": value["version"], "archived": True}))
    for _ in range(WARM):
        assert pointers(house.put(house.ann)) == {"#/value_id"}


def test_a_value_with_the_id_of_a_person_is_neither(api, house):
    """Ids of values are their makers' choice."""
    body = {"name": f"Mischief {uuid7()}"}
    made(api.put(f"/v1/values/{house.bob.id}", who=house.company.admin, json=body))
    for _ in range(WARM):
        assert house.give(house.ann, house.bob, value_id=house.bob.id)["value_name"] == body["name"]
        assert house.give(house.ann, house.bob)["value_name"] == house.value["name"]
    assert pointers(house.put(house.ann, recipients=[house.value["id"]])) == {"#/recipients/0"}


def test_another_company_is_remembered_apart(api, house, make_company):
    other = House(api, make_company())
    warm(other)
    assert pointers(other.put(other.ann, recipients=[house.bob.id], value_id=house.value["id"])) == {"#/recipients/0", "#/value_id"}
