"""Personal tokens: shown once, kept as a digest, held to their scopes, ended at once."""

from datetime import timedelta
from functools import partial

import pytest
from django.test import Client
from django.utils import timezone

from accounts.forms.tokens import TokenForm
from accounts.models import AuthSession, PersonalToken, User
from accounts.origin import Origin
from accounts.services import personal_tokens, users
from tests import cast
from tests.house.test_registers import api_views
from tests.races.parallel import together
from tutorme.core.errors import NotFound

TOKENS = "/api/v1/me/tokens/"


def wanted(*scopes: str, **changes: object) -> dict[str, object]:
    later = (timezone.now() + timedelta(days=30)).isoformat()
    return {"name": "Backup", "scopes": list(scopes), "expires_at": later, **changes}


def holder(api, secret: str):
    client = api(None)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


@pytest.fixture
def made(api, sam: User) -> dict[str, str]:
    answer = api(sam).post(TOKENS, wanted("profile:read", "courses:read"), format="json")
    assert answer.status_code == 201, answer.content
    body: dict[str, str] = answer.json()
    return body


@pytest.mark.django_db
def test_it_is_shown_once_and_kept_as_a_digest(api, sam: User, made) -> None:
    row = PersonalToken.objects.get()
    assert made["token"].startswith(row.prefix)
    assert made["token"] not in str(list(PersonalToken.objects.values()))
    listed = api(sam).get(TOKENS).json()
    assert [row["name"] for row in listed] == ["Backup"]
    assert "token" not in listed[0]
    assert "digest" not in listed[0]


@pytest.mark.django_db
def test_it_reaches_what_its_scopes_name_and_nothing_else(api, sam: User, made) -> None:
    client = holder(api, made["token"])
    assert client.get("/api/v1/me/profile/").json()["username"] == "sam"
    assert client.get("/api/v1/me/enrollments/").status_code == 200
    refused = [
        client.patch("/api/v1/me/profile/", {"bio": "x"}, format="json"),
        client.get("/api/v1/payments/orders/"),
        client.get(TOKENS),
        client.post(TOKENS, wanted("profile:read"), format="json"),
        client.get("/api/v1/me/sessions/"),
        client.post("/api/v1/me/password/", {"new_password": "x"}, format="json"),
        client.post("/api/v1/auth/sign-out-everywhere/"),
    ]
    assert [answer.status_code for answer in refused] == [403] * len(refused)
    assert {answer.json()["code"] for answer in refused} == {"token-scope-missing"}
    # The control: what the account itself may not do is said of the account.
    assert client.get("/api/v1/system/health/").json()["code"] == "not-allowed"
    row = PersonalToken.objects.get()
    assert row.last_used_at is not None


def test_every_area_of_the_api_has_scopes_and_words() -> None:
    offered = {value for value, _label in TokenForm.base_fields["scopes"].choices}  # type: ignore[attr-defined]
    assert offered == set(personal_tokens.SCOPES)
    areas = {
        getattr(cls, "scope_area", "") or cls.__module__.partition(".")[0]
        for _path, cls, _actions in api_views()
    }
    # How an account is entered, where its news are sent, and the work behind it have none.
    assert areas - {"accounts", "tutorme", "webhooks"} <= set(personal_tokens.AREAS)


@pytest.mark.django_db
def test_an_admins_token_has_no_admins_rights(api, ada: User) -> None:
    made = api(ada).post(TOKENS, wanted(*personal_tokens.SCOPES), format="json").json()
    client = holder(api, made["token"])
    assert client.get("/api/v1/me/profile/").status_code == 200
    assert client.get("/api/v1/system/health/").status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("ending", ["revoked", "expired", "password", "everywhere", "suspended"])
def test_what_ends_it_ends_it_at_the_next_call(api, sam: User, ada: User, made, ending) -> None:
    client = holder(api, made["token"])
    if ending == "revoked":
        assert api(sam).delete(f"{TOKENS}{made['id']}/").status_code == 204
    elif ending == "expired":
        PersonalToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif ending == "password":
        users.change_password(user=sam, password="four loud mountains")
    elif ending == "everywhere":
        users.sign_out_everywhere(user=sam, because="test")
    else:
        users.set_active(user=sam, active=False, actor_id=ada.pk, reason="spam")
    refused = client.get("/api/v1/me/profile/")
    assert (refused.status_code, refused.json()["code"]) == (401, "not-signed-in")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"scopes": []},
        {"scopes": ["everything"]},
        {"scopes": ["accounts:write"]},
        {"name": ""},
        {"expires_at": "2020-01-01T00:00:00Z"},
        {"expires_at": "2999-01-01T00:00:00Z"},
        {"expires_at": None},
        {"user": "x"},
    ],
)
def test_what_does_not_fit_is_refused(api, sam: User, change) -> None:
    body = {**wanted("profile:read"), **change}
    assert api(sam).post(TOKENS, body, format="json").status_code == 400
    assert not PersonalToken.objects.exists()


@pytest.mark.django_db
def test_an_old_sign_in_makes_none_and_nobody_revokes_another_persons(
    api, sam: User, otto: User, made
) -> None:
    assert api(otto).delete(f"{TOKENS}{made['id']}/").status_code == 404
    client = api(sam)
    AuthSession.objects.update(confirmed_at=timezone.now() - timedelta(hours=1))
    refused = client.post(TOKENS, wanted("profile:read"), format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "reauthentication-required")


@pytest.mark.django_db(transaction=True)
def test_of_eight_parallel_revocations_one_counts(sam: User) -> None:
    made = personal_tokens.make(
        user=sam,
        name="x",
        scopes=["profile:read"],
        expires_at=timezone.now() + timedelta(days=1),
        origin=Origin(),
    )
    revoke = partial(personal_tokens.revoke, user=sam, token_id=made.row.pk, origin=Origin())
    results = together([revoke] * 8)
    assert sum(result is None for result in results) == 1
    assert sum(isinstance(result, NotFound) for result in results) == 7


@pytest.mark.django_db
def test_the_page_makes_shows_and_revokes_without_a_script(sam: User) -> None:
    client = Client()
    client.post("/account/login/", {"login": sam.email, "password": cast.PASSWORD})
    path = "/settings/security/tokens/"
    assert client.post(path, {"name": "Backup", "days": "30"}).status_code == 422
    body = {"name": "Backup", "days": "30", "scopes": ["courses:read"]}
    page = client.post(path, body).content.decode()
    row = PersonalToken.objects.get()
    assert f"<code>{row.prefix}" in page
    assert f"<code>{row.prefix}" not in client.get(path).content.decode()
    client.post(f"{path}{row.pk}/")
    row.refresh_from_db()
    assert row.revoked_at is not None
