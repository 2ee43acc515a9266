"""Products and prices. A price never changes its amount; a lookup key can move to another.

Stripe's own page: https://docs.stripe.com/products-prices/manage-prices
"""

from __future__ import annotations

from decimal import Decimal

from tests.servers.stripe.errors import invalid_request
from tests.servers.stripe.events import changing, emit
from tests.servers.stripe.listing import fits, page
from tests.servers.stripe.routing import PAGES, answers
from tests.servers.stripe.world import Obj, World, merged, take


@answers(
    "POST",
    "/v1/products",
    "id name active default_price_data description images marketing_features metadata "
    "shippable statement_descriptor tax_code type unit_label url",
)
def create_product(world: World, params: Obj) -> Obj:
    """A product; with `default_price_data` its first price too."""
    id = params.get("id") or world.new_id("prod", 14)
    if world.find("product", id):
        raise invalid_request("Product already exists.", param="id", code="resource_already_exists")
    product = world.add(
        {
            "id": id,
            "object": "product",
            "active": params.get("active", True),
            "created": world.now(),
            "default_price": None,
            "description": params.get("description"),
            "images": params.get("images", []),
            "livemode": False,
            "marketing_features": params.get("marketing_features", []),
            "metadata": merged({}, params.get("metadata")),
            "name": params["name"],
            "package_dimensions": None,
            "shippable": params.get("shippable"),
            "statement_descriptor": params.get("statement_descriptor"),
            "tax_code": params.get("tax_code"),
            "type": params.get("type", "service"),
            "unit_label": params.get("unit_label"),
            "updated": world.now(),
            "url": params.get("url"),
        }
    )
    emit(world, "product.created", product)
    if data := params.get("default_price_data"):
        price = create_price(world, {**data, "product": id})
        product["default_price"] = price["id"]
    return product


@answers("GET", "/v1/products/{id}")
def get_product(world: World, params: Obj, id: str) -> Obj:
    return world.get("product", id)


@answers(
    "POST",
    "/v1/products/{id}",
    "name active default_price description images marketing_features metadata shippable "
    "statement_descriptor tax_code unit_label url",
)
def update_product(world: World, params: Obj, id: str) -> Obj:
    product = world.get("product", id)
    with changing(world, product, "product.updated"):
        take(
            product, params, "active", "default_price", "description", "images", "name",
            "marketing_features", "shippable", "statement_descriptor", "tax_code", "unit_label",
            "url",
        )  # fmt: skip
        product["metadata"] = merged(product["metadata"], params.get("metadata"))
        product["updated"] = world.now()
    return product


@answers("DELETE", "/v1/products/{id}")
def delete_product(world: World, params: Obj, id: str) -> Obj:
    product = world.get("product", id)
    if world.where("price", product=id):
        raise invalid_request(
            "This product cannot be deleted because it has one or more user-created prices."
        )
    world.remove("product", id)
    emit(world, "product.deleted", product)
    return {"id": id, "object": "product", "deleted": True}


@answers(
    "GET",
    "/v1/products",
    f"{PAGES} active ids shippable url",
)
def list_products(world: World, params: Obj) -> Obj:
    found = [p for p in world.all("product") if fits(p, params, "active", "shippable", "url")]
    if "ids" in params:
        found = [p for p in found if p["id"] in params["ids"]]
    return page(found, params, "/v1/products")


def _recurring(params: Obj) -> Obj | None:
    wanted = params.get("recurring")
    if wanted is None:
        return None
    count = wanted.get("interval_count", 1)
    longest = {"day": 1095, "week": 156, "month": 36, "year": 3}[wanted["interval"]]
    if not 1 <= count <= longest:
        raise invalid_request(
            "You cannot set a recurring interval longer than 3 years.",
            param="recurring[interval_count]",
        )
    return {
        "interval": wanted["interval"],
        "interval_count": count,
        "meter": None,
        "trial_period_days": None,
        "usage_type": wanted.get("usage_type", "licensed"),
    }


def amount_of(params: Obj, path: str = "unit_amount") -> int:
    """The whole minor units asked for, in either of the two ways the API offers."""
    if "unit_amount" in params:
        amount = params["unit_amount"]
    elif "unit_amount_decimal" in params:
        amount = Decimal(params["unit_amount_decimal"])
        if amount != int(amount):
            raise invalid_request(
                "The stand-in has no fractions of a minor unit.", param="unit_amount_decimal"
            )
    else:
        raise invalid_request(f"Missing required param: {path}.", param=path)
    if amount < 0:
        raise invalid_request(
            "Invalid non-negative integer", param=path, code="parameter_invalid_integer"
        )
    return int(amount)


def _free_lookup_key(world: World, key: str, transfer: bool) -> None:
    """Make sure that no other price has this lookup key, moving it only when asked to."""
    for holder in world.where("price", lookup_key=key):
        if not transfer:
            raise invalid_request(
                f"A price (`{holder['id']}`) already uses that lookup key.", param="lookup_key"
            )
        with changing(world, holder, "price.updated"):
            holder["lookup_key"] = None


@answers(
    "POST",
    "/v1/prices",
    "product product_data currency unit_amount unit_amount_decimal recurring active "
    "nickname lookup_key transfer_lookup_key tax_behavior metadata billing_scheme",
)
def create_price(world: World, params: Obj) -> Obj:
    """A price of a product, one-time or recurring."""
    product = params.get("product")
    if product is None and "product_data" in params:
        data = dict(params["product_data"])
        product = create_product(world, data)["id"]
    if product is None:
        raise invalid_request("Missing required param: product.", param="product")
    world.get("product", product, "product")
    amount = amount_of(params)
    if key := params.get("lookup_key"):
        _free_lookup_key(world, key, params.get("transfer_lookup_key", False))
    recurring = _recurring(params)
    price = world.add(
        {
            "id": world.new_id("price_1"),
            "object": "price",
            "active": params.get("active", True),
            "billing_scheme": "per_unit",
            "created": world.now(),
            "currency": params["currency"].lower(),
            "custom_unit_amount": None,
            "livemode": False,
            "lookup_key": params.get("lookup_key"),
            "metadata": merged({}, params.get("metadata")),
            "nickname": params.get("nickname"),
            "product": product,
            "recurring": recurring,
            "tax_behavior": params.get("tax_behavior", "unspecified"),
            "tiers_mode": None,
            "transform_quantity": None,
            "type": "recurring" if recurring else "one_time",
            "unit_amount": amount,
            "unit_amount_decimal": str(amount),
        }
    )
    emit(world, "price.created", price)
    return price


@answers("GET", "/v1/prices/{price}")
def get_price(world: World, params: Obj, id: str) -> Obj:
    return world.get("price", id)


@answers(
    "POST",
    "/v1/prices/{price}",
    "active nickname lookup_key transfer_lookup_key tax_behavior metadata",
)
def update_price(world: World, params: Obj, id: str) -> Obj:
    """Archive it, name it, move its lookup key: the amount stays for ever."""
    price = world.get("price", id)
    key = params.get("lookup_key")
    if key and key != price["lookup_key"]:
        _free_lookup_key(world, key, params.get("transfer_lookup_key", False))
    with changing(world, price, "price.updated"):
        take(price, params, "active", "nickname", "lookup_key", "tax_behavior")
        price["metadata"] = merged(price["metadata"], params.get("metadata"))
    return price


@answers(
    "GET",
    "/v1/prices",
    f"{PAGES} active currency product type lookup_keys recurring",
)
def list_prices(world: World, params: Obj) -> Obj:
    found = [
        price
        for price in world.all("price")
        if fits(price, params, "active", "currency", "product", "type")
    ]
    if "lookup_keys" in params:
        found = [price for price in found if price["lookup_key"] in params["lookup_keys"]]
    if wanted := params.get("recurring"):
        found = [p for p in found if p["recurring"] and fits(p["recurring"], wanted, *wanted)]
    return page(found, params, "/v1/prices")


def inline_price(world: World, data: Obj, *, recurring_wanted: bool) -> Obj:
    """The price that `price_data` in another call makes: inactive, so that nobody finds it."""
    if "product" not in data and "product_data" not in data:
        raise invalid_request(
            "Missing required param: price_data[product_data].",
            param="line_items[0][price_data][product_data]", code="parameter_missing",
        )  # fmt: skip
    if recurring_wanted and "recurring" not in data:
        raise invalid_request(
            "You must provide at least one recurring price in `subscription` mode when using "
            "prices.",
            param="line_items",
        )
    params = {**data, "active": False}
    if "product_data" in params:
        params["product_data"] = {"active": False, **params["product_data"]}
    return create_price(world, params)
