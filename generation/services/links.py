"""Links to artifacts: signed, short-lived, bound to one wallet."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.errors import NotFound
from generation.models import Artifact

_SALT = "generation.artifact"


def artifact_path(artifact: Artifact, *, now: datetime) -> str:
    """A path that opens this artifact for `ARTIFACT_LINK_SECONDS` from `now`, up to a minute more.

    It stays the same for a minute, so that what shows it has not changed either.
    """
    minute = int(now.timestamp()) // 60 * 60
    until = minute + 60 + settings.ARTIFACT_LINK_SECONDS
    # Not signing.dumps: that would write the second into the token.
    token = signing.Signer(salt=_SALT).sign_object([str(artifact.id), artifact.wallet_id, until])
    return reverse("artifact", args=[token])


def artifact_of_token(token: str, *, now: datetime) -> Artifact:
    """The artifact a link opens. Raises NotFound when it is forged, expired or gone."""
    refused = NotFound(_("This link is not valid any more. Open the job again for a fresh one."))
    try:
        artifact_id, wallet_id, until = _read(signing.Signer(salt=_SALT).unsign_object(token))
    except (signing.BadSignature, ValueError):
        raise refused from None
    if until <= now.timestamp():
        raise refused
    # With its job and user: who opens a clean file is written down.
    artifacts = Artifact.objects.select_related("job__user")
    artifact = artifacts.filter(id=artifact_id, wallet_id=wallet_id).first()
    if artifact is None:
        raise refused
    return artifact


def _read(payload: object) -> tuple[UUID, int, int]:
    """What a link of ours says. Raises ValueError for another form, even under our signature."""
    match payload:
        case [str() as artifact_id, int() as wallet_id, int() as until]:
            return UUID(artifact_id), wallet_id, until
    raise ValueError("not a link")
