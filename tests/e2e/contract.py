# SPDX-License-Identifier: Apache-2.0
"""Compares answers with the OpenAPI document: status, media type, body, headers.

load(text) reads the document, check(response) raises AssertionError with all that is wrong.  What has no route is
nginx's or the router's own refusal: it must be a problem all the same.
"""

import dataclasses
import json
import re

import jsonschema

PROBLEM = "application/problem+json"
SCIM = "application/scim+json"
# A header the document names for a success is there in every one of these: the others depend on the answer.
ALWAYS = ("X-Request-Id", "ETag", "RateLimit", "RateLimit-Policy")


@dataclasses.dataclass
class Operation:
    method: str
    path: str
    pattern: re.Pattern
    row: dict

    @property
    def id(self):
        return self.row["operationId"]

    @property
    def access(self):
        return self.row["x-rostra-access"]

    @property
    def body(self):
        """(media type, schema) of the body, or (None, None)."""
        content = self.row.get("requestBody", {}).get("content", {})
        for kind, value in content.items():
            return kind, document.resolve(value["schema"])
        return None, None

    def parameters(self, place):
        rows = (document.resolve(p) for p in self.row.get("parameters", []))
        return [p for p in rows if p["in"] == place]


class Document:
    def __init__(self, text):
        self.root = json.loads(text)
        self.resolver = jsonschema.RefResolver(base_uri="", referrer=self.root)
        self.formats = jsonschema.FormatChecker()
        self.validators = {}
        self.operations = [
            Operation(method.upper(), path, self._pattern(path), row)
            for path, methods in self.root["paths"].items()
            for method, row in methods.items()
        ]

    @staticmethod
    def _pattern(path):
        return re.compile("".join("[^/]+" if part.startswith("{") else re.escape(part)
                                  for part in re.split(r"(\{[a-z_]+\})", path)) + r"\Z")

    def resolve(self, value):
        while "$ref" in value:
            value = self.resolver.resolve(value["$ref"])[1]
        return value

    def find(self, method, path):
        """The operation of a request; a fixed path wins over one with a parameter, HEAD is a GET without body."""
        for wanted in (method, "GET") if method == "HEAD" else (method,):
            found = [o for o in self.operations if o.method == wanted and o.pattern.match(path)]
            if found:
                return min(found, key=lambda o: o.path.count("{"))
        return None

    def faults_of(self, schema, value):
        key = json.dumps(schema)
        if key not in self.validators:
            self.validators[key] = jsonschema.Draft202012Validator(schema, resolver=self.resolver,
                                                                   format_checker=self.formats)
        validator = self.validators[key]
        return [f"{'/'.join(map(str, e.absolute_path)) or '.'}: {e.message[:300]}" for e in validator.iter_errors(value)]


document = None


def load(text):
    global document
    document = Document(text)
    return document


def media_type(text):
    return (text or "").split(";")[0].strip().lower()


def problem_faults(response):
    """What a problem keeps, whoever answers it."""
    headers, faults = response.headers, []
    if media_type(headers.get("Content-Type")) != PROBLEM:
        return [f"{headers.get('Content-Type')} instead of {PROBLEM}"]
    body = response.json()
    faults = document.faults_of({"$ref": "#/components/schemas/problem"}, body)
    if faults:
        return faults
    if body["status"] != response.status_code:
        faults.append(f"the body says status {body['status']}")
    if body["type"] != "/problems/" + body["code"].replace("_", "-"):
        faults.append(f"type {body['type']} is not of code {body['code']}")
    if body["request_id"] != headers.get("X-Request-Id"):
        faults.append("request_id is not X-Request-Id")
    for status, name in ((401, "WWW-Authenticate"), (405, "Allow"), (429, "Retry-After"), (503, "Retry-After")):
        if response.status_code == status and name not in headers:
            faults.append(f"no {name}")
    return faults


def scim_faults(response):
    """What a refusal of SCIM keeps (RFC 7644 3.12)."""
    body = response.json()
    faults = document.faults_of({"$ref": "#/components/schemas/scim_error"}, body)
    if not faults and body["status"] != str(response.status_code):
        faults.append(f"the body says status {body['status']}")
    for status, name in ((401, "WWW-Authenticate"), (429, "Retry-After"), (503, "Retry-After")):
        if response.status_code == status and name not in response.headers:
            faults.append(f"no {name}")
    return faults


def content_faults(response, described):
    content = described.get("content", {})
    kind = media_type(response.headers.get("Content-Type"))
    if not content:
        return ["a body where none is documented"] if response.content else []
    row = {media_type(k): v for k, v in content.items()}.get(kind)
    if row is None:
        return [f"media type {kind!r} is not documented, {', '.join(content)} is"]
    if kind != "application/json":
        return []
    return document.faults_of(row["schema"], response.json())


WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def faults(response, operation):
    status, described = response.status_code, operation.row["responses"].get(str(response.status_code))
    if described is None:
        return [f"status {status} is not documented"]
    described = document.resolve(described)
    if response.request.method == "HEAD":
        return ["HEAD has a body"] if response.content else []
    if media_type(response.headers.get("Content-Type")) == SCIM and status >= 400:
        return scim_faults(response) if operation.path.startswith("/scim/") else ["SCIM's words where none speaks it"]
    if status >= 400 and "text/html" not in described.get("content", {}):
        return problem_faults(response)
    found = content_faults(response, described)
    # A stream is not known before it is sent: it has no validator.
    streamed = media_type(response.headers.get("Content-Type", "")) in ("text/csv", WORKBOOK)
    found += [f"no header {h}" for h in ALWAYS
              if h in described.get("headers", {}) and h not in response.headers and not (streamed and h == "ETag")]
    if not found and "Link" in described.get("headers", {}) and not streamed:
        if response.json()["has_more"] != ("Link" in response.headers):
            found.append("Link and has_more do not agree")
    return found


def check(response):
    """Raises when an answer is not what the document says."""
    request = response.request
    path = request.path_url.split("?")[0]
    operation = document.find(request.method, path)
    if operation is not None:
        found = faults(response, operation)
    elif response.status_code >= 400 and request.method != "HEAD":
        found = problem_faults(response)
    else:
        found = []
    if "X-Request-Id" not in response.headers:
        found.append("no X-Request-Id")
    assert not found, (f"{request.method} {path} answered {response.status_code}, which the OpenAPI document does not "
                       "say:\n  " + "\n  ".join(found) + f"\n  {response.text[:600]}")
