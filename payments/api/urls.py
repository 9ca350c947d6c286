from django.urls import path

from payments.api.billing_views import PlansView, SubscriptionViewSet
from payments.api.views import OrderViewSet, PayPalWebhookView

urlpatterns = [
    path(
        "payments/orders/",
        OrderViewSet.as_view({"get": "list", "post": "create"}),
        name="payments-api-orders",
    ),
    path(
        "payments/orders/<uuid:pk>/",
        OrderViewSet.as_view({"get": "retrieve"}),
        name="payments-api-order",
    ),
    path(
        "payments/orders/<uuid:pk>/capture/",
        OrderViewSet.as_view({"post": "capture"}),
        name="payments-api-capture",
    ),
    path(
        "payments/orders/<uuid:pk>/refund/",
        OrderViewSet.as_view({"post": "refund"}),
        name="payments-api-refund",
    ),
    path(
        "payments/webhooks/paypal/",
        PayPalWebhookView.as_view(),
        name="payments-api-webhook-paypal",
    ),
    path("payments/plans/", PlansView.as_view(), name="payments-api-plans"),
    path(
        "payments/subscriptions/",
        SubscriptionViewSet.as_view({"get": "list", "post": "create"}),
        name="payments-api-subscriptions",
    ),
    path(
        "payments/subscriptions/<uuid:pk>/",
        SubscriptionViewSet.as_view({"get": "retrieve"}),
        name="payments-api-subscription",
    ),
    *(
        path(
            f"payments/subscriptions/<uuid:pk>/{step}/",
            SubscriptionViewSet.as_view({"post": step}),
            name=f"payments-api-subscription-{step}",
        )
        for step in ("cancel", "suspend", "activate", "change")
    ),
]
