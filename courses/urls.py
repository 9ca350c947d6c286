from django.urls import path

from courses.views import catalogue, learn, motivation, opinions, own, quiz

urlpatterns = [
    path("courses/", catalogue.course_list, name="courses"),
    path("courses/<slug:slug>/", catalogue.course_page, name="courses-course"),
    path("courses/<slug:slug>/enroll/", catalogue.enroll, name="courses-enroll"),
    path("courses/<slug:slug>/keep/", own.keep, name="courses-keep"),
    path("courses/<slug:slug>/ratings/", opinions.course_ratings, name="courses-ratings"),
    path("courses/<slug:slug>/ratings/own/", opinions.rate, name="courses-rate"),
    path("courses/<slug:slug>/ratings/later/", opinions.later, name="courses-rate-later"),
    path(
        "courses/<slug:slug>/ratings/<uuid:rating_id>/reply/",
        opinions.reply,
        name="courses-rating-reply",
    ),
    path(
        "courses/<slug:slug>/ratings/<uuid:rating_id>/report/",
        opinions.report,
        name="courses-rating-report",
    ),
    path("help/ratings/", opinions.explained, name="courses-ratings-explained"),
    path("favorites/", own.favorites, name="courses-favorites"),
    path("learn/", learn.shelf, name="learn"),
    path("learn/<slug:slug>/", learn.course_home, name="courses-learn-course"),
    path("learn/<slug:slug>/my/notes/", own.notebook, name="courses-notes"),
    path("learn/<slug:slug>/my/notes/export/", own.export, name="courses-notes-export"),
    path("learn/<slug:slug>/<slug:key>/note/", own.write, name="courses-note-write"),
    path("learn/<slug:slug>/<slug:key>/bookmark/", own.mark, name="courses-bookmark"),
    path("learn/<slug:slug>/my/notes/<uuid:note_id>/", own.edit_note, name="courses-note"),
    path(
        "learn/<slug:slug>/my/bookmarks/<uuid:bookmark_id>/remove/",
        own.unmark,
        name="courses-bookmark-remove",
    ),
    path("learn/<slug:slug>/<slug:key>/", learn.lesson, name="courses-lesson"),
    path("learn/<slug:slug>/<slug:key>/complete/", learn.complete, name="courses-lesson-complete"),
    path("learn/<slug:slug>/<slug:key>/start/", quiz.start, name="courses-quiz-start"),
    path(
        "learn/<slug:slug>/<slug:key>/attempts/<int:number>/",
        quiz.attempt,
        name="courses-attempt",
    ),
    path(
        "learn/<slug:slug>/<slug:key>/attempts/<int:number>/save/",
        quiz.save,
        name="courses-attempt-save",
    ),
    path("achievements/", motivation.achievements, name="achievements"),
    path("achievements/points/", motivation.points, name="my-points"),
    path("leaderboard/", motivation.leaderboard, name="leaderboard"),
    path("leaderboard/choose/", motivation.choose_boards, name="leaderboard-choose"),
    path("settings/motivation/", motivation.settings, name="settings-motivation"),
]
