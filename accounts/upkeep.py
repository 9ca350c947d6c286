from datetime import timedelta

from accounts.services import codes, erased, profiles, sessions
from tutorme.core import restoring
from tutorme.core.upkeep import Age, Chore, Verb, declare

declare(
    Chore(Verb.PURGE, "accounts.codes", codes.purge, comes_in_parts=True),
    Chore(Verb.PURGE, "accounts.held-names", profiles.forget_held_names),
    Chore(
        Verb.PURGE,
        "accounts.sign-ins",
        sessions.purge,
        comes_in_parts=True,
        age=Age(sessions.KEPT_FOR, timedelta(days=30), "how a device is known again, and a theft"),
    ),
    Chore(Verb.RECONCILE, "accounts.erased-again", erased.erase_again),
)
restoring.declare("erased", restoring.Rite(before=erased.note_all, again=erased.erase_again))
