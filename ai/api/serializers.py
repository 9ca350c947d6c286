"""What the studio's API takes."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts import tongues
from accounts.models import Subject
from ai.schemas import EXERCISE_TYPES, LEVELS
from ai.wishes import LEVELS as TUTOR_LEVELS
from tutorme.core.api.serializers import SafeText, StrictSerializer, ZoneField
from tutorme.core.money import CURRENCIES

_CONTENT_BYTES = 100_000


class LanguageField(serializers.CharField):
    def to_internal_value(self, data: Any) -> str:
        code = super().to_internal_value(data)
        if code not in tongues.language_codes():
            raise serializers.ValidationError(_("This is not a language."), code="language")
        return code


class MaterialIn(StrictSerializer):
    title = SafeText(max_length=120)
    text = SafeText(multiline=True, max_length=20_000)


class _BriefIn(StrictSerializer):
    topic = SafeText(max_length=120)
    level = serializers.ChoiceField(choices=LEVELS)
    language = LanguageField(max_length=8, default="en")
    materials = serializers.ListField(
        child=MaterialIn(), required=False, default=list, max_length=5
    )


class CourseBriefIn(_BriefIn):
    goal = SafeText(max_length=300)
    audience = SafeText(max_length=200)
    hours = serializers.IntegerField(min_value=1, max_value=60)
    constraints = SafeText(
        multiline=True, max_length=500, required=False, default="", allow_blank=True
    )
    course = serializers.UUIDField(required=False, help_text="A course of yours to add to.")


class ExerciseBriefIn(_BriefIn):
    type = serializers.ChoiceField(choices=EXERCISE_TYPES)
    difficulty = serializers.IntegerField(min_value=1, max_value=5, default=2)
    count = serializers.IntegerField(min_value=1, max_value=5, default=1)
    lesson = serializers.UUIDField(required=False, help_text="A lesson of yours it is for.")


class QuizBriefIn(_BriefIn):
    difficulty = serializers.IntegerField(min_value=1, max_value=5, default=2)
    count = serializers.IntegerField(min_value=1, max_value=10, default=5)
    lesson = serializers.UUIDField(required=False, help_text="A lesson of yours it is for.")


class ContentField(serializers.JSONField):
    """An object of the studio's own schema; its members are judged by whoever keeps it."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            raise serializers.ValidationError(_("Give an object."), code="object")
        if len(str(data)) > _CONTENT_BYTES:
            raise serializers.ValidationError(_("It is too long."), code="size")
        return data


class OutlineIn(StrictSerializer):
    outline = ContentField()


class NodeIn(StrictSerializer):
    content = ContentField()
    title = SafeText(max_length=120, required=False, allow_blank=True, default="")


class NodesIn(StrictSerializer):
    nodes = serializers.ListField(
        child=serializers.CharField(max_length=40),
        required=False,
        max_length=60,
        help_text="Keys of nodes; left out: all that no check objects to.",
    )
    looked = serializers.BooleanField(required=False, default=False)


class AttachIn(StrictSerializer):
    lesson = serializers.UUIDField()
    looked = serializers.BooleanField(required=False, default=False)


class AgainIn(StrictSerializer):
    wish = SafeText(max_length=500, required=False, default="", allow_blank=True)


class WishWindowIn(StrictSerializer):
    day_of_week = serializers.IntegerField(min_value=0, max_value=6)
    start = serializers.TimeField()
    end = serializers.TimeField()


def _slugs(**options: Any) -> serializers.ListField:
    child = serializers.CharField(max_length=60)
    return serializers.ListField(child=child, required=False, default=list, **options)


class WishesIn(StrictSerializer):
    subjects = _slugs(max_length=5)
    families = _slugs(max_length=3)
    level = serializers.ChoiceField(
        choices=TUTOR_LEVELS, required=False, allow_blank=True, default=""
    )
    languages = serializers.ListField(
        child=LanguageField(max_length=8), required=False, default=list, max_length=5
    )
    budget_minor = serializers.IntegerField(
        min_value=1, max_value=10_000_000, required=False, allow_null=True, default=None
    )
    currency = serializers.ChoiceField(choices=sorted(CURRENCIES), required=False, default="EUR")
    is_strict = serializers.BooleanField(required=False, default=False)
    minutes = serializers.IntegerField(min_value=15, max_value=480, required=False, default=60)
    windows = serializers.ListField(
        child=WishWindowIn(), required=False, default=list, max_length=21
    )
    goals = _slugs(max_length=10)
    zone = ZoneField(required=False)
    note = SafeText(max_length=300, required=False, default="", allow_blank=True)

    def validate_subjects(self, value: list[str]) -> list[str]:
        known = set(Subject.objects.filter(slug__in=value).values_list("slug", flat=True))
        if unknown := [slug for slug in value if slug not in known]:
            text = _("There is no subject %(slug)s.") % {"slug": unknown[0][:60]}
            raise serializers.ValidationError(text, code="subject")
        return value

    def validate_families(self, value: list[str]) -> list[str]:
        if any(name not in Subject.Family.values for name in value):
            raise serializers.ValidationError(_("There is no such family."), code="family")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["subjects"] and not attrs["families"]:
            raise serializers.ValidationError(
                {"subjects": [_("Name a subject or a family of subjects.")]}
            )
        return attrs


class TaskIn(StrictSerializer):
    task = SafeText(multiline=True, max_length=500)
