"""The directory of tutors, and one's own page in it."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from accounts.api import tutor_shapes as shapes
from accounts.models import TutorProfile, User
from accounts.queries import checklist, tutors
from accounts.services import tutor_profile, tutor_review
from tutorme.core.access import ANYONE, SIGNED_IN, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.views import IF_MATCH, ApiView, etag, not_modified, read_query, require_match
from tutorme.core.errors import NotFound


class TutorsView(ApiView):
    access = {"get": Grant(ANYONE, Scope.PUBLISHED)}
    limit_scope = "search"
    cache_control = "private, no-cache"

    @extend_schema(
        operation_id="tutors_list",
        parameters=[shapes.TutorQuery],
        responses=shapes.TutorPageOut,
    )
    def get(self, request: Request) -> Response:
        """Search and browse approved tutors; conditional by ETag. `facets` say how many tutors
        each further choice would leave. Prices compare by their number: nothing is converted."""
        asked = read_query(shapes.TutorQuery, request)
        size = CursorPage().get_page_size(request)
        asked.pop("page_size", None)
        cursor = asked.pop("cursor", "")
        renamed = {{"q": "text", "ordering": "order"}.get(k, k): v for k, v in asked.items()}
        found = tutors.search(tutors.Wanted(**renamed), cursor=cursor, size=size)
        body = {
            "next": _page_link(request, found.next),
            "previous": _page_link(request, found.previous),
            "results": [shapes.card(row) for row in found.cards],
            "count": found.count,
            "facets": found.by,
            "corrected": found.corrected,
        }
        tag = etag(body)
        if not_modified(request, tag):
            return Response(status=304, headers={"ETag": tag})
        return Response(body, headers={"ETag": tag})


def _page_link(request: Request, cursor: str) -> str | None:
    return replace_query_param(request.build_absolute_uri(), "cursor", cursor) if cursor else None


class TutorView(ApiView):
    access = {"get": Grant(ANYONE, Scope.PUBLISHED)}
    cache_control = "private, no-cache"

    @extend_schema(operation_id="tutors_read", responses=shapes.TutorOut)
    def get(self, request: Request, tutor_id: UUID) -> Response:
        """One approved tutor's page; conditional by ETag."""
        profile = tutors.public_tutor(tutor_id)
        if profile is None:
            raise NotFound
        subjects, languages = tutors.taught_by([profile.pk])
        body = shapes.public(
            profile, subjects[profile.pk], languages[profile.pk], url_of(profile) or ""
        )
        tag = etag(body)
        if not_modified(request, tag):
            return Response(status=304, headers={"ETag": tag})
        return Response(body, headers={"ETag": tag})


def url_of(profile: TutorProfile) -> str | None:
    """The address of the page, once there is one."""
    if not profile.is_approved:
        return None
    return reverse("tutor", args=[profile.user.username.lower()])


class OwnTutorProfileView(ApiView):
    access = {method: Grant(SIGNED_IN, Scope.OWN) for method in ("get", "put", "patch")}

    @extend_schema(operation_id="me_tutor_profile", responses=shapes.OwnTutorOut)
    def get(self, request: Request) -> Response:
        """One's own tutor profile, an empty draft where none was begun; conditional by ETag."""
        profile = _own(request)
        tag = _tag(profile)
        if not_modified(request, tag):
            return Response(status=304, headers={"ETag": tag})
        return shown(profile)

    @extend_schema(
        operation_id="me_tutor_profile_replace",
        parameters=[IF_MATCH],
        request=shapes.TutorProfileIn,
        responses=shapes.OwnTutorOut,
    )
    def put(self, request: Request) -> Response:
        """Replace all of it; needs If-Match. Of an approved tutor, changes of who they are wait
        for the site under `pending`."""
        return self._write(request, partial=False)

    @extend_schema(
        operation_id="me_tutor_profile_update",
        parameters=[IF_MATCH],
        request=shapes.TutorProfileIn,
        responses=shapes.OwnTutorOut,
    )
    def patch(self, request: Request) -> Response:
        """Change some fields; needs If-Match."""
        return self._write(request, partial=True)

    def _write(self, request: Request, *, partial: bool) -> Response:
        assert isinstance(request.user, User)
        reader = shapes.TutorProfileIn(data=request.data, partial=partial)
        reader.is_valid(raise_exception=True)
        profile = tutor_profile.update(
            user=request.user,
            changes=plain(reader.validated_data),
            check=lambda current: require_match(request, _tag(current)),
        )
        return shown(profile)


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """Ordered mappings of the serializer as the JSON they will be kept as."""
    found = dict(values)
    for name in ("certifications", "subjects", "languages"):
        if name in found:
            found[name] = [dict(row) for row in found[name]]
    return found


class SubmitTutorProfileView(ApiView):
    access = {"post": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(
        operation_id="me_tutor_profile_submit", request=None, responses=shapes.OwnTutorOut
    )
    def post(self, request: Request) -> Response:
        """Apply to teach. 409 `application-incomplete` names what is `missing`."""
        assert isinstance(request.user, User)
        return shown(tutor_review.submit(user=request.user))


def _own(request: Request) -> TutorProfile:
    assert isinstance(request.user, User)
    found: TutorProfile | None = TutorProfile.objects.filter(pk=request.user.pk).first()
    profile = found or TutorProfile(user=request.user)
    profile.user = request.user
    return profile


def _tag(profile: TutorProfile) -> str:
    return etag(profile.pk, profile.version)


def shown(profile: TutorProfile) -> Response:
    body = shapes.own(
        profile, tutor_profile.latest_review(profile), checklist.of(profile), url_of(profile)
    )
    return Response(body, headers={"ETag": _tag(profile)})
