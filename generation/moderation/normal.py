"""Reads a text as a person would: without disguises, each character knowing where it stood. Pure.

One text is read in several ways (`readings`): as it is; with what was pulled apart pushed together;
with digits read as letters. A rule that is found in any of them is found.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from generation.moderation.lookalikes import BLANKS, LEET, READ_AS

# Between these a thought ends: words on both sides do not belong together.
_STOPS = frozenset(',.!?;:，。！？；：、()（）《》〈〉「」『』“”"[]{}<>【】\n\r')
# Written inside a word to hide it.
_FILLERS = frozenset("-_*·•'’`~|/\\^=#–—‐‑‧∙・.")
_VOICED = frozenset("\u3099\u309a")
_FAR = 3  # letters further apart than this many separators are not one word


@dataclass(slots=True)
class Sign:
    """One character as it is read: where it stood, and whether something stood before it."""

    char: str
    origin: int
    parted: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A text in one of its readings."""

    signs: tuple[Sign, ...]
    text: str


def readings(text: str) -> list[Reading]:
    """Every reading of `text` that differs from the others, the plainest first."""
    plain = _close_cjk(_fold(text))
    ways = [_joined(plain)]
    if any(sign.char in LEET or sign.char == "1" for sign in plain):
        for one in "il":
            letters = {**LEET, "1": one}
            ways.append(_leet(_joined(_leet(plain, letters)), letters))
    made = [_spaced(plain)]
    for way in ways:
        # "pooor" stands for "por" or for "poor".
        made += [_spaced(_unrepeated(way, 1)), _spaced(_unrepeated(way, 2))]
    return list({reading.text: reading for reading in reversed(made)}.values())[::-1]


def normal(text: str) -> str:
    """`text` in its plain reading, as patterns are kept."""
    return _spaced(_close_cjk(_fold(text))).text.strip()


def is_cjk(char: str) -> bool:
    """Whether it belongs to a script that is written without spaces between words."""
    code = ord(char)
    return (
        0x3040 <= code <= 0x30FF
        or 0x3105 <= code <= 0x312F
        or 0x3400 <= code <= 0x9FFF
        or 0xAC00 <= code <= 0xD7AF
        or 0xF900 <= code <= 0xFAFF
        or 0x20000 <= code <= 0x3FFFF
    )


def is_letter(char: str) -> bool:
    """A letter or digit of a script that puts spaces between words."""
    return char.isalnum() and not is_cjk(char)


def _fold(text: str) -> list[Sign]:
    """One case, one alphabet, no marks, nothing invisible."""
    return [Sign(read, origin) for origin, char in enumerate(text) for read in _as_read(char)]


@lru_cache(maxsize=8192)
def _as_read(char: str) -> str:
    read = ""
    for wide in unicodedata.normalize("NFKC", char):
        category = unicodedata.category(wide)
        if wide in BLANKS or (category in ("Mn", "Me", "Cf") and wide not in _VOICED):
            continue
        base = unicodedata.normalize("NFD", wide)[0]
        # Marks make other letters of a syllabary, but the same ones of an alphabet.
        bare = wide if is_cjk(base) else base
        read += "".join(READ_AS.get(small, small) for small in bare.casefold())
    return read


def _apart(char: str) -> bool:
    return not char.isalnum()


def _close_cjk(signs: list[Sign]) -> list[Sign]:
    """Without what stands between two characters of a script that needs no spaces.

    A stop is kept, unless a single character stands on one of its sides: nobody writes so.
    """
    lengths = _run_lengths(signs)
    kept: list[Sign] = []
    gap: list[Sign] = []
    for index, sign in enumerate(signs):
        if _apart(sign.char):
            gap.append(sign)
            continue
        if gap:
            before = kept[-1] if kept else None
            both = before is not None and is_cjk(before.char) and is_cjk(sign.char)
            before_length = lengths[index - len(gap) - 1] if before is not None else 0
            stop = any(one.char in _STOPS for one in gap)
            if both and (not stop or 1 in (before_length, lengths[index])):
                sign = Sign(sign.char, sign.origin, parted=True)
            else:
                kept += gap
            gap = []
        kept.append(sign)
    return kept + gap


def _run_lengths(signs: list[Sign]) -> list[int]:
    """For each sign how many CJK characters stand together with it, 0 for others."""
    lengths = [0] * len(signs)
    start = 0
    while start < len(signs):
        end = start
        while end < len(signs) and is_cjk(signs[end].char):
            end += 1
        lengths[start:end] = [end - start] * (end - start)
        start = max(end, start + 1)
    return lengths


def _spaced(signs: list[Sign]) -> Reading:
    """Whatever separates becomes one space."""
    kept: list[Sign] = []
    for sign in signs:
        if not _apart(sign.char):
            kept.append(sign)
        elif kept and kept[-1].char != " ":
            kept.append(Sign(" ", sign.origin))
    return Reading(tuple(kept), "".join(sign.char for sign in kept))


def _joined(signs: list[Sign]) -> list[Sign]:
    """Words that were pulled apart, p.u.l.l or pu-ll, put together."""
    words = _words(signs)
    kept: list[Sign] = []
    for number, (gap, word) in enumerate(words):
        if number and _belongs(words, number):
            word[0] = Sign(word[0].char, word[0].origin, parted=True)
        else:
            kept += gap
        kept += word
    return kept


def _words(signs: list[Sign]) -> list[tuple[list[Sign], list[Sign]]]:
    """Each word with what stands before it; what comes after the last is nobody's."""
    words: list[tuple[list[Sign], list[Sign]]] = []
    gap: list[Sign] = []
    word: list[Sign] = []
    for sign in signs:
        if _apart(sign.char):
            if word:
                words.append((gap, word))
                gap, word = [], []
            gap.append(sign)
        else:
            word.append(sign)
    return [*words, (gap, word)] if word else words


def _belongs(words: list[tuple[list[Sign], list[Sign]]], number: int) -> bool:
    gap, word = words[number]
    before = words[number - 1][1]
    if not (is_letter(word[0].char) and is_letter(before[-1].char)) or len(gap) > _FAR:
        return False
    if len(word) == len(before) == 1:
        # Three single letters in a row are a word pulled apart, two may be "I a".
        after = words[number + 1][1] if number + 1 < len(words) else []
        earlier = words[number - 2][1] if number > 1 else []
        return len(after) == 1 or len(earlier) == 1
    dots = all(sign.char == "." for sign in gap)
    return all(sign.char in _FILLERS for sign in gap) and not dots


def _unrepeated(signs: list[Sign], times: int) -> list[Sign]:
    """Letters that stand three times or more in a row stand only `times`."""
    kept: list[Sign] = []
    start = 0
    while start < len(signs):
        end = start + 1
        while end < len(signs) and signs[end].char == signs[start].char:
            end += 1
        drawn_out = end - start > 2 and "a" <= signs[start].char <= "z"
        kept += signs[start : start + times] if drawn_out else signs[start:end]
        start = end
    return kept


def _leet(signs: list[Sign], letters: dict[str, str]) -> list[Sign]:
    """Digits and signs read as letters, inside words that have two letters at least."""
    read: list[Sign] = []
    start = 0
    while start < len(signs):
        end = start
        while end < len(signs) and _wordlike(signs[end].char, letters):
            end += 1
        word = signs[start:end]
        if sum("a" <= sign.char <= "z" for sign in word) >= 2:
            last = max(index for index, sign in enumerate(word) if sign.char.isalnum())
            word = [
                # "!" after a word is an exclamation.
                Sign(letters.get(sign.char, sign.char), sign.origin, sign.parted)
                if index <= last
                else sign
                for index, sign in enumerate(word)
            ]
        read += word
        if end < len(signs):
            read.append(signs[end])
        start = end + 1
    return read


def _wordlike(char: str, letters: dict[str, str]) -> bool:
    return "a" <= char <= "z" or char in letters or char.isdigit()
