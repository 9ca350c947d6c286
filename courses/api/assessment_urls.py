from django.urls import path

from courses.api import assessing, discussions, handovers, submissions

urlpatterns = [
    path("appeals/", assessing.AppealsView.as_view(), name="courses-api-appeals"),
    path("appeals/<uuid:appeal_id>/accept/", assessing.AcceptAppealView.as_view()),
    path("appeals/<uuid:appeal_id>/reject/", assessing.RejectAppealView.as_view()),
    path("attempts/<uuid:attempt_id>/appeals/", assessing.AttemptAppealsView.as_view()),
    path("grading/", assessing.QueueView.as_view(), name="courses-api-grading"),
    path("grading/attempts/<uuid:attempt_id>/", assessing.GradingAttemptView.as_view()),
    path("grading/attempts/<uuid:attempt_id>/mark-again/", assessing.RemarkAttemptView.as_view()),
    path("grading/submissions/<uuid:submission_id>/", submissions.GradingSubmissionView.as_view()),
    path(
        "grading/submissions/<uuid:submission_id>/mark/", submissions.MarkSubmissionView.as_view()
    ),
    path(
        "grading/submissions/<uuid:submission_id>/mark-again/",
        submissions.RemarkSubmissionView.as_view(),
    ),
    path(
        "grading/submissions/<uuid:submission_id>/return/",
        submissions.ReturnSubmissionView.as_view(),
    ),
    path("courses/<uuid:course_id>/bank/", assessing.BankView.as_view(), name="courses-api-bank"),
    path("bank/<uuid:item_id>/", assessing.BankItemView.as_view(), name="courses-api-bank-item"),
    path("bank/<uuid:item_id>/correction/", assessing.CorrectionView.as_view()),
    path("lessons/<uuid:lesson_id>/item-statistics/", assessing.ItemStatisticsView.as_view()),
    path("enrollments/<uuid:enrollment_id>/time-factor/", assessing.TimeFactorView.as_view()),
    path(
        "lessons/<uuid:lesson_id>/submissions/",
        submissions.SubmissionsView.as_view(),
        name="courses-api-submissions",
    ),
    path("submissions/<uuid:submission_id>/", submissions.SubmissionView.as_view()),
    path("submissions/<uuid:submission_id>/files/", submissions.SubmissionFilesView.as_view()),
    path(
        "submissions/<uuid:submission_id>/files/<uuid:file_id>/",
        submissions.SubmissionFileView.as_view(),
    ),
    path("submissions/<uuid:submission_id>/hand-in/", submissions.HandInView.as_view()),
    path(
        "lessons/<uuid:lesson_id>/questions/",
        discussions.ThreadsView.as_view(),
        name="courses-api-questions",
    ),
    path("questions/<uuid:thread_id>/", discussions.ThreadView.as_view()),
    path("questions/<uuid:thread_id>/answers/", discussions.PostsView.as_view()),
    path("questions/<uuid:thread_id>/vote/", discussions.ThreadVoteView.as_view()),
    path("questions/<uuid:thread_id>/follow/", discussions.FollowView.as_view()),
    path("questions/<uuid:thread_id>/report/", discussions.ThreadReportView.as_view()),
    path("handovers/", handovers.HandoversView.as_view(), name="courses-api-handovers"),
    path("handovers/<uuid:handover_id>/", handovers.HandoverView.as_view()),
    path("handovers/<uuid:handover_id>/answer/", handovers.AnswerView.as_view()),
    path("answers/<uuid:post_id>/", discussions.PostView.as_view()),
    path("answers/<uuid:post_id>/accept/", discussions.AcceptView.as_view()),
    path("answers/<uuid:post_id>/vote/", discussions.PostVoteView.as_view()),
    path("answers/<uuid:post_id>/report/", discussions.PostReportView.as_view()),
]
