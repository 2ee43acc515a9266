"""Finds rules in texts: all patterns at once, in every reading. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import ahocorasick

from generation.moderation.normal import Reading, is_cjk, is_letter, normal, readings
from generation.moderation.types import KEPT_OUT, SEVERITY, Finding, Rule

# How far apart a rule's words may stand from the words they need near: in letters as typed, of
# which a Chinese character, being half a word, counts for three.
NEAR_MAX = 60
_CJK_LETTERS = 3
_WITHOUT_SPACES_MIN = 7

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Pattern:
    """One way of writing something, as it is looked for; `source` is how the rule writes it."""

    source: str
    length: int
    open_ended: bool


class RuleBook:
    """Rules made ready to be looked for; `version` names the list they come from."""

    def __init__(self, rules: Sequence[Rule], version: int) -> None:
        self.version = version
        self.rules = tuple(rules)
        self._rules_of: dict[str, list[Rule]] = defaultdict(list)
        written: dict[str, list[_Pattern]] = defaultdict(list)
        for rule in self.rules:
            for source in rule.patterns:
                self._rules_of[source].append(rule)
            for source in (*rule.patterns, *rule.near):
                for text, pattern in _ways_of_writing(source):
                    if pattern not in written[text]:
                        written[text].append(pattern)
        self._automaton = ahocorasick.Automaton()
        for text, patterns in written.items():
            self._automaton.add_word(text, tuple(patterns))
        if written:
            self._automaton.make_automaton()
        self._empty = not written

    def find(self, texts: Mapping[str, str]) -> list[Finding]:
        """What the rules find in each input, the severest first."""
        found = [finding for field, text in texts.items() for finding in self._in(field, text)]
        return sorted(found, key=lambda one: -SEVERITY[one.action])

    def _in(self, field: str, text: str) -> list[Finding]:
        spans = self._spans(text)
        if not spans:
            return []
        kept_out = field.rpartition(".")[2] == KEPT_OUT
        mine = [
            (rule, source)
            for source in spans
            for rule in self._rules_of.get(source, ())
            if not (kept_out and rule.scope == "prompt")
        ]
        allowed = [
            span for rule, source in mine if rule.action == "allow" for span in spans[source]
        ]
        left = {
            source: {span for span in found if not _inside(span, allowed)}
            for source, found in spans.items()
        }
        hits = [
            (rule, span)
            for rule, source in mine
            if rule.action != "allow"
            for span in _supported(rule, left[source], left, text)
        ]
        firsts: dict[str, Finding] = {}
        for rule, span in sorted(hits, key=lambda hit: hit[1]):
            if rule.id not in firsts:
                firsts[rule.id] = Finding(field, rule.id, rule.category, rule.action, *span)
        return list(firsts.values())

    def _spans(self, text: str) -> dict[str, set[Span]]:
        """Where each pattern stands in the text as it was typed."""
        spans: dict[str, set[Span]] = defaultdict(set)
        if self._empty:
            return spans
        for reading in readings(text):
            for last, patterns in self._automaton.iter(reading.text):
                for pattern in patterns:
                    first = last - pattern.length + 1
                    if _whole(reading, first, last, open_ended=pattern.open_ended):
                        start = reading.signs[first].origin
                        spans[pattern.source].add((start, reading.signs[last].origin + 1))
        return spans


def _ways_of_writing(source: str) -> Iterable[tuple[str, _Pattern]]:
    open_ended = source.endswith("*")
    text = normal(source.rstrip("*"))
    if text:
        yield text, _Pattern(source, len(text), open_ended)
    together = text.replace(" ", "")
    if together != text and len(together) >= _WITHOUT_SPACES_MIN:
        yield together, _Pattern(source, len(together), open_ended)


def _whole(reading: Reading, first: int, last: int, *, open_ended: bool) -> bool:
    """Whether no word is cut: "class" holds no other word than itself."""
    signs = reading.signs
    starts = (
        first == 0
        or signs[first].parted
        or not (is_letter(signs[first].char) and is_letter(signs[first - 1].char))
    )
    ends = (
        open_ended
        or last == len(signs) - 1
        or signs[last + 1].parted
        or not (is_letter(signs[last].char) and is_letter(signs[last + 1].char))
    )
    return starts and ends


def _supported(
    rule: Rule, spans: set[Span], found: Mapping[str, set[Span]], text: str
) -> list[Span]:
    """The finds that have one of the words beside them that the rule needs near."""
    if not rule.near:
        return list(spans)
    beside = [span for source in rule.near for span in found.get(source, ())]
    return [span for span in spans if any(_near(span, other, text) for other in beside)]


def _near(one: Span, other: Span, text: str) -> bool:
    between = text[min(one[1], other[1]) : max(one[0], other[0])]
    if len(between) > NEAR_MAX:
        return False
    return sum(_CJK_LETTERS if is_cjk(char) else 1 for char in between) <= NEAR_MAX


def _inside(span: Span, allowed: Iterable[Span]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in allowed)
