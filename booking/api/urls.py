from django.urls import path

from booking.api import asking, calendars, meetings, notices, teaching, views

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
    path("booking/webhooks/zoom/", notices.ZoomNoticeView.as_view(), name="booking-api-zoom"),
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
    path("bookings/<uuid:pk>/take-up/", asking.TakeUpView.as_view(), name="booking-api-take-up"),
    path(
        "bookings/<uuid:pk>/proposals/",
        asking.ProposalsView.as_view(),
        name="booking-api-proposals",
    ),
    path("bookings/<uuid:pk>/dispute/", asking.DisputeView.as_view(), name="booking-api-dispute"),
    *(
        path(
            f"proposals/<uuid:pk>/{action}/",
            asking.ProposalViewSet.as_view({"post": action}),
            name=f"booking-api-proposal-{action}",
        )
        for action in ("accept", "decline")
    ),
    path(
        "series/",
        asking.SeriesViewSet.as_view({"post": "create"}),
        name="booking-api-series-create",
    ),
    path(
        "series/look/",
        asking.SeriesViewSet.as_view({"post": "look"}),
        name="booking-api-series-look",
    ),
    path(
        "series/<uuid:pk>/",
        asking.SeriesViewSet.as_view({"get": "retrieve"}),
        name="booking-api-series",
    ),
    path("groups/<uuid:pk>/seats/", asking.SeatsView.as_view(), name="booking-api-seats"),
    path(
        "waitlist/",
        asking.WaitlistViewSet.as_view({"get": "list", "post": "create"}),
        name="booking-api-waitlist",
    ),
    path(
        "waitlist/<uuid:pk>/",
        asking.WaitlistViewSet.as_view({"delete": "destroy"}),
        name="booking-api-waitlist-entry",
    ),
    path(
        "me/groups/",
        teaching.OwnGroupsView.as_view({"get": "list", "post": "create"}),
        name="booking-api-own-groups",
    ),
    path(
        "me/groups/<uuid:pk>/cancel/",
        teaching.OwnGroupsView.as_view({"post": "cancel"}),
        name="booking-api-group-cancel",
    ),
    path(
        "tutors/<uuid:tutor_id>/groups/",
        teaching.TutorGroupsView.as_view(),
        name="booking-api-groups",
    ),
    path(
        "tutors/<uuid:tutor_id>/reviews/",
        teaching.TutorReviewsView.as_view(),
        name="booking-api-reviews",
    ),
    path(
        "tutors/<uuid:tutor_id>/standing/",
        teaching.StandingView.as_view(),
        name="booking-api-standing",
    ),
    *(
        path(
            f"tutor-reviews/<uuid:pk>/{action}/",
            teaching.ReviewViewSet.as_view({method: action}),
            name=f"booking-api-review-{action}",
        )
        for action, method in (("reply", "put"), ("report", "post"))
    ),
]
