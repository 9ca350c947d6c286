"""Operations of the API that combine apps."""

from django.urls import path

from tutorme.web.stuck.api import LessonHelpView

urlpatterns = [
    path("lessons/<uuid:lesson_id>/help/", LessonHelpView.as_view(), name="web-api-lesson-help"),
]
