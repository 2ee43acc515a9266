"""Teams at the desk: everything of them to read, nothing to write."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from accounts.models import User
from billing.services import teams
from billing.services.gifts import give_membership
from generation.services.campaigns import make_campaign
from generation.services.own_caps import set_own_caps
from tests.conftest import Person
from tests.jobs_by_hand import NOON, Submit


def test_a_team_is_read_at_the_desk(
    person: Person, anna: User, bert: User, catalogue: None, submit: Submit
) -> None:
    give_membership(user=anna, plan="platinum", period="month", reason="test", now=NOON)
    team = teams.found_team(user=anna, name="Studio", now=NOON)
    offered = teams.invite(by=anna, team_id=team.pk, email=bert.email, role="member", now=NOON)
    seat = teams.accept(user=bert, token=teams.token_of(offered), now=NOON)
    teams.change_seat(
        by=anna, seat_id=seat.pk, role="manager", daily_cap_cp=1234, monthly_cap_cp=None
    )
    spring = make_campaign(
        user=anna, team_id=team.pk, name="Spring", target_minor=5, currency="CNY", cap_cp=5678,
        now=NOON,
    ).campaign  # fmt: skip
    submit(bert, params={"prompt": "a fox", "campaign": str(spring.pk)}, team_id=team.pk)
    set_own_caps(user=anna, daily_cap_cp=4321, monthly_cap_cp=None, now=NOON)
    client = Client()
    client.force_login(person("olga", is_staff=True, is_superuser=True))
    assert "Studio" in client.get(reverse("admin:accounts_team_changelist")).content.decode()
    page = client.get(reverse("admin:accounts_team_change", args=[team.pk])).content.decode()
    for said in ("bert@example.com", "manager", "12.34", "Spring", "56.78", "56.58"):
        assert said in page
    assert 'name="_save"' not in page
    assert client.post(reverse("admin:accounts_team_add"), {"name": "x"}).status_code == 403
    team.refresh_from_db()
    path = reverse("admin:accounts_team_change", args=[team.pk])
    assert client.post(path, {"name": "x"}).status_code == 403
    caps = client.get(reverse("admin:generation_owncaps_changelist")).content.decode()
    assert "43.21" in caps
    assert "anna@example.com" in caps
