"""Where lessons take place. A meeting follows its booking: what is wanted is read from the
booking each time, so that an effect that comes late, twice or out of order ends where it should.

    taken by one worker → MAKING is committed → the provider is asked → what it made is committed

Killed between the last two, the next one finds what was made: Google's by an id of ours, Graph's
by its transactionId, Zoom's by our link among the host's meetings.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking import wording
from booking.gateways import zoom
from booking.gateways.base import Lesson, Made
from booking.gateways.google import reference_of
from booking.leases import FREE, Busy, lease
from booking.models import Booking, CalendarConnection, Meeting, WrittenEvent
from booking.services import calendars
from tutorme.core import audit, jobs
from tutorme.core.errors import Conflict, NotAllowed
from tutorme.core.gateways import GatewayRejected
from tutorme.core.transactions import outside_transaction

Platform, State = Meeting.Platform, Meeting.State
JOB = "booking.meeting"
STANDING = (Booking.State.CONFIRMED, Booking.State.IN_PROGRESS)
_LEASE = timedelta(seconds=90)
_CALENDAR = {Platform.MEET: "google", Platform.TEAMS: "microsoft"}
UNSETTLED = (State.WANTED, State.MAKING, State.PENDING, State.ANEW)
# What is unsettled for longer than this has lost its job.
_STALE = timedelta(minutes=10)
_MOST = 200


class NotReady(Exception):
    """The provider still makes the room, or another worker has it."""


def want(booking_id: UUID, version: int) -> None:
    """Notes down that this version of the booking is to be followed, in the caller's
    transaction. The platform is the tutor's choice of that moment, if it can be had."""
    booking = Booking.objects.select_related("tutor__tutor_profile").get(pk=booking_id)
    if booking.state in STANDING:
        _ensure(booking)
    elif not Meeting.objects.filter(pk=booking_id).exists():
        return
    jobs.enqueue(
        JOB,
        key=f"{JOB}:{booking_id}:{version}",
        args={"booking_id": str(booking_id)},
    )


def _ensure(booking: Booking) -> None:
    profile = getattr(booking.tutor, "tutor_profile", None)
    platform = Platform(profile.preferred_video_platform) if profile else Platform.ROOM
    connection = _connection(booking.tutor_id, platform)
    problem = _missing(platform, connection)
    Meeting.objects.bulk_create(
        [
            Meeting(
                booking=booking,
                platform=platform,
                connection=connection,
                state=State.FAILED if problem else State.WANTED,
                problem=problem,
            )
        ],
        ignore_conflicts=True,
    )


def _connection(tutor_id: UUID, platform: Meeting.Platform) -> CalendarConnection | None:
    provider = _CALENDAR.get(platform)
    rows = CalendarConnection.objects.filter(user_id=tutor_id, provider=provider, state="active")
    return rows.order_by("created_at").first()


def _missing(platform: Meeting.Platform, connection: CalendarConnection | None) -> str:
    if platform == Platform.ZOOM and not zoom.is_configured():
        return "not-configured"
    return "not-connected" if platform in _CALENDAR and connection is None else ""


@outside_transaction
def follow(booking_id: UUID) -> None:
    """Brings the meeting to where its booking is. Safe to repeat and to kill at any line. Raises
    `NotReady`, and what gateways raise."""
    try:
        with lease(_first_of_its_class(booking_id), _LEASE):
            _follow(booking_id)
    except Busy as busy:
        raise NotReady("another worker has it") from busy


def _first_of_its_class(booking_id: UUID) -> Meeting:
    """The seats of a class meet in one room: who works on one seat's has the row of the first."""
    row = Meeting.objects.select_related("booking").get(pk=booking_id)
    if row.booking.group_id is None:
        return row
    seats = Meeting.objects.filter(booking__group_id=row.booking.group_id)
    return seats.order_by("pk").first() or row


def _others_of_its_class(row: Meeting) -> QuerySet[Meeting]:
    """Other seats that meet where this one does."""
    if row.booking.group_id is None or not row.reference:
        return Meeting.objects.none()
    seats = Meeting.objects.filter(booking__group_id=row.booking.group_id, reference=row.reference)
    return seats.exclude(pk=row.pk).exclude(state=State.GONE)


def _follow(booking_id: UUID) -> None:
    row = Meeting.objects.select_related("booking__tutor", "booking__lesson_type").get(
        pk=booking_id
    )
    booking = row.booking
    lesson = lesson_of(booking)
    if booking.state not in STANDING:
        _end(row, lesson)
    elif row.platform == Platform.ROOM:
        _keep(row, lesson, state=State.READY)
    elif row.state == State.FAILED:
        _tidy(row, lesson)
    else:
        if row.state == State.ANEW:
            _clear(row, lesson)
        _stand(row, lesson)


def _clear(row: Meeting, lesson: Lesson) -> None:
    """The old one goes before the new one is made. Killed between its going and the commit, the
    next worker has its reference still, and removes what is gone already."""
    if row.reference or row.was_asked:
        _remove(row, lesson)
    if row.reference:
        # The same event, written while there was no room: it is to be written again.
        WrittenEvent.objects.filter(
            booking_id=row.pk, connection_id=row.connection_id, reference=row.reference
        ).update(reference="", version=0)
    empty = {"reference": "", "was_asked": False}
    _keep(row, lesson, state=State.WANTED, round=row.round + 1, **empty)


def lesson_of(booking: Booking) -> Lesson:
    return Lesson(
        booking_id=booking.pk,
        version=booking.version,
        title=wording.title(booking),
        link=wording.link(booking.pk),
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        group_id=booking.group_id,
    )


def _stand(row: Meeting, lesson: Lesson) -> None:
    if not row.reference:
        _make(row, lesson)
    elif (row.starts_at, row.ends_at) != (lesson.starts_at, lesson.ends_at):
        _provider(row).move(row.reference, lesson)
        _keep(row, lesson, starts_at=lesson.starts_at, ends_at=lesson.ends_at)
    if row.state == State.PENDING:
        _see(row, lesson, _provider(row).read(row.reference))


def _make(row: Meeting, lesson: Lesson) -> None:
    if _joined_its_class(row, lesson):
        return
    provider = _provider(row)
    made = provider.find(lesson) if row.was_asked else None
    if made is None:
        _keep(row, lesson, state=State.MAKING, was_asked=True)
        made = provider.make(lesson)
    else:
        # Made for an hour the booking may have left since.
        provider.move(made.reference, lesson)
    hours = {"starts_at": lesson.starts_at, "ends_at": lesson.ends_at}
    _keep(row, lesson, reference=made.reference, **hours)
    _see(row, lesson, made)


def _joined_its_class(row: Meeting, lesson: Lesson) -> bool:
    if lesson.group_id is None:
        return False
    made = Meeting.objects.filter(
        booking__group_id=lesson.group_id, platform=row.platform, state=State.READY
    ).first()
    if made is None:
        return False
    _keep(
        row,
        lesson,
        state=State.READY,
        reference=made.reference,
        join_url=made.join_url,
        connection_id=made.connection_id,
        was_asked=True,
        starts_at=made.starts_at,
        ends_at=made.ends_at,
    )
    return True


def _see(row: Meeting, lesson: Lesson, made: Made) -> None:
    if made.has_failed:
        raise GatewayRejected("no-room", "the account has no meetings to give")
    if made.is_pending:
        _keep(row, lesson, state=State.PENDING)
        raise NotReady("the provider still makes the room")
    _keep(row, lesson, state=State.READY, join_url=made.join_url, problem="")


def _end(row: Meeting, lesson: Lesson) -> None:
    if row.platform != Platform.ROOM and row.was_asked and row.state != State.GONE:
        _remove(row, lesson)
    _keep(row, lesson, state=State.GONE, join_url="")


def _tidy(row: Meeting, lesson: Lesson) -> None:
    """What an answer we never got left behind at Zoom goes away. An event in a calendar stays: it
    says when the lesson is, and leads to our own address."""
    if row.platform == Platform.ZOOM and row.was_asked:
        _remove(row, lesson)
        _keep(row, lesson, was_asked=False, reference="")


def _remove(row: Meeting, lesson: Lesson) -> None:
    if _others_of_its_class(row).exists():
        return
    provider = _provider(row)
    found = Made(row.reference) if row.reference else provider.find(lesson)
    if found:
        provider.remove(found.reference)


def _keep(row: Meeting, lesson: Lesson, **facts: Any) -> None:
    facts = {"version": lesson.version, **facts}
    for name, value in facts.items():
        setattr(row, name, value)
    Meeting.objects.filter(pk=row.pk).update(**facts, updated_at=Now())


class _Zoom:
    """The meeting is the site's, on the tutor's seat or on its own."""

    def __init__(self, row: Meeting) -> None:
        self._host = row.booking.tutor.email

    def find(self, lesson: Lesson) -> Made | None:
        return zoom.gateway().find(lesson, host=self._host)

    def make(self, lesson: Lesson) -> Made:
        return zoom.gateway().create(lesson, host=self._host)

    def move(self, reference: str, lesson: Lesson) -> None:
        zoom.gateway().move(reference, lesson)

    def read(self, reference: str) -> Made:
        return Made(reference)

    def remove(self, reference: str) -> None:
        zoom.gateway().remove(reference)


class _Calendar:
    """The meeting comes with an event in the tutor's own calendar, made under a key of ours."""

    def __init__(self, row: Meeting) -> None:
        if row.connection_id is None:
            raise GatewayRejected("not-connected", "the calendar was disconnected")
        self._connection_id = row.connection_id
        self._round = row.round

    def find(self, lesson: Lesson) -> Made | None:
        key = reference_of(lesson, self._round)
        return calendars.ask(self._connection_id, lambda calendar: calendar.find(lesson, key))

    def make(self, lesson: Lesson) -> Made:
        key = reference_of(lesson, self._round)
        return calendars.ask(
            self._connection_id,
            lambda calendar: calendar.write(lesson, reference=key, with_room=True),
        )

    def move(self, reference: str, lesson: Lesson) -> None:
        calendars.ask(self._connection_id, lambda calendar: calendar.move(reference, lesson))

    def read(self, reference: str) -> Made:
        return calendars.ask(self._connection_id, lambda calendar: calendar.read(reference))

    def remove(self, reference: str) -> None:
        calendars.ask(self._connection_id, lambda calendar: calendar.remove(reference))


def _provider(row: Meeting) -> _Zoom | _Calendar:
    return _Zoom(row) if row.platform == Platform.ZOOM else _Calendar(row)


def fall_back(booking_id: UUID, problem: str) -> None:
    """The lesson takes place in our own room. What the provider may have made is removed when the
    booking ends, or by `tidy`."""
    rows = Meeting.objects.filter(pk=booking_id, state__in=UNSETTLED)
    rows.update(state=State.FAILED, problem=problem[:300], join_url="", updated_at=Now())


@transaction.atomic
def make_anew(booking_id: UUID, *, actor_id: UUID) -> None:
    """Another meeting in the place of the one there, at the same provider; the address people have
    is ours, and leads to the new one, until then to our own room. Written down here and done by
    the job. Raises `NotAllowed`, and `Conflict` where somebody works on it."""
    rows = Meeting.objects.select_related("booking__tutor", "connection")
    row = rows.get(pk=booking_id)
    connection = row.connection or _connection(row.booking.tutor_id, Platform(row.platform))
    if not _can_be_made_anew(row, connection):
        raise NotAllowed(_("There is no meeting of this one lesson that could be made anew."))
    same = Meeting.objects.filter(FREE, pk=row.pk, state=row.state)
    if not same.update(**_beginning(row, connection, State.ANEW)):
        raise Conflict
    _by_hand(booking_id)
    audit.record("meeting.made_anew", target=row.booking, actor_id=actor_id)


def _can_be_made_anew(row: Meeting, connection: CalendarConnection | None) -> bool:
    stands = row.booking.state in STANDING and row.booking.ends_at > timezone.now()
    alone = row.booking.group_id is None and row.platform != Platform.ROOM
    reached = connection is None or connection.state == CalendarConnection.State.ACTIVE
    had = reached and not _missing(Platform(row.platform), connection)
    return stands and alone and had and row.state not in UNSETTLED


def _beginning(
    row: Meeting, connection: CalendarConnection | None, to: Meeting.State
) -> dict[str, Any]:
    """From the start. An event in a calendar that was let go is out of our reach."""
    facts: dict[str, Any] = {"state": to, "connection": connection, "join_url": "", "problem": ""}
    if row.platform in _CALENDAR and row.connection_id is None:
        facts |= {"reference": "", "was_asked": False}
    return {**facts, "updated_at": Now()}


def _by_hand(booking_id: UUID) -> None:
    jobs.enqueue(
        JOB,
        key=f"{JOB}:{booking_id}:by-hand:{timezone.now().isoformat()}",
        args={"booking_id": str(booking_id)},
    )


@transaction.atomic
def again(rows: QuerySet[Meeting]) -> int:
    """An operator's second try for what failed, while the lesson is still to come."""
    now = timezone.now()
    coming = rows.filter(state=State.FAILED, booking__state__in=STANDING, booking__ends_at__gt=now)
    ids = []
    for row in coming.select_related("booking", "connection"):
        platform = Platform(row.platform)
        connection = row.connection or _connection(row.booking.tutor_id, platform)
        if _missing(platform, connection):
            continue
        # An event without a room gets none by being looked at again.
        to = State.ANEW if row.reference else State.WANTED
        same = Meeting.objects.filter(pk=row.pk, state=State.FAILED)
        same.update(**_beginning(row, connection, to))
        ids.append(row.pk)
    for booking_id in ids:
        _by_hand(booking_id)
    return len(ids)


@transaction.atomic
def reconcile() -> int:
    """Finds what was lost on the way: lessons without a meeting, meetings nobody works on. Each is
    asked for again, at most once an hour."""
    now = timezone.now()
    coming = Booking.objects.filter(state__in=STANDING, ends_at__gt=now)
    met = Meeting.objects.filter(booking=OuterRef("pk"))
    lost = coming.filter(~Exists(met), confirmed_at__lt=now - timedelta(minutes=1))
    ids = list(lost.values_list("pk", flat=True)[:_MOST])
    for booking in Booking.objects.filter(pk__in=ids).select_related("tutor__tutor_profile"):
        _ensure(booking)
    stuck = Q(state__in=UNSETTLED) | Q(state=State.FAILED, was_asked=True, platform="zoom")
    stuck &= Q(updated_at__lt=now - _STALE)
    ids += list(Meeting.objects.filter(stuck).values_list("pk", flat=True)[:_MOST])
    for booking_id in ids:
        jobs.enqueue(
            JOB,
            key=f"{JOB}:{booking_id}:again:{now:%Y%m%d%H}",
            args={"booking_id": str(booking_id)},
        )
    return len(ids)
