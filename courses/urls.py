from django.urls import path

from courses.views import catalogue, learn, quiz

urlpatterns = [
    path("courses/", catalogue.course_list, name="courses"),
    path("courses/<slug:slug>/", catalogue.course_page, name="courses-course"),
    path("courses/<slug:slug>/enroll/", catalogue.enroll, name="courses-enroll"),
    path("help/ratings/", catalogue.ratings_explained, name="courses-ratings-explained"),
    path("learn/", learn.shelf, name="learn"),
    path("learn/<slug:slug>/", learn.course_home, name="courses-learn-course"),
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
]
