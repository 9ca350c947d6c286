from django.urls import path

from booking.views import book, calendars, feed, join, lessons, teach

urlpatterns = [
    path("book/<str:slug>/", book.book, name="book"),
    path("lessons/", lessons.lessons, name="lessons"),
    path("lessons/<uuid:pk>/", lessons.lesson, name="lesson-booking"),
    path("lessons/<uuid:pk>/cancel/", lessons.cancel, name="lesson-cancel"),
    path("lessons/<uuid:pk>/answer/", lessons.answer, name="lesson-answer"),
    path("lessons/<uuid:pk>/move/", lessons.move, name="lesson-move"),
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
