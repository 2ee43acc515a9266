"""The frame of every page, and how amounts are written."""

from __future__ import annotations

SYMBOLS = {"cny": "¥", "usd": "$", "eur": "€", "hkd": "HK$", "gbp": "£", "jpy": "¥"}
WHOLE = ("jpy", "krw", "vnd")

BANNER = {
    "en": "Test payment page. No money is taken, no card is asked for, nothing leaves this "
    "computer.",
    "zh": "测试支付页面：不会扣款，不需要真实卡号，任何信息都不会离开这台电脑。",
}

STYLE = """
:root { color-scheme: light dark; --ink: #1c2333; --soft: #5b6478; --line: #dfe3ec;
  --paper: #fff; --ground: #f4f6fb; --go: #4f46e5; --bad: #b42318; --warn: #fff4d6;
  --warn-ink: #6b4a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ebf4; --soft: #a3abbe; --line: #2c3447;
  --paper: #171c28; --ground: #0e121b; --go: #6d66f2; --bad: #ff8f85; --warn: #3a2f10;
  --warn-ink: #ffdf94; } }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans SC",
  sans-serif; color: var(--ink); background: var(--ground); }
.banner { background: var(--warn); color: var(--warn-ink); padding: .75rem 1rem;
  text-align: center; font-weight: 600; }
main { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; display: grid; gap: 2rem;
  grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); align-items: start; }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 14px;
  padding: 1.5rem; }
h1 { font-size: 1.05rem; margin: 0 0 .25rem; color: var(--soft); font-weight: 500; }
h2 { font-size: .85rem; margin: 1.5rem 0 .5rem; color: var(--soft); font-weight: 600; }
h2:first-child { margin-top: 0; }
.total { font-size: 2.25rem; font-weight: 650; margin: 0 0 1rem; letter-spacing: -.02em; }
table { width: 100%; border-collapse: collapse; }
td { padding: .5rem 0; border-top: 1px solid var(--line); vertical-align: top; }
td:last-child { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
small { color: var(--soft); display: block; }
.sum td { font-weight: 650; }
form { display: grid; gap: .5rem; margin: 0; }
button { font: inherit; padding: .7rem 1rem; border-radius: 10px; border: 1px solid var(--line);
  background: var(--paper); color: var(--ink); cursor: pointer; text-align: left; width: 100%; }
button:hover, button:focus-visible { border-color: var(--go); }
button:focus-visible { outline: 3px solid var(--go); outline-offset: 2px; }
button.go { background: var(--go); border-color: var(--go); color: #fff; font-weight: 600;
  text-align: center; }
button.bad { color: var(--bad); }
button.plain { border: 0; color: var(--soft); text-align: center; }
input { font: inherit; padding: .6rem .75rem; border-radius: 10px; width: 100%;
  border: 1px solid var(--line); background: var(--paper); color: var(--ink); }
.outcomes { display: grid; gap: .5rem; margin-bottom: .5rem;
  grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); }
.outcomes button { padding: .45rem .75rem; font-size: .875rem; text-align: center; }
.refused { color: var(--bad); font-weight: 600; margin: 0 0 1rem; }
.row { display: grid; grid-template-columns: 1fr auto; gap: .5rem; }
"""


def money(amount: int, currency: str | None) -> str:
    """An amount of minor units as people write it."""
    code = (currency or "").lower()
    symbol = SYMBOLS.get(code, code.upper() + " ")
    sign = "-" if amount < 0 else ""
    if code in WHOLE:
        return f"{sign}{symbol}{abs(amount):,}"
    return f"{sign}{symbol}{abs(amount) // 100:,}.{abs(amount) % 100:02d}"


def document(language: str, content: str, *, title: str = "Test payment") -> str:
    """A whole page. Content without a section of its own gets one."""
    if "<section" not in content:
        content = f"<section>{content}</section>"
    lang = "zh-Hans" if language == "zh" else "en"
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="robots" content="noindex"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body>"
        f'<div class="banner" role="note">{BANNER[language]}</div>'
        f"<main>{content}</main></body></html>"
    )
