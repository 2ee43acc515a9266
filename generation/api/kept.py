"""Wire form of what is said about a file being kept: where it opens, until when, whether gone."""

from __future__ import annotations

from collections.abc import Callable

from rest_framework import serializers

from generation.models import Artifact
from generation.services.links import artifact_path, poster_path


class KeptSerializer(serializers.Serializer[Artifact]):
    """Addresses are signed and short-lived; null once the file is deleted."""

    url = serializers.SerializerMethodField()
    poster_url = serializers.SerializerMethodField(
        help_text="a small picture that stands for it, marked as it is"
    )
    kept_until = serializers.DateTimeField(allow_null=True, help_text="null: for ever")
    deleted_at = serializers.DateTimeField(allow_null=True)

    def get_url(self, artifact: Artifact) -> str | None:
        return self._address(artifact, artifact_path)

    def get_poster_url(self, artifact: Artifact) -> str | None:
        return self._address(artifact, poster_path)

    def _address(self, artifact: Artifact, path_of: Callable[..., str]) -> str | None:
        if artifact.deleted_at is not None:
            return None
        path = path_of(artifact, now=self.context["now"])
        address: str = self.context["request"].build_absolute_uri(path)
        return address
