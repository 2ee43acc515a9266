"""The pages of the customer portal."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

from tests.servers.stripe.checkout import portal
from tests.servers.stripe.pages.layout import document, money
from tests.servers.stripe.world import Obj, World

WORDS = {
    "en": {
        "title": "Test billing page",
        "card": "Payment method",
        "none": "No card",
        "card_good": "Use a new card",
        "card_declined": "Declined",
        "card_3ds_ok": "3-D Secure, confirmed",
        "card_3ds_failed": "3-D Secure, refused",
        "card_renewals_fail": "Fails at renewal",
        "subscriptions": "Subscriptions",
        "cancel": "Cancel at the end of the period",
        "resume": "Do not cancel",
        "ends": "Ends on {}",
        "renews": "Renews on {}",
        "back": "Back to {}",
        "saved": "The card was saved.",
    },
    "zh": {
        "title": "测试账单页面",
        "card": "支付方式",
        "none": "没有银行卡",
        "card_good": "使用新卡",
        "card_declined": "被银行拒绝",
        "card_3ds_ok": "3-D Secure 验证通过",
        "card_3ds_failed": "3-D Secure 验证失败",
        "card_renewals_fail": "续费失败的卡",
        "subscriptions": "订阅",
        "cancel": "到期后取消",
        "resume": "不取消",
        "ends": "{} 结束",
        "renews": "{} 续费",
        "back": "返回 {}",
        "saved": "银行卡已保存。",
    },
}
CARD_BUTTONS = ("card_declined", "card_3ds_ok", "card_3ds_failed", "card_renewals_fail")


def portal_page(world: World, session: Obj, language: str, note: str = "") -> str:
    """The page as HTML."""
    words = WORDS[language]
    flow = (session["flow"] or {}).get("type")
    left = "" if flow == "payment_method_update" else _subscriptions(world, session, words)
    back = ""
    if session["return_url"]:
        name = escape(words["back"].format(world.settings.account_name))
        back = f'<p><a href="{escape(session["return_url"])}">{name}</a></p>'
    return document(
        language,
        f"<section>{note}{_cards(world, session, words)}{back}</section>{left}",
        title=words["title"],
    )


def _cards(world: World, session: Obj, words: dict[str, str]) -> str:
    customer = world.get("customer", session["customer"])
    default = world.find("payment_method", customer["invoice_settings"]["default_payment_method"])
    shown = words["none"]
    if default is not None:
        shown = f"{default['card']['brand']} •••• {default['card']['last4']}"
    small = "".join(
        f'<button name="button" value="{name}">{words[name]}</button>' for name in CARD_BUTTONS
    )
    return (
        f'<h2>{words["card"]}</h2><p>{escape(shown)}</p><form method="post">'
        f'<button name="button" value="card_good" class="go">{words["card_good"]}</button>'
        f'<div class="outcomes">{small}</div></form>'
    )


def _subscriptions(world: World, session: Obj, words: dict[str, str]) -> str:
    rows = []
    for sub in portal.running(world, session):
        item = sub["items"]["data"][0]
        product = world.get("product", item["price"]["product"])["name"]
        amount = money(item["price"]["unit_amount"], sub["currency"])
        ends = sub["cancel_at"]
        moment = datetime.fromtimestamp(ends or item["current_period_end"], UTC).date()
        state = words["ends" if ends else "renews"].format(moment)
        verb = "resume" if ends else "cancel"
        rows.append(
            f"<tr><td>{escape(product)}<small>{state}</small></td><td>{amount}</td></tr>"
            f'<tr><td colspan="2"><form method="post"><button name="{verb}" value="{sub["id"]}">'
            f"{words[verb]}</button></form></td></tr>"
        )
    return f"<section><h2>{words['subscriptions']}</h2><table>{''.join(rows)}</table></section>"
