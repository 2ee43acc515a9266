"""Name, language, zone, and which mails are wanted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.template import Context, Template
from django.test import Client

from accounts.errors import InvalidRequest
from accounts.models import User
from accounts.services.profile import Profile, change_profile
from billing.models import Notice
from billing.services.notices import mail_notices, tell
from generation.models import Job
from tests.conftest import PASSWORD
from tests.jobs_by_hand import NOON, Submit, claimed, deliver
from tests.portal.pages import faults_of, page_of


@pytest.fixture(autouse=True)
def no_attempts_yet(catalogue: None) -> None:
    cache.clear()


SAID = {"display_name": "Anna L.", "language": "zh-hans", "time_zone": "America/New_York"}


def test_a_profile_is_kept_and_shown(annas: Client, rich_anna: User) -> None:
    assert faults_of(annas.get("/account/profile/").content.decode()) == []
    assert annas.post("/account/profile/", {**SAID, "mail_jobs": "on"}).status_code == 302
    rich_anna.refresh_from_db()
    assert (rich_anna.display_name, rich_anna.language) == ("Anna L.", "zh-hans")
    assert (rich_anna.mail_ends, rich_anna.mail_jobs) == (False, True)
    page = annas.get("/account/profile/").content.decode()
    assert "个人资料" in page
    assert 'data-time-zone="America/New_York"' in page


@pytest.mark.parametrize(
    "said", [{"language": "tlh"}, {"time_zone": "Mars/Base"}, {"display_name": "x" * 81}]
)
def test_what_cannot_be_is_named_and_not_kept(
    annas: Client, rich_anna: User, said: dict[str, str]
) -> None:
    assert annas.post("/account/profile/", said).status_code == 422
    with pytest.raises(InvalidRequest) as refused:
        change_profile(user=rich_anna, profile=Profile(**said))  # type: ignore[arg-type]
    assert set(refused.value.fields) == set(said)
    rich_anna.refresh_from_db()
    assert rich_anna.language == ""


def test_instants_are_shown_in_the_zone_of_the_profile(anna: User) -> None:
    at = datetime(2027, 1, 31, 12, tzinfo=UTC)
    template = Template("{% load moments %}{% when at 'time' %}")
    assert "20:00 CST" in template.render(Context({"at": at, "user": anna}))
    anna.time_zone = "America/New_York"
    assert "07:00 EST" in template.render(Context({"at": at, "user": anna}))


def test_a_choice_of_language_is_remembered_for_mails(anna: User) -> None:
    client = Client()
    client.post("/account/login/", {"login": anna.email, "password": PASSWORD})
    client.post("/i18n/setlang/", {"language": "zh-hans", "next": "/"})
    anna.refresh_from_db()
    assert anna.language == "zh-hans"
    Client(headers={"accept-language": "en"}).post(
        "/account/password/reset/", {"email": anna.email}
    )
    assert "密码" in mail.outbox[-1].subject
    fresh = Client()
    answer = fresh.post("/account/login/", {"login": anna.email, "password": PASSWORD})
    assert answer.cookies["django_language"].value == "zh-hans"


def test_a_sign_up_keeps_the_language_it_was_made_in() -> None:
    Client(headers={"accept-language": "zh-hans"}).post(
        "/account/signup/",
        {"email": "eve@example.com", "password1": PASSWORD, "password2": PASSWORD},
    )
    assert User.objects.get(email="eve@example.com").language == "zh-hans"


def told(user: User, kind: str, **facts: object) -> None:
    tell(user_id=user.pk, kind=kind, key=f"{kind}:{user.pk}", facts=facts, now=NOON)


def test_mails_that_are_not_wanted_stay_away_and_the_others_come(anna: User, bert: User) -> None:
    change_profile(user=anna, profile=Profile(language="zh-hans"))
    for user in (anna, bert):
        told(user, "period_ends", plan="gold", ends_at="2027-01-31T00:00:00+00:00")
        told(user, "payment_failed")
    assert mail_notices(now=NOON) == 3
    assert mail_notices(now=NOON + timedelta(hours=1)) == 0
    annas = [message.subject for message in mail.outbox if message.to == [anna.email]]
    assert len(annas) == 1
    assert annas[0] not in ("Your payment did not go through", "Your membership ends soon")
    assert Notice.objects.filter(user=anna).count() == 2


def test_a_job_that_is_done_is_mailed_to_who_wants_it(
    rich_anna: User, rich_bert: User, submit: Submit
) -> None:
    change_profile(user=rich_bert, profile=Profile(mail_jobs=True))
    for user in (rich_anna, rich_bert):
        submit(user)
        deliver(claimed())
    mail_notices(now=NOON)
    assert [message.to for message in mail.outbox] == [[rich_bert.email]]
    assert str(Job.objects.get(user=rich_bert).pk) in str(mail.outbox[0].body)


def test_nobody_sees_a_profile_without_signing_in(visitor: Client) -> None:
    assert visitor.get("/account/profile/").status_code == 302
    assert page_of(visitor.get("/")).text
