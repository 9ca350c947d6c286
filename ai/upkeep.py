from functools import partial

from ai.services import totals
from tutorme.core.upkeep import Chore, Verb, declare

declare(
    Chore(
        Verb.RECOMPUTE,
        "ai.totals",
        partial(totals.recount, dry_run=False),
        look=partial(totals.recount, dry_run=True),
    )
)
