# SPDX-License-Identifier: Apache-2.0
"""The cases of the bench: for each a server, a script for wrk that makes its requests, and the ratio it must keep."""

import dataclasses
import datetime
import itertools
import json
import urllib.request

PEOPLE = 40
LINKS = 200
LINKS_MANY = 50_000
WARM_S = {"redirect many": 12}  # links that nobody has opened yet are read from the tables
API_SCOPES = "leads:write conversions:write reports:read"
FEED = "/v1/feed?limit=20"
# Of thirty days that end a week ago: leads of the bench itself are not in it.
REPORT = "/v1/reports/attribution?model=linear&group=person&from={}&to={}".format(
    *(datetime.date.today() - datetime.timedelta(days) for days in (37, 7)))
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
# Of `make bench`: a multiple of what an empty answer costs.
BARS = {"empty": 0, "feed": 6, "feed unchanged": 2.5, "share": 6, "redirect": 2, "redirect many": 2, "lead": 6, "board": 12, "kudos": 7,
        "kudos give": 7}

# Common to all: a UUID version 7 (RFC 9562) from a generator seeded by the system, and the result as one JSON line.
LUA = r"""
local random = io.open("/dev/urandom", "rb")
local a, b, c, d = random:read(4):byte(1, 4)
math.randomseed(a * 16777216 + b * 65536 + c * 256 + d)

function uuid7()
  local ms = os.time() * 1000 + math.random(0, 999)
  return string.format("%08x-%04x-7%03x-%04x-%06x%06x", math.floor(ms / 65536), ms % 65536, math.random(0, 4095),
    32768 + math.random(0, 16383), math.random(0, 16777215), math.random(0, 16777215))
end

function done(summary, latency)
  local e = summary.errors
  print(string.format('{"requests":%d,"failed":%d,"p50_us":%d,"p99_us":%d,"max_us":%d}', summary.requests,
    e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50), latency:percentile(99), latency.max))
end

local n = 0
function turn(list)
  n = n + 1
  return list[n % #list + 1]
end
"""


@dataclasses.dataclass
class Case:
    name: str
    url: str
    script: str
    bar: float = 0      # total CPU as a multiple of the empty answer's; 0: none
    warm_s: int = 0        # asked for so long before anything counts
    settles: bool = False  # some of its work is done a moment later


def fetch(url, headers=None, data=None, method=None):
    request = urllib.request.Request(url, data=data, headers=headers or {}, method=method)
    with urllib.request.urlopen(request, timeout=30) as response:
        return response.headers, response.read()


def lua_list(strings):
    return "{" + ",".join(json.dumps(s) for s in strings) + "}"


def uuids(count):
    import secrets, time, uuid
    for _ in range(count):
        ms = int(time.time() * 1000)
        value = (ms << 80) | (7 << 76) | (secrets.randbits(12) << 64) | (2 << 62) | secrets.randbits(62)
        yield str(uuid.UUID(int=value))


@dataclasses.dataclass
class Actors:
    """Who asks, and for what, in the demo data's first company."""
    company: str
    bearers: list   # of those who read
    etags: list     # of their feeds
    sharers: list   # of those who share: a share changes its person's feed
    shares: list    # the body each of them sends
    codes: list     # paths of links of theirs
    many: list      # paths of links that nobody has opened yet
    key: str        # of a server


def gather(product):
    api = product.places["API"]
    company = json.loads(product.rostra("company", "list", "--json"))[0]["slug"]
    people = json.loads(product.rostra("person", "list", "--company", company, "--json"))
    emails = [p["email"] for p in people if p["role"] == "member" and p["state"] == "active"][:2 * PEOPLE]
    tokens = [product.rostra("token", "--company", company, "--person", e, "--hours", "12").strip() for e in emails]
    bearers, sharers = ([f"Bearer {t}" for t in tokens[i::2]] for i in (0, 1))
    key = json.loads(product.rostra("key", "add", "--company", company, "--name", "bench", "--scopes", API_SCOPES,
                                    "--json"))["key"]
    shares = [share_of(json.loads(fetch(api + FEED, {"Authorization": b})[1])["items"]) for b in sharers]
    codes = []
    for bearer, body, id_ in zip(itertools.cycle(sharers), itertools.cycle(shares), uuids(LINKS)):
        _, answer = fetch(f"{api}/v1/shares/{id_}", {"Authorization": bearer, "Content-Type": "application/json"},
                          json.dumps(body).encode(), "PUT")
        codes.append("/r/" + json.loads(answer)["link"].rsplit("/", 1)[1])
    return Actors(company, bearers, etags_of(api, bearers), sharers, shares, codes, many_links(product), "Bearer " + key)


def many_links(product):
    """Links enough that no cache holds them all, over the shares of the demo."""
    product.sql("INSERT INTO link (code, company_id, share_id, created_at) SELECT CONCAT('m', LPAD(CONV(n.seq * 7919, 10, 36), 7, '0')),"
                " s.company_id, s.id, s.created_at FROM (SELECT company_id, id, created_at, ROW_NUMBER() OVER (ORDER BY id) AS r,"
                " COUNT(*) OVER () AS of FROM share WHERE state = 'active') s"
                f" JOIN seq_1_to_{LINKS_MANY} n ON n.seq % s.of + 1 = s.r")
    return ["/r/" + code for code in product.sql("SELECT code FROM link WHERE code LIKE 'm_______'").split()]


def etags_of(api, bearers):
    return [fetch(api + FEED, {"Authorization": b})[0]["ETag"] for b in bearers]


def scripts(a):
    """{case: the requests of wrk}."""
    return {
        "empty": 'function request() return wrk.format("GET", "/healthz") end',
        "feed": f"local who = {lua_list(a.bearers)}\n"
                f'function request() return wrk.format("GET", "{FEED}", {{Authorization = turn(who)}}) end',
        "feed unchanged": f"local who, etag = {lua_list(a.bearers)}, {lua_list(a.etags)}\n"
                          "local k = 0\nfunction request()\n  k = k % #who + 1\n"
                          f'  return wrk.format("GET", "{FEED}", {{Authorization = who[k], '
                          '["If-None-Match"] = etag[k]})\nend',
        "share": f"local who, what = {lua_list(a.sharers)}, {lua_list([json.dumps(s) for s in a.shares])}\n"
                 "local k = 0\nfunction request()\n  k = k % #who + 1\n"
                 '  return wrk.format("PUT", "/v1/shares/" .. uuid7(), {Authorization = who[k], '
                 '["Content-Type"] = "application/json"}, what[k])\nend',
        "redirect": f"local codes = {lua_list(a.codes)}\n"
                    "function request() return wrk.format(\"GET\", turn(codes), {[\"User-Agent\"] = "
                    f'"{BROWSER}"}}) end',
        # Half of all clicks are of one link.
        "redirect many": f"local codes = {lua_list(a.many)}\n"
                         "local k = 0\nfunction request()\n  k = k + 1\n"
                         "  local code = k % 2 == 0 and codes[1] or codes[math.random(2, #codes)]\n"
                         f'  return wrk.format("GET", code, {{["User-Agent"] = "{BROWSER}"}}) end',
        "lead": f"local key = {json.dumps(a.key)}\n"
                'function request()\n  local id = uuid7()\n  return wrk.format("POST", "/v1/leads", {Authorization = '
                'key, ["Content-Type"] = "application/json", ["Idempotency-Key"] = id}, \'{"external_id":"\' .. id .. '
                '\'","email":"\' .. id .. \'@example.com"}\')\nend',
        "report": f"local key = {json.dumps(a.key)}\n"
                  f'function request() return wrk.format("GET", "{REPORT}", {{Authorization = key}}) end',
    }


def written(folder, name, text):
    """The script as a file for wrk."""
    file = folder / f"{name.replace(' ', '_')}.lua"
    file.write_text(LUA + text + "\n")
    return str(file)


def thanks(product, a):
    """{case: the requests of wrk} of boards and kudos.  Everybody thanks a colleague as often as they like."""
    api = product.places["API"]
    relax_kudos(product, a.company, api)
    ids = [json.loads(fetch(api + "/v1/me", {"Authorization": b})[1])["id"] for b in a.bearers]
    thanked = ids[1:] + ids[:1]
    value = json.loads(fetch(api + "/v1/values", {"Authorization": a.bearers[0]})[1])["items"][0]["id"]
    readers = [b for b in a.bearers if json.loads(fetch(api + "/v1/kudos?limit=20", {"Authorization": b})[1])["items"]]
    return {
        "board": f"local who = {lua_list(a.bearers)}\n"
                 'function request() return wrk.format("GET", "/v1/boards/points_year?limit=20", {Authorization = turn(who)}) end',
        "kudos": f"local who = {lua_list(readers)}\n"
                 'function request() return wrk.format("GET", "/v1/kudos?limit=20", {Authorization = turn(who)}) end',
        "kudos give": f"local who, whom, value = {lua_list(a.bearers)}, {lua_list(thanked)}, {json.dumps(value)}\n"
                      "local k = 0\nfunction request()\n  k = k % #who + 1\n"
                      '  return wrk.format("PUT", "/v1/kudos/" .. uuid7(), {Authorization = who[k], ["Content-Type"] = '
                      '"application/json"}, \'{"recipients":["\' .. whom[k] .. \'"],"value_id":"\' .. value .. '
                      '\'","points":1,"message":"Thank you for the translation!"}\')\nend',
    }


def prepare(product, scratch):
    """A script for each case."""
    hosts = {"empty": "OPS", "redirect": "LINK", "redirect many": "LINK"}
    actors = gather(product)
    texts = scripts(actors) | thanks(product, actors)
    return [Case(name, product.places[hosts.get(name, "API")], written(scratch, name, texts[name]), bar,
                 WARM_S.get(name, 0), name.startswith("redirect")) for name, bar in BARS.items()]


def relax_kudos(product, company, api):
    """No limits of how often, and points enough for all of them."""
    people = json.loads(product.rostra("person", "list", "--company", company, "--json"))
    admin = next(p["email"] for p in people if p["role"] == "admin")
    bearer = "Bearer " + product.rostra("token", "--company", company, "--person", admin).strip()
    policy = json.loads(fetch(api + "/v1/kudos-policy", {"Authorization": bearer})[1])
    fetch(api + "/v1/kudos-policy", {"Authorization": bearer, "Content-Type": "application/json"}, json.dumps(
        {"version": policy["version"], "interval_s": 0, "pair_max": 0, "monthly_allowance": 1_000_000}).encode(), "PATCH")


def share_of(items):
    """The body of a share of the first post of this feed that may go where most go."""
    post = next(p for p in items if "linkedin" in p["networks"] and p["destination_url"])
    return {"post_id": post["id"], "network": "linkedin"}
