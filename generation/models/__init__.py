from generation.models.artifacts import Artifact
from generation.models.attempts import Attempt
from generation.models.jobs import Job
from generation.models.operations import Brake, DrainedWorker
from generation.models.own_caps import OwnCaps
from generation.models.queue_turns import QueueTurn
from generation.models.spendings import Spending

__all__ = [
    "Artifact",
    "Attempt",
    "Brake",
    "DrainedWorker",
    "Job",
    "OwnCaps",
    "QueueTurn",
    "Spending",
]
