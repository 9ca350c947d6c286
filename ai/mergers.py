"""What becomes of the studio's rows where two accounts become one: what was written moves; what was
used up of a day's allowance is each account's own."""

from ai.models import Draft, Ladder, Match, Node, Run, Usage
from tutorme.core.merging import Moves, Stays, declare

declare(Draft, "author_id", Moves(once=("key",)))
declare(Ladder, "learner_id", Moves())
declare(Match, "student_id", Moves())
declare(Node, "edited_by_id", Stays("who did it is a fact"))
declare(Node, "approved_by_id", Stays("who did it is a fact"))
declare(Run, "user_id", Stays("what a call cost, and who asked for it"))
declare(Usage, "user_id", Stays("what was used of a day"))
