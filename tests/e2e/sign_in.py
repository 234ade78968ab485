# SPDX-License-Identifier: Apache-2.0
"""For tests of signing in: a certified provider on loopback, a product whose company signs in with it, an app."""

import base64
import functools
import hashlib
import json
import os
import pathlib
import re
import secrets
import subprocess
import urllib.parse

import requests

from conftest import SOURCE, Client, Stack, company_of, uuid7

APP = "com.example.advocacy:/cb"
LOOPBACK = "http://127.0.0.1/signed-in"
SECRET = "s-e~c r%t+" + secrets.token_hex(8)
PEOPLE = {
    "ada": {"email": "Ada@Acme.example", "email_verified": True, "name": "Ada L", "given_name": "Ada", "family_name": "L"},
    "bob": {"email": "bob@acme.example", "email_verified": False, "name": "Bob"},
    "eve": {"email": "eve@elsewhere.example", "email_verified": True, "name": "Eve"},
    "new": {"email": "new@acme.example", "email_verified": True, "given_name": "Nia", "family_name": "W"},
    "out": {"email": "out@acme.example", "email_verified": True, "name": "Out"},
    "two": {"email": "two@acme.example", "email_verified": True, "name": "Two"},
    "fin": {"email": "fin@acme.example", "email_verified": True, "name": "Fin"},
}


class Provider:
    """oidc-provider in a process of its own, which takes its time to begin: whoever asks for its issuer waits."""

    def __init__(self, folder, callback, people=None):
        installed = pathlib.Path(os.environ.get("TEST_BUILD", SOURCE / "build")) / "tests/provider"
        subprocess.run([SOURCE / "tests/provider/install", installed], check=True)
        algorithms = {"RS256": "basic", "PS256": "post", "ES256": "basic", "EdDSA": "basic"}
        api = callback.removesuffix("/v1/auth/callback")
        clients = [{"client_id": f"rostra-{a}", "client_secret": SECRET, "redirect_uris": [callback],
                    "backchannel_logout_uri": api + "/v1/oidc/backchannel-logout/acme",
                    "backchannel_logout_session_required": True, "post_logout_redirect_uris": [api + "/v1/auth/signed-out"],
                    "id_token_signed_response_alg": a, "token_endpoint_auth_method": f"client_secret_{auth}"}
                   for a, auth in algorithms.items()]
        self.keyed = uuid7()  # the provider whose keys we hold: it finds them under this id
        clients.append({"client_id": "rostra-keyed", "redirect_uris": [callback], "token_endpoint_auth_method": "private_key_jwt",
                        "jwks_uri": f"{api}/v1/oidc/jwks/{self.keyed}"})
        wanted = folder / "provider.json"
        wanted.write_text(json.dumps({"clients": clients, "accounts": people or PEOPLE, "ends_with_input": True}))
        self.log = open(folder / "provider.log", "w", encoding="utf-8")
        self.process = subprocess.Popen(["node", "provider.mjs", wanted], cwd=installed, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.log, text=True)

    @functools.cached_property
    def issuer(self):
        return json.loads(self.process.stdout.readline())["issuer"]

    def wish(self, **what):
        return requests.post(self.issuer + "/control", json=what, timeout=10).json()

    def counts(self):
        return requests.get(self.issuer + "/control", timeout=10).json()

    def stop(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()
        self.log.close()


class World:
    """A product whose company signs in with the provider."""

    def stop(self):
        self.provider.stop()
        self.stack.stop()

    def __init__(self, stack, provider, acme):
        self.stack, self.provider, self.acme = stack, provider, acme
        self.api = Client(stack.places["API"])
        self.secret_file = stack.state / "provider.secret"
        self.secret_file.write_text(SECRET + "\n")
        self.secret_file.chmod(0o400)
        self.id = self.add("RS256")
        stack.rostra("provider", "domains", "--company", "acme", "--id", self.id, "--domains", "acme.example acme.test")

    def add(self, algorithm, auth="basic", company="acme", *more):
        return json.loads(self.stack.rostra(
            "provider", "add", "--company", company, "--name", f"Login {algorithm}", "--issuer", self.provider.issuer,
            "--client-id", f"rostra-{algorithm}", "--secret-file", self.secret_file, "--algorithm", algorithm,
            "--client-auth", auth, *more, "--json"))["id"]


class App:
    """A phone's app: makes the request, waits at its redirect URI, fetches tokens."""

    def __init__(self, world, redirect_uri=APP, company="acme", **more):
        self.world, self.redirect_uri, self.browser = world, redirect_uri, requests.Session()
        self.state, self.verifier = secrets.token_urlsafe(16), secrets.token_urlsafe(32)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).decode().rstrip("=")
        self.query = {"company": company, "redirect_uri": redirect_uri, "state": self.state, "code_challenge": challenge,
                      "code_challenge_method": "S256", **more}

    def get(self, url):
        return self.browser.get(url, allow_redirects=False, timeout=20)

    def start(self, **changes):
        query = {k: v for k, v in {**self.query, **changes}.items() if v is not None}
        return self.get(self.world.api.base + "/v1/auth/start?" + urllib.parse.urlencode(query))

    def at_provider(self, location, who, refuse=False):
        """Through the provider's pages; gives where it sends the browser back to."""
        answer = self.get(location)
        for _ in range(8):
            if answer.status_code in (302, 303):
                location = urllib.parse.urljoin(answer.url, answer.headers["Location"])
                if location.startswith(self.world.api.base):
                    return location
                answer = self.get(location)
                continue
            action = urllib.parse.urljoin(answer.url, re.search(r'action="([^"]+)"', answer.text)[1])
            prompt = re.search(r'name="prompt" value="([a-z]+)"', answer.text)[1]
            if refuse:
                answer = self.get(urllib.parse.urljoin(answer.url, re.search(r'href="([^"]+/abort)"', answer.text)[1]))
                continue
            form = {"prompt": prompt, **({"login": who, "password": "x"} if prompt == "login" else {})}
            answer = self.browser.post(action, data=form, allow_redirects=False, timeout=20)
        raise AssertionError(f"the provider did not come to an end: {answer.status_code} {answer.text[:300]}")

    def callback(self, who="ada", **options):
        begun = self.start()
        assert begun.status_code == 302, begun.text
        return self.at_provider(begun.headers["Location"], who, **options)

    def back(self, url):
        """What the app is told: the parameters of its redirect URI."""
        answer = self.get(url)
        assert answer.status_code == 302, answer.text
        assert answer.headers["Cache-Control"] == "no-store" and answer.headers["Referrer-Policy"] == "no-referrer"
        return self.told(answer)

    def told(self, answer):
        where, _, query = answer.headers["Location"].partition("?")
        assert where == self.redirect_uri
        told = dict(urllib.parse.parse_qsl(query, strict_parsing=True))
        assert told.pop("state") == self.state and told.pop("iss") == self.world.api.base
        return told

    def tokens(self, code, **changes):
        body = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_uri,
                "code_verifier": self.verifier, "device_name": "Phone", "platform": "ios", **changes}
        return self.world.api.post("/v1/auth/token", json=body)

    def sign_in(self, who="ada"):
        told = self.back(self.callback(who))
        assert "error" not in told, told
        answer = self.tokens(told["code"])
        assert answer.status_code == 200, answer.text
        return answer.json()


def holder(tokens):
    return type("Holder", (), {"headers": {"Authorization": "Bearer " + tokens["access_token"]}})


def people_of(stack):
    """The company, with those whom the provider knows too."""
    acme = company_of(stack, "acme", "Acme")
    for name in ("ada", "bob", "out", "two", "fin"):
        acme.add_person(name)
    stack.rostra("person", "deactivate", "--company", "acme", "--person", "out@acme.example")
    return acme


def begin_world(tmp_path_factory, settings="", ports=(), **provider):
    """A running product and its provider; the caller ends it."""
    stack = Stack(tmp_path_factory.mktemp("sign-in"))
    folder = tmp_path_factory.mktemp("provider")
    stack.start("--processes", "2,1", "--threads", "4,2", "--set", "rate_public_per_min=100000", "--set",
                "rate_read_per_min=100000", "--set", "rate_write_per_min=100000", "--set", "caller_cache_s=1", "--set",
                f"app_redirect_uris={APP} {LOOPBACK} https://app.example.com/cb")
    found = Provider(folder, stack.places["API"] + "/v1/auth/callback", **provider)
    acme = people_of(stack)  # while the provider begins
    conf = stack.state / "rostra.conf"
    ports = " ".join(map(str, (urllib.parse.urlsplit(found.issuer).port, *ports)))
    conf.write_text(conf.read_text() + f"outbound_loopback_ports = {ports}\n{settings}")
    stack.end("serve")
    stack.restart("serve")
    return World(stack, found, acme)
