from django.urls import include, path

from courses.api import catalogue, learning

urlpatterns = [
    path("courses/", catalogue.CatalogueView.as_view(), name="courses-api-list"),
    path("courses/<uuid:course_id>/", catalogue.CourseView.as_view(), name="courses-api-course"),
    path(
        "courses/<uuid:course_id>/outline/",
        catalogue.OutlineView.as_view(),
        name="courses-api-outline",
    ),
    path(
        "courses/<uuid:course_id>/enroll/",
        learning.EnrollView.as_view(),
        name="courses-api-enroll",
    ),
    path(
        "courses/<uuid:course_id>/progress/",
        learning.CourseProgressView.as_view(),
        name="courses-api-progress",
    ),
    path(
        "courses/<uuid:course_id>/progress/explain/",
        learning.ExplainView.as_view(),
        name="courses-api-explain",
    ),
    path("lessons/<uuid:lesson_id>/", catalogue.LessonView.as_view(), name="courses-api-lesson"),
    path(
        "lessons/<uuid:lesson_id>/progress/",
        learning.LessonProgressView.as_view(),
        name="courses-api-lesson-progress",
    ),
    path(
        "lessons/<uuid:lesson_id>/attempts/",
        learning.AttemptsView.as_view(),
        name="courses-api-attempts",
    ),
    path(
        "attempts/<uuid:attempt_id>/",
        learning.AttemptView.as_view(),
        name="courses-api-attempt",
    ),
    path(
        "attempts/<uuid:attempt_id>/answers/",
        learning.AnswersView.as_view(),
        name="courses-api-answers",
    ),
    path(
        "attempts/<uuid:attempt_id>/submit/",
        learning.SubmitView.as_view(),
        name="courses-api-submit",
    ),
    path("me/enrollments/", learning.EnrollmentsView.as_view(), name="courses-api-enrollments"),
    path("", include("courses.api.assessment_urls")),
]
