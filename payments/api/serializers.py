from rest_framework import serializers

from payments.models import Order, Refund
from tutorme.core.api.serializers import MoneyField, OutputSerializer, SafeText, StrictSerializer


class OrderIn(StrictSerializer):
    kind = serializers.CharField(max_length=20)
    target = serializers.UUIDField()


class OrderOut(OutputSerializer):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    target = serializers.UUIDField()
    description = serializers.CharField()
    state = serializers.ChoiceField(choices=Order.State.choices)
    total = MoneyField()
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


class RefundOut(OutputSerializer):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=Refund.State.choices)
    amount = MoneyField()
    order = OrderOut()
