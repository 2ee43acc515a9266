"""Accepting the labelling agreement."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest
from accounts.models import User
from generation.models import LabellingAcceptance, LabellingText
from generation.selectors.agreements import Standing, present_agreement, standing_of


@transaction.atomic(durable=True)
def accept_labelling(
    *,
    user: User,
    accept: object,
    version: object = None,
    language: str,
    address: str | None,
    now: datetime,
) -> Standing:
    """Write down that the user accepts the agreement of now; again is the same.

    `version` is the one that was shown, if that is known. Raises InvalidRequest when it is not
    the present one, or when nothing was accepted.
    """
    if accept is not True:
        raise InvalidRequest(
            _("Say that you accept the labelling agreement."), fields={"accept": "must be true"}
        )
    agreement = present_agreement()
    if version is not None and version != agreement.version:
        raise InvalidRequest(
            _("The labelling agreement has changed. Please read it again."),
            fields={"version": f"now {agreement.version}"},
        )
    LabellingText.objects.bulk_create(
        [
            LabellingText(
                version=agreement.version, texts=dict(agreement.texts), first_accepted_at=now
            )
        ],
        ignore_conflicts=True,
    )
    LabellingAcceptance.objects.bulk_create(
        [
            LabellingAcceptance(
                user=user,
                text_id=agreement.version,
                language=language,
                accepted_at=now,
                address=address,
            )
        ],
        ignore_conflicts=True,
    )
    return standing_of(user)
