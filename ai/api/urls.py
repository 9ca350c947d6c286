from django.urls import path

from ai.api import drafts, helping, matching

_DRAFT = "ai/drafts/<uuid:draft_id>/"
_NODE = f"{_DRAFT}nodes/<slug:key>/"

urlpatterns = [
    path("ai/usage/", drafts.UsageView.as_view(), name="ai-api-usage"),
    path("ai/estimates/", drafts.EstimateView.as_view(), name="ai-api-estimate"),
    path("ai/courses/", drafts.CoursesView.as_view(), name="ai-api-courses"),
    path("ai/exercises/", drafts.ExercisesView.as_view(), name="ai-api-exercises"),
    path("ai/quizzes/", drafts.QuizzesView.as_view(), name="ai-api-quizzes"),
    path("ai/drafts/", drafts.DraftsView.as_view(), name="ai-api-drafts"),
    path(_DRAFT, drafts.DraftView.as_view(), name="ai-api-draft"),
    path(f"{_DRAFT}lessons/", drafts.LessonsView.as_view(), name="ai-api-lessons"),
    path(f"{_DRAFT}stop/", drafts.StopView.as_view(), name="ai-api-stop"),
    path(f"{_DRAFT}resume/", drafts.ResumeView.as_view(), name="ai-api-resume"),
    path(f"{_DRAFT}reject/", drafts.RejectView.as_view(), name="ai-api-reject"),
    path(f"{_DRAFT}accept/", drafts.AcceptView.as_view(), name="ai-api-accept"),
    path(f"{_DRAFT}attach/", drafts.AttachView.as_view(), name="ai-api-attach"),
    path(f"{_DRAFT}export/", drafts.ExportView.as_view(), name="ai-api-export"),
    path(f"{_DRAFT}runs/", drafts.RunsView.as_view(), name="ai-api-runs"),
    path(_NODE, drafts.NodeView.as_view(), name="ai-api-node"),
    path(f"{_NODE}again/", drafts.AgainView.as_view(), name="ai-api-again"),
    path(f"{_NODE}solve/", drafts.SolveView.as_view(), name="ai-api-solve"),
    path("ai/matches/", matching.MatchesView.as_view(), name="ai-api-matches"),
    path("ai/matches/<uuid:match_id>/", matching.MatchView.as_view(), name="ai-api-match"),
    path("ai/matches/<uuid:match_id>/words/", matching.WordsView.as_view(), name="ai-api-words"),
    path("lessons/<uuid:lesson_id>/hints/", helping.HelpView.as_view(), name="ai-api-help"),
    path("ai/hints/<uuid:ladder_id>/", helping.LadderView.as_view(), name="ai-api-ladder"),
    path("ai/hints/<uuid:ladder_id>/next/", helping.NextView.as_view(), name="ai-api-next"),
]
