"""Who may call what: one declaration per view drives permission, schema and the matrix test.

    class CourseViewSet(ApiViewSet):
        access = {
            "list": Grant(ANYONE, Scope.PUBLISHED),
            "create": Grant(TUTOR, Scope.OWN),
        }

An action without a grant is refused to everybody. A grant says who may call; which rows they
reach is the queryset's `visible_to`, and `scope` names that rule for readers and tests.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from tutorme.core.errors import TokenScopeMissing

if TYPE_CHECKING:
    # DRF imports this module while it builds that class.
    from rest_framework.views import APIView


class Actor(StrEnum):
    VISITOR = "visitor"
    STUDENT = "student"
    TUTOR = "tutor"
    ADMIN = "admin"


class Scope(StrEnum):
    ALL = "all"
    PUBLISHED = "published"
    OWN = "own"
    ENROLLED = "enrolled"
    TAUGHT = "taught"
    SIGNED = "signed"
    DESK = "desk"
    SECRET = "secret"  # noqa: S105  the name of a scope


ANYONE = frozenset(Actor)
SIGNED_IN = frozenset({Actor.STUDENT, Actor.TUTOR, Actor.ADMIN})
TUTOR = frozenset({Actor.TUTOR, Actor.ADMIN})
ADMIN = frozenset({Actor.ADMIN})


@dataclass(frozen=True)
class Grant:
    actors: frozenset[Actor]
    scope: Scope

    def as_json(self) -> dict[str, Any]:
        return {"actors": sorted(self.actors), "scope": str(self.scope)}


AccessMap = Mapping[str, Grant]


def actors_of(user: Any) -> frozenset[Actor]:
    """Every role a person has; roles are facts about the user, never a claim of the request."""
    if not getattr(user, "is_authenticated", False):
        return frozenset({Actor.VISITOR})
    roles = {Actor.STUDENT}
    if user.is_tutor:
        roles.add(Actor.TUTOR)
    if user.is_admin:
        roles.add(Actor.ADMIN)
    return frozenset(roles)


def action_of(view: "APIView", method: str) -> str:
    """A viewset's action, or the lower-case method of a plain view. HEAD reads as GET does."""
    return getattr(view, "action", None) or {"HEAD": "get"}.get(method, method.lower())


def grant_of(view: "APIView", method: str) -> Grant | None:
    access: AccessMap = getattr(view, "access", {})
    return access.get(action_of(view, method))


_READS = frozenset({"GET", "HEAD", "OPTIONS"})


def token_scope_of(view: "APIView", method: str) -> str:
    """What a personal token needs to call this: `courses:read`. Views belong to the area of their
    app unless they name another in `scope_area`."""
    area = getattr(view, "scope_area", "") or type(view).__module__.partition(".")[0]
    return f"{area}:{'read' if method in _READS else 'write'}"


def refuse_beyond_scopes(auth: Any, view: "APIView", method: str, grant: Grant) -> None:
    """Who comes with a personal token (`auth.scopes`) reaches what it names, and nothing that is
    for admins alone; others are not narrowed."""
    scopes: frozenset[str] | None = getattr(auth, "scopes", None)
    if scopes is None:
        return
    if token_scope_of(view, method) not in scopes or grant.actors == ADMIN:
        raise TokenScopeMissing


class DeclaredAccess(BasePermission):
    """The default permission: what `access` does not grant is denied."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if request.method == "OPTIONS" or not hasattr(view, (request.method or "").lower()):
            return True  # DRF answers: the description, or 405
        method = request.method or ""
        grant = grant_of(view, method)
        if grant is None or not grant.actors & actors_of(request.user):
            return False
        refuse_beyond_scopes(request.auth, view, method, grant)
        return True


class Everyone(BasePermission):
    """For the schema and its pages alone."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return request.method in {"GET", "HEAD", "OPTIONS"}
