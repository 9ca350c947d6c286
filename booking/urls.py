from django.urls import path

from booking.views import (
    asking,
    book,
    calendar,
    calendars,
    feed,
    join,
    lessons,
    reviews,
    series,
    teach,
)

urlpatterns = [
    path("book/<str:slug>/", book.book, name="book"),
    path("book/<str:slug>/weekly/<uuid:kind_id>/", series.weekly, name="book-weekly"),
    path("book/<str:slug>/wait/", asking.wait, name="book-wait"),
    path("groups/<uuid:pk>/join/", asking.join_group, name="group-join"),
    path("groups/<uuid:pk>/wait/", asking.wait_for_group, name="group-wait"),
    path("lessons/", lessons.lessons, name="lessons"),
    path("lessons/waiting/", lessons.waiting, name="lessons-waiting"),
    path("lessons/waiting/<uuid:pk>/leave/", asking.leave, name="waiting-leave"),
    path("lessons/<uuid:pk>/", lessons.lesson, name="lesson-booking"),
    path("lessons/<uuid:pk>/cancel/", lessons.cancel, name="lesson-cancel"),
    path("lessons/<uuid:pk>/answer/", lessons.answer, name="lesson-answer"),
    path("lessons/<uuid:pk>/move/", lessons.move, name="lesson-move"),
    path("lessons/<uuid:pk>/take-up/", asking.take_up, name="lesson-take-up"),
    path("lessons/<uuid:pk>/propose/", asking.propose, name="lesson-propose"),
    path("lessons/<uuid:pk>/dispute/", asking.dispute, name="lesson-dispute"),
    path("lessons/<uuid:pk>/review/", asking.review, name="lesson-review"),
    path("proposals/<uuid:pk>/answer/", asking.answer_proposal, name="proposal-answer"),
    path("tutors/<str:slug>/reviews/", reviews.reviews, name="tutor-reviews"),
    path("tutor-reviews/<uuid:pk>/reply/", reviews.reply, name="tutor-review-reply"),
    path("tutor-reviews/<uuid:pk>/report/", reviews.report, name="tutor-review-report"),
    path("tutor-reviews/<uuid:pk>/withdraw/", reviews.withdraw, name="tutor-review-withdraw"),
    path("teach/calendar/", calendar.week, name="teach-calendar"),
    path("teach/groups/", teach.open_group, name="teach-group-open"),
    path("teach/groups/<uuid:pk>/cancel/", teach.cancel_group, name="teach-group-cancel"),
    path("settings/calendars/", calendars.calendars, name="calendars"),
    path("settings/calendars/address/", calendars.new_address, name="calendar-new-address"),
    path("settings/calendars/read/", calendars.import_address, name="calendar-import-address"),
    path("settings/calendars/file/", calendars.import_file, name="calendar-import-file"),
    path(
        "settings/calendars/imports/<uuid:pk>/remove/",
        calendars.remove_import,
        name="calendar-import-remove",
    ),
    path(
        "settings/calendars/<uuid:pk>/disconnect/", calendars.disconnect, name="calendar-disconnect"
    ),
    path("settings/calendars/<slug:provider>/connect/", calendars.connect, name="calendar-connect"),
    path(
        "settings/calendars/<slug:provider>/callback/", calendars.callback, name="calendar-callback"
    ),
    path("calendar/<str:token>.ics", feed.feed, name="calendar-feed"),
    path("join/<uuid:pk>/", join.join, name="join"),
    path("teach/availability/", teach.availability, name="teach-availability"),
    path("teach/session-types/", teach.offer, name="teach-offer"),
    path("teach/session-types/<uuid:pk>/withdraw/", teach.withdraw, name="teach-withdraw"),
]
