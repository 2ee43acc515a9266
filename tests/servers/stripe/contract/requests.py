"""Check the parameters of a request against the library's types, and give them their types.

On the wire everything is text. What comes out has ints, bools, lists and dicts where the API has
them; an unknown, missing or mistyped parameter raises the error that Stripe answers.
"""

from __future__ import annotations

import functools
import re
import typing
from decimal import Decimal
from typing import Any

from stripe._request_options import RequestOptions
from stripe._stripe_object import StripeObject
from typing_extensions import is_typeddict

from tests.servers.stripe.contract.names import alternatives
from tests.servers.stripe.contract.routes import Route
from tests.servers.stripe.errors import ApiError, invalid_request

INTEGER = re.compile(r"-?\d{1,18}")
DECIMAL = re.compile(r"-?\d+(\.\d+)?")
_NO = object()


def typed_params(route: Route, raw: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a request with their types. Raises ApiError as Stripe would answer."""
    if route.params_type is None:
        for name in raw:
            raise _unknown(name)
        return {}
    (kind,) = [option for option in alternatives(route.params_type, route.module)
               if option is not type(None)]  # fmt: skip
    return _fields(kind, raw, "")


@functools.cache
def _annotations(kind: Any) -> dict[str, Any]:
    """Fields of a parameter type, without the options that travel as headers."""
    names = set(kind.__annotations__) - set(RequestOptions.__annotations__)
    return {name: kind.__annotations__[name] for name in names}


def _fields(kind: Any, raw: dict[str, Any], path: str) -> dict[str, Any]:
    known = _annotations(kind)
    for name in raw:
        if name not in known:
            raise _unknown(_join(path, name))
    for name in sorted(kind.__required_keys__ & known.keys()):
        if name not in raw:
            raise invalid_request(
                f"Missing required param: {_join(path, name)}.",
                param=_join(path, name), code="parameter_missing",
            )  # fmt: skip
    return {
        name: _value(known[name], kind.__module__, value, _join(path, name))
        for name, value in raw.items()
    }


def _value(annotation: Any, module: str, raw: Any, path: str) -> Any:
    options = [o for o in alternatives(annotation, module) if o is not type(None)]
    if not _closed(options):
        options = [o for o in options if typing.get_origin(o) is not typing.Literal] or options
        emptyable = "" in _words(alternatives(annotation, module))
    else:
        options = [o for o in options if o is not str]
        emptyable = "" in _words(options)
    if raw == "" and emptyable:
        return ""
    if raw == "" and not any(typing.get_origin(o) is list for o in options):
        raise invalid_request(
            f"You passed an empty string for '{path}'. We assume empty values are an attempt to "
            f"unset a parameter; however '{path}' cannot be unset. You should remove '{path}' "
            "from your request or supply a non-empty value.",
            param=path, code="parameter_invalid_empty",
        )  # fmt: skip
    failure: ApiError | None = None
    for option in sorted(options, key=lambda o: o is str):
        try:
            value = _one(option, module, raw, path)
        except ApiError as error:
            failure = failure or error
            continue
        if value is not _NO:
            return value
    raise failure or _mistyped(options, raw, path)


def _one(option: Any, module: str, raw: Any, path: str) -> Any:
    """The value read as one of its possible types; _NO when it is not of that type."""
    origin = typing.get_origin(option)
    if is_typeddict(option):
        return _fields(option, raw, path) if isinstance(raw, dict) else _NO
    if origin is list:
        return _items(typing.get_args(option)[0], module, raw, path)
    if origin is dict or (isinstance(origin, type) and issubclass(origin, StripeObject)):
        return _mapping(typing.get_args(option)[-1], module, raw, path)
    if not isinstance(raw, str):
        return _NO
    if origin is typing.Literal:
        return raw if raw in typing.get_args(option) else _NO
    if option is bool:
        return {"true": True, "false": False}.get(raw, _NO)
    if option is int:
        return int(raw) if INTEGER.fullmatch(raw) else _NO
    if option in (float, Decimal):
        if not DECIMAL.fullmatch(raw):
            return _NO
        return float(raw) if option is float else raw
    return raw if option in (str, Any) else _NO


def _items(kind: Any, module: str, raw: Any, path: str) -> Any:
    if raw == "":
        return []
    if not isinstance(raw, dict) or not all(key == "" or key.isdigit() for key in raw):
        return _NO
    values: list[Any] = []
    for key in sorted(raw, key=lambda key: int(key or 0)):
        each = raw[key] if key == "" else [raw[key]]  # `expand[]=a&expand[]=b` has no numbers
        values += [_value(kind, module, item, f"{path}[{len(values)}]") for item in each]
    return values


def _mapping(kind: Any, module: str, raw: Any, path: str) -> Any:
    if not isinstance(raw, dict):
        return _NO
    # An empty value is how one entry of metadata is taken away.
    return {
        key: "" if value == "" else _value(kind, module, value, f"{path}[{key}]")
        for key, value in raw.items()
    }


def _words(options: typing.Iterable[Any]) -> set[Any]:
    return {
        word
        for option in options
        if typing.get_origin(option) is typing.Literal
        for word in typing.get_args(option)
    }


def _closed(options: list[Any]) -> bool:
    """Whether the words listed are all there are: the library adds `str` for words to come."""
    return bool(_words(options) - {""})


def _mistyped(options: list[Any], raw: Any, path: str) -> ApiError:
    if bool in options:
        return invalid_request(f"Invalid boolean: {raw}", param=path)
    if int in options:
        return invalid_request(
            f"Invalid integer: {raw}", param=path, code="parameter_invalid_integer"
        )
    if words := sorted(_words(options) - {""}):
        return invalid_request(f"Invalid {path}: must be one of {', '.join(words)}", param=path)
    if any(typing.get_origin(option) is list for option in options):
        return invalid_request("Invalid array", param=path)
    if any(is_typeddict(option) for option in options):
        return invalid_request("Invalid object", param=path)
    return invalid_request(f"Invalid value for {path}", param=path)


def _unknown(path: str) -> ApiError:
    return invalid_request(
        f"Received unknown parameter: {path}", param=path, code="parameter_unknown"
    )


def _join(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name
