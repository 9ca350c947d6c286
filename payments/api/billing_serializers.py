from rest_framework import serializers

from payments.models import Document, Feature, PlanVersion, Subscription, SubscriptionPeriod
from tutorme.core.api.serializers import MoneyField, OutputSerializer, StrictSerializer


class PlanOut(OutputSerializer):
    slug = serializers.SlugField()
    name = serializers.CharField()
    description = serializers.CharField()
    features = serializers.ListField(child=serializers.ChoiceField(choices=Feature.choices))
    price = MoneyField()
    every = serializers.IntegerField(help_text="The price is for this many units.")
    unit = serializers.ChoiceField(choices=PlanVersion.Unit.choices)


class SubscribeIn(StrictSerializer):
    plan = serializers.SlugField(max_length=40, help_text="The plan's slug.")


class PeriodPaperOut(OutputSerializer):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Document.Kind.choices)
    number = serializers.CharField()


class PeriodOut(OutputSerializer):
    id = serializers.UUIDField()
    plan = serializers.SlugField()
    amount = MoneyField()
    state = serializers.ChoiceField(choices=SubscriptionPeriod.State.choices)
    paid_at = serializers.DateTimeField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    papers = PeriodPaperOut(many=True, help_text="What is printed: receipt and credit notes.")


class SubscriptionOut(OutputSerializer):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=Subscription.State.choices)
    plan = PlanOut()
    next_plan = PlanOut(allow_null=True, help_text="Agreed to; begins with the next payment.")
    is_paused = serializers.BooleanField()
    approve_url = serializers.URLField(
        allow_null=True, help_text="Where the payer agrees; null when nothing waits for that."
    )
    change_url = serializers.URLField(
        allow_null=True, help_text="Where the payer agrees to another plan."
    )
    owed = MoneyField()
    failures = serializers.IntegerField(help_text="Payments refused in a row.")
    next_try_at = serializers.DateTimeField(allow_null=True)
    next_billing_at = serializers.DateTimeField(allow_null=True)
    paid_through = serializers.DateTimeField(allow_null=True)
    access_until = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class SubscriptionDetailOut(SubscriptionOut):
    periods = PeriodOut(many=True)
