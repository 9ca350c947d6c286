from typing import Any

from rest_framework import serializers

from courses.intervals import MAX_STRETCHES
from courses.lesson_data import MAX_VIDEO_SECONDS
from courses.models import Attempt, Course, Enrollment, Lesson, LessonKind, Question
from courses.queries.wanted import ORDERS, PRICES, RATINGS
from tutorme.core.api.serializers import (
    MoneyField,
    OutputSerializer,
    PageSize,
    SafeText,
    StrictSerializer,
)

_LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
_MOST: dict[str, Any] = {"max_digits": 10, "decimal_places": 2, "min_value": 0, "required": False}


class CatalogueQuery(StrictSerializer):
    search = SafeText(max_length=200, required=False, allow_blank=True)
    category = SafeText(max_length=60, required=False)
    difficulty = serializers.ChoiceField(choices=Course.Difficulty.choices, required=False)
    language = serializers.RegexField(_LANGUAGE, max_length=12, required=False)
    tag = SafeText(max_length=40, required=False)
    price = serializers.ChoiceField(choices=tuple(PRICES), required=False)
    price_min = serializers.DecimalField(**_MOST)
    price_max = serializers.DecimalField(**_MOST)
    rating = serializers.ChoiceField(
        choices=tuple(RATINGS), required=False, help_text="Averages at least as good."
    )
    is_premium = serializers.BooleanField(required=False)
    instructor = serializers.UUIDField(required=False)
    ordering = serializers.ChoiceField(choices=tuple(ORDERS), required=False)
    cursor = serializers.CharField(max_length=1000, required=False)
    page_size = PageSize(required=False)


class RatingFigureOut(OutputSerializer):
    average = serializers.CharField(help_text="Plain mean with two decimals; 0.00 for none.")
    count = serializers.IntegerField()


class InstructorOut(OutputSerializer):
    id = serializers.UUIDField()
    display_name = serializers.CharField()
    username = serializers.CharField()


class CourseOut(OutputSerializer):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    title = serializers.CharField()
    subtitle = serializers.CharField()
    summary = serializers.CharField()
    category = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    difficulty = serializers.ChoiceField(choices=Course.Difficulty.choices)
    language = serializers.CharField()
    price = MoneyField()
    is_premium = serializers.BooleanField(help_text="Part of a plan as well.")
    rating = RatingFigureOut()
    lesson_count = serializers.IntegerField()
    total_minutes = serializers.IntegerField()
    enrollment_count = serializers.IntegerField()
    published_at = serializers.DateTimeField(allow_null=True)
    instructor = InstructorOut()


class CourseDetailOut(CourseOut):
    description = serializers.CharField()
    outcomes = serializers.ListField(child=serializers.CharField())
    enrolled = serializers.BooleanField()


class CataloguePageOut(OutputSerializer):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = CourseOut(many=True)
    count = serializers.IntegerField()
    facets = serializers.DictField(child=serializers.DictField(child=serializers.IntegerField()))
    corrected = serializers.CharField(
        help_text="What was searched instead of words nobody writes; empty if as they are."
    )


class OutlineLessonOut(OutputSerializer):
    id = serializers.UUIDField()
    key = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=Lesson.Kind.choices)
    minutes = serializers.IntegerField()
    is_free_preview = serializers.BooleanField()
    is_required = serializers.BooleanField()
    completed_at = serializers.DateTimeField(allow_null=True)
    lock = serializers.CharField(
        help_text="Why it is not open: not_enrolled, subscription, prerequisite, drip_until."
    )
    opens_at = serializers.DateTimeField(allow_null=True, help_text="With drip_until.")
    waits_for = serializers.ListField(
        child=serializers.UUIDField(), help_text="With prerequisite: lessons to complete first."
    )


class SectionOut(OutputSerializer):
    title = serializers.CharField()
    lessons = OutlineLessonOut(many=True)


class OutlineOut(OutputSerializer):
    course = serializers.UUIDField()
    percent = serializers.IntegerField()
    sections = SectionOut(many=True)


class LessonOut(OutputSerializer):
    id = serializers.UUIDField()
    course = serializers.UUIDField()
    key = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=Lesson.Kind.choices)
    minutes = serializers.IntegerField()
    body = serializers.CharField(required=False, help_text="Markdown; absent while locked.")
    html = serializers.CharField(required=False, help_text="Safe HTML; absent while locked.")
    content = serializers.DictField(
        required=False, help_text="What only this kind has; its links end in ten minutes."
    )
    lock = serializers.CharField()
    opens_at = serializers.DateTimeField(allow_null=True)
    waits_for = serializers.ListField(child=serializers.UUIDField())


class EnrollmentOut(OutputSerializer):
    id = serializers.UUIDField()
    course = serializers.UUIDField()
    slug = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=Enrollment.State.choices)
    percent = serializers.IntegerField()
    by_plan = serializers.BooleanField(help_text="Open while a plan is.")
    last_lesson = serializers.UUIDField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    completed_version = serializers.IntegerField(allow_null=True)
    certified_version = serializers.IntegerField(
        allow_null=True, help_text="What the certificate speaks of: `completed_version` or later."
    )
    created_at = serializers.DateTimeField()


class ProgressIn(StrictSerializer):
    client_event_id = serializers.UUIDField()
    time_delta_s = serializers.IntegerField(min_value=0, max_value=86_400, default=0)
    position = serializers.IntegerField(min_value=0, max_value=1000, default=0)
    watched = serializers.ListField(
        child=serializers.ListField(
            child=serializers.IntegerField(min_value=0, max_value=MAX_VIDEO_SECONDS),
            min_length=2,
            max_length=2,
        ),
        max_length=MAX_STRETCHES,
        default=list,
        help_text="Stretches of a video seen since the last message, in seconds: [[from, to], …].",
    )
    sections = serializers.DictField(
        child=serializers.IntegerField(min_value=0, max_value=1000),
        default=dict,
        help_text="Parts of the lesson by name, in per mille; each goes upwards only.",
    )
    completed = serializers.BooleanField(default=False)

    def validate_sections(self, value: dict[str, int]) -> dict[str, int]:
        if len(value) > 100 or any(not name or len(name) > 80 for name in value):
            raise serializers.ValidationError("Name up to a hundred parts.")
        return value


class ProgressOut(OutputSerializer):
    lesson = serializers.UUIDField()
    seconds = serializers.IntegerField()
    position = serializers.IntegerField()
    resume = serializers.IntegerField(help_text="Where any device goes on, in per mille.")
    watched = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))
    sections = serializers.DictField(child=serializers.IntegerField())
    completed_at = serializers.DateTimeField(allow_null=True)
    course_percent = serializers.IntegerField()
    course_completed_at = serializers.DateTimeField(allow_null=True)


class ExplainedLessonOut(OutputSerializer):
    id = serializers.UUIDField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=LessonKind.choices)
    rule = serializers.CharField()
    state = serializers.ChoiceField(choices=["done", "open", "locked"])
    lock = serializers.CharField()
    completed_at = serializers.DateTimeField(allow_null=True)
    seconds = serializers.IntegerField(help_text="Time counted in it.")
    watched_seconds = serializers.IntegerField()
    remaining_seconds = serializers.IntegerField(help_text="Of a video, still to be seen.")


class RenewalOut(OutputSerializer):
    version = serializers.IntegerField(help_text="Certified for once everything is done.")
    again = serializers.ListField(
        child=serializers.UUIDField(), help_text="Lessons that changed since they were done."
    )


class ExplanationOut(OutputSerializer):
    percent = serializers.IntegerField(help_text="Of the course as it is now.")
    counted = serializers.IntegerField()
    done = serializers.IntegerField()
    completed_at = serializers.DateTimeField(allow_null=True)
    completed_version = serializers.IntegerField(allow_null=True)
    certified_version = serializers.IntegerField(allow_null=True)
    added_since = serializers.IntegerField(help_text="Lessons that came after the completion.")
    renewal = RenewalOut(
        allow_null=True, help_text="After a breaking version; null while the certificate is true."
    )
    lessons = ExplainedLessonOut(many=True)
    optional = ExplainedLessonOut(many=True, help_text="Shown, never counted.")


class LessonResetIn(StrictSerializer):
    enrollment = serializers.UUIDField(required=False, help_text="Somebody else's, for teachers.")
    reason = SafeText(max_length=500, multiline=True, allow_blank=True, default="")


class InsideQuery(StrictSerializer):
    search = SafeText(max_length=200)


class GoneOverOut(OutputSerializer):
    counted = serializers.BooleanField(help_text="False where it had been counted before.")


class HitOut(OutputSerializer):
    id = serializers.UUIDField()
    key = serializers.CharField()
    title = serializers.CharField()
    snippet = serializers.CharField(help_text="Safe HTML; what was found stands in mark.")
    at_s = serializers.IntegerField(
        allow_null=True, help_text="The second of the video at which it is said; null in a text."
    )


class QuestionOut(OutputSerializer):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Question.Kind.choices)
    prompt = serializers.CharField(help_text="Markdown.")
    options = serializers.ListField(child=serializers.DictField())
    choices = serializers.ListField(
        child=serializers.DictField(), help_text="What the options of a match are matched to."
    )
    points = serializers.CharField()
    answer = serializers.JSONField(allow_null=True)
    sequence = serializers.IntegerField(help_text="Of the save that stands.")
    earned = serializers.CharField(required=False, help_text="Only when the review is open.")
    solution = serializers.JSONField(required=False, help_text="Only when the review is open.")
    explanation = serializers.CharField(required=False)
    comment = serializers.CharField(required=False, help_text="What the tutor wrote to it.")


class AttemptOut(OutputSerializer):
    id = serializers.UUIDField()
    lesson = serializers.UUIDField()
    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Attempt.State.choices)
    started_at = serializers.DateTimeField()
    deadline_at = serializers.DateTimeField(allow_null=True)
    server_time = serializers.DateTimeField(help_text="The clock that counts.")
    submitted_at = serializers.DateTimeField(allow_null=True)
    score = serializers.CharField(allow_null=True)
    max_score = serializers.CharField()
    percent = serializers.IntegerField(allow_null=True)
    pass_percent = serializers.IntegerField()
    passed = serializers.BooleanField(allow_null=True)
    questions = QuestionOut(many=True)


class AnswersIn(StrictSerializer):
    answers = serializers.DictField(
        child=serializers.JSONField(allow_null=True), help_text="By question id.", allow_empty=False
    )
    sequence = serializers.IntegerField(
        min_value=0,
        max_value=2**53,
        required=False,
        help_text="The client's number of this save: an answer kept with a higher one stays.",
    )
