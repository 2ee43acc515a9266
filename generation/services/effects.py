"""Effects: what a request for one must say, and the operator's switch."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest, NotFound
from accounts.models import User
from generation.effects import CONSENT_TEXT, CONSENT_VERSION, EffectOffer, in_language
from generation.errors import ConsentRequired, TemplateUnavailable
from generation.models import EffectSwitch, EffectTemplate
from generation.selectors.effects import live_effect
from generation.types import GenerationRequest

REASONS: dict[str, str] = {
    "misuse": "It is misused",
    "law": "Legal request",
    "complaints": "Complaints",
    "quality": "Poor results",
    "capacity": "Too little capacity",
    "restored": "The cause is gone",
    "other": "Other: see the note",
}


@transaction.atomic(durable=True)
def switch_effect(
    *, code: str, enabled: bool, reason: str, note: str, staff: User, now: datetime
) -> EffectTemplate:
    """Take an effect off offer or put it back. Jobs that were accepted go on.

    Raises NotFound; InvalidRequest for an unknown reason, "other" without a note, or a switch that
    stands there already.
    """
    if reason not in REASONS:
        raise InvalidRequest(_("Choose a reason."), fields={"reason": "unknown reason code"})
    if reason == "other" and not note.strip():
        raise InvalidRequest(_("Say why in the note."), fields={"note": "missing"})
    template = EffectTemplate.objects.select_for_update().filter(code=code).first()
    if template is None:
        raise NotFound(_("No such effect."))
    if template.enabled == enabled:
        raise InvalidRequest(_("The switch stands there already."), fields={"enabled": "as it is"})
    template.enabled = enabled
    template.save(update_fields=["enabled"])
    EffectSwitch.objects.create(
        template=template, enabled=enabled, reason=reason, note=note.strip(), staff=staff, at=now
    )
    return template


def check_effect(request: GenerationRequest) -> EffectOffer | None:
    """The effect a request asks for, None where it asks for something else.

    Raises InvalidRequest for what the effect does not have, TemplateUnavailable while it is
    switched off, and ConsentRequired where its pictures show people and nobody agreed.
    """
    if request.kind != "effect":
        return None
    live = live_effect(str(request.values["template"]))
    if live is None:
        raise InvalidRequest(
            _("There is no such effect."), fields={"params.template": "is not a template"}
        )
    if not live.enabled:
        raise TemplateUnavailable(
            _("This effect is switched off for now. Choose another one."),
            fields={"params.template": "is switched off"},
            facts={"template": live.offer.code},
        )
    faults = _unlike(request, live.offer)
    if faults:
        named = "; ".join(f"{name} {fault}" for name, fault in faults.items())
        raise InvalidRequest(f"The request was not understood: {named}.", fields=faults)
    if live.offer.needs_consent and not request.values.get("consent"):
        raise ConsentRequired(
            _("Who is in the pictures must have agreed: tick the box."),
            fields={"params.consent": "must be true"},
            facts={
                "consent_version": CONSENT_VERSION,
                "consent_text": in_language(CONSENT_TEXT, get_language() or "en"),
            },
        )
    return live.offer


def _unlike(request: GenerationRequest, offer: EffectOffer) -> dict[str, str]:
    """What a request says that its effect does not take."""
    sent, wanted = set(request.values["inputs"]), {one.name for one in offer.inputs}
    faults = {f"params.inputs.{name}": "is required" for name in sorted(wanted - sent)}
    faults |= {
        f"params.inputs.{name}": "is not an input of this template"
        for name in sorted(sent - wanted)
    }
    if request.seconds not in offer.lengths:
        lengths = ", ".join(map(str, offer.lengths))
        faults["params.duration"] = f"must be one of: {lengths}"
    if "prompt" in request.values and not offer.prompt_editable:
        faults["params.prompt"] = "cannot be changed in this template"
    return faults
