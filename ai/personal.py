"""What the studio keeps about people: drafts, ladders and matches go with their account; that a
call was made and what it cost stays, without a name."""

from ai.models import Node, Run
from tutorme.core.personal import Keep, Table, declare

declare(
    Table(Run, "user_id", Keep("what a call cost; who asked is gone from it")),
    Table(Node, "edited_by_id", Keep("of somebody's draft, whose rows go with their author")),
    Table(Node, "approved_by_id", Keep("of somebody's draft, whose rows go with their author")),
)
