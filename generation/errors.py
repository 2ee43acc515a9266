"""Refusals of generation, each with its stable code. No Django here."""

from __future__ import annotations

from accounts.errors import Refusal


class QuotaExceeded(Refusal):
    """Too many at once. `facts`: quota, limit, in_use."""

    code = "quota_exceeded"


class JobFinished(Refusal):
    """The job has ended; it can no longer be canceled. `facts`: status."""

    code = "job_finished"


class AttemptLost(Exception):
    """This attempt is no longer the job's: canceled, past its deadline, or given to another.

    Raised inside the worker only; the worker drops what it made and writes nothing.
    """
