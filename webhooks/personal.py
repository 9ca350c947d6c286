"""A person's webhooks and their log go with the account; secrets are not exported."""

from tutorme.core.personal import Delete, Table, declare
from webhooks.models import Endpoint

declare(
    Table(Endpoint, "owner_id", Delete(), hidden=frozenset({"secret", "previous_secret"})),
)
