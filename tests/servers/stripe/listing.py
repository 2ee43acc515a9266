"""Lists: newest first, in pages, with the filters that all of them share.

Stripe's own page: https://docs.stripe.com/api/pagination
"""

from __future__ import annotations

from collections.abc import Iterable

from tests.servers.stripe.errors import invalid_request, missing
from tests.servers.stripe.world import Obj, list_of, public


def page(objects: Iterable[Obj], params: Obj, url: str) -> Obj:
    """One page of these objects (given oldest first), as the paging parameters ask."""
    found = [obj for obj in objects if created_fits(obj, params.get("created"))]
    found.reverse()
    return page_in_order(found, params, url)


def page_in_order(found: list[Obj], params: Obj, url: str) -> Obj:
    """One page of objects that are in their final order already."""
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise invalid_request("Invalid limit: must be between 1 and 100", param="limit")
    after, before = params.get("starting_after"), params.get("ending_before")
    if after and before:
        raise invalid_request("You can only use one of starting_after and ending_before")
    if after:
        rest = found[_place(found, after, "starting_after") + 1 :]
        chosen, more = rest[:limit], len(rest) > limit
    elif before:
        rest = found[: _place(found, before, "ending_before")]
        chosen, more = rest[-limit:], len(rest) > limit
    else:
        chosen, more = found[:limit], len(found) > limit
    return list_of([public(obj) for obj in chosen], url, has_more=more)


def _place(found: list[Obj], id: str, param: str) -> int:
    for place, obj in enumerate(found):
        if obj["id"] == id:
            return place
    raise missing("object", id, param)


def created_fits(obj: Obj, wanted: int | Obj | None) -> bool:
    """Whether an object was created in the interval asked for."""
    if wanted is None:
        return True
    created = obj["created"]
    if isinstance(wanted, int):
        return bool(created == wanted)
    return bool(
        created > wanted.get("gt", created - 1)
        and created >= wanted.get("gte", created)
        and created < wanted.get("lt", created + 1)
        and created <= wanted.get("lte", created)
    )


def fits(obj: Obj, params: Obj, *names: str) -> bool:
    """Whether the object has the values of those parameters that were given."""
    return all(obj.get(name) == params[name] for name in names if name in params)
