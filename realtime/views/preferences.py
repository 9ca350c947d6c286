"""What one wants to be told; and leaving by the link in a mail, signed in or not."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.models import User
from realtime import kinds
from realtime.errors import UnsubscribeInvalid
from realtime.forms import DeliveryForm, MatrixForm
from realtime.queries import preferences as queries
from realtime.services import bounces, preferences, unsubscribing

PAGE = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@PAGE
def page(request: HttpRequest) -> HttpResponse:
    user = _user(request)
    sent = request.POST if request.method == "POST" else None
    delivery = DeliveryForm(
        sent if sent and "digest" in sent else None, current=preferences.settings_of(user.pk)
    )
    if sent is not None and _saved(user, delivery, sent):
        messages.success(request, _("Your choice was saved."))
        return redirect("settings-notifications")
    context = {
        "form": delivery,
        "areas": queries.by_area(queries.matrix(user)),
        "zone": user.time_zone,
        "bounces": bounces.is_suppressed(user.email),
        "support_email": settings.SUPPORT_EMAIL,
    }
    status = 422 if delivery.errors else 200
    return render(request, "settings/notifications.html", context, status=status)


def _saved(user: User, delivery: DeliveryForm, sent: object) -> bool:
    if delivery.is_bound:
        if delivery.is_valid():
            changes = delivery.cleaned_data
            preferences.change_settings(user=user, changes=changes, now=timezone.now())
        return not delivery.errors
    choosable = kinds.choosable(user)
    matrix = MatrixForm(sent, kinds=choosable)
    matrix.is_valid()
    before = {row.kind.name: row for row in queries.matrix(user)}
    for kind in choosable:
        changes = matrix.changes(kind)
        if any(getattr(before[kind.name], name) != value for name, value in changes.items()):
            preferences.decide(user=user, kind=kind.name, changes=changes)
    return True


@csrf_exempt  # a mail program posts here by itself (RFC 8058); the token is the proof
@PAGE
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Looking changes nothing: mail programs fetch links before anybody presses them."""
    try:
        wanted = unsubscribing.read(token)
        if request.method == "POST":
            unsubscribing.leave(token)
    except UnsubscribeInvalid as error:
        raise Http404 from error
    label = next((k.label for k in kinds.every() if k.name == wanted.kind), "")
    context = {"label": label, "done": request.method == "POST"}
    return render(request, "realtime/unsubscribe.html", context)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
