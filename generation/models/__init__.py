from generation.models.agreements import LabellingAcceptance, LabellingText
from generation.models.artifacts import Artifact
from generation.models.attempts import Attempt
from generation.models.clean_deliveries import CleanDelivery
from generation.models.jobs import Job
from generation.models.operations import Brake, DrainedWorker
from generation.models.own_caps import OwnCaps
from generation.models.queue_turns import QueueTurn
from generation.models.spendings import Spending
from generation.models.uploads import Upload

__all__ = [
    "Artifact",
    "Attempt",
    "Brake",
    "CleanDelivery",
    "DrainedWorker",
    "Job",
    "LabellingAcceptance",
    "LabellingText",
    "OwnCaps",
    "QueueTurn",
    "Spending",
    "Upload",
]
