"""What a student asks for beyond one time: series, seats, waiting; and what the two ask of each
other: other times, a decision."""

from datetime import UTC
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from booking.api import more_serializers as more
from booking.api import serializers, shapes
from booking.api.views import viewer
from booking.models import Booking, MoveProposal, Series, WaitlistEntry
from booking.services import disputes, groups, holding, moving, series, waitlist
from tutorme.core.access import SIGNED_IN, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import page_of
from tutorme.core.api.views import ApiView, ApiViewSet, Idempotency, read_body
from tutorme.core.errors import NotFound

OWN = Grant(SIGNED_IN, Scope.OWN)
_PEOPLE = ("tutor", "student", "lesson_type")


def _booking(request: Request, pk: UUID) -> Booking:
    rows = Booking.objects.visible_to(request.user).select_related(*_PEOPLE)
    row: Booking | None = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def _paying(body: dict[str, Any]) -> dict[str, Any]:
    return {"package_id": body.get("package"), "with_credit": body["with_credit"]}


class TakeUpView(ApiView):
    access = {"post": OWN}

    @extend_schema(
        operation_id="bookings_take_up",
        request=more.PaymentIn,
        responses=serializers.BookingOut,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Confirm a held time that costs nothing, or that a package or credit pays for. Without
        either, one with a price stays held."""
        body = read_body(more.PaymentIn, request)
        _booking(request, pk)
        holding.take_up(booking_id=pk, student=viewer(request), **_paying(body))
        return Response(shapes.booking(_booking(request, pk)))


class SeriesViewSet(ApiViewSet):
    access = {"create": OWN, "look": OWN, "retrieve": OWN}
    idempotency = {"create": Idempotency.REQUIRED}
    limit_scope = {"create": "write"}

    @extend_schema(
        operation_id="series_create", request=more.SeriesIn, responses={201: more.SeriesOut}
    )
    def create(self, request: Request) -> Response:
        """Hold the same hour of the week so many times; then one order of kind `series` pays for
        all. 409 names the times that cannot be had, unless `skipping`."""
        row = series.book(student=viewer(request), wish=_wish(request))
        return Response(shapes.series(row), status=201)

    @extend_schema(
        operation_id="series_look",
        request=more.SeriesIn,
        responses=more.OccurrenceOut(many=True),
    )
    def look(self, request: Request) -> Response:
        """Which of the times can be had now; nothing is held."""
        found = series.look(student=viewer(request), wish=_wish(request))
        return Response([vars(each) for each in found])

    @extend_schema(operation_id="series_read", responses=more.SeriesOut)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """A series of one's own with its lessons."""
        user = viewer(request)
        rows = Series.objects.select_related("lesson_type").filter(pk=pk)
        row = rows.first() if user.is_admin else None
        row = row or rows.filter(student=user).first() or rows.filter(tutor=user).first()
        if row is None:
            raise NotFound
        return Response(shapes.series(row))


def _wish(request: Request) -> series.Wish:
    body = read_body(more.SeriesIn, request)
    return series.Wish(
        body["session_type"],
        body["start"].astimezone(UTC),
        body["lessons"],
        body["clock"],
        every_weeks=body["every_weeks"],
        skipping=body["skipping"],
        note=body.get("note", ""),
        **_paying(body),
    )


class SeatsView(ApiView):
    access = {"post": OWN}
    idempotency = Idempotency.REQUIRED

    @extend_schema(
        operation_id="groups_join",
        request=more.SeatIn,
        responses={201: serializers.BookingOut},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Take a seat of a group: held, or confirmed at once, as any time."""
        body = read_body(more.SeatIn, request)
        row = groups.join(
            student=viewer(request), group_id=pk, note=body.get("note", ""), **_paying(body)
        )
        return Response(shapes.booking(_booking(request, row.pk)), status=201)


class WaitlistViewSet(ApiViewSet):
    access = {"list": OWN, "create": OWN, "destroy": OWN}
    page_ordering = ("-created_at", "-id")

    @extend_schema(operation_id="waitlist_list", responses=page_of(more.WaitOut))
    def list(self, request: Request) -> Response:
        """What one waits for, and what is offered."""
        page = CursorPage()
        rows = page.paginate_queryset(self._own(request), request, self) or []
        return page.get_paginated_response([shapes.waiting(row) for row in rows])

    @extend_schema(operation_id="waitlist_join", request=more.WaitIn, responses={201: more.WaitOut})
    def create(self, request: Request) -> Response:
        """Wait for a tutor's time within a stretch, or for a seat of a full group. What becomes
        free is held for two hours for whoever came first."""
        body = read_body(more.WaitIn, request)
        user = viewer(request)
        if "group" in body:
            made = waitlist.join_group(student=user, group_id=body["group"])
        else:
            made = waitlist.join(
                student=user,
                lesson_type_id=body["session_type"],
                earliest=body["earliest"].astimezone(UTC),
                latest=body["latest"].astimezone(UTC),
            )
        return Response(shapes.waiting(self._own(request).get(pk=made.pk)), status=201)

    @extend_schema(operation_id="waitlist_leave", responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Wait no longer; an offer goes to the next one."""
        waitlist.leave(entry_id=pk, student=viewer(request))
        return Response(status=204)

    def _own(self, request: Request) -> QuerySet[WaitlistEntry]:
        mine = WaitlistEntry.objects.filter(student=viewer(request))
        return mine.select_related("lesson_type")


class ProposalsView(ApiView):
    access = {"post": OWN}

    @extend_schema(
        operation_id="bookings_propose",
        request=more.ProposalIn,
        responses={201: more.AskedOut},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Ask the other one for another time. A tutor moves a lesson nobody paid for at once."""
        body = read_body(more.ProposalIn, request)
        _booking(request, pk)
        made = moving.propose(
            booking_id=pk,
            by=viewer(request),
            start=body["start"].astimezone(UTC),
            note=body.get("note", ""),
        )
        asked = shapes.proposal(made) if isinstance(made, MoveProposal) else None
        shown = {"proposal": asked, "booking": shapes.booking(_booking(request, pk))}
        return Response(shown, status=201)


class ProposalViewSet(ApiViewSet):
    access = {"accept": OWN, "decline": OWN}

    @extend_schema(operation_id="proposals_accept", request=None, responses=more.ProposalOut)
    def accept(self, request: Request, pk: UUID) -> Response:
        """Take the other time: the lesson moves."""
        return self._answer(request, pk, accept=True)

    @extend_schema(operation_id="proposals_decline", request=None, responses=more.ProposalOut)
    def decline(self, request: Request, pk: UUID) -> Response:
        """Leave the lesson where it is; one's own proposal is taken back."""
        return self._answer(request, pk, accept=False)

    def _answer(self, request: Request, pk: UUID, *, accept: bool) -> Response:
        about = MoveProposal.objects.filter(pk=pk).values_list("booking_id", flat=True).first()
        if about is None:
            raise NotFound
        _booking(request, about)
        made = moving.answer(proposal_id=pk, by=viewer(request), accept=accept)
        return Response(shapes.proposal(made))


class DisputeView(ApiView):
    access = {"get": OWN, "post": OWN}

    @extend_schema(operation_id="bookings_dispute_read", responses=more.DisputeOut)
    def get(self, request: Request, pk: UUID) -> Response:
        """What is disputed about a lesson, and what was decided."""
        row = getattr(_booking(request, pk), "dispute", None)
        if row is None:
            raise NotFound
        return Response(shapes.dispute(row))

    @extend_schema(
        operation_id="bookings_dispute",
        request=more.DisputeIn,
        responses={201: more.DisputeOut},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Say that a lesson was not as it is recorded, within three days of its end."""
        body = read_body(more.DisputeIn, request)
        _booking(request, pk)
        case = disputes.open_case(
            booking_id=pk, by=viewer(request), reason=body["reason"], text=body.get("text", "")
        )
        return Response(shapes.dispute(case), status=201)
