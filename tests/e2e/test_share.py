# SPDX-License-Identifier: Apache-2.0
"""Sharing: checked words, short links, intents, warnings, revoking."""

import concurrent.futures
import secrets
import time
import urllib.parse

import pytest

from conftest import Client, uuid7, wait_until
from content import NETWORKS, draft_post, live_post, new_channel, new_share


@pytest.fixture(scope="module")
def post(api, acme):
    return live_post(api, acme, disclosures=[{"network": "any", "text": "#TeamAcme"}],
                     texts=[{"text": "Come to Lyon."}, {"language": "de", "text": "Komm nach Lyon."}])


def put(api, who, post, id_=None, **body):
    return api.put(f"/v1/shares/{id_ or uuid7()}", who=who, json={"post_id": post["id"], "network": "x", **body})


def faults(response):
    assert response.status_code == 422, response.text
    return sorted(e["pointer"] for e in response.json()["errors"])


def test_a_share_has_a_link_of_its_own_and_no_name_in_it(api, acme, post, link):
    share = new_share(api, acme.member, post, "x", text="Lyon it is #TeamAcme")
    assert share["text"] == f"Lyon it is #TeamAcme {share['link']}"
    code = share["link"].rsplit("/r/", 1)[1]
    assert len(code) == 8 and code.isalnum()
    assert acme.member.id not in share["link"]
    clicked = link.get(f"/r/{code}", headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/128.0"})
    assert clicked.status_code == 302 and clicked.headers["Location"].startswith("https://www.acme.example/lyon")


@pytest.mark.parametrize("network", NETWORKS)
def test_every_network_has_its_intent(api, acme, post, network):
    share = new_share(api, acme.manager, post, network, text="A & b\nü #TeamAcme")
    url = share["intent_url"]
    if network == "copy":
        assert url is None
        return
    assert url.split(":", 1)[0] == ("mailto" if network == "email" else "https")
    decoded = urllib.parse.unquote(url)
    assert share["link"] in decoded
    assert " " not in url and "\n" not in url
    if network not in ("facebook",):
        assert "A & b" in decoded and "A%20%26%20b" in url


def test_one_tap_shares_the_suggested_text(api, acme, post):
    share = new_share(api, acme.member, post, "bluesky")
    assert share["text"] == f"Come to Lyon. #TeamAcme {share['link']}" and not share["edited"]
    german = new_share(api, acme.member, post, "bluesky", language="de-CH")
    assert german["text"].startswith("Komm nach Lyon. #TeamAcme ")


def test_the_disclosure_must_stand_as_a_word(api, acme, post):
    for text in ("No word of it", "#TeamAcmeX", "x#TeamAcme"):
        assert faults(put(api, acme.member, post, text=text)) == ["#/text"]
    assert put(api, acme.member, post, text="yes, #teamacme!").status_code == 201


def test_a_locked_text_is_taken_word_for_word(api, acme):
    locked = live_post(api, acme, lock_text=True, texts=[{"text": "Exactly this."}], disclosures=[{"text": "#ad"}])
    assert faults(put(api, acme.member, locked, text="Not this. #ad")) == ["#/text"]
    done = put(api, acme.member, locked, text="Exactly this. #ad")
    assert done.status_code == 201 and done.json()["edited"] is False


def test_lengths_count_link_and_disclosure(api, acme, post):
    fits = "a" * (280 - 24 - len(" #TeamAcme")) + " #TeamAcme"
    assert put(api, acme.member, post, text=fits).status_code == 201
    assert faults(put(api, acme.member, post, text="a" + fits)) == ["#/text"]
    assert put(api, acme.member, post, text="a" + fits, network="facebook").status_code == 201
    family = "\U0001F468\u200D\U0001F469\u200D\U0001F467"  # one grapheme, five code points
    link_length = len(new_share(api, acme.member, post, "email", text="#TeamAcme")["link"])
    text = family * (300 - 1 - link_length - len(" #TeamAcme")) + " #TeamAcme"
    assert put(api, acme.member, post, text=text, network="bluesky").status_code == 201
    assert faults(put(api, acme.member, post, text=family + text, network="bluesky")) == ["#/text"]


def test_all_faults_are_told_at_once_and_nothing_of_hidden_posts(api, acme, globex, post):
    narrow = live_post(api, acme, networks=["linkedin"], lock_text=True, texts=[{"text": "Only this"}],
                       disclosures=[{"text": "#ad"}])
    assert faults(put(api, acme.member, narrow, text="b" * 300)) == ["#/network", "#/text", "#/text", "#/text"]
    draft, foreign = draft_post(api, acme), live_post(api, globex)
    told = [put(api, acme.member, {"id": i}, text="x").json()["errors"] for i in (draft["id"], foreign["id"], uuid7())]
    assert told[0] == told[1] == told[2] == [{"pointer": "#/post_id", "detail": told[0][0]["detail"]}]


def test_a_repeated_share_is_the_same_share(api, acme, globex, post):
    id_ = uuid7()
    first = put(api, acme.member, post, id_, text="Once #TeamAcme")
    again = put(api, acme.member, post, id_, text="Once #TeamAcme")
    assert (first.status_code, again.status_code) == (201, 200)
    assert {**first.json(), "warnings": []} == again.json()
    assert put(api, acme.member, post, id_, text="Twice #TeamAcme").json()["code"] == "id_conflict"
    assert put(api, acme.manager, post, id_, text="Once #TeamAcme").json()["code"] == "id_conflict"
    assert put(api, globex.member, live_post(api, globex), id_, text="Ours").status_code == 201
    api.post(f"/v1/shares/{id_}/revoke", who=acme.member)
    assert put(api, acme.member, post, id_, text="Once #TeamAcme").json()["state"] == "revoked"


def test_the_same_share_sent_at_once_is_made_once(api, acme, post, stack, db):
    id_, base = uuid7(), stack.places["API"]

    def one(_):
        return put(Client(base), acme.member, post, id_, text="At once #TeamAcme").status_code

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        found = sorted(pool.map(one, range(16)))
    assert found == [200] * 15 + [201]
    assert db("SELECT COUNT(*) n FROM link WHERE share_id = %s", (id_,))[0]["n"] == 1
    assert db("SELECT COUNT(*) n FROM share WHERE id = %s", (id_,))[0]["n"] == 1


class Rush:
    """Shares of one post that are asked for while nobody can write: those who wait go in one transaction."""

    def __init__(self, api, company, stack):
        self.company, self.stack, self.post = company, stack, live_post(api, company)
        self.crowd = [company.add_person(f"p{i}-{secrets.token_hex(3)}") for i in range(8)]
        for person in self.crowd * 2:  # both workers have shown them their feed
            api.get("/v1/feed", who=person)
        self.taken = new_share(api, company.member, self.post, "x", text="Mine")["id"]

    def answers(self, mark, wanted):
        def one(job):
            number, (person, id_, text) = job
            return Client(self.stack.places["API"]).put(
                f"/v1/shares/{id_}", who=person, headers={"X-Request-Id": f"{mark}-{number}"},
                json={"post_id": self.post["id"], "network": "x", "text": text}).status_code

        holder = self.stack.connect()
        with holder, holder.cursor() as cursor, concurrent.futures.ThreadPoolExecutor(len(wanted)) as pool:
            cursor.execute("LOCK TABLES outbox WRITE")
            answers = [pool.submit(one, job) for job in enumerate(wanted)]
            wait_until(lambda: self.stack.db("SELECT COUNT(*) n FROM information_schema.processlist"
                                             " WHERE state LIKE 'Waiting for table%%'")[0]["n"] >= 2,
                       what="two writers to wait")
            time.sleep(0.4)  # no counter tells who has come as far as the queue
            cursor.execute("UNLOCK TABLES")
            return [a.result() for a in answers]

    def written(self):
        return self.stack.db(
            "SELECT s.id, s.person_id, s.feed_seq, p.feed_version FROM share s JOIN person p ON p.company_id ="
            " s.company_id AND p.id = s.person_id JOIN link l ON l.company_id = s.company_id AND l.share_id = s.id"
            " JOIN person_post m ON m.company_id = s.company_id AND m.person_id = s.person_id AND m.post_id ="
            " s.post_id AND m.shared_networks > 0 WHERE s.company_id = %s AND s.id <> %s", (self.company.id, self.taken))

    def lines(self, mark, n):
        """What the log says of the first n requests."""
        return wait_until(lambda: (ls := [l for i in range(n) for l in self.stack.log(f"{mark}-{i}")]) and len(ls) == n
                          and ls, what="the log lines")


def test_shares_of_the_same_moment_are_written_together_and_none_spoils_another(api, make_company, stack):
    """What is wrong with one is that one's.  On a busy machine many may come too late to wait with others: again."""
    rush, ids = Rush(api, make_company(), stack), []
    for _ in range(5):
        # Some share twice at once, one takes another's id, one says nothing that may be said.
        wanted = [(p, uuid7(), f"Words {i}") for i, p in enumerate(rush.crowd + rush.crowd[:4])]
        ids += [id_ for _, id_, _ in wanted]
        mark = f"together-{secrets.token_hex(6)}"
        assert rush.answers(mark, wanted + [(rush.crowd[5], rush.taken, "Not mine"), (rush.crowd[6], uuid7(), "x" * 300)]
                            ) == [201] * 12 + [409, 422]
        rows = rush.written()
        assert sorted(str(r["id"]) for r in rows) == sorted(ids)
        assert len({(r["person_id"], r["feed_seq"]) for r in rows}) == len(ids)
        assert all(r["feed_seq"] <= r["feed_version"] for r in rows)
        if min(line["queries"] for line in rush.lines(mark, 12)) <= 1:  # somebody's was written by another's thread
            break
    else:
        pytest.fail("no share was written with another's")
    count = ("SELECT shares n FROM post_stat WHERE company_id = %s AND post_id = %s", (rush.company.id, rush.post["id"]))
    wait_until(lambda: (r := stack.db(*count)) and r[0]["n"] == len(ids) + 1, what="every share of a group to be counted")


def test_who_may_not_see_a_post_any_more_cannot_share_it(api, make_company):
    """What was remembered of the person when the feed was shown does not count."""
    company = make_company()
    channel = new_channel(api, company, mode="followable")["id"]
    post = live_post(api, company, channel_id=channel)
    assert api.put(f"/v1/channels/{channel}/follow", who=company.member).status_code in (200, 204)
    for _ in range(4):
        assert [p["id"] for p in api.get("/v1/feed", who=company.member).json()["items"]] == [post["id"]]
    assert put(api, company.member, post, text="While I follow").status_code == 201
    assert api.delete(f"/v1/channels/{channel}/follow", who=company.member).status_code in (200, 204)
    for _ in range(4):
        assert faults(put(api, company.member, post, text="Not any more")) == ["#/post_id"]


def test_clones_are_warned_of(api, make_company):
    company = make_company(f"clone-{secrets.token_hex(3)}", "Clone")
    post = live_post(api, company)
    people = [company.member, company.curator, company.manager, company.admin]
    words = "We opened a new house in Lyon today and everybody is invited to come and see it"
    for person in people[:3]:
        assert new_share(api, person, post, "x", text=words)["warnings"] == []
    warned = wait_until(lambda: new_share(api, people[3], post, "x", text=words.upper() + "!")["warnings"],
                        what="the warning")
    assert [(w["code"], w["same"], w["similar"]) for w in warned] == [("near_duplicate", 3, 3)]
    own = "A house by the river, and a table for each of you: my colleagues in Lyon have made something fine"
    assert new_share(api, people[3], post, "x", text=own)["warnings"] == []


def test_a_revoked_share_s_link_is_dead(api, acme, post, link):
    share = new_share(api, acme.member, post, "threads", text="Soon gone #TeamAcme")
    path = "/r/" + share["link"].rsplit("/r/", 1)[1]
    assert link.get(path).status_code == 302
    assert api.post(f"/v1/shares/{share['id']}/revoke", who=acme.curator).status_code == 404
    ended = api.post(f"/v1/shares/{share['id']}/revoke", who=acme.member).json()
    assert ended["state"] == "revoked" and ended["revoked_at"]
    wait_until(lambda: link.get(path, contract=False).status_code == 404, what="the link's end")
    assert api.post(f"/v1/shares/{share['id']}/revoke", who=acme.member).json() == ended
    item = next(i for i in api.get("/v1/feed?limit=100", who=acme.member).json()["items"] if i["id"] == post["id"])
    assert "threads" not in item["shared_networks"]


def test_shares_are_listed_for_their_person_and_for_managers(api, make_company):
    company = make_company(f"list-{secrets.token_hex(3)}", "List")
    post = live_post(api, company)
    made = [new_share(api, company.member, post, n, text=f"Words for {n}")["id"] for n in NETWORKS[:5]]
    found, cursor = [], ""
    while cursor is not None:
        p = api.get(f"/v1/shares?limit=2{cursor}", who=company.member).json()
        found += [s["id"] for s in p["items"]]
        cursor = f"&cursor={p['next_cursor']}" if p["has_more"] else None
    assert found == made[::-1]
    of = f"/v1/shares?person={company.member.id}"
    assert [s["id"] for s in api.get(of, who=company.manager).json()["items"]] == made[::-1]
    assert api.get(of, who=company.curator).status_code == 403
    assert api.get("/v1/shares", who=company.manager).json()["items"] == []
    assert api.get(f"/v1/shares/{made[0]}", who=company.manager).json()["clicks"] == 0
    assert api.get(f"/v1/shares/{made[0]}", who=company.curator).status_code == 404


def test_a_share_is_one_transaction(api, acme, post, stack):
    mark = f"share-{secrets.token_hex(8)}"
    api.put(f"/v1/shares/{uuid7()}", who=acme.member, headers={"X-Request-Id": mark},
            json={"post_id": post["id"], "network": "x", "text": f"One {mark} #TeamAcme"})
    line = wait_until(lambda: stack.log(mark), what="the log line")[0]
    assert line["status"] == 201 and line["queries"] <= 9, line


def test_clicks_of_humans_are_counted(api, link, acme, post):
    share = new_share(api, acme.manager, post, "x", text="Count me #TeamAcme")
    path = "/r/" + share["link"].rsplit("/r/", 1)[1]

    def clicks():
        # A click in the first seconds may be a scanner's; people come later, each from a place of their own.
        browser = f"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/{secrets.randbelow(900) + 100}.0"
        assert link.get(path, headers={"User-Agent": browser}).status_code == 302
        link.get(path, headers={"User-Agent": "facebookexternalhit/1.1"})
        return api.get(f"/v1/shares/{share['id']}", who=acme.manager).json()["clicks"]

    assert 1 <= wait_until(clicks, seconds=20, what="the click's count") < 30


def test_a_post_tells_how_often_it_is_shared(api, acme):
    shared = live_post(api, acme)
    shares = [new_share(api, who, shared, network) for who, network in
              ((acme.member, "x"), (acme.member, "linkedin"), (acme.manager, "x"))]

    def told():
        post = api.get(f"/v1/posts/{shared['id']}", who=acme.curator).json()
        return post["shares"], post["sharers"]

    wait_until(lambda: told() == (3, 2), 10, "the count of shares")
    assert api.post(f"/v1/shares/{shares[2]['id']}/revoke", who=acme.manager).status_code == 200
    wait_until(lambda: told() == (2, 1), 10, "the count without the revoked one")
