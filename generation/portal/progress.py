"""A job as its page shows it: stages, deadline, what happened to the points, what it made."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.selectors.holds import HoldState, hold_of
from generation.failures import sentence
from generation.lifecycle import TERMINAL, State
from generation.models import Artifact, Job
from generation.portal.forms import FORM_KINDS
from generation.portal.words import AXIS_WORDS, KIND_WORDS, MOVE_WORDS
from generation.selectors.lineage import ancestors_of, descendants_of
from generation.selectors.places import Place, place_in_line
from generation.selectors.typical import Typical, typical
from generation.services.links import artifact_path
from generation.types import CHAIN_SECONDS_MAX, SECONDS, piece_seed

# What the engine reports between the last denoising step and the stored file.
_DEVELOPING = frozenset({"decode", "save"})

_FAILURES = {
    "CANCELED": gettext_lazy("You canceled it"),
    "TIMEOUT": gettext_lazy("It was not ready in time"),
    "INTERNAL": gettext_lazy("Our fault"),
    "PROVIDER": gettext_lazy("Our provider's fault"),
    "INPUT": gettext_lazy("Something in the input"),
    "MODERATION": gettext_lazy("Refused by our rules"),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """A station of the way: `state` is "past", "now", "ahead" or "ended"."""

    name: str
    title: str
    state: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """An artifact and the short-lived path that opens it."""

    artifact: Artifact
    path: str
    seed: int


@dataclass(frozen=True, slots=True)
class JobCard:
    """Everything the job's page and the small cards say; `hold` only on the page itself."""

    job: Job
    stages: list[Stage]
    made: list[Made]
    hold: HoldState | None = None
    usual: Typical | None = None
    words: dict[str, str] = field(default_factory=dict)
    # What it was made from, the first first, and what became of it; on the page itself.
    ancestors: list[Artifact] = field(default_factory=list)
    descendants: list[Job] = field(default_factory=list)

    @property
    def live(self) -> bool:
        """Whether it can still change."""
        return self.job.state not in TERMINAL

    @property
    def now(self) -> Stage:
        """The station it is at, the last one when it has ended."""
        return next(
            (stage for stage in self.stages if stage.state in ("now", "ended")), self.stages[-1]
        )

    @property
    def took_seconds(self) -> int:
        """From the click to the end, begun seconds counted whole."""
        ended = self.job.finished_at or self.job.created_at
        return math.ceil((ended - self.job.created_at).total_seconds())

    @property
    def not_charged_cp(self) -> int:
        """What was set aside and came back, in hundredths."""
        return self.hold.amount_cp - self.hold.captured_cp if self.hold else 0

    @property
    def missing(self) -> int:
        """Pieces that were asked for and not delivered, by a job that delivered some."""
        return self.job.pieces - len(self.made) if self.made else 0

    @property
    def films(self) -> bool:
        """Whether it makes a clip."""
        return self.job.request.spec.makes == "video"

    @property
    def repeatable(self) -> bool:
        """Whether the create form makes this kind."""
        return self.job.kind in FORM_KINDS

    @property
    def can_grow(self) -> bool:
        """Whether its clip can be continued."""
        return self.films and any(
            made.artifact.seconds + SECONDS[0] <= CHAIN_SECONDS_MAX for made in self.made
        )

    @property
    def first(self) -> Made | None:
        """The first piece."""
        return self.made[0] if self.made else None


def card_of(job: Job, *, now: datetime, in_full: bool = False) -> JobCard:
    """The card; `in_full` also reads the queue, the usual times and the hold."""
    place = place_in_line(job) if in_full else None
    usual = typical(kind=job.kind, now=now) if in_full and job.state not in TERMINAL else None
    return JobCard(
        job=job,
        stages=_stages(job, place),
        usual=usual,
        made=[
            Made(artifact, artifact_path(artifact, now=now), piece_seed(job.seed, artifact.index))
            for artifact in job.artifacts.all()
        ],
        hold=hold_of(wallet_id=job.wallet_id, hold_id=job.hold_id) if in_full else None,
        words=_words(job),
        ancestors=ancestors_of(job) if in_full else [],
        descendants=descendants_of(job) if in_full else [],
    )


def _stages(job: Job, place: Place | None) -> list[Stage]:
    ways = [
        ("reserved", _("Points set aside")),
        ("queued", _("Waiting in line")),
        ("running", _("Filming") if job.request.spec.makes == "video" else _("Drawing")),
        ("saving", _("Developing and saving")),
        ("done", _("Done")),
    ]
    at = _at(job)
    stages = [
        Stage(
            name,
            title,
            "past" if index < at else "now" if index == at else "ahead",
            _detail(job, name, place) if index == at else "",
        )
        for index, (name, title) in enumerate(ways)
    ]
    if job.state == State.SUCCEEDED:
        return [Stage(stage.name, stage.title, "past") for stage in stages]
    if job.state in TERMINAL:
        ended = _("Canceled") if job.state == State.CANCELED else _("Failed")
        return [*stages[:at], Stage("ended", ended, "ended")]
    return stages


def _at(job: Job) -> int:
    """Which station the job is at, or had reached when it ended."""
    if job.state == State.SUCCEEDED:
        return 4
    if job.state == State.QUEUED:
        return 1
    if job.state == State.RUNNING:
        return 3 if job.stage in _DEVELOPING else 2
    return 2 if job.started_at is None else 3


def _detail(job: Job, name: str, place: Place | None) -> str:
    if name == "queued" and place is not None:
        if place.last > place.first:
            return _("Number %(first)d to %(last)d in line") % {
                "first": place.first,
                "last": place.last,
            }
        return (
            _("Next in line") if place.last == 1 else _("Number %(n)d in line") % {"n": place.last}
        )
    if name == "running":
        if job.stage == "denoise" and job.step_of:
            return _("Step %(k)d of %(n)d") % {"k": job.step, "n": job.step_of}
        return _("Getting ready")
    return ""


def _words(job: Job) -> dict[str, str]:
    kind = str(KIND_WORDS[job.kind])
    words = {"kind": kind, "title": job.params.get("prompt") or kind}
    camera = job.params.get("camera") or {}
    if camera:
        words["camera"] = (
            str(MOVE_WORDS[camera["move"]])
            if "move" in camera
            else ", ".join(f"{AXIS_WORDS[axis][0]} {amount:+d}" for axis, amount in camera.items())
        )
    if job.failure_code:
        family = job.failure_code.partition(".")[0]
        words["failure"] = str(_FAILURES.get(family, _FAILURES["INTERNAL"]))
        if job.state in (State.FAILED, State.SUCCEEDED):
            words["sentence"] = _(sentence(job.failure_code))
    return words
