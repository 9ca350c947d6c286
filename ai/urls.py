from django.urls import path

from ai.views import helping, matching, parts, studio

_DRAFT = "teach/ai/<uuid:draft_id>/"

urlpatterns = [
    path("teach/ai/", studio.studio, name="ai-studio"),
    path("teach/ai/courses/new/", studio.new_course, name="ai-new-course"),
    path(
        "teach/ai/exercises/new/",
        studio.new_practice,
        {"kind": "exercise"},
        name="ai-new-exercise",
    ),
    path("teach/ai/quizzes/new/", studio.new_practice, {"kind": "quiz"}, name="ai-new-quiz"),
    path(_DRAFT, studio.draft, name="ai-draft"),
    path(f"{_DRAFT}outline/", studio.outline, name="ai-draft-outline"),
    path(f"{_DRAFT}act/", studio.act, name="ai-draft-act"),
    path(f"{_DRAFT}attach/", studio.attach, name="ai-draft-attach"),
    path(f"{_DRAFT}export/", studio.export, name="ai-draft-export"),
    path(f"{_DRAFT}log/", studio.log, name="ai-draft-log"),
    path(f"{_DRAFT}parts/<slug:key>/", parts.part, name="ai-part"),
    path("match/", matching.match, name="match"),
    path("match/<uuid:match_id>/", matching.matched, name="ai-match"),
    path("match/<uuid:match_id>/words/", matching.words, name="ai-match-words"),
    path("learn/<slug:slug>/<slug:key>/hints/", helping.help_in, name="ai-help"),
    path("learn/<slug:slug>/<slug:key>/hints/<uuid:ladder_id>/", helping.ladder, name="ai-ladder"),
]
