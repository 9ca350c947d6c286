"""Admins are admins with a second factor, and the admin does not stay open behind their back."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db.models import F
from django.test import Client

from accounts.admin_door import SEEN
from accounts.models import AuthSession, User
from tests import cast
from tests.accounts.test_second_factor import shown

ADMIN, CODE = "/admin/", "/account/login/second-factor/"
LISTS = "/api/v1/users/"


@pytest.fixture(autouse=True)
def as_in_production(settings) -> None:
    settings.ADMIN_SECOND_FACTOR = True
    settings.ADMIN_IDLE = timedelta(minutes=30)


def sign_in(user: User, secret: str = "") -> Client:
    client = Client()
    client.post("/account/login/", {"login": user.email, "password": cast.PASSWORD})
    if secret:
        client.post(CODE, {"code": shown(secret)})
    return client


@pytest.mark.django_db
def test_without_a_second_factor_an_admin_is_asked_to_set_one_up(api, ada: User) -> None:
    client = sign_in(ada)
    for path in (ADMIN, "/admin/accounts/user/"):
        answer = client.get(path, follow=True)
        assert answer.request["PATH_INFO"] == "/settings/security/"
        assert "with a second factor" in answer.content.decode()
    assert client.post("/admin/accounts/user/", {"action": "suspend"}).status_code == 302
    refused = api(ada).get(LISTS)
    assert (refused.status_code, refused.json()["code"]) == (403, "not-allowed")


@pytest.mark.django_db
def test_with_one_the_admin_opens(api, ada: User, second_factor) -> None:
    secret, _codes = second_factor(ada)
    assert sign_in(ada, secret).get(ADMIN).status_code == 200
    assert api(ada).get(LISTS).status_code == 200


@pytest.mark.django_db
def test_recovery_codes_alone_are_no_second_factor(ada: User, second_factor) -> None:
    second_factor(ada)
    Authenticator.objects.filter(user=ada, type="totp").delete()
    assert sign_in(ada).get(ADMIN).status_code == 302


def pause(client: Client, minutes: int) -> None:
    """As if so much time had passed since whatever this browser did."""
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= minutes * 60
    session[SEEN] = session.get(SEEN, 0) - minutes * 60
    session.save()
    AuthSession.objects.update(confirmed_at=F("confirmed_at") - timedelta(minutes=minutes))


@pytest.mark.django_db
def test_after_half_an_hour_away_it_asks_who_it_is(ada: User, second_factor) -> None:
    secret, _codes = second_factor(ada)
    client = sign_in(ada, secret)
    for _ in range(3):
        assert client.get(ADMIN).status_code == 200
        pause(client, 28)
    assert client.get(ADMIN).status_code == 200
    pause(client, 32)
    assert client.get("/today/").status_code == 200
    away = client.get("/admin/accounts/user/?q=sam")
    assert (away.status_code, away["Location"][:17]) == (302, "/account/confirm/")
    assert client.get("/admin/accounts/user/?q=sam").status_code == 302
    back = client.post(away["Location"], {"password": cast.PASSWORD})
    assert (back.status_code, back["Location"]) == (302, "/admin/accounts/user/?q=sam")
    assert client.get(back["Location"]).status_code == 200


@pytest.mark.django_db
def test_an_old_sign_in_does_not_open_the_admin(ada: User, second_factor) -> None:
    secret, _codes = second_factor(ada)
    client = sign_in(ada, secret)
    pause(client, 120)
    assert client.get("/today/").status_code == 200
    assert client.get(ADMIN).status_code == 302


@pytest.mark.django_db
def test_the_control_without_the_settings_the_door_is_open(ada: User, settings) -> None:
    settings.ADMIN_SECOND_FACTOR, settings.ADMIN_IDLE = False, timedelta(0)
    client = Client()
    client.force_login(ada)
    assert client.get(ADMIN).status_code == 200
