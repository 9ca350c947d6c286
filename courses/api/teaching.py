"""What an author sees of a course's learners, and the word they can send one."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from courses.models import Course, Nudge
from courses.queries import analytics, needing_help, owns
from courses.services import nudging
from tutorme.core.access import TUTOR, Grant, Scope
from tutorme.core.api.serializers import MoneyField, OutputSerializer, StrictSerializer
from tutorme.core.api.views import ApiView, read_body
from tutorme.core.errors import NotFound

TAUGHT = Grant(TUTOR, Scope.TAUGHT)


class NumbersOut(OutputSerializer):
    enrolled = serializers.IntegerField()
    completed = serializers.IntegerField()
    active = serializers.IntegerField(help_text="Within the last seven days.")
    percent = serializers.IntegerField(help_text="On average.")


class StepOut(OutputSerializer):
    lesson_id = serializers.UUIDField()
    title = serializers.CharField()
    kind = serializers.CharField()
    opened = serializers.IntegerField()
    completed = serializers.IntegerField()
    lost = serializers.IntegerField(help_text="Stopped here, unfinished, a week ago or more.")


class WeekOut(OutputSerializer):
    starts_on = serializers.DateField()
    enrolled = serializers.IntegerField()
    completed = serializers.IntegerField()


class ItemOut(OutputSerializer):
    prompt = serializers.CharField()
    lesson = serializers.CharField()
    answers = serializers.IntegerField()
    facility = serializers.IntegerField(help_text="Of 100 points, earned at first attempts.")


class StuckOut(OutputSerializer):
    enrollment_id = serializers.UUIDField()
    display_name = serializers.CharField()
    percent = serializers.IntegerField()
    reason = serializers.ChoiceField(choices=[*Nudge.Reason.values, needing_help.ASKING])
    quiet_days = serializers.IntegerField()
    lesson = serializers.CharField()
    tries = serializers.IntegerField()
    doubtful = serializers.IntegerField(
        help_text="Questions of that quiz that are too hard, or whose key is in doubt."
    )
    lesson_key = serializers.CharField()
    question = serializers.CharField(help_text="What they asked and no teacher has answered.")
    thread_id = serializers.UUIDField(allow_null=True)
    nudged_at = serializers.DateTimeField(allow_null=True)
    helped = serializers.BooleanField()
    may_nudge = serializers.BooleanField()


class TakingsOut(OutputSerializer):
    month = serializers.DateField()
    net = MoneyField()
    orders = serializers.IntegerField()


class RatingMonthOut(OutputSerializer):
    month = serializers.DateField()
    count = serializers.IntegerField()
    average = serializers.FloatField()


class AnalyticsOut(OutputSerializer):
    course = serializers.UUIDField()
    numbers = NumbersOut()
    funnel = StepOut(many=True)
    weeks = WeekOut(many=True)
    hardest = ItemOut(many=True)
    stuck = StuckOut(many=True)
    takings = TakingsOut(many=True)
    ratings = RatingMonthOut(many=True)


class NudgeIn(StrictSerializer):
    enrollment = serializers.UUIDField()


class NudgeOut(OutputSerializer):
    id = serializers.UUIDField()
    enrollment = serializers.UUIDField()
    reason = serializers.ChoiceField(choices=Nudge.Reason.choices)
    sent_at = serializers.DateTimeField()


def taught_course(request: Request, course_id: UUID) -> Course:
    course = Course.objects.filter(pk=course_id).first()
    if course is None or not owns(course, request.user):
        raise NotFound
    return course


class AnalyticsView(ApiView):
    access = {"get": TAUGHT}

    @extend_schema(operation_id="courses_analytics", responses=AnalyticsOut)
    def get(self, request: Request, course_id: UUID) -> Response:
        """How one's course is doing, and who in it needs help."""
        course = taught_course(request, course_id)
        found = analytics.analytics(course, timezone.now())
        return Response(
            {
                "course": course.pk,
                "numbers": vars(found.numbers),
                **{name: _rows(getattr(found, name)) for name in _LISTS},
            }
        )


_LISTS = ("funnel", "weeks", "hardest", "stuck", "takings", "ratings")


def _rows(rows: list[Any]) -> list[dict[str, Any]]:
    return [
        {**vars(row), "net": row.net.as_json()} if hasattr(row, "net") else vars(row)
        for row in rows
    ]


class NudgesView(ApiView):
    access = {"post": TAUGHT}

    @extend_schema(operation_id="courses_nudge", request=NudgeIn, responses={201: NudgeOut})
    def post(self, request: Request, course_id: UUID) -> Response:
        """Send one learner who needs help the word that fits; once a week at most."""
        course = taught_course(request, course_id)
        body = read_body(NudgeIn, request)
        row = nudging.nudge(course=course, enrollment_id=body["enrollment"], sender=request.user)
        card = {"id": row.pk, "reason": row.reason, "sent_at": row.sent_at}
        return Response({**card, "enrollment": row.enrollment_id}, status=201)
