from django.urls import path

from courses.api import catalogue, learning, own, ratings

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
]
