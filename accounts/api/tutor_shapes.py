"""Tutors as the API takes and shows them."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts import links, tongues
from accounts.directory import LONGEST, FreeAt
from accounts.models import Level, Subject, TutorLanguage, TutorProfile, TutorReview
from accounts.queries.people import picture_address, picture_of
from accounts.queries.tutors import ORDERS, Card, Spoken, Taught
from accounts.services import tutor_profile
from tutorme.core.api.serializers import (
    BoundedDateTime,
    MoneyField,
    OutputSerializer,
    PageSize,
    SafeText,
    StrictSerializer,
)
from tutorme.core.money import CURRENCIES, Money

MOST_SUBJECTS = 12
MOST_LANGUAGES = 12
MOST_CERTIFICATIONS = 20
MOST_MINOR = 1_000_000


class SubjectIn(StrictSerializer):
    subject = serializers.SlugField(max_length=60)
    levels = serializers.ListField(
        child=serializers.ChoiceField(choices=Level.choices), min_length=1, max_length=4
    )


class LanguageIn(StrictSerializer):
    code = serializers.CharField(max_length=2)
    level = serializers.ChoiceField(choices=TutorLanguage.Fluency.choices)

    def validate_code(self, value: str) -> str:
        if value not in tongues.language_codes():
            raise serializers.ValidationError(_("Give a language by its two letters."), "language")
        return value


class CertificationIn(StrictSerializer):
    title = SafeText(max_length=160)
    issuer = SafeText(max_length=160, allow_blank=True)
    year = serializers.IntegerField(min_value=1930, max_value=2100, allow_null=True)


_PHONE = r"^\+?[0-9][0-9 ().-]{5,24}"


@extend_schema_field({"type": "string", "pattern": rf"{_PHONE}$|^$"})
class Phone(serializers.RegexField):
    """Empty: none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(rf"{_PHONE}\Z|^\Z", allow_blank=True, **kwargs)


class TutorProfileIn(StrictSerializer):
    headline = SafeText(max_length=120, allow_blank=True)
    about = SafeText(max_length=4000, multiline=True, allow_blank=True)
    approach = SafeText(max_length=4000, multiline=True, allow_blank=True)
    subjects = SubjectIn(many=True, max_length=MOST_SUBJECTS)  # type: ignore[call-arg]
    languages = LanguageIn(many=True, max_length=MOST_LANGUAGES)  # type: ignore[call-arg]
    hourly_price = MoneyField(allow_null=True)
    session_formats = serializers.ListField(
        child=serializers.ChoiceField(choices=TutorProfile.Format.choices), max_length=4
    )
    preferred_video_platform = serializers.ChoiceField(choices=TutorProfile.Platform.choices)
    years_of_experience = serializers.IntegerField(min_value=0, max_value=70)
    education = SafeText(max_length=2000, multiline=True, allow_blank=True)
    degree = SafeText(max_length=160, allow_blank=True)
    certifications = CertificationIn(many=True, max_length=MOST_CERTIFICATIONS)  # type: ignore[call-arg]
    intro_video_url = serializers.CharField(max_length=300, allow_blank=True)
    is_listed = serializers.BooleanField()
    legal_name = SafeText(max_length=160, allow_blank=True)
    phone = Phone()
    tax_country = serializers.CharField(max_length=2, allow_blank=True)

    def validate_subjects(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        _refuse_twice(row["subject"] for row in rows)
        slugs = {row["subject"] for row in rows}
        known = set(Subject.objects.offered().filter(pk__in=slugs).values_list("pk", flat=True))
        if slugs - known:
            raise serializers.ValidationError(_("This is not one of our subjects."), "subject")
        return [{**row, "levels": _in_order(row["levels"])} for row in rows]

    def validate_languages(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        _refuse_twice(row["code"] for row in rows)
        return rows

    def validate_session_formats(self, values: list[str]) -> list[str]:
        return [value for value in TutorProfile.Format.values if value in values]

    def validate_hourly_price(self, price: Money | None) -> Money | None:
        if price is not None and not 0 < price.minor <= MOST_MINOR:
            raise serializers.ValidationError(_("Give a price above zero."), "money")
        return price

    def validate_intro_video_url(self, value: str) -> str:
        if value:
            try:
                links.check_video_link(value)
            except ValidationError as error:
                raise serializers.ValidationError(error.messages, "link") from error
        return value

    def validate_tax_country(self, value: str) -> str:
        if value and value not in tongues.country_codes():
            raise serializers.ValidationError(_("Give a country by its two letters."), "country")
        return value


def _refuse_twice(keys: Any) -> None:
    seen = list(keys)
    if len(seen) != len(set(seen)):
        raise serializers.ValidationError(_("The same entry is there twice."), "twice")


def _in_order(levels: list[str]) -> list[str]:
    return [level for level in Level.values if level in levels]


class MoneyOut(OutputSerializer):
    amount = serializers.CharField()
    currency = serializers.CharField()


class TaughtOut(OutputSerializer):
    slug = serializers.CharField()
    name = serializers.CharField()
    family = serializers.CharField()
    levels = serializers.ListField(child=serializers.ChoiceField(choices=Level.choices))


class SpokenOut(OutputSerializer):
    code = serializers.CharField()
    name = serializers.CharField()
    level = serializers.ChoiceField(choices=TutorLanguage.Fluency.choices)


class CertificationOut(OutputSerializer):
    title = serializers.CharField()
    issuer = serializers.CharField()
    year = serializers.IntegerField(allow_null=True)


class TutorCardOut(OutputSerializer):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    display_name = serializers.CharField()
    avatar = serializers.CharField(allow_null=True)
    headline = serializers.CharField()
    hourly_price = MoneyOut(allow_null=True)
    years_of_experience = serializers.IntegerField()
    session_formats = serializers.ListField(
        child=serializers.ChoiceField(choices=TutorProfile.Format.choices)
    )
    badge = serializers.CharField()
    subjects = TaughtOut(many=True)
    languages = SpokenOut(many=True)


class TutorOut(TutorCardOut):
    about = serializers.CharField()
    approach = serializers.CharField()
    education = serializers.CharField()
    degree = serializers.CharField()
    certifications = CertificationOut(many=True)
    intro_video_url = serializers.CharField()
    preferred_video_platform = serializers.ChoiceField(choices=TutorProfile.Platform.choices)
    is_listed = serializers.BooleanField()
    url = serializers.CharField()


class FoundTutorOut(TutorCardOut):
    """`starts` says when a lesson can begin, where a time was asked for."""

    starts = serializers.ListField(child=serializers.DateTimeField())


class TutorPageOut(OutputSerializer):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = FoundTutorOut(many=True)
    count = serializers.IntegerField()
    facets = serializers.DictField(child=serializers.DictField(child=serializers.IntegerField()))
    corrected = serializers.CharField()


class TutorQuery(StrictSerializer):
    q = SafeText(max_length=200, required=False, allow_blank=True)
    subject = serializers.SlugField(max_length=60, required=False)
    language = serializers.CharField(max_length=2, required=False)
    level = serializers.ChoiceField(choices=Level.choices, required=False)
    currency = serializers.ChoiceField(choices=CURRENCIES, required=False)
    price_min = serializers.DecimalField(10, 2, min_value=0, required=False)
    price_max = serializers.DecimalField(10, 2, min_value=0, required=False)
    rating = serializers.DecimalField(2, 1, min_value=1, max_value=5, required=False)
    free_from = BoundedDateTime(required=False)
    free_to = BoundedDateTime(required=False)
    minutes = serializers.IntegerField(min_value=15, max_value=480, required=False)
    ordering = serializers.ChoiceField(choices=list(ORDERS), required=False)
    cursor = serializers.CharField(max_length=800, required=False, allow_blank=True)
    page_size = PageSize(required=False)

    def validate_language(self, value: str) -> str:
        if value not in tongues.language_codes():
            raise serializers.ValidationError(_("Give a language by its two letters."), "language")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """`free_from`, `free_to` and `minutes` become one wish, `free`."""
        begin, end = attrs.pop("free_from", None), attrs.pop("free_to", None)
        minutes = attrs.pop("minutes", None)
        if begin is None and end is None and minutes is None:
            return attrs
        if begin is None or end is None or not begin < end <= begin + LONGEST:
            told = _("Give free_from and free_to, forward, at most 31 days apart.")
            raise serializers.ValidationError({"free_to": told})
        return {**attrs, "free": FreeAt(begin, end, minutes)}


class RequirementOut(OutputSerializer):
    key = serializers.CharField()
    title = serializers.CharField()
    is_required = serializers.BooleanField()
    is_done = serializers.BooleanField()


class TutorReviewOut(OutputSerializer):
    kind = serializers.ChoiceField(choices=TutorReview.Kind.choices)
    state = serializers.ChoiceField(choices=TutorReview.State.choices)
    reason = serializers.CharField()
    submitted_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)


class OwnSubjectOut(OutputSerializer):
    subject = serializers.CharField()
    levels = serializers.ListField(child=serializers.CharField())


class OwnLanguageOut(OutputSerializer):
    code = serializers.CharField()
    level = serializers.CharField()


class OwnTutorOut(OutputSerializer):
    state = serializers.ChoiceField(choices=TutorProfile.State.choices)
    headline = serializers.CharField()
    about = serializers.CharField()
    approach = serializers.CharField()
    subjects = OwnSubjectOut(many=True)
    languages = OwnLanguageOut(many=True)
    hourly_price = MoneyOut(allow_null=True)
    session_formats = serializers.ListField(child=serializers.CharField())
    preferred_video_platform = serializers.CharField()
    years_of_experience = serializers.IntegerField()
    education = serializers.CharField()
    degree = serializers.CharField()
    certifications = CertificationOut(many=True)
    intro_video_url = serializers.CharField()
    is_listed = serializers.BooleanField()
    badge = serializers.CharField()
    legal_name = serializers.CharField()
    phone = serializers.CharField()
    tax_country = serializers.CharField()
    pending = serializers.DictField(
        help_text="Changes that wait for the site; the public page shows the values above."
    )
    review = TutorReviewOut(allow_null=True)
    requirements = RequirementOut(many=True)
    url = serializers.CharField(allow_null=True)


def card(row: Card) -> dict[str, Any]:
    return {
        "id": row.pk,
        "slug": row.slug,
        "display_name": row.name,
        "avatar": picture_address(row.avatar_id, row.avatar_name),
        "headline": row.headline,
        "hourly_price": row.price.as_json() if row.price else None,
        "years_of_experience": row.years_of_experience,
        "session_formats": row.session_formats,
        "badge": row.badge,
        "subjects": [vars(each) for each in row.subjects],
        "languages": [_spoken(each) for each in row.languages],
        "starts": row.starts,
    }


def _spoken(row: Spoken) -> dict[str, str]:
    return {"code": row.code, "name": row.name, "level": row.level}


def price_of(profile: TutorProfile) -> Money | None:
    if profile.hourly_minor is None:
        return None
    return Money(profile.hourly_minor, profile.hourly_currency)


_PUBLIC = (
    "headline",
    "years_of_experience",
    "session_formats",
    "badge",
    "about",
    "approach",
    "education",
    "degree",
    "certifications",
    "intro_video_url",
    "preferred_video_platform",
    "is_listed",
)


def public(
    profile: TutorProfile, subjects: list[Taught], languages: list[Spoken], url: str
) -> dict[str, Any]:
    price = price_of(profile)
    return {
        "id": profile.pk,
        "slug": profile.user.username.lower(),
        "display_name": profile.user.display_name,
        "avatar": picture_of(profile.user),
        "hourly_price": price.as_json() if price else None,
        "subjects": [vars(each) for each in subjects],
        "languages": [_spoken(each) for each in languages],
        **{name: getattr(profile, name) for name in _PUBLIC},
        "url": url,
    }


_OWN = (*_PUBLIC, "state")


def own(
    profile: TutorProfile, review: TutorReview | None, requirements: Any, url: str | None
) -> dict[str, Any]:
    private = tutor_profile.private_of(profile)
    price = price_of(profile)
    is_change = review is not None and review.kind == TutorReview.Kind.CHANGE
    waits = is_change and review is not None and review.state == TutorReview.State.OPEN
    return {
        **{name: getattr(profile, name) for name in _OWN},
        "hourly_price": price.as_json() if price else None,
        "subjects": [
            {"subject": row.subject_id, "levels": row.levels} for row in profile.subject_rows.all()
        ],
        "languages": [
            {"code": row.code, "level": row.level} for row in profile.language_rows.all()
        ],
        "legal_name": private.legal_name,
        "phone": private.phone,
        "tax_country": private.tax_country,
        "pending": tutor_profile.wanted_of(review) if waits and review else {},
        "review": _review(review) if review else None,
        "requirements": [
            {
                "key": row.key,
                "title": str(row.label),
                "is_required": row.is_required,
                "is_done": row.is_done,
            }
            for row in requirements
        ],
        "url": url,
    }


def _review(row: TutorReview) -> dict[str, Any]:
    names = ("kind", "state", "reason", "submitted_at", "decided_at")
    return {name: getattr(row, name) for name in names}
