"""allauth's headless API: what is offered, held to our limits, and nothing more."""

from collections.abc import Mapping

import pytest
from allauth.mfa.models import Authenticator

from accounts.models import AuthSession, User
from tests import cast
from tests.accounts.test_second_factor import shown

APP = "/api/v1/auth/headless/app/v1"
BROWSER = "/api/v1/auth/headless/browser/v1"


def post(client, path: str, body: Mapping[str, object], session: str = ""):
    headers = {"x-session-token": session} if session else {}
    return client.post(f"{APP}/{path}", body, content_type="application/json", headers=headers)


@pytest.mark.django_db
def test_an_app_signs_in_by_stages_and_gets_our_tokens(client, api, sam: User, second_factor):
    secret, _codes = second_factor(sam)
    first = post(client, "auth/login", {"email": sam.email, "password": cast.PASSWORD})
    assert first.status_code == 401
    flows = {flow["id"]: flow for flow in first.json()["data"]["flows"]}
    assert flows["mfa_authenticate"]["is_pending"]
    assert "signup" not in flows
    session = first.json()["meta"]["session_token"]
    done = post(client, "auth/2fa/authenticate", {"code": shown(secret)}, session)
    assert done.status_code == 200, done.content
    meta = done.json()["meta"]
    app = api(None)
    app.credentials(HTTP_AUTHORIZATION=f"Bearer {meta['access_token']}")
    assert app.get("/api/v1/me/profile/").json()["username"] == "sam"
    assert AuthSession.objects.count() == 1
    # One device: signing it out ends its tokens and its headless session.
    (row,) = app.get("/api/v1/me/sessions/").json()
    app.delete(f"/api/v1/me/sessions/{row['id']}/")
    assert app.get("/api/v1/me/profile/").status_code == 401
    gone = client.get(
        f"{APP}/auth/session", headers={"x-session-token": meta.get("session_token", session)}
    )
    assert gone.status_code in {401, 410}


@pytest.mark.django_db
def test_its_guesses_are_counted_with_all_others(client, api, sam: User) -> None:
    for _ in range(5):
        wrong = {"email": sam.email, "password": "wrong wrong wrong"}
        assert post(client, "auth/login", wrong).status_code == 400
    body = {"email": sam.email, "password": cast.PASSWORD}
    assert api(None).post("/api/v1/auth/token/", body, format="json").status_code == 429
    refused = post(client, "auth/login", body)
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-sign-in-attempts")
    assert int(refused["Retry-After"]) > 0


@pytest.mark.django_db
def test_codes_count_once_and_five_guesses_are_looked_at(client, sam: User, second_factor) -> None:
    secret, _codes = second_factor(sam)
    body = {"email": sam.email, "password": cast.PASSWORD}
    session = post(client, "auth/login", body).json()["meta"]["session_token"]
    for _ in range(5):
        assert post(client, "auth/2fa/authenticate", {"code": "000000"}, session).status_code == 400
    refused = post(client, "auth/2fa/authenticate", {"code": shown(secret)}, session)
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-sign-in-attempts")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "auth/signup",
        "auth/password/request",
        "auth/password/reset",
        "account/password/change",
        "account/email",
        "auth/code/request",
        "auth/provider/token",
        "auth/provider/signup",
        "tokens/refresh",
    ],
)
def test_doors_that_our_own_api_has_are_not_there_twice(client, path: str) -> None:
    assert post(client, path, {}).status_code == 404


@pytest.mark.django_db
def test_nothing_of_the_second_factor_changes_without_a_recent_proof(client, sam: User) -> None:
    client.force_login(sam)
    answer = client.post(
        f"{BROWSER}/account/authenticators/totp", {"code": "1"}, content_type="application/json"
    )
    assert answer.status_code == 401
    assert not Authenticator.objects.exists()


@pytest.mark.django_db
def test_a_foreign_page_cannot_use_the_cookie(sam: User) -> None:
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    body = {"email": sam.email, "password": cast.PASSWORD}
    answer = strict.post(f"{BROWSER}/auth/login", body, content_type="application/json")
    assert answer.status_code == 403
