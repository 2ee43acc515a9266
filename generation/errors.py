"""Refusals of generation, each with its stable code. No Django here."""

from __future__ import annotations

from accounts.errors import Refusal


class QuotaExceeded(Refusal):
    """Too many at once, or too many today. `facts`: quota, limit, in_use, frees_at."""

    code = "quota_exceeded"


class CapExceeded(Refusal):
    """The job would pass a cap of the key or the wallet.

    `facts`: cap, limit_points, spent_points, frees_at.
    """

    code = "cap_exceeded"


class EnvelopeExceeded(Refusal):
    """The job would pass what its campaign may take, in all or this month.

    `facts`: envelope (the campaign), cap (campaign_total or campaign_month), limit_points,
    used_points (held ones among them), asked_points, frees_at (null where no time frees it).
    """

    code = "envelope_exceeded"


class GenerationPaused(Refusal):
    """The operator's brake is on: nothing new is accepted for now. `facts`: frees_at."""

    code = "generation_paused"


class TooManyStreams(Refusal):
    """This web process has as many live streams open as it may. `facts`: retry_after_seconds."""

    code = "too_many_streams"


class StillRunning(Refusal):
    """An answer was waited for as long as one may: the job goes on. `facts`: job,
    retry_after_seconds."""

    code = "still_running"


class GenerationFailed(Refusal):
    """What was waited for failed, uncharged. `facts`: job, failure, charged."""

    code = "generation_failed"


class JobFinished(Refusal):
    """The job has ended; it can no longer be canceled. `facts`: status."""

    code = "job_finished"


class ClipTooLong(Refusal):
    """The clip with its continuation would be longer than clips may be.

    `facts`: seconds, seconds_max.
    """

    code = "clip_too_long"


class PictureRefused(Refusal):
    """A picture that cannot be worked from, for the reason in the code. `fields` names where it
    was sent."""


class PictureTooLarge(PictureRefused):
    """It has too many bytes."""

    code = "picture_too_large"


class PictureType(PictureRefused):
    """Its content is none of the types taken, whatever its name says."""

    code = "picture_type"


class PictureBroken(PictureRefused):
    """It is damaged, cut short or made to break its reader."""

    code = "picture_broken"


class PictureAnimated(PictureRefused):
    """It holds more than one picture in time."""

    code = "picture_animated"


class PictureTooManyPixels(PictureRefused):
    """It would unpack to more pixels than are taken."""

    code = "picture_too_many_pixels"


class PictureTooSmall(PictureRefused):
    """One of its sides is too short."""

    code = "picture_too_small"


class PictureShape(PictureRefused):
    """It is much longer one way than the other."""

    code = "picture_shape"


class FileTypeRefused(Refusal):
    """A file of a type that is not made here, so nothing can be said of it."""

    code = "file_type"


class FileTooLarge(Refusal):
    """A file larger than any that is checked."""

    code = "file_too_large"


class TooManyChecks(Refusal):
    """More checks in a minute than one network address may ask for."""

    code = "too_many_checks"


class ModerationBlocked(Refusal):
    """A rule, the list of forbidden pictures or the model refused an input; free.

    `facts`: failure, field, category, rule, span, verdict, appeal, charged.
    """

    code = "moderation_blocked"


class SubmitsPaused(Refusal):
    """Too many refused requests: no new job for a time. `facts`: level, until, standing."""

    code = "submits_paused"


class ModerationUnavailable(Refusal):
    """The model that must agree did not answer. `facts`: retry_after_seconds."""

    code = "moderation_unavailable"


class AlreadyAppealed(Refusal):
    """This verdict waits for a person already, or was looked at twice. `facts`: review."""

    code = "already_appealed"


class ArtifactInUse(Refusal):
    """A job that waits or runs works from this file. `facts`: job."""

    code = "artifact_in_use"


class TemplateUnavailable(Refusal):
    """The operator has switched this effect off. `facts`: template."""

    code = "template_unavailable"


class ConsentRequired(Refusal):
    """A picture shows a person: `consent` must be true. `facts`: consent_version, consent_text."""

    code = "consent_required"


class CampaignExists(Refusal):
    """There is a campaign of this name with another target."""

    code = "campaign_exists"


class AttemptLost(Exception):
    """This attempt is no longer the job's: canceled, past its deadline, or given to another.

    Raised inside the worker only; the worker drops what it made and writes nothing.
    """
