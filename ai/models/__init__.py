from ai.models.drafts import Draft, Material, Node
from ai.models.help import Ladder, Rung
from ai.models.matches import Match
from ai.models.runs import Run, RunTotal, Usage

__all__ = ["Draft", "Ladder", "Match", "Material", "Node", "Run", "RunTotal", "Rung", "Usage"]
