"""What no answer carries: hashes, secrets, keys of sessions, other people's addresses.

Every reading address of the API and the account pages is asked as a visitor, as Sam and as an
admin; everything that must stay is a known value, looked for in every answer.
"""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import AuthSession, PersonalToken, User
from accounts.origin import Origin
from accounts.services import codes, personal_tokens, recovery
from tests.accounts.mailed import newest
from tests.house.test_permissions import concrete
from tests.house.test_registers import api_views

PAGES = [
    "/settings/security/",
    "/settings/devices/",
    "/settings/security/tokens/",
    "/settings/connections/",
    "/settings/security/passkeys/",
    "/settings/profile/",
    "/today/",
    "/account/login/",
]
ADMIN = [
    "/admin/accounts/user/",
    "/admin/accounts/authsession/",
    "/admin/accounts/personaltoken/",
    "/admin/mfa/authenticator/",
    "/admin/socialaccount/socialaccount/",
]


@pytest.fixture
def secrets_of_otto(otto: User, second_factor) -> set[str]:
    """Otto has everything there is to have."""
    secret, recovery_codes = second_factor(otto)
    pair = tokens.open_session(otto, device="d" * 64)
    made = personal_tokens.make(
        user=otto,
        name="x",
        scopes=["profile:read"],
        expires_at=timezone.now() + timedelta(days=1),
        origin=Origin(),
    )
    SocialAccount.objects.create(user=otto, provider="google", uid="uid-of-otto")
    recovery.begin(email=otto.email, source="x")
    row = AuthSession.objects.get(user=otto)
    AuthSession.objects.filter(pk=row.pk).update(session_key="k" * 40)
    return {
        otto.password,
        otto.email,
        secret,
        *recovery_codes,
        *(str(value) for value in Authenticator.objects.values_list("data", flat=True)),
        pair.refresh,
        str(row.current_jti),
        "d" * 64,
        "k" * 40,
        made.secret,
        PersonalToken.objects.get().digest,
        codes.text_of(newest(otto.email).pk),
        "uid-of-otto",
    }


def reading() -> list[str]:
    return [concrete(path) for path, _cls, actions in api_views() if "get" in actions]


@pytest.mark.django_db
def test_no_answer_carries_what_must_stay(api, sam: User, ada: User, secrets_of_otto) -> None:
    own = {sam.password, ada.password}
    found = set()
    for person in (None, sam):
        for path in reading():
            if "stream" in path:
                continue
            text = api(person).get(path).content.decode("utf-8", "replace")
            found |= {(path, value[:12]) for value in secrets_of_otto | own if value in text}
    browser = Client()
    browser.force_login(sam)
    for path in PAGES:
        text = browser.get(path).content.decode()
        found |= {(path, value[:12]) for value in secrets_of_otto | own if value in text}
    assert found == set()


@pytest.mark.django_db
def test_not_even_the_admin_is_shown_secrets(ada: User, otto: User, secrets_of_otto) -> None:
    """An admin sees whose account it is (the address), never what opens it."""
    browser = Client()
    browser.force_login(ada)
    hidden = secrets_of_otto - {otto.email, "uid-of-otto"}
    for path in ADMIN:
        page = browser.get(path)
        assert page.status_code == 200, path
        texts = [page.content.decode()]
        links = re.findall(rf'href="({path}[^"?]+/change/)', texts[0])
        texts += [browser.get(link).content.decode() for link in links]
        assert len(texts) > 1, path
        for text in texts:
            assert not [value[:12] for value in hidden if value in text], path


@pytest.mark.django_db
def test_the_canary_can_sing(api, sam: User) -> None:
    """The control: what is Sam's own to see is found by the same search."""
    assert sam.email in api(sam).get("/api/v1/auth/session/").content.decode()
    assert UUID(str(sam.pk))
