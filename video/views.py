"""A room's pages. The call needs a script; everything written in a room works without one."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from tutorme.core.errors import DomainError, NotFound
from video import queries
from video.forms import ChatForm, NotesForm, RatingForm, RoomForm
from video.models import CallRating, Presence, Room, RoomMember
from video.services import entry, rating, recordings, rooms, switching, talk, taping
from video.words import room_words

# Twilio's client speaks to Twilio's servers; on this page and no other.
_TWILIO = {"connect-src": ["https://*.twilio.com", "wss://*.twilio.com"]}


def viewer(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _own(request: HttpRequest, pk: UUID) -> RoomMember:
    """A page is for members; staff reads rooms in the admin."""
    room = Room.objects.of(request.user).filter(pk=pk).first()
    if room is None:
        raise Http404
    return entry.membership(user=request.user, room=room)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def room_list(request: HttpRequest) -> HttpResponse:
    user = viewer(request)
    hosts = user.is_tutor or user.is_admin
    form = RoomForm(request.POST or None, host=user) if hosts else None
    status = 200
    if request.method == "POST":
        if form is None:
            raise Http404
        made = _opened(form, user)
        if made is not None:
            return redirect("room", pk=made.pk)
        status = 422
    now = timezone.now()
    own = Room.objects.of(user).select_related("host")
    context = {
        "coming": own.coming(now).order_by("starts_at", "pk")[:50],
        "past": own.exclude(pk__in=Room.objects.coming(now).values("pk")).order_by("-starts_at")[
            :20
        ],
        "now": now,
        "form": form,
    }
    return render(request, "video/rooms.html", context, status=status)


def _opened(form: RoomForm, user: User) -> Room | None:
    if not form.is_valid():
        return None
    said = form.cleaned_data
    starts_at = said["starts_at"] or timezone.now()
    plan = rooms.Plan(said["title"], starts_at, said["minutes"], provider=settings.VIDEO_PROVIDER)
    try:
        return rooms.open_room(host=user, plan=plan, guest_ids=[each.pk for each in said["guests"]])
    except DomainError as error:
        form.add_error(None, error.detail)
        return None


@login_required
@require_safe
@csp_update(_TWILIO)  # type: ignore[arg-type]  # it passes on what a view takes
def room(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, _own(request, pk))


def _page(
    request: HttpRequest, member: RoomMember, error: DomainError | None = None
) -> HttpResponse:
    row, now = member.room, timezone.now()
    is_open = row.state == Room.State.OPEN and row.opens_at <= now < row.closes_at
    context = {
        "room": row,
        "member": member,
        "is_host": member.role == RoomMember.Role.HOST,
        "is_open": is_open,
        "is_early": row.state == Room.State.OPEN and now < row.opens_at,
        "members": queries.members(row),
        "here": queries.people_here(row.pk),
        "chat": queries.chat(row.pk),
        "recordings": row.recordings.exclude(state="deleted"),
        "can_tape": row.provider != Room.Provider.BUILTIN,
        "words": room_words(),
        "error": error,
        # Without a script, what others write is seen by loading anew.
        "refresh_seconds": None,
    }
    return render(request, "video/room.html", context, status=error.status if error else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def after(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Once one has left: how was it, and where to go from here."""
    member = _own(request, pk)
    said = CallRating.objects.filter(room=member.room, user=viewer(request)).first()
    initial = {"stars": said.stars, "trouble": said.trouble, "note": said.note} if said else None
    form, status = RatingForm(request.POST or None, initial=initial), 200
    if request.method == "POST":
        if form.is_valid():
            return _rated(request, member, form)
        status = 422
    context = {
        "room": member.room,
        "member": member,
        "form": form,
        "said": said,
        "was_there": Presence.objects.filter(member=member).exists(),
        "stays": queries.stays(member.room, now=timezone.now()),
        "can_return": member.room.state == Room.State.OPEN
        and timezone.now() < member.room.closes_at,
    }
    return render(request, "video/after.html", context, status=status)


def _rated(request: HttpRequest, member: RoomMember, form: RatingForm) -> HttpResponse:
    try:
        rating.rate(user=request.user, room_id=member.room_id, **form.cleaned_data)
    except DomainError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("Thank you. It helps to know how calls go."))
    return redirect("room-after", pk=member.room_id)


Act = Callable[[HttpRequest, RoomMember], Any]


def _does(act: Act, said: str = "") -> Callable[[HttpRequest, UUID], HttpResponse]:
    """A form of the room's page: done, and back to the page; refused, and the page says why."""

    @login_required
    @require_POST
    @csp_update(_TWILIO)  # type: ignore[arg-type]
    def view(request: HttpRequest, pk: UUID) -> HttpResponse:
        member = _own(request, pk)
        try:
            act(request, member)
        except NotFound as gone:
            raise Http404 from gone
        except DomainError as error:
            return _page(request, member, error)
        if said:
            messages.success(request, said)
        return redirect("room", pk=pk)

    return view  # type: ignore[return-value]  # the decorators forget what the path gives


def _say(request: HttpRequest, member: RoomMember) -> None:
    form = ChatForm(request.POST)
    if form.is_valid():
        talk.say(user=request.user, room_id=member.room_id, text=form.cleaned_data["text"])


def _write(request: HttpRequest, member: RoomMember) -> None:
    form = NotesForm(request.POST)
    if form.is_valid():
        talk.write_notes(user=request.user, room_id=member.room_id, **form.cleaned_data)


def _consent(request: HttpRequest, member: RoomMember) -> None:
    given = request.POST.get("consent") == "yes"
    taping.consent(user=request.user, room_id=member.room_id, given=given)


def _delete(request: HttpRequest, member: RoomMember) -> None:
    try:
        recording_id = UUID(request.POST.get("recording", ""))
    except ValueError as error:
        raise NotFound from error
    recordings.delete(user=request.user, room_id=member.room_id, recording_id=recording_id)


say = _does(_say)
write_notes = _does(_write)
consent = _does(_consent)
delete_recording = _does(_delete)
end = _does(lambda request, member: rooms.end(user=request.user, room_id=member.room_id))
take_over = _does(
    lambda request, member: switching.take_over(user=request.user, room_id=member.room_id)
)
