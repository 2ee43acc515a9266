"""Values of moderation: rules, what they found, what follows. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Action = Literal["block", "review", "log", "allow"]
Scope = Literal["all", "prompt"]
Category = Literal[
    "sexual_minors",
    "sexual",
    "gore",
    "hate",
    "self_harm",
    "weapons",
    "political_impersonation",
    "extremism",
    "other",
]
Source = Literal["rules", "pictures", "model"]
ACTIONS: tuple[Action, ...] = get_args(Action)
SCOPES: tuple[Scope, ...] = get_args(Scope)
CATEGORIES: tuple[Category, ...] = get_args(Category)

# The field whose words say what a picture should *not* show.
KEPT_OUT = "negative_prompt"


@dataclass(frozen=True, slots=True)
class Rule:
    """Words and what follows when they are found.

    Any of `patterns` is a find; with `near`, only when one of those stands close by. A pattern of
    an alphabet is found as whole words, with `*` at its end also as their beginning. "allow" takes
    back what other rules found inside it. With the scope "prompt" the rule leaves alone what is to
    be kept out: many write "nsfw" there to keep it out.
    """

    id: str
    patterns: tuple[str, ...]
    category: Category
    action: Action
    near: tuple[str, ...] = ()
    scope: Scope = "all"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found in one input. `start` and `end` count characters of what was typed; a picture
    has none. `rule_id` is the rule, the forbidden picture, or the model."""

    field: str
    rule_id: str
    category: Category
    action: Action
    start: int | None = None
    end: int | None = None
    source: Source = "rules"
    detail: str = ""


# The severest first: one finding stands for an input.
SEVERITY: dict[Action, int] = {"block": 3, "review": 2, "log": 1, "allow": 0}
