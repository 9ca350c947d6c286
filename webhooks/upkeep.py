from tutorme.core.upkeep import Chore, Verb, declare
from webhooks.services import endpoints, replaying

declare(
    Chore(Verb.PURGE, "webhooks.log", replaying.purge, comes_in_parts=True),
    Chore(Verb.PURGE, "webhooks.old-secrets", endpoints.forget_old_secrets),
)
