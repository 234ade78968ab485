# SPDX-License-Identifier: Apache-2.0
"""Attribution computed a second time, straight from its rules: exact fractions, no code of the product."""

import collections
import decimal
import itertools
from fractions import Fraction

Touch = collections.namedtuple("Touch", "at click keys")  # keys: {group: key or None}
Conversion = collections.namedtuple("Conversion", "at value touches lead_at opportunity_at won_at", defaults=(None,) * 3)
decimal.getcontext().prec = 80


def half_lives(count):
    """2 to the minus count: exact for whole numbers, else to eighty digits."""
    if count.denominator == 1:
        return Fraction(1, 2 ** count.numerator)
    return Fraction(decimal.Decimal(2) ** (-decimal.Decimal(count.numerator) / decimal.Decimal(count.denominator)))


def eligible(conversion, window):
    """Touches from T - window to T, both included, in order of time, then of click id."""
    found = [t for t in conversion.touches if conversion.at - window <= t.at <= conversion.at]
    return sorted(found, key=lambda t: (t.at, t.click))


def milestone_weights(touches, milestones, share):
    """share for the first touch and for each milestone with a touch at or before it; a tenth over the others; in all 1."""
    weights = [share] + [Fraction(0)] * (len(touches) - 1)
    for when in milestones:
        before = [i for i, t in enumerate(touches) if t.at <= when]
        if before:
            weights[before[-1]] += share
    others = [i for i, w in enumerate(weights) if not w]
    for i in others:
        weights[i] = Fraction(1, 10) / len(others)
    return [w / sum(weights) for w in weights]


def weights_of(model, touches, conversion, group, first=Fraction(2, 5), last=Fraction(2, 5), half_life=None):
    n = len(touches)
    if model == "first":
        return [Fraction(i == 0) for i in range(n)]
    if model == "last":
        return [Fraction(i == n - 1) for i in range(n)]
    if model == "linear":
        return [Fraction(1, n)] * n
    if model == "position":
        if n == 1:
            return [Fraction(1)]
        if n == 2:
            return [first / (first + last), last / (first + last)] if first + last else [Fraction(1, 2)] * 2
        return [first] + [(1 - first - last) / (n - 2)] * (n - 2) + [last]
    if model == "time_decay":
        raw = [half_lives(Fraction(touches[-1].at - t.at, half_life)) for t in touches]
        return [w / sum(raw) for w in raw]
    if model in ("w_shaped", "full_path"):
        milestones, share = [conversion.lead_at, conversion.opportunity_at], Fraction(3, 10)
        if model == "full_path":
            milestones, share = milestones + [conversion.won_at], Fraction(225, 1000)
        return milestone_weights(touches, [m for m in milestones if m is not None and m <= conversion.at], share)
    if model == "shapley":
        keys = [t.keys[group] for t in touches]
        return [Fraction(k not in keys[:i], len(set(keys))) for i, k in enumerate(keys)]
    raise ValueError(model)


def split(whole, weights):
    """Largest remainder, ties to the earlier."""
    exact = [whole * w for w in weights]
    parts = [e.numerator // e.denominator for e in exact]
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[:whole - sum(parts)]:
        parts[i] += 1
    return parts


def credit(model, conversion, window, group, collapsed=False, **params):
    """[(touch, minor units, millionths)] of one conversion."""
    touches = eligible(conversion, window)
    if collapsed:
        touches = [next(run) for _, run in itertools.groupby(touches, key=lambda t: t.keys[group])]
    if not touches:
        return []
    weights = weights_of(model, touches, conversion, group, **params)
    assert sum(weights) == 1
    return list(zip(touches, split(conversion.value, weights), split(1_000_000, weights)))


def report(model, conversions, window, group, collapsed=False, **params):
    """{key: (minor units, millionths, influenced)}, None of `nobody` for the unattributed."""
    rows = collections.defaultdict(lambda: [0, 0, 0])
    for c in conversions:
        parts = credit(model, c, window, group, collapsed, **params)
        for touch, value, count in parts or [(None, c.value, 1_000_000)]:
            row = rows["nobody" if touch is None else touch.keys[group]]
            row[0] += value
            row[1] += count
        for key in {t.keys[group] for t in eligible(c, window)}:
            rows[key][2] += 1
    return {key: tuple(row) for key, row in rows.items()}


def solve(matrix, right):
    """x of matrix x = right: elimination in fractions."""
    n, rows = len(matrix), [list(row) + [b] for row, b in zip(matrix, right)]
    for p in range(n):
        swap = next(i for i in range(p, n) if rows[i][p])
        rows[p], rows[swap] = rows[swap], rows[p]
        rows[p] = [v / rows[p][p] for v in rows[p]]
        for i in range(n):
            if i != p:
                rows[i] = [v - rows[i][p] * w for v, w in zip(rows[i], rows[p])]
    return [row[n] for row in rows]


def conversion_rate(paths, without=()):
    """p of a first-order chain over (keys, converts): every edge into `without` goes to null."""
    counts = collections.Counter()
    for keys, converts in paths:
        way = ["start"] + [("key", k) for k, _ in itertools.groupby(keys)] + ["conversion" if converts else "null"]
        counts.update(zip(way, way[1:]))
    out = collections.Counter()
    for (a, _), n in counts.items():
        out[a] += n
    states, gone = sorted(out, key=str), {("key", k) for k in without}
    q = [[Fraction(int(a == b)) - (Fraction(counts[a, b], out[a]) if b not in gone else 0) for b in states] for a in states]
    rates = solve(q, [Fraction(counts[a, "conversion"], out[a]) for a in states])
    return rates[states.index("start")]


def markov(conversions, nulls, window, group):
    """({key: share of what is attributed}, p) by removal effects; None for p without paths."""
    paths = [([t.keys[group] for t in eligible(c, window)], converts) for c, converts in
             [(c, True) for c in conversions] + [(c, False) for c in nulls]]
    paths = [(keys, converts) for keys, converts in paths if keys]
    if not any(converts for _, converts in paths):
        return {}, None
    p = conversion_rate(paths)
    effects = {key: 1 - conversion_rate(paths, {key}) / p for keys, _ in paths for key in keys}
    return {key: e / sum(effects.values()) for key, e in effects.items()}, p
