from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from accounts.models import Subject, User
from tests import cast

LIST = Path(__file__).parents[2] / "accounts" / "data" / "subjects.yaml"


@pytest.fixture
def subjects(db: None) -> dict[str, Subject]:
    """The list a fresh site has; a test with transactions of its own emptied it."""
    rows = yaml.safe_load(LIST.read_text(encoding="utf-8"))
    Subject.objects.bulk_create(
        [
            Subject(slug=slug, name=name, family=family, also=also)
            for slug, name, family, also in rows
        ],
        ignore_conflicts=True,
    )
    return {subject.slug: subject for subject in Subject.objects.all()}


@pytest.fixture
def cast_of_eight(db: None) -> list[User]:
    return [cast.person(f"Extra{letter}") for letter in "abcdefgh"]


@pytest.fixture
def second_factor() -> Callable[[User], tuple[str, list[str]]]:
    """`second_factor(sam)` turns it on; gives the secret and the recovery codes."""

    def on(user: User) -> tuple[str, list[str]]:
        secret = generate_totp_secret()
        TOTP.activate(user, secret)
        recovery = RecoveryCodes.activate(user)
        assert Authenticator.objects.filter(user=user).count() == 2
        return secret, recovery.generate_codes()

    return on
