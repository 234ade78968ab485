# SPDX-License-Identifier: Apache-2.0
"""Strangers for the link host: browsers, and what their visits left behind."""

import itertools
import urllib.parse

from conftest import wait_until

_numbers = itertools.count(1)


def browser(**headers):
    """Headers of a browser that nobody else has: another visitor at the same address."""
    return {"User-Agent": f"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.{next(_numbers)}",
            "Accept-Language": "en", **headers}


def path_of(share, query=""):
    return urllib.parse.urlsplit(share["link"]).path + query


def visit(link, share, query="", **headers):
    """A human's visit unless the headers say otherwise."""
    return link.get(path_of(share, query), headers=browser(**headers), contract=False)


def rclid_of(response):
    """The click id the destination was told; None without one."""
    query = urllib.parse.urlsplit(response.headers["Location"]).query
    return urllib.parse.parse_qs(query).get("rclid", [None])[0]


def clicks_of(db, share, count):
    """The share's clicks, oldest first, once there are so many; fails when there are more."""

    def rows():
        found = db("SELECT class, reason, rule_version, HEX(id) id, HEX(rclid) rclid, HEX(visitor) visitor,"
                   " HEX(ip_hash) ip_hash, ip_prefix, user_agent, referrer, clicked_at FROM click"
                   " WHERE share_id = %s ORDER BY clicked_at, id", (share["id"],))
        return found if len(found) >= count else None

    found = wait_until(rows, 5, f"{count} clicks of {share['id']}")
    assert len(found) == count, found
    return found


def sums_agree(db, share):
    """The roll-ups of the share's company are what its clicks say; other companies' may be made up by other tests."""
    (company,) = db("SELECT company_id id FROM share WHERE id = %s", (share["id"],))
    by_day, by_class = "SELECT DATE(clicked_at) day, share_id, class, COUNT(*) n", "SELECT class, COUNT(*) n"
    rows = (f"{by_day} FROM click WHERE company_id = %s GROUP BY 1, 2, 3", f"{by_class} FROM click WHERE company_id = %s GROUP BY 1")
    sums = ("SELECT day, share_id, class, SUM(n) n FROM click_day WHERE company_id = %s GROUP BY 1, 2, 3 HAVING SUM(n) <> 0",
            "SELECT class, SUM(n) n FROM click_quarter WHERE company_id = %s GROUP BY 1 HAVING SUM(n) <> 0")
    for of_rows, of_sums in zip(rows, sums):
        one, other = (sorted(tuple(map(str, r.values())) for r in db(sql, (company["id"],))) for sql in (of_rows, of_sums))
        assert one == other
