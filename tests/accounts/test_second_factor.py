"""The second factor at every door, its codes once, its guesses counted."""

import time
from functools import partial
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import signing
from django.core.management import call_command
from django.test import Client

from accounts.errors import TooManySignInAttempts
from accounts.models import AuthSession, User
from accounts.services import second_factor as service
from accounts.services import users
from tests import cast
from tests.races.parallel import together
from tutorme.core.limits import Limit

TOKEN, STEP = "/api/v1/auth/token/", "/api/v1/auth/token/second-factor/"


def shown(secret: str, *, steps_ago: int = 0) -> str:
    """What the app shows now, as a person types it."""
    digits = format_hotp_value(hotp_value(secret, int(time.time()) // 30 - steps_ago))
    return f"{digits[:3]} {digits[3:]}"


def ticket(client, user: User) -> dict[str, object]:
    body = {"email": user.email, "password": cast.PASSWORD}
    asked = client.post(TOKEN, body, format="json")
    assert (asked.status_code, asked.json()["code"]) == (401, "second-factor-required")
    answer: dict[str, object] = asked.json()
    return answer


@pytest.mark.django_db
def test_an_app_is_told_how_to_go_on(api, sam: User, second_factor) -> None:
    secret, _codes = second_factor(sam)
    asked = ticket(api(None), sam)
    assert (asked["types"], asked["next"]) == (["recovery_codes", "totp"], STEP)
    assert not AuthSession.objects.exists()
    body = {"ticket": asked["ticket"], "code": shown(secret)}
    done = api(None).post(STEP, body, format="json")
    assert set(done.json()) == {"access", "refresh"}
    assert AuthSession.objects.get().method == "password+code"


@pytest.mark.django_db
def test_a_shown_code_counts_once_and_never_backwards(api, sam: User, second_factor) -> None:
    secret, _codes = second_factor(sam)
    body = {"ticket": ticket(api(None), sam)["ticket"], "code": shown(secret)}
    assert api(None).post(STEP, body, format="json").status_code == 200
    again = api(None).post(STEP, body, format="json")
    assert (again.status_code, again.json()["code"]) == (401, "wrong-second-factor")
    older = {**body, "code": shown(secret, steps_ago=1)}
    assert api(None).post(STEP, older, format="json").status_code == 401


@pytest.mark.django_db(transaction=True)
def test_one_shown_code_lets_one_of_ten_parallel_callers_in(
    sam: User, second_factor, monkeypatch
) -> None:
    secret, _codes = second_factor(sam)
    monkeypatch.setattr(service, "PER_USER", Limit("test-wide", 100, 300))
    code = shown(secret)
    results = together([partial(service.match, sam, code)] * 10)
    assert sum(result is not None for result in results) == 1


@pytest.mark.django_db(transaction=True)
def test_one_recovery_code_lets_one_of_ten_parallel_callers_in(
    sam: User, second_factor, monkeypatch
) -> None:
    _secret, recovery = second_factor(sam)
    monkeypatch.setattr(service, "PER_USER", Limit("test-wide", 100, 300))
    results = together([partial(service.match, sam, recovery[3])] * 10)
    assert sum(result is not None for result in results) == 1
    assert service.match(sam, recovery[4]) is not None


@pytest.mark.django_db(transaction=True)
def test_control_reading_without_the_row_lock_lets_several_in(sam: User, second_factor) -> None:
    second_factor(sam)
    step = int(time.time()) // 30

    def naive() -> bool:
        row = Authenticator.objects.get(user=sam, type="totp")
        if step <= row.data.get("last_step", 0):
            return False
        time.sleep(0.2)
        row.data["last_step"] = step
        row.save(update_fields=["data"])
        return True

    assert sum(together([naive] * 5)) > 1


@pytest.mark.django_db(transaction=True)
def test_of_thirty_parallel_guesses_five_are_looked_at(sam: User, second_factor) -> None:
    second_factor(sam)
    results = together([partial(service.match, sam, "000000")] * 30)
    assert sum(isinstance(result, TooManySignInAttempts) for result in results) == 25


@pytest.mark.django_db
@pytest.mark.parametrize("ending", ["late", "password", "suspended", "forged"])
def test_what_ends_a_ticket(api, sam: User, ada: User, second_factor, time_machine_at, ending):
    secret, _codes = second_factor(sam)
    held = str(ticket(api(None), sam)["ticket"])
    if ending == "late":
        held = time_machine_at(
            -service.TICKET_LIFE_S - 1, lambda: service.ticket_for(sam, method="")
        )
    elif ending == "password":
        users.change_password(user=sam, password="five green bottles")
    elif ending == "suspended":
        users.set_active(user=sam, active=False, actor_id=ada.pk, reason="spam")
    else:
        held = signing.dumps([str(sam.pk), sam.token_version, ""], salt="another")
    refused = api(None).post(STEP, {"ticket": held, "code": shown(secret)}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (401, "ticket-invalid")


@pytest.fixture
def time_machine_at():
    import time_machine

    def at(seconds: float, do):
        with time_machine.travel(time.time() + seconds, tick=False):
            return do()

    return at


@pytest.mark.django_db
def test_the_page_asks_too_and_takes_a_pasted_code(sam: User, second_factor) -> None:
    _secret, recovery = second_factor(sam)
    client = Client()
    left = client.post("/account/login/", {"login": sam.email, "password": cast.PASSWORD})
    assert left["Location"] == "/account/login/second-factor/"
    assert client.get("/today/").status_code == 302
    wrong = client.post("/account/login/second-factor/", {"code": "123456"})
    assert "did not match" in wrong.content.decode()
    pasted = f" {recovery[0][:4]}-{recovery[0][4:]} "
    done = client.post("/account/login/second-factor/", {"code": pasted})
    assert (done.status_code, done["Location"]) == (302, "/today/")


@pytest.mark.django_db
def test_the_admins_door_asks_too(ada: User, second_factor) -> None:
    second_factor(ada)
    client = Client()
    away = client.get("/admin/", follow=True)
    assert away.request["PATH_INFO"] == "/account/login/"
    body = {"login": ada.email, "password": cast.PASSWORD, "next": "/admin/"}
    assert client.post("/account/login/", body)["Location"] == "/account/login/second-factor/"
    assert client.get("/admin/").status_code == 302


@pytest.mark.django_db
def test_setting_it_up_and_taking_it_away_without_a_script(
    sam: User, django_capture_on_commit_callbacks
) -> None:
    client = Client()
    client.post("/account/login/", {"login": sam.email, "password": cast.PASSWORD})
    page = client.get("/settings/security/app/")
    secret = client.session["mfa.totp.secret"]
    assert secret in page.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post("/settings/security/app/", {"code": shown(secret).replace(" ", "")})
    assert done.status_code == 302, done.content
    row = Authenticator.objects.get(user=sam, type="totp")
    # Unreadable in a dump, and the code that was typed here opens nothing.
    assert secret not in str(row.data)
    assert service.match(sam, shown(secret)) is None
    codes = client.get("/settings/security/recovery-codes/").content.decode()
    assert codes.count("<li>") >= 10
    saved = client.get("/settings/security/recovery-codes/download/")
    assert saved["Content-Disposition"].startswith("attachment")
    assert client.post("/settings/security/app/remove/").status_code == 302
    assert not Authenticator.objects.filter(user=sam).exists()


@pytest.mark.django_db
def test_without_a_recent_proof_nothing_of_it_can_be_changed(sam: User) -> None:
    client = Client()
    client.force_login(sam)
    for path in ("app/", "recovery-codes/", "passkeys/add/", "email/", "tokens/"):
        answer = client.get(f"/settings/security/{path}")
        assert answer["Location"].startswith("/account/confirm/"), path
    client.post("/account/confirm/", {"password": cast.PASSWORD})
    assert client.get("/settings/security/app/").status_code == 200


@pytest.mark.django_db
def test_who_has_no_password_signs_in_again(sam: User) -> None:
    sam.set_unusable_password()
    sam.save()
    client = Client()
    client.force_login(sam)
    assert client.get("/settings/security/tokens/").status_code == 403
    assert client.get("/settings/security/passkeys/add/").status_code == 403


@pytest.mark.django_db
def test_new_keys_reach_the_secrets_of_second_factors(api, sam: User, second_factor, settings):
    """Afterwards the old key may be thrown away, and both kinds of codes still open."""
    secret, codes = second_factor(sam)
    new_key = "new:bmV3LWtleS1uZXcta2V5LW5ldy1rZXktbmV3LWtleS0="
    settings.FIELD_ENCRYPTION_KEYS = [new_key, *settings.FIELD_ENCRYPTION_KEYS]
    for options, count in (({"dry_run": True}, 2), ({}, 2), ({}, 0)):
        told = StringIO()
        call_command("rotate_field_keys", stdout=told, **options)
        assert f"mfa_authenticator.data: {count}\n" in told.getvalue()
    settings.FIELD_ENCRYPTION_KEYS = [new_key]
    for code in (shown(secret), codes[0]):
        body = {"ticket": ticket(api(None), sam)["ticket"], "code": code}
        assert api(None).post(STEP, body, format="json").status_code == 200


@pytest.mark.django_db
def test_who_has_no_passkey_is_not_asked_for_one(client: Client, sam: User, second_factor) -> None:
    second_factor(sam)
    client.post("/account/login/", {"login": sam.email, "password": cast.PASSWORD})
    page = client.get("/account/login/second-factor/")
    assert (page.status_code, b"data-passkey" in page.content) == (200, False)
