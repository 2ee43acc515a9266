"""What is remembered against farms. Mailboxes, addresses and devices are kept as keyed hashes only.

When each row is forgotten stands in accounts/services/forgetting.py and in docs/abuse.md.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

HASH_BYTES = 16


class Mailbox(models.Model):
    """A mailbox that has had its free points, and the user who had them.

    No foreign key: it outlives the account, so that a mailbox has no second free start.
    """

    hash = models.BinaryField(_("mailbox"), max_length=HASH_BYTES, unique=True)
    user_id = models.UUIDField(_("user"))
    started_at = models.DateTimeField(_("first claim"))
    seen_at = models.DateTimeField(_("latest claim"))

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")
        indexes = [models.Index(fields=["seen_at"], name="mailbox_seen")]

    def __str__(self) -> str:
        return f"mailbox {self.pk}"


class SignUp(models.Model):
    """One sign-up: when, from where, with what kind of mail address."""

    user_id = models.UUIDField(_("user"), primary_key=True)
    at = models.DateTimeField(_("at"))
    day = models.DateField(_("server day"))
    host = models.CharField(_("mail host"), max_length=255)
    domain = models.CharField(_("mail domain"), max_length=255)
    mailbox_hash = models.BinaryField(_("mailbox"), max_length=HASH_BYTES, null=True)
    address_hash = models.BinaryField(_("address"), max_length=HASH_BYTES, null=True)
    subnet_hash = models.BinaryField(_("network"), max_length=HASH_BYTES, null=True)
    device_hash = models.BinaryField(_("device"), max_length=HASH_BYTES, null=True)
    # A fresh mailbox at an established provider; only those go on beyond the first cap of a day.
    vouched = models.BooleanField(_("vouched for"))
    over_cap = models.BooleanField(_("beyond the cap"))

    class Meta:
        verbose_name = _("sign-up")
        verbose_name_plural = _("sign-ups")
        ordering = ["-at"]
        indexes = [
            models.Index(fields=["day", "subnet_hash"], name="sign_up_network"),
            models.Index(fields=["domain", "at"], name="sign_up_domain"),
            models.Index(fields=["mailbox_hash"], name="sign_up_mailbox"),
            models.Index(fields=["device_hash"], name="sign_up_device"),
            models.Index(fields=["address_hash"], name="sign_up_address"),
            models.Index(fields=["at"], name="sign_up_at"),
        ]

    def __str__(self) -> str:
        return f"sign-up of {self.user_id}"


class ClaimVisit(models.Model):
    """From where a user claimed on a server day."""

    user_id = models.UUIDField(_("user"))
    day = models.DateField(_("server day"))
    address_hash = models.BinaryField(_("address"), max_length=HASH_BYTES, null=True)
    subnet_hash = models.BinaryField(_("network"), max_length=HASH_BYTES, null=True)
    device_hash = models.BinaryField(_("device"), max_length=HASH_BYTES, null=True)

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        constraints = [
            models.UniqueConstraint(fields=["user_id", "day"], name="claim_visit_once_a_day")
        ]
        indexes = [
            models.Index(fields=["day", "address_hash"], name="claim_visit_address"),
            models.Index(fields=["day", "subnet_hash"], name="claim_visit_network"),
            models.Index(fields=["device_hash"], name="claim_visit_device"),
        ]

    def __str__(self) -> str:
        return f"claim of {self.user_id} on {self.day}"


class DomainRule(models.Model):
    """The operator's word about a mail domain and everything below it."""

    domain = models.CharField(_("mail domain"), max_length=255, unique=True)
    verdict = models.CharField(
        _("verdict"), max_length=7, choices=[("allowed", _("allowed")), ("blocked", _("blocked"))]
    )
    note = models.CharField(_("reason"), max_length=200)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    set_at = models.DateTimeField(_("set"), editable=False)

    class Meta:
        verbose_name = _("mail domain")
        verbose_name_plural = _("mail domains")
        ordering = ["domain"]
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=["allowed", "blocked"]), name="domain_verdict_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.domain}: {self.verdict}"


class PassedCheck(models.Model):
    """A step of the ladder a user has passed, and until when it counts."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="checks")
    step = models.CharField(_("step"), max_length=9)
    until = models.DateTimeField(_("counts until"))

    class Meta:
        verbose_name = _("passed check")
        verbose_name_plural = _("passed checks")
        constraints = [models.UniqueConstraint(fields=["user", "step"], name="check_of_user")]

    def __str__(self) -> str:
        return f"{self.step} until {self.until:%Y-%m-%d}"


class MailCode(models.Model):
    """The code that was mailed to a user last, hashed, and how often it was tried."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mail_code")
    code_hash = models.BinaryField(_("code"), max_length=HASH_BYTES)
    sent_at = models.DateTimeField(_("sent"))
    tries = models.PositiveIntegerField(_("tries"), default=0)

    class Meta:
        verbose_name = _("mailed code")
        verbose_name_plural = _("mailed codes")

    def __str__(self) -> str:
        return f"code of {self.user_id}"


class Review(models.Model):
    """A user a person should look at; closed with a note and what came of it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reviews")
    opened_at = models.DateTimeField(_("opened"))
    score = models.PositiveIntegerField(_("score"))
    reasons = models.CharField(_("because of"), max_length=300)
    outcome = models.CharField(
        _("outcome"),
        max_length=7,
        blank=True,
        choices=[("cleared", _("cleared")), ("banned", _("barred"))],
    )
    note = models.TextField(_("notes"), blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(closed_at=None), name="review_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"review {self.pk}"
