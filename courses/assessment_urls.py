from django.urls import path

from courses.views import bank, grading, quiz_editor

urlpatterns = [
    path("grading/", grading.queue, name="teach-grading"),
    path("grading/attempts/<uuid:attempt_id>/", grading.attempt, name="teach-mark-attempt"),
    path(
        "grading/submissions/<uuid:submission_id>/",
        grading.submission,
        name="teach-mark-submission",
    ),
    path("grading/appeals/<uuid:appeal_id>/", grading.appeal, name="teach-appeal"),
    path("courses/<slug:slug>/bank/", bank.items, name="teach-bank"),
    path("courses/<slug:slug>/bank/new/", bank.new, name="teach-bank-new"),
    path("courses/<slug:slug>/bank/<uuid:item_id>/", bank.item, name="teach-bank-item"),
    path("courses/<slug:slug>/bank/<uuid:item_id>/remove/", bank.archive, name="teach-bank-remove"),
    path("courses/<slug:slug>/key/<uuid:question_id>/", bank.correct, name="teach-correct"),
    path("courses/<slug:slug>/time/", quiz_editor.time, name="teach-time"),
    path("courses/<slug:slug>/lessons/<uuid:lesson_id>/quiz/", quiz_editor.quiz, name="teach-quiz"),
    path(
        "courses/<slug:slug>/lessons/<uuid:lesson_id>/quiz/change/",
        quiz_editor.change,
        name="teach-quiz-change",
    ),
    path(
        "courses/<slug:slug>/lessons/<uuid:lesson_id>/statistics/",
        quiz_editor.statistics,
        name="teach-statistics",
    ),
    path(
        "courses/<slug:slug>/lessons/<uuid:lesson_id>/exercise/",
        quiz_editor.exercise,
        name="teach-exercise",
    ),
]
