"""The page of a checkout session: what is sold, and a button for every way it can go."""

from __future__ import annotations

from html import escape

from tests.servers.stripe.pages.layout import document, money
from tests.servers.stripe.world import Obj, World

WORDS = {
    "en": {
        "title": "Test payment",
        "save_card": "Save a card",
        "discount": "Discount",
        "total": "Total due today",
        "each": "each",
        "renews": "Renews every {} until canceled",
        "card": "Card",
        "alipay": "Alipay",
        "wechat_pay": "WeChat Pay",
        "card_good": "Pay by card",
        "card_good_setup": "Save this card",
        "card_declined": "Declined",
        "card_insufficient_funds": "Not enough money",
        "card_3ds_ok": "3-D Secure, confirmed",
        "card_3ds_failed": "3-D Secure, refused",
        "card_renewals_fail": "Pays now, fails at renewal",
        "card_disputed": "Pays, then disputed",
        "with": "Pay with {}",
        "declined": "Refused",
        "later_good": "Later: succeeds",
        "later_bad": "Later: fails",
        "cancel": "Back without paying",
        "code": "Promotion code",
        "apply": "Apply",
        "complete": "This page is done: the payment was made.",
        "expired": "This page has expired.",
        "month": "month", "months": "{} months", "year": "year", "years": "{} years",
    },
    "zh": {
        "title": "测试支付",
        "save_card": "保存银行卡",
        "discount": "优惠",
        "total": "今日应付",
        "each": "单价",
        "renews": "每 {}自动续费，可随时取消",
        "card": "银行卡",
        "alipay": "支付宝",
        "wechat_pay": "微信支付",
        "card_good": "银行卡支付",
        "card_good_setup": "保存这张卡",
        "card_declined": "被银行拒绝",
        "card_insufficient_funds": "余额不足",
        "card_3ds_ok": "3-D Secure 验证通过",
        "card_3ds_failed": "3-D Secure 验证失败",
        "card_renewals_fail": "本次成功，续费失败",
        "card_disputed": "成功后提出争议",
        "with": "用{}支付",
        "declined": "支付被拒绝",
        "later_good": "稍后到账",
        "later_bad": "稍后失败",
        "cancel": "不支付，返回",
        "code": "优惠码",
        "apply": "使用",
        "complete": "此页面已完成支付。",
        "expired": "此页面已过期。",
        "month": "月", "months": "{} 个月", "year": "年", "years": "{} 年",
    },
}  # fmt: skip

CARD_BUTTONS = (
    "card_declined", "card_insufficient_funds", "card_3ds_ok", "card_3ds_failed",
    "card_renewals_fail", "card_disputed",
)  # fmt: skip
WALLET_BUTTONS = ("declined", "later_good", "later_bad")


def pay_page(world: World, session: Obj, language: str, refused: str | None = None) -> str:
    """The page as HTML."""
    words = WORDS[language]
    if session["status"] != "open":
        return document(language, f"<p>{words[session['status']]}</p>", title=words["title"])
    summary = _summary(world, session, words)
    note = f'<p class="refused" role="alert">{escape(refused)}</p>' if refused else ""
    return document(
        language,
        f"<section>{summary}</section><section>{note}{_buttons(session, words)}</section>",
        title=words["title"],
    )


def _summary(world: World, session: Obj, words: dict[str, str]) -> str:
    name = escape(world.settings.account_name)
    if session["mode"] == "setup":
        return f'<h1>{name}</h1><p class="total">{words["save_card"]}</p>'
    currency = session["currency"]
    rows = "".join(_row(item, words) for item in session["_items"])
    off = session["total_details"]["amount_discount"]
    if off:
        rows += f"<tr><td>{words['discount']}</td><td>{money(-off, currency)}</td></tr>"
    total = money(session["amount_total"], currency)
    return (
        f'<h1>{name}</h1><p class="total">{total}</p><table>{rows}'
        f'<tr class="sum"><td>{words["total"]}</td><td>{total}</td></tr></table>'
        + _code_form(session, words)
    )


def _row(item: Obj, words: dict[str, str]) -> str:
    notes = ""
    if item["quantity"] > 1:
        each = money(item["price"]["unit_amount"], item["currency"])
        notes += f"<small>{item['quantity']} × {each} {words['each']}</small>"
    if recurring := item["price"]["recurring"]:
        notes += f"<small>{words['renews'].format(_interval(recurring, words))}</small>"
    amount = money(item["amount_subtotal"], item["currency"])
    return f"<tr><td>{escape(item['description'])}{notes}</td><td>{amount}</td></tr>"


def _interval(recurring: Obj, words: dict[str, str]) -> str:
    interval, count = recurring["interval"], recurring["interval_count"]
    if interval not in words:
        return f"{count} {interval}"
    return words[interval] if count == 1 else words[f"{interval}s"].format(count)


def _code_form(session: Obj, words: dict[str, str]) -> str:
    if not session["allow_promotion_codes"]:
        return ""
    return (
        f'<h2>{words["code"]}</h2><form method="post" class="row">'
        f'<input name="code" aria-label="{words["code"]}"><button>{words["apply"]}</button></form>'
    )


def _buttons(session: Obj, words: dict[str, str]) -> str:
    setup = session["mode"] == "setup"
    parts = []
    for type in session["payment_method_types"]:
        parts.append(f"<h2>{words[type]}</h2>")
        if type == "card":
            first = words["card_good_setup" if setup else "card_good"]
            names = [one for one in CARD_BUTTONS if not (setup and one == "card_disputed")]
            others = {name: words[name] for name in names}
            parts.append(_button("card_good", first, "go"))
        else:
            others = {f"{type}_{name}": words[name] for name in WALLET_BUTTONS}
            parts.append(_button(type, words["with"].format(words[type]), "go"))
        small = [_button(value, text, _look(value)) for value, text in others.items()]
        parts.append(f'<div class="outcomes">{"".join(small)}</div>')
    cancel = ""
    if session["cancel_url"]:
        cancel = f'<button name="cancel" value="1" class="plain">{words["cancel"]}</button>'
    return f'<form method="post">{"".join(parts)}{cancel}</form>'


def _look(value: str) -> str:
    return "bad" if value.endswith(("declined", "funds", "failed", "bad")) else ""


def _button(value: str, text: str, look: str) -> str:
    return f'<button name="button" value="{value}" class="{look}">{escape(text)}</button>'
