from generation.models.artifacts import Artifact
from generation.models.attempts import Attempt
from generation.models.campaigns import Campaign
from generation.models.effects import EffectSwitch, EffectTemplate, EffectVersion
from generation.models.jobs import Job
from generation.models.operations import Brake, DrainedWorker
from generation.models.own_caps import OwnCaps
from generation.models.piece_results import PieceResult
from generation.models.queue_turns import QueueTurn
from generation.models.spendings import Spending
from generation.models.uploads import Upload

__all__ = [
    "Artifact",
    "Attempt",
    "Brake",
    "Campaign",
    "DrainedWorker",
    "EffectSwitch",
    "EffectTemplate",
    "EffectVersion",
    "Job",
    "OwnCaps",
    "PieceResult",
    "QueueTurn",
    "Spending",
    "Upload",
]
