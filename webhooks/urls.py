"""Below /settings/webhooks/."""

from django.urls import path

from webhooks.views import endpoints

_ONE, _DELIVERY = "<uuid:pk>/", "<uuid:pk>/<uuid:delivery_id>/"

urlpatterns = [
    path("", endpoints.index, name="webhooks"),
    path("new/", endpoints.new, name="webhook-new"),
    path(_ONE, endpoints.endpoint, name="webhook"),
    path(f"{_ONE}rotate/", endpoints.rotate, name="webhook-rotate"),
    path(f"{_ONE}test/", endpoints.test, name="webhook-test"),
    path(f"{_ONE}pause/", endpoints.switch, {"state": "paused"}, name="webhook-pause"),
    path(f"{_ONE}resume/", endpoints.switch, {"state": "active"}, name="webhook-resume"),
    path(f"{_ONE}replay/", endpoints.replay, name="webhook-replay"),
    path(f"{_ONE}remove/", endpoints.remove, name="webhook-remove"),
    path(_DELIVERY, endpoints.delivery, name="webhook-delivery"),
    path(f"{_DELIVERY}again/", endpoints.again, name="webhook-again"),
]
