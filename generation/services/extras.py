"""What requests say beyond pictures and words: a template, a consent, a campaign."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest
from generation.effects import CONSENT_VERSION, ENDED, EffectOffer
from generation.model_registry import FIRST_FRAME, LAST_FRAME, VIDEO
from generation.models import Campaign, Job
from generation.services.abilities import check_needs
from generation.services.effects import check_effect
from generation.types import GenerationRequest


def check_extras(
    wallet_id: int, team_id: UUID | None, request: GenerationRequest
) -> tuple[EffectOffer | None, Campaign | None]:
    """The effect and the campaign of a request, if it has any.

    A campaign is spent from by whom it is for: the team that pays, else the wallet's owner. Raises
    InvalidRequest, TemplateUnavailable, ConsentRequired, NotForSale.
    """
    effect = check_effect(request)
    if effect is not None and effect.framing in ENDED:
        check_needs({VIDEO, FIRST_FRAME, LAST_FRAME})
    return effect, _campaign(wallet_id, team_id, request)


def note_extras(job: Job, request: GenerationRequest, team_id: UUID | None) -> None:
    """Write them on a job that is about to be submitted. Raises what `check_extras` raises."""
    effect, job.campaign = check_extras(job.wallet_id, team_id, request)
    if effect is not None:
        job.template_version = effect.version
        if effect.needs_consent:
            job.consent_version, job.consent_at = CONSENT_VERSION, job.created_at


def _campaign(wallet_id: int, team_id: UUID | None, request: GenerationRequest) -> Campaign | None:
    named = request.values.get("campaign")
    if named is None:
        return None
    campaign = Campaign.objects.filter(id=named, wallet_id=wallet_id, team=team_id).first()
    if campaign is None:
        raise InvalidRequest(
            _("There is no such campaign of yours."),
            fields={"params.campaign": "is no campaign of whoever pays"},
        )
    return campaign
