from django.urls import path

from payments.views import orders, subscriptions

urlpatterns = [
    path("checkout/<slug:kind>/<uuid:target_id>/", orders.checkout, name="payments-checkout"),
    path("payments/paypal/return/", orders.returned, name="payments-return"),
    path("payments/paypal/cancel/", orders.cancelled, name="payments-cancel"),
    path("orders/", orders.order_list, name="my-orders"),
    path("orders/<uuid:pk>/", orders.order_page, name="payments-order"),
    path("orders/<uuid:pk>/check/", orders.check, name="payments-check"),
    path("pricing/", subscriptions.pricing, name="pricing"),
    path("subscriptions/", subscriptions.overview, name="subscriptions"),
    path(
        "subscriptions/new/<slug:slug>/",
        subscriptions.subscribe,
        name="payments-subscribe",
    ),
    path("subscriptions/<uuid:pk>/pause/", subscriptions.pause, name="payments-pause"),
    path("subscriptions/<uuid:pk>/resume/", subscriptions.resume, name="payments-resume"),
    path(
        "subscriptions/<uuid:pk>/check/",
        subscriptions.check,
        name="payments-subscription-check",
    ),
    path(
        "subscriptions/<uuid:pk>/cancel/",
        subscriptions.cancel,
        name="payments-subscription-cancel",
    ),
    path(
        "subscriptions/<uuid:pk>/change/<slug:slug>/",
        subscriptions.change,
        name="payments-subscription-change",
    ),
    path(
        "payments/paypal/subscription/return/",
        subscriptions.returned,
        name="payments-subscription-return",
    ),
    path(
        "payments/paypal/subscription/turned-back/",
        subscriptions.turned_back,
        name="payments-subscription-turned-back",
    ),
]
