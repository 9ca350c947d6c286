from django.urls import path

from accounts.views import teaching, tutors

urlpatterns = [
    path("tutors/", tutors.directory, name="tutors"),
    path("tutors/<str:slug>/", tutors.tutor, name="tutor"),
    path("teach/profile/", teaching.overview, name="tutor-profile"),
    path("teach/profile/preview/", teaching.preview, name="tutor-profile-preview"),
    path("teach/profile/submit/", teaching.submit, name="tutor-profile-submit"),
    path("teach/profile/papers/", teaching.papers, name="tutor-papers"),
    path(
        "teach/profile/papers/<uuid:paper_id>/remove/",
        teaching.remove_paper,
        name="tutor-paper-remove",
    ),
    path("teach/profile/<slug:key>/", teaching.step, name="tutor-profile-step"),
]
