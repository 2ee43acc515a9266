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


class GenerationPaused(Refusal):
    """The operator's brake is on: nothing new is accepted for now. `facts`: frees_at."""

    code = "generation_paused"


class TooManyStreams(Refusal):
    """This web process has as many live streams open as it may. `facts`: retry_after_seconds."""

    code = "too_many_streams"


class JobFinished(Refusal):
    """The job has ended; it can no longer be canceled. `facts`: status."""

    code = "job_finished"


class FileTypeRefused(Refusal):
    """A file of a type that is not made here, so nothing can be said of it."""

    code = "file_type"


class FileTooLarge(Refusal):
    """A file larger than any that is checked."""

    code = "file_too_large"


class TooManyChecks(Refusal):
    """More checks in a minute than one network address may ask for."""

    code = "too_many_checks"


class AttemptLost(Exception):
    """This attempt is no longer the job's: canceled, past its deadline, or given to another.

    Raised inside the worker only; the worker drops what it made and writes nothing.
    """
