from django.urls import path

from realtime.api.conversations import (
    BlockViewSet,
    ConversationViewSet,
    MessageReportView,
    MessageViewSet,
)
from realtime.api.live import EventsView, PresenceView, StreamView
from realtime.api.preferences import PreferencesView, SendGridWebhookView
from realtime.api.pusher import AuthView, ConfigView, PusherWebhookView
from realtime.api.viewsets import NotificationViewSet, UnreadCountView

urlpatterns = [
    path(
        "notifications/",
        NotificationViewSet.as_view({"get": "list"}),
        name="notifications-api-list",
    ),
    path(
        "notifications/unread-count/",
        UnreadCountView.as_view(),
        name="notifications-api-unread-count",
    ),
    path(
        "notifications/read-all/",
        NotificationViewSet.as_view({"post": "read_all"}),
        name="notifications-api-read-all",
    ),
    path(
        "notifications/<uuid:pk>/read/",
        NotificationViewSet.as_view({"post": "read"}),
        name="notifications-api-read",
    ),
    path(
        "conversations/",
        ConversationViewSet.as_view({"get": "list", "post": "create"}),
        name="conversations-api-list",
    ),
    path(
        "conversations/<uuid:pk>/",
        ConversationViewSet.as_view({"get": "retrieve"}),
        name="conversations-api-one",
    ),
    path(
        "conversations/<uuid:pk>/read/",
        ConversationViewSet.as_view({"post": "read"}),
        name="conversations-api-read",
    ),
    path(
        "conversations/<uuid:pk>/answer/",
        ConversationViewSet.as_view({"post": "answer"}),
        name="conversations-api-answer",
    ),
    path(
        "conversations/<uuid:pk>/messages/",
        MessageViewSet.as_view({"get": "list", "post": "create"}),
        name="messages-api-list",
    ),
    path("messages/<uuid:pk>/report/", MessageReportView.as_view(), name="messages-api-report"),
    path(
        "me/blocks/",
        BlockViewSet.as_view({"get": "list", "post": "create"}),
        name="blocks-api-list",
    ),
    path(
        "me/blocks/<uuid:pk>/",
        BlockViewSet.as_view({"delete": "destroy"}),
        name="blocks-api-one",
    ),
    path(
        "me/notification-preferences/",
        PreferencesView.as_view(),
        name="notification-preferences-api",
    ),
    path(
        "realtime/webhooks/sendgrid/",
        SendGridWebhookView.as_view(),
        name="realtime-api-sendgrid-webhook",
    ),
    path("realtime/config/", ConfigView.as_view(), name="realtime-api-config"),
    path("realtime/auth/", AuthView.as_view(), name="realtime-api-auth"),
    path(
        "realtime/webhooks/pusher/", PusherWebhookView.as_view(), name="realtime-api-pusher-webhook"
    ),
    path("realtime/events/", EventsView.as_view(), name="realtime-api-events"),
    path("realtime/presence/", PresenceView.as_view(), name="realtime-api-presence"),
    path("realtime/stream/", StreamView.as_view(), name="realtime-api-stream"),
]
