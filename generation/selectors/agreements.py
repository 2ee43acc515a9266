"""Where a user stands with the labelling agreement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from accounts.models import User
from generation.labelling import LabellingAgreement, read_agreement
from generation.models import LabellingAcceptance


@dataclass(frozen=True, slots=True)
class Standing:
    """The agreement as it is now, and when the user accepted it: None while it waits for that."""

    agreement: LabellingAgreement
    accepted_at: datetime | None
    earlier: bool

    @property
    def accepted(self) -> bool:
        """Whether the present version is accepted."""
        return self.accepted_at is not None


def present_agreement() -> LabellingAgreement:
    """The labelling agreement that counts now."""
    return read_agreement(settings.LABELLING_AGREEMENT_DIR)


def standing_of(user: User) -> Standing:
    """The user's standing; `earlier` says that another version was accepted once."""
    agreement = present_agreement()
    accepted = dict(
        LabellingAcceptance.objects.filter(user=user).values_list("text_id", "accepted_at")
    )
    accepted_at = accepted.get(agreement.version)
    return Standing(agreement, accepted_at, earlier=bool(accepted) and accepted_at is None)


def accepted_version(user: User) -> str:
    """The present version if the user accepted it, else ""."""
    version = present_agreement().version
    known = LabellingAcceptance.objects.filter(user=user, text_id=version).exists()
    return version if known else ""
