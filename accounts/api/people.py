"""Accounts, for admins: made by invitation, listed, suspended with a reason."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from accounts.services import invitations, users
from tutorme.core.access import ADMIN, Grant, Scope, actors_of
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import OutputSerializer, SafeText, StrictSerializer, page_of
from tutorme.core.api.views import ApiViewSet, read_body, read_query
from tutorme.core.errors import NotAllowed, NotFound

ROLES = ("student", "tutor", "admin")


class UserIn(StrictSerializer):
    email = serializers.EmailField(max_length=254)
    display_name = SafeText(max_length=80)
    roles = serializers.ListField(
        child=serializers.ChoiceField(choices=ROLES), required=False, default=list, max_length=3
    )
    # Needed for the role `admin`: what the second admin reads.
    reason = SafeText(max_length=1000, multiline=True, required=False, allow_blank=True, default="")


class UserChangeIn(StrictSerializer):
    is_active = serializers.BooleanField()
    reason = SafeText(max_length=1000, multiline=True)


class UserOut(OutputSerializer):
    id = serializers.UUIDField()
    email = serializers.EmailField()
    username = serializers.CharField()
    display_name = serializers.CharField()
    is_active = serializers.BooleanField()
    is_invited = serializers.BooleanField()
    roles = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()


class UserQuery(StrictSerializer):
    search = SafeText(max_length=100, required=False, allow_blank=True)
    role = serializers.ChoiceField(choices=ROLES, required=False)
    is_active = serializers.BooleanField(required=False, allow_null=True, default=None)
    cursor = serializers.CharField(max_length=800, required=False)
    page_size = serializers.CharField(max_length=9, required=False)


class UserViewSet(ApiViewSet):
    access = {
        action: Grant(ADMIN, Scope.ALL)
        for action in ("list", "create", "retrieve", "partial_update")
    }
    limit_scope = {"create": "write", "partial_update": "write"}

    @extend_schema(operation_id="users_list", parameters=[UserQuery], responses=page_of(UserOut))
    def list(self, request: Request) -> Response:
        """Everybody, newest first."""
        page = CursorPage()
        rows = _chosen(request).select_related("tutor_profile")
        found = page.paginate_queryset(rows, request, self)
        return page.get_paginated_response([_shown(row) for row in found or []])

    @extend_schema(operation_id="users_create", request=UserIn, responses={201: UserOut})
    def create(self, request: Request) -> Response:
        """Make an account. Its owner is mailed a link that works once and chooses the password.
        The role `admin` is only proposed: no mail goes out until another admin approves."""
        assert isinstance(request.user, User)
        body = read_body(UserIn, request)
        roles = frozenset(body.pop("roles"))
        return Response(_shown(invitations.invite(actor=request.user, roles=roles, **body)), 201)

    @extend_schema(operation_id="users_read", responses=UserOut)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One account."""
        return Response(_shown(self._one(request, pk)))

    @extend_schema(operation_id="users_update", request=UserChangeIn, responses=UserOut)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Suspend or restore, with a reason; a suspended account is signed out at once."""
        assert isinstance(request.user, User)
        row, body = self._one(request, pk), read_body(UserChangeIn, request)
        if row.pk == request.user.pk or row.erased_at is not None:
            raise NotAllowed
        users.set_active(
            user=row, active=body["is_active"], actor_id=request.user.pk, reason=body["reason"]
        )
        return Response(_shown(row))

    def _one(self, request: Request, pk: UUID) -> User:
        rows = User.objects.visible_to(request.user).select_related("tutor_profile")
        row: User | None = rows.filter(pk=pk).first()
        if row is None:
            raise NotFound
        return row


def _chosen(request: Request) -> QuerySet[User]:
    asked = read_query(UserQuery, request)
    rows: QuerySet[User] = User.objects.visible_to(request.user)
    if words := asked.get("search"):
        rows = rows.filter(
            Q(email__istartswith=words)
            | Q(username__istartswith=words)
            | Q(display_name__istartswith=words)
        )
    if asked["is_active"] is not None:
        rows = rows.filter(is_active=asked["is_active"])
    role = asked.get("role")
    if role == "admin":
        rows = rows.filter(is_staff=True)
    elif role == "tutor":
        rows = rows.filter(tutor_profile__state="approved")
    return rows


def _shown(row: User) -> dict[str, Any]:
    names = ("email", "username", "display_name", "is_active", "created_at")
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in names},
        "is_invited": not row.has_usable_password() and row.erased_at is None,
        "roles": sorted(actors_of(row)),
    }
