"""The first page of the admin: what came in, what waits for a person, what is wrong. Every tile
leads to the list it counts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Count, Min, QuerySet, Sum
from django.db.models.functions import Now, TruncDate
from django.http import HttpRequest
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import AdminProposal, TutorReview, User
from booking.models import Booking, LessonDispute, ReviewReport
from courses.models import CourseReview, PostReport, RatingReport
from payments.models import (
    Dispute,
    LedgerAccount,
    Order,
    PayoutBatch,
    PayoutItem,
    Refund,
    SubscriptionRefund,
)
from realtime.models import MailDelivery, MessageReport
from tutorme.core import brands, breaker, invariants, metrics
from tutorme.core.models import InboxMessage, InvariantCheck, Job, OutboxDelivery
from tutorme.core.money import Money
from tutorme.web import charts

_MONTH = timedelta(days=30)
_SOON = timedelta(hours=24)
TextLike = str | Promise


@dataclass(frozen=True)
class Tile:
    """`lines` are what it says, the first in large letters; `alarm` asks for a person."""

    title: TextLike
    lines: list[TextLike]
    url: str
    alarm: bool = False


@dataclass(frozen=True)
class Part:
    title: TextLike
    tiles: list[Tile] = field(default_factory=list)


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's DASHBOARD_CALLBACK: of what they may open, for whoever looks."""
    parts = [
        Part(_("Money, last 30 days"), list(_money())),
        Part(_("Waits for a person"), list(_waiting())),
        Part(_("Today"), list(_today())),
        Part(_("Background"), list(_background())),
    ]
    for part in parts:
        part.tiles[:] = [tile for tile in part.tiles if _may_see(request.user, tile)]
    context["parts"] = [part for part in parts if part.tiles]
    if request.user.has_perm("core.view_job"):
        context["promises"] = list(_promises())
    if request.user.has_perm("accounts.view_user"):
        context["signups"] = signups()
    return context


def _may_see(user: Any, tile: Tile) -> bool:
    """The list it leads to; the page of health is for those who see jobs."""
    name = str(resolve(urlsplit(tile.url).path).url_name)
    if name == "admin-health":
        return bool(user.has_perm("core.view_job"))
    app, _, model = name.removesuffix("_changelist").partition("_")
    return bool(user.has_perm(f"{app}.view_{model}"))


def _list(model: str, **filters: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    return reverse(f"admin:{model}_changelist") + (f"?{query}" if query else "")


def _money() -> Iterator[Tile]:
    since = timezone.now() - _MONTH
    on = since.date().isoformat()
    came = Order.objects.filter(captured_at__gte=since).order_by()
    paid = _list("payments_order", captured_at__date__gte=on)
    yield Tile(_("Came in"), _sums(came, "amount_minor"), paid)
    back = Refund.objects.filter(state="completed", created_at__gte=since).order_by()
    yield Tile(
        _("Went back"),
        _sums(back, "amount_minor", "order__currency"),
        _list("payments_refund", state__exact="completed", created_at__date__gte=on),
    )
    held = LedgerAccount.objects.filter(kind__in=("escrow", "tutor_pending")).order_by()
    waiting = _list("payments_earning", state__in="escrow,pending")
    yield Tile(_("Held for tutors, now"), _sums(held, "balance_minor"), waiting)
    out = PayoutItem.objects.filter(state="success", finished_at__gte=since).order_by()
    yield Tile(
        _("Paid out"),
        _sums(out, "amount_minor", "batch__currency"),
        _list("payments_payoutbatch", finished_at__date__gte=on),
    )


def _sums(rows: QuerySet[Any], amount: str, currency: str = "currency") -> list[TextLike]:
    sums = rows.values_list(currency).annotate(total=Sum(amount)).order_by(currency)
    told = [Money(total, code).localized(get_language()) for code, total in sums if total and code]
    return list(told) or ["0"]


def _waiting() -> Iterator[Tile]:
    soon = Booking.objects.filter(state="pending_approval")
    closing = soon.filter(expires_at__lt=Now() + _SOON).count()
    told = ngettext("%(n)d ends within a day", "%(n)d end within a day", closing) % {"n": closing}
    yield _queue(
        _("Lesson requests"), soon, _list("booking_booking", state__exact="pending_approval"), told
    )
    for title, rows, url in (
        (
            _("Tutor applications"),
            TutorReview.objects.filter(state="open"),
            _list("accounts_tutorreview", state__exact="open"),
        ),
        (
            _("Admins to approve"),
            AdminProposal.objects.filter(state="open"),
            _list("accounts_adminproposal", state__exact="open"),
        ),
        (
            _("Refunds to decide"),
            Refund.objects.filter(state="proposed"),
            _list("payments_refund", state__exact="proposed"),
        ),
        (
            _("Refunds of subscriptions to decide"),
            SubscriptionRefund.objects.filter(state="proposed"),
            _list("payments_subscriptionrefund", state__exact="proposed"),
        ),
        (
            _("Payouts to approve"),
            PayoutBatch.objects.filter(state="draft"),
            _list("payments_payoutbatch", state__exact="draft"),
        ),
        (
            _("Orders to look at"),
            Order.objects.filter(state="review"),
            _list("payments_order", state__exact="review"),
        ),
        (
            _("Payers who complain"),
            Dispute.objects.filter(state="open"),
            _list("payments_dispute", state__exact="open"),
        ),
        (
            _("Lessons to decide about"),
            LessonDispute.objects.filter(state="open"),
            _list("booking_lessondispute", state__exact="open"),
        ),
        (
            _("Courses to look over"),
            CourseReview.objects.filter(state="submitted"),
            _list("courses_coursereview", state__exact="submitted"),
        ),
    ):
        yield _queue(title, rows, url)
    yield from _reported()


def _reported() -> Iterator[Tile]:
    """Words that somebody says should not stand."""
    for title, model, screen in (
        (_("Reported reviews of tutors"), ReviewReport, "booking_reviewreport"),
        (_("Reported reviews of courses"), RatingReport, "courses_ratingreport"),
        (_("Reported questions and answers"), PostReport, "courses_postreport"),
        (_("Reported messages"), MessageReport, "realtime_messagereport"),
    ):
        rows: QuerySet[Any] = model._default_manager.filter(state="open")
        yield _queue(title, rows, _list(screen, state__exact="open"))


def _queue(title: TextLike, rows: QuerySet[Any], url: str, *more: TextLike) -> Tile:
    count = rows.count()
    return Tile(title, [str(count), *(more if count else ())], url, alarm=bool(count))


def _today() -> Iterator[Tile]:
    today = timezone.localdate()
    lessons = Booking.objects.filter(starts_at__date=today)
    kept = lessons.filter(state__in=("confirmed", "in_progress", "completed")).count()
    url = _list("booking_booking", starts_at__date=today.isoformat())
    yield Tile(_("Lessons"), [str(kept)], url)
    came = User.objects.filter(created_at__date=today).count()
    new = _list("accounts_user", created_at__date=today.isoformat())
    yield Tile(_("Sign-ups"), [str(came)], new)
    sold = Order.objects.filter(captured_at__date=today).count()
    paid = _list("payments_order", captured_at__date=today.isoformat())
    yield Tile(_("Paid orders"), [str(sold)], paid)


def _background() -> Iterator[Tile]:
    week = timezone.now() - timedelta(days=7)
    for title, rows, url in (
        (
            _("Failed jobs, 7 days"),
            Job.objects.filter(state="failed", finished_at__gte=week),
            _list("core_job", state__exact="failed"),
        ),
        (
            _("Deliveries given up"),
            OutboxDelivery.objects.filter(state="dead"),
            _list("core_outboxdelivery", state__exact="dead"),
        ),
        (
            _("Webhooks given up"),
            InboxMessage.objects.filter(state="dead"),
            _list("core_inboxmessage", state__exact="dead"),
        ),
        (
            _("Mails, outcome unknown"),
            MailDelivery.objects.filter(state="unknown"),
            _list("realtime_maildelivery", state__exact="unknown"),
        ),
    ):
        yield _queue(title, rows, url)
    yield _webhooks_lag()
    yield from _providers()


def _webhooks_lag() -> Tile:
    waiting = InboxMessage.objects.filter(state="received")
    oldest = waiting.aggregate(at=Min("received_at"))["at"]
    minutes = int((timezone.now() - oldest).total_seconds() // 60) if oldest else 0
    told = ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    url = _list("core_inboxmessage", state__exact="received")
    return Tile(_("Webhooks wait"), [told], url, alarm=minutes > 5)


def _providers() -> Iterator[Tile]:
    called = {provider for provider, _outcome in metrics.calls()}
    words = {"closed": _("answers"), "open": _("is resting after failures")}
    for provider, state in breaker.states(called).items():
        said = words.get(state, _("is tried again"))
        title = brands.spelled(provider)
        yield Tile(title, [said], reverse("admin-health"), alarm=state != "closed")


def _promises() -> Iterator[dict[str, Any]]:
    """Each promise with what the last look found; one that was never looked at is unknown."""
    found = {row.name: row for row in InvariantCheck.objects.all()}
    for name, promise in invariants.known().items():
        row = found.get(name)
        yield {
            "says": promise.says,
            "state": row.state if row else "unknown",
            "offenders": row.offenders if row else [],
            "checked_at": row.checked_at if row else None,
        }


def signups(*, days: int = 30) -> charts.Chart:
    today = timezone.localdate()
    first = today - timedelta(days=days - 1)
    rows = User.objects.filter(created_at__date__gte=first).order_by()
    counts: dict[date, int] = dict(
        rows.annotate(on=TruncDate("created_at")).values_list("on").annotate(count=Count("pk"))
    )
    dates = [first + timedelta(days=number) for number in range(days)]
    return charts.bars(
        [(date_format(on, "j M"), str(counts.get(on, 0)), counts.get(on, 0)) for on in dates]
    )
