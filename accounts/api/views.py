"""Who the caller is."""

from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import session_facts
from accounts.api import serializers as shapes
from accounts.api.card import card
from accounts.models import User
from tutorme.core.access import ANYONE, Grant, Scope
from tutorme.core.api.views import ApiView


class SessionView(ApiView):
    access = {"get": Grant(ANYONE, Scope.OWN)}
    scope_area = "profile"

    @extend_schema(operation_id="auth_session", responses=shapes.SessionOut)
    def get(self, request: Request) -> Response:
        """Who the caller is."""
        user = request.user
        if not isinstance(user, User):
            return Response({"authenticated": False, "user": None, "entitlements": []})
        facts = session_facts.of(user.pk)
        return Response({"authenticated": True, "user": card(user), **facts})


class CsrfView(ApiView):
    access = {"get": Grant(ANYONE, Scope.ALL)}

    @extend_schema(operation_id="auth_csrf", responses=shapes.CsrfOut)
    def get(self, request: Request) -> Response:
        """The token a cookie client sends back with every write."""
        return Response({"csrf_token": get_token(request._request), "header": "X-CSRFToken"})
