from rest_framework import serializers

from payments.models import Order, Refund
from tutorme.core.api.serializers import MoneyField, OutputSerializer, SafeText, StrictSerializer


class OrderIn(StrictSerializer):
    kind = serializers.CharField(max_length=20)
    target = serializers.UUIDField()
    coupon = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    use_credit = serializers.BooleanField(
        required=False, default=False, help_text="Pay with one's credit as far as it goes."
    )


class OrderOut(OutputSerializer):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    target = serializers.UUIDField()
    description = serializers.CharField()
    state = serializers.ChoiceField(choices=Order.State.choices)
    price = MoneyField()
    discount = MoneyField()
    total = MoneyField(help_text="price − discount; tax is contained.")
    tax = MoneyField()
    credit = MoneyField(help_text="The part of the total paid with credit.")
    to_pay = MoneyField(help_text="The part asked of the provider.")
    refunded = MoneyField()
    approve_url = serializers.URLField(
        allow_null=True, help_text="Where the payer approves; null when nothing is left to approve."
    )
    created_at = serializers.DateTimeField()
    captured_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField()


class RefundIn(StrictSerializer):
    amount = MoneyField(required=False, help_text="All that is left when absent.")
    reason = SafeText(max_length=200)
    as_credit = serializers.BooleanField(required=False, default=False)


class RefundOut(OutputSerializer):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=Refund.State.choices)
    amount = MoneyField()
    order = OrderOut()
