"""The labelling agreement: what a member accepts before work leaves without a visible mark. Pure.

A version is named by a hash of the texts themselves, so no text can change and keep its version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

LANGUAGES = ("en", "zh-hans")
# How long it is provable who received what: article 9 of the labelling measures says six months.
RETENTION_DAYS = 183
_VERSION_DIGITS = 12


@dataclass(frozen=True, slots=True)
class LabellingAgreement:
    """The texts by language, the title in the first line of each, and the version they make."""

    version: str
    texts: Mapping[str, str]

    def text(self, language: str) -> str:
        """The text in `language`, English where there is none."""
        return self.texts.get(language.lower(), self.texts["en"])


@lru_cache(maxsize=4)
def read_agreement(folder: Path) -> LabellingAgreement:
    """The agreement in `folder`, one file for each language. Raises OSError, ValueError when a
    text is missing or empty."""
    texts = {}
    for language in LANGUAGES:
        path = folder / f"labelling.{language}.txt"
        texts[language] = path.read_text(encoding="utf-8").strip()
        if not texts[language]:
            raise ValueError(f"{path} is empty")
    whole = "\0".join(texts[language] for language in LANGUAGES)
    digest = hashlib.sha256(whole.encode()).hexdigest()
    return LabellingAgreement(version=digest[:_VERSION_DIGITS], texts=texts)
