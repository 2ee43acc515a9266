"""Reading pages: what is said, where forms go, and what no page may contain."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

_ADDRESSES = ("src", "href", "action", "formaction", "poster", "srcset", "hx-get", "hx-post")
_DATA_SCRIPTS = ("application/json",)


class Page(HTMLParser):
    """A parsed page: its visible words and its elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self._words: list[str] = []
        self._silent = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._silent += tag in ("script", "style", "title")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style", "title")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._words.append(data)

    @property
    def text(self) -> str:
        """The words of the page with single spaces."""
        return re.sub(r"\s+", " ", " ".join(self._words)).strip()

    def all(self, tag: str, **attributes: str) -> list[dict[str, str]]:
        """The attributes of every `tag` that has these attributes."""
        return [
            attrs
            for name, attrs in self.elements
            if name == tag and all(attrs.get(key) == value for key, value in attributes.items())
        ]

    def field(self, name: str) -> str:
        """The value of a form's input."""
        return self.all("input", name=name)[0]["value"]


def page_of(response: Any) -> Page:
    """The page in a response of Django's client."""
    return Page(response.content.decode())


def faults_of(html: str) -> list[str]:
    """What the content policy would block, or what would call on another machine."""
    faults = []
    for tag, attrs in Page(html).elements:
        if tag == "style" or "style" in attrs:
            faults.append(f"inline style on <{tag}>")
        if tag == "script" and "src" not in attrs and attrs.get("type") not in _DATA_SCRIPTS:
            faults.append("inline script")
        faults += [f"{name} on <{tag}>" for name in attrs if name.startswith("on")]
        faults += [f"{name} on <{tag}>" for name in attrs if name.startswith("hx-on")]
        faults += [
            f"{name}={attrs[name]!r} on <{tag}>"
            for name in _ADDRESSES
            if re.match(r"(?:[a-z]+:)?//|javascript:", attrs.get(name, ""), re.IGNORECASE)
        ]
    return faults
