"""Double-entry books. Amounts are signed minor units: plus says whose the money is now, minus where
it came from, so that every transaction sums to zero. The database holds that at commit."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from payments.models.orders import Order
from tutorme.core.constraints import currency_check, one_of
from tutorme.core.ids import uuid7
from tutorme.core.money import Money

# Accounts that can never owe: the database refuses what would take more out than is in.
NEVER_NEGATIVE = ("credits", "credit_hold", "escrow", "tutor_pending", "payout_transit")


class LedgerAccount(models.Model):
    """One heading of the books. `balance_minor` is a cache by F(); `ledger_check` proves it.

    The house's own accounts are spread over shards, so that two sales need not wait for one row.
    """

    class Kind(models.TextChoices):
        STUDENT_CASH = "student_cash"  # what buyers paid in, negative: it came from them
        CREDITS = "credits"  # a person's credit balance
        CREDIT_HOLD = "credit_hold"  # credit set aside for an open order
        ESCROW = "escrow"  # a seller's share of what is not delivered yet
        TUTOR_PENDING = "tutor_pending"  # delivered, and still open to refund or dispute
        TUTOR_AVAILABLE = (
            "tutor_available"  # may be paid out; below zero where it was and went back
        )
        PAYOUT_TRANSIT = "payout_transit"  # promised to a payout that has not ended
        PAID_OUT = "paid_out"
        PLATFORM_FEE = "platform_fee"
        PROCESSOR_FEE = "processor_fee"
        TAX = "tax"
        REFUNDS = "refunds"
        CHARGEBACK = "chargeback"
        PROMOTIONS = "promotions"  # what the house gave: site coupons, granted credit

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="ledger_accounts"
    )
    currency = models.CharField(max_length=3)
    shard = models.PositiveSmallIntegerField(default=0)
    balance_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            one_of(
                "kind",
                [
                    "student_cash",
                    "credits",
                    "credit_hold",
                    "escrow",
                    "tutor_pending",
                    "tutor_available",
                    "payout_transit",
                    "paid_out",
                    "platform_fee",
                    "processor_fee",
                    "tax",
                    "refunds",
                    "chargeback",
                    "promotions",
                ],
                "ledger_account_kind",
            ),
            currency_check("currency", "ledger_account_currency"),
            models.UniqueConstraint(
                fields=["kind", "owner", "currency", "shard"],
                nulls_distinct=False,
                name="ledger_account_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind__in=NEVER_NEGATIVE) | models.Q(balance_minor__gte=0),
                name="ledger_account_covered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.currency}"

    @property
    def balance(self) -> Money:
        return Money(self.balance_minor, self.currency)


class LedgerTransaction(models.Model):
    """One thing that happened to money, posted once by (kind, reference). Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # What happened: sale, refund, payout … and the row it happened to.
    kind = models.CharField(max_length=30)
    reference = models.CharField(max_length=80)
    currency = models.CharField(max_length=3)
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="postings")
    memo = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "reference"], name="ledger_posted_once"),
            currency_check("currency", "ledger_transaction_currency"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"


class LedgerEntry(models.Model):
    """One line of a transaction. Append-only."""

    id = models.BigAutoField(primary_key=True)
    transaction = models.ForeignKey(LedgerTransaction, models.PROTECT, related_name="entries")
    account = models.ForeignKey(LedgerAccount, models.PROTECT, related_name="entries")
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(amount_minor=0), name="ledger_entry_says_something"
            )
        ]
        indexes = [models.Index(fields=["account", "-id"], name="ledger_entry_account")]

    def __str__(self) -> str:
        return f"{self.amount_minor}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.account.currency)


class LedgerUnsealed(models.Model):
    """A transaction the chain has not reached yet; its row goes when it is sealed."""

    transaction = models.OneToOneField(
        LedgerTransaction, models.PROTECT, primary_key=True, related_name="unsealed"
    )

    def __str__(self) -> str:
        return str(self.transaction_id)


class LedgerSeal(models.Model):
    """A link of the chain: the digest covers the transaction, its lines and the link before.
    Append-only, written by one sealer at a time (docs/adr/0055)."""

    sequence = models.BigIntegerField(primary_key=True)
    transaction = models.OneToOneField(LedgerTransaction, models.PROTECT, related_name="seal")
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"{self.sequence}:{self.digest[:12]}"
