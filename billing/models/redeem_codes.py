"""Redeem codes: batches that staff make, the codes' keyed hashes, who redeemed what.

No code is stored. What is shown once when a batch is made is the only list of them.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

LOT_DAYS_MAX = 730
SOURCES = [("code", _("redeem code")), ("promotion", _("promotion"))]


class CodeBatch(models.Model):
    """Codes made together: each gives `amount_cp` once, as a free lot that lives `lot_days`.

    `ends_at` is the codes' own end, not that of the points. Above a limit a second person agrees
    before the codes are made; `made` says that they were, and shown.
    """

    # Users read it in their statement.
    title = models.CharField(_("title, seen by users"), max_length=60)
    count = models.PositiveIntegerField(_("codes"))
    amount_cp = models.BigIntegerField(_("points a code, hundredths"))
    source = models.CharField(
        _("kind of points"),
        max_length=10,
        choices=SOURCES,
    )
    lot_days = models.PositiveSmallIntegerField(_("days the points live"))
    starts_at = models.DateTimeField(_("codes valid from"))
    ends_at = models.DateTimeField(_("codes valid until"))
    per_user_max = models.PositiveIntegerField(_("codes one user may redeem"))
    redemptions_max = models.PositiveIntegerField(_("redemptions at most"))
    redeemed = models.PositiveIntegerField(_("redeemed"), default=0)
    reason = models.CharField(_("reason"), max_length=20)
    note = models.CharField(_("note"), max_length=200, blank=True)
    # Made with the empty form: sending it twice is one batch.
    key = models.CharField(_("form"), max_length=64, unique=True)
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=[("waiting", _("waits for a second person")), ("agreed", _("to be made")),
                 ("made", _("made")), ("refused", _("refused")), ("revoked", _("revoked"))],
    )  # fmt: skip
    second_person = models.BooleanField(_("needs a second person"))
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("proposed"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(_("made"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_reason = models.CharField(_("why revoked"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("batch of redeem codes")
        verbose_name_plural = _("batches of redeem codes")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    count__gt=0,
                    amount_cp__gt=0,
                    lot_days__range=(1, LOT_DAYS_MAX),
                    per_user_max__gt=0,
                    redemptions_max__gt=0,
                    redemptions_max__lte=F("count"),
                    ends_at__gt=F("starts_at"),
                ),
                name="code_batch_gives_something",
            ),
            models.CheckConstraint(
                condition=Q(redeemed__lte=F("redemptions_max")), name="code_batch_redeemed"
            ),
            models.CheckConstraint(
                condition=Q(second_person=False)
                | Q(state__in=["waiting", "refused"])
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="code_batch_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.pk})"


class RedeemCode(models.Model):
    """One code, as a keyed hash. `tail` are its last four characters, for people to name it by."""

    batch = models.ForeignKey(CodeBatch, models.PROTECT, related_name="codes")
    number = models.PositiveIntegerField(_("number"))
    digest = models.BinaryField(_("keyed hash"), max_length=32, unique=True)
    tail = models.CharField(_("ends with"), max_length=4)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("redeem code")
        verbose_name_plural = _("redeem codes")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="redeem_code_number")
        ]

    def __str__(self) -> str:
        return f"…{self.tail}"


class CodeRedemption(models.Model):
    """Who redeemed a code, when, and the lot it gave. The ledger speaks of it as `code:<id>`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.OneToOneField(RedeemCode, models.PROTECT, related_name="redemption")
    batch = models.ForeignKey(CodeBatch, models.PROTECT, related_name="redemptions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    wallet_id = models.BigIntegerField(_("wallet"))
    amount_cp = models.BigIntegerField(_("points, hundredths"))
    expires_at = models.DateTimeField(_("points end"))
    idempotency_key = models.CharField(_("idempotency key"), max_length=255)
    redeemed_at = models.DateTimeField(_("redeemed"))

    class Meta:
        verbose_name = _("redemption of a code")
        verbose_name_plural = _("redemptions of codes")
        ordering = ["-redeemed_at"]
        indexes = [models.Index(fields=["batch", "user"], name="code_redemption_of_user")]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "idempotency_key"], name="code_redemption_key_once"
            )
        ]

    def __str__(self) -> str:
        return f"redemption {self.pk}"


class CodeTries(models.Model):
    """Wrong codes of one hour, by a user or by the keyed hash of an address; kept for two days."""

    scope = models.CharField(_("by"), max_length=80)
    hour_at = models.DateTimeField(_("hour"))
    tries = models.PositiveIntegerField(_("tries"))

    class Meta:
        verbose_name = _("tries of codes")
        verbose_name_plural = _("tries of codes")
        constraints = [models.UniqueConstraint(fields=["scope", "hour_at"], name="code_tries_hour")]
        indexes = [models.Index(fields=["hour_at"], name="code_tries_old")]

    def __str__(self) -> str:
        return f"{self.tries} by {self.scope}"
