"""REST face of the effect templates."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import WORK
from billing.api.serializers import PointsField
from generation.effects import CONSENT_TEXT, CONSENT_VERSION, in_language
from generation.selectors.effect_prices import LengthPrice, prices_of_lengths
from generation.selectors.effects import LiveEffect, live_effects


class EffectInputSerializer(serializers.Serializer[Any]):
    """A picture to send. `person`: it shows someone, so that `consent` is needed."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    hint = serializers.CharField()
    person = serializers.BooleanField()


class EffectPriceSerializer(serializers.Serializer[LengthPrice]):
    """What a clip of this length and quality costs."""

    duration = serializers.IntegerField(source="seconds")
    quality = serializers.CharField()
    cost_points = PointsField(source="cost_cp")


class ConsentSerializer(serializers.Serializer[Any]):
    """What is agreed to by `consent: true`; the version is kept with the job."""

    version = serializers.CharField()
    text = serializers.CharField()


class TemplateSerializer(serializers.Serializer[Any]):
    """An effect, in the language of the request. `enabled` false: it takes no new jobs now."""

    code = serializers.CharField()
    version = serializers.IntegerField()
    enabled = serializers.BooleanField()
    name = serializers.CharField()
    description = serializers.CharField()
    inputs = EffectInputSerializer(many=True)
    prompt = serializers.CharField()
    prompt_editable = serializers.BooleanField()
    durations = serializers.ListField(child=serializers.IntegerField())
    prices = EffectPriceSerializer(many=True)
    consent = ConsentSerializer(allow_null=True)
    preview = serializers.CharField()


class TemplatesSerializer(serializers.Serializer[Any]):
    """Every effect, in the order of the gallery."""

    templates = TemplateSerializer(many=True)


class TemplatesView(APIView):
    """Effects, for everyone."""

    scopes = WORK
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="templates_list", responses=TemplatesSerializer)
    def get(self, request: Request) -> Response:
        """Effects with their pictures, lengths and prices; words as `Accept-Language` asks."""
        language = get_language() or "en"
        prices = prices_of_lengths(now=timezone.now())
        found = [_wire(effect, language, prices, request) for effect in live_effects()]
        return Response(TemplatesSerializer({"templates": found}).data)


def _wire(
    effect: LiveEffect, language: str, prices: list[LengthPrice], request: Request
) -> dict[str, object]:
    offer = effect.offer
    return {
        "code": offer.code,
        "version": offer.version,
        "enabled": effect.enabled,
        "name": in_language(offer.name, language),
        "description": in_language(offer.description, language),
        "inputs": [
            {
                "name": one.name,
                "label": in_language(one.label, language),
                "hint": in_language(one.hint, language),
                "person": one.person,
            }
            for one in offer.inputs
        ],
        "prompt": in_language(offer.prompts, language),
        "prompt_editable": offer.prompt_editable,
        "durations": offer.lengths,
        "prices": [price for price in prices if price.seconds in offer.lengths],
        "consent": {"version": CONSENT_VERSION, "text": in_language(CONSENT_TEXT, language)}
        if offer.needs_consent
        else None,
        "preview": request.build_absolute_uri(static(offer.preview)),
    }
