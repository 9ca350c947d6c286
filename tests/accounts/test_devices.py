"""Where somebody is signed in: rows, this one marked, each and all ended at the next call."""

import pytest
from django.test import Client

from accounts import tokens
from accounts.models import AuthSession, User
from accounts.services import users
from tests import cast
from tutorme.core.models import OutboxEvent

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Safari/604"
PAGE = "/settings/devices/"


def signed_in(user: User, agent: str = FIREFOX) -> Client:
    client = Client(headers={"user-agent": agent})
    client.post("/account/login/", {"login": user.email, "password": cast.PASSWORD})
    assert client.session["_auth_user_id"] == str(user.pk)
    return client


@pytest.mark.django_db
def test_browsers_and_apps_are_listed_and_this_one_is_marked(api, sam: User) -> None:
    here, _there = signed_in(sam), signed_in(sam, PHONE)
    tokens.open_session(sam, user_agent="TutorMe-Android/2.1", address="192.0.2.7")
    page = here.get(PAGE).content.decode()
    assert page.count("This browser") >= 1
    for name in ("Firefox on Linux", "Safari on iPhone", "TutorMe-Android/2.1", "192.0.2.7"):
        assert name in page
    listed = api(sam).get("/api/v1/me/sessions/").json()
    assert [row["current"] for row in listed].count(True) == 1
    assert {row["kind"] for row in listed} == {"app", "browser"}


@pytest.mark.django_db
def test_one_device_is_signed_out_at_its_next_call(sam: User, otto: User) -> None:
    here, there = signed_in(sam), signed_in(sam, PHONE)
    pair = tokens.open_session(sam)
    rows = {row.user_agent: row.pk for row in AuthSession.objects.filter(user=sam)}
    here.post(f"{PAGE}{rows[PHONE]}/")
    assert there.get(PAGE)["Location"].startswith("/account/login/")
    here.post(f"{PAGE}{rows['']}/")
    with pytest.raises(Exception, match="token-invalid"):
        tokens.user_of(tokens.read_access(pair.access))
    assert here.get(PAGE).status_code == 200
    foreign = signed_in(otto).post(f"{PAGE}{rows[FIREFOX]}/")
    assert foreign.status_code == 404
    assert here.get(PAGE).status_code == 200


@pytest.mark.django_db
def test_all_others_are_signed_out_and_this_one_stays(sam: User) -> None:
    here, there = signed_in(sam), signed_in(sam, PHONE)
    pair = tokens.open_session(sam)
    here.post(f"{PAGE}others/")
    assert here.get(PAGE).content.decode().count("This browser") >= 1
    assert there.get(PAGE).status_code == 302
    with pytest.raises(Exception, match="token-invalid"):
        tokens.user_of(tokens.read_access(pair.access))


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["password", "suspended", "role"])
def test_what_changes_an_account_ends_its_browsers(sam: User, ada: User, what: str) -> None:
    there = signed_in(sam, PHONE)
    if what == "password":
        users.change_password(user=sam, password="four loud mountains")
    elif what == "suspended":
        users.set_active(user=sam, active=False, actor_id=ada.pk, reason="spam")
    else:
        from accounts.services import roles

        roles.appoint_admin(user=sam, actor_id=ada.pk)
    assert there.get(PAGE)["Location"].startswith("/account/login/")


@pytest.mark.django_db
def test_the_key_changes_with_signing_in_and_logging_out_ends_the_row(sam: User) -> None:
    client = Client()
    client.get("/account/login/")
    client.session["planted"] = True
    before = client.session.session_key
    client.post("/account/login/", {"login": sam.email, "password": cast.PASSWORD})
    assert client.session.session_key != before
    client.post("/account/logout/")
    assert AuthSession.objects.get().revoked_at is not None


@pytest.mark.django_db
def test_a_new_device_is_told_about_and_a_known_one_is_not(sam: User, sandbox, drain) -> None:
    first = signed_in(sam)
    first.post("/account/logout/")
    first.post("/account/login/", {"login": sam.email, "password": cast.PASSWORD})
    assert not OutboxEvent.objects.filter(name="user.security_changed").exists()
    signed_in(sam, PHONE)
    drain()
    (mail,) = sandbox.mails(sam.email)
    assert mail["subject"] == "A new device signed in to your account"
    assert "Safari on iPhone" in mail["text"]
    page = first.get("/settings/security/").content.decode()
    assert "A new device signed in" in page


@pytest.mark.django_db
def test_moving_to_another_address_proves_it_and_tells_the_old_one(
    api, sam: User, sandbox, drain
) -> None:
    client = api(sam)
    other = api(sam)
    asked = client.post("/api/v1/me/email/", {"email": "Sam.New@example.test"}, format="json")
    assert asked.status_code == 202, asked.content
    drain()
    (mail,) = sandbox.mails("sam.new@example.test")
    code = mail["text"].split("    ")[1].split()[0]
    body = {"id": asked.json()["verification"]["id"], "code": code}
    moved = client.post("/api/v1/me/email/confirm/", body, format="json")
    assert moved.json()["user"]["email"] == "sam.new@example.test"
    drain()
    assert [row["subject"] for row in sandbox.mails("sam@example.test")] == [
        "Your account moved to another e-mail address"
    ]
    assert other.get("/api/v1/me/profile/").status_code == 401
    fresh = api(None)
    fresh.credentials(HTTP_AUTHORIZATION=f"Bearer {moved.json()['access']}")
    assert fresh.get("/api/v1/me/profile/").status_code == 200


@pytest.mark.django_db
def test_moving_onto_somebodys_address_tells_nothing(
    api, sam: User, otto: User, sandbox, drain
) -> None:
    client = api(sam)
    taken = client.post("/api/v1/me/email/", {"email": otto.email}, format="json")
    free = client.post("/api/v1/me/email/", {"email": "free@example.test"}, format="json")
    assert taken.status_code == free.status_code == 202
    drain()
    assert [mail["to"] for mail in sandbox.mails()] == [["free@example.test"]]


@pytest.mark.django_db
def test_an_old_sign_in_shows_the_password_before_it_changes_anything(api, sam: User) -> None:
    client = api(sam)
    AuthSession.objects.update(confirmed_at="2026-01-01T00:00:00Z")
    body = {"email": "sam.new@example.test"}
    refused = client.post("/api/v1/me/email/", body, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "reauthentication-required")
    again = refused.json()["next"]
    assert client.post(again, {"password": "wrong wrong"}, format="json").status_code == 401
    assert client.post(again, {"password": cast.PASSWORD}, format="json").status_code == 204
    assert client.post("/api/v1/me/email/", body, format="json").status_code == 202


@pytest.mark.django_db
def test_changing_the_password_keeps_this_device_alone(api, sam: User) -> None:
    client, other = api(sam), api(sam)
    wrong = {"current_password": "wrong wrong", "new_password": "four loud mountains"}
    assert client.post("/api/v1/me/password/", wrong, format="json").status_code == 401
    right = {**wrong, "current_password": cast.PASSWORD}
    done = client.post("/api/v1/me/password/", right, format="json")
    assert done.status_code == 200, done.content
    assert other.get("/api/v1/me/profile/").status_code == 401
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {done.json()['access']}")
    assert client.get("/api/v1/me/profile/").status_code == 200
    events = client.get("/api/v1/me/security/").json()
    assert events[0]["change"] == "password-changed"


@pytest.mark.django_db
def test_the_password_page_without_a_script(sam: User) -> None:
    here, there = signed_in(sam), signed_in(sam, PHONE)
    path = "/settings/security/password/"
    assert here.post(path, {"current": "no", "password": "x"}).status_code == 422
    body = {"current": cast.PASSWORD, "password": "four loud mountains"}
    assert here.post(path, body)["Location"] == "/settings/security/"
    assert here.get(path).status_code == 200
    assert there.get(path).status_code == 302
