"""One paid request to generate. The row is the queue and the truth about the job."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from generation.kinds.table import KINDS
from generation.lifecycle import ACTIVE, State
from generation.models.campaigns import Campaign
from generation.types import GenerationRequest

_STATES = [(state.value, state.value) for state in State]


class Job(models.Model):
    """Written by `generation.services` only. Price, mark and limits are fixed at submit."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wallet_id = models.BigIntegerField(_("wallet"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="jobs"
    )
    kind = models.CharField(_("kind"), max_length=20)
    params = models.JSONField(_("parameters"))
    seed = models.BigIntegerField(_("seed"))
    # What of one's own it was made from: the picture that was animated, the clip continued.
    parent = models.ForeignKey(
        "generation.Artifact",
        on_delete=models.SET_NULL,
        null=True,
        related_name="children",
        verbose_name=_("made from"),
    )
    pieces = models.PositiveSmallIntegerField(_("pieces"), default=1)
    # Of an effect: the version of its template, and the words agreed to for pictures of people.
    template_version = models.PositiveIntegerField(_("version of the effect"), null=True)
    consent_version = models.CharField(_("consent, version"), max_length=20, blank=True)
    consent_at = models.DateTimeField(_("consent given"), null=True)
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, null=True, blank=True, related_name="jobs"
    )
    request_hash = models.BinaryField(_("hash of the request"), max_length=32)
    # What the client sent, behind the seat where a team pays.
    idempotency_key = models.CharField(_("idempotency key"), max_length=300)
    # Where its maker wants to be told how it goes, "" for nowhere.
    callback_url = models.CharField(
        _("address of callbacks"), max_length=500, blank=True, default="", db_default=""
    )

    state = models.CharField(_("state"), max_length=10, choices=_STATES, default=State.QUEUED)
    lane = models.CharField(_("lane"), max_length=10)
    stage = models.CharField(_("stage"), max_length=20, blank=True)
    step = models.PositiveIntegerField(_("step"), default=0)
    step_of = models.PositiveIntegerField(_("of steps"), default=0)

    api_key_id = models.UUIDField(_("API key"), null=True)
    # The seat it was asked for from, where a team pays.
    seat_id = models.UUIDField(_("seat"), null=True)
    # Under which caps the cost was counted, so that what is not spent is taken back from the same.
    counted = models.JSONField(_("counted under"), default=list)
    hold_id = models.BigIntegerField(_("hold"))
    cost_cp = models.BigIntegerField(_("cost, hundredths of a point"))
    captured_cp = models.BigIntegerField(_("charged, hundredths of a point"), null=True)
    price_list_version = models.PositiveIntegerField(_("price list"))
    price_line = models.CharField(_("price line"), max_length=40)
    brand_mark = models.BooleanField(_("carries the brand mark"))
    # The version of the labelling agreement that let the brand mark go, "" where it stays.
    agreement = models.CharField(
        _("labelling agreement"), max_length=12, blank=True, default="", db_default=""
    )
    visible_label = models.CharField(
        _("visible label"), max_length=40, blank=True, default="", db_default=""
    )

    created_at = models.DateTimeField(_("submitted"))
    deadline_at = models.DateTimeField(_("deadline"))
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("ended"), null=True)

    # The fencing token: a worker writes only while this is its own attempt.
    attempt_id = models.UUIDField(_("attempt"), null=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    lease_until = models.DateTimeField(_("lease until"), null=True)

    failure_code = models.CharField(_("failure"), max_length=40, blank=True)
    failure_message = models.CharField(_("failure detail, for staff"), max_length=500, blank=True)
    engine = models.JSONField(_("engine facts"), default=dict)
    # What was stored and could not be captured yet: the sweeper goes on from here.
    delivery = models.JSONField(_("delivery that waits"), null=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["wallet_id", "idempotency_key"], name="job_idempotency_key"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]), name="job_state_known"
            ),
            models.CheckConstraint(condition=Q(cost_cp__gt=0), name="job_costs_something"),
            models.CheckConstraint(condition=Q(pieces__gte=1), name="job_has_a_piece"),
            models.CheckConstraint(
                name="job_consent_has_version_and_time",
                condition=Q(consent_version="", consent_at__isnull=True)
                | (~Q(consent_version="") & Q(consent_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="job_failure_not_charged",
                condition=Q(state="succeeded", captured_cp__gte=0, captured_cp__lte=F("cost_cp"))
                | Q(state__in=["failed", "canceled"], captured_cp=0)
                | Q(state__in=["queued", "running"], captured_cp__isnull=True),
            ),
            models.CheckConstraint(
                name="job_running_has_lease",
                condition=Q(state="running", attempt_id__isnull=False, lease_until__isnull=False)
                | (~Q(state="running") & Q(attempt_id__isnull=True, lease_until__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["wallet_id", "-created_at", "-id"], name="job_of_wallet"),
            models.Index(
                fields=["wallet_id"],
                name="job_active_of_wallet",
                condition=Q(state__in=[state.value for state in sorted(ACTIVE)]),
            ),
            models.Index(
                fields=["lane", "created_at", "id"], name="job_queue", condition=Q(state="queued")
            ),
            models.Index(
                fields=["wallet_id", "lane", "created_at", "id"],
                name="job_queue_of_wallet",
                condition=Q(state="queued"),
            ),
            models.Index(fields=["lease_until"], name="job_leases", condition=Q(state="running")),
            models.Index(
                fields=["kind", "-finished_at"],
                name="job_delivered",
                condition=Q(state="succeeded"),
            ),
            models.Index(
                fields=["deadline_at"],
                name="job_deadlines",
                condition=Q(state__in=[state.value for state in sorted(ACTIVE)]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def request(self) -> GenerationRequest:
        """What was asked for. Pictures in it are ids."""
        return GenerationRequest(KINDS[self.kind], self.params)

    @property
    def reference(self) -> str:
        """The job's name in the ledger."""
        return f"job:{self.id}"
