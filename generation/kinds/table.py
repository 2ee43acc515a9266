"""Every kind of work, by its name on the wire."""

from __future__ import annotations

from collections.abc import Mapping

from generation.kinds.extension import EXTENSION
from generation.kinds.image import IMAGE
from generation.kinds.image_to_video import IMAGE_TO_VIDEO
from generation.kinds.video import VIDEO
from generation.types import KindSpec

KINDS: Mapping[str, KindSpec] = {
    spec.kind: spec for spec in (IMAGE, VIDEO, IMAGE_TO_VIDEO, EXTENSION)
}
