"""Whatever ends a sign-in ends everything that was handed out before it, at the next call."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import tokens
from accounts.errors import TicketInvalid
from accounts.models import Deletion, User
from accounts.origin import Origin
from accounts.services import erasure, personal_tokens, roles, second_factor, users
from tests import cast
from tests.accounts.mailed import code_for
from tests.accounts.test_tokens import ME, REFRESH, bearer

NEW = "four loud mountains"
HEADLESS = "/api/v1/auth/headless/app/v1/auth"


@dataclass
class Held:
    """One of everything that lets somebody in as Sam."""

    access: str
    refresh: str
    spare: str
    personal: str
    ticket: str
    browser: Client
    headless: str

    def alive(self, *, refresh: str) -> dict[str, bool]:
        asked = APIClient().post(REFRESH, {"refresh": refresh}, format="json")
        session = Client().get(f"{HEADLESS}/session", headers={"x-session-token": self.headless})
        return {
            "access": bearer(APIClient(), self.access).status_code == 200,
            "refresh": asked.status_code == 200,
            "personal": bearer(APIClient(), self.personal).status_code == 200,
            "ticket": self._ticket_holds(),
            "page": self.browser.get("/settings/profile/").status_code == 200,
            "cookie": self.browser.get(ME).status_code == 200,
            "headless": session.status_code == 200,
        }

    def _ticket_holds(self) -> bool:
        try:
            return second_factor.read_ticket(self.ticket) is not None
        except TicketInvalid:
            return False


@pytest.fixture
def held(sam: User) -> Held:
    browser = Client()
    body = {"login": sam.email, "password": cast.PASSWORD}
    browser.post("/account/login/", body)
    headless = Client().post(
        f"{HEADLESS}/login",
        {"email": sam.email, "password": cast.PASSWORD},
        content_type="application/json",
    )
    in_a_day = timezone.now() + timedelta(days=1)
    made = personal_tokens.make(
        user=sam, name="x", scopes=["profile:read"], expires_at=in_a_day, origin=Origin()
    )
    pair = tokens.open_session(sam)
    return Held(
        access=pair.access,
        refresh=pair.refresh,
        spare=tokens.open_session(sam).refresh,
        personal=made.secret,
        ticket=second_factor.ticket_for(sam, method="password"),
        browser=browser,
        headless=headless.json()["meta"]["session_token"],
    )


def changed(api: Callable[..., APIClient], sam: User, _ada: User) -> None:
    body = {"current_password": cast.PASSWORD, "new_password": NEW}
    assert api(sam).post("/api/v1/me/password/", body, format="json").status_code == 200


def reset(api: Callable[..., APIClient], sam: User, _ada: User) -> None:
    asked = api(None).post("/api/v1/auth/password/reset/", {"email": sam.email}, format="json")
    body = {
        "id": asked.json()["verification"]["id"],
        "code": code_for(sam.email),
        "password": NEW,
    }
    done = api(None).post("/api/v1/auth/password/reset/confirm/", body, format="json")
    assert done.status_code == 200


def everywhere(api: Callable[..., APIClient], sam: User, _ada: User) -> None:
    assert api(sam).post("/api/v1/auth/sign-out-everywhere/").status_code in {200, 204}


def moved(api: Callable[..., APIClient], sam: User, _ada: User) -> None:
    client = api(sam)
    asked = client.post("/api/v1/me/email/", {"email": "new@example.test"}, format="json")
    body = {"id": asked.json()["verification"]["id"], "code": code_for("new@example.test")}
    done = client.post("/api/v1/me/email/confirm/", body, format="json")
    assert done.status_code == 200, done.content


def suspended(api: Callable[..., APIClient], sam: User, ada: User) -> None:
    body = {"is_active": False, "reason": "spam"}
    done = api(ada).patch(f"/api/v1/users/{sam.pk}/", body, format="json")
    assert done.status_code == 200, done.content


def promoted(_api: Callable[..., APIClient], sam: User, ada: User) -> None:
    roles.appoint_admin(user=sam, actor_id=ada.pk)


def erased(_api: Callable[..., APIClient], sam: User, _ada: User) -> None:
    row: Deletion = erasure.request(user=sam, keeps_name_on_certificates=False)
    with transaction.atomic():
        erasure.erase(row.pk)


@pytest.mark.django_db
@pytest.mark.parametrize("ending", [changed, reset, everywhere, moved, suspended, promoted, erased])
def test_everything_is_dead_at_the_next_call(api, sam, ada, media, held, ending) -> None:
    before = held.alive(refresh=held.spare)
    assert before == dict.fromkeys(before, True)
    ending(api, sam, ada)
    after = held.alive(refresh=held.refresh)
    assert after == dict.fromkeys(after, False)


@pytest.mark.django_db
def test_signing_one_device_out_ends_that_one(api, sam: User, held: Held) -> None:
    body = {"refresh": held.refresh}
    done = api(None).post("/api/v1/auth/token/revoke/", body, format="json")
    assert done.status_code == 204
    after = held.alive(refresh=held.refresh)
    assert {name for name, lives in after.items() if not lives} == {"access", "refresh"}
    held.browser.post("/account/logout/")
    after = held.alive(refresh=held.spare)
    assert {name for name, lives in after.items() if lives} == {
        "refresh",
        "personal",
        "ticket",
        "headless",
    }
    users.sign_out_everywhere(user=sam, because="test")
    assert not any(held.alive(refresh=held.spare).values())
