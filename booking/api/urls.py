from django.urls import path

from booking.api import meetings, views

one = views.BookingViewSet
urlpatterns = [
    path("me/availability/", views.AvailabilityView.as_view(), name="booking-api-availability"),
    path(
        "me/session-types/",
        views.OwnLessonTypesView.as_view({"get": "list", "post": "create"}),
        name="booking-api-own-types",
    ),
    path(
        "me/session-types/<uuid:pk>/",
        views.OwnLessonTypesView.as_view({"delete": "destroy"}),
        name="booking-api-own-type",
    ),
    path(
        "tutors/<uuid:tutor_id>/availability/",
        views.SlotsView.as_view(),
        name="booking-api-slots",
    ),
    path(
        "tutors/<uuid:tutor_id>/session-types/",
        views.LessonTypesView.as_view(),
        name="booking-api-types",
    ),
    path("bookings/", one.as_view({"get": "list", "post": "create"}), name="booking-api-list"),
    path("bookings/<uuid:pk>/", one.as_view({"get": "retrieve"}), name="booking-api-read"),
    path(
        "bookings/<uuid:pk>/calendar.ics",
        meetings.FileView.as_view(),
        name="booking-api-calendar",
    ),
    path("me/calendar-feed/", meetings.FeedView.as_view(), name="booking-api-feed"),
    path("bookings/<uuid:pk>/join/", meetings.JoinView.as_view(), name="booking-api-join"),
    *(
        path(
            f"bookings/<uuid:pk>/{action}/",
            one.as_view({"post": action}),
            name=f"booking-api-{action}",
        )
        for action in ("cancel", "reschedule", "confirm", "decline")
    ),
]
