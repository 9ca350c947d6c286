"""External courses, their learners, and lists of learners on their way in."""

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from certificates import downloads, learner_lists, queries
from certificates.api import shapes
from certificates.errors import ListTooLong
from certificates.models import (
    CertificateTemplate,
    ExternalCourse,
    Learner,
    LearnerImport,
    Organization,
)
from certificates.services import enrolling, external_courses, imports
from tutorme.core.access import ADMIN, SIGNED_IN, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import page_of
from tutorme.core.api.views import (
    IF_MATCH,
    ApiView,
    ApiViewSet,
    Idempotency,
    etag,
    read_body,
    read_query,
    require_match,
)
from tutorme.core.errors import InvalidInput, NotFound

_PREVIEWED = 5


def tag(row: ExternalCourse) -> str:
    return etag("external-course", row.pk, row.revision)


def course_card(row: ExternalCourse) -> dict[str, Any]:
    plain = (*external_courses.FIELDS, "id", "created_at", "archived_at")
    return {**{name: getattr(row, name) for name in plain}, "template": row.template_id}


def _course(pk: UUID) -> ExternalCourse:
    row = ExternalCourse.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def _facts(body: dict[str, Any]) -> dict[str, Any]:
    wanted = body.pop("template", None) if "template" in body else False
    if wanted is False:
        return body
    if wanted and not CertificateTemplate.objects.filter(pk=wanted).exists():  # type: ignore[misc]
        row = {"pointer": "/template", "code": "unknown", "detail": "There is no such version."}
        raise InvalidInput(errors=[row])
    return {**body, "template_id": wanted}


class ExternalCourseViewSet(ApiViewSet):
    access = {
        "list": Grant(SIGNED_IN, Scope.DESK),
        "retrieve": Grant(SIGNED_IN, Scope.DESK),
        "create": Grant(ADMIN, Scope.ALL),
        "partial_update": Grant(ADMIN, Scope.ALL),
        "destroy": Grant(ADMIN, Scope.ALL),
        "learners": Grant(SIGNED_IN, Scope.DESK),
    }

    @extend_schema(
        operation_id="external_courses_list", responses=page_of(shapes.ExternalCourseOut)
    )
    def list(self, request: Request) -> Response:
        """Courses that are taught on Graphy and certified here; for desks those that are open."""
        page = CursorPage()
        rows = self._visible(request)
        found = page.paginate_queryset(rows, request, self) or []
        return page.get_paginated_response([course_card(row) for row in found])

    @extend_schema(operation_id="external_courses_read", responses=shapes.ExternalCourseOut)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One course. Its ETag goes into If-Match of an edit."""
        row = self._visible(request).filter(pk=pk).first()
        if row is None:
            raise NotFound
        return Response(course_card(row), headers={"ETag": tag(row)})

    def _visible(self, request: Request) -> Any:
        """Nobody without a desk has any business with them."""
        if getattr(request.user, "is_admin", False):
            return ExternalCourse.objects.all()
        if not Organization.objects.visible_to(request.user).exists():
            return ExternalCourse.objects.none()
        return ExternalCourse.objects.open()

    @extend_schema(
        operation_id="external_courses_create",
        request=shapes.ExternalCourseIn,
        responses={201: shapes.ExternalCourseOut},
    )
    def create(self, request: Request) -> Response:
        """Add a course, under Graphy's id of it."""
        facts = _facts(read_body(shapes.ExternalCourseIn, request))
        row = external_courses.create(facts=facts, actor_id=request.user.pk)
        row.refresh_from_db()
        return Response(course_card(row), status=201, headers={"ETag": tag(row)})

    @extend_schema(
        operation_id="external_courses_update",
        parameters=[IF_MATCH],
        request=shapes.CoursePatch,
        responses=shapes.ExternalCourseOut,
    )
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change a course. Certificates that were issued keep what they say."""
        row = _course(pk)
        changes = _facts(read_body(shapes.CoursePatch, request))
        require_match(request, tag(row))
        row = external_courses.edit(course=row, changes=changes, actor_id=request.user.pk)
        return Response(course_card(row), headers={"ETag": tag(row)})

    @extend_schema(operation_id="external_courses_delete", responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Remove a course; one with learners is archived instead."""
        external_courses.remove(course=_course(pk), actor_id=request.user.pk)
        return Response(status=204)

    @extend_schema(
        operation_id="external_courses_learners",
        parameters=[shapes.LearnersQuery],
        responses=page_of(shapes.LearnerOut),
    )
    def learners(self, request: Request, pk: UUID) -> Response:
        """A course's learners, newest first; a desk sees its own organisation's."""
        asked = read_query(shapes.LearnersQuery, request)
        rows = Learner.objects.visible_to(request.user).present().filter(course_id=pk)
        found = queries.learners(rows, state=asked.get("state", ""), text=asked.get("q", ""))
        page = CursorPage()
        shown = page.paginate_queryset(found, request, self) or []
        return page.get_paginated_response([queries.learner_card(row) for row in shown])


class LearnerRetryView(ApiView):
    access = {"post": Grant(SIGNED_IN, Scope.DESK)}

    @extend_schema(operation_id="learners_retry", request=None, responses=shapes.LearnerOut)
    def post(self, request: Request, pk: UUID) -> Response:
        """Put a learner on Graphy again whom Graphy refused."""
        rows = Learner.objects.visible_to(request.user).select_related("course")
        row = rows.filter(pk=pk).first()
        if row is None:
            raise NotFound
        assert request.user.pk is not None
        enrolling.try_again(learner=row, actor_id=request.user.pk)
        row.refresh_from_db()
        return Response(queries.learner_card(row))


class ImportStartView(ApiView):
    access = {"post": Grant(SIGNED_IN, Scope.DESK)}
    parser_classes = (MultiPartParser,)
    # The same file is the same import; the body is too large to be compared.
    idempotency = Idempotency.NONE
    limit_scope = {"post": "write"}

    @extend_schema(
        operation_id="external_courses_import",
        request={"multipart/form-data": shapes.ImportIn},
        responses={202: shapes.ImportOut},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Send a list of learners (CSV: name, email, organization_website; at most 5,000 rows). It
        is checked in the background; nothing is written before it is committed."""
        body = read_body(shapes.ImportIn, request)
        course = ExternalCourse.objects.open().filter(pk=pk).first()
        organization = _sender(request, body.get("organization"))
        if course is None:
            raise NotFound
        upload = body["file"]
        if upload.size > learner_lists.MOST_BYTES:
            raise ListTooLong(most_bytes=learner_lists.MOST_BYTES)
        assert request.user.pk is not None
        batch = imports.start(
            course=course,
            organization=organization,
            actor_id=request.user.pk,
            data=upload.read(),
            encoding=body.get("encoding", ""),
            delimiter=body.get("delimiter", ""),
        )
        batch.refresh_from_db()
        return Response(import_card(batch), status=202)


def _sender(request: Request, organization_id: UUID | None) -> Organization | None:
    """Whose desk it comes from. Admins alone may send for all."""
    if organization_id is None and getattr(request.user, "is_admin", False):
        return None
    desks = Organization.objects.visible_to(request.user).open()
    found = desks.filter(pk=organization_id).first() if organization_id else None
    if found is None:
        raise NotFound
    return found


class ImportViewSet(ApiViewSet):
    access = dict.fromkeys(
        ("list", "retrieve", "commit", "discard", "undo", "problems"),
        Grant(SIGNED_IN, Scope.DESK),
    )

    @extend_schema(operation_id="learner_imports_list", responses=page_of(shapes.ImportOut))
    def list(self, request: Request) -> Response:
        """Imports of one's organisations, newest first."""
        page = CursorPage()
        rows = LearnerImport.objects.visible_to(request.user)
        found = page.paginate_queryset(rows, request, self) or []
        return page.get_paginated_response([import_card(row) for row in found])

    @extend_schema(operation_id="learner_imports_read", responses=shapes.ImportDetailOut)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One import: what was found in it, its problems by cause, and its first rows."""
        batch = self._batch(request, pk)
        first = batch.lines.order_by("line").values("name", "email", "website")[:_PREVIEWED]
        more = {"problems": queries.problems_of(batch), "preview": [*first]}
        return Response({**import_card(batch), **more})

    @extend_schema(
        operation_id="learner_imports_commit",
        request=shapes.CommitIn,
        responses={202: shapes.ImportOut},
    )
    def commit(self, request: Request, pk: UUID) -> Response:
        """Let the checked rows in. With bad rows in the list, say that the valid ones will do."""
        body = read_body(shapes.CommitIn, request)
        batch = self._batch(request, pk)
        assert request.user.pk is not None
        imports.commit(batch=batch, actor_id=request.user.pk, **body)
        return Response(import_card(self._batch(request, pk)), status=202)

    @extend_schema(operation_id="learner_imports_discard", request=None, responses=shapes.ImportOut)
    def discard(self, request: Request, pk: UUID) -> Response:
        """Throw a list away that was not committed."""
        assert request.user.pk is not None
        imports.discard(batch=self._batch(request, pk), actor_id=request.user.pk)
        return Response(import_card(self._batch(request, pk)))

    @extend_schema(
        operation_id="learner_imports_undo", request=None, responses={202: shapes.ImportOut}
    )
    def undo(self, request: Request, pk: UUID) -> Response:
        """Within 24 hours of the commit: withdraw whom the list let in, but who completed."""
        assert request.user.pk is not None
        imports.undo(batch=self._batch(request, pk), actor_id=request.user.pk)
        return Response(import_card(self._batch(request, pk)), status=202)

    @extend_schema(
        operation_id="learner_imports_problems",
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    def problems(self, request: Request, pk: UUID) -> HttpResponseBase:
        """The bad rows as a CSV: line, column, cause, and what stands there."""
        return downloads.problems(self._batch(request, pk))

    def _batch(self, request: Request, pk: UUID) -> LearnerImport:
        row = LearnerImport.objects.visible_to(request.user).filter(pk=pk).first()
        if row is None:
            raise NotFound
        return row


def import_card(row: LearnerImport) -> dict[str, Any]:
    plain = (
        "id", "state", "encoding", "delimiter", "rows", "good_rows", "known_rows", "bad_rows",
        "problem", "created_at", "committed_at", "undone_at",
    )  # fmt: skip
    links = {"course": row.course_id, "organization": row.organization_id, "job": row.job_id}
    return {**{name: getattr(row, name) for name in plain}, **links}
