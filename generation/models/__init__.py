from generation.models.artifacts import Artifact
from generation.models.attempts import Attempt
from generation.models.jobs import Job

__all__ = ["Artifact", "Attempt", "Job"]
