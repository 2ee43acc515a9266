"""Check what is answered and sent against the library's types, and say what is wrong.

This is how the stand-in keeps to the shapes of the present API version: a field that Stripe does
not have, one that is missing, or one of the wrong type is written down as a violation.
"""

from __future__ import annotations

import functools
import inspect
import re
import typing
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from stripe._list_object import ListObject
from stripe._object_classes import OBJECT_CLASSES
from stripe._stripe_object import StripeObject, UntypedStripeObject

from tests.servers.stripe.contract.names import alternatives, module_at

DECIMAL = re.compile(r"-?\d+(\.\d+)?")


def violations(kind: Any, module: str, value: Any) -> list[str]:
    """What in a value does not fit a type of the library; empty when all does."""
    return list(_check(kind, module, value, ""))


def object_violations(value: dict[str, Any]) -> list[str]:
    """The same for an object that says what it is."""
    if value.get("object") not in OBJECT_CLASSES:
        return [f"no such object: {value.get('object')}"]
    module, name = OBJECT_CLASSES[value["object"]]
    kind = getattr(module_at(module), name)
    return list(_check(kind, kind.__module__, value, str(value["object"])))


@functools.cache
def fields(kind: Any) -> dict[str, tuple[Any, str]]:
    """Fields of one of the library's classes: the annotation and the module it is written in."""
    found: dict[str, tuple[Any, str]] = {}
    for base in reversed(kind.__mro__):
        if base in (StripeObject, ListObject) or not issubclass(base, StripeObject):
            continue
        annotations: dict[str, Any] = inspect.get_annotations(base)
        for name, annotation in annotations.items():
            if typing.get_origin(annotation) is not typing.ClassVar and not name.startswith("_"):
                found[name] = (annotation, base.__module__)
    return found


def _check(annotation: Any, module: str, value: Any, path: str) -> Iterator[str]:
    if annotation is Any:
        return
    options = alternatives(annotation, module)
    if value is None:
        if type(None) not in options:
            yield f"{path}: null is not allowed"
        return
    named = value.get("object") if isinstance(value, dict) else None
    options = tuple(o for o in options if o is not type(None) and _could_be(o, named))
    words = [o for o in options if typing.get_origin(o) is typing.Literal]
    if words and isinstance(value, str) and len(words) + (str in options) == len(options):
        options = tuple(words)  # `str` stands there for words that do not exist yet
    best: list[str] | None = None
    for option in options:
        faults = list(_check_one(option, module, value, path))
        if not faults:
            return
        best = faults if best is None or len(faults) < len(best) else best
    yield from best if best is not None else [f"{path}: {named or value!r} is not expected here"]


def _could_be(option: Any, named: str | None) -> bool:
    own = getattr(option, "OBJECT_NAME", None)
    return named is None or own is None or own == named


def _check_one(option: Any, module: str, value: Any, path: str) -> Iterator[str]:
    origin = typing.get_origin(option)
    kind = origin if isinstance(origin, type) else option
    if option in (Any, object):
        return
    if origin is typing.Literal:
        if value not in typing.get_args(option):
            yield f"{path}: {value!r} is not one of {typing.get_args(option)}"
    elif kind in (dict, UntypedStripeObject):
        if not isinstance(value, dict):
            yield f"{path}: an object is expected"
        elif args := typing.get_args(option):
            for key, item in value.items():
                yield from _check(args[-1], module, item, f"{path}.{key}")
    elif kind is list:
        if not isinstance(value, list):
            yield f"{path}: a list is expected"
            return
        for number, item in enumerate(value):
            yield from _check(typing.get_args(option)[0], module, item, f"{path}[{number}]")
    elif isinstance(kind, type) and issubclass(kind, ListObject):
        yield from _check_list(option, module, value, path)
    elif isinstance(kind, type) and issubclass(kind, StripeObject):
        yield from _check_object(kind, value, path)
    elif not _is_plain(option, value):
        yield f"{path}: {value!r} is not of type {getattr(option, '__name__', option)}"


def _check_list(option: Any, module: str, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict) or value.get("object") != "list":
        yield f"{path}: a list object is expected"
        return
    if not {"data", "has_more", "url"} <= value.keys():
        yield f"{path}: a list object has data, has_more and url"
        return
    for number, item in enumerate(value["data"]):
        yield from _check(typing.get_args(option)[0], module, item, f"{path}.data[{number}]")


def _check_object(kind: Any, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path}: an object is expected"
        return
    known = fields(kind)
    if not known:
        return  # a class without fields of its own holds whatever it is given
    for name, item in value.items():
        if name not in known:
            yield f"{path}.{name}: no such field"
        else:
            annotation, module = known[name]
            yield from _check(annotation, module, item, f"{path}.{name}")
    if value.get("deleted") is True:
        return
    for name, (annotation, module) in known.items():
        if name not in value and type(None) not in alternatives(annotation, module):
            yield f"{path}.{name}: missing"


def _is_plain(option: Any, value: Any) -> bool:
    if option is bool:
        return isinstance(value, bool)
    if option is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if option is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if option is Decimal:
        return isinstance(value, str) and DECIMAL.fullmatch(value) is not None
    return option is str and isinstance(value, str)
