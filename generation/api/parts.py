"""Small parts of a job's wire form."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from generation.models import Job


class RangeSerializer(serializers.Serializer[Any]):
    """From the place in its own lane to the place when other lanes are served in between."""

    first = serializers.IntegerField()
    last = serializers.IntegerField()


class TypicalSerializer(serializers.Serializer[Any]):
    """Seconds from submit to delivery over the last day: half of the jobs, nine in ten."""

    half = serializers.IntegerField()
    nine_in_ten = serializers.IntegerField()


class ParentSerializer(serializers.Serializer[Any]):
    """The artifact a job was made from, and the job that made that."""

    artifact = serializers.UUIDField()
    job = serializers.UUIDField()
    mime = serializers.CharField()
    seconds = serializers.IntegerField()


class JobConsentSerializer(serializers.Serializer[Job]):
    """What was agreed to for pictures of people: the version of the words, and when."""

    version = serializers.CharField(source="consent_version")
    at = serializers.DateTimeField(source="consent_at")
