from django.urls import path

from video.api.calls import CallViewSet, TwilioCallbackView
from video.api.views import RoomViewSet

one, call = RoomViewSet, CallViewSet
urlpatterns = [
    path("video/rooms/", one.as_view({"get": "list", "post": "create"}), name="video-api-rooms"),
    path("video/rooms/<uuid:pk>/", one.as_view({"get": "retrieve"}), name="video-api-room"),
    *(
        path(
            f"video/rooms/<uuid:pk>/{place}/",
            one.as_view({"post": action}),
            name=f"video-api-{place}",
        )
        for place, action in (
            ("end", "end"),
            ("token", "token"),
            ("takeover", "take_over"),
            ("members", "invite"),
            ("recording", "recording"),
            ("rating", "rate"),
        )
    ),
    *(
        path(
            f"video/rooms/<uuid:pk>/{place}/",
            one.as_view({"get": place}),
            name=f"video-api-{place}",
        )
        for place in ("participants", "statistics", "recordings")
    ),
    path(
        "video/rooms/<uuid:pk>/members/<uuid:member_id>/",
        one.as_view({"delete": "remove"}),
        name="video-api-member",
    ),
    path(
        "video/rooms/<uuid:pk>/recordings/<uuid:recording_id>/",
        one.as_view({"delete": "delete_recording"}),
        name="video-api-recording-one",
    ),
    *(
        path(
            f"video/rooms/<uuid:pk>/{place}/",
            call.as_view({"post": place}),
            name=f"video-api-{place}",
        )
        for place in ("join", "leave", "signal")
    ),
    path(
        "video/rooms/<uuid:pk>/chat/",
        call.as_view({"get": "chat", "post": "say"}),
        name="video-api-chat",
    ),
    path(
        "video/rooms/<uuid:pk>/notes/",
        call.as_view({"get": "notes", "put": "write_notes"}),
        name="video-api-notes",
    ),
    path("video/webhooks/twilio/", TwilioCallbackView.as_view(), name="video-api-webhook-twilio"),
]
