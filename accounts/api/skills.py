"""One's skills, and the subjects they may be named after."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Level, Skill, Subject, User
from accounts.services import skills
from tutorme.core.access import ANYONE, SIGNED_IN, Grant, Scope
from tutorme.core.api.serializers import OutputSerializer, SafeText, StrictSerializer
from tutorme.core.api.views import ApiView, ApiViewSet, etag, not_modified, read_body
from tutorme.core.errors import NotFound


class SkillIn(StrictSerializer):
    name = SafeText(max_length=60)
    level = serializers.ChoiceField(choices=Level.choices)


class SkillOut(OutputSerializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    level = serializers.ChoiceField(choices=Level.choices)


class SubjectOut(OutputSerializer):
    slug = serializers.CharField()
    name = serializers.CharField()
    family = serializers.ChoiceField(choices=Subject.Family.choices)


class SkillViewSet(ApiViewSet):
    scope_area = "profile"
    access = {
        action: Grant(SIGNED_IN, Scope.OWN)
        for action in ("list", "create", "retrieve", "partial_update", "destroy")
    }
    limit_scope = {"create": "write", "partial_update": "write"}

    @extend_schema(operation_id="me_skills", responses=SkillOut(many=True))
    def list(self, request: Request) -> Response:
        """All of one's skills, by name; there are fifty at most."""
        rows = Skill.objects.visible_to(request.user).order_by("name_key")
        return Response(list(rows.values("id", "name", "level")))

    @extend_schema(operation_id="me_skills_add", request=SkillIn, responses={201: SkillOut})
    def create(self, request: Request) -> Response:
        """Add a skill. One that differs in case, accents or width alone is there already: 409."""
        assert isinstance(request.user, User)
        row = skills.add(user=request.user, **read_body(SkillIn, request))
        return Response(_shown(row), status=201)

    @extend_schema(operation_id="me_skills_read", responses=SkillOut)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One skill."""
        return Response(_shown(self._own(request, pk)))

    @extend_schema(operation_id="me_skills_update", request=SkillIn, responses=SkillOut)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change its level or how it is written."""
        row = self._own(request, pk)
        reader = SkillIn(data=request.data, partial=True)
        reader.is_valid(raise_exception=True)
        return Response(_shown(skills.change(skill=row, changes=reader.validated_data)))

    @extend_schema(operation_id="me_skills_remove", responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Take it off the list."""
        skills.remove(skill=self._own(request, pk))
        return Response(status=204)

    def _own(self, request: Request, pk: UUID) -> Skill:
        row = Skill.objects.visible_to(request.user).filter(pk=pk).first()
        if row is None:
            raise NotFound
        return row


def _shown(row: Skill) -> dict[str, Any]:
    return {"id": row.pk, "name": row.name, "level": row.level}


class SubjectsView(ApiView):
    access = {"get": Grant(ANYONE, Scope.PUBLISHED)}
    cache_control = "public, max-age=300"

    @extend_schema(operation_id="subjects", responses=SubjectOut(many=True))
    def get(self, request: Request) -> Response:
        """What can be learned here: the words for skills, tutors and courses."""
        rows = list(Subject.objects.offered().order_by("name").values("slug", "name", "family"))
        tag = etag(rows)
        if not_modified(request, tag):
            return Response(status=304, headers={"ETag": tag})
        return Response(rows, headers={"ETag": tag})
