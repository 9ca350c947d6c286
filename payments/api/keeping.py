"""For those who keep the books: the ledger, refunds above the limit, payouts, gifts. Moving money
wants a sign-in, or a proof at `auth/reauthenticate/`, minutes old."""

from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.security import require_recent
from payments.api import shapes
from payments.api.buying import lot_card, refund_card
from payments.api.serializers import RefundIn
from payments.models import (
    LedgerTransaction,
    PayoutBatch,
    Refund,
    SubscriptionPeriod,
    SubscriptionRefund,
)
from payments.services import credits, payouts, refunds, subscription_refunds
from tutorme.core.access import ADMIN, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import page_of
from tutorme.core.api.views import ApiView, ApiViewSet, Idempotency, read_body
from tutorme.core.errors import InvalidInput, NotFound


class LedgerView(ApiViewSet):
    access = {"list": Grant(ADMIN, Scope.ALL)}
    page_ordering = ("-id",)

    @extend_schema(operation_id="ledger", responses=page_of(shapes.TransactionOut))
    def list(self, request: Request) -> Response:
        """The books, newest first: every transaction with its lines, which sum to zero."""
        page = CursorPage()
        rows = LedgerTransaction.objects.select_related("seal").prefetch_related("entries__account")
        found = page.paginate_queryset(rows, request, self) or []
        return page.get_paginated_response([_transaction(row) for row in found])


def _transaction(row: LedgerTransaction) -> dict[str, Any]:
    seal = getattr(row, "seal", None)
    return {
        "id": row.pk,
        "kind": row.kind,
        "reference": row.reference,
        "currency": row.currency,
        "order": row.order_id,
        "memo": row.memo,
        "created_at": row.created_at,
        "seal": f"{seal.sequence}:{seal.digest}" if seal else None,
        "entries": [
            {
                "account": entry.account.kind,
                "owner": entry.account.owner_id,
                "amount": entry.amount_minor,
            }
            for entry in row.entries.all()
        ],
    }


class RefundViewSet(ApiViewSet):
    access = {"approve": Grant(ADMIN, Scope.ALL), "reject": Grant(ADMIN, Scope.ALL)}
    idempotency = {"approve": Idempotency.REQUIRED}

    @extend_schema(operation_id="refunds_approve", request=None, responses=shapes.RefundRowOut)
    def approve(self, request: Request, pk: UUID) -> Response:
        """A second person's yes to a refund above the limit; it is carried out at once."""
        require_recent(request)
        return Response(refund_card(refunds.approve(refund_id=self._one(pk), actor=request.user)))

    @extend_schema(operation_id="refunds_reject", request=None, responses=shapes.RefundRowOut)
    def reject(self, request: Request, pk: UUID) -> Response:
        """A second person's no."""
        return Response(refund_card(refunds.reject(refund_id=self._one(pk), actor=request.user)))

    def _one(self, pk: UUID) -> UUID:
        if not Refund.objects.filter(pk=pk).exists():
            raise NotFound
        return pk


class SubscriptionPaymentViewSet(ApiViewSet):
    access = {"refund": Grant(ADMIN, Scope.ALL)}
    idempotency = {"refund": Idempotency.REQUIRED}

    @extend_schema(
        operation_id="subscription_payments_refund",
        request=RefundIn,
        responses=shapes.SubscriptionRefundOut,
    )
    def refund(self, request: Request, pk: UUID) -> Response:
        """Give a payment of a subscription back, all or part; the subscription goes on. Above the
        site's limit it comes back `proposed` and waits for a second person."""
        require_recent(request)
        body = read_body(RefundIn, request)
        period = SubscriptionPeriod.objects.filter(pk=pk).first()
        if period is None:
            raise NotFound
        row = subscription_refunds.refund(
            period=period,
            amount=body.get("amount"),
            note=body["reason"],
            actor=request.user,
            as_credit=body["as_credit"],
        )
        return Response(_subscription_refund(row))


class SubscriptionRefundViewSet(ApiViewSet):
    access = {"approve": Grant(ADMIN, Scope.ALL), "reject": Grant(ADMIN, Scope.ALL)}
    idempotency = {"approve": Idempotency.REQUIRED}

    @extend_schema(
        operation_id="subscription_refunds_approve",
        request=None,
        responses=shapes.SubscriptionRefundOut,
    )
    def approve(self, request: Request, pk: UUID) -> Response:
        """A second person's yes to a refund above the limit; it is carried out at once."""
        require_recent(request)
        row = subscription_refunds.approve(refund_id=self._one(pk), actor=request.user)
        return Response(_subscription_refund(row))

    @extend_schema(
        operation_id="subscription_refunds_reject",
        request=None,
        responses=shapes.SubscriptionRefundOut,
    )
    def reject(self, request: Request, pk: UUID) -> Response:
        """A second person's no."""
        row = subscription_refunds.reject(refund_id=self._one(pk), actor=request.user)
        return Response(_subscription_refund(row))

    def _one(self, pk: UUID) -> UUID:
        if not SubscriptionRefund.objects.filter(pk=pk).exists():
            raise NotFound
        return pk


def _subscription_refund(row: SubscriptionRefund) -> dict[str, Any]:
    return {
        "id": row.pk,
        "payment": row.period_id,
        "state": row.state,
        "amount": row.amount.as_json(),
        "as_credit": row.as_credit,
    }


class PayoutBatchViewSet(ApiViewSet):
    access = {
        "list": Grant(ADMIN, Scope.ALL),
        "approve": Grant(ADMIN, Scope.ALL),
        "reject": Grant(ADMIN, Scope.ALL),
    }
    idempotency = {"approve": Idempotency.REQUIRED}
    page_ordering = ("-id",)

    @extend_schema(operation_id="payout_batches", responses=page_of(shapes.BatchOut))
    def list(self, request: Request) -> Response:
        """All payouts, newest first."""
        page = CursorPage()
        rows = PayoutBatch.objects.prefetch_related("approvals")
        found = page.paginate_queryset(rows, request, self) or []
        return page.get_paginated_response([_batch(row) for row in found])

    @extend_schema(operation_id="payout_batches_approve", request=None, responses=shapes.BatchOut)
    def approve(self, request: Request, pk: UUID) -> Response:
        """One person's yes: never the requester's, never a payee's, two above the limit. It is
        sent in the background."""
        require_recent(request)
        return Response(_batch(payouts.approve(batch_id=self._one(pk), actor=request.user)))

    @extend_schema(
        operation_id="payout_batches_reject",
        request=shapes.RejectionIn,
        responses=shapes.BatchOut,
    )
    def reject(self, request: Request, pk: UUID) -> Response:
        """No: the money is back on the balances."""
        body = read_body(shapes.RejectionIn, request)
        batch = payouts.reject(batch_id=self._one(pk), actor=request.user, reason=body["reason"])
        return Response(_batch(batch))

    def _one(self, pk: UUID) -> UUID:
        if not PayoutBatch.objects.filter(pk=pk).exists():
            raise NotFound
        return pk


def _batch(row: PayoutBatch) -> dict[str, Any]:
    return {
        "id": row.pk,
        "state": row.state,
        "total": row.total.as_json(),
        "approvals": len(row.approvals.all()),
        "approvals_needed": payouts.approvals_needed(row),
        "provider_batch_id": row.provider_batch_id,
        "created_at": row.created_at,
    }


class CreditGrantView(ApiView):
    access = {"post": Grant(ADMIN, Scope.ALL)}
    idempotency = Idempotency.REQUIRED

    @extend_schema(
        operation_id="credit_grant", request=shapes.GrantIn, responses={201: shapes.LotOut}
    )
    def post(self, request: Request) -> Response:
        """Give somebody credit, with a reason; nobody gives it to themselves."""
        require_recent(request)
        body = read_body(shapes.GrantIn, request)
        owner = get_user_model().objects.filter(pk=body["user"], is_active=True).first()
        if owner is None or not body["amount"]:
            row = {"pointer": "/user", "code": "invalid", "detail": "Name a person and an amount."}
            raise InvalidInput(errors=[row])
        lot = credits.grant(
            owner=owner,
            amount=body["amount"],
            reason=body["reason"],
            actor=request.user,
            key=f"{request.user.pk}:{request.headers['Idempotency-Key']}",
            days=body.get("days"),
        )
        return Response(lot_card(lot), status=201)
