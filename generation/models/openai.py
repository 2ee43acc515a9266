"""What the OpenAI dialect keeps beside jobs."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from generation.models.jobs import Job


class OpenAICall(models.Model):
    """A call that came without an idempotency key, and the key it was given.

    The client says of a repeat only that it is one (`arrivals` counts them); what was asked for
    tells of which call. Rows go when no client repeats the call any more.
    """

    api_key_id = models.UUIDField(_("API key"))
    digest = models.BinaryField(_("SHA-256 of what was asked for"), max_length=32)
    key = models.CharField(_("idempotency key"), max_length=60)
    arrivals = models.PositiveSmallIntegerField(_("arrived, times"))
    last_at = models.DateTimeField(_("arrived last"))

    class Meta:
        verbose_name = _("call without a key")
        verbose_name_plural = _("calls without a key")
        indexes = [
            models.Index(fields=["api_key_id", "digest", "-last_at"], name="openai_call_again"),
            models.Index(fields=["last_at"], name="openai_call_ends"),
        ]

    def __str__(self) -> str:
        return self.key


class OpenAIVideo(models.Model):
    """What is known of a job as a video of OpenAI's API only."""

    job = models.OneToOneField(
        Job, on_delete=models.CASCADE, primary_key=True, related_name="openai_video"
    )
    remixed_from_id = models.UUIDField(_("remixed from the job"), null=True, default=None)
    # Deleted there: the job stays, and is shown everywhere else.
    deleted_at = models.DateTimeField(_("deleted"), null=True, default=None)

    class Meta:
        verbose_name = _("video of the OpenAI dialect")
        verbose_name_plural = _("videos of the OpenAI dialect")

    def __str__(self) -> str:
        return str(self.pk)
