from django.urls import path

from payments.api import buying, keeping, selling, sold
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
    path("payments/quotes/", buying.QuoteView.as_view(), name="payments-api-quotes"),
    path(
        "payments/orders/<uuid:pk>/receipt/",
        buying.ReceiptView.as_view(),
        name="payments-api-receipt",
    ),
    path(
        "payments/orders/<uuid:pk>/refund-preview/",
        buying.RefundPreviewView.as_view(),
        name="payments-api-refund-preview",
    ),
    path(
        "payments/orders/<uuid:pk>/refund-request/",
        buying.RefundRequestView.as_view(),
        name="payments-api-refund-request",
    ),
    path(
        "payments/refunds/<uuid:pk>/approve/",
        keeping.RefundViewSet.as_view({"post": "approve"}),
        name="payments-api-refund-approve",
    ),
    path(
        "payments/refunds/<uuid:pk>/reject/",
        keeping.RefundViewSet.as_view({"post": "reject"}),
        name="payments-api-refund-reject",
    ),
    path(
        "payments/subscription-payments/<uuid:pk>/refund/",
        keeping.SubscriptionPaymentViewSet.as_view({"post": "refund"}),
        name="payments-api-subscription-payment-refund",
    ),
    path(
        "payments/subscription-payments/<uuid:pk>/receipt/",
        buying.PeriodReceiptView.as_view(),
        name="payments-api-subscription-payment-receipt",
    ),
    path(
        "payments/subscription-payments/<uuid:pk>/papers/<uuid:document_id>/",
        buying.PeriodPaperView.as_view(),
        name="payments-api-subscription-payment-paper",
    ),
    path(
        "payments/subscription-refunds/<uuid:pk>/approve/",
        keeping.SubscriptionRefundViewSet.as_view({"post": "approve"}),
        name="payments-api-subscription-refund-approve",
    ),
    path(
        "payments/subscription-refunds/<uuid:pk>/reject/",
        keeping.SubscriptionRefundViewSet.as_view({"post": "reject"}),
        name="payments-api-subscription-refund-reject",
    ),
    path("payments/credit/", buying.CreditView.as_view(), name="payments-api-credit"),
    path("payments/credit/packs/", buying.CreditPackView.as_view(), name="payments-api-packs"),
    path("payments/credit/grants/", keeping.CreditGrantView.as_view(), name="payments-api-grants"),
    path(
        "payments/coupons/",
        selling.CouponViewSet.as_view({"get": "list", "post": "create"}),
        name="payments-api-coupons",
    ),
    path(
        "payments/coupons/<uuid:pk>/",
        selling.CouponViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="payments-api-coupon",
    ),
    path(
        "payments/packages/",
        buying.PackageViewSet.as_view({"get": "list"}),
        name="payments-api-packages",
    ),
    path(
        "payments/package-offers/",
        selling.PackageOfferViewSet.as_view({"get": "list", "post": "create"}),
        name="payments-api-package-offers",
    ),
    path(
        "payments/package-offers/<uuid:pk>/",
        selling.PackageOfferViewSet.as_view({"delete": "destroy"}),
        name="payments-api-package-offer",
    ),
    path(
        "payments/sold-packages/",
        sold.SoldPackageViewSet.as_view({"get": "list"}),
        name="payments-api-sold-packages",
    ),
    path(
        "payments/sold-packages/<uuid:pk>/end-preview/",
        sold.SoldPackageViewSet.as_view({"get": "preview"}),
        name="payments-api-sold-package-end-preview",
    ),
    path(
        "payments/sold-packages/<uuid:pk>/end/",
        sold.SoldPackageViewSet.as_view({"post": "end"}),
        name="payments-api-sold-package-end",
    ),
    path("payments/earnings/", selling.EarningsView.as_view(), name="payments-api-earnings"),
    path(
        "payments/earnings/statement/",
        selling.StatementView.as_view(),
        name="payments-api-statement",
    ),
    path(
        "payments/payouts/",
        selling.PayoutViewSet.as_view({"get": "list", "post": "create"}),
        name="payments-api-payouts",
    ),
    path(
        "payments/payout-method/",
        selling.PayoutMethodView.as_view(),
        name="payments-api-payout-method",
    ),
    path(
        "payments/payout-batches/",
        keeping.PayoutBatchViewSet.as_view({"get": "list"}),
        name="payments-api-payout-batches",
    ),
    path(
        "payments/payout-batches/<uuid:pk>/approve/",
        keeping.PayoutBatchViewSet.as_view({"post": "approve"}),
        name="payments-api-payout-approve",
    ),
    path(
        "payments/payout-batches/<uuid:pk>/reject/",
        keeping.PayoutBatchViewSet.as_view({"post": "reject"}),
        name="payments-api-payout-reject",
    ),
    path(
        "payments/ledger/",
        keeping.LedgerView.as_view({"get": "list"}),
        name="payments-api-ledger",
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
