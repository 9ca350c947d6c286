"""The studio: a draft is asked for, followed, edited, and accepted part by part."""

from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ai import briefs, costs, lessons
from ai.api import serializers, shapes
from ai.gateways import chat
from ai.models import Draft, Node, Run
from ai.queries import drafts as reading
from ai.services import accepting, asking, drafts, quotas, solving
from courses.api.authoring import revision_named, tag_of
from courses.models import Course, LessonDraft
from courses.services import drafting
from tutorme.core.access import SIGNED_IN, TUTOR, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import page_of
from tutorme.core.api.views import IF_MATCH, ApiView, read_body
from tutorme.core.errors import NotFound

MINE = Grant(TUTOR, Scope.OWN)
_RUN = tuple(shapes.RunOut().fields)


def own_draft(request: Request, draft_id: UUID) -> Draft:
    rows = Draft.objects.visible_to(request.user).select_related("job", "course")
    found = rows.filter(pk=draft_id).first()
    if found is None:
        raise NotFound
    return found


def own_node(request: Request, draft_id: UUID, key: str) -> Node:
    draft = own_draft(request, draft_id)
    rows = draft.nodes.select_related("draft", "edited_by", "approved_by")
    node = rows.filter(key=key).first()
    if node is None:
        raise NotFound
    return node


def lesson_for(user: Any, lesson_id: UUID | None) -> LessonDraft | None:
    """A lesson of one of this author's courses."""
    if lesson_id is None:
        return None
    found = drafting.lesson_draft(Course.objects.editable_by(user), lesson_id)
    if found is None:
        raise NotFound
    return found


def answer(draft: Draft, status: int = 200) -> Response:
    headers = {"ETag": tag_of(draft.revision)}
    if status == 202:
        headers["Location"] = f"/api/v1/ai/drafts/{draft.pk}/"
    shape = reading.detail(draft, asking.spent(draft))
    return Response(shape, status=status, headers=headers)


class _Begin(ApiView):
    access = {"post": MINE}
    limit_scope = "ai"

    def begin(self, request: Request, brief: briefs.Brief, body: Any, **more: Any) -> Response:
        draft = drafts.begin(
            author=request.user,
            brief=brief,
            materials=body["materials"],
            key=request.headers.get("Idempotency-Key", ""),
            **more,
        )
        return answer(draft, 202)


class CoursesView(_Begin):
    @extend_schema(
        operation_id="ai_courses_begin",
        request=serializers.CourseBriefIn,
        responses={202: shapes.DraftDetailOut},
    )
    def post(self, request: Request) -> Response:
        """Ask for a course: first its outline, which you edit before lessons are written."""
        body = read_body(serializers.CourseBriefIn, request)
        course = None
        if body.get("course"):
            course = Course.objects.editable_by(request.user).filter(pk=body["course"]).first()
            if course is None:
                raise NotFound
        return self.begin(request, briefs.course(body), body, course=course)


class ExercisesView(_Begin):
    @extend_schema(
        operation_id="ai_exercises_begin",
        request=serializers.ExerciseBriefIn,
        responses={202: shapes.DraftDetailOut},
    )
    def post(self, request: Request) -> Response:
        """Ask for exercises with hints and solutions."""
        body = read_body(serializers.ExerciseBriefIn, request)
        lesson = lesson_for(request.user, body.get("lesson"))
        brief = briefs.practice("exercise", body, lesson)
        return self.begin(request, brief, body, course=lesson.course if lesson else None)


class QuizzesView(_Begin):
    @extend_schema(
        operation_id="ai_quizzes_begin",
        request=serializers.QuizBriefIn,
        responses={202: shapes.DraftDetailOut},
    )
    def post(self, request: Request) -> Response:
        """Ask for a quiz."""
        body = read_body(serializers.QuizBriefIn, request)
        lesson = lesson_for(request.user, body.get("lesson"))
        brief = briefs.practice("quiz", body, lesson)
        return self.begin(request, brief, body, course=lesson.course if lesson else None)


class EstimateView(ApiView):
    access = {"post": MINE}

    @extend_schema(
        operation_id="ai_estimate",
        request=serializers.CourseBriefIn,
        responses=shapes.EstimateOut,
    )
    def post(self, request: Request) -> Response:
        """What a course may cost, before it is asked for."""
        body = read_body(serializers.CourseBriefIn, request)
        brief = {**briefs.course(body), "materials": body["materials"]}
        return Response(costs.estimate(brief).as_json())


class UsageView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(operation_id="ai_usage", responses=shapes.UsageOut)
    def get(self, request: Request) -> Response:
        """What of today's allowance is used, and whether a model is there at all."""
        assert request.user.pk is not None
        return Response({"is_on": chat.is_configured(), **quotas.standing(request.user.pk)})


class DraftsView(ApiView):
    access = {"get": MINE}

    @extend_schema(operation_id="ai_drafts_list", responses=page_of(shapes.DraftOut))
    def get(self, request: Request) -> Response:
        """One's drafts, newest first."""
        page = CursorPage()
        rows = Draft.objects.visible_to(request.user).annotate(spent=Sum("runs__cost_micros"))
        found = page.paginate_queryset(rows.defer("outline", "brief"), request, self)
        shown = [reading.summary(row, row.spent or 0) for row in found or []]
        return page.get_paginated_response(shown)


class DraftView(ApiView):
    access = {"get": MINE, "patch": MINE}

    @extend_schema(operation_id="ai_drafts_read", responses=shapes.DraftDetailOut)
    def get(self, request: Request, draft_id: UUID) -> Response:
        """A draft with its outline and the standing of each part."""
        return answer(own_draft(request, draft_id))

    @extend_schema(
        operation_id="ai_drafts_edit",
        parameters=[IF_MATCH],
        request=serializers.OutlineIn,
        responses=shapes.DraftDetailOut,
    )
    def patch(self, request: Request, draft_id: UUID) -> Response:
        """Your own outline, before the lessons are written. On the revision of If-Match."""
        draft = own_draft(request, draft_id)
        body = read_body(serializers.OutlineIn, request)
        drafts.edit_outline(
            draft=draft,
            outline=body["outline"],
            actor=request.user,
            revision=revision_named(request),
        )
        return answer(own_draft(request, draft_id))


class LessonsView(ApiView):
    access = {"post": MINE}

    @extend_schema(
        operation_id="ai_drafts_write", request=None, responses={202: shapes.DraftDetailOut}
    )
    def post(self, request: Request, draft_id: UUID) -> Response:
        """The outline stands: write the lessons."""
        drafts.write_lessons(draft=own_draft(request, draft_id))
        return answer(own_draft(request, draft_id), 202)


class StopView(ApiView):
    access = {"post": MINE}

    @extend_schema(operation_id="ai_drafts_stop", request=None, responses=shapes.DraftDetailOut)
    def post(self, request: Request, draft_id: UUID) -> Response:
        """Stop at the next step; what is written is kept."""
        drafts.stop(draft=own_draft(request, draft_id))
        return answer(own_draft(request, draft_id))


class ResumeView(ApiView):
    access = {"post": MINE}

    @extend_schema(
        operation_id="ai_drafts_resume", request=None, responses={202: shapes.DraftDetailOut}
    )
    def post(self, request: Request, draft_id: UUID) -> Response:
        """Go on at the part that failed."""
        drafts.resume(draft=own_draft(request, draft_id))
        return answer(own_draft(request, draft_id), 202)


class RejectView(ApiView):
    access = {"post": MINE}

    @extend_schema(operation_id="ai_drafts_reject", request=None, responses=shapes.DraftDetailOut)
    def post(self, request: Request, draft_id: UUID) -> Response:
        """Throw a draft away. Lessons that were accepted stay."""
        drafts.reject(draft=own_draft(request, draft_id))
        return answer(own_draft(request, draft_id))


class AcceptView(ApiView):
    access = {"post": MINE}

    @extend_schema(
        operation_id="ai_drafts_accept",
        request=serializers.NodesIn,
        responses=shapes.DraftDetailOut,
    )
    def post(self, request: Request, draft_id: UUID) -> Response:
        """Take lessons into the course's draft. Nothing is published by this."""
        draft = own_draft(request, draft_id)
        body = read_body(serializers.NodesIn, request)
        if "nodes" not in body:
            accepting.accept_ready(draft=draft, actor=request.user)
        for key in body.get("nodes", []):
            node = own_node(request, draft_id, key)
            accepting.accept(node=node, actor=request.user, looked=body["looked"])
        return answer(own_draft(request, draft_id))


class AttachView(ApiView):
    access = {"post": MINE}

    @extend_schema(
        operation_id="ai_drafts_attach",
        request=serializers.AttachIn,
        responses=shapes.DraftDetailOut,
    )
    def post(self, request: Request, draft_id: UUID) -> Response:
        """Put exercises or a quiz beside a lesson of one of your courses."""
        draft = own_draft(request, draft_id)
        body = read_body(serializers.AttachIn, request)
        lesson = lesson_for(request.user, body["lesson"])
        assert lesson is not None
        accepting.attach(draft=draft, lesson=lesson, actor=request.user, looked=body["looked"])
        return answer(own_draft(request, draft_id))


class ExportView(ApiView):
    access = {"get": MINE}

    @extend_schema(operation_id="ai_drafts_export", responses=shapes.ExportOut)
    def get(self, request: Request, draft_id: UUID) -> Response:
        """Exercises or a quiz as a file: Markdown with solutions, or the quiz courses import."""
        draft = own_draft(request, draft_id)
        node = draft.nodes.filter(kind=Node.Kind.SET, content__isnull=False).first()
        if node is None:
            raise NotFound
        name, text = lessons.export(node)
        return Response({"name": name, "text": text})


class RunsView(ApiView):
    access = {"get": MINE}

    @extend_schema(operation_id="ai_drafts_runs", responses=page_of(shapes.RunOut))
    def get(self, request: Request, draft_id: UUID) -> Response:
        """Every call to the model for this draft: which one, how many tokens, what it cost."""
        page = CursorPage()
        rows = Run.objects.filter(draft=own_draft(request, draft_id)).values(*_RUN)
        return page.get_paginated_response(page.paginate_queryset(rows, request, self))


class NodeView(ApiView):
    access = {"get": MINE, "patch": MINE}

    @extend_schema(operation_id="ai_nodes_read", responses=shapes.NodeDetailOut)
    def get(self, request: Request, draft_id: UUID, key: str) -> Response:
        """One part with its content, and how it differs from the course's draft."""
        node = own_node(request, draft_id, key)
        return Response(reading.node_detail(node), headers={"ETag": tag_of(node.revision)})

    @extend_schema(
        operation_id="ai_nodes_edit",
        parameters=[IF_MATCH],
        request=serializers.NodeIn,
        responses=shapes.NodeDetailOut,
    )
    def patch(self, request: Request, draft_id: UUID, key: str) -> Response:
        """Your own version of it. On the revision of If-Match."""
        node = own_node(request, draft_id, key)
        body = read_body(serializers.NodeIn, request)
        drafts.edit_node(node=node, actor=request.user, revision=revision_named(request), **body)
        return self.get(request, draft_id, key)


class AgainView(ApiView):
    access = {"post": MINE}
    limit_scope = "ai"

    @extend_schema(
        operation_id="ai_nodes_again",
        request=serializers.AgainIn,
        responses={202: shapes.DraftDetailOut},
    )
    def post(self, request: Request, draft_id: UUID, key: str) -> Response:
        """Have one part written again, and say what should be different."""
        node = own_node(request, draft_id, key)
        body = read_body(serializers.AgainIn, request)
        drafts.write_again(node=node, wish=body["wish"])
        return answer(own_draft(request, draft_id), 202)


class SolveView(ApiView):
    access = {"post": MINE}
    limit_scope = "ai"

    @extend_schema(operation_id="ai_nodes_solve", request=None, responses={202: shapes.SolveOut})
    def post(self, request: Request, draft_id: UUID, key: str) -> Response:
        """Have what you edited solved again by somebody who does not see the key. Follow the job;
        the finding `unsolved` goes with its end."""
        job = solving.solve(node=own_node(request, draft_id, key))
        where = reverse("jobs-read", args=[job.pk])
        return Response({"job": job.pk}, status=202, headers={"Location": where})
