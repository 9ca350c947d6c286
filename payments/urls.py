from django.urls import path

from payments import views

urlpatterns = [
    path("checkout/<slug:kind>/<uuid:target_id>/", views.checkout, name="payments-checkout"),
    path("payments/paypal/return/", views.returned, name="payments-return"),
    path("payments/paypal/cancel/", views.cancelled, name="payments-cancel"),
    path("orders/", views.order_list, name="my-orders"),
    path("orders/<uuid:pk>/", views.order_page, name="payments-order"),
    path("orders/<uuid:pk>/check/", views.check, name="payments-check"),
]
