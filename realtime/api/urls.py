from django.urls import path

from realtime.api.viewsets import NotificationViewSet, StreamView, UnreadCountView

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
    path("realtime/stream/", StreamView.as_view(), name="realtime-api-stream"),
]
