"""What is around every page: appearance, language, prices for everyone, error pages."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory

from accounts.models import User
from config.api.fallbacks import server_error
from tests.portal.pages import faults_of, page_of


def test_the_landing_page_says_what_it_costs(visitor: Client) -> None:
    page = page_of(visitor.get("/"))
    assert "Start with 66 free points" in page.text
    assert "Picture From a prompt 0.20 points" in page.text
    assert "Video of 5 seconds Standard quality 10.00 points" in page.text


def test_prices_are_public(visitor: Client) -> None:
    assert "Price list 2, in force since" in page_of(visitor.get("/prices/")).text


def test_prices_before_the_first_list(db: None) -> None:
    assert "No price list has started yet" in page_of(Client().get("/prices/")).text
    assert Client().get("/").status_code == 200


@pytest.mark.parametrize("theme", ["paper", "night"])
def test_the_appearance_is_in_the_first_byte(visitor: Client, theme: str) -> None:
    visitor.post("/theme/", {"theme": theme, "next": "/prices/"})
    assert page_of(visitor.get("/")).all("html", **{"data-theme": theme})


def test_the_appearance_of_the_device(visitor: Client) -> None:
    visitor.post("/theme/", {"theme": "night"})
    visitor.post("/theme/", {"theme": "system"})
    assert "data-theme" not in page_of(visitor.get("/")).all("html")[0]


def test_an_appearance_nobody_offers(visitor: Client) -> None:
    visitor.cookies["theme"] = '"><script>'
    assert "data-theme" not in page_of(visitor.get("/")).all("html")[0]


def test_chinese(visitor: Client) -> None:
    visitor.post("/i18n/setlang/", {"language": "zh-hans", "next": "/"})
    page = page_of(visitor.get("/"))
    assert page.all("html", lang="zh-hans")
    assert "领取 66 免费积分开始" in page.text


def test_the_language_of_the_browser(visitor: Client) -> None:
    page = page_of(visitor.get("/", headers={"Accept-Language": "zh-CN"}))
    assert "今日价格" in page.text


def test_not_found_looks_like_the_portal(visitor: Client) -> None:
    response = visitor.get("/nowhere/")
    assert response.status_code == 404
    assert "There is nothing here" in page_of(response).text
    assert faults_of(response.content.decode()) == []


def test_a_broken_server_still_answers(rich_anna: User) -> None:
    """No user, no database and no context processor is there when this page is made."""
    response = server_error(RequestFactory().get("/create/"))
    assert response.status_code == 500
    assert "Something broke on our side" in page_of(response).text
    assert faults_of(response.content.decode()) == []
