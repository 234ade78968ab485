# SPDX-License-Identifier: Apache-2.0
"""Holds every answer of the suite against the document that `rostra openapi` prints.

An answer is right when its route, method and status are in the document, its media type is one of those the status
has, its body fits the schema, and the headers every answer has are there.
"""

import json
import re
import urllib.parse

import jsonschema

PROBLEM = "application/problem+json"

document = {}
_paths = []       # (pattern, path item), literal paths first
_validators = {}  # pointer of a schema -> validator
_resolver = None
seen = set()      # (method, path, status) that the suite met


def load(text):
    """Reads the document; again when another stack prints it."""
    global document, _paths, _resolver
    document = json.loads(text)
    _resolver = jsonschema.RefResolver("", document)
    _validators.clear()
    _paths = sorted(((_pattern(path), path) for path in document["paths"]), key=lambda p: p[1].count("{"))


def _pattern(path):
    return re.compile("^" + re.sub(r"\\\{[a-z_]+\\\}", "[^/]+", re.escape(path)) + "$")


def route_of(url):
    """The path of the document that a URL belongs to, or None."""
    path = urllib.parse.urlsplit(url).path
    for pattern, name in _paths:
        if pattern.match(path):
            return name
    return None


def _resolve(thing):
    while "$ref" in thing:
        _, thing = _resolver.resolve(thing["$ref"])
    return thing


def _validator(schema):
    key = json.dumps(schema, sort_keys=True)
    if key not in _validators:
        _validators[key] = jsonschema.Draft202012Validator(schema, resolver=_resolver)
    return _validators[key]


def _check_body(response, content, where):
    media = response.headers.get("Content-Type", "").split(";")[0]
    assert media in content, f"{where}: answered {media}, the document has {sorted(content)}"
    if not media.endswith("json"):
        return
    errors = sorted(_validator(content[media]["schema"]).iter_errors(response.json()), key=lambda e: list(e.path))
    told = "; ".join(f"{'/'.join(map(str, e.absolute_path)) or 'body'}: {e.message[:200]}" for e in errors[:5])
    assert not errors, f"{where}: {told}"


def check(response):
    """Asserts that the answer is one that the document promises."""
    method = response.request.method.lower()
    name = route_of(response.request.url)
    where = f"{method.upper()} {name or response.request.url} {response.status_code}"
    assert response.headers.get("X-Request-Id"), f"{where}: no X-Request-Id"
    if response.status_code == 401:
        assert "WWW-Authenticate" in response.headers, f"{where}: no WWW-Authenticate"
    if response.status_code in (429, 503):
        assert response.headers.get("Retry-After", "").isdigit(), f"{where}: no Retry-After"
    if name is None or method not in document["paths"][name]:
        # Unknown paths, methods a resource does not have, HEAD of a GET, a preflight: problems or no body.
        if response.status_code >= 400 and response.content:
            _check_body(response, {PROBLEM: {"schema": {"$ref": "#/components/schemas/problem"}}}, where)
        return
    seen.add((method, name, response.status_code))
    responses = document["paths"][name][method]["responses"]
    assert str(response.status_code) in responses, f"{where}: the document has {sorted(responses)}"
    promised = _resolve(responses[str(response.status_code)])
    if "content" in promised and response.content:
        _check_body(response, promised["content"], where)
    elif "content" not in promised and response.status_code in (204, 304):
        assert not response.content, f"{where}: has a body"
