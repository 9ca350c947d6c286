"""Signing up: one account an address, and no answer that tells whose addresses are known."""

import threading
from functools import partial

import pytest
from django.db import IntegrityError

from accounts.errors import CodeInvalid
from accounts.models import MailedCode, User
from accounts.services import codes, registration
from tests import cast
from tests.accounts.mailed import CONFIRM, REGISTER, code_for, newest, signed_up
from tests.races.parallel import together
from tutorme.core.models import AuditEntry, OutboxEvent


def body(**changes: object) -> dict[str, object]:
    return {
        "email": "Nina@Example.test",
        "password": "three quiet rivers",
        "display_name": "Nina",
        "time_zone": "Asia/Kolkata",
        **changes,
    }


@pytest.mark.django_db
def test_nina_signs_up_with_a_code_and_is_signed_in(api) -> None:
    asked = api(None).post(REGISTER, body(), format="json")
    assert asked.status_code == 201
    assert asked.json()["verification"]["email"] == "nina@example.test"
    assert not User.objects.exists()
    made = signed_up(api(None), body()).json()
    assert made["user"]["email"] == "nina@example.test"
    assert made["user"]["roles"] == ["student"]
    nina = User.objects.get()
    assert nina.check_password("three quiet rivers")
    assert nina.email_verified_at is not None
    registered = OutboxEvent.objects.get(name="user.registered")
    assert registered.payload["user_id"] == str(nina.pk)
    assert AuditEntry.objects.get(action="user.registered").target_id == str(nina.pk)
    client = api(None)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {made['access']}")
    assert client.get("/api/v1/auth/session/").json()["user"]["username"] == nina.username


def shape(answer) -> tuple[object, ...]:
    waiting = answer.json()["verification"]
    return answer.status_code, sorted(answer.json()), sorted(waiting), waiting["email"]


@pytest.mark.django_db
def test_a_known_address_gets_the_same_answer_and_its_owner_hears_of_it(api, sam: User) -> None:
    known = api(None).post(REGISTER, body(email=" SAM@example.test "), format="json")
    unknown = api(None).post(REGISTER, body(email=" TOM@example.test "), format="json")
    assert shape(known)[:3] == shape(unknown)[:3]
    assert (shape(known)[3], shape(unknown)[3]) == ("sam@example.test", "tom@example.test")
    assert OutboxEvent.objects.filter(name="user.registration_repeated").count() == 1
    # Not even the right code of the row that was made for show opens anything.
    typed = {"id": known.json()["verification"]["id"], "code": code_for("sam@example.test")}
    refused = api(None).post(CONFIRM, typed, format="json")
    assert (refused.status_code, refused.json()["code"]) == (400, "code-invalid")
    sam.refresh_from_db()
    assert sam.check_password(cast.PASSWORD)


@pytest.mark.django_db
def test_who_registers_first_does_not_own_what_they_cannot_prove(api) -> None:
    """An attacker signs Nina's address up with their own password; Nina comes later."""
    api(None).post(REGISTER, body(password="the attackers words"), format="json")
    assert signed_up(api(None), body()).status_code == 201
    assert User.objects.get().check_password("three quiet rivers")
    # The attacker's code, could they read it, finds the address taken.
    first = MailedCode.objects.order_by("created_at", "pk")[0]
    typed = {"id": str(first.pk), "code": codes.text_of(first.pk)}
    answer = api(None).post(CONFIRM, typed, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "already-registered")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"email": "no-address"}, "/email"),
        ({"password": "short"}, "/password"),
        ({"password": "1234567890"}, "/password"),
        ({"password": "nina@example.test"}, "/password"),
        ({"password": "x" * 1025}, "/password"),
        ({"display_name": ""}, "/display_name"),
        ({"time_zone": "Mars/Base"}, "/time_zone"),
        ({"username": "a b"}, "/username"),
        ({"username": "admin"}, "/username"),
        ({"role": "admin"}, "/role"),
        ({"is_staff": True}, "/is_staff"),
        ({"email": 7}, "/email"),
        ({"display_name": ["x"]}, "/display_name"),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_kept(api, change, pointer) -> None:
    answer = api(None).post(REGISTER, body(**change), format="json")
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert pointer in {row["pointer"] for row in answer.json()["errors"]}
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_look_alike_username_is_taken(api, sam: User) -> None:
    first = signed_up(api(None), body(username="paulas1"))
    second = api(None).post(REGISTER, body(email="b@c.test", username="Pau1asI"), format="json")
    assert first.status_code == 201
    assert (second.status_code, second.json()["code"]) == (409, "username-taken")


@pytest.mark.django_db
def test_a_username_that_went_meanwhile_is_replaced(api) -> None:
    api(None).post(REGISTER, body(username="paulas1"), format="json")
    signed_up(api(None), body(email="b@c.test", username="paulas1"))
    waiting = newest("nina@example.test")
    typed = {"id": str(waiting.pk), "code": codes.text_of(waiting.pk)}
    made = api(None).post(CONFIRM, typed, format="json").json()
    assert made["user"]["username"].startswith("nina-")


@pytest.mark.django_db(transaction=True)
def test_one_code_typed_eight_times_at_once_makes_one_account(api) -> None:
    api(None).post(REGISTER, body(), format="json")
    waiting = newest("nina@example.test")
    typed = partial(registration.confirm, code_id=waiting.pk, code=codes.text_of(waiting.pk))
    results = together([typed] * 8)
    assert sum(isinstance(result, User) for result in results) == 1
    assert {type(result) for result in results} <= {User, CodeInvalid}
    assert OutboxEvent.objects.filter(name="user.registered").count() == 1


@pytest.mark.django_db(transaction=True)
def test_eight_proven_sign_ups_of_one_address_make_one_account(api) -> None:
    """Eight codes for one address, all typed rightly at once."""
    asked = [
        registration.begin(
            email="nina@example.test",
            password="three quiet rivers",
            display_name="Nina",
            source=f"192.0.2.{number}",
        )
        for number in range(8)
    ]
    typed = [
        partial(registration.confirm, code_id=code.pk, code=codes.text_of(code.pk))
        for code in asked
    ]
    results = together(typed)
    assert sum(isinstance(result, User) for result in results) == 1
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_control_asking_first_makes_a_clash() -> None:
    """Everybody has asked before anybody signs up: seven of eight get a bare database error."""
    asked = threading.Barrier(8)

    def naive() -> None:
        if not User.objects.filter(email="nina@example.test").exists():
            asked.wait(timeout=60)
            cast.person("Nina")

    results = together([naive] * 8)
    assert sum(isinstance(result, IntegrityError) for result in results) == 7


@pytest.mark.django_db
def test_a_nul_that_postgres_cannot_hold_is_a_bad_request(api) -> None:
    answer = api(None).post(REGISTER, body(display_name="a\u0000b"), format="json")
    assert (answer.status_code, User.objects.count()) == (400, 0)
