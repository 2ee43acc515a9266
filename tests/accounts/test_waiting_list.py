"""The waiting list: applying tells nobody who is known, places are right, seats are used once."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone

from accounts.errors import InvalidRequest, RegistrationClosed
from accounts.models import (
    Admission,
    Application,
    DoorMail,
    Invitation,
    InvitationBatch,
    User,
    WaitingBlock,
)
from accounts.selectors.waiting_list import position, preview, waiting
from accounts.services import waiting_list
from accounts.services.admission import admit
from accounts.services.door_mail import send_door_mail
from accounts.services.invitations import invite_by_hand, invite_by_rule, make_code
from accounts.services.registration import change_registration
from accounts.waiting import Rule
from tests.conftest import PASSWORD, Person
from tests.jobs_by_hand import NOON
from tests.portal.pages import faults_of, page_of

pytestmark = pytest.mark.usefixtures("catalogue")


@pytest.fixture(autouse=True)
def by_waiting_list(db: None) -> None:
    cache.clear()
    change_registration(
        state="waitlist", at=None, actor="command:test", reason="a test", now=timezone.now()
    )


def apply(name: str, *, use: str = "", language: str = "en", now: datetime | None = None) -> None:
    waiting_list.apply(
        email=f"{name}@example.com",
        name=name,
        use=use,
        language=language,
        now=now or timezone.now(),
    )


def waits(name: str, **said: Any) -> Application:
    """Someone who applied and confirmed."""
    apply(name, **said)
    application = Application.objects.get(email=f"{name}@example.com")
    return waiting_list.confirm(token=application.token, now=timezone.now())


def invited(*people: Application, days: int = 7, key: str = "first") -> InvitationBatch:
    return invite_by_hand(
        ids=[person.pk for person in people],
        days=days,
        key=key,
        actor="command:test",
        reason="a test",
        now=timezone.now(),
    )


def sign_up(client: Client, email: str) -> Any:
    return client.post(
        "/account/signup/", {"email": email, "password1": PASSWORD, "password2": PASSWORD}
    )


def place_of(name: str) -> int | None:
    return position(Application.objects.get(email=f"{name}@example.com"))


def test_the_answer_to_an_application_never_tells_who_is_known(anna: User) -> None:
    waits("carl")
    pages = []
    for email in ("new@example.com", "carl@example.com", anna.email):
        cache.clear()
        client = Client()
        answer = client.post("/waitlist/", {"email": email, "language": "en"})
        pages.append((answer.status_code, answer["Location"], len(client.cookies)))
    assert len(set(pages)) == 1
    send_door_mail(now=timezone.now())
    subjects = {message.to[0]: message.subject for message in mail.outbox}
    assert "Confirm your place" in subjects["new@example.com"]
    assert "already" in subjects["carl@example.com"]
    assert "You have an account already" in subjects[anna.email]
    assert not Application.objects.filter(email=anna.email).exists()


def test_asking_again_and_again_mails_once_in_ten_minutes() -> None:
    now = timezone.now()
    for minute in range(12):
        apply("dora", now=now + timedelta(minutes=minute))
    assert DoorMail.objects.filter(email="dora@example.com").count() == 2


def test_a_look_at_the_mailed_page_confirms_nothing_and_the_button_does() -> None:
    apply("eve")
    send_door_mail(now=timezone.now())
    found = re.search(r"http://testserver(/waitlist/\S+)", str(mail.outbox[-1].body))
    assert found is not None
    client = Client()
    page = client.get(found[1])
    assert faults_of(page.content.decode()) == []
    assert place_of("eve") is None
    client.post(f"{found[1]}confirm/")
    client.post(f"{found[1]}confirm/")
    assert place_of("eve") == 1
    assert "is your place" in page_of(client.get(found[1])).text
    assert Client().get("/waitlist/3fa85f64-5717-4562-b3fc-2c963f66afa6/").status_code == 404


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"email": "not-one"}, "email"),
        ({"email": "a@example.com", "use": "farming"}, "use"),
        ({"email": "a@example.com", "language": "tlh"}, "language"),
        ({"email": "a@example.com", "name": "x" * 81}, "name"),
        ({"email": "a@example.com", "name": "a\x00b"}, "name"),
    ],
)
def test_bad_input_names_its_field_and_writes_nothing(said: dict[str, str], field: str) -> None:
    answer = Client().post("/waitlist/", {"language": "en", **said})
    assert answer.status_code == 422
    with pytest.raises(InvalidRequest) as refused:
        waiting_list.apply(
            **{"email": "", "name": "", "use": "", "language": "en", **said}, now=NOON
        )
    assert field in refused.value.fields
    assert not Application.objects.exists()


def test_places_are_what_counting_would_give() -> None:
    """Thousands of people who confirm, leave and are invited in any order."""
    chance = random.Random(9)
    Application.objects.bulk_create(
        Application(
            email=f"p{number}@example.com",
            language="en",
            state="confirmed",
            place=number * 3 + 1,
            applied_at=NOON,
        )
        for number in range(2500)
    )
    everyone = list(Application.objects.values_list("pk", flat=True))
    Application.objects.filter(pk__in=chance.sample(everyone, 700)).update(state="invited")
    Application.objects.filter(pk__in=chance.sample(everyone, 300)).delete()
    back = Application.objects.filter(state="invited")[:100].values_list("pk", flat=True)
    Application.objects.filter(pk__in=list(back)).update(state="confirmed")
    in_line = list(Application.objects.filter(state="confirmed").order_by("place"))
    assert waiting() == len(in_line)
    assert WaitingBlock.objects.filter(waiting__lt=0).count() == 0
    for at in chance.sample(range(len(in_line)), 60):
        assert position(in_line[at]) == at + 1


def test_who_leaves_is_erased_and_the_others_move_up() -> None:
    first, _second = waits("ada"), waits("ben")
    assert place_of("ben") == 2
    Client().post(f"/waitlist/{first.token}/leave/")
    assert place_of("ben") == 1
    assert not Application.objects.filter(email="ada@example.com").exists()
    assert not DoorMail.objects.filter(email="ada@example.com").exists()


def test_an_invitation_lets_one_sign_up_through() -> None:
    waits("ada")
    batch = invited(Application.objects.get())
    send_door_mail(now=timezone.now())
    found = re.search(r"http://testserver(/invitation/\S+/)", str(mail.outbox[-1].body))
    assert found is not None
    client = Client()
    page = client.get(found[1], follow=True)
    assert 'value="ada@example.com"' in page.content.decode()
    assert "another e-mail address" in page_of(sign_up(client, "mallory@example.com")).text
    assert sign_up(client, "ada@example.com")["Location"] == "/account/confirm-email/"
    admission = Admission.objects.get(invitation__batch=batch)
    assert admission.user.email == "ada@example.com"
    assert Application.objects.get().state == "joined"
    again = Client()
    assert "unknown, used or over" in page_of(again.get(found[1], follow=True)).text
    assert sign_up(again, "ada2@example.com").status_code == 200
    assert User.objects.filter(email__startswith="ada").count() == 1


def test_a_code_counts_its_seats_and_ends(person: Person) -> None:
    made = make_code(
        seats=2, days=3, code="spring-27", key="k", actor="a", reason="r", now=timezone.now()
    )
    for number in range(3):
        client = Client()
        cache.clear()
        client.post("/invitation/", {"code": "Spring-27 "})
        sign_up(client, f"x{number}@example.com")
    assert User.objects.filter(email__startswith="x").count() == 2
    made.refresh_from_db()
    assert (made.used, made.seats) == (2, 2)
    ended = make_code(seats=2, days=1, code="", key="k2", actor="a", reason="r", now=NOON)
    with pytest.raises(RegistrationClosed), transaction.atomic():
        admit(user=person("yan"), token=ended.token, now=timezone.now() + timedelta(days=800))


@pytest.mark.django_db(transaction=True)
def test_forty_sign_ups_at_once_use_five_seats_five_times(person: Person) -> None:
    made = make_code(seats=5, days=3, code="", key="k", actor="a", reason="r", now=timezone.now())
    people = [person(f"p{number}") for number in range(40)]

    def come(user: User) -> bool:
        try:
            with transaction.atomic():
                admit(user=user, token=made.token, now=timezone.now())
        except RegistrationClosed:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(come, people)) == 5
    assert Admission.objects.count() == 5


def test_an_invitation_opens_nothing_while_the_door_is_closed() -> None:
    waits("ada")
    invited(Application.objects.get())
    client = Client()
    client.get(f"/invitation/{Invitation.objects.get().token}/")
    change_registration(
        state="closed", at=None, actor="command:test", reason="farms", now=timezone.now()
    )
    sign_up(client, "ada@example.com")
    assert not User.objects.filter(email="ada@example.com").exists()


def test_an_invitation_that_lapses_can_be_waited_for_again() -> None:
    ada = waits("ada")
    waits("ben")
    invited(ada, days=1)
    after = timezone.now() + timedelta(days=2)
    assert waiting_list.tidy(now=after) == 1
    assert waiting_list.tidy(now=after) == 0
    assert Application.objects.get(pk=ada.pk).state == "lapsed"
    waiting_list.confirm(token=ada.token, now=after)
    assert (place_of("ben"), place_of("ada")) == (1, 2)


def test_who_never_confirms_is_forgotten_after_thirty_days() -> None:
    apply("ada")
    waits("ben")
    send_door_mail(now=timezone.now())
    waiting_list.tidy(now=timezone.now() + timedelta(days=31))
    assert [one.email for one in Application.objects.all()] == ["ben@example.com"]
    assert not DoorMail.objects.exists()


@pytest.fixture
def crowd() -> list[Application]:
    return [
        waits(f"p{number}", use="art" if number % 2 else "film", language="zh-hans")
        for number in range(8)
    ]


def names(people: list[Application]) -> list[str]:
    return [person.email.partition("@")[0] for person in people]


def test_a_rule_takes_the_oldest_with_a_use_and_a_language(crowd: list[Application]) -> None:
    assert names(preview(Rule(3)).first) == ["p0", "p1", "p2"]
    assert names(preview(Rule(2, use="art")).first) == ["p1", "p3"]
    assert preview(Rule(9, language="en")).count == 0


def test_a_draw_is_of_everybody_and_the_same_for_its_seed(crowd: list[Application]) -> None:
    drawn = [preview(Rule(3, "random", seed=str(seed))).first for seed in range(60)]
    assert names(drawn[0]) == names(preview(Rule(3, "random", seed="0")).first)
    assert {name for draw in drawn for name in names(draw)} == set(names(crowd))
    assert all(len(set(names(draw))) == 3 for draw in drawn)


def test_a_batch_happens_once(crowd: list[Application]) -> None:
    def once(count: int = 3) -> InvitationBatch:
        return invite_by_rule(
            rule=Rule(count), days=7, key="wave-1", actor="a", reason="r", now=timezone.now()
        )

    assert (once().pk, once().count) == (once().pk, 3)
    assert Invitation.objects.count() == 3
    assert DoorMail.objects.filter(kind="invitation").count() == 3
    with pytest.raises(InvalidRequest):
        once(4)


def test_the_command_shows_first_and_sends_when_told(crowd: list[Application]) -> None:
    def said(*more: str) -> str:
        out = StringIO()
        call_command("invite", "--count", "2", "--key", "w", *more, stdout=out)
        return out.getvalue()

    assert "Would invite 2" in said()
    assert "p0@example.com" in said()
    assert not InvitationBatch.objects.exists()
    assert "2 invited" in said("--send", "--by", "olga")
    assert said("--send") == said("--send")
    assert InvitationBatch.objects.get().actor == "command:olga"
    with pytest.raises(CommandError, match="count"):
        call_command("invite", "--count", "0", "--key", "w2")


def test_mails_are_in_the_language_one_applied_in(crowd: list[Application]) -> None:
    invited(crowd[0])
    send_door_mail(now=timezone.now())
    assert "邀请" in mail.outbox[-1].subject
    assert "[Inkling]" in mail.outbox[-1].subject


def test_a_mail_server_that_is_down_loses_no_mail(settings: Any) -> None:
    apply("ada")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert send_door_mail(now=timezone.now()) == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_door_mail(now=timezone.now()) == 1


@pytest.fixture
def desk(person: Person) -> Client:
    client = Client()
    client.force_login(person("olga", is_staff=True, is_superuser=True))
    return client


def test_the_desk_invites_by_a_rule_after_a_dry_run(desk: Client, crowd: list[Application]) -> None:
    path = "/admin/accounts/application/invite/"
    said = {"count": "2", "order": "oldest", "use": "", "language": "", "days": "7"}
    said |= {"reason": "first wave", "key": "rule:1"}
    looked = desk.post(path, {**said, "step": "look"}).content.decode()
    assert "p0@example.com" in looked
    assert not InvitationBatch.objects.exists()
    for _twice in range(2):
        assert desk.post(path, {**said, "step": "do"}).status_code == 302
    assert InvitationBatch.objects.get().count == 2


def test_the_desk_invites_by_hand(desk: Client, crowd: list[Application]) -> None:
    path = "/admin/accounts/application/"
    chosen = {"action": "invite_selected", "_selected_action": [str(crowd[5].pk)]}
    assert "p5@example.com" in desk.post(path, chosen).content.decode()
    assert not Invitation.objects.exists()
    said = {**chosen, "step": "do", "days": "3", "reason": "press", "key": "hand:1"}
    assert desk.post(path, said).status_code == 302
    assert Invitation.objects.get().application == crowd[5]


def test_the_desk_finds_by_address_beginning_and_place(
    desk: Client, crowd: list[Application]
) -> None:
    def found(query: str) -> list[str]:
        page = desk.get("/admin/accounts/application/", {"q": query}).content.decode()
        return sorted(set(re.findall(r"\bp\d@example\.com", page)))

    assert found("P3@example.com") == ["p3@example.com"]
    assert len(found("p")) == 8
    assert found(f"#{crowd[6].place}") == ["p6@example.com", "p7@example.com"]


def test_the_list_asks_the_database_little(
    desk: Client, crowd: list[Application], django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    """The list's page asks the database a fixed few things, however many rows it shows."""
    with django_assert_max_num_queries(12):
        desk.get("/admin/accounts/application/", {"state": "confirmed", "use": "art"})
