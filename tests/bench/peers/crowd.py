# SPDX-License-Identifier: Apache-2.0
"""Many clients that stay: 2,000 kept connections with mixed load at a part of what the machine can do."""

import concurrent.futures
import json
import subprocess
import threading
import time

import cases
from measure import memory_mb, memory_parts_mb, metric_sum

CONNECTIONS = {"API": 1800, "LINK": 200}
PART = 0.7
SATURATION_S, SATURATION_CLIENTS = 8, {"API": 48, "LINK": 16}
PROBE_S, PROBES, NEAR = 8, 4, 0.02
# Until everything that lapses has lapsed once (cards: after 5 minutes): what is made at its first use is there then.
FILL_S = 310
SLOWEST_S = 1.0
SAMPLE_S = 2
ROWS = (("allocated", 2, "MB"), ("mapped", 3, "MB"), ("caches", 4, "MB"), ("statements", 5, "held"), ("jobs", 6, "MB"))
# Of a hundred calls of the API.
MIX = {"feed": 30, "feed unchanged": 50, "share": 12, "lead": 7, "report": 1}


def mixed(parts, wait_ms):
    """One script of several: each keeps its own request(), and one is drawn for each call."""
    text, names = [], []
    for name, (part, script) in parts.items():
        names.append(f"{{{part}, (function()\n{script}\nlocal mine = request\nreturn mine\nend)()}}")
        text.append(part)
    return (f"local kinds, all = {{{', '.join(names)}}}, {sum(text)}\n"
            "function request()\n  local at = math.random(all)\n  for _, k in ipairs(kinds) do\n    at = at - k[1]\n"
            "    if at <= 0 then return k[2]() end\n  end\nend\n"
            + (f"function delay() return math.random(0, {2 * wait_ms}) end\n" if wait_ms else ""))


def scripts(actors, server, scratch, wait_ms):
    etags = cases.etags_of(server.places["API"], actors.bearers)
    own = cases.scripts(type(actors)(**{**vars(actors), "etags": etags}))
    api = {name: (part, own[name]) for name, part in MIX.items()}
    return {"API": cases.written(scratch, "crowd_api", mixed(api, wait_ms)),
            "LINK": cases.written(scratch, "crowd_link", mixed({"redirect": (1, own["redirect"])}, wait_ms))}


def wrk(url, script, clients, seconds):
    said = subprocess.run(["wrk", "-t", "1", "-c", str(clients), "-d", f"{seconds}s", "--timeout", "10s", "-s", script, url],
                          text=True, check=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL).stdout
    return json.loads([line for line in said.splitlines() if line.startswith("{")][-1])


def both(server, made, clients, seconds):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        running = {site: pool.submit(wrk, server.places[site], made[site], clients[site], seconds) for site in clients}
        return {site: r.result() for site, r in running.items()}


def sampled(groups, ops, stop, out):
    """Seconds since it began, memory in all, what was allocated, what is mapped; of what was allocated the bounded caches; how many
    prepared statements are held, some 10 KB each; what the jobs have allocated."""
    began = time.monotonic()
    while not stop.wait(SAMPLE_S):
        app, jobs = (memory_parts_mb(groups[g]) for g in ("app", "jobs"))
        caches, statements = (metric_sum(ops, name) if ops else 0 for name in ("rostra_cache_bytes", "rostra_pool_statements"))
        out.append((time.monotonic() - began, memory_mb(groups["app"]), *((app["own"], app["shared"]) if app else (0, 0)),
                    caches / 1048576, statements, jobs["own"] if jobs else 0))


def slope(samples):
    """MB a minute, with its standard error."""
    n = len(samples)
    mean_x, mean_y = (sum(s[i] for s in samples) / n for i in (0, 1))
    wide = sum((x - mean_x) ** 2 for x, _ in samples)
    rise = sum((x - mean_x) * (y - mean_y) for x, y in samples) / wide
    rest = sum((y - mean_y - rise * (x - mean_x)) ** 2 for x, y in samples)
    return rise * 60, (rest / max(1, n - 2) / wide) ** 0.5 * 60


def rate_of(results, seconds):
    return sum(r["requests"] for r in results.values()) / seconds


def saturation(server, scratch, actors):
    """Requests/s at which nothing is left, of the crowd's own mix: each site alone at its most tells what one of its calls takes."""
    made, takes = scripts(actors, server, scratch, 0), 0
    for site, clients in SATURATION_CLIENTS.items():
        most = rate_of(both(server, {site: made[site]}, {site: clients}, SATURATION_S), SATURATION_S)
        takes += CONNECTIONS[site] / sum(CONNECTIONS.values()) / most
    return 1 / takes


def paced(server, scratch, actors, aim):
    """What each client waits between calls, in ms: what is left of its turn when an answer has come, found by trying."""
    turn = sum(CONNECTIONS.values()) / aim * 1000
    wait = turn
    for _ in range(PROBES):
        rate = rate_of(both(server, scripts(actors, server, scratch, round(wait)), CONNECTIONS, PROBE_S), PROBE_S)
        if abs(rate / aim - 1) < NEAR:
            break
        wait = max(1, wait + turn - sum(CONNECTIONS.values()) / rate * 1000)
    return round(wait)


def run(product, server, actors, seconds, scratch):
    product.stack("restart", "jobs")
    product.reload()
    most = saturation(server, scratch, actors)
    wait_ms = paced(server, scratch, actors, most * PART)
    filling = both(server, scripts(actors, server, scratch, wait_ms), CONNECTIONS, FILL_S)
    samples, stop = [], threading.Event()
    ops = product.places["OPS"] if server.name == "rostra" else None
    watcher = threading.Thread(target=sampled, args=(server.groups(), ops, stop, samples))
    watcher.start()
    try:
        result = both(server, scripts(actors, server, scratch, wait_ms), CONNECTIONS, seconds)
    finally:
        stop.set()
        watcher.join()
    failed = sum(r["failed"] for r in (*filling.values(), *result.values()))
    slowest = max(r["max_us"] for r in result.values()) / 1e6
    # Caches fill up to their bounds, and of a mapped table of fixed size more pages are touched: what else grows is a leak.
    rise, error = slope([(s[0], s[2] - s[4] if s[2] else s[1]) for s in samples])
    rate = rate_of(result, seconds)
    print(f"\n{server.title}: {sum(CONNECTIONS.values())} connections for {seconds} s: {rate:.0f} requests/s, "
          f"{rate / most:.0%} of {most:.0f} at saturation; {failed} failed; "
          + ", ".join(f"{site} p99 {r['p99_us'] / 1000:.1f} ms" for site, r in result.items())
          + f"; slowest {slowest:.2f} s; memory {samples[0][1]:.1f} to {samples[-1][1]:.1f} MB, "
          f"{rise:+.2f} (+-{error:.2f}) MB a minute without caches and mappings")
    seen = [samples[round(i * (len(samples) - 1) / 5)] for i in range(6)]
    for name, column, unit in ROWS:
        print(f"  {name:<10}" + "".join(f"{s[column]:9.2f}" for s in seen) + f" {unit} over the time")
    return failed == 0 and slowest < SLOWEST_S and rise <= 3 * error + 0.1
