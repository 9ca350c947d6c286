from django.urls import path

from realtime import views

urlpatterns = [
    path("notifications/", views.notification_list, name="notifications"),
    path("notifications/read-all/", views.read_all, name="notifications-read-all"),
    path("notifications/<uuid:pk>/read/", views.read_one, name="notifications-read"),
]
