"""What becomes of webhooks' rows where two accounts become one."""

from tutorme.core.merging import Moves, declare
from webhooks.models import Endpoint

declare(Endpoint, "owner_id", Moves())
