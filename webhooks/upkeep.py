from tutorme.core.upkeep import Age, Chore, Verb, declare
from webhooks.services import endpoints, replaying
from webhooks.services.sending import KEPT_FOR

declare(
    Chore(
        Verb.PURGE,
        "webhooks.log",
        replaying.purge,
        comes_in_parts=True,
        age=Age(KEPT_FOR, KEPT_FOR, "those who listen are promised a month to replay from"),
    ),
    Chore(Verb.PURGE, "webhooks.old-secrets", endpoints.forget_old_secrets),
)
