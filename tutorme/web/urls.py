from django.urls import URLPattern, URLResolver, path

from tutorme.web import api_docs, subjects, views
from tutorme.web.desk import views as desk
from tutorme.web.stuck import views as stuck

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.landing, name="landing"),
    path("api/docs/", api_docs.swagger, name="api-docs"),
    path("api/redoc/", api_docs.redoc, name="api-redoc"),
    path("today/", views.today, name="today"),
    path("learn/<slug:slug>/<slug:key>/help/", stuck.lesson_help, name="lesson-help"),
    path("teach/reports/", desk.teaching, name="teach-reports"),
    path("reports/<uuid:export_id>/", desk.file, name="report-file"),
    path("handovers/<uuid:handover_id>/", stuck.handover, name="handover"),
    path("subjects/", subjects.subjects, name="subject-list"),
    path("subjects/<slug:slug>/", subjects.subject, name="subject-page"),
    path("healthz/", views.healthz, name="healthz"),
    path("readyz/", views.readyz, name="readyz"),
    path("theme/", views.set_theme, name="set-theme"),
    path("problems/", views.problems, name="problems"),
    path("problems/<slug:code>/", views.problem, name="problem"),
    path("styleguide/", views.styleguide, name="styleguide"),
]
