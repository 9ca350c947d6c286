from django.urls import path

from payments.api.billing_views import PlansView, SubscriptionViewSet

urlpatterns = [
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
