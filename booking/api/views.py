from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from booking import queries, topics
from booking.api import serializers, shapes
from booking.errors import ScheduleMissing
from booking.models import Booking, Schedule
from booking.services import cancelling, holding, moving, offers, schedules
from booking.walltime import Span
from tutorme.core.access import ANYONE, SIGNED_IN, TUTOR, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import page_of
from tutorme.core.api.views import (
    IF_MATCH,
    IF_MATCH_IF_THERE,
    ApiView,
    ApiViewSet,
    Idempotency,
    etag,
    not_modified,
    read_body,
    read_query,
    require_match,
)
from tutorme.core.errors import NotFound

DEFAULT_MINUTES = 60


def viewer(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user


class AvailabilityView(ApiView):
    access = {
        "get": Grant(TUTOR, Scope.OWN),
        "put": Grant(TUTOR, Scope.OWN),
        "patch": Grant(TUTOR, Scope.OWN),
    }

    @extend_schema(operation_id="me_availability", responses=serializers.AvailabilityIn)
    def get(self, request: Request) -> Response:
        """One's own hours and rules, as they are written."""
        return self._shown(request, self._own(request))

    @extend_schema(
        operation_id="me_availability_replace",
        parameters=[IF_MATCH_IF_THERE],
        request=serializers.AvailabilityIn,
        responses=serializers.AvailabilityIn,
    )
    def put(self, request: Request) -> Response:
        """Replace the hours and rules; `If-Match` where there are some already."""
        body = read_body(serializers.AvailabilityIn, request)
        user = viewer(request)
        if queries.schedule_of(user.pk) is None:
            schedules.ensure(tutor_id=user.pk, time_zone=body["time_zone"])
            return self._change(request, body, expected=None)
        return self._change(request, body, expected=self._matched(request))

    @extend_schema(
        operation_id="me_availability_edit",
        parameters=[IF_MATCH],
        request=serializers.AvailabilityPatch,
        responses=serializers.AvailabilityIn,
    )
    def patch(self, request: Request) -> Response:
        """Change some of it; a list that is given replaces the whole list."""
        body = read_body(serializers.AvailabilityPatch, request)
        return self._change(request, body, expected=self._matched(request))

    def _own(self, request: Request) -> Schedule:
        row = queries.schedule_of(viewer(request).pk)
        if row is None:
            raise ScheduleMissing
        return row

    def _matched(self, request: Request) -> int:
        row = self._own(request)
        require_match(request, etag("schedule", row.pk, row.version))
        return row.version

    def _change(
        self, request: Request, changes: dict[str, Any], *, expected: int | None
    ) -> Response:
        schedules.change(tutor_id=viewer(request).pk, changes=changes, expected_version=expected)
        return self._shown(request, self._own(request))

    def _shown(self, request: Request, row: Schedule) -> Response:
        tag = etag("schedule", row.pk, row.version)
        if request.method == "GET" and not_modified(request, tag):
            return Response(status=304, headers={"ETag": tag})
        return Response(queries.availability(row), headers={"ETag": tag})


class SlotsView(ApiView):
    access = {"get": Grant(ANYONE, Scope.PUBLISHED)}
    limit_scope = "search"

    @extend_schema(
        operation_id="tutors_availability",
        parameters=[serializers.SlotsQuery],
        responses=serializers.SlotsOut,
    )
    def get(self, request: Request, tutor_id: UUID) -> Response:
        """When a tutor can be booked, by the dates of `tz` (else the tutor's own zone)."""
        query = read_query(serializers.SlotsQuery, request)
        schedule = queries.schedule_of(tutor_id)
        if schedule is None or not schedule.is_open or not queries.is_bookable(tutor_id):
            raise NotFound
        zone = query.get("tz") or schedule.time_zone
        days = queries.slots(
            schedule,
            between(query["first"], query["last"], zone),
            minutes=query.get("duration") or DEFAULT_MINUTES,
            zone=zone,
            now=timezone.now(),
        )
        return Response(shapes.slots(schedule, days, zone))


def between(first: Any, last: Any, zone: str) -> Span:
    """From the first midnight to the one after the last date, as that zone's clocks show them."""
    start = datetime.combine(first, time(0), ZoneInfo(zone))
    end = datetime.combine(last + timedelta(days=1), time(0), ZoneInfo(zone))
    return Span(start.astimezone(UTC), end.astimezone(UTC))


class LessonTypesView(ApiView):
    access = {"get": Grant(ANYONE, Scope.PUBLISHED)}

    @extend_schema(
        operation_id="tutors_session_types", responses=serializers.LessonTypeOut(many=True)
    )
    def get(self, request: Request, tutor_id: UUID) -> Response:
        """What can be booked with a tutor, and its price."""
        if not queries.is_bookable(tutor_id):
            raise NotFound
        return Response([shapes.lesson_type(row) for row in queries.lesson_types(tutor_id)])


class OwnLessonTypesView(ApiViewSet):
    access = {
        "list": Grant(TUTOR, Scope.OWN),
        "create": Grant(TUTOR, Scope.OWN),
        "destroy": Grant(TUTOR, Scope.OWN),
    }

    @extend_schema(operation_id="me_session_types", responses=serializers.LessonTypeOut(many=True))
    def list(self, request: Request) -> Response:
        """What one offers."""
        rows = queries.lesson_types(viewer(request).pk)
        return Response([shapes.lesson_type(row) for row in rows])

    @extend_schema(
        operation_id="me_session_types_create",
        request=serializers.LessonTypeIn,
        responses={201: serializers.LessonTypeOut},
    )
    def create(self, request: Request) -> Response:
        """Offer a lesson of a length at a price."""
        body = read_body(serializers.LessonTypeIn, request)
        row = offers.offer(tutor_id=viewer(request).pk, **body)
        return Response(shapes.lesson_type(row), status=201)

    @extend_schema(operation_id="me_session_types_delete", responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Offer it no longer; what is booked stays."""
        offers.withdraw(tutor_id=viewer(request).pk, lesson_type_id=pk)
        return Response(status=204)


class BookingViewSet(ApiViewSet):
    """Lessons of the caller, as their student or their tutor."""

    access = {
        "list": Grant(SIGNED_IN, Scope.OWN),
        "create": Grant(SIGNED_IN, Scope.OWN),
        "retrieve": Grant(SIGNED_IN, Scope.OWN),
        "cancel": Grant(SIGNED_IN, Scope.OWN),
        "reschedule": Grant(SIGNED_IN, Scope.OWN),
        "confirm": Grant(TUTOR, Scope.OWN),
        "decline": Grant(TUTOR, Scope.OWN),
    }
    idempotency = {"create": Idempotency.REQUIRED}
    limit_scope = {"create": "write"}
    page_ordering = ("-starts_at", "-id")

    @extend_schema(operation_id="bookings_list", responses=page_of(serializers.BookingOut))
    def list(self, request: Request) -> Response:
        """One's lessons, the latest first."""
        page = CursorPage()
        rows = page.paginate_queryset(self._own(request), request, self) or []
        return page.get_paginated_response([shapes.booking(row) for row in rows])

    @extend_schema(
        operation_id="bookings_create",
        request=serializers.BookingIn,
        responses={201: serializers.BookingOut},
    )
    def create(self, request: Request) -> Response:
        """Hold a time for a quarter of an hour. What has a price is then paid for by an order of
        kind `booking`; what has none, or is paid for by a package or by credit, is confirmed at
        once, or waits for the tutor's word."""
        body = read_body(serializers.BookingIn, request)
        wish = holding.Wish(
            body["session_type"],
            body["start"].astimezone(UTC),
            body.get("note", ""),
            package_id=body.get("package"),
            with_credit=body["with_credit"],
        )
        made = holding.hold(student=viewer(request), wish=wish)
        topics.attach(
            body.get("about"),
            booking_id=made.pk,
            tutor_id=made.tutor_id,
            student_id=made.student_id,
        )
        row = self._own(request).get(pk=made.pk)
        return Response(shapes.booking(row), status=201)

    @extend_schema(operation_id="bookings_read", responses=serializers.BookingDetailOut)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One lesson with its history and what cancelling it now would give back."""
        return self._shown(request, pk)

    @extend_schema(
        operation_id="bookings_cancel",
        request=serializers.CancelIn,
        responses=serializers.BookingDetailOut,
    )
    def cancel(self, request: Request, pk: UUID) -> Response:
        """Call it off; `refund_if_cancelled` said before what comes back."""
        body = read_body(serializers.CancelIn, request)
        self._visible(request, pk)
        cancelling.cancel(
            booking_id=pk,
            by=viewer(request),
            reason=body.get("reason", ""),
            as_credit=body["as_credit"],
        )
        return self._shown(request, pk)

    @extend_schema(
        operation_id="bookings_reschedule",
        request=serializers.MoveIn,
        responses=serializers.BookingDetailOut,
    )
    def reschedule(self, request: Request, pk: UUID) -> Response:
        """Move a confirmed lesson of one's own to another free time."""
        body = read_body(serializers.MoveIn, request)
        self._visible(request, pk)
        start = body["start"].astimezone(UTC)
        moving.reschedule(booking_id=pk, by=viewer(request), start=start)
        return self._shown(request, pk)

    @extend_schema(
        operation_id="bookings_confirm", request=None, responses=serializers.BookingDetailOut
    )
    def confirm(self, request: Request, pk: UUID) -> Response:
        """Accept a request, as its tutor."""
        self._visible(request, pk)
        cancelling.answer(booking_id=pk, tutor=viewer(request), accept=True)
        return self._shown(request, pk)

    @extend_schema(
        operation_id="bookings_decline",
        request=serializers.ReasonIn,
        responses=serializers.BookingDetailOut,
    )
    def decline(self, request: Request, pk: UUID) -> Response:
        """Decline a request, as its tutor."""
        body = read_body(serializers.ReasonIn, request)
        self._visible(request, pk)
        cancelling.answer(
            booking_id=pk, tutor=viewer(request), accept=False, reason=body.get("reason", "")
        )
        return self._shown(request, pk)

    def _own(self, request: Request) -> QuerySet[Booking]:
        people = ("tutor", "student", "lesson_type")
        return Booking.objects.visible_to(request.user).select_related(*people)

    def _visible(self, request: Request, pk: UUID) -> Booking:
        row = self._own(request).filter(pk=pk).first()
        if row is None:
            raise NotFound
        return row

    def _shown(self, request: Request, pk: UUID) -> Response:
        return Response(shapes.detail(self._visible(request, pk), viewer(request)))
