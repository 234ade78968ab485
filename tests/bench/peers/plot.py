# SPDX-License-Identifier: Apache-2.0
"""A plot as SVG text: for each case a bar for each server, in parts by process group, with the spread of the totals."""

from html import escape

WIDTH, LEFT, RIGHT, BAR, GAP, HEAD = 860, 150, 190, 18, 6, 62
COLOURS = {"nginx": "#7a9cc6", "app": "#d98e4a", "jobs": "#b9a0cf", "mariadb": "#7fb58d"}


def text(x, y, words, size=12, more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}"{more}>{escape(words)}</text>'


def box(x, y, width, fill):
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(0, width):.1f}" height="{BAR}" fill="{fill}"/>'


def bar(y, scale, title, row, groups):
    """Parts are medians, each of its own; they are drawn to the median of the totals."""
    total, parts = row["total"], sum(row["us"].values()) or 1
    out, x = [text(LEFT - 8, y + 13, title, 12, ' text-anchor="end"')], LEFT
    for g in groups:
        width = row["us"][g] / parts * total["median"] * scale
        out.append(box(x, y, width, COLOURS[g]))
        x += width
    low, high, middle = LEFT + total["min"] * scale, LEFT + total["max"] * scale, y + BAR / 2
    out.append(f'<path d="M{low:.1f} {middle}H{high:.1f}M{low:.1f} {middle - 4}v8M{high:.1f} {middle - 4}v8" stroke="#333" fill="none"/>')
    said = f"{total['median']:.0f} us"
    if row["ratio"]["median"] != 1:
        said += f"   Rostra / it {row['ratio']['median']:.2f}"
    out.append(text(max(x, high) + 8, y + 13, said))
    return out


def legend(groups):
    out, x = [], LEFT
    for g in groups:
        out += [box(x, 36, 12, COLOURS[g]), text(x + 17, 49, g)]
        x += 90
    return out


def svg(table, titles, groups, about):
    out, y = [text(LEFT, 20, "CPU time of all server processes per request", 15, ' font-weight="bold"'), *legend(groups)], HEAD
    for case, rows in table.items():
        most = max(row["total"]["max"] for row in rows.values())
        scale = (WIDTH - LEFT - RIGHT) / most
        out.append(text(LEFT, y + 14, case, 13, ' font-weight="bold"'))
        y += 22
        for name, row in rows.items():
            out += bar(y, scale, titles[name], row, groups)
            y += BAR + GAP
        y += 10
    out.append(text(LEFT, y + 12, f"{about['cpu']}, {about['cores']} cores, {about['kernel']}; lines: least and greatest round", 11))
    height = y + 26
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
            f'font-family="sans-serif"><rect width="100%" height="100%" fill="#fff"/>\n' + "\n".join(out) + "\n</svg>\n")
