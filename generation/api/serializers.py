"""Wire forms of jobs and quotes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.strict import StrictSerializer as StrictSerializer
from billing.api.serializers import PointsField, SliceSerializer
from generation import demonstration
from generation.api.kept import KeptSerializer
from generation.api.params import ParamsField
from generation.api.parts import (
    JobConsentSerializer,
    ParentSerializer,
    RangeSerializer,
    TypicalSerializer,
)
from generation.failures import NOT_CHARGED, sentence
from generation.kinds.table import KINDS
from generation.lifecycle import TERMINAL, State
from generation.models import Artifact, Job
from generation.selectors.places import Place, place_in_line
from generation.selectors.typical import typical
from generation.types import piece_seed


def missing_sentence(job: Job, made: int) -> str:
    """Why there are fewer pieces than asked for, and that they cost nothing."""
    missing = _("%(made)d of %(asked)d delivered, %(missing)d not charged.") % {
        "made": made,
        "asked": job.pieces,
        "missing": job.pieces - made,
    }
    return f"{missing} {_(sentence(job.failure_code))}"


class QuoteRequestSerializer(StrictSerializer):
    """What to price."""

    kind = serializers.ChoiceField(choices=list(KINDS))
    params = ParamsField()
    team = serializers.UUIDField(
        source="team_id", required=False, allow_null=True, help_text="the team that pays"
    )


class JobRequestSerializer(QuoteRequestSerializer):
    """What to make, and by which quote if any."""

    quote = serializers.UUIDField(required=False, allow_null=True)


class ShortfallSerializer(serializers.Serializer[Any]):
    """What is missing and the ways on, cheapest first."""

    needed_points = serializers.CharField()
    available_points = serializers.CharField()
    missing_points = serializers.CharField()
    ways = serializers.ListField(child=serializers.DictField())


class QuoteSerializer(serializers.Serializer[Any]):
    """A price that holds until `expires_at`, for one job."""

    id = serializers.UUIDField(source="quote.id")
    cost_points = PointsField(source="quote.cost_cp")
    price_list = serializers.IntegerField(source="quote.price_list_version")
    lots = SliceSerializer(source="preview.slices", many=True)
    available_after_points = serializers.SerializerMethodField()
    expires_at = serializers.DateTimeField(source="quote.expires_at")
    shortfall = serializers.SerializerMethodField()

    def get_available_after_points(self, quoted: Any) -> str | None:
        """None when the wallet cannot pay: see `shortfall`."""
        if quoted.preview.shortfall is not None:
            return None
        return PointsField().to_representation(quoted.preview.available_after_cp)

    @extend_schema_field(ShortfallSerializer(allow_null=True))
    def get_shortfall(self, quoted: Any) -> dict[str, object] | None:
        shortfall = quoted.preview.shortfall
        return shortfall.facts if shortfall is not None else None


class ProgressSerializer(serializers.Serializer[Any]):
    """Where the work is: a stage and, while denoising, real steps."""

    stage = serializers.CharField()
    step = serializers.IntegerField()
    of = serializers.IntegerField()


class PiecesSerializer(serializers.Serializer[Any]):
    """How many pieces were asked for and delivered. What is missing is not charged; `code` and
    `message` then say why it is."""

    asked = serializers.IntegerField()
    delivered = serializers.IntegerField(allow_null=True)
    code = serializers.CharField(allow_null=True)
    message = serializers.CharField(allow_null=True)


class ArtifactSerializer(KeptSerializer):
    """A file a job made. `url` is signed and short-lived; each GET of the job gives a fresh one.

    `piece` counts from 0; `seed` alone makes this piece again.
    """

    id = serializers.UUIDField()
    piece = serializers.IntegerField(source="index")
    seed = serializers.SerializerMethodField()
    mime = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    seconds = serializers.IntegerField()
    bytes = serializers.IntegerField()
    sha256 = serializers.CharField()
    brand_mark = serializers.BooleanField()

    def get_seed(self, artifact: Artifact) -> int:
        return piece_seed(artifact.job.seed, artifact.index)


class FailureSerializer(serializers.Serializer[Any]):
    """Why there is no artifact. A failure is never charged."""

    code = serializers.CharField()
    message = serializers.CharField()
    charged = serializers.BooleanField()


class NoticeSerializer(serializers.Serializer[Any]):
    """Something to know about a request that was not refused, such as words no model here knows."""

    code = serializers.CharField()
    message = serializers.CharField()
    words = serializers.ListField(child=serializers.CharField())


class JobSerializer(serializers.Serializer[Job]):
    """A job. In the answer to a submit everything that moves is as it was at that moment."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    params = serializers.JSONField()
    made_from = serializers.SerializerMethodField()
    consent = serializers.SerializerMethodField()
    seed = serializers.IntegerField()
    status = serializers.SerializerMethodField()
    queue_position = serializers.SerializerMethodField()
    queue_range = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()
    typical_seconds = serializers.SerializerMethodField()
    cost_points = PointsField(source="cost_cp")
    charged_points = serializers.SerializerMethodField()
    pieces = serializers.SerializerMethodField()
    price_list = serializers.IntegerField(source="price_list_version")
    brand_mark = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    deadline_at = serializers.DateTimeField()
    started_at = serializers.SerializerMethodField()
    finished_at = serializers.SerializerMethodField()
    artifacts = serializers.SerializerMethodField()
    failure = serializers.SerializerMethodField()
    notices = serializers.SerializerMethodField()

    @property
    def _accepted(self) -> bool:
        return bool(self.context.get("accepted"))

    @extend_schema_field(ParentSerializer(allow_null=True))
    def get_made_from(self, job: Job) -> dict[str, object] | None:
        """What of one's own it was made from: the picture animated, the clip continued."""
        if job.parent is None:
            return None
        return {
            "artifact": str(job.parent_id),
            "job": str(job.parent.job_id),
            "mime": job.parent.mime,
            "seconds": job.parent.seconds,
        }

    @extend_schema_field(JobConsentSerializer(allow_null=True))
    def get_consent(self, job: Job) -> dict[str, object] | None:
        """None where no picture of people was worked from."""
        return JobConsentSerializer(job).data if job.consent_at else None

    @extend_schema_field(serializers.ChoiceField(choices=[state.value for state in State]))
    def get_status(self, job: Job) -> str:
        return State.QUEUED.value if self._accepted else job.state

    def _place(self, job: Job) -> Place | None:
        if self._accepted or job.state != State.QUEUED:
            return None
        places: dict[UUID, Place | None] = self.context["places"]
        if job.id not in places:
            places[job.id] = place_in_line(job)
        return places[job.id]

    def get_queue_position(self, job: Job) -> int | None:
        """The number it is served as, of those that wait now; null unless it waits."""
        place = self._place(job)
        return place.first if place else None

    @extend_schema_field(RangeSerializer(allow_null=True))
    def get_queue_range(self, job: Job) -> dict[str, int] | None:
        place = self._place(job)
        return {"first": place.first, "last": place.last} if place else None

    @extend_schema_field(NoticeSerializer(many=True))
    def get_notices(self, job: Job) -> list[dict[str, object]]:
        return [asdict(notice) for notice in demonstration.notices_of(job)]

    @extend_schema_field(ProgressSerializer)
    def get_progress(self, job: Job) -> dict[str, object]:
        if self._accepted:
            return {"stage": "", "step": 0, "of": 0}
        return {"stage": job.stage, "step": job.step, "of": job.step_of}

    @extend_schema_field(TypicalSerializer(allow_null=True))
    def get_typical_seconds(self, job: Job) -> dict[str, int] | None:
        """None once it has ended, or while too few were delivered lately to tell."""
        if self._accepted or job.state in TERMINAL:
            return None
        times = typical(kind=job.kind, now=self.context["now"])
        return {"half": times.half, "nine_in_ten": times.nine_in_ten} if times else None

    def get_charged_points(self, job: Job) -> str | None:
        """None while the job runs; "0.00" after a failure."""
        if self._accepted or job.captured_cp is None:
            return None
        return PointsField().to_representation(job.captured_cp)

    @extend_schema_field(PiecesSerializer)
    def get_pieces(self, job: Job) -> dict[str, object]:
        """`delivered` is null while the job runs, 0 after a failure."""
        ended = not self._accepted and job.state in TERMINAL
        made = len(job.artifacts.all()) if ended else None
        missing = made is not None and job.state == State.SUCCEEDED and made < job.pieces
        return {
            "asked": job.pieces,
            "delivered": made,
            "code": job.failure_code if missing else None,
            "message": missing_sentence(job, made) if missing and made is not None else None,
        }

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_started_at(self, job: Job) -> str | None:
        return self._time(job.started_at)

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_finished_at(self, job: Job) -> str | None:
        return self._time(job.finished_at)

    def _time(self, at: Any) -> str | None:
        if self._accepted or at is None:
            return None
        return str(serializers.DateTimeField().to_representation(at))

    @extend_schema_field(ArtifactSerializer(many=True))
    def get_artifacts(self, job: Job) -> list[dict[str, object]]:
        if self._accepted or job.state != State.SUCCEEDED:
            return []
        one = ArtifactSerializer(context=self.context)
        return [one.to_representation(artifact) for artifact in job.artifacts.all()]

    @extend_schema_field(FailureSerializer(allow_null=True))
    def get_failure(self, job: Job) -> dict[str, object] | None:
        if self._accepted or job.state not in TERMINAL - {State.SUCCEEDED}:
            return None
        return {
            "code": job.failure_code,
            "message": f"{_(sentence(job.failure_code))} {_(NOT_CHARGED)}",
            "charged": bool(job.captured_cp),
        }
