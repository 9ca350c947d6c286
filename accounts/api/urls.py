from django.urls import include, path

from accounts.api import (
    admin_proposals,
    data,
    entrance,
    papers,
    people,
    profile,
    security,
    services,
    skills,
    tutors,
    views,
)

urlpatterns = [
    path("auth/register/", entrance.RegisterView.as_view(), name="auth-register"),
    path(
        "auth/register/confirm/",
        entrance.RegisterConfirmView.as_view(),
        name="auth-register-confirm",
    ),
    path(
        "auth/register/resend/", entrance.RegisterResendView.as_view(), name="auth-register-resend"
    ),
    path("auth/token/", entrance.TokenView.as_view(), name="auth-token"),
    path(
        "auth/token/second-factor/",
        entrance.SecondFactorView.as_view(),
        name="auth-token-second-factor",
    ),
    path("auth/token/refresh/", entrance.RefreshView.as_view(), name="auth-token-refresh"),
    path("auth/token/revoke/", entrance.RevokeView.as_view(), name="auth-token-revoke"),
    path("auth/password/reset/", entrance.PasswordResetView.as_view(), name="auth-password-reset"),
    path(
        "auth/password/reset/confirm/",
        entrance.PasswordResetConfirmView.as_view(),
        name="auth-password-reset-confirm",
    ),
    path("auth/reauthenticate/", security.ReauthenticateView.as_view(), name="auth-reauthenticate"),
    path("auth/providers/", services.ServicesView.as_view(), name="auth-providers"),
    path("auth/firebase/", services.FirebaseView.as_view(), name="auth-firebase"),
    path("auth/headless/", include("accounts.headless")),
    path("auth/session/", views.SessionView.as_view(), name="auth-session"),
    path("auth/csrf/", views.CsrfView.as_view(), name="auth-csrf"),
    path(
        "auth/sign-out-everywhere/",
        security.SignOutEverywhereView.as_view(),
        name="auth-sign-out-everywhere",
    ),
    path("me/password/", security.PasswordView.as_view(), name="me-password"),
    path("me/email/", security.EmailView.as_view(), name="me-email"),
    path("me/email/confirm/", security.EmailConfirmView.as_view(), name="me-email-confirm"),
    path("me/security/", security.SecurityEventsView.as_view(), name="me-security"),
    path("me/sessions/", security.DevicesView.as_view(), name="me-sessions"),
    path("me/sessions/<uuid:session_id>/", security.DeviceView.as_view(), name="me-session"),
    path("me/connections/", services.ConnectionsView.as_view(), name="me-connections"),
    path(
        "me/connections/<int:connection_id>/",
        services.ConnectionView.as_view(),
        name="me-connection",
    ),
    path("me/tokens/", security.PersonalTokensView.as_view(), name="me-tokens"),
    path("me/tokens/<uuid:token_id>/", security.PersonalTokenView.as_view(), name="me-token"),
    path("users/", people.UserViewSet.as_view({"get": "list", "post": "create"}), name="users"),
    path(
        "users/admin-proposals/",
        admin_proposals.AdminProposalViewSet.as_view({"get": "list", "post": "create"}),
        name="admin-proposals",
    ),
    *(
        path(
            f"users/admin-proposals/<uuid:pk>/{act}/",
            admin_proposals.AdminProposalViewSet.as_view({"post": act}),
            name=f"admin-proposal-{act}",
        )
        for act in ("approve", "decline", "withdraw")
    ),
    path(
        "users/<uuid:pk>/",
        people.UserViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="user",
    ),
    path("me/", data.MeView.as_view(), name="me"),
    path("me/export/", data.ExportView.as_view(), name="me-export"),
    path("me/deletion/", data.DeletionView.as_view(), name="me-deletion"),
    path("me/profile/", profile.ProfileView.as_view(), name="me-profile"),
    path("me/preferences/", profile.PreferencesView.as_view(), name="me-preferences"),
    path("me/tutor-profile/", tutors.OwnTutorProfileView.as_view(), name="me-tutor-profile"),
    path(
        "me/tutor-profile/submit/",
        tutors.SubmitTutorProfileView.as_view(),
        name="me-tutor-profile-submit",
    ),
    path(
        "me/tutor-profile/papers/",
        papers.PaperViewSet.as_view({"get": "list", "post": "create"}),
        name="me-tutor-papers",
    ),
    path(
        "me/tutor-profile/papers/<uuid:pk>/",
        papers.PaperViewSet.as_view({"delete": "destroy"}),
        name="me-tutor-paper",
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
]
