from django.urls import path

from video import views

urlpatterns = [
    path("rooms/", views.room_list, name="rooms"),
    path("rooms/<uuid:pk>/", views.room, name="room"),
    path("rooms/<uuid:pk>/after/", views.after, name="room-after"),
    path("rooms/<uuid:pk>/chat/", views.say, name="room-chat"),
    path("rooms/<uuid:pk>/notes/", views.write_notes, name="room-notes"),
    path("rooms/<uuid:pk>/consent/", views.consent, name="room-consent"),
    path("rooms/<uuid:pk>/takeover/", views.take_over, name="room-takeover"),
    path("rooms/<uuid:pk>/end/", views.end, name="room-end"),
    path(
        "rooms/<uuid:pk>/recordings/delete/", views.delete_recording, name="room-recording-delete"
    ),
]
