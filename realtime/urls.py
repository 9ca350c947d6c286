from django.urls import path

from realtime.views import notifications, preferences

urlpatterns = [
    path("unsubscribe/<str:token>/", preferences.unsubscribe, name="unsubscribe"),
    path("notifications/", notifications.notification_list, name="notifications"),
    path("notifications/read-all/", notifications.read_all, name="notifications-read-all"),
    path("notifications/<uuid:pk>/read/", notifications.read_one, name="notifications-read"),
]
