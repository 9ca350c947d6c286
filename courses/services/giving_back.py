"""When a bought course may be given back: in the first days, before too much of it was done."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from courses.models import Enrollment
from payments.models import Order
from payments.sellers import Terms


def terms(order: Order, now: datetime) -> Terms:
    """All of what is left of its price, or nothing."""
    rule = {
        "days": settings.REFUND_WINDOW.days,
        "percent": settings.REFUND_PROGRESS_PERCENT,
    }
    sentence = _(
        "A course can be given back for all of its price in the first %(days)d days, "
        "as long as less than %(percent)d%% of it is done."
    )
    why = sentence % rule
    until = order.captured_at + settings.REFUND_WINDOW if order.captured_at else now
    place = Enrollment.objects.filter(order_id=order.pk).first()
    done = place.percent if place else 0
    fits = now < until and done < settings.REFUND_PROGRESS_PERCENT
    left = order.total.minor - order.refunded_minor
    return Terms(left if fits else 0, until, why)
