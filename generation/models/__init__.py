from generation.models.agreements import LabellingAcceptance, LabellingText
from generation.models.artifacts import Artifact
from generation.models.attempts import Attempt
from generation.models.campaigns import Campaign
from generation.models.clean_deliveries import CleanDelivery
from generation.models.effects import EffectSwitch, EffectTemplate, EffectVersion
from generation.models.jobs import Job
from generation.models.moderation import Allowance, Appeal, Decision, Strike, Verdict
from generation.models.moderation_lists import BlockedPicture, ListedRule, RuleList
from generation.models.openai import OpenAICall, OpenAIVideo
from generation.models.operations import Brake, DrainedWorker
from generation.models.own_caps import OwnCaps
from generation.models.piece_results import PieceResult
from generation.models.queue_turns import QueueTurn
from generation.models.spendings import Spending
from generation.models.uploads import Upload

__all__ = [
    "Allowance",
    "Appeal",
    "Artifact",
    "Attempt",
    "BlockedPicture",
    "Brake",
    "Campaign",
    "CleanDelivery",
    "Decision",
    "DrainedWorker",
    "EffectSwitch",
    "EffectTemplate",
    "EffectVersion",
    "Job",
    "LabellingAcceptance",
    "LabellingText",
    "ListedRule",
    "OpenAICall",
    "OpenAIVideo",
    "OwnCaps",
    "PieceResult",
    "QueueTurn",
    "RuleList",
    "Spending",
    "Strike",
    "Upload",
    "Verdict",
]
