from django.urls import path

from booking.views import book, feed, join, lessons, teach

urlpatterns = [
    path("book/<str:slug>/", book.book, name="book"),
    path("lessons/", lessons.lessons, name="lessons"),
    path("lessons/<uuid:pk>/", lessons.lesson, name="lesson-booking"),
    path("lessons/<uuid:pk>/cancel/", lessons.cancel, name="lesson-cancel"),
    path("lessons/<uuid:pk>/answer/", lessons.answer, name="lesson-answer"),
    path("lessons/<uuid:pk>/move/", lessons.move, name="lesson-move"),
    path("calendar/<str:token>.ics", feed.feed, name="calendar-feed"),
    path("join/<uuid:pk>/", join.join, name="join"),
    path("teach/availability/", teach.availability, name="teach-availability"),
    path("teach/session-types/", teach.offer, name="teach-offer"),
    path("teach/session-types/<uuid:pk>/withdraw/", teach.withdraw, name="teach-withdraw"),
]
