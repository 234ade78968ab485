# SPDX-License-Identifier: Apache-2.0
"""Sessions: tokens that rotate, a used one that comes back, and every way to end."""

import base64
import concurrent.futures
import dataclasses
import hashlib
import json
import time

import pytest

from conftest import uuid7, wait_until

BITES_S = 5  # an end is known to every worker


@dataclasses.dataclass
class Device:
    """A phone: a person with the tokens of one session."""
    company: str
    session: str
    access: str
    refresh: str

    @property
    def headers(self):
        return {"Authorization": f"Bearer {self.access}"}


@pytest.fixture
def sign_in(rostra_json):
    def start(person, *args):
        made = rostra_json("session", "start", "--company", person.company, "--person", person.email, *args)
        return Device(person.company, made["session"], made["access_token"], made["refresh_token"])

    return start


@pytest.fixture(scope="module")
def initech(make_company):
    return make_company()


@pytest.fixture
def person(initech):
    return initech.add_person(f"p{uuid7()[-12:]}")


def refresh(api, token, **options):
    return api.post("/v1/auth/token", json={"grant_type": "refresh_token", "refresh_token": token}, **options)


def refreshed(api, token):
    answer = refresh(api, token)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(answer):
    return answer.status_code == 400 and answer.json()["code"] == "invalid_grant"


def is_in(api, device):
    return api.get("/v1/me", who=device).status_code == 200


def is_out_soon(api, *devices):
    wait_until(lambda: not any(is_in(api, d) for d in devices), BITES_S, "the end of the session")
    for _ in range(8):  # every worker knows
        assert not any(is_in(api, d) for d in devices)


def digest(token):
    text = token.removeprefix("rrt_")
    return hashlib.sha256(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))).digest()


def end_of(db, session):
    return db("SELECT ended_by, ended_at FROM session WHERE id = %s", (session,))[0]["ended_by"]


# --- going on ----------------------------------------------------------------------------------------------------


def test_a_session_begins_with_two_tokens(api, sign_in, person):
    phone = sign_in(person, "--device", "Ada's phone", "--platform", "ios")
    assert api.get("/v1/me", who=phone).json()["id"] == person.id
    (seen,) = api.get("/v1/sessions", who=phone).json()["items"]
    assert (seen["id"], seen["current"], seen["device_name"], seen["platform"], seen["method"]) == (
        phone.session, True, "Ada's phone", "ios", "operator")


def test_a_refresh_gives_both_tokens_anew(api, sign_in, person):
    phone = sign_in(person)
    answer = refresh(api, phone.refresh, headers={"App-Version": "3.2.1"})
    tokens = answer.json()
    assert answer.headers["Cache-Control"] == "no-store"
    assert tokens["token_type"] == "Bearer" and tokens["expires_in"] == 600
    assert (tokens["session_id"], tokens["person_id"]) == (phone.session, person.id)
    assert tokens["refresh_token"] != phone.refresh and tokens["access_token"] != phone.access
    fresh = Device(person.company, phone.session, tokens["access_token"], tokens["refresh_token"])
    assert is_in(api, fresh)
    (seen,) = api.get("/v1/sessions", who=fresh).json()["items"]
    assert seen["app_version"] == "3.2.1" and seen["last_used_at"] > seen["created_at"]


def test_a_chain_of_refreshes_goes_on(api, sign_in, person):
    token = sign_in(person).refresh
    seen = {token}
    for _ in range(12):
        token = refreshed(api, token)["refresh_token"]
        assert token not in seen
        seen.add(token)


def test_who_lost_the_answer_repeats_and_gets_the_same_successor(api, sign_in, person):
    phone = sign_in(person)
    first, again = refreshed(api, phone.refresh), refreshed(api, phone.refresh)
    assert first["refresh_token"] == again["refresh_token"]
    assert refreshed(api, first["refresh_token"])["session_id"] == phone.session


def test_after_the_grace_a_used_token_ends_the_session(api, db, sign_in, person):
    phone = sign_in(person)
    next_ = refreshed(api, phone.refresh)
    db("UPDATE session SET rotated_at = rotated_at - INTERVAL 61 SECOND WHERE id = %s", (phone.session,))
    assert refused(refresh(api, phone.refresh))
    assert end_of(db, phone.session) == "reuse"
    assert refused(refresh(api, next_["refresh_token"]))
    is_out_soon(api, phone, Device(person.company, phone.session, next_["access_token"], ""))


def test_a_token_whose_successor_was_used_ends_the_session_at_once(api, db, sign_in, person):
    phone = sign_in(person)
    second = refreshed(api, phone.refresh)["refresh_token"]
    third = refreshed(api, second)["refresh_token"]
    assert refused(refresh(api, phone.refresh))
    assert end_of(db, phone.session) == "reuse" and refused(refresh(api, third))


def test_another_session_of_the_person_goes_on_when_one_is_abused(api, sign_in, person):
    stolen, other = sign_in(person), sign_in(person)
    refreshed(api, refreshed(api, stolen.refresh)["refresh_token"])
    assert refused(refresh(api, stolen.refresh))
    assert is_in(api, other) and refreshed(api, other.refresh)


def test_twenty_parallel_refreshes_have_one_successor(api, db, sign_in, person):
    for _ in range(5):
        phone = sign_in(person)
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(lambda _, t=phone.refresh: refresh(api, t), range(20)))
        assert {a.status_code for a in answers} == {200}
        assert len({a.json()["refresh_token"] for a in answers}) == 1
        assert db("SELECT COUNT(*) AS n FROM refresh_token WHERE session_id = %s", (phone.session,))[0]["n"] == 2
        assert end_of(db, phone.session) is None


def test_a_thief_and_the_owner_at_once_leave_no_good_token(api, db, sign_in, person):
    """One repeats the first token while the other goes on with the second: in no order does a branch survive."""
    for _ in range(10):
        first = sign_in(person)
        second = refreshed(api, first.refresh)["refresh_token"]
        db("UPDATE session SET rotated_at = rotated_at - INTERVAL 61 SECOND WHERE id = %s", (first.session,))
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            stolen, owned = pool.map(lambda t: refresh(api, t), (first.refresh, second))
        assert refused(stolen) and end_of(db, first.session) == "reuse"
        if owned.status_code == 200:
            assert refused(refresh(api, owned.json()["refresh_token"]))


@pytest.mark.parametrize("token", ["", "rrt_", "rrt_" + "A" * 43, "rrt_" + "A" * 44, "rrt_" + "!" * 43, "A" * 47, "ü" * 20])
def test_what_is_no_refresh_token_is_refused(api, token):
    answer = refresh(api, token)
    assert refused(answer) or (token == "" and answer.status_code == 422)


def test_each_token_is_for_its_own_use(api, sign_in, person):
    phone = sign_in(person)
    assert api.get("/v1/me", who=Device("", "", phone.refresh, "")).status_code == 401
    assert refused(refresh(api, phone.access)) or refresh(api, phone.access).status_code == 422
    assert is_in(api, phone)


def test_a_session_is_over_after_its_days(api, db, sign_in, person):
    for column, days in (("expires_at", 90), ("last_used_at", 30)):
        phone = sign_in(person)
        near, past = f"{days - 1} DAY", f"{days} DAY"
        db(f"UPDATE session SET {column} = {column} - INTERVAL {near} WHERE id = %s", (phone.session,))
        token = refreshed(api, phone.refresh)["refresh_token"]
        db(f"UPDATE session SET {column} = {column} - INTERVAL {past} WHERE id = %s", (phone.session,))
        assert refused(refresh(api, token))
        assert phone.session not in [s["id"] for s in api.get("/v1/sessions", who=person).json()["items"]]


def test_no_token_is_in_the_database(api, db, sign_in, person):
    phone = sign_in(person)
    token = refreshed(api, phone.refresh)["refresh_token"]
    kept = json.dumps(db("SELECT * FROM session WHERE id = %s", (phone.session,)), default=repr) + json.dumps(
        db("SELECT * FROM refresh_token WHERE session_id = %s", (phone.session,)), default=repr)
    for secret in (phone.refresh, token):
        raw = base64.urlsafe_b64decode(secret.removeprefix("rrt_") + "=")
        assert secret not in kept and secret.removeprefix("rrt_") not in kept and repr(raw)[2:-1] not in kept
    assert {r["token_sha256"] for r in db("SELECT token_sha256 FROM refresh_token WHERE session_id = %s",
                                          (phone.session,))} == {digest(phone.refresh), digest(token)}


def test_no_token_is_in_the_log(api, stack, sign_in, person):
    phone = sign_in(person)
    token = refreshed(api, phone.refresh)["refresh_token"]
    api.post("/v1/auth/logout", json={"refresh_token": token})
    time.sleep(0.2)
    log = (stack.state / "log/rostra.log").read_text(errors="replace")
    assert not any(t in log for t in (phone.refresh, token, phone.access))


# --- ending ------------------------------------------------------------------------------------------------------


def test_signing_out_ends_the_session_and_nothing_else(api, db, sign_in, person):
    phone, laptop = sign_in(person), sign_in(person)
    for _ in range(2):
        answer = api.post("/v1/auth/logout", json={"refresh_token": phone.refresh})
        assert (answer.status_code, answer.json()) == (200, {"continue_at": None})  # no provider knows of it
    assert end_of(db, phone.session) == "person" and refused(refresh(api, phone.refresh))
    is_out_soon(api, phone)
    assert is_in(api, laptop)


@pytest.mark.parametrize("token", ["rrt_" + "A" * 43, "nonsense"])
def test_signing_out_with_an_unknown_token_is_no_error(api, token):
    answer = api.post("/v1/auth/logout", json={"refresh_token": token})
    assert (answer.status_code, answer.json()) == (200, {"continue_at": None})


def test_a_person_ends_another_of_their_sessions(api, db, sign_in, person):
    phone, lost = sign_in(person), sign_in(person)
    for _ in range(2):
        assert api.delete(f"/v1/sessions/{lost.session}", who=phone).status_code == 204
    assert end_of(db, lost.session) == "other_session" and refused(refresh(api, lost.refresh))
    assert [s["id"] for s in api.get("/v1/sessions", who=phone).json()["items"]] == [phone.session]
    is_out_soon(api, lost)


def test_a_person_ends_all_others(api, sign_in, person):
    phone, others = sign_in(person), [sign_in(person) for _ in range(3)]
    assert api.post("/v1/sessions/end-others", who=phone).status_code == 204
    is_out_soon(api, *others)
    assert is_in(api, phone) and all(refused(refresh(api, o.refresh)) for o in others)


def test_nobody_ends_or_sees_somebody_else_s(api, sign_in, initech, globex, person):
    phone = sign_in(person)
    for stranger in (initech.add_person(f"q{uuid7()[-12:]}"), initech.admin, globex.admin):
        foreign = api.delete(f"/v1/sessions/{phone.session}", who=stranger)
        nowhere = api.delete(f"/v1/sessions/{uuid7()}", who=stranger)
        assert foreign.status_code == nowhere.status_code == 404
        assert phone.session not in api.get("/v1/sessions", who=stranger).text
    assert api.post(f"/v1/people/{person.id}/sign-out", who=globex.admin).status_code == 404
    assert api.post(f"/v1/people/{person.id}/sign-out", who=initech.manager).status_code == 403
    assert is_in(api, phone)


def test_an_admin_signs_a_person_out(api, db, sign_in, initech, person):
    phone, laptop = sign_in(person), sign_in(person)
    assert api.post(f"/v1/people/{person.id}/sign-out", who=initech.admin).status_code == 204
    assert end_of(db, phone.session) == end_of(db, laptop.session) == "admin"
    is_out_soon(api, phone, laptop)


def test_a_deactivation_ends_all_sessions_for_good(api, db, rostra, sign_in, initech, person):
    phone = sign_in(person)
    rostra("person", "deactivate", "--company", initech.slug, "--person", person.email)
    is_out_soon(api, phone)
    assert end_of(db, phone.session) == "deactivation" and refused(refresh(api, phone.refresh))
    rostra("person", "activate", "--company", initech.slug, "--person", person.email)
    assert refused(refresh(api, phone.refresh))


def test_a_suspended_company_s_tokens_rest(api, rostra, sign_in, make_company):
    company = make_company()
    phone = sign_in(company.member)
    rostra("company", "suspend", "--slug", company.slug)
    is_out_soon(api, phone)
    assert refused(refresh(api, phone.refresh))


def test_a_change_of_role_is_in_the_next_token_and_bites_before(api, rostra, sign_in, initech, person):
    phone = sign_in(person)
    assert api.get("/v1/leads", who=phone).status_code == 403
    rostra("person", "role", "--company", initech.slug, "--person", person.email, "--role", "manager")
    wait_until(lambda: api.get("/v1/leads", who=phone).status_code == 200, BITES_S, "the new role")
    tokens = refreshed(api, phone.refresh)
    payload = tokens["access_token"].split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(payload + "=="))["role"] == "manager"


def test_an_operator_sees_and_ends_sessions(rostra, rostra_json, api, sign_in, initech, person):
    phone, laptop = sign_in(person, "--device", "One"), sign_in(person)
    whose = ("--company", initech.slug, "--person", person.email)
    assert {s["id"] for s in rostra_json("session", "list", *whose)} == {phone.session, laptop.session}
    rostra("session", "end", *whose, "--id", phone.session)
    assert [s["id"] for s in rostra_json("session", "list", *whose)] == [laptop.session]
    rostra("session", "end", *whose)
    assert rostra_json("session", "list", *whose) == []
    is_out_soon(api, phone, laptop)


def test_nobody_who_is_out_is_signed_in(rostra, initech, person):
    rostra("person", "deactivate", "--company", initech.slug, "--person", person.email)
    done = rostra("session", "start", "--company", initech.slug, "--person", person.email, check=False)
    assert done.returncode == 1 and "not active" in done.stderr


def test_what_is_over_goes_after_a_month(own_stack):
    stack = own_stack("--set", "api_processes=1")
    stack.rostra("company", "add", "--slug", "hooli", "--name", "Hooli")
    stack.rostra("person", "add", "--company", "hooli", "--email", "a@hooli.example", "--name", "A", "--role", "member")
    old, new = (json.loads(stack.rostra("session", "start", "--company", "hooli", "--person", "a@hooli.example", "--json"))
                ["session"] for _ in range(2))
    stack.db("UPDATE session SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 31 DAY WHERE id = %s", (old,))
    stack.run_job("session_prune")
    wait_until(lambda: len(stack.db("SELECT 1 FROM session")) == 1, 15, "the end of the old session")
    wait_until(lambda: [str(r["session_id"]) for r in stack.db("SELECT session_id FROM refresh_token")] == [new], 5,
               "the end of its tokens")
