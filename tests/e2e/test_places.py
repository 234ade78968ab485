# SPDX-License-Identifier: Apache-2.0
"""Countries and cities of clicks, where the operator gives a file."""

import mmdb
from clicks import clicks_of, visit
from content import live_post, new_share

from conftest import Client, company_of, wait_until


def test_a_click_has_the_country_and_city_of_its_network(own_stack, tmp_path):
    file = tmp_path / "places.mmdb"
    mmdb.write(file, {"127.0.0.0/24": {"city": {"names": {"en": "Zürich", "de": "x"}}, "country": {"iso_code": "CH"}},
                      "10.0.0.0/8": {"country": {"iso_code": "DE"}}})
    stack = own_stack("--processes", "1,1", "--threads", "2,2", "--set", f"click_places={file}")
    api, link = Client(stack.places["API"]), Client(stack.places["LINK"])
    company = company_of(stack, "acme", "Acme")
    share = new_share(api, company.member, live_post(api, company))

    def clicked(count):
        visit(link, share)
        clicks_of(stack.db, share, count)
        items = api.get("/v1/clicks", who=company.admin, params={"share": share["id"]}).json()["items"]
        return items[0]["country"], items[0]["city"]

    assert clicked(1) == ("CH", "Zürich")
    # Another file, without a restart; one that is none is told of and harms nothing.
    mmdb.write(file.with_suffix(".new"), {"127.0.0.0/8": {"country": {"iso_code": "AT"}, "city": {"names": {"en": "x" * 81}}}})
    file.with_suffix(".new").rename(file)
    assert clicked(2) == ("AT", None)
    file.write_bytes(b"no such file")
    assert clicked(3) == (None, None)
    wait_until(lambda: any(line.get("event") == "click_places" for line in stack.log()), what="the warning")
