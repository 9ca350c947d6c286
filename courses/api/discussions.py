"""Questions and answers under a lesson, for those who learn or teach the course."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from courses.api import assessment_serializers as serializers
from courses.api.catalogue import lesson_of
from courses.errors import LessonLocked
from courses.models import Post, Thread
from courses.services import discussions
from tutorme.core.access import SIGNED_IN, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import page_of
from tutorme.core.api.views import ApiView, read_body, read_query
from tutorme.core.errors import NotFound

MEMBER = Grant(SIGNED_IN, Scope.ENROLLED)
_THREAD = (
    *("id", "lesson_id", "title", "body", "accepted_id", "answer_count", "vote_count"),
    *("edited_at", "created_at", "author__username", "author__display_name", "author_id"),
)
_POST = (
    *("id", "thread_id", "body", "by_tutor", "vote_count", "edited_at", "created_at"),
    *("author__username", "author__display_name", "author_id", "thread__accepted_id"),
)


def _writer(row: dict[str, Any]) -> dict[str, Any] | None:
    """A name to be called by; nobody's address."""
    name, shown = row.pop("author__username"), row.pop("author__display_name")
    return {"username": name, "display_name": shown} if row.pop("author_id") else None


def thread_shape(row: dict[str, Any]) -> dict[str, Any]:
    plain = {"lesson": row.pop("lesson_id"), "accepted": row.pop("accepted_id")}
    return {"author": _writer(row), **plain, **row}


def post_shape(row: dict[str, Any]) -> dict[str, Any]:
    is_accepted = row.pop("thread__accepted_id") == row["id"]
    thread = row.pop("thread_id")
    return {"author": _writer(row), "thread": thread, "is_accepted": is_accepted, **row}


def one_thread(request: Request, thread_id: UUID) -> dict[str, Any]:
    rows = Thread.objects.visible_to(request.user).filter(pk=thread_id).values(*_THREAD)
    row = rows.first()
    if row is None:
        raise NotFound
    return thread_shape(row)


def one_post(request: Request, post_id: UUID) -> dict[str, Any]:
    row = Post.objects.visible_to(request.user).filter(pk=post_id).values(*_POST).first()
    if row is None:
        raise NotFound
    return post_shape(row)


class ThreadsView(ApiView):
    access = {"get": MEMBER, "post": MEMBER}
    page_ordering = ("-created_at", "-id")

    @extend_schema(
        operation_id="lesson_questions_list",
        parameters=[serializers.ThreadsQuery],
        responses=page_of(serializers.ThreadOut),
    )
    def get(self, request: Request, lesson_id: UUID) -> Response:
        """The questions under a lesson, the newest first, or those that speak of something."""
        asked = read_query(serializers.ThreadsQuery, request)
        lesson = lesson_of(request, lesson_id)
        if not discussions.is_member(request.user, lesson.course_id, lesson.course.instructor_id):
            raise LessonLocked(reason="not_enrolled")
        rows = Thread.objects.visible_to(request.user).filter(lesson=lesson)
        if text := asked.get("search"):
            rows = rows.matching(text)
        page = CursorPage()
        found = page.paginate_queryset(rows.values(*_THREAD), request, self) or []
        return page.get_paginated_response([thread_shape(row) for row in found])

    @extend_schema(
        operation_id="lesson_questions_ask",
        request=serializers.ThreadIn,
        responses={201: serializers.ThreadOut},
    )
    def post(self, request: Request, lesson_id: UUID) -> Response:
        """Ask a question; one follows it from then on."""
        body = read_body(serializers.ThreadIn, request)
        made = discussions.ask(user=request.user, lesson=lesson_of(request, lesson_id), **body)
        return Response(one_thread(request, made.pk), status=201)


class ThreadView(ApiView):
    access = {
        "get": MEMBER,
        "patch": Grant(SIGNED_IN, Scope.OWN),
        "delete": Grant(SIGNED_IN, Scope.OWN),
    }

    @extend_schema(operation_id="questions_read", responses=serializers.ThreadOut)
    def get(self, request: Request, thread_id: UUID) -> Response:
        """One question."""
        return Response(one_thread(request, thread_id))

    @extend_schema(
        operation_id="questions_edit", request=serializers.ThreadIn, responses=serializers.ThreadOut
    )
    def patch(self, request: Request, thread_id: UUID) -> Response:
        """Put one's own question in other words."""
        body = read_body(serializers.ThreadIn, request)
        discussions.edit_thread(user=request.user, thread_id=thread_id, **body)
        return Response(one_thread(request, thread_id))

    @extend_schema(operation_id="questions_delete", responses={204: None})
    def delete(self, request: Request, thread_id: UUID) -> Response:
        """Take back one's own question, with its answers."""
        discussions.delete_thread(user=request.user, thread_id=thread_id)
        return Response(status=204)


class PostsView(ApiView):
    access = {"get": MEMBER, "post": MEMBER}
    page_ordering = ("created_at", "id")

    @extend_schema(operation_id="answers_list", responses=page_of(serializers.PostOut))
    def get(self, request: Request, thread_id: UUID) -> Response:
        """The answers to a question, the oldest first."""
        one_thread(request, thread_id)
        rows = Post.objects.visible_to(request.user).filter(thread_id=thread_id).values(*_POST)
        page = CursorPage()
        found = page.paginate_queryset(rows, request, self) or []
        return page.get_paginated_response([post_shape(row) for row in found])

    @extend_schema(
        operation_id="answers_write",
        request=serializers.PostIn,
        responses={201: serializers.PostOut},
    )
    def post(self, request: Request, thread_id: UUID) -> Response:
        """Answer; everybody who follows the question is told."""
        body = read_body(serializers.PostIn, request)
        made = discussions.answer(user=request.user, thread_id=thread_id, body=body["body"])
        return Response(one_post(request, made.pk), status=201)


class PostView(ApiView):
    access = {"patch": Grant(SIGNED_IN, Scope.OWN), "delete": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(
        operation_id="answers_edit", request=serializers.PostIn, responses=serializers.PostOut
    )
    def patch(self, request: Request, post_id: UUID) -> Response:
        """Put one's own answer in other words."""
        body = read_body(serializers.PostIn, request)
        discussions.edit_post(user=request.user, post_id=post_id, body=body["body"])
        return Response(one_post(request, post_id))

    @extend_schema(operation_id="answers_delete", responses={204: None})
    def delete(self, request: Request, post_id: UUID) -> Response:
        """Take back one's own answer."""
        discussions.delete_post(user=request.user, post_id=post_id)
        return Response(status=204)


class AcceptView(ApiView):
    access = {"put": MEMBER, "delete": MEMBER}

    @extend_schema(operation_id="answers_accept", request=None, responses=serializers.PostOut)
    def put(self, request: Request, post_id: UUID) -> Response:
        """Say that this answer settled it: who asked, or the tutor."""
        discussions.accept(user=request.user, post_id=post_id)
        return Response(one_post(request, post_id))

    @extend_schema(operation_id="answers_unaccept", responses=serializers.PostOut)
    def delete(self, request: Request, post_id: UUID) -> Response:
        """Take that back."""
        discussions.accept(user=request.user, post_id=post_id, accepted=False)
        return Response(one_post(request, post_id))


class FollowView(ApiView):
    access = {"put": MEMBER, "delete": MEMBER}

    @extend_schema(operation_id="questions_follow", request=None, responses={204: None})
    def put(self, request: Request, thread_id: UUID) -> Response:
        """Be told of answers."""
        one_thread(request, thread_id)
        discussions.follow(user=request.user, thread_id=thread_id)
        return Response(status=204)

    @extend_schema(operation_id="questions_unfollow", responses={204: None})
    def delete(self, request: Request, thread_id: UUID) -> Response:
        """Be told no more."""
        one_thread(request, thread_id)
        discussions.follow(user=request.user, thread_id=thread_id, wanted=False)
        return Response(status=204)


def thread_of(request: Request, thread_id: UUID) -> Thread:
    row = Thread.objects.visible_to(request.user).filter(pk=thread_id).first()
    if row is None:
        raise NotFound
    return row


def post_of(request: Request, post_id: UUID) -> Post:
    row = Post.objects.visible_to(request.user).filter(pk=post_id).first()
    if row is None:
        raise NotFound
    return row


class ThreadVoteView(ApiView):
    access = {"put": MEMBER, "delete": MEMBER}

    @extend_schema(operation_id="questions_vote", request=None, responses=serializers.VotesOut)
    def put(self, request: Request, thread_id: UUID) -> Response:
        """Say that one has the same question; saying it again changes nothing."""
        count = discussions.vote(user=request.user, target=thread_of(request, thread_id))
        return Response({"vote_count": count})

    @extend_schema(operation_id="questions_unvote", responses=serializers.VotesOut)
    def delete(self, request: Request, thread_id: UUID) -> Response:
        """Take that back."""
        target = thread_of(request, thread_id)
        return Response(
            {"vote_count": discussions.vote(user=request.user, target=target, up=False)}
        )


class PostVoteView(ApiView):
    access = {"put": MEMBER, "delete": MEMBER}

    @extend_schema(operation_id="answers_vote", request=None, responses=serializers.VotesOut)
    def put(self, request: Request, post_id: UUID) -> Response:
        """Say that an answer helps; saying it again changes nothing."""
        count = discussions.vote(user=request.user, target=post_of(request, post_id))
        return Response({"vote_count": count})

    @extend_schema(operation_id="answers_unvote", responses=serializers.VotesOut)
    def delete(self, request: Request, post_id: UUID) -> Response:
        """Take that back."""
        target = post_of(request, post_id)
        return Response(
            {"vote_count": discussions.vote(user=request.user, target=target, up=False)}
        )


class ThreadReportView(ApiView):
    access = {"post": MEMBER}

    @extend_schema(
        operation_id="questions_report", request=serializers.PostReportIn, responses={204: None}
    )
    def post(self, request: Request, thread_id: UUID) -> Response:
        """Tell a moderator that a question does not belong here."""
        body = read_body(serializers.PostReportIn, request)
        discussions.report(user=request.user, target=thread_of(request, thread_id), **body)
        return Response(status=204)


class PostReportView(ApiView):
    access = {"post": MEMBER}

    @extend_schema(
        operation_id="answers_report", request=serializers.PostReportIn, responses={204: None}
    )
    def post(self, request: Request, post_id: UUID) -> Response:
        """Tell a moderator that an answer does not belong here."""
        body = read_body(serializers.PostReportIn, request)
        discussions.report(user=request.user, target=post_of(request, post_id), **body)
        return Response(status=204)
