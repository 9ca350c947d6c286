from django.urls import path

from payments import views

urlpatterns = [
    path("checkout/", views.start, name="payments-start"),
    path("checkout/<uuid:pk>/", views.checkout, name="payments-checkout"),
    path("payments/return/", views.returned, name="payments-return"),
    path("payments/cancel/", views.cancelled, name="payments-cancel"),
    path("orders/", views.order_list, name="payments-orders"),
    path("orders/<uuid:pk>/", views.order_page, name="payments-order"),
    path("orders/<uuid:pk>/check/", views.check, name="payments-check"),
]
