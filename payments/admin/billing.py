"""Plans are edited here; subscriptions are read, followed and ended through the services."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from payments.admin import acts
from payments.admin.facts import FactInline, MoneyAdmin
from payments.forms import PlanForm
from payments.models import (
    Plan,
    PlanVersion,
    Subscription,
    SubscriptionPeriod,
    SubscriptionRefund,
    SubscriptionTransition,
)
from payments.services import (
    plans,
)
from tutorme.core.gateways import GatewayMisconfigured, GatewayUnavailable
from tutorme.core.money import Money
from tutorme.core.read_only_admin import TracedAdmin


class VersionInline(FactInline):
    model = PlanVersion
    ordering = ("-number",)


@admin.register(Plan)
class PlanAdmin(TracedAdmin):
    form = PlanForm
    list_display = ("name", "price", "is_offered", "at_paypal")
    list_filter = ("is_offered",)
    search_fields = ("name", "slug")
    ordering = ("position", "slug")
    inlines = (VersionInline,)
    actions = ("sync",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Plan]:
        return super().get_queryset(request).prefetch_related("versions")  # type: ignore[no-any-return]

    def get_readonly_fields(self, request: HttpRequest, obj: Plan | None = None) -> tuple[str, ...]:
        return ("slug",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Plan | None = None) -> bool:
        """A plan leaves the price list; its subscribers keep it."""
        return False

    def save_model(self, request: HttpRequest, obj: Plan, form: PlanForm, change: Any) -> None:
        super().save_model(request, obj, form, change)
        plans.set_price(
            plan=obj,
            price=form.price,
            unit=form.cleaned_data["unit"],
            count=form.cleaned_data["every"],
            actor_id=request.user.pk,
        )
        if plans.pending():
            messages.info(request, _("Tell PayPal with the action of the list, or paypal_sync."))

    @admin.display(description=_("price"))
    def price(self, plan: Plan) -> str:
        newest = max(plan.versions.all(), key=lambda row: row.number, default=None)
        return newest.price.localized() if newest else ""

    @admin.display(description=_("known to PayPal"), boolean=True)
    def at_paypal(self, plan: Plan) -> bool:
        return {row.state for row in plan.versions.all()} <= {"active", "retired"}

    @admin.action(description=_("Tell PayPal of new and changed plans"), permissions=["change"])
    def sync(self, request: HttpRequest, _rows: QuerySet[Plan]) -> None:
        try:
            steps = plans.sync()
        except (GatewayUnavailable, GatewayMisconfigured) as error:
            messages.error(request, str(error))
            return
        for step in steps:
            told = messages.warning if step.problem else messages.info
            told(request, f"{step.plan} {step.price}: {step.problem or step.action}")
        if not steps:
            messages.info(request, _("PayPal's plans are in line."))


class PeriodInline(FactInline):
    model = SubscriptionPeriod
    ordering = ("-paid_at",)


class TransitionInline(FactInline):
    model = SubscriptionTransition


class SubscriptionRefundInline(FactInline):
    model = SubscriptionRefund


@admin.register(Subscription)
class SubscriptionAdmin(MoneyAdmin):
    list_display = ("id", "user", "plan", "state", "paid_through", "failures", "review")
    list_filter = ("state", "version__plan", ("review", admin.EmptyFieldListFilter))
    search_fields = ("id", "provider_subscription_id", "user__email", "periods__sale_id")
    list_select_related = ("user", "version__plan")
    ordering = ("-id",)
    inlines = (PeriodInline, TransitionInline)
    actions = (acts.settle_subscription, acts.resume, acts.cancel)

    @admin.display(description=_("plan"))
    def plan(self, row: Subscription) -> str:
        return row.version.plan.name


@admin.register(SubscriptionPeriod)
class SubscriptionPaymentAdmin(MoneyAdmin):
    """Payments of subscriptions, each with the time it bought; given back here."""

    list_display = ("paid_at", "payer", "plan", "total", "went_back", "state", "ends_at", "papers")
    list_filter = ("state", "version__plan", "currency")
    search_fields = ("sale_id", "subscription__id", "subscription__user__email")
    list_select_related = ("subscription__user", "version__plan")
    ordering = ("-paid_at",)
    inlines = (SubscriptionRefundInline,)
    actions = (acts.refund_period,)

    @admin.display(description=_("payer"))
    def payer(self, row: SubscriptionPeriod) -> str:
        return str(row.subscription.user)

    @admin.display(description=_("plan"))
    def plan(self, row: SubscriptionPeriod) -> str:
        return row.version.plan.name

    @admin.display(description=_("amount"))
    def total(self, row: SubscriptionPeriod) -> str:
        return row.amount.localized()

    @admin.display(description=_("went back"))
    def went_back(self, row: SubscriptionPeriod) -> str:
        back = Money(row.refunded_minor, row.currency)
        return back.localized() if back else ""

    def get_queryset(self, request: HttpRequest) -> QuerySet[SubscriptionPeriod]:
        rows: QuerySet[SubscriptionPeriod] = super().get_queryset(request)
        return rows.prefetch_related("documents")

    @admin.display(description=_("papers"))
    def papers(self, row: SubscriptionPeriod) -> SafeString:
        links = (
            (reverse("admin:payments_document_pdf", args=[paper.pk]), paper.label)
            for paper in row.papers
            if paper.sha256
        )
        return format_html_join(" ", '<a href="{}">{}</a>', links)


@admin.register(SubscriptionRefund)
class SubscriptionRefundAdmin(MoneyAdmin):
    list_display = ("created_at", "payer", "total", "as_credit", "state", "origin", "note")
    list_filter = ("state", "origin", "as_credit", "is_reversal")
    search_fields = ("period__sale_id", "provider_refund_id", "period__subscription__user__email")
    list_select_related = ("period__subscription__user",)
    ordering = ("-id",)
    actions = (acts.approve_period_refund, acts.reject_period_refund)

    @admin.display(description=_("payer"))
    def payer(self, row: SubscriptionRefund) -> str:
        return str(row.period.subscription.user)

    @admin.display(description=_("amount"))
    def total(self, row: SubscriptionRefund) -> str:
        return row.amount.localized()
