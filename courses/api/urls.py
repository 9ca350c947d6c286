from django.urls import path

from courses.api import authoring, catalogue, learning, lessons, releases

urlpatterns = [
    path("courses/", authoring.CoursesView.as_view(), name="courses-api-list"),
    path(
        "courses/<uuid:course_id>/", authoring.CourseDeskView.as_view(), name="courses-api-course"
    ),
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
    path("lessons/<uuid:lesson_id>/", lessons.LessonDeskView.as_view(), name="courses-api-lesson"),
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
    # What authors do ---------------------------------------------------------------------------
    path("me/courses/", authoring.OwnCoursesView.as_view(), name="courses-api-own"),
    *(
        path(f"courses/<uuid:course_id>/{name}/", view.as_view(), name=f"courses-api-{name}")
        for name, view in {
            "draft": authoring.DraftView,
            "sections": authoring.SectionsView,
            "lessons": lessons.LessonsView,
            "checklist": releases.ChecklistView,
            "publish": releases.PublishView,
            "unpublish": releases.UnpublishView,
            "archive": releases.ArchiveView,
            "duplicate": releases.DuplicateView,
            "versions": releases.VersionsView,
            "review": releases.ReviewView,
        }.items()
    ),
    path(
        "courses/<uuid:course_id>/lessons/order/",
        authoring.OrderView.as_view(),
        name="courses-api-order",
    ),
    path(
        "courses/<uuid:course_id>/lessons/<uuid:lesson_id>/history/",
        lessons.HistoryView.as_view(),
        name="courses-api-history",
    ),
    path(
        "courses/<uuid:course_id>/lessons/<uuid:lesson_id>/history/<int:revision_id>/restore/",
        lessons.RestoreView.as_view(),
        name="courses-api-restore",
    ),
    path(
        "sections/<uuid:section_id>/", authoring.SectionView.as_view(), name="courses-api-section"
    ),
    path(
        "lessons/<uuid:lesson_id>/draft/",
        lessons.LessonDraftView.as_view(),
        name="courses-api-lesson-draft",
    ),
]
