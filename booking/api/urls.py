from django.urls import path

from booking.api import calendars, meetings, notices, views

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
    path(
        "calendars/notices/google/<str:channel_id>/",
        notices.GoogleNoticeView.as_view(),
        name="booking-api-notice-google",
    ),
    path(
        "calendars/notices/microsoft/<str:channel_id>/",
        notices.MicrosoftNoticeView.as_view(),
        name="booking-api-notice-microsoft",
    ),
    path(
        "me/calendar-connections/",
        calendars.ConnectionViewSet.as_view({"get": "list"}),
        name="booking-api-calendars",
    ),
    path(
        "me/calendar-connections/<uuid:pk>/",
        calendars.ConnectionViewSet.as_view({"delete": "destroy"}),
        name="booking-api-calendar-connection",
    ),
    path(
        "me/calendar-imports/",
        calendars.ImportViewSet.as_view({"get": "list", "post": "create"}),
        name="booking-api-imports",
    ),
    path(
        "me/calendar-imports/<uuid:pk>/",
        calendars.ImportViewSet.as_view({"delete": "destroy"}),
        name="booking-api-import",
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
