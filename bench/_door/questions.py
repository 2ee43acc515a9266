"""What is asked of the waiting list: pages of the desk through Django's client, and selectors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Application, User
from accounts.selectors.waiting_list import position, preview, waiting
from accounts.services.invitations import invite_by_rule
from accounts.waiting import Rule

Question = tuple[str, Callable[[], Any]]
_LIST = "/admin/accounts/application/"


def use_database(name: str) -> dict[str, str]:
    """Point Django at `name`; returns how to reach the server."""
    ours = settings.DATABASES["default"]
    server = {"PGHOST": ours["HOST"], "PGUSER": ours["USER"], "PGDATABASE": "postgres"}
    connection.settings_dict["NAME"] = name
    return server


def questions() -> Iterator[Question]:
    """Each with its name."""
    desk = Client()
    desk.force_login(User.objects.create_superuser("olga@example.com", "long-enough-password"))

    def page(**query: str) -> Callable[[], Any]:
        def ask() -> None:
            answer = desk.get(_LIST, query)
            assert answer.status_code == 200, answer.status_code

        return ask

    last = Application.objects.filter(state="confirmed").latest("place")
    middle = Application.objects.filter(state="confirmed").order_by("place")[400_000:][:1].first()
    assert middle is not None
    yield "desk: first page", page()
    yield "desk: page 200, the last one", page(p="200")
    yield "desk: who waits", page(state="confirmed")
    yield "desk: pending, English, for film", page(state="pending", language="en", use="film")
    yield "desk: lapsed (nobody)", page(state="lapsed")
    yield "desk: Chinese, applied within 7 days", page(language="zh-hans", days="7")
    yield "desk: an exact address", page(q=middle.email)
    yield "desk: the beginning of an address", page(q=middle.email[:5])
    yield "desk: an address nobody has", page(q="nobody@example.org")
    yield f"desk: from place #{middle.place}", page(q=f"#{middle.place}")
    yield "place of the last in line", lambda: position(last)
    yield "place of the middle one", lambda: position(middle)
    yield "how many wait", waiting
    yield "dry run: the 1,000 oldest", lambda: preview(Rule(1000))
    yield (
        "dry run: 1,000 for film in Chinese",
        lambda: preview(Rule(1000, use="film", language="zh-hans")),
    )
    yield "dry run: a draw of 1,000", lambda: preview(Rule(1000, "random", seed="x"))
    yield (
        "dry run: a draw of 1,000 for art",
        lambda: preview(Rule(1000, "random", use="art", seed="x")),
    )
    yield "invite the 1,000 oldest", _invite


def _invite() -> None:
    now = timezone.now()
    invite_by_rule(
        rule=Rule(1000),
        days=7,
        key=f"bench:{now.timestamp()}",
        actor="bench",
        reason="bench",
        now=now,
    )
