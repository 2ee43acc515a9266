"""What moderation decided, and what people made of it: verdicts, strikes, appeals, decisions."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

_USER = settings.AUTH_USER_MODEL


class Verdict(models.Model):
    """What was found in one input or result. The text is kept for some days, its digest for good.

    `review` says whether a person has to look: "" nobody, "waiting", "decided".
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(_USER, models.PROTECT, related_name="verdicts")
    wallet_id = models.BigIntegerField(_("wallet"))
    # A refused request has no job; its id is what the job would have had.
    job_id = models.UUIDField(_("job"), null=True)
    code = models.CharField(_("failure code"), max_length=40)
    field = models.CharField(_("input"), max_length=60)
    action = models.CharField(_("action"), max_length=10)
    category = models.CharField(_("category"), max_length=40)
    source = models.CharField(_("found by"), max_length=10)
    rule_id = models.CharField(_("rule"), max_length=60)
    list_version = models.PositiveIntegerField(_("list"), null=True)
    # Keyed: nobody guesses a short prompt from it.
    digest = models.BinaryField(_("digest of the input"), max_length=32)
    text = models.TextField(_("text"), blank=True)
    start = models.PositiveIntegerField(_("from character"), null=True)
    end = models.PositiveIntegerField(_("to character"), null=True)
    detail = models.CharField(_("detail"), max_length=200, blank=True)
    asked = models.PositiveIntegerField(_("times asked"), default=1)
    review = models.CharField(_("review"), max_length=10, blank=True)
    created_at = models.DateTimeField(_("made"))
    last_at = models.DateTimeField(_("last asked"))

    class Meta:
        verbose_name = _("verdict")
        verbose_name_plural = _("verdicts")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="verdict_of_user"),
            models.Index(fields=["user", "digest"], name="verdict_of_input"),
            models.Index(fields=["created_at"], name="verdict_text", condition=~Q(text="")),
            models.Index(
                fields=["created_at", "id"], name="verdict_queue", condition=Q(review="waiting")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.rule_id}"

    @property
    def excerpt(self) -> str:
        """What the rule found, while the text is kept."""
        return self.text[self.start : self.end] if self.start is not None else ""


class Strike(models.Model):
    """What a verdict counts against its user; it fades by itself, and staff may take it back."""

    verdict = models.OneToOneField(Verdict, models.PROTECT, related_name="strike")
    user = models.ForeignKey(_USER, models.PROTECT, related_name="strikes")
    weight = models.PositiveSmallIntegerField(_("weight"))
    given_at = models.DateTimeField(_("given"))
    removed_at = models.DateTimeField(_("taken back"), null=True)

    class Meta:
        verbose_name = _("strike")
        verbose_name_plural = _("strikes")
        indexes = [
            models.Index(fields=["user"], name="strike_live", condition=Q(removed_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.weight} for {self.verdict_id}"


class Appeal(models.Model):
    """A user asks a person to look: once, and a second time after a first answer."""

    verdict = models.ForeignKey(Verdict, models.PROTECT, related_name="appeals")
    look = models.PositiveSmallIntegerField(_("look"))
    text = models.TextField(_("what the user says"))
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        ordering = ["made_at"]
        constraints = [models.UniqueConstraint(fields=["verdict", "look"], name="appeal_once")]

    def __str__(self) -> str:
        return f"appeal {self.look} against {self.verdict_id}"


class Decision(models.Model):
    """What a person decided about a verdict, with a reason. Kept as it was made."""

    verdict = models.ForeignKey(Verdict, models.PROTECT, related_name="decisions")
    look = models.PositiveSmallIntegerField(_("look"))
    outcome = models.CharField(_("outcome"), max_length=20)
    reason = models.CharField(_("reason"), max_length=30)
    note = models.CharField(_("note"), max_length=500, blank=True)
    by = models.ForeignKey(_USER, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["made_at"]
        constraints = [models.UniqueConstraint(fields=["verdict", "look"], name="decision_once")]

    def __str__(self) -> str:
        return f"{self.outcome} of {self.verdict_id}"


class Allowance(models.Model):
    """What staff let one user do despite a rule: this input once, or this rule always."""

    user = models.ForeignKey(_USER, models.PROTECT, related_name="allowances")
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="allowance")
    rule_id = models.CharField(_("rule"), max_length=60)
    # Of the input that is let by once; empty where the rule is waived.
    digest = models.BinaryField(_("digest of the input"), max_length=32, null=True)
    given_at = models.DateTimeField(_("given"))
    used_at = models.DateTimeField(_("used"), null=True)

    class Meta:
        verbose_name = _("allowance")
        verbose_name_plural = _("allowances")
        indexes = [
            models.Index(fields=["user"], name="allowance_open", condition=Q(used_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} for {self.user_id}"
