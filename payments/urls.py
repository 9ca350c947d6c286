from django.urls import path

from payments.views import buying, orders, selling, sold, subscriptions

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
        "subscriptions/payments/<uuid:pk>/papers/<uuid:document_id>.pdf",
        buying.period_paper,
        name="payments-period-paper",
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
    path("orders/<uuid:pk>/receipt/", buying.receipt, name="payments-receipt"),
    path("orders/<uuid:pk>/papers/<uuid:document_id>.pdf", buying.paper, name="payments-paper"),
    path("orders/<uuid:pk>/refund/", buying.give_back, name="payments-refund"),
    path("credit/", buying.credit, name="payments-credit"),
    path("packages/", buying.packages, name="payments-packages"),
    path("settings/billing/", buying.billing, name="settings-billing"),
    path("teach/earnings/", selling.earnings, name="teach-earnings"),
    path("teach/earnings/<str:month>/<str:unit>/", selling.statement, name="teach-statement"),
    path(
        "teach/earnings/<str:month>/<str:unit>/print/",
        selling.print_statement,
        name="teach-statement-print",
    ),
    path(
        "teach/earnings/<str:month>/<str:unit>/statement.pdf",
        selling.statement_pdf,
        name="teach-statement-pdf",
    ),
    path(
        "teach/earnings/<str:month>/<str:unit>/statement.csv",
        selling.statement_csv,
        name="teach-statement-csv",
    ),
    path("teach/payouts/", selling.payout_list, name="teach-payouts"),
    path("teach/payouts/method/", selling.payout_method, name="teach-payout-method"),
    path("teach/payouts/ask/", selling.ask_for_payout, name="teach-payout-ask"),
    path("teach/coupons/", selling.coupon_list, name="teach-coupons"),
    path("teach/coupons/<uuid:pk>/switch/", selling.switch_coupon, name="teach-coupon-switch"),
    path("teach/packages/", selling.package_list, name="teach-packages"),
    path("teach/packages/sold/", sold.sold_list, name="teach-packages-sold"),
    path("teach/packages/sold/<uuid:pk>/end/", sold.end_package, name="teach-package-end"),
    path(
        "teach/packages/<uuid:pk>/withdraw/",
        selling.withdraw_package,
        name="teach-package-withdraw",
    ),
]
