# SPDX-License-Identifier: Apache-2.0
"""Writes the smallest files in MaxMind's format (https://maxmind.github.io/MaxMind-DB/): IPv4, 24-bit records."""

import ipaddress


def size(kind, n):
    """The control byte of a value of this kind and size."""
    more = b"" if n < 29 else bytes([n - 29])
    low = n if n < 29 else 29
    return bytes([kind << 5 | low]) + more if kind < 8 else bytes([low, kind - 7]) + more


def value(v):
    if isinstance(v, dict):
        return size(7, len(v)) + b"".join(value(k) + value(x) for k, x in v.items())
    if isinstance(v, list):
        return size(11, len(v)) + b"".join(map(value, v))
    if isinstance(v, tuple):  # (kind of number, number)
        raw = v[1].to_bytes((v[1].bit_length() + 7) // 8, "big")
        return size(v[0], len(raw)) + raw
    raw = v.encode()
    return size(2, len(raw)) + raw


def write(path, networks):
    """networks: {"127.0.0.0/8": {…}}"""
    nodes, data, leaves = [[None, None]], b"", {}
    for network, content in networks.items():
        net = ipaddress.ip_network(network)
        bits = f"{int(net.network_address):032b}"[:net.prefixlen]
        at = 0
        for bit in map(int, bits[:-1]):
            if nodes[at][bit] is None:
                nodes[at][bit] = len(nodes)
                nodes.append([None, None])
            at = nodes[at][bit]
        leaves[at, int(bits[-1])] = len(data)
        data += value(content)
    count = len(nodes)
    tree = b"".join((count + 16 + leaves[i, b] if (i, b) in leaves else count if n[b] is None else n[b]).to_bytes(3, "big")
                    for i, n in enumerate(nodes) for b in (0, 1))
    about = {"node_count": (6, count), "record_size": (5, 24), "ip_version": (5, 4), "database_type": "Test",
             "languages": ["en"], "binary_format_major_version": (5, 2), "binary_format_minor_version": (5, 0),
             "build_epoch": (9, 1), "description": {"en": "x"}}
    path.write_bytes(tree + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + value(about))
