"""What moderation looks for: lists of rules, version after version, and forbidden pictures."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from generation.moderation.types import Rule

_USER = settings.AUTH_USER_MODEL


class RuleList(models.Model):
    """A version of all rules. In force is the one that was published last; none is ever edited."""

    version = models.PositiveIntegerField(_("version"), unique=True)
    note = models.CharField(_("what changes"), max_length=200, blank=True)
    made_by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(_("imported"))
    published_by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(_("published"), null=True)
    reason = models.CharField(_("why published"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("list of rules")
        verbose_name_plural = _("lists of rules")
        ordering = ["-version"]

    def __str__(self) -> str:
        return f"rules {self.version}"


class ListedRule(models.Model):
    """One rule of a version; alternatives are kept with `|` between them, as in the file."""

    list = models.ForeignKey(RuleList, models.CASCADE, related_name="rules")
    rule_id = models.CharField(_("rule"), max_length=60)
    pattern = models.TextField(_("words"))
    category = models.CharField(_("category"), max_length=40)
    action = models.CharField(_("action"), max_length=10)
    near = models.TextField(_("near"), blank=True)
    scope = models.CharField(_("scope"), max_length=10)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["list", "rule_id"], name="rule_once")]

    def __str__(self) -> str:
        return self.rule_id

    def as_rule(self) -> Rule:
        """The same as a value."""
        return Rule(
            id=self.rule_id,
            patterns=tuple(self.pattern.split("|")),
            category=self.category,  # type: ignore[arg-type]  # read from a checked file
            action=self.action,  # type: ignore[arg-type]
            near=tuple(self.near.split("|")) if self.near else (),
            scope=self.scope,  # type: ignore[arg-type]
            note=self.note,
        )


class BlockedPicture(models.Model):
    """The perceptual hash of a picture nobody may send or be given. The picture is not kept."""

    pdq = models.CharField(_("PDQ hash"), max_length=64)
    category = models.CharField(_("category"), max_length=40)
    note = models.CharField(_("note"), max_length=200, blank=True)
    listed_by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+")
    listed_at = models.DateTimeField(_("listed"))
    removed_by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(_("taken off"), null=True)

    class Meta:
        verbose_name = _("forbidden picture")
        verbose_name_plural = _("forbidden pictures")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pdq"], condition=Q(removed_at__isnull=True), name="blocked_picture_once"
            )
        ]

    def __str__(self) -> str:
        return self.pdq[:12]
