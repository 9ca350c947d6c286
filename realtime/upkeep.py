from functools import partial

from django.conf import settings

from realtime.services import digests, mail, notifications
from tutorme.core.upkeep import Chore, Verb, declare

declare(
    Chore(
        Verb.PURGE,
        "realtime.notifications",
        partial(notifications.purge, older_than=settings.NOTIFICATIONS_KEPT_FOR),
        comes_in_parts=True,
    ),
    Chore(
        Verb.PURGE,
        "realtime.mails",
        partial(mail.purge, older_than=settings.MAILS_KEPT_FOR),
        comes_in_parts=True,
    ),
    Chore(
        Verb.PURGE,
        "realtime.digests",
        partial(digests.purge, older_than=settings.MAILS_KEPT_FOR),
    ),
)
