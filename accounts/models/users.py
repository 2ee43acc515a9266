"""Someone who signs in: by e-mail and password, no user name."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Creates users by e-mail. Callers go through `accounts.services.users`."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A saved user; the address is stored in lower case, so that it is unique."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """What Django's own `createsuperuser` command calls."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person who signs in; points live in a wallet, which billing keeps."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = None  # type: ignore[assignment]  # e-mail is the name
    email = models.EmailField(_("e-mail address"), unique=True)
    display_name = models.CharField(_("display name"), max_length=80, blank=True)
    # Of pages and mails; "" until somebody chose. The zone is for showing instants alone.
    language = models.CharField(_("language"), max_length=10, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    # Which mails are wanted beside those that must come, such as receipts and refusals.
    mail_ends = models.BooleanField(_("mail: what ends soon"), default=True)
    mail_jobs = models.BooleanField(_("mail: jobs that are done"), default=False)
    mail_news = models.BooleanField(_("mail: product news"), default=False)
    # Barred from making anything and from free points; money pages stay open. Why: see Ban.
    banned_at = models.DateTimeField(_("barred"), null=True, blank=True, editable=False)
    # Closed by its owner or by staff: nobody signs in any more, the ledger is kept.
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.email
