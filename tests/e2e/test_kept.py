# SPDX-License-Identifier: Apache-2.0
"""What a worker has summed up for a report is given again, and never after something has changed it.

With convert=true nothing is kept, and without other currencies the answer is the same: it tells what is true.
"""

import pytest
from clicks import clicks_of, rclid_of, visit
from conftest import credits_changed, uuid7
from content import live_post, made, new_campaign, new_share

PERIOD = {"time_zone": "UTC"}
TOLD = ("totals", "unattributed", "rows", "other_currencies")


class Desk:
    def __init__(self, api, link, db, company):
        self.api, self.link, self.db, self.company = api, link, db, company
        self.campaign = new_campaign(api, company, lookback_days=30)
        post = live_post(api, company, campaign_id=self.campaign["id"])
        self.people = [company.add_person(name) for name in ("ann", "bob")]
        self.shares = [new_share(api, person, post) for person in self.people]

    def ask(self, **query):
        answer = self.api.get("/v1/reports/attribution", who=self.company.admin, params={**PERIOD, **query})
        assert answer.status_code == 200, answer.text
        return {k: answer.json()[k] for k in TOLD}

    def agree(self, **query):
        """Every worker that is asked, the first time and again, says what the rows say now."""
        truth = self.ask(convert="true", **query)
        for _ in range(4):
            assert self.ask(**query) == truth
        return truth

    def click(self, number):
        before = len(self.db("SELECT id FROM click WHERE share_id = %s", (self.shares[number]["id"],)))
        answer = visit(self.link, self.shares[number])
        clicks_of(self.db, self.shares[number], before + 1)
        return rclid_of(answer)

    def lead(self, click=None, value=10_000, currency="EUR", **more):
        body = {"external_id": uuid7(), "value": {"amount_minor": value, "currency": currency}, **more}
        return made(self.api.post("/v1/leads", who=self.company.api_key, json={**body, **({"click_id": click} if click else {})}))


@pytest.fixture
def desk(api, link, db, make_company):
    return Desk(api, link, db, make_company())


def test_each_change_is_seen_by_all_workers_at_once(desk):
    api, company = desk.api, desk.company
    assert desk.agree()["totals"]["conversions"] == 0
    first = desk.lead(desk.click(0))
    assert desk.agree()["rows"][0]["value"]["amount_minor"] == 10_000
    desk.lead()                                                   # nobody's
    assert desk.agree()["unattributed"]["conversions"] == 1
    desk.lead(currency="USD")                                     # another currency
    assert desk.agree(currency="USD")["totals"]["conversions"] == 1
    won = {"external_id": uuid7(), "stage": "won", "value": {"amount_minor": 70_000, "currency": "EUR"}}
    made(api.post(f"/v1/leads/{first['id']}/conversions", who=company.api_key, json=won))
    assert desk.agree(stage="won", model="linear,last,markov")["totals"]["value"]["amount_minor"] == 70_000
    second = desk.lead(desk.click(1), 500)
    assert len(desk.agree()["rows"]) == 2
    merged = api.post(f"/v1/leads/{second['id']}/merge", who=company.admin, json={"lead_id": first["id"]})
    assert merged.status_code in (200, 201), merged.text
    desk.agree()
    desk.agree(stage="won")


def test_an_overruled_click_a_window_and_a_name_are_seen(desk):
    api, company = desk.api, desk.company
    desk.lead(desk.click(0))
    assert len(desk.agree()["rows"]) == 1
    listed = api.get("/v1/clicks", who=company.admin, params={"share": desk.shares[0]["id"]}).json()["items"][0]
    note = api.post(f"/v1/clicks/{listed['id']}/overrule", who=company.admin, json={"class": "internal", "note": "our own"})
    assert note.status_code == 200, note.text
    assert desk.agree()["rows"] == []
    desk.lead(desk.click(1))
    for path, body in ((f"/v1/campaigns/{desk.campaign['id']}", {"lookback_days": 7}), ("/v1/company", {"lookback_days": 9})):
        version = api.get(path, who=company.admin).json()["version"]
        assert api.patch(path, who=company.admin, json={**body, "version": version}).status_code == 200
        desk.agree()
    before = desk.agree()["rows"][0]["name"]
    desk.db("UPDATE person SET display_name = 'Bobbie' WHERE company_id = %s AND id = %s", (company.id, desk.people[1].id))
    assert desk.agree()["rows"][0]["name"] == "Bobbie" != before


def test_what_nothing_changed_is_not_summed_up_again(desk):
    desk.lead(desk.click(0))
    before = desk.agree()
    for _ in range(10):
        desk.ask()
    # Behind the back of all who keep something.
    desk.db("UPDATE conversion SET value_minor = 1 WHERE company_id = %s", (desk.company.id,))
    assert before in [desk.ask() for _ in range(10)]
    credits_changed(desk.db, desk.company)
    assert desk.agree()["totals"]["value"]["amount_minor"] == 1
