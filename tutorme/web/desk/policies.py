"""The rules in force, for whoever has to explain them: what they say now, and what changes them.
What an operator sets is named by its variable; what is written in code cannot be set."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.services import codes
from booking.policies import POLICIES, TRIAL
from booking.services import moving
from payments.services import commission, refunds

TextLike = str | Promise
_CODE = gettext_lazy("fixed")


@dataclass(frozen=True)
class Rule:
    """`place`: the variable it is set by, or the word for what cannot be; `url` edits it."""

    title: TextLike
    says: TextLike
    place: TextLike
    url: str = ""


@dataclass(frozen=True)
class Chapter:
    name: str
    title: TextLike
    rules: list[Rule]


def chapters() -> list[Chapter]:
    return [
        Chapter("commission", _("Commission"), list(_commission())),
        Chapter("lessons", _("Booking and cancelling"), list(_lessons())),
        Chapter("money", _("Refunds and payouts"), list(_money())),
        Chapter("keeping", _("What is kept, and for how long"), list(_keeping())),
        Chapter("publishing", _("Publishing and the AI studio"), list(_publishing())),
    ]


def _commission() -> Iterator[Rule]:
    schedule, tiers = commission.current()
    steps = "; ".join(
        _("from %(start)s on %(rate)s%%") % {"start": start, "rate": f"{rate / 10:g}"}
        for start, rate in tiers
    )
    place = schedule.note if schedule else "COMMISSION_TIERS"
    yield Rule(
        _("Of a sale, by what the seller sold before"),
        steps,
        place,
        reverse("admin:payments_commissionschedule_add"),
    )
    yield Rule(_("Of a trial lesson"), _share(settings.TRIAL_COMMISSION_PER_MILLE), _CODE)
    yield Rule(_("Tax contained in prices"), _share(settings.TAX_PER_MILLE), "TAX_PER_MILLE")


def _lessons() -> Iterator[Rule]:
    for name, policy in POLICIES.items():
        yield Rule(f"{_('Cancelling')}: {name}", policy.sentence, _("each tutor chooses"))
    yield Rule(_("Cancelling a trial"), TRIAL, _CODE)
    yield Rule(_("Answer to a proposal of another time"), _time(moving.ANSWER), _CODE)
    yield Rule(
        _("Where the tutor did not come"),
        _("everything back, and %(share)s of the price as credit")
        % {"share": _share(settings.NO_SHOW_CREDIT_PER_MILLE)},
        _CODE,
    )
    yield Rule(_("A lesson may be disputed for"), _time(settings.DISPUTE_WINDOW), "DISPUTE_HOURS")


def _money() -> Iterator[Rule]:
    yield Rule(_("A course may be given back for"), _time(settings.REFUND_WINDOW), "REFUND_DAYS")
    percent = f"{settings.REFUND_PROGRESS_PERCENT}%"
    yield Rule(_("…while no more of it is learned than"), percent, "REFUND_PROGRESS_PERCENT")
    yield Rule(_("PayPal gives money back for"), _time(refunds.PROVIDER_WINDOW), _CODE)
    for title, name in (
        (_("Refunds that a second person decides, above"), "REFUND_LIMIT_MINOR"),
        (_("The least a payout may be"), "PAYOUT_MINIMUM_MINOR"),
        (_("Payouts that two people approve, above"), "PAYOUT_TWO_PERSON_MINOR"),
    ):
        yield Rule(title, f"{getattr(settings, name) / 100:.2f}", name)
    wait = _time(settings.PAYOUT_COOL_DOWN)
    yield Rule(_("A changed payout address waits"), wait, "PAYOUT_COOL_DOWN_HOURS")


def _keeping() -> Iterator[Rule]:
    yield Rule(_("An account that is left is erased after"), _time(settings.DELETION_GRACE), _CODE)
    yield Rule(
        _("Printed certificates are kept for"),
        _time(settings.CERTIFICATE_RETENTION) if settings.CERTIFICATE_RETENTION else _("good"),
        "CERTIFICATE_RETENTION_DAYS",
    )
    yield Rule(_("A mailed code works for"), _time(codes.LIFETIME), _CODE)


def _publishing() -> Iterator[Rule]:
    looked_at = _("yes") if settings.COURSE_REVIEW_REQUIRED else _("no")
    yield Rule(_("Courses are looked at first"), looked_at, "COURSE_REVIEW_REQUIRED")
    for kind, (free, plan) in settings.AI_A_DAY.items():
        says = _("%(free)s a day, with a plan %(plan)s") % {"free": free, "plan": plan}
        yield Rule(f"{_('AI studio')}: {kind}", says, f"AI_FREE_…, AI_PLAN_… ({kind})")


def _share(per_mille: int) -> str:
    return f"{per_mille / 10:g}%"


def _time(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes % 1440 == 0:
        return ngettext("%(n)d day", "%(n)d days", minutes // 1440) % {"n": minutes // 1440}
    if minutes % 60 == 0:
        return ngettext("%(n)d hour", "%(n)d hours", minutes // 60) % {"n": minutes // 60}
    return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
