"""Shapes of the books: earnings, payouts, credit, coupons, packages, the ledger."""

from decimal import Decimal

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from payments.models import (
    Coupon,
    Earning,
    LedgerAccount,
    Package,
    PayoutBatch,
    PayoutItem,
    Refund,
)
from tutorme.core.api.serializers import (
    BoundedDateTime,
    MoneyField,
    OutputSerializer,
    SafeText,
    StrictSerializer,
)
from tutorme.core.money import CURRENCIES

CURRENCY = [(code, code) for code in CURRENCIES]


class CodeField(serializers.RegexField):
    def __init__(self, **kwargs: object) -> None:
        super().__init__(r"^[A-Za-z0-9-]{3,30}$", **kwargs)  # type: ignore[arg-type]


# What something costs ---------------------------------------------------------------------------


class QuoteIn(StrictSerializer):
    kind = serializers.CharField(max_length=20)
    target = serializers.UUIDField()
    coupon = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    use_credit = serializers.BooleanField(required=False, default=False)


class QuoteOut(OutputSerializer):
    description = serializers.CharField()
    price = MoneyField()
    discount = MoneyField()
    total = MoneyField(help_text="price − discount; tax is contained.")
    tax = MoneyField()
    credit = MoneyField(help_text="Taken from your credit.")
    to_pay = MoneyField(help_text="Asked of the provider.")


# Giving back ------------------------------------------------------------------------------------


class RefundPreviewOut(OutputSerializer):
    amount = MoneyField()
    credit = MoneyField(help_text="The part that comes back as credit.")
    money = MoneyField(help_text="The part that goes back where you paid from.")
    until = serializers.DateTimeField(allow_null=True)
    why = serializers.CharField()


class RefundRequestIn(StrictSerializer):
    reason = SafeText(max_length=200, required=False, default="", allow_blank=True)
    as_credit = serializers.BooleanField(required=False, default=False)


class RefundRowOut(OutputSerializer):
    id = serializers.UUIDField()
    order = serializers.UUIDField()
    state = serializers.ChoiceField(choices=Refund.State.choices)
    amount = MoneyField()
    credit = MoneyField()


class SubscriptionRefundOut(OutputSerializer):
    id = serializers.UUIDField()
    payment = serializers.UUIDField()
    state = serializers.ChoiceField(choices=Refund.State.choices)
    amount = MoneyField()
    as_credit = serializers.BooleanField()


# Earnings ---------------------------------------------------------------------------------------


class PendingOut(OutputSerializer):
    order = serializers.UUIDField()
    what = serializers.CharField()
    state = serializers.ChoiceField(choices=Earning.State.choices)
    amount = MoneyField()
    available_at = serializers.DateTimeField(allow_null=True)
    is_held = serializers.BooleanField()


class BalanceOut(OutputSerializer):
    currency = serializers.CharField()
    escrow = MoneyField()
    pending = MoneyField()
    available = MoneyField()
    in_transit = MoneyField()


class EarningsOut(OutputSerializer):
    balances = BalanceOut(many=True)
    pending = PendingOut(many=True, help_text="The next hundred to become available.")


class MonthIn(StrictSerializer):
    month = serializers.RegexField(r"^20[0-9]{2}-(0[1-9]|1[0-2])$")
    currency = serializers.ChoiceField(choices=CURRENCY)


class LineOut(OutputSerializer):
    at = serializers.DateTimeField()
    kind = serializers.CharField()
    what = serializers.CharField()
    reference = serializers.CharField()
    gross = MoneyField(allow_null=True)
    commission = MoneyField(allow_null=True)
    tax = MoneyField(allow_null=True)
    net = MoneyField()


class StatementOut(OutputSerializer):
    month = serializers.DateField()
    opening = MoneyField()
    closing = MoneyField()
    lines = LineOut(many=True)


# Payouts ----------------------------------------------------------------------------------------


class PayoutIn(StrictSerializer):
    currency = serializers.ChoiceField(choices=CURRENCY)


class PayoutOut(OutputSerializer):
    id = serializers.UUIDField()
    batch = serializers.UUIDField()
    amount = MoneyField()
    email = serializers.EmailField()
    state = serializers.ChoiceField(choices=PayoutItem.State.choices)
    batch_state = serializers.ChoiceField(choices=PayoutBatch.State.choices)
    provider_item_id = serializers.CharField(allow_null=True)
    failure = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class PayoutMethodIn(StrictSerializer):
    email = serializers.EmailField(max_length=254)


class PayoutMethodOut(OutputSerializer):
    email = serializers.EmailField()
    usable_from = serializers.DateTimeField()


class BatchOut(OutputSerializer):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=PayoutBatch.State.choices)
    total = MoneyField()
    approvals = serializers.IntegerField()
    approvals_needed = serializers.IntegerField()
    provider_batch_id = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()


class RejectionIn(StrictSerializer):
    reason = SafeText(max_length=200)


# Credit, coupons, packages ----------------------------------------------------------------------


class LotOut(OutputSerializer):
    id = serializers.UUIDField()
    origin = serializers.CharField()
    amount = MoneyField()
    left = MoneyField()
    reason = serializers.CharField(allow_blank=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class CreditOut(OutputSerializer):
    balances = serializers.ListField(child=MoneyField())
    lots = LotOut(many=True)


class GrantIn(StrictSerializer):
    user = serializers.UUIDField()
    amount = MoneyField()
    reason = SafeText(max_length=200)
    days = serializers.IntegerField(min_value=1, max_value=3650, required=False)


class PackOut(OutputSerializer):
    id = serializers.UUIDField()
    amount = MoneyField()
    price = MoneyField()
    valid_days = serializers.IntegerField(allow_null=True)


@extend_schema_field({"type": "string", "pattern": "^[a-z]{0,20}$"})
class SoldKind(serializers.RegexField):
    """Empty: of every kind."""


class CouponIn(StrictSerializer):
    code = CodeField()
    percent = serializers.DecimalField(
        max_digits=4, decimal_places=1, min_value=Decimal("0.1"), max_value=100, required=False
    )
    amount = MoneyField(required=False)
    kind = SoldKind(r"^[a-z]{1,20}\Z", required=False, allow_blank=True, default="")
    target = serializers.UUIDField(required=False, default=None, allow_null=True)
    minimum = MoneyField(required=False)
    starts_at = BoundedDateTime(required=False, default=None, allow_null=True)
    ends_at = BoundedDateTime(required=False, default=None, allow_null=True)
    max_uses = serializers.IntegerField(
        min_value=1, max_value=1_000_000, required=False, default=None, allow_null=True
    )
    max_uses_each = serializers.IntegerField(min_value=1, max_value=1000, required=False, default=1)


class CouponPatch(StrictSerializer):
    is_active = serializers.BooleanField()


class CouponOut(OutputSerializer):
    id = serializers.UUIDField()
    code = serializers.CharField()
    percent = serializers.CharField(allow_null=True)
    amount = MoneyField(allow_null=True)
    kind = serializers.CharField(allow_blank=True)
    target = serializers.UUIDField(allow_null=True)
    uses = serializers.IntegerField()
    max_uses = serializers.IntegerField(allow_null=True)
    max_uses_each = serializers.IntegerField()
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    is_active = serializers.BooleanField()


def coupon_card(row: Coupon) -> dict[str, object]:
    return {
        "id": row.pk,
        "code": row.code,
        "percent": f"{row.per_mille / 10:g}" if row.per_mille else None,
        "amount": row.amount.as_json() if row.amount else None,
        "kind": row.kind,
        "target": row.target_id,
        "uses": row.uses,
        "max_uses": row.max_uses,
        "max_uses_each": row.max_uses_each,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "is_active": row.is_active,
    }


class OfferIn(StrictSerializer):
    title = SafeText(max_length=120)
    units = serializers.IntegerField(min_value=2, max_value=50)
    price = MoneyField()
    single_price = MoneyField()
    unit_kind = serializers.RegexField(r"^[a-z]{1,20}$", required=False, default="booking")
    valid_days = serializers.IntegerField(min_value=7, max_value=730, required=False, default=180)


class OffersIn(StrictSerializer):
    seller = serializers.UUIDField()


class OfferOut(OutputSerializer):
    id = serializers.UUIDField()
    seller = serializers.UUIDField()
    title = serializers.CharField()
    units = serializers.IntegerField()
    price = MoneyField()
    single_price = MoneyField()
    valid_days = serializers.IntegerField()


class _PackageOut(OutputSerializer):
    id = serializers.UUIDField()
    order = serializers.UUIDField()
    title = serializers.CharField()
    units = serializers.IntegerField()
    left = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Package.State.choices)
    expires_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    is_ended_by_seller = serializers.BooleanField()
    end_reason = serializers.CharField(allow_blank=True, help_text="The seller's words.")


class PackageOut(_PackageOut):
    seller = serializers.UUIDField()


class SoldPackageOut(_PackageOut):
    buyer = serializers.UUIDField()


class EndingOut(OutputSerializer):
    used = serializers.IntegerField()
    booked = serializers.IntegerField(help_text="Of those, for lessons that are still to come.")
    left = serializers.IntegerField()
    kept = MoneyField(help_text="What the used ones count at.")
    amount = MoneyField(help_text="What goes back to the buyer.")
    credit = MoneyField(help_text="The part that comes back as credit.")
    money = MoneyField(help_text="The part that goes back where the buyer paid from.")
    refusal = serializers.CharField(
        allow_null=True, help_text="The code of the problem where it cannot be ended now."
    )


class EndPackageIn(StrictSerializer):
    reason = SafeText(max_length=300)


# The ledger -------------------------------------------------------------------------------------


class EntryOut(OutputSerializer):
    account = serializers.ChoiceField(choices=LedgerAccount.Kind.choices)
    owner = serializers.UUIDField(allow_null=True)
    amount = serializers.IntegerField(help_text="Signed minor units; a transaction sums to zero.")


class TransactionOut(OutputSerializer):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    reference = serializers.CharField()
    currency = serializers.CharField()
    order = serializers.UUIDField(allow_null=True)
    memo = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    seal = serializers.CharField(allow_null=True, help_text="number:digest once it is in the chain")
    entries = EntryOut(many=True)
