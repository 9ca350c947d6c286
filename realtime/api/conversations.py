"""Conversations over the API."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from realtime.models import Message
from realtime.queries import conversations as queries
from realtime.services import conversations, moderation
from tutorme.core.access import SIGNED_IN, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import OutputSerializer, SafeText, StrictSerializer, page_of
from tutorme.core.api.views import ApiView, ApiViewSet, read_body
from tutorme.core.errors import NotFound

_OWN = Grant(SIGNED_IN, Scope.OWN)


class BeginIn(StrictSerializer):
    user = serializers.UUIDField()


class MessageIn(StrictSerializer):
    body = SafeText(multiline=True, max_length=5000, allow_blank=True, required=False, default="")
    files = serializers.ListField(
        child=serializers.UUIDField(), max_length=conversations.MOST_FILES, required=False
    )


class ReadIn(StrictSerializer):
    seq = serializers.IntegerField(min_value=0, max_value=2**31 - 1)


class ConversationAnswerIn(StrictSerializer):
    accept = serializers.BooleanField()


class MessageReportIn(StrictSerializer):
    reason = SafeText(multiline=True, max_length=500, allow_blank=True, required=False, default="")


class OtherOut(OutputSerializer):
    user_id = serializers.UUIDField()
    display_name = serializers.CharField()
    online = serializers.BooleanField()


class ConversationOut(OutputSerializer):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=["open", "requested", "declined"])
    unread = serializers.IntegerField()
    last_seq = serializers.IntegerField()
    read_seq = serializers.IntegerField()
    other_read_seq = serializers.IntegerField()
    excerpt = serializers.CharField()
    last_message_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    def get_fields(self) -> dict[str, Any]:
        """`with` is a word of Python's."""
        return {**super().get_fields(), "with": OtherOut()}


class MessageFileOut(OutputSerializer):
    name = serializers.CharField()
    size = serializers.IntegerField()
    link = serializers.CharField(help_text="Ends within two hours.")
    is_picture = serializers.BooleanField()


class MessageOut(OutputSerializer):
    id = serializers.UUIDField()
    seq = serializers.IntegerField()
    author_id = serializers.UUIDField()
    body = serializers.CharField()
    files = MessageFileOut(many=True)
    is_removed = serializers.BooleanField()
    created_at = serializers.DateTimeField()


class BlockOut(OutputSerializer):
    user_id = serializers.UUIDField()
    display_name = serializers.CharField()


class ConversationViewSet(ApiViewSet):
    access = {
        "list": _OWN,
        "create": _OWN,
        "retrieve": _OWN,
        "read": _OWN,
        "answer": _OWN,
    }
    limit_scope = {"create": "write"}
    page_ordering = ("-last_message_at", "-id")

    @extend_schema(operation_id="conversations_list", responses=page_of(ConversationOut))
    def list(self, request: Request) -> Response:
        """One's conversations, the newest message first."""
        page = CursorPage()
        begun = queries.of(request.user).filter(last_message_at__isnull=False)
        rows = page.paginate_queryset(begun, request, self)
        return page.get_paginated_response(queries.shown(rows or []))

    @extend_schema(
        operation_id="conversations_begin", request=BeginIn, responses={201: ConversationOut}
    )
    def create(self, request: Request) -> Response:
        """The conversation with somebody; the same one however often it is begun."""
        body = read_body(BeginIn, request)
        row = conversations.begin(user=_user(request), other_id=body["user"])
        return Response(_one(request, row.pk), status=201)

    @extend_schema(operation_id="conversations_read_one", responses=ConversationOut)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One conversation: with whom, and how far each has read."""
        return Response(_one(request, pk))

    @extend_schema(operation_id="conversations_mark_read", request=ReadIn, responses={204: None})
    def read(self, request: Request, pk: UUID) -> Response:
        """Say up to which message one has read."""
        body = read_body(ReadIn, request)
        conversations.mark_read(user=_user(request), conversation_id=pk, seq=body["seq"])
        return Response(status=204)

    @extend_schema(
        operation_id="conversations_answer", request=ConversationAnswerIn, responses=ConversationOut
    )
    def answer(self, request: Request, pk: UUID) -> Response:
        """Say yes or no to somebody who asked."""
        body = read_body(ConversationAnswerIn, request)
        conversations.answer(user=_user(request), conversation_id=pk, accept=body["accept"])
        return Response(_one(request, pk))


def _one(request: Request, pk: UUID) -> dict[str, Any]:
    row = queries.of(request.user).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return queries.shown([row])[0]


def _user(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user


class MessageViewSet(ApiViewSet):
    access = {"list": _OWN, "create": _OWN}
    limit_scope = {"create": "write"}
    page_ordering = ("-seq",)

    @extend_schema(operation_id="messages_list", responses=page_of(MessageOut))
    def list(self, request: Request, pk: UUID) -> Response:
        """The messages of a conversation, newest first."""
        _one(request, pk)
        page = CursorPage()
        rows = page.paginate_queryset(Message.objects.filter(conversation=pk), request, self)
        return page.get_paginated_response(queries.messages(rows or []))

    @extend_schema(operation_id="messages_send", request=MessageIn, responses={201: MessageOut})
    def create(self, request: Request, pk: UUID) -> Response:
        """Write. Files are uploads of one's own, for `message-picture` or `message-file`."""
        body = read_body(MessageIn, request)
        row = conversations.send(
            user=_user(request),
            conversation_id=pk,
            body=body["body"],
            file_ids=body.get("files", []),
        )
        row.refresh_from_db()
        return Response(queries.messages([row])[0], status=201)


class MessageReportView(ApiView):
    access = {"post": _OWN}
    limit_scope = {"post": "write"}

    @extend_schema(operation_id="messages_report", request=MessageReportIn, responses={204: None})
    def post(self, request: Request, pk: UUID) -> Response:
        """Say that a message should not have been written; the site's staff looks at it."""
        body = read_body(MessageReportIn, request)
        moderation.report(user=_user(request), message_id=pk, reason=body["reason"])
        return Response(status=204)


class BlockViewSet(ApiViewSet):
    access = {"list": _OWN, "create": _OWN, "destroy": _OWN}
    page_ordering = ("-created_at", "-id")

    @extend_schema(operation_id="blocks_list", responses=page_of(BlockOut))
    def list(self, request: Request) -> Response:
        """Whom one blocks."""
        page = CursorPage()
        rows = page.paginate_queryset(queries.blocked(request.user), request, self)
        return page.get_paginated_response(
            [
                {"user_id": row.blocked_id, "display_name": row.blocked.display_name}
                for row in rows or []
            ]
        )

    @extend_schema(operation_id="blocks_add", request=BeginIn, responses={204: None})
    def create(self, request: Request) -> Response:
        """Block somebody one has a conversation with: neither can write to the other."""
        body = read_body(BeginIn, request)
        conversations.block(user=_user(request), other_id=body["user"])
        return Response(status=204)

    @extend_schema(operation_id="blocks_remove", responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Block somebody no more."""
        conversations.unblock(user=_user(request), other_id=pk)
        return Response(status=204)
