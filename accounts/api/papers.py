"""The papers of one's application to teach."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import TutorPaper, User
from accounts.services import tutor_papers
from tutorme.core.access import SIGNED_IN, Grant, Scope
from tutorme.core.api.serializers import OutputSerializer, SafeText, StrictSerializer
from tutorme.core.api.views import ApiViewSet, read_body
from tutorme.core.errors import NotFound
from tutorme.core.files import serving


class PaperIn(StrictSerializer):
    title = SafeText(max_length=160)
    file = serializers.UUIDField()


class PaperOut(OutputSerializer):
    id = serializers.UUIDField()
    title = serializers.CharField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    link = serializers.CharField()
    created_at = serializers.DateTimeField()


class PaperViewSet(ApiViewSet):
    scope_area = "profile"
    access = {action: Grant(SIGNED_IN, Scope.OWN) for action in ("list", "create", "destroy")}
    limit_scope = {"create": "write", "destroy": "write"}

    @extend_schema(operation_id="me_tutor_papers", responses=PaperOut(many=True))
    def list(self, request: Request) -> Response:
        """One's papers, oldest first; there are twelve at most. A `link` ends after an hour or
        two."""
        rows = TutorPaper.objects.visible_to(request.user).select_related("file")
        return Response([_shown(row) for row in rows])

    @extend_schema(operation_id="me_tutor_papers_add", request=PaperIn, responses={201: PaperOut})
    def create(self, request: Request) -> Response:
        """Show the site a paper: `file` is the id of an upload for `tutor-paper`. Never public."""
        assert isinstance(request.user, User)
        given = read_body(PaperIn, request)
        row = tutor_papers.add(user=request.user, title=given["title"], file_id=given["file"])
        return Response(_shown(row), status=201)

    @extend_schema(operation_id="me_tutor_papers_remove", responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Take a paper away; its file goes with it."""
        row = TutorPaper.objects.visible_to(request.user).filter(pk=pk).first()
        if row is None:
            raise NotFound
        tutor_papers.remove(paper=row)
        return Response(status=204)


def _shown(row: TutorPaper) -> dict[str, Any]:
    return {
        "id": row.pk,
        "title": row.title,
        "name": row.file.name,
        "content_type": row.file.content_type,
        "size": row.file.size,
        "link": serving.signed_link(row.file),
        "created_at": row.created_at,
    }
