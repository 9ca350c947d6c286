"""Signing up: one account an address, and no answer that tells whose addresses are known."""

import threading

import pytest
from django.db import IntegrityError

from accounts.models import User
from tests import cast
from tests.races.parallel import together
from tutorme.core.models import AuditEntry, OutboxEvent

REGISTER = "/api/v1/auth/register/"


def body(**changes: object) -> dict[str, object]:
    return {
        "email": "Nina@Example.test",
        "password": "three quiet rivers",
        "display_name": "Nina",
        "time_zone": "Asia/Kolkata",
        **changes,
    }


@pytest.mark.django_db
def test_nina_signs_up_and_is_signed_in(api) -> None:
    answer = api(None).post(REGISTER, body(), format="json")
    assert answer.status_code == 201
    made = answer.json()
    assert made["user"]["email"] == "nina@example.test"
    assert made["user"]["roles"] == ["student"]
    nina = User.objects.get()
    assert nina.check_password("three quiet rivers")
    assert OutboxEvent.objects.get(name="user.registered").payload["user_id"] == str(nina.pk)
    assert AuditEntry.objects.get(action="user.registered").target_id == str(nina.pk)
    client = api(None)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {made['access']}")
    assert client.get("/api/v1/auth/session/").json()["user"]["username"] == nina.username


@pytest.mark.django_db
def test_a_known_address_gets_the_same_status_and_its_owner_hears_of_it(api, sam: User) -> None:
    answer = api(None).post(REGISTER, body(email=" SAM@example.test "), format="json")
    assert (answer.status_code, answer.json()["user"]) == (201, None)
    assert OutboxEvent.objects.get().name == "user.registration_repeated"
    sam.refresh_from_db()
    assert sam.check_password(cast.PASSWORD)


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
    User.objects.filter(pk=sam.pk).update(username="lillian", username_skeleton="llllan")
    sam.refresh_from_db()
    first = api(None).post(REGISTER, body(username="paulas1"), format="json")
    second = api(None).post(REGISTER, body(email="b@c.test", username="Pau1asI"), format="json")
    assert first.status_code == 201
    assert (second.status_code, second.json()["code"]) == (409, "username-taken")


@pytest.mark.django_db(transaction=True)
def test_eight_sign_ups_of_one_address_make_one_account(api) -> None:
    client = api(None)
    answers = together([lambda: client.post(REGISTER, body(), format="json").json()] * 8)
    assert User.objects.count() == 1
    assert sum(1 for answer in answers if answer.get("user")) == 1
    assert OutboxEvent.objects.filter(name="user.registered").count() == 1


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
