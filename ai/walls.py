"""Who sees what a model was asked, and what it said."""

from tutorme.core.row_walls import Closed, Walled, declare, own, through

_OF_DRAFT = through("draft_id", "ai_draft")

declare(
    Walled("ai_draft", own("author_id"), staff=True),
    Walled("ai_material", _OF_DRAFT, staff=True),
    Walled("ai_node", _OF_DRAFT, staff=True),
    Walled("ai_run", own("user_id"), staff=True),
    Closed("ai_runtotal", "what all calls came to, for the figures"),
    Walled("ai_usage", own("user_id"), staff=True),
    Walled("ai_ladder", own("learner_id")),
    Walled("ai_rung", through("ladder_id", "ai_ladder")),
    Walled("ai_match", own("student_id")),
)
