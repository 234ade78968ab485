# SPDX-License-Identifier: Apache-2.0
"""Do the peers answer as the product does?  Each is asked the same; answers are compared byte for byte, but for what
each makes up itself: codes, ids, moments, cursors, ETags.  What a server wrote is taken away again before the next one
is asked."""

import base64
import dataclasses
import hashlib
import hmac
import http.client
import json
import re
import subprocess
import time
import urllib.parse

import cases

HEADERS = ("Content-Type", "Cache-Control", "Location", "Referrer-Policy")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?Z")
REMEMBERED_S = 2.2  # by the product: the words that a post was shared with lately
SHARE_WORDS = "Three weeks of work in one picture, and how we got there #TeamAcme"


@dataclasses.dataclass
class Answer:
    status: int
    headers: dict
    body: str
    etag: str = ""

    def shown(self):
        return f"{self.status} {json.dumps(self.headers)} {self.body}"


def ask(url, path, method="GET", body=None, **headers):
    place = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=30)
    if body is not None:
        headers["Content_Type"] = "application/json"
    connection.request(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    kept = {h: response.headers[h] for h in HEADERS if response.headers[h]}
    if "json" in kept.get("Content-Type", ""):  # it is UTF-8 whether or not it says so (RFC 8259 8.1)
        kept["Content-Type"] = kept["Content-Type"].split(";")[0]
    return Answer(response.status, kept, text, response.headers["ETag"] or "")


# --- what each server makes up itself

def without(answer, *members):
    """The same answer with these members of its body masked where they stand in the text."""
    for name in members:
        answer.body = re.sub(rf'"{name}":(?:"[^"]*"|null)', f'"{name}":"*"', answer.body)
    return answer


def without_code(answer):
    code = re.search(r'/r/([0-9A-Za-z]{8})"', answer.body)
    if code:
        answer.body = answer.body.replace(code.group(1), "CODE")
    return without(answer, "created_at")


def without_warnings(answer):
    """Each knows words by a hash of its own: those of others are not like them."""
    answer.body = re.sub(r'"warnings":\[.*\]', '"warnings":"*"', answer.body)
    return without_code(answer)


def without_click(answer):
    if "Location" in answer.headers:
        answer.headers["Location"] = re.sub(r"rclid=[A-Za-z0-9_-]{16}", "rclid=*", answer.headers["Location"])
    return answer


def refused(answer):
    """Of a refusal only what programs look at; its words are the product's own."""
    return Answer(answer.status, {"Content-Type": answer.headers.get("Content-Type")}, "")


# --- tokens that must not pass

def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def forged(product, token, **changes):
    """The token with other claims, signed with the right key."""
    key_id, secret = (product.state / "keys/token.keys").read_text().split()[:2]
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    head = encoded(json.dumps({"alg": "HS256", "kid": key_id, "typ": "JWT"}).encode())
    signed = f"{head}.{encoded(json.dumps({**claims, **changes}).encode())}"
    mac = hmac.new(base64.urlsafe_b64decode(secret + "=="), signed.encode(), hashlib.sha256).digest()
    return f"Bearer {signed}.{encoded(mac)}"


def unsigned(token):
    head = encoded(b'{"alg":"none","typ":"JWT"}')
    return f"Bearer {head}.{token.split('.')[1]}."


# --- the questions

def questions(product, a, ids):
    """[(name, ask(server), mask)].  ids: those that writes bring, the same for every server."""
    reader, sharer, token = a.bearers[0], a.sharers[0], a.bearers[0].split()[1]
    shares, lead = iter(ids[1:]), ids[0]
    words = {**a.shares[0], "text": SHARE_WORDS}
    same_post = [who for who, body in zip(a.sharers, a.shares) if body == a.shares[0]][:4]
    words_by = [next(shares) for _ in same_post]
    plain, unknown = next(shares), next(shares)
    lead_body = json.dumps({"external_id": lead, "email": "Lead." + lead + "@example.com", "name": "Zoë"})

    def get(path, site="API", **headers):
        return lambda s: ask(s.places[site], path, **headers)

    def unchanged(s):
        etag = ask(s.places["API"], cases.FEED, Authorization=reader).etag
        return ask(s.places["API"], cases.FEED, Authorization=reader, If_None_Match=etag)

    def put(id_, body, who, pause_s=0):
        text = body if isinstance(body, str) else json.dumps(body)

        def call(s):
            time.sleep(pause_s)
            return ask(s.places["API"], f"/v1/shares/{id_}", "PUT", text, Authorization=who)
        return call

    def post(body, key):
        return lambda s: ask(s.places["API"], "/v1/leads", "POST", body, Authorization=key)

    def feed(limit, who):
        return get(f"/v1/feed?limit={limit}", Authorization=who)

    def cursor(answer):
        return without(answer, "next_cursor") if '"has_more":true' in answer.body else answer

    def moments(answer):
        return without(answer, "id", "created_at", "received_at")

    return [
        *((f"feed of reader {i}", feed(20, who), cursor) for i, who in enumerate(a.bearers[:5])),
        ("feed, short", feed(3, reader), cursor), ("feed, long", feed(100, reader), cursor),
        ("feed unchanged", unchanged, lambda x: x),
        ("share with suggested words", put(plain, a.shares[0], sharer), without_warnings),
        ("share repeated", put(plain, a.shares[0], sharer), without_code),
        *((f"share of the same words, {i}", put(id_, words, who, REMEMBERED_S if i == 3 else 0), without_code)
          for i, (id_, who) in enumerate(zip(words_by, same_post))),
        ("share repeated otherwise", put(plain, words, sharer), refused),
        ("redirect", get(a.codes[0], "LINK", User_Agent=cases.BROWSER), without_click),
        ("redirect again", get(a.codes[1], "LINK", User_Agent=cases.BROWSER), without_click),
        ("no link", get("/r/00000000", "LINK", User_Agent=cases.BROWSER), lambda x: x),
        ("lead", post(lead_body, a.key), moments), ("lead repeated", post(lead_body, a.key), moments),
        ("report of the last days", get(cases.REPORT.split("&from")[0], Authorization=a.key), lambda x: without(x, "as_of")),
        ("report", get(cases.REPORT, Authorization=a.key), lambda x: without(x, "as_of")),
        ("no token", get(cases.FEED), refused),
        ("an unsigned token", get(cases.FEED, Authorization=unsigned(token)), refused),
        ("a token with another signature", get(cases.FEED, Authorization=reader[:-6] + "AAAAAA"), refused),
        ("a token of the past", get(cases.FEED, Authorization=forged(product, token, exp=int(time.time()) - 60)), refused),
        ("a token of another issuer", get(cases.FEED, Authorization=forged(product, token, iss="https://x.example")), refused),
        ("a token of nobody", get(cases.FEED, Authorization=forged(product, token, sub=unknown)), refused),
        ("a token that does pass", get(cases.FEED, Authorization=forged(product, token)), cursor),
        ("no such key", post(lead_body, "Bearer rsk_nothing"), refused),
        ("a share of nothing", put(unknown, {**a.shares[0], "post_id": unknown}, sharer), refused),
        ("a share without its disclosure", put(unknown, {**a.shares[0], "text": "Words alone"}, sharer), refused),
        ("a share that is not JSON", put(unknown, "{", sharer), refused),
        ("a share with another member", put(unknown, {**a.shares[0], "more": 1}, sharer), refused),
    ]


def take_away(product, ids):
    """What the questions wrote."""
    listed = ",".join(f"'{i}'" for i in ids)
    sql(product, f"DELETE l FROM link l JOIN share s ON s.company_id = l.company_id AND s.id = l.share_id WHERE s.id IN ({listed});"
                 f"DELETE FROM share WHERE id IN ({listed}); DELETE c FROM conversion c JOIN lead d ON d.company_id = c.company_id"
                 f" AND d.id = c.lead_id WHERE d.external_id IN ({listed}); DELETE FROM lead WHERE external_id IN ({listed})")


def sql(product, text):
    return subprocess.run(["mariadb", "--no-defaults", f"--socket={product.data['run']}/db.sock", "--user=rostra", "-Nse", text,
                           "rostra"], check=True, text=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL).stdout


def answers(product, server, a, ids):
    try:
        return [mask(put(server)) for _, put, mask in questions(product, a, ids)]
    finally:
        take_away(product, ids)


def differences(product, a, rostra, peers):
    """{peer: [what differs]}, and how many answers were compared."""
    ids = list(cases.uuids(8))
    names = [name for name, _, _ in questions(product, a, ids)]
    wanted = answers(product, rostra, a, ids)
    found = {}
    for peer in peers:
        told = answers(product, peer, a, ids)
        found[peer.name] = [difference(*x) for x in zip(names, wanted, told) if x[1].shown() != x[2].shown()]
    return found, len(names)


def difference(name, wanted, told):
    left, right = wanted.shown(), told.shown()
    at = next((i for i, (x, y) in enumerate(zip(left, right)) if x != y), min(len(left), len(right)))
    begin = max(0, at - 60)
    return f"{name}: at {at}\n      product: {left[begin:at + 100]!r}\n      peer:    {right[begin:at + 100]!r}"
