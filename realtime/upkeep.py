from datetime import timedelta

from django.conf import settings

from realtime.services import digests, mail, notifications
from tutorme.core.upkeep import Age, Chore, Verb, declare

_MONTH = timedelta(days=30)

declare(
    Chore(
        Verb.PURGE,
        "realtime.notifications",
        notifications.purge,
        comes_in_parts=True,
        age=Age(settings.NOTIFICATIONS_KEPT_FOR, _MONTH, "who is away for a while finds them"),
    ),
    Chore(
        Verb.PURGE,
        "realtime.mails",
        mail.purge,
        comes_in_parts=True,
        age=Age(settings.MAILS_KEPT_FOR, _MONTH, "whether somebody was told is asked later"),
    ),
    Chore(
        Verb.PURGE,
        "realtime.digests",
        digests.purge,
        age=Age(settings.MAILS_KEPT_FOR, _MONTH, "as the mails that were made of them"),
    ),
)
