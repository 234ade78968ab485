# SPDX-License-Identifier: Apache-2.0
"""Which day a deed's points are of, and which rules hold on it: whatever changes later, it is paid once."""

import datetime
import json

import pytest

from conftest import uuid7
from content import made
from test_kudos import House
from test_points import replay, rules, settled, share, standing, told, verify

UTC = datetime.timezone.utc


@pytest.fixture
def house(api, make_company):
    return House(api, make_company())


def move(house, zone):
    """The company's time zone is another."""
    company = house.api.get("/v1/company", who=house.company.admin).json()
    answer = house.api.patch("/v1/company", who=house.company.admin, json={"version": company["version"], "time_zone": zone})
    assert answer.status_code == 200, answer.text


def zone_of_another_day():
    """One in which it is not the day that it is in UTC."""
    return "Pacific/Kiritimati" if datetime.datetime.now(UTC).hour >= 10 else "Pacific/Pago_Pago"


def day(ago):
    return datetime.datetime.now(UTC).date() - datetime.timedelta(days=ago)


def at(ago, hour=12):
    return f"{day(ago)}T{hour:02}:00:00Z"


def lesson(house, who, ago=0, item="c1", hour=12):
    made(told(house, who, item=item, occurred_at=at(ago, hour) if ago else None)[1])


def adopt(house, first, last, *given, check=True):
    """The rules hold from `first` days ago to `last` days ago, included."""
    args = ["points", "replay", "--company", house.company.slug, "--from", str(day(first)), "--to", str(day(last - 1)),
            "--rules", "-", "--adopt", "--json"]
    return house.company.stack.rostra(*args, stdin=json.dumps({"rules": given}), check=check)


def agree(house):
    found = replay(house)
    assert all(stands == should for stands, should in found.values()), found


def test_what_was_paid_is_not_paid_again_when_the_zone_changes(api, house):
    rules(api, house, share("kudos_given", 10), share("outside_action", 25, name="lesson", cap=60))
    lesson(house, house.ann)
    house.give(house.bob, house.cid, points=0)
    settled(house)
    move(house, zone_of_another_day())
    lesson(house, house.ann)
    house.give(house.bob, house.cid, points=0)
    settled(house)
    assert (house.points(house.ann)["earned"], house.points(house.bob)["earned"]) == (5, 2)
    lesson(house, house.ann)
    assert house.points(house.ann)["earned"] == 6, "the day's cap goes on with the day"
    agree(house)
    move(house, "UTC")
    assert house.company.stack.db("SELECT 1 FROM company_zone WHERE company_id = %s", (house.company.id,)) == [], "nothing had begun"
    agree(house)
    verify(house)


def test_a_deed_is_of_the_day_it_had_in_the_zone_of_then(api, make_company):
    house = House(api, make_company(time_zone="Asia/Tokyo"))
    house.company.stack.db("INSERT INTO company_zone (company_id, until_at, time_zone) VALUES (%s, %s, 'UTC')",
                           (house.company.id, f"{day(3)} 00:00:00"))
    adopt(house, 8, 0, {"action": "outside_action", "name": "lesson", "points_tenths": 10, "day_cap_tenths": 15})
    for ago in (4, 2):
        for hour in (14, 20):
            lesson(house, house.ann, ago, hour=hour)
    days = house.company.stack.db("SELECT day, CAST(SUM(tenths) AS SIGNED) n FROM point_entry WHERE company_id = %s GROUP BY day"
                                  " ORDER BY day", (house.company.id,))
    assert [(d["day"], d["n"]) for d in days] == [
        (int(f"{day(4):%Y%m%d}"), 15), (int(f"{day(2):%Y%m%d}"), 10), (int(f"{day(1):%Y%m%d}"), 10)]
    agree(house)
    verify(house)


def test_an_adoption_settles_the_days_after_it_where_an_item_is_capped(api, house):
    adopt(house, 10, 0, {"action": "outside_action", "name": "lesson", "points_tenths": 25, "item_cap_tenths": 50})
    for ago in (5, 5, 3):
        lesson(house, house.ann, ago)
    assert house.points(house.ann)["earned"] == 5
    adopt(house, 5, 5)
    assert house.points(house.ann)["earned"] == 2.5, "the third is the first of its item now"
    agree(house)
    adopt(house, 5, 5, {"action": "outside_action", "name": "lesson", "points_tenths": 40})
    assert standing(house, house.ann, "outside_action") == [4, 4], "what has no cap leaves nothing to what has one"
    lesson(house, house.bob, 3)
    lesson(house, house.bob, 5)
    assert standing(house, house.bob, "outside_action") == [1, 4], "the same when deeds come late"
    agree(house)
    verify(house)


def test_what_has_no_item_is_one_of_its_own(api, house):
    adopt(house, 5, 0, {"action": "outside_action", "name": "lesson", "points_tenths": 10, "item_cap_tenths": 15})
    for ago in (1, 3, 2):
        lesson(house, house.ann, ago, item=None)
    assert house.points(house.ann)["earned"] == 3
    agree(house)


def test_of_rules_that_hold_for_an_instant_the_ones_said_last_count(api, house):
    rule = {"action": "outside_action", "name": "lesson", "points_tenths": 10}
    refused = adopt(house, 0, -1, rule, check=False)
    assert refused.returncode == 2 and str(day(-1)) in refused.stderr, "what days to come earn is not adopted"
    adopt(house, 3, 0, rule)
    lesson(house, house.ann, item=None)
    assert house.points(house.ann)["earned"] == 1
    rules(api, house, share("outside_action", 500, name="lesson"), ahead=0.3)
    lesson(house, house.ann, item=None)
    assert house.points(house.ann)["earned"] == 51, "from its instant on, today"
    agree(house)
    adopt(house, 0, 0, {**rule, "points_tenths": 20})
    assert house.points(house.ann)["earned"] == 4
    agree(house)
    pages, cursor = [], {}
    while cursor is not None:
        page = api.get("/v1/point-adoptions", who=house.ann, params={"limit": 1, **cursor}).json()
        pages += page["items"]
        cursor = {"cursor": page["next_cursor"]} if page["has_more"] else None
    assert [(a["from"][:10], a["to"][:10], a["rules"][0]["points_tenths"]) for a in pages] == [
        (str(day(0)), str(day(-1)), 20), (str(day(3)), str(day(-1)), 10)], "anybody can tell what holds on a day"
    assert pages[0]["created_at"] > api.get("/v1/point-rules", who=house.ann).json()["items"][0]["created_at"]
