from django.urls import path

from webhooks.api.views import WebhookDeliveryViewSet, WebhookViewSet

_ONE = "webhooks/<uuid:pk>/"

urlpatterns = [
    path(
        "webhooks/",
        WebhookViewSet.as_view({"get": "list", "post": "create"}),
        name="webhooks-api-list",
    ),
    path("webhooks/types/", WebhookViewSet.as_view({"get": "types"}), name="webhooks-api-types"),
    path(
        _ONE,
        WebhookViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="webhooks-api-read",
    ),
    path(f"{_ONE}rotate/", WebhookViewSet.as_view({"post": "rotate"}), name="webhooks-api-rotate"),
    path(f"{_ONE}test/", WebhookViewSet.as_view({"post": "test"}), name="webhooks-api-test"),
    path(f"{_ONE}replay/", WebhookViewSet.as_view({"post": "replay"}), name="webhooks-api-replay"),
    path(
        f"{_ONE}deliveries/",
        WebhookViewSet.as_view({"get": "deliveries"}),
        name="webhooks-api-deliveries",
    ),
    path(
        "webhooks/deliveries/<uuid:pk>/",
        WebhookDeliveryViewSet.as_view({"get": "retrieve"}),
        name="webhooks-api-delivery",
    ),
    path(
        "webhooks/deliveries/<uuid:pk>/again/",
        WebhookDeliveryViewSet.as_view({"post": "again"}),
        name="webhooks-api-again",
    ),
]
