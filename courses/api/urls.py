from django.urls import include, path

from courses.api import (
    authoring,
    catalogue,
    files,
    learning,
    lessons,
    motivation_urls,
    own,
    ratings,
    releases,
    wishes,
)

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
    path(
        "attempts/<uuid:attempt_id>/gone-over/",
        learning.GoneOverView.as_view(),
        name="courses-api-gone-over",
    ),
    path("me/enrollments/", learning.EnrollmentsView.as_view(), name="courses-api-enrollments"),
    path(
        "me/enrollments/<uuid:enrollment_id>/",
        learning.EnrollmentView.as_view(),
        name="courses-api-enrollment",
    ),
    path(
        "lessons/<uuid:lesson_id>/progress/reset/",
        learning.ResetView.as_view(),
        name="courses-api-lesson-reset",
    ),
    path(
        "courses/<uuid:course_id>/renewal/",
        learning.RenewalView.as_view(),
        name="courses-api-renewal",
    ),
    path(
        "courses/<uuid:course_id>/search/",
        learning.SearchInsideView.as_view(),
        name="courses-api-search-inside",
    ),
    path(
        "courses/<uuid:course_id>/ratings/",
        ratings.RatingsView.as_view(),
        name="courses-api-ratings",
    ),
    path("ratings/<uuid:rating_id>/", ratings.RatingView.as_view(), name="courses-api-rating"),
    path(
        "ratings/<uuid:rating_id>/reply/",
        ratings.ReplyView.as_view(),
        name="courses-api-rating-reply",
    ),
    path(
        "ratings/<uuid:rating_id>/report/",
        ratings.ReportView.as_view(),
        name="courses-api-rating-report",
    ),
    path(
        "lessons/<uuid:lesson_id>/notes/",
        own.LessonNotesView.as_view(),
        name="courses-api-lesson-notes",
    ),
    path("notes/<uuid:note_id>/", own.NoteView.as_view(), name="courses-api-note"),
    path(
        "courses/<uuid:course_id>/notes/", own.CourseNotesView.as_view(), name="courses-api-notes"
    ),
    path(
        "courses/<uuid:course_id>/notes/export/",
        own.NotesExportView.as_view(),
        name="courses-api-notes-export",
    ),
    path(
        "lessons/<uuid:lesson_id>/bookmarks/",
        own.LessonBookmarksView.as_view(),
        name="courses-api-lesson-bookmarks",
    ),
    path(
        "courses/<uuid:course_id>/bookmarks/",
        own.CourseBookmarksView.as_view(),
        name="courses-api-bookmarks",
    ),
    path("bookmarks/<uuid:bookmark_id>/", own.BookmarkView.as_view(), name="courses-api-bookmark"),
    path("me/favorites/", own.FavoritesView.as_view(), name="courses-api-favorites"),
    path("me/favorites/<uuid:course_id>/", own.FavoriteView.as_view(), name="courses-api-favorite"),
    path("me/wishes/", wishes.WishesView.as_view(), name="courses-api-wishes"),
    path("me/wishes/<uuid:wish_id>/", wishes.WishView.as_view(), name="courses-api-wish"),
    path("courses/wishes/", wishes.AskedForView.as_view(), name="courses-api-asked-for"),
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
            "files": files.FilesView,
            "export": files.ExportView,
        }.items()
    ),
    path("courses/import/", files.ImportView.as_view(), name="courses-api-import"),
    path(
        "courses/<uuid:course_id>/export/<uuid:job_id>/",
        files.ExportedView.as_view(),
        name="courses-api-exported",
    ),
    path(
        "courses/<uuid:course_id>/files/<str:name>/",
        files.FileView.as_view(),
        name="courses-api-file",
    ),
    path(
        "lessons/<uuid:lesson_id>/attendance/",
        files.AttendanceView.as_view(),
        name="courses-api-attendance",
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
    path("", include("courses.api.assessment_urls")),
    *motivation_urls.urlpatterns,
]
