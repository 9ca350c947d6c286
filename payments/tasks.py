from datetime import timedelta
from uuid import UUID

from django.contrib.auth import get_user_model
from django.utils import timezone

from payments.errors import PackageUnsettled, SubscriptionBusy, SubscriptionStands
from payments.models import Document
from payments.services import (
    compare_with_provider,
    credits,
    documents,
    earnings,
    ledger,
    ledger_check,
    orders,
    package_endings,
    packages,
    papers,
    payouts,
    printing_statements,
    refunds,
    sending,
    statements,
    subscription_refunds,
    subscription_sweep,
    subscription_wishes,
)
from tutorme.core import jobs
from tutorme.core.errors import PressUnavailable, ProviderNotConfigured, ProviderUnavailable
from tutorme.core.jobs import RetryJob, Run
from tutorme.core.printing import print_document
from tutorme.core.queue import app

# Younger ones are still in the hands of the request that made them.
_PATIENCE = timedelta(seconds=30)
_COMPARED = timedelta(days=14)


@app.task(name="payments.reconcile")
def reconcile() -> None:
    orders.reconcile(older_than=_PATIENCE, only_due=True)
    refunds.carry_out_open(older_than=_PATIENCE)
    subscription_refunds.carry_out_open(older_than=_PATIENCE)
    subscription_sweep.reconcile(only_due=True)


@app.task(name="payments.compare")
def compare() -> None:
    compare_with_provider.compare(since=timezone.now() - _COMPARED)


@app.task(name="payments.seal_ledger")
def seal_ledger() -> None:
    ledger.seal()


@app.task(name="payments.mature_earnings")
def mature_earnings() -> None:
    earnings.mature()


@app.task(name="payments.watch_endings")
def watch_endings() -> None:
    """Credit and packages: told before they end, ended when their day has come."""
    credits.warn_of_endings()
    credits.expire_due()
    packages.warn_of_endings()
    packages.expire_due()


@app.task(name="payments.follow_payouts")
def follow_payouts() -> None:
    sending.follow_open()


@jobs.job(documents.PRINT, queue="render")
def print_receipt(run: Run, *, order_id: str, refund_id: str | None = None) -> None:
    """Numbers, prints, keeps. Killed in between, it goes on with the same number."""
    _print(run, documents.issue(UUID(order_id), UUID(refund_id) if refund_id else None))


@jobs.job(documents.PRINT_PERIOD, queue="render")
def print_period_receipt(run: Run, *, period_id: str, refund_id: str | None = None) -> None:
    """The same for a payment of a subscription."""
    refund = UUID(refund_id) if refund_id else None
    _print(run, documents.issue_for_period(UUID(period_id), refund))


def _print(run: Run, document: Document) -> None:
    try:
        pdf = print_document(papers.order_of(document))
    except PressUnavailable as missing:
        raise RetryJob(missing.detail) from missing
    digest = documents.keep(pdf)
    with run.finishing(result={"document_id": str(document.pk), "sha256": digest}):
        documents.mark_printed(document.pk, digest)


@jobs.job(package_endings.CARRY_OUT)
def carry_out_refund(_run: Run, *, refund_id: str) -> None:
    """At once after it was asked for; the sweep would come to it too."""
    try:
        refunds.carry_out(UUID(refund_id))
    except (ProviderUnavailable, ProviderNotConfigured) as error:
        raise RetryJob(error.detail) from error


@jobs.job(packages.PAY_BACK, max_attempts=12)
def pay_unit_back(_run: Run, *, use_id: int, minor: int) -> None:
    try:
        package_endings.pay_unit_back(use_id=use_id, minor=minor)
    except (ProviderUnavailable, ProviderNotConfigured) as error:
        raise RetryJob(error.detail) from error


@jobs.job(payouts.SEND)
def send_payout(_run: Run, *, batch_id: str) -> None:
    """At once after the last approval; the sweep would come to it too."""
    try:
        sending.submit(UUID(batch_id))
    except (ProviderUnavailable, ProviderNotConfigured) as error:
        raise RetryJob(error.detail) from error


@jobs.job("payments.end_subscriptions", max_attempts=12)
def end_subscriptions(_run: Run, *, user_id: str) -> None:
    """Who agrees to one afterwards all the same is found by the truth's own rule."""
    try:
        subscription_wishes.end_all(get_user_model().objects.get(pk=user_id))
    except (SubscriptionBusy, SubscriptionStands, ProviderUnavailable) as error:
        raise RetryJob(error.detail) from error


@jobs.job("payments.end_packages", max_attempts=12)
def end_packages(_run: Run, *, user_id: str) -> None:
    try:
        package_endings.end_all(get_user_model().objects.get(pk=user_id))
    except PackageUnsettled as error:
        raise RetryJob(error.detail) from error


@jobs.job(printing_statements.PRINT, queue="render")
def print_statement(run: Run, *, user_id: str, currency: str, month: str) -> None:
    user = get_user_model().objects.get(pk=user_id)
    first = statements.month_of(month)
    found = statements.statement(user.pk, currency, first, user.time_zone)
    try:
        pdf = print_document(papers.statement_order(found, user=user))
    except PressUnavailable as missing:
        raise RetryJob(missing.detail) from missing
    with run.finishing(result={"sha256": documents.keep(pdf)}):
        pass


@jobs.job(ledger_check.JOB)
def check_ledger(run: Run) -> None:
    """Sealed first, as `manage.py ledger_check` does. What does not add up is the result, not an
    error: to try again would not change it."""
    while ledger.seal():
        run.progress(step="sealing")
    run.progress(step="proving")
    with run.finishing(result=ledger_check.check().as_json()):
        pass
