"""What a job is called on pages: its words, or what it is where it has none."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import get_language

from generation.effects import in_language
from generation.models import Job
from generation.portal.words import KIND_WORDS
from generation.selectors.effects import names_of


def title_of(job: Job) -> str:
    """The title of one job."""
    return titles_of([job])[job.id]


def titles_of(jobs: Iterable[Job]) -> dict[UUID, str]:
    """The title of each job: an effect's is its name, with the words that were edited."""
    listed = list(jobs)
    codes = {str(job.params["template"]) for job in listed if job.kind == "effect"}
    names = names_of(codes) if codes else {}
    language = get_language() or "en"
    return {job.id: _title(job, names, language) for job in listed}


def _title(job: Job, names: dict[tuple[str, int], dict[str, str]], language: str) -> str:
    words = str(job.params.get("prompt", ""))
    if job.kind == "effect":
        told = names.get((str(job.params["template"]), job.template_version or 1))
        name = in_language(told, language) if told else str(KIND_WORDS["effect"])
        return f"{name}: {words}" if words else name
    return words or str(KIND_WORDS[job.kind])
