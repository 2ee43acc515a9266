"""Coupons and promotion codes.

Stripe's own page: https://docs.stripe.com/billing/subscriptions/coupons
"""

from __future__ import annotations

from tests.servers.stripe.errors import invalid_request, missing
from tests.servers.stripe.events import changing, emit
from tests.servers.stripe.listing import fits, page
from tests.servers.stripe.routing import PAGES, answers
from tests.servers.stripe.world import Obj, World, merged, take


@answers(
    "POST",
    "/v1/coupons",
    "id name percent_off amount_off currency duration duration_in_months max_redemptions "
    "redeem_by applies_to metadata",
)
def create_coupon(world: World, params: Obj) -> Obj:
    """A percentage or an amount off, once, for some months or for ever."""
    if ("percent_off" in params) == ("amount_off" in params):
        raise invalid_request("You must pass either percent_off or amount_off", param="percent_off")
    if "amount_off" in params and "currency" not in params:
        raise invalid_request("You must pass currency when passing amount_off", param="currency")
    percent = params.get("percent_off")
    if percent is not None and not 0 < percent <= 100:
        raise invalid_request("percent_off must be between 0 and 100", param="percent_off")
    duration = params.get("duration", "once")
    if (duration == "repeating") != ("duration_in_months" in params):
        raise invalid_request(
            "duration_in_months goes with the duration `repeating`", param="duration_in_months"
        )
    if params.get("redeem_by", world.now() + 1) <= world.now():
        raise invalid_request("redeem_by must be a timestamp in the future", param="redeem_by")
    id = params.get("id") or world.new_id("c", 8)[2:]
    before = world.find("coupon", id)
    if before is not None and not before.get("_deleted"):
        raise invalid_request("Coupon already exists.", param="id", code="resource_already_exists")
    coupon = world.add(
        {
            "id": id,
            "object": "coupon",
            "amount_off": params.get("amount_off"),
            "created": world.now(),
            "currency": params.get("currency"),
            "duration": duration,
            "duration_in_months": params.get("duration_in_months"),
            "livemode": False,
            "max_redemptions": params.get("max_redemptions"),
            "metadata": merged({}, params.get("metadata")),
            "name": params.get("name"),
            "percent_off": percent,
            "redeem_by": params.get("redeem_by"),
            "times_redeemed": 0,
            "valid": True,
            "_applies_to": params.get("applies_to"),
        }
    )
    emit(world, "coupon.created", coupon)
    return coupon


def refresh(world: World, coupon: Obj) -> Obj:
    """The coupon with `valid` as it is now."""
    ended = coupon["redeem_by"] is not None and coupon["redeem_by"] <= world.now()
    limit = coupon["max_redemptions"]
    coupon["valid"] = not ended and (limit is None or coupon["times_redeemed"] < limit)
    return coupon


def living_coupon(world: World, id: str, param: str = "id") -> Obj:
    """A coupon that is not deleted. Raises ApiError resource_missing."""
    coupon = world.get("coupon", id, param)
    if coupon.get("_deleted"):
        raise missing("coupon", id, param)
    return coupon


@answers("GET", "/v1/coupons/{coupon}")
def get_coupon(world: World, params: Obj, id: str) -> Obj:
    return refresh(world, living_coupon(world, id))


@answers(
    "POST",
    "/v1/coupons/{coupon}",
    "name metadata",
)
def update_coupon(world: World, params: Obj, id: str) -> Obj:
    coupon = living_coupon(world, id)
    with changing(world, coupon, "coupon.updated"):
        take(coupon, params, "name")
        coupon["metadata"] = merged(coupon["metadata"], params.get("metadata"))
    return refresh(world, coupon)


@answers("DELETE", "/v1/coupons/{coupon}")
def delete_coupon(world: World, params: Obj, id: str) -> Obj:
    """Nobody can redeem it any more; discounts given stay."""
    coupon = living_coupon(world, id)
    coupon["_deleted"] = True  # who was given it before keeps it
    emit(world, "coupon.deleted", coupon)
    return {"id": id, "object": "coupon", "deleted": True}


@answers(
    "GET",
    "/v1/coupons",
    PAGES,
)
def list_coupons(world: World, params: Obj) -> Obj:
    return page(
        [refresh(world, one) for one in world.all("coupon") if not one.get("_deleted")],
        params,
        "/v1/coupons",
    )


@answers(
    "POST",
    "/v1/promotion_codes",
    "promotion code active customer expires_at max_redemptions metadata restrictions",
)
def create_promotion_code(world: World, params: Obj) -> Obj:
    """A code that customers type in; behind it stands a coupon."""
    promotion = params["promotion"]
    coupon = living_coupon(world, promotion.get("coupon", ""), "promotion[coupon]")
    code = params.get("code") or world.new_id("p", 8)[2:].upper()
    if any(c["active"] and c["code"].lower() == code.lower() for c in world.all("promotion_code")):
        raise invalid_request(
            f"An active promotion code with `code: {code}` already exists.", param="code"
        )
    restrictions = {"first_time_transaction": False, "minimum_amount": None,
                    "minimum_amount_currency": None, **params.get("restrictions", {})}  # fmt: skip
    made = world.add(
        {
            "id": world.new_id("promo_1"),
            "object": "promotion_code",
            "active": params.get("active", True),
            "code": code,
            "created": world.now(),
            "customer": params.get("customer"),
            "expires_at": params.get("expires_at"),
            "livemode": False,
            "max_redemptions": params.get("max_redemptions"),
            "metadata": merged({}, params.get("metadata")),
            "promotion": {"type": "coupon", "coupon": coupon["id"]},
            "restrictions": restrictions,
            "times_redeemed": 0,
        }
    )
    emit(world, "promotion_code.created", made)
    return made


@answers("GET", "/v1/promotion_codes/{promotion_code}")
def get_promotion_code(world: World, params: Obj, id: str) -> Obj:
    return world.get("promotion_code", id)


@answers(
    "POST",
    "/v1/promotion_codes/{promotion_code}",
    "active metadata",
)
def update_promotion_code(world: World, params: Obj, id: str) -> Obj:
    made = world.get("promotion_code", id)
    with changing(world, made, "promotion_code.updated"):
        take(made, params, "active")
        made["metadata"] = merged(made["metadata"], params.get("metadata"))
    return made


@answers(
    "GET",
    "/v1/promotion_codes",
    f"{PAGES} active code coupon customer",
)
def list_promotion_codes(world: World, params: Obj) -> Obj:
    found = [
        one
        for one in world.all("promotion_code")
        if fits(one, params, "active", "code", "customer")
        and one["promotion"]["coupon"] == params.get("coupon", one["promotion"]["coupon"])
    ]
    return page(found, params, "/v1/promotion_codes")


def redeemable(world: World, wanted: Obj, customer: str | None, currency: str) -> Obj:
    """What `discounts[0]` names: {coupon, promotion_code}. Raises ApiError when it is refused."""
    code = None
    if id := wanted.get("promotion_code"):
        code = world.get("promotion_code", id, "discounts[0][promotion_code]")
        refusal = _refusal(world, code, customer)
        if refusal:
            raise invalid_request(refusal, param="discounts[0][promotion_code]")
        coupon_id = code["promotion"]["coupon"]
    else:
        coupon_id = wanted.get("coupon", "")
    coupon = living_coupon(world, coupon_id, "discounts[0][coupon]")
    if not refresh(world, coupon)["valid"]:
        raise invalid_request(
            f"Coupon {coupon_id} is used up and cannot be applied.",
            param="discounts[0][coupon]", code="coupon_expired",
        )  # fmt: skip
    if coupon["currency"] not in (None, currency):
        raise invalid_request(
            f"The coupon {coupon_id} is in {coupon['currency']}, not in {currency}.",
            param="discounts[0][coupon]",
        )
    return {"coupon": coupon_id, "promotion_code": code["id"] if code else None}


def _refusal(world: World, code: Obj, customer: str | None) -> str | None:
    if not code["active"] or (code["expires_at"] or world.now() + 1) <= world.now():
        return "This promotion code is expired."
    if code["max_redemptions"] is not None and code["times_redeemed"] >= code["max_redemptions"]:
        return "This promotion code has been used up."
    if code["customer"] not in (None, customer):
        return "This promotion code cannot be redeemed by this customer."
    if code["restrictions"]["first_time_transaction"] and world.where("charge", customer=customer,
                                                                      paid=True):  # fmt: skip
        return "This promotion code cannot be redeemed because of prior transactions."
    return None


def redeem(world: World, wanted: Obj) -> None:
    """Count a redemption."""
    coupon = world.find("coupon", wanted["coupon"])
    if coupon is not None:
        coupon["times_redeemed"] += 1
        refresh(world, coupon)
    if code := world.find("promotion_code", wanted["promotion_code"]):
        code["times_redeemed"] += 1
