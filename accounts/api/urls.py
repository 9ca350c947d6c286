from django.urls import path

from accounts.api import profile, skills, tutors, views

urlpatterns = [
    path("auth/register/", views.RegisterView.as_view(), name="auth-register"),
    path("auth/token/", views.TokenView.as_view(), name="auth-token"),
    path("auth/token/refresh/", views.RefreshView.as_view(), name="auth-token-refresh"),
    path("auth/token/revoke/", views.RevokeView.as_view(), name="auth-token-revoke"),
    path("auth/session/", views.SessionView.as_view(), name="auth-session"),
    path("auth/csrf/", views.CsrfView.as_view(), name="auth-csrf"),
    path(
        "auth/sign-out-everywhere/",
        views.SignOutEverywhereView.as_view(),
        name="auth-sign-out-everywhere",
    ),
    path("me/profile/", profile.ProfileView.as_view(), name="me-profile"),
    path("me/preferences/", profile.PreferencesView.as_view(), name="me-preferences"),
    path("me/tutor-profile/", tutors.OwnTutorProfileView.as_view(), name="me-tutor-profile"),
    path(
        "me/tutor-profile/submit/",
        tutors.SubmitTutorProfileView.as_view(),
        name="me-tutor-profile-submit",
    ),
    path("tutors/", tutors.TutorsView.as_view(), name="tutors-api"),
    path("tutors/<uuid:tutor_id>/", tutors.TutorView.as_view(), name="tutor-api"),
    path("subjects/", skills.SubjectsView.as_view(), name="subjects"),
    path(
        "me/skills/",
        skills.SkillViewSet.as_view({"get": "list", "post": "create"}),
        name="me-skills",
    ),
    path(
        "me/skills/<uuid:pk>/",
        skills.SkillViewSet.as_view(
            {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
        ),
        name="me-skill",
    ),
    path("me/sessions/", views.DevicesView.as_view(), name="me-sessions"),
    path("me/sessions/<uuid:session_id>/", views.DeviceView.as_view(), name="me-session"),
]
