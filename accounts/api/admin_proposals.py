"""Who is proposed as an admin, and another admin's decision."""

from collections.abc import Callable
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import AdminProposal, User
from accounts.services import admin_proposals
from tutorme.core.access import ADMIN, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import OutputSerializer, SafeText, StrictSerializer, page_of
from tutorme.core.api.views import ApiViewSet, read_body, read_query
from tutorme.core.errors import NotFound


class AdminProposalIn(StrictSerializer):
    user = serializers.UUIDField()
    reason = SafeText(max_length=1000, multiline=True)


class AdminDecisionIn(StrictSerializer):
    reason = SafeText(max_length=1000, multiline=True)


class AdminProposalOut(OutputSerializer):
    id = serializers.UUIDField()
    user = serializers.UUIDField(source="user_id")
    proposed_by = serializers.UUIDField(source="proposed_by_id")
    reason = serializers.CharField()
    state = serializers.ChoiceField(choices=AdminProposal.State.choices)
    decided_by = serializers.UUIDField(source="decided_by_id", allow_null=True)
    decision = serializers.CharField()
    decided_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class AdminProposalQuery(StrictSerializer):
    state = serializers.ChoiceField(choices=AdminProposal.State.choices, required=False)
    cursor = serializers.CharField(max_length=800, required=False)
    page_size = serializers.CharField(max_length=9, required=False)


class AdminProposalViewSet(ApiViewSet):
    """For admins; what changes anything, for superusers (the service asks)."""

    access = {
        action: Grant(ADMIN, Scope.ALL)
        for action in ("list", "create", "approve", "decline", "withdraw")
    }
    limit_scope = dict.fromkeys(("create", "approve", "decline", "withdraw"), "write")

    @extend_schema(
        operation_id="admin_proposals_list",
        parameters=[AdminProposalQuery],
        responses=page_of(AdminProposalOut),
    )
    def list(self, request: Request) -> Response:
        """All that were ever made, newest first."""
        asked = read_query(AdminProposalQuery, request)
        rows = AdminProposal.objects.visible_to(request.user)
        if state := asked.get("state"):
            rows = rows.filter(state=state)
        page = CursorPage()
        found = page.paginate_queryset(rows, request, self)
        return page.get_paginated_response(AdminProposalOut(found or [], many=True).data)

    @extend_schema(
        operation_id="admin_proposals_create",
        request=AdminProposalIn,
        responses={201: AdminProposalOut},
    )
    def create(self, request: Request) -> Response:
        """Propose somebody who has an account. Nothing changes until another admin approves."""
        assert isinstance(request.user, User)
        body = read_body(AdminProposalIn, request)
        person = User.objects.visible_to(request.user).filter(pk=body["user"]).first()
        if person is None:
            raise NotFound
        row = admin_proposals.propose(actor=request.user, user=person, reason=body["reason"])
        return Response(AdminProposalOut(row).data, 201)

    @extend_schema(
        operation_id="admin_proposals_approve", request=AdminDecisionIn, responses=AdminProposalOut
    )
    def approve(self, request: Request, pk: UUID) -> Response:
        """Make them an admin. Whoever proposed it cannot; an account without a password is mailed
        its link now."""
        return _decided(admin_proposals.approve, request, pk)

    @extend_schema(
        operation_id="admin_proposals_decline", request=AdminDecisionIn, responses=AdminProposalOut
    )
    def decline(self, request: Request, pk: UUID) -> Response:
        """Leave them what they are. The proposal is kept."""
        return _decided(admin_proposals.decline, request, pk)

    @extend_schema(
        operation_id="admin_proposals_withdraw", request=AdminDecisionIn, responses=AdminProposalOut
    )
    def withdraw(self, request: Request, pk: UUID) -> Response:
        """Take back what oneself proposed."""
        return _decided(admin_proposals.withdraw, request, pk)


def _decided(act: Callable[..., AdminProposal], request: Request, pk: UUID) -> Response:
    body = read_body(AdminDecisionIn, request)
    row = act(proposal_id=pk, actor=request.user, reason=body["reason"])
    return Response(AdminProposalOut(row).data)
