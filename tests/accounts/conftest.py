from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from accounts.models import Subject, TutorProfile, TutorReview, User
from accounts.services import tutor_review
from tests import cast
from tutorme.core.models import StoredFile

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


WHOLE: dict[str, Any] = {
    "headline": "Algebra with reasons, one step at a time",
    "about": "I taught mathematics for eleven years and ask a great many questions. " * 3,
    "approach": "If you can tell me why a step is allowed, you will not forget it.",
    "subjects": [
        {"subject": "algebra", "levels": ["advanced", "beginner"]},
        {"subject": "geometry", "levels": ["intermediate"]},
    ],
    "languages": [{"code": "fr", "level": "native"}, {"code": "en", "level": "fluent"}],
    "hourly_price": {"amount": "32.50", "currency": "EUR"},
    "session_formats": ["small_group", "one_to_one"],
    "preferred_video_platform": "room",
    "years_of_experience": 11,
    "education": "University of Lyon",
    "degree": "MSc Mathematics",
    "certifications": [{"title": "CAPES", "issuer": "Education nationale", "year": 2013}],
    "intro_video_url": "https://youtu.be/dQw4w9WgXcQ",
    "is_listed": True,
    "legal_name": "Samuel Canary Adeyemi",
    "phone": "+33 6 12 34 56 78",
    "tax_country": "FR",
}


def with_picture(user: User) -> None:
    """A confirmed address and a picture: what an application needs besides its own fields."""
    picture = StoredFile.objects.create(
        owner=user,
        purpose="avatar",
        name="portrait.webp",
        content_type="image/webp",
        size=1,
        sha256="0" * 64,
        kept_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    User.objects.filter(pk=user.pk).update(
        avatar=picture, email_verified_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    user.refresh_from_db()


def approve(user: User, actor: User, *, review: TutorReview | None = None) -> TutorReview:
    """The latest review of somebody, approved as it stands now."""
    review = review or TutorReview.objects.filter(profile_id=user.pk).latest("submitted_at")
    version = TutorProfile.objects.get(pk=user.pk).version
    return tutor_review.decide(review_id=review.pk, actor=actor, approve=True, version=version)


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
