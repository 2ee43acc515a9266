"""The gallery of effects, and the form of each."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import Refusal
from accounts.portal.visitor import signed_in
from generation.effects import CONSENT_TEXT, CONSENT_VERSION, EffectOffer, in_language
from generation.portal.effect_forms import EffectForm, blank
from generation.portal.forms import fresh_key
from generation.portal.price_look import look_at
from generation.selectors.effect_prices import LengthPrice, prices_of_lengths
from generation.selectors.effects import LiveEffect, live_effect, live_effects
from generation.services.jobs import submit_job
from generation.types import STANDARD


@require_safe
def effects(request: HttpRequest) -> HttpResponse:
    """Every effect on offer, with its picture, what it needs and what it costs."""
    prices = prices_of_lengths(now=timezone.now())
    cards = [
        _words(effect.offer) | {"prices": _standard(effect.offer, prices)}
        for effect in live_effects()
        if effect.enabled
    ]
    return render(request, "generation/effects.html", {"cards": cards})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def effect(request: HttpRequest, code: str) -> HttpResponse:
    """The form of an effect with its price; a POST makes a job or says why not."""
    user, now = signed_in(request), timezone.now()
    live = _on_offer(code)
    language = get_language() or "en"
    if request.method != "POST":
        return _page(request, live, blank(live.offer, language), None, status=200)
    form = EffectForm(live.offer, language, request.POST, request.FILES)
    refusal: Refusal | None = None
    valid = form.is_valid()
    if form.keep_pictures(user, now=now) and valid:
        try:
            submitted = submit_job(
                user=user,
                kind="effect",
                params=form.params(),
                idempotency_key=form.cleaned_data["idempotency_key"],
                shown_cp=form.cleaned_data["shown_cp"],
                now=now,
            )
        except Refusal as refused:
            refusal = refused
        else:
            return redirect("generation:job", job_id=submitted.job.id)
    return _page(request, live, form, refusal, status=422)


@require_safe
@login_required
@never_cache
def effect_price(request: HttpRequest, code: str) -> HttpResponse:
    """The price block alone, for the length and quality that are chosen."""
    live = _on_offer(code)
    form = EffectForm(live.offer, get_language() or "en", request.GET)
    return render(request, "generation/effect_price.html", _price(request, form))


def _on_offer(code: str) -> LiveEffect:
    live = live_effect(code)
    if live is None:
        raise Http404
    return live


def _page(
    request: HttpRequest,
    live: LiveEffect,
    form: EffectForm,
    refusal: Refusal | None,
    *,
    status: int,
) -> HttpResponse:
    words = _words(live.offer)
    context = {
        **_price(request, form),
        "form": form,
        "effect": words,
        "enabled": live.enabled,
        "slots": [
            {"field": field, "hint": hint, "kept": kept, "input": one}
            for one, field, hint, kept in form.slots()
        ],
        "consent_text": words["consent"],
        "consent_version": CONSENT_VERSION,
        # A repeated click is one job; what was refused may be sent again, changed.
        "key": fresh_key() if form.is_bound else form["idempotency_key"].value(),
    }
    preview = context["preview"]
    context["refusal"] = (
        None if getattr(preview, "shortfall", None) and refusal else refusal or context["closed"]
    )
    return render(request, "generation/effect.html", context, status=status)


def _price(request: HttpRequest, form: EffectForm) -> dict[str, object]:
    params = form.priced_params()
    return look_at(signed_in(request), "effect", params) | {
        "shown_for": f"{params['duration']}-{params['quality']}"
    }


def _words(offer: EffectOffer) -> dict[str, object]:
    language = get_language() or "en"
    return {
        "code": offer.code,
        "name": in_language(offer.name, language),
        "description": in_language(offer.description, language),
        "preview": offer.preview,
        "inputs": [in_language(one.label, language) for one in offer.inputs],
        "lengths": offer.lengths,
        "prompt": in_language(offer.prompts, language),
        "consent": in_language(CONSENT_TEXT, language) if offer.needs_consent else "",
    }


def _standard(offer: EffectOffer, prices: list[LengthPrice]) -> list[LengthPrice]:
    return [one for one in prices if one.seconds in offer.lengths and one.quality == STANDARD]
