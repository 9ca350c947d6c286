"""What the two of a lesson are told about it, each in their own time zone."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from booking import invitations, queries
from booking.events import (
    BookingCancelled,
    BookingConfirmed,
    BookingDeclined,
    BookingDisputed,
    BookingLost,
    BookingMissed,
    BookingMoved,
    BookingReminded,
    BookingRequested,
    BookingResolved,
    MoveDeclined,
    MoveProposed,
    TutorReviewAnswered,
    TutorReviewWritten,
    WaitlistOffered,
)
from booking.models import Booking, LessonReview, MoveProposal, WaitlistEntry
from realtime.announcements import Announcement, Attachment, Facts, TextLike, Told, declare, said
from realtime.staff_news import who_may_act
from tutorme.core.events import Event

SEE = _("See the lesson")


def _booking(pk: UUID) -> Booking:
    return Booking.objects.select_related("tutor", "student", "lesson_type").get(pk=pk)


def _at(moment: datetime, reader: User) -> Facts:
    return {"at": moment.isoformat(), "zone": reader.time_zone}


def _told(key: str, row: Booking, reader: User, **more: Any) -> Told:
    other = row.student if reader.pk == row.tutor_id else row.tutor
    facts = {
        "what": row.lesson_type.title,
        "who": other.display_name,
        "when": _at(row.starts_at, reader),
        "booking": str(row.pk),
        "reader": str(reader.pk),
        **more,
    }
    return Told(reader.pk, f"{key}:{reader.pk}", facts, reverse("lesson-booking", args=[row.pk]))


def _key(event: Any) -> str:
    kind = getattr(event, "kind", "")
    return f"{event.name}:{event.booking_id}:{event.version}:{kind}"


def _both(event: Any, **more: Any) -> list[Told]:
    row = _booking(event.booking_id)
    return [_told(_key(event), row, reader, **more) for reader in (row.tutor, row.student)]


def _tutor(event: Any) -> list[Told]:
    row = _booking(event.booking_id)
    return [_told(_key(event), row, row.tutor)]


def _student(event: Any) -> list[Told]:
    row = _booking(event.booking_id)
    return [_told(_key(event), row, row.student)]


def _moved(event: BookingMoved) -> list[Told]:
    row = _booking(event.booking_id)
    return [
        _told(_key(event), row, reader, before=_at(event.was_at, reader))
        for reader in (row.tutor, row.student)
    ]


def _lost(event: BookingLost) -> list[Told]:
    """With up to three other times of the same tutor, near the one that is gone."""
    row = _booking(event.booking_id)
    near = queries.instead_of(row, now=timezone.now())
    told = _told(
        f"{event.name}:{row.pk}:{event.version}:{event.was_paid}",
        row,
        row.student,
        was_paid=event.was_paid,
        instead=[_at(start, row.student) for start in near],
    )
    page = reverse("book", args=[row.tutor.username.lower()])
    return [replace(told, url=f"{page}?kind={row.lesson_type_id}")]


def _lost_words(facts: Facts) -> Facts:
    locale = get_language() or "en"
    times = [str(said(at, locale)) for at in facts["instead"]]
    free = _("Free instead: %(times)s.") % {"times": "; ".join(times)} if times else ""
    money = (
        _("All of your money goes back to you.") if facts["was_paid"] else _("Nothing was taken.")
    )
    return {**facts, "money": money, "free": free}


def _was_agreed(event: BookingCancelled) -> list[Told]:
    """A time that was held and let go before anything was agreed is nobody's news."""
    row = _booking(event.booking_id)
    return _both(event) if row.confirmed_at else []


def _reminded(*kinds: str) -> Callable[[BookingReminded], list[Told]]:
    def who(event: BookingReminded) -> list[Told]:
        return _both(event) if event.kind in kinds else []

    return who


def _asked_for_review(event: BookingReminded) -> list[Told]:
    return _student(event) if event.kind == "review" else []


def _missed_by(who: str) -> Callable[[BookingMissed], list[Told]]:
    def told(event: BookingMissed) -> list[Told]:
        return _both(event) if event.who == who else []

    return told


def _disputed(event: BookingDisputed) -> list[Told]:
    """The other one; both, where the house asks what happened."""
    row = _booking(event.booking_id)
    people = (row.tutor, row.student)
    return [_told(_key(event), row, each) for each in people if each.pk != event.opened_by]


def _staff(event: BookingDisputed) -> list[Told]:
    row = _booking(event.booking_id)
    facts: Facts = {"what": row.lesson_type.title, "who": row.tutor.display_name}
    url = reverse("admin:booking_lessondispute_change", args=[event.dispute_id])
    people = who_may_act("dispute-opened")
    return [Told(pk, f"{_key(event)}:staff:{pk}", facts, url) for pk in people]


def _resolved(event: BookingResolved) -> list[Told]:
    return _both(event, percent=event.refund_percent)


def _proposed(event: MoveProposed) -> list[Told]:
    made = MoveProposal.objects.get(pk=event.proposal_id)
    row = _booking(event.booking_id)
    reader = row.student if event.proposed_by == row.tutor_id else row.tutor
    key = f"move-proposed:{made.pk}"
    return [_told(key, row, reader, wanted=_at(made.starts_at, reader))]


def _proposal_declined(event: MoveDeclined) -> list[Told]:
    row = _booking(event.booking_id)
    reader = row.tutor if event.proposed_by == row.tutor_id else row.student
    return [_told(f"move-declined:{event.proposal_id}", row, reader)]


def _offered(event: WaitlistOffered) -> list[Told]:
    entry = WaitlistEntry.objects.get(pk=event.entry_id)
    row = _booking(event.booking_id)
    until = _at(event.until, row.student)
    return [_told(f"waitlist-offered:{entry.pk}", row, row.student, until=until)]


def _review(pk: UUID) -> LessonReview:
    return LessonReview.objects.select_related("tutor", "student").get(pk=pk)


def _reviewed(event: TutorReviewWritten) -> list[Told]:
    row = _review(event.review_id)
    facts = {"who": row.student.display_name, "stars": row.stars}
    return [Told(row.tutor_id, f"tutor-review-written:{row.pk}", facts, _page_of(row.tutor))]


def _answered(event: TutorReviewAnswered) -> list[Told]:
    row = _review(event.review_id)
    facts = {"who": row.tutor.display_name}
    return [Told(row.student_id, f"review-answered:{row.pk}", facts, _page_of(row.tutor))]


def _page_of(tutor: User) -> str:
    return reverse("tutor-reviews", args=[tutor.username.lower()])


def _invites(method: invitations.Method) -> Callable[[Facts], list[Attachment]]:
    """What puts the lesson into its reader's calendar, moves it there or takes it out."""

    def attached(facts: Facts) -> list[Attachment]:
        part = invitations.invitation_for(
            UUID(str(facts["booking"])), UUID(str(facts["reader"])), method
        )
        return [Attachment(part.name, part.media_type, part.content)]

    return attached


_INVITES = {"REQUEST": _invites("REQUEST"), "CANCEL": _invites("CANCEL")}


def _say(
    kind: str,
    event: type[Event],
    who: Callable[[Any], Iterable[Told]],
    title: TextLike,
    body: TextLike,
    *,
    mail: bool = True,
    action: TextLike = SEE,
    invites: invitations.Method | None = None,
    read_as: Callable[[Facts], Facts] | None = None,
) -> None:
    declare(
        Announcement(
            kind=kind,
            event=event,
            who=who,
            title=title,
            body=body,
            mail="booking" if mail else "",
            action=action if mail else "",
            attachments=_INVITES[invites] if invites else None,
            read_as=read_as,
        )
    )


_say(
    "booking-requested",
    BookingRequested,
    _tutor,
    _("%(who)s asks for a lesson"),
    _("%(what)s on %(when)s. Accept or decline within a day, or it lapses."),
    action=_("Answer"),
)
_say(
    "booking-confirmed",
    BookingConfirmed,
    _both,
    _("Confirmed: %(what)s, %(when)s"),
    _("Your lesson with %(who)s on %(when)s is confirmed."),
    invites="REQUEST",
)
_say(
    "booking-declined",
    BookingDeclined,
    _student,
    _("%(who)s cannot give this lesson"),
    _("%(what)s on %(when)s was declined. Anything you paid goes back in full."),
)
_say(
    "booking-lost",
    BookingLost,
    _lost,
    _("This time is gone: %(what)s, %(when)s"),
    _(
        "We are sorry: %(who)s has something else on %(when)s, which came up while you were "
        "paying. %(money)s %(free)s"
    ),
    action=_("Choose another time"),
    read_as=_lost_words,
)
_say(
    "booking-moved",
    BookingMoved,
    _moved,
    _("Moved: %(what)s, now %(when)s"),
    _("Your lesson with %(who)s moved from %(before)s to %(when)s."),
    invites="REQUEST",
)
_say(
    "booking-cancelled",
    BookingCancelled,
    _was_agreed,
    _("Cancelled: %(what)s, %(when)s"),
    _("Your lesson with %(who)s on %(when)s is cancelled. What is due back is on its way."),
    invites="CANCEL",
)
_say(
    "lesson-tomorrow",
    BookingReminded,
    _reminded("day_before"),
    _("Tomorrow: %(what)s, %(when)s"),
    _("Your lesson with %(who)s is on %(when)s."),
)
_say(
    "lesson-soon",
    BookingReminded,
    _reminded("hour_before"),
    _("In an hour: %(what)s"),
    _("Your lesson with %(who)s begins on %(when)s."),
)
_say(
    "review-asked",
    BookingReminded,
    _asked_for_review,
    _("How was your lesson with %(who)s?"),
    _("A few words help others to choose, and %(who)s to teach."),
    action=_("Write a review"),
)
_say(
    "tutor-missed",
    BookingMissed,
    _missed_by("tutor"),
    _("The tutor was not there: %(what)s, %(when)s"),
    _(
        "No tutor was seen in the first quarter of an hour. The whole price goes back to the "
        "student, with some credit. If this is wrong, say so within three days."
    ),
)
_say(
    "student-missed",
    BookingMissed,
    _missed_by("student"),
    _("The student was not there: %(what)s, %(when)s"),
    _(
        "No student was seen in the first quarter of an hour while the tutor waited. The lesson "
        "is charged. If this is wrong, say so within three days."
    ),
)
_say(
    "lesson-disputed",
    BookingDisputed,
    _disputed,
    _("What happened on %(when)s?"),
    _("The lesson %(what)s with %(who)s is being looked into. Its money waits until then."),
)
_say(
    "dispute-opened",
    BookingDisputed,
    _staff,
    _("To decide: %(what)s with %(who)s"),
    _("A lesson is disputed, or nobody was seen in it."),
    mail=False,
)
_say(
    "dispute-decided",
    BookingResolved,
    _resolved,
    _("Decided: %(what)s, %(when)s"),
    _("Of the price, %(percent)s per cent go back to the student. The reason is with the lesson."),
)
_say(
    "move-proposed",
    MoveProposed,
    _proposed,
    _("%(who)s would like another time"),
    _("%(what)s on %(when)s: could it be on %(wanted)s instead? Until you answer it stays."),
    action=_("Answer"),
)
_say(
    "move-declined",
    MoveDeclined,
    _proposal_declined,
    _("The lesson stays where it is"),
    _("%(who)s would rather keep %(what)s on %(when)s."),
)
_say(
    "waitlist-offered",
    WaitlistOffered,
    _offered,
    _("A time with %(who)s is free: %(when)s"),
    _("%(what)s on %(when)s is held for you until %(until)s. Then the next one is asked."),
    action=_("Take it"),
)
_say(
    "tutor-review-written",
    TutorReviewWritten,
    _reviewed,
    _("%(who)s wrote a review of you"),
    _("You were given %(stars)s of 5. You can answer once, in public."),
    mail=False,
)
_say(
    "review-answered",
    TutorReviewAnswered,
    _answered,
    _("%(who)s answered your review"),
    _("It stands below what you wrote."),
    mail=False,
)
