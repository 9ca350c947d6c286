"""The pages of conversations. They work without a script; with one, news come by themselves."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from realtime import acquaintance
from realtime.forms import MessageForm, ReportForm
from realtime.models import Message
from realtime.queries import conversations as queries
from realtime.services import conversations, moderation
from realtime.uploads import DOCUMENT, PICTURE
from tutorme.core import idempotency
from tutorme.core.errors import DomainError, NotFound
from tutorme.core.files import storing

PAGE = require_http_methods(["GET", "HEAD", "POST"])
_SHOWN = 50
_LISTED = 50


@login_required
@require_safe
def conversation_list(request: HttpRequest) -> HttpResponse:
    begun = queries.of(request.user).filter(last_message_at__isnull=False)
    rows = queries.shown(list(begun.order_by("-last_message_at")[:_LISTED]))
    context = {"conversations": rows, "blocks": queries.blocked(request.user)}
    return render(request, "realtime/conversations.html", context)


@login_required
@require_POST
def begin(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """From a tutor's page or a lesson."""
    try:
        row = conversations.begin(user=_user(request), other_id=user_id)
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, error.detail)
        return redirect("conversations")
    return redirect("conversation", row.pk)


@login_required
@PAGE
def conversation(request: HttpRequest, pk: UUID) -> HttpResponse:
    form = MessageForm()
    if request.method == "POST":
        form = MessageForm(request.POST, request.FILES)
        if form.is_valid() and _sent(request, pk, form):
            if request.headers.get("X-Live"):
                return HttpResponse(status=204)
            return redirect("conversation", pk)
    return _thread(request, pk, form)


def _sent(request: HttpRequest, pk: UUID, form: MessageForm) -> bool:
    user = _user(request)
    try:
        files = [_stored(user, upload) for upload in form.cleaned_data["files"]]
        body = form.cleaned_data["body"]
        with idempotency.once(owner=str(user.pk), path=request.path, key=_key(form)) as is_new:
            if is_new:
                conversations.send(user=user, conversation_id=pk, body=body, file_ids=files)
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        form.add_error(None, error.detail)
        return False
    return True


def _key(form: MessageForm) -> str:
    """Of the words too: who goes back in the browser and writes something else says it anew."""
    said = form.cleaned_data
    files = [(upload.name, upload.size) for upload in said["files"]]
    return idempotency.fingerprint(repr((said["key"] or uuid4(), said["body"], files)).encode())


def _stored(user: User, upload: Any) -> UUID:
    """A picture is written anew; what is none is kept as a file."""
    is_picture = str(upload.content_type or "").startswith("image/")
    purpose = PICTURE if is_picture else DOCUMENT
    return storing.store(owner_id=user.pk, purpose=purpose, upload=upload).pk


def _thread(request: HttpRequest, pk: UUID, form: MessageForm) -> HttpResponse:
    row = _row(request, pk)
    shown = queries.messages(_asked_for(request, Message.objects.filter(conversation=pk)))
    if not _number(request, "before"):
        conversations.mark_read(user=_user(request), conversation_id=pk, seq=row["last_seq"])
    context = {"conversation": row, "shown": shown, "me": request.user.pk, "form": form}
    if request.headers.get("X-Live"):
        status = 422 if form.errors else 200
        return render(request, "realtime/messages.html", context, status=status)
    context |= _around(request, row, shown)
    return render(
        request, "realtime/conversation.html", context, status=422 if form.errors else 200
    )


def _asked_for(request: HttpRequest, written: QuerySet[Message]) -> list[Message]:
    """A page in the order of writing: the next after one, those before one, else the newest."""
    if "after" in request.GET:
        next_ones = written.filter(seq__gt=_number(request, "after"))
        return list(next_ones.order_by("seq")[:_SHOWN])
    if before := _number(request, "before"):
        written = written.filter(seq__lt=before)
    return list(written.order_by("-seq")[:_SHOWN])[::-1]


def _around(request: HttpRequest, row: dict[str, Any], shown: list[Any]) -> dict[str, Any]:
    other_id = row["with"]["user_id"]
    first = Message.objects.filter(conversation=row["id"], seq=1).values_list(
        "author_id", flat=True
    )
    asker = first.first()
    is_asked = row["state"] == "requested" and asker not in (None, request.user.pk)
    waits = row["state"] != "open" and asker == request.user.pk
    return {
        "ties": list(acquaintance.ties(_user(request).pk, other_id)),
        "is_asked": is_asked,
        "waits": waits,
        "is_blocked": queries.is_blocked_by(request.user, other_id),
        "is_last_mine": bool(shown) and shown[-1]["author_id"] == request.user.pk,
        "is_older": bool(_number(request, "before")),
        "page_size": _SHOWN,
        "older": f"?before={shown[0]['seq']}" if shown and shown[0]["seq"] > 1 else "",
        "report_form": ReportForm(),
    }


def _row(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    found = queries.of(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return queries.shown([found])[0]


def _number(request: HttpRequest, name: str) -> int:
    given = request.GET.get(name, "")
    return int(given[:9]) if given.isascii() and given.isdigit() else 0


@login_required
@require_POST
def answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Yes or no to somebody who asked."""
    accept = "accept" in request.POST
    return _done(
        request,
        pk,
        lambda: conversations.answer(user=_user(request), conversation_id=pk, accept=accept),
        _("You can write to each other now.") if accept else _("You said no."),
    )


@login_required
@require_POST
def block(request: HttpRequest, pk: UUID) -> HttpResponse:
    other_id = _row(request, pk)["with"]["user_id"]
    if "unblock" in request.POST:
        conversations.unblock(user=_user(request), other_id=other_id)
        messages.success(request, _("You can write to each other again."))
        return redirect("conversation", pk)
    return _done(
        request,
        pk,
        lambda: conversations.block(user=_user(request), other_id=other_id),
        _("Neither of you can write to the other any more."),
    )


@login_required
@require_POST
def report(request: HttpRequest, pk: UUID, message_id: UUID) -> HttpResponse:
    form = ReportForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    return _done(
        request,
        pk,
        lambda: moderation.report(user=_user(request), message_id=message_id, reason=reason),
        _("Thank you. Somebody will look at it."),
    )


def _done(request: HttpRequest, pk: UUID, act: Any, said: str) -> HttpResponse:
    try:
        act()
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, said)
    return redirect("conversation", pk)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
