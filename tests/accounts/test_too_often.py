"""Too often: every page says so with its form still filled in, as a 429 with `Retry-After`; and
whoever guesses at an account does not lock its owner out."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import MailedCode, User
from accounts.services import sessions
from tests import cast
from tests.accounts.mailed import code_for
from tests.accounts.test_second_factor import shown

LOGIN, SIGNUP, RESET = "/account/login/", "/account/signup/", "/account/reset/"
CODE, AGAIN = "/account/signup/code/", "/account/signup/code/again/"
NINA = {"display_name": "Nina", "email": "nina@example.test", "password1": "three quiet rivers"}


def waits(answer) -> str:
    """The text of a page that says: too often."""
    assert answer.status_code == 429, answer.status_code
    assert int(answer["Retry-After"]) > 0
    assert answer["Content-Type"].startswith("text/html")
    text: str = answer.content.decode()
    assert text.count("<h1") == 1
    return text


def until_refused(act: Callable[[], object]) -> str:
    for _ in range(5):
        assert getattr(act(), "status_code", 0) in {200, 302, 422}
    return waits(act())


@pytest.mark.django_db
def test_signing_up_again_and_again(client) -> None:
    page = until_refused(lambda: client.post(SIGNUP, {**NINA, "next": "/courses/"}))
    assert 'value="nina@example.test"' in page
    assert 'value="Nina"' in page
    assert 'name="next" value="/courses/"' in page
    assert "Try again in 60 minutes" in page
    assert MailedCode.objects.count() == 5


@pytest.mark.django_db
def test_asking_for_the_code_again_and_again_leaves_where_it_is_typed(client) -> None:
    client.post(SIGNUP, NINA)
    for _ in range(4):
        assert client.post(AGAIN)["Location"] == CODE
    page = waits(client.post(AGAIN))
    assert "Too many codes were asked for" in page
    # The last one still works, pasted as it comes out of a mail.
    code = f" {code_for('nina@example.test').lower()} \n"
    assert client.post(CODE, {"code": code}).status_code == 302
    assert User.objects.get().email == "nina@example.test"


@pytest.mark.django_db
def test_another_code_for_a_sign_up_that_is_over_leads_back(client) -> None:
    client.post(SIGNUP, NINA)
    MailedCode.objects.update(used_at="2026-01-01T00:00:00Z")
    answer = client.post(AGAIN, follow=True)
    assert answer.request["PATH_INFO"] == SIGNUP
    assert "That sign-up is over" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("email", ["sam@example.test", "nobody@example.test"])
def test_asking_for_a_reset_again_and_again(client, sam: User, email: str) -> None:
    page = until_refused(lambda: client.post(RESET, {"email": email}))
    assert f'value="{email}"' in page
    assert "Too many codes were asked for" in page


@pytest.mark.django_db
def test_moving_the_account_again_and_again(client, sam: User) -> None:
    client.post(LOGIN, {"login": sam.email, "password": cast.PASSWORD})
    path = "/settings/security/email/"
    page = until_refused(lambda: client.post(path, {"email": "new@example.test"}))
    assert 'value="new@example.test"' in page


def wrong(client: Client, path: str = LOGIN) -> object:
    return client.post(path, {"login": "sam@example.test", "password": "wrong wrong wrong"})


@pytest.mark.django_db
def test_guessing_at_the_login_page(client, sam: User) -> None:
    page = until_refused(lambda: wrong(client))
    assert 'value="sam@example.test"' in page
    assert "wrong wrong wrong" not in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "field"),
    [("/account/confirm/", "password"), ("/settings/security/password/", "current")],
)
def test_guessing_with_a_cookie_somebody_else_left(client, sam: User, path, field) -> None:
    client.force_login(sam)
    body = {field: "wrong wrong wrong", "password": "wrong wrong wrong"}
    assert until_refused(lambda: client.post(path, body))


@pytest.mark.django_db
def test_guessing_at_the_second_factor(client, sam: User, second_factor) -> None:
    secret, _codes = second_factor(sam)
    client.post(LOGIN, {"login": sam.email, "password": cast.PASSWORD})
    path = "/account/login/second-factor/"
    assert until_refused(lambda: client.post(path, {"code": "000000"}))
    waits(client.post(path, {"code": shown(secret)}))
    assert "_auth_user_id" not in client.session


@pytest.fixture
def locked(sam: User) -> Client:
    """A browser of Sam's, out of which they signed; meanwhile somebody guesses elsewhere."""
    own = Client()
    own.post(LOGIN, {"login": sam.email, "password": cast.PASSWORD})
    own.post("/account/logout/")
    stranger = Client()
    until_refused(lambda: wrong(stranger))
    return own


@pytest.mark.django_db
def test_who_is_guessed_at_comes_in_where_they_came_in_before(locked: Client, sam: User) -> None:
    right = {"login": sam.email, "password": cast.PASSWORD}
    # The control: elsewhere not even the right password is looked at.
    waits(Client().post(LOGIN, right))
    assert locked.post(LOGIN, right).status_code == 302
    assert locked.session["_auth_user_id"] == str(sam.pk)
    # And that forgave the guesser nothing.
    waits(Client().post(LOGIN, right))


@pytest.mark.django_db
def test_a_known_browser_has_its_own_count_and_no_other_account(locked, sam, otto) -> None:
    until_refused(lambda: wrong(locked))
    stranger = Client()
    until_refused(
        lambda: stranger.post(LOGIN, {"login": otto.email, "password": "wrong wrong wrong"})
    )
    waits(locked.post(LOGIN, {"login": otto.email, "password": cast.PASSWORD}))


@pytest.mark.django_db
def test_a_made_up_name_of_a_browser_is_none(sam: User, locked) -> None:
    forger = Client()
    forger.cookies[sessions.DEVICE_COOKIE] = "InNhbSI:1abcde:forged"
    waits(forger.post(LOGIN, {"login": sam.email, "password": cast.PASSWORD}))


@pytest.mark.django_db
def test_a_reset_opens_the_door_again(locked, sam: User) -> None:
    fresh = Client()
    assert fresh.post(RESET, {"email": sam.email}).status_code == 302
    body = {"code": code_for(sam.email), "password": "four loud mountains"}
    assert fresh.post("/account/reset/code/", body).status_code == 302
    assert fresh.session["_auth_user_id"] == str(sam.pk)
    right = {"login": sam.email, "password": "four loud mountains"}
    assert Client().post(LOGIN, right).status_code == 302
