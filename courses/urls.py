from django.urls import path

from courses.views import catalogue, files, learn, quiz, releases, teach, teach_lesson, transfers

urlpatterns = [
    path("courses/", catalogue.course_list, name="courses"),
    path("courses/<slug:slug>/", catalogue.course_page, name="courses-course"),
    path("courses/<slug:slug>/enroll/", catalogue.enroll, name="courses-enroll"),
    path("help/ratings/", catalogue.ratings_explained, name="courses-ratings-explained"),
    path("learn/", learn.shelf, name="learn"),
    path("learn/<slug:slug>/", learn.course_home, name="courses-learn-course"),
    path("courses/<slug:slug>/changes/", releases.changes, name="courses-changes"),
    path("learn/<slug:slug>/files/<str:name>", files.course_file, name="courses-file"),
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
    # What authors do ---------------------------------------------------------------------------
    path("teach/", teach.home, name="teach"),
    path("teach/courses/", teach.courses, name="teach-courses"),
    path("teach/courses/new/", teach.new_course, name="teach-new"),
    path("teach/courses/import/", transfers.bring_in, name="teach-import"),
    path("teach/jobs/<uuid:job_id>/", transfers.follow, name="teach-job"),
    path("teach/jobs/<uuid:job_id>/download/", transfers.download, name="teach-download"),
    path("teach/courses/<slug:slug>/export/", transfers.export, name="teach-export"),
    path("teach/courses/<slug:slug>/", teach.course, name="teach-course"),
    path("teach/courses/<slug:slug>/change/", teach.change_course, name="teach-change"),
    path("teach/courses/<slug:slug>/details/", teach.details, name="teach-details"),
    path("teach/courses/<slug:slug>/publish/", releases.publish, name="teach-publish"),
    path("teach/courses/<slug:slug>/withdraw/", releases.withdraw, name="teach-withdraw"),
    path("teach/courses/<slug:slug>/sections/", teach.add_section, name="teach-add-section"),
    path(
        "teach/courses/<slug:slug>/sections/<uuid:section_id>/",
        teach.change_section,
        name="teach-section",
    ),
    path("teach/courses/<slug:slug>/files/", teach_lesson.course_files, name="teach-files"),
    path("teach/courses/<slug:slug>/files/<str:name>", files.draft_file, name="teach-file"),
    path(
        "teach/courses/<slug:slug>/files/<str:name>/remove/",
        teach_lesson.remove_file,
        name="teach-remove-file",
    ),
    path("teach/courses/<slug:slug>/lessons/", teach.add_lesson, name="teach-add-lesson"),
    *(
        path(f"teach/courses/<slug:slug>/lessons/<uuid:lesson_id>/{place}", view, name=name)
        for place, view, name in (
            ("", teach_lesson.lesson, "teach-lesson"),
            ("change/", teach.change_lesson, "teach-change-lesson"),
            ("preview/", teach_lesson.preview, "teach-preview"),
            ("history/", teach_lesson.history, "teach-history"),
            ("history/<int:revision_id>/", teach_lesson.restore, "teach-restore"),
            ("attendance/", releases.attendance, "teach-attendance"),
        )
    ),
]
