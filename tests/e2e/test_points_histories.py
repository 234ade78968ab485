# SPDX-License-Identifier: Apache-2.0
"""Random histories of points, beside a naive model: allowances by arithmetic, what is earned by counting the deeds again."""

import collections
import concurrent.futures
import datetime
import json
import random
import zoneinfo

from hypothesis import Phase, seed, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from conftest import uuid7, wait_until
from random_histories import SEED, examples
from test_kudos import House, decide, report, say
from test_points import settled, share, soon, verify

ALLOWANCE, PAST_DAYS, HISTORIES_A_HOUSE = 30, 9, 8
ZONES = ("UTC", "Asia/Tokyo", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Etc/GMT+12", "Europe/Berlin")
UTC = datetime.timezone.utc
WHO = st.integers(0, 2)
CAP = st.sampled_from([None, 15, 25, 40])


@st.composite
def rule_lists(draw):
    """What some actions earn, in their order."""
    made = [share("kudos_given", draw(st.integers(1, 12)), draw(CAP), draw(CAP)),
            share("kudos_received", draw(st.integers(1, 12)), draw(CAP), draw(CAP)),
            share("outside_action", draw(st.integers(1, 30)), draw(CAP), draw(CAP), name="lesson"),
            share("outside_action", draw(st.integers(1, 30)), draw(CAP), draw(CAP), name="quiz")]
    return [r for r in made if draw(st.booleans())]


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class Ground:
    """A company whose zone was another some days ago; its people have nothing between two histories."""

    def __init__(self, api, make_company, chance):
        self.house = house = House(api, make_company(time_zone=chance.choice(ZONES)))
        say(api, house.company, monthly_allowance=ALLOWANCE)
        self.people, self.db = [house.ann, house.bob, house.cid], house.company.stack.db
        self.used, self.clean = 0, True
        for ago in sorted(chance.sample(range(1, PAST_DAYS), chance.randrange(3)), reverse=True):
            until = datetime.datetime.now(UTC) - datetime.timedelta(days=ago, hours=chance.randrange(24))
            self.db("INSERT INTO company_zone (company_id, until_at, time_zone) VALUES (%s, %s, %s)",
                    (house.company.id, until.replace(tzinfo=None), chance.choice(ZONES)))

    def day(self, at):
        """As include/rostra/zones.h has it."""
        rows = self.db("SELECT until_at, time_zone FROM company_zone WHERE company_id = %s UNION ALL SELECT '9999-01-01', time_zone"
                       " FROM company WHERE id = %s ORDER BY 1", (self.house.company.id,) * 2)
        least = datetime.date.min
        for row in rows:
            until, zone = row["until_at"], zoneinfo.ZoneInfo(row["time_zone"])
            until = datetime.datetime.fromisoformat(str(until)).replace(tzinfo=UTC)
            if at < until:
                return max(least, at.astimezone(zone).date())
            least = max(least, (until - datetime.timedelta(microseconds=1)).astimezone(zone).date())
        raise AssertionError("the last row has no end")

    def today(self):
        """As boards have it: in the zone of now, which may be a day that deeds were of already."""
        (row,) = self.db("SELECT time_zone FROM company WHERE id = %s", (self.house.company.id,))
        return int(f"{datetime.datetime.now(zoneinfo.ZoneInfo(row['time_zone'])):%Y%m%d}")

    def latest_day(self, person):
        (row,) = self.db("SELECT COALESCE(MAX(day), 0) day FROM point_entry WHERE company_id = %s AND person_id = %s",
                         (self.house.company.id, person.id))
        return row["day"]

    def listed(self, path):
        return self.house.api.get(path, who=self.house.ann, params={"limit": 100}).json()["items"]

    def replay(self, first, last, given=None):
        """{(person, action): (stands, should)}; of the days from one to another, included; given: adopted."""
        args = ["points", "replay", "--company", self.house.company.slug, "--from", str(first),
                "--to", str(last + datetime.timedelta(days=1)), "--json"]
        if given is not None:
            args += ["--rules", "-", "--adopt"]
        rows = json.loads(self.house.company.stack.rostra(*args, stdin=None if given is None else json.dumps({"rules": given})))
        return {(r["person"], r["action"]): (r["stands"], r["should"]) for r in rows}


class History(RuleBasedStateMachine):
    grounds = None  # set by the test: gives a ground

    @initialize()
    def begin(self):
        self.ground = self.grounds()
        self.house, self.people = self.ground.house, self.ground.people
        self.api, self.admin = self.house.api, self.house.company.admin
        self.kudos, self.deeds = {}, {}
        self.ground.clean = False

    # --- what people do ---

    def left(self, giver):
        return ALLOWANCE - sum(k["points"] * len(k["to"]) for k in self.kudos.values() if k["giver"] == giver and k["state"] != "gone")

    def in_state(self, *states):
        return [i for i, k in self.kudos.items() if k["state"] in states]

    def put(self, giver, to, points):
        kudos_id = uuid7()
        return giver, to, points, self.house.put(self.people[giver], *(self.people[i] for i in to), kudos_id=kudos_id, points=points)

    def keep(self, giver, to, points, answer):
        assert answer.status_code in (201, 409), answer.text
        if answer.status_code == 201:
            told = answer.json()
            self.kudos[told["id"]] = {"giver": giver, "to": to, "points": points, "state": "visible", "version": 1,
                                      "at": instant(told["created_at"]), "judged": False}
        return answer.status_code == 201

    @rule(giver=WHO, to=st.sets(WHO, min_size=1, max_size=2), points=st.integers(0, 12))
    def give(self, giver, to, points):
        to = sorted(to - {giver})
        if to:
            enough = points * len(to) <= self.left(giver)
            assert self.keep(*self.put(giver, to, points)) == enough

    @rule(giver=WHO, points=st.lists(st.integers(3, 15), min_size=2, max_size=4), doer=WHO, deeds=st.integers(0, 3))
    def all_at_once(self, giver, points, doer, deeds):
        before = self.left(giver)
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            given = [pool.submit(self.put, giver, [(giver + 1 + n % 2) % 3], p) for n, p in enumerate(points)]
            done = [pool.submit(self.tell, doer, "lesson", n % 2, 0, 0) for n in range(deeds)]
        taken = sum(p for p, g in zip(points, given) if self.keep(*g.result()))
        assert taken <= before and all(p > before - taken for p, g in zip(points, given) if g.result()[3].status_code == 409)
        for d in done:
            d.result()

    @precondition(lambda self: self.in_state("visible"))
    @rule(data=st.data(), points=st.integers(0, 12))
    def change(self, data, points):
        kudos_id = data.draw(st.sampled_from(self.in_state("visible")))
        k = self.kudos[kudos_id]
        answer = self.api.patch(f"/v1/kudos/{kudos_id}", who=self.people[k["giver"]], json={"version": k["version"], "points": points})
        assert (answer.status_code == 200) == ((points - k["points"]) * len(k["to"]) <= self.left(k["giver"])), answer.text
        if answer.status_code == 200:
            k |= {"points": points, "version": k["version"] + 1}

    @precondition(lambda self: self.in_state("visible", "hidden"))
    @rule(data=st.data())
    def withdraw(self, data):
        kudos_id = data.draw(st.sampled_from(self.in_state("visible", "hidden")))
        k = self.kudos[kudos_id]
        answer = self.api.delete(f"/v1/kudos/{kudos_id}", who=self.people[k["giver"]])
        assert answer.status_code == (204 if k["state"] == "visible" else 409), f"{k}: what was reported is a manager's matter {answer.text}"
        if k["state"] == "visible":
            assert decide(self.api, self.admin, {"id": kudos_id}, "restore").status_code in (404, 409), "what is withdrawn stays so"
            k["state"] = "gone"

    @precondition(lambda self: self.in_state("visible"))
    @rule(data=st.data())
    def complain(self, data):
        kudos_id = data.draw(st.sampled_from(self.in_state("visible")))
        k = self.kudos[kudos_id]
        if not k["judged"]:
            report(self.api, self.people[k["to"][0]], {"id": kudos_id})
            k["state"] = "hidden"

    @precondition(lambda self: self.in_state("hidden"))
    @rule(data=st.data(), decision=st.sampled_from(["restore", "remove"]))
    def judge(self, data, decision):
        kudos_id = data.draw(st.sampled_from(self.in_state("hidden")))
        answer = decide(self.api, self.admin, {"id": kudos_id}, decision)
        assert answer.status_code == 204, answer.text
        told = self.api.get(f"/v1/kudos/{kudos_id}", who=self.people[self.kudos[kudos_id]["giver"]])
        self.kudos[kudos_id] |= {"state": "visible" if decision == "restore" else "gone", "judged": True,
                                 **({"version": told.json()["version"]} if decision == "restore" else {})}

    @rule(who=WHO, name=st.sampled_from(["lesson", "lesson", "quiz"]), item=st.sampled_from([None, 0, 1]),
          ago=st.integers(0, PAST_DAYS - 1), hour=st.integers(0, 23))
    def tell(self, who, name, item, ago, hour):
        at = datetime.datetime.now(UTC) - datetime.timedelta(days=ago, hours=hour)
        answer = self.api.post("/v1/actions", who=self.admin, json={
            "external_id": uuid7(), "name": name, "person_id": self.people[who].id, "item": None if item is None else f"item {item}",
            "occurred_at": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")})
        assert answer.status_code == 201, answer.text
        told = answer.json()
        self.deeds[told["id"]] = {"who": who, "name": name, "item": item, "at": instant(told["occurred_at"])}

    @precondition(lambda self: self.deeds)
    @rule(data=st.data())
    def take_back(self, data):
        deed_id = data.draw(st.sampled_from(sorted(self.deeds)))
        assert self.api.delete(f"/v1/actions/{deed_id}", who=self.admin).status_code == 204
        del self.deeds[deed_id]

    # --- what the company does ---

    @rule(rules=rule_lists())
    def put_rules(self, rules):
        answer = self.api.put(f"/v1/point-rules/{uuid7()}", who=self.admin, json={"from": soon(0.4), "rules": rules})
        assert answer.status_code == 201, answer.text

    @rule(rules=rule_lists(), first=st.integers(0, PAST_DAYS), days=st.integers(1, PAST_DAYS))
    def adopt(self, rules, first, days):
        today = self.ground.day(datetime.datetime.now(UTC))
        last = min(today, today + datetime.timedelta(days=days - 1 - first))
        self.ground.replay(today - datetime.timedelta(days=first), last, rules)

    @rule(zone=st.sampled_from(ZONES))
    def move(self, zone):
        company = self.api.get("/v1/company", who=self.admin).json()
        answer = self.api.patch("/v1/company", who=self.admin, json={"version": company["version"], "time_zone": zone})
        assert answer.status_code == 200, answer.text

    # --- what always holds ---

    @invariant()
    def the_allowance_is_what_the_model_says(self):
        for i, person in enumerate(getattr(self, "people", [])):
            assert self.house.left(person) == self.left(i) >= 0

    def facts(self):
        """(at, id, person, action, name, item): kudos are withdrawn, or count."""
        for i, k in self.kudos.items():
            if k["state"] != "gone":
                yield k["at"], i, k["giver"], "kudos_given", None, None
                for to in k["to"]:
                    yield k["at"], i, to, "kudos_received", None, k["giver"]
        for i, d in self.deeds.items():
            yield d["at"], i, d["who"], "outside_action", d["name"], None if d["item"] is None else (d["name"], d["item"])

    def counted(self):
        """Tenths by (person's id, action): each deed in the order of time, by the rules of then, within their caps."""
        sets = [(instant(s["from"]), instant(s["created_at"]), s["rules"]) for s in self.ground.listed("/v1/point-rules")]
        adopted = [(instant(a["from"]), instant(a["to"]), instant(a["created_at"]), a["rules"])
                   for a in self.ground.listed("/v1/point-adoptions")]
        tenths, of_day, of_item = collections.Counter(), collections.Counter(), collections.Counter()
        for at, fact_id, who, action, name, item in sorted(self.facts(), key=lambda f: f[:2]):
            holding = [(said, rules) for begin, said, rules in [max((s for s in sets if s[0] <= at), default=(None, None, None))] if rules is not None]
            holding += [(said, rules) for begin, end, said, rules in adopted if begin <= at < end]
            said = max(holding, key=lambda h: h[0], default=(None, []))[1]
            for r in said:
                if (r["action"], r["name"]) != (action, name):
                    continue
                day, thing = (who, action, name, self.ground.day(at)), (who, action, item if item is not None else fact_id)
                gets = r["points_tenths"]
                for cap, given in ((r["day_cap_tenths"], of_day[day]), (r["item_cap_tenths"], of_item[thing])):
                    gets = gets if cap is None else min(gets, max(0, cap - given))
                of_day[day] += gets
                of_item[thing] += gets
                tenths[self.people[who].id, action] += gets
        return {k: n for k, n in tenths.items() if n}

    def teardown(self):
        if not hasattr(self, "people"):
            return
        settled(self.house)
        today = self.ground.day(datetime.datetime.now(UTC))
        begin = today - datetime.timedelta(days=PAST_DAYS + 5)
        found, counted = self.ground.replay(begin, today), self.counted()
        assert all(stands == should for stands, should in found.values()), f"the same rules change nothing: {found}"
        assert {k: stands for k, (stands, _) in found.items() if stands} == counted
        for i, person in enumerate(self.people):
            received = sum(k["points"] for k in self.kudos.values() if k["state"] != "gone" and i in k["to"])
            earned = self.house.points(person)["earned"]
            assert round(earned * 10) == received * 10 + sum(n for (who, _), n in counted.items() if who == person.id)
            if self.ground.latest_day(person) <= self.ground.today():
                assert self.api.get("/v1/boards/points_year", who=person).json()["me"]["score"] == earned, "a board counts the same"
        for kudos_id in self.in_state("visible", "hidden"):
            giver, state = self.people[self.kudos[kudos_id]["giver"]], self.kudos[kudos_id]["state"]
            gone = self.api.delete(f"/v1/kudos/{kudos_id}", who=giver) if state == "visible" else \
                decide(self.api, self.admin, {"id": kudos_id}, "remove")
            assert gone.status_code == 204, f"{self.kudos[kudos_id]} {gone.text}"
        for deed_id in self.deeds:
            assert self.api.delete(f"/v1/actions/{deed_id}", who=self.admin).status_code == 204
        settled(self.house)
        for person in self.people:
            points = self.house.points(person)
            assert (points["earned"], points["allowance"]["left"]) == (0, ALLOWANCE), "all undone leaves nothing"
        self.ground.clean = True


def test_every_history_ends_in_balances_that_are_sums_and_undone_in_nothing(api, make_company):
    chance, grounds = random.Random(SEED), []

    def ground():
        if not grounds or grounds[-1].used == HISTORIES_A_HOUSE or not grounds[-1].clean:
            if grounds:
                verify(grounds[-1].house)
            grounds.append(Ground(api, make_company, chance))
        grounds[-1].used += 1
        return grounds[-1]

    @seed(SEED)
    class OfThese(History):
        grounds = staticmethod(ground)

    # The first ten are short.  As they came: to make one shorter takes many more companies.
    run_state_machine_as_test(OfThese, settings=examples(25, stateful_step_count=20, phases=[Phase.generate]))
    verify(grounds[-1].house)
