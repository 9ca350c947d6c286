"""Shapes of the builder: what authors send, and what they read of drafts, versions and reviews."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from courses.models import Course, CourseReview, LessonKind
from tutorme.core.api.serializers import (
    BoundedDateTime,
    MoneyField,
    OutputSerializer,
    SafeText,
    StrictSerializer,
)


class CourseIn(StrictSerializer):
    title = SafeText(max_length=120)
    subtitle = SafeText(max_length=200, required=False, allow_blank=True)
    summary = SafeText(max_length=500, required=False, allow_blank=True)
    description = SafeText(
        max_length=20_000, required=False, allow_blank=True, multiline=True, help_text="Markdown."
    )
    outcomes = serializers.ListField(child=SafeText(max_length=200), max_length=30, required=False)
    tags = serializers.ListField(child=SafeText(max_length=40), max_length=10, required=False)
    category = SafeText(max_length=60)
    difficulty = serializers.ChoiceField(choices=Course.Difficulty.choices)
    language = serializers.RegexField(
        r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=12, required=False
    )
    price = MoneyField(required=False)
    is_premium = serializers.BooleanField(required=False)
    estimated_hours = serializers.IntegerField(
        min_value=1, max_value=1000, required=False, allow_null=True
    )
    prerequisites = serializers.ListField(
        child=serializers.UUIDField(), max_length=20, required=False, help_text="Courses."
    )


class CoursePatchIn(CourseIn):
    """Every member may be left out."""

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields


def facts_of(body: dict[str, Any]) -> dict[str, Any]:
    """The columns behind what was sent."""
    facts = dict(body)
    price = facts.pop("price", None)
    if price is not None:
        facts |= {"price_minor": price.minor, "currency": price.currency}
    return facts


class SectionIn(StrictSerializer):
    title = SafeText(max_length=120)


class LessonFieldsIn(StrictSerializer):
    title = SafeText(max_length=120)
    body = SafeText(
        max_length=100_000,
        required=False,
        allow_blank=True,
        multiline=True,
        trim_whitespace=False,
        help_text="Markdown; pictures and links may name files/<name>.",
    )
    data = serializers.DictField(  # type: ignore[assignment]  # a field, not the property
        required=False, help_text="What only this kind has."
    )
    objectives = serializers.ListField(
        child=SafeText(max_length=200), max_length=10, required=False
    )
    minutes = serializers.IntegerField(min_value=0, max_value=1440, required=False)
    is_free_preview = serializers.BooleanField(required=False)
    is_required = serializers.BooleanField(required=False)
    is_held_back = serializers.BooleanField(required=False)
    drip_days = serializers.IntegerField(
        min_value=0, max_value=3650, required=False, allow_null=True
    )
    drip_at = BoundedDateTime(required=False, allow_null=True)
    prerequisites = serializers.ListField(
        child=serializers.UUIDField(), max_length=50, required=False, help_text="Lessons."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("drip_days") is not None and attrs.get("drip_at") is not None:
            raise serializers.ValidationError(
                {"drip_at": [_("A lesson opens after days or at a moment, not both.")]}
            )
        return attrs


class LessonIn(LessonFieldsIn):
    kind = serializers.ChoiceField(choices=LessonKind.choices)
    section = serializers.UUIDField(required=False, help_text="The last one where left out.")


class LessonPatchIn(LessonFieldsIn):
    """Every member may be left out."""

    title = SafeText(max_length=120, required=False)
    autosave = serializers.BooleanField(
        default=False, help_text="Saved by itself: refused where most of the text would be gone."
    )


class SectionOrderIn(StrictSerializer):
    id = serializers.UUIDField()
    lessons = serializers.ListField(child=serializers.UUIDField(), max_length=1000)


class OutlineOrderIn(StrictSerializer):
    """One of the two: every lesson's id in order, each staying in its section; or the sections in
    order, each with its lessons."""

    lessons = serializers.ListField(child=serializers.UUIDField(), max_length=1000, required=False)
    sections = SectionOrderIn(many=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError(_("Send lessons or sections."))
        return attrs


class ReleaseIn(StrictSerializer):
    note = SafeText(max_length=500, required=False, allow_blank=True)
    is_breaking = serializers.BooleanField(
        default=False, help_text="Whoever completed an earlier version learned something else."
    )


class FileIn(StrictSerializer):
    file = serializers.UUIDField(help_text="An upload of yours, from /uploads/.")
    name = serializers.CharField(max_length=100, required=False, help_text="As lessons name it.")


class ArchiveIn(StrictSerializer):
    file = serializers.UUIDField(help_text="An upload of yours for course-archive.")
    course = serializers.UUIDField(required=False, help_text="Replace this course's draft.")


class AttendanceIn(StrictSerializer):
    minutes = serializers.DictField(
        child=serializers.IntegerField(min_value=0, max_value=600), help_text="By enrolment id."
    )


# Answers ---------------------------------------------------------------------------------------


class LessonDraftOut(OutputSerializer):
    id = serializers.UUIDField()
    course = serializers.UUIDField()
    section = serializers.UUIDField()
    key = serializers.CharField()
    position = serializers.IntegerField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=LessonKind.choices)
    body = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]
    objectives = serializers.ListField(child=serializers.CharField())
    minutes = serializers.IntegerField()
    is_free_preview = serializers.BooleanField()
    is_required = serializers.BooleanField()
    drip_days = serializers.IntegerField(allow_null=True)
    drip_at = serializers.DateTimeField(allow_null=True)
    is_held_back = serializers.BooleanField()
    prerequisites = serializers.ListField(child=serializers.UUIDField())
    revision = serializers.IntegerField()
    updated_at = serializers.DateTimeField()


class LessonInDraftOut(OutputSerializer):
    id = serializers.UUIDField()
    key = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=LessonKind.choices)
    minutes = serializers.IntegerField()
    is_free_preview = serializers.BooleanField()
    is_required = serializers.BooleanField()
    is_held_back = serializers.BooleanField()
    revision = serializers.IntegerField()


class SectionDraftOut(OutputSerializer):
    id = serializers.UUIDField()
    title = serializers.CharField()
    lessons = LessonInDraftOut(many=True)


class CourseDraftOut(OutputSerializer):
    course = serializers.UUIDField()
    slug = serializers.CharField()
    state = serializers.ChoiceField(choices=Course.State.choices)
    version = serializers.IntegerField()
    revision = serializers.IntegerField()
    is_changed = serializers.BooleanField()
    title = serializers.CharField()
    subtitle = serializers.CharField()
    summary = serializers.CharField()
    description = serializers.CharField()
    outcomes = serializers.ListField(child=serializers.CharField())
    tags = serializers.ListField(child=serializers.CharField())
    category = serializers.CharField()
    difficulty = serializers.ChoiceField(choices=Course.Difficulty.choices)
    language = serializers.CharField()
    price = MoneyField()
    is_premium = serializers.BooleanField()
    estimated_hours = serializers.IntegerField(allow_null=True)
    prerequisites = serializers.ListField(child=serializers.UUIDField())
    sections = SectionDraftOut(many=True)


class OwnCourseOut(OutputSerializer):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=Course.State.choices)
    version = serializers.IntegerField()
    enrollment_count = serializers.IntegerField()
    lesson_count = serializers.IntegerField()
    is_changed = serializers.BooleanField()
    updated_at = serializers.DateTimeField()


class ChecklistItemOut(OutputSerializer):
    code = serializers.CharField()
    text = serializers.CharField()
    is_done = serializers.BooleanField()
    is_required = serializers.BooleanField()
    lesson = serializers.UUIDField(allow_null=True)
    field = serializers.CharField()


class ChecklistOut(OutputSerializer):
    is_ready = serializers.BooleanField()
    items = ChecklistItemOut(many=True)


class NamedLessonOut(OutputSerializer):
    id = serializers.UUIDField()
    title = serializers.CharField()


class ChangesOut(OutputSerializer):
    added = NamedLessonOut(many=True)
    changed = NamedLessonOut(many=True)
    removed = NamedLessonOut(many=True)


class VersionOut(OutputSerializer):
    number = serializers.IntegerField()
    published_at = serializers.DateTimeField()
    note = serializers.CharField()
    is_breaking = serializers.BooleanField()
    changes = ChangesOut()
    since_you_finished = serializers.BooleanField()


class VersionsOut(OutputSerializer):
    current = serializers.IntegerField()
    completed = serializers.IntegerField(allow_null=True)
    since_you_finished = ChangesOut(allow_null=True)
    results = VersionOut(many=True)


class ReviewOut(OutputSerializer):
    id = serializers.UUIDField()
    course = serializers.UUIDField()
    state = serializers.ChoiceField(choices=CourseReview.State.choices)
    note = serializers.CharField()
    is_breaking = serializers.BooleanField()
    submitted_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()


class RevisionOut(OutputSerializer):
    id = serializers.IntegerField()
    revision = serializers.IntegerField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=LessonKind.choices)
    reason = serializers.CharField()
    created_at = serializers.DateTimeField()
    body = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]


class CourseFileOut(OutputSerializer):
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    is_published = serializers.BooleanField()
    link = serializers.CharField(help_text="Yours, for ten minutes.")


class CourseExportOut(OutputSerializer):
    name = serializers.CharField()
    size = serializers.IntegerField()
    link = serializers.CharField(help_text="Ends within two hours.")


class AttendanceOut(OutputSerializer):
    enrollment = serializers.UUIDField()
    name = serializers.CharField()
    minutes = serializers.IntegerField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
