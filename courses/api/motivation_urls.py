from django.urls import path

from courses.api import motivation, teaching

urlpatterns = [
    path("leaderboard/", motivation.LeaderboardView.as_view(), name="courses-api-leaderboard"),
    path("achievements/", motivation.AchievementsView.as_view(), name="courses-api-achievements"),
    path(
        "achievements/<uuid:achievement_id>/",
        motivation.AchievementView.as_view(),
        name="courses-api-achievement",
    ),
    path(
        "achievements/<uuid:achievement_id>/activate/",
        motivation.ActivateView.as_view(),
        name="courses-api-achievement-activate",
    ),
    path(
        "achievements/<uuid:achievement_id>/retire/",
        motivation.RetireView.as_view(),
        name="courses-api-achievement-retire",
    ),
    path(
        "achievements/<uuid:achievement_id>/grant/",
        motivation.GrantView.as_view(),
        name="courses-api-achievement-grant",
    ),
    path(
        "achievements/<uuid:achievement_id>/revoke/",
        motivation.RevokeView.as_view(),
        name="courses-api-achievement-revoke",
    ),
    path(
        "me/achievements/",
        motivation.MyAchievementsView.as_view(),
        name="courses-api-my-achievements",
    ),
    path("me/points/", motivation.MyPointsView.as_view(), name="courses-api-my-points"),
    path("me/motivation/", motivation.MotivationView.as_view(), name="courses-api-motivation"),
    path(
        "courses/<uuid:course_id>/analytics/",
        teaching.AnalyticsView.as_view(),
        name="courses-api-analytics",
    ),
    path(
        "courses/<uuid:course_id>/nudges/",
        teaching.NudgesView.as_view(),
        name="courses-api-nudges",
    ),
]
