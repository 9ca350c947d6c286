"""Plans, and the signed-in person's subscriptions."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from payments.api import billing_serializers as shapes
from payments.errors import PlanNotOffered
from payments.models import Plan, PlanVersion, Subscription
from payments.services import subscription_wishes as wishes
from payments.services import subscriptions
from tutorme.core.access import ANYONE, SIGNED_IN, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import page_of
from tutorme.core.api.views import ApiView, ApiViewSet, Idempotency, read_body
from tutorme.core.errors import NotFound

State = Subscription.State


def plan_card(version: PlanVersion) -> dict[str, Any]:
    return {
        "slug": version.plan.slug,
        "name": version.plan.name,
        "description": version.plan.description,
        "features": version.plan.features,
        "price": version.price.as_json(),
        "every": version.count,
        "unit": version.unit,
    }


def card(row: Subscription) -> dict[str, Any]:
    return {
        "id": row.pk,
        "state": row.state,
        "plan": plan_card(row.version),
        "next_plan": plan_card(row.next_version) if row.next_version else None,
        "is_paused": row.paused_at is not None,
        "approve_url": (row.approve_url or None) if row.state == State.APPROVAL_PENDING else None,
        "change_url": row.change_url or None,
        "owed": row.owed.as_json(),
        "failures": row.failures,
        "next_try_at": row.next_try_at,
        "next_billing_at": row.next_billing_at,
        "paid_through": row.paid_through,
        "access_until": row.access_until,
        "created_at": row.created_at,
    }


def detail(row: Subscription) -> dict[str, Any]:
    paid = row.periods.select_related("version__plan").prefetch_related("documents")
    periods = [
        {
            "id": one.pk,
            "plan": one.version.plan.slug,
            "amount": one.amount.as_json(),
            "state": one.state,
            "paid_at": one.paid_at,
            "starts_at": one.starts_at,
            "ends_at": one.ends_at,
            "papers": [
                {"id": paper.pk, "kind": paper.kind, "number": paper.label}
                for paper in one.papers
                if paper.sha256
            ],
        }
        for one in paid.order_by("-paid_at")
    ]
    return {**card(row), "periods": periods}


class PlansView(ApiView):
    access = {"get": Grant(ANYONE, Scope.PUBLISHED)}
    cache_control = "public, max-age=60"

    @extend_schema(operation_id="plans_list", responses=shapes.PlanOut(many=True))
    def get(self, request: Request) -> Response:
        """What can be subscribed to today, in the order of the price list."""
        rows = PlanVersion.objects.filter(state="active", plan__is_offered=True)
        rows = rows.select_related("plan").order_by("plan__position", "plan__slug")
        return Response([plan_card(version) for version in rows])


class SubscriptionViewSet(ApiViewSet):
    access = dict.fromkeys(
        ("list", "create", "retrieve", "cancel", "suspend", "activate", "change"),
        Grant(SIGNED_IN, Scope.OWN),
    )
    idempotency = dict.fromkeys(
        ("create", "cancel", "suspend", "activate", "change"), Idempotency.REQUIRED
    )
    page_ordering = ("-id",)

    @extend_schema(operation_id="subscriptions_list", responses=page_of(shapes.SubscriptionOut))
    def list(self, request: Request) -> Response:
        """One's subscriptions, newest first."""
        page = CursorPage()
        mine = Subscription.objects.of(request.user).select_related(*_SHOWN)
        rows = page.paginate_queryset(mine, request, self) or []
        return page.get_paginated_response([card(row) for row in rows])

    @extend_schema(
        operation_id="subscriptions_create",
        request=shapes.SubscribeIn,
        responses={201: shapes.SubscriptionOut},
    )
    def create(self, request: Request) -> Response:
        """Subscribe to a plan at today's price. Send the payer to `approve_url`; it opens with the
        first payment. Asking again gives the same agreement; one at a time."""
        plan = self._plan(request)
        row = subscriptions.subscribe(user=request.user, plan=plan)
        return Response(card(self._row(request, row.pk)), status=201)

    @extend_schema(operation_id="subscriptions_read", responses=shapes.SubscriptionDetailOut)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One subscription with what was paid."""
        return Response(detail(self._row(request, pk)))

    @extend_schema(
        operation_id="subscriptions_cancel", request=None, responses=shapes.SubscriptionOut
    )
    def cancel(self, request: Request, pk: UUID) -> Response:
        """No further payment; what was paid for stays open to `paid_through`. Final."""
        return self._do(request, pk, wishes.cancel)

    @extend_schema(
        operation_id="subscriptions_suspend", request=None, responses=shapes.SubscriptionOut
    )
    def suspend(self, request: Request, pk: UUID) -> Response:
        """Pause: nothing is taken while it rests. Once a cycle, else 409 `paused-before`."""
        return self._do(request, pk, wishes.pause)

    @extend_schema(
        operation_id="subscriptions_activate", request=None, responses=shapes.SubscriptionOut
    )
    def activate(self, request: Request, pk: UUID) -> Response:
        """Take up again after a pause, or after failed payments by paying what is owed: 402 where
        the bank refuses, 409 `cannot-resume` where PayPal closed it."""
        return self._do(request, pk, wishes.resume)

    @extend_schema(
        operation_id="subscriptions_change",
        request=shapes.SubscribeIn,
        responses=shapes.SubscriptionOut,
    )
    def change(self, request: Request, pk: UUID) -> Response:
        """Ask for another plan: the payer agrees at `change_url`, the next payment begins it."""
        plan, row = self._plan(request), self._row(request, pk)
        wishes.change(row=row, plan=plan, actor=request.user)
        return Response(card(self._row(request, pk)))

    def _do(self, request: Request, pk: UUID, act: Callable[..., Subscription]) -> Response:
        act(row=self._row(request, pk), actor=request.user)
        return Response(card(self._row(request, pk)))

    def _plan(self, request: Request) -> Plan:
        slug = read_body(shapes.SubscribeIn, request)["plan"]
        plan = Plan.objects.filter(slug=slug).first()
        if plan is None:
            raise PlanNotOffered
        return plan

    def _row(self, request: Request, pk: UUID) -> Subscription:
        rows = Subscription.objects.of(request.user).select_related(*_SHOWN)
        row = rows.filter(pk=pk).first()
        if row is None:
            raise NotFound
        return row


_SHOWN = ("version__plan", "next_version__plan")
