from django.urls import path

from realtime.views import conversations, notifications, preferences

urlpatterns = [
    path("messages/", conversations.conversation_list, name="conversations"),
    path("messages/with/<uuid:user_id>/", conversations.begin, name="conversation-begin"),
    path("messages/<uuid:pk>/", conversations.conversation, name="conversation"),
    path("messages/<uuid:pk>/answer/", conversations.answer, name="conversation-answer"),
    path("messages/<uuid:pk>/block/", conversations.block, name="conversation-block"),
    path(
        "messages/<uuid:pk>/report/<uuid:message_id>/",
        conversations.report,
        name="conversation-report",
    ),
    path("unsubscribe/<str:token>/", preferences.unsubscribe, name="unsubscribe"),
    path("notifications/", notifications.notification_list, name="notifications"),
    path("notifications/read-all/", notifications.read_all, name="notifications-read-all"),
    path("notifications/<uuid:pk>/read/", notifications.read_one, name="notifications-read"),
]
