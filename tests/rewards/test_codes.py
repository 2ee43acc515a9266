"""Redeem codes: points once, whoever asks how often; guesses are few; batches need their people."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.errors import EmailUnverified, InvalidRequest, NotFound, Refusal
from accounts.models import User
from billing import launch
from billing.errors import (
    CodeMistyped,
    CodeRedeemed,
    CodeRefused,
    GrantsPaused,
    IdempotencyConflict,
    SecondPersonNeeded,
    TooManyCodes,
)
from billing.models import CodeBatch, CodeRedemption, CodeTries, RedeemCode
from billing.redeem_codes import new_code, shown
from billing.selectors.statements import statement
from billing.selectors.wallets import overview
from billing.services import code_batches
from billing.services.code_tries import count_try, forget_tries
from billing.services.grant_budget import set_budget
from billing.services.redemptions import Redeemed, redeem
from tests.conftest import Person
from tests.jobs_by_hand import NOON, ledger_breaches
from tests.races import at_once
from tests.rewards.conftest import WANTED, MakeCodes

HOME = "8.8.4.4"


def use(user: User, code: str, **more: Any) -> Redeemed:
    """Redeem at noon, from one address."""
    asked: dict[str, Any] = {"idempotency_key": None, "address": HOME, "now": NOON}
    return redeem(user=user, code=code, **asked | more)


def test_a_code_gives_a_free_lot_that_says_where_it_is_from(anna: User, codes: MakeCodes) -> None:
    made = codes(lot_days=7)
    redemption = use(anna, shown(made.codes[0]).lower()).redemption
    (lot,) = overview(user=anna, now=NOON).lots
    assert (lot.source, lot.paid, lot.remaining_cp) == ("code", False, 50_00)
    # The points live from the redemption; the code's own end is another thing.
    assert lot.expires_at == redemption.expires_at == NOON + timedelta(days=7)
    line = statement(user=anna, before_version=None, limit=1).lines[0]
    assert (line.reference, line.reason) == (
        f"code:{redemption.pk}",
        f"…{made.codes[0][-4:]} · Summer fair",
    )
    # Its lot ends like any other.
    assert overview(user=anna, now=lot.expires_at).available_cp == 0


def test_no_code_is_kept(anna: User, codes: MakeCodes) -> None:
    (code,) = codes(count=1).codes
    row = RedeemCode.objects.get()
    assert code[:-4] not in str(vars(row))
    assert bytes(row.digest) == code_batches.digest_of(code)


def test_a_code_survives_a_new_secret_key(anna: User, codes: MakeCodes, settings: Any) -> None:
    (code,) = codes(count=1).codes
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    assert use(anna, code).redemption.amount_cp == 50_00


def test_the_same_request_is_one_redemption(anna: User, codes: MakeCodes) -> None:
    first, second, _third = codes(per_user_max=2).codes
    assert not use(anna, first, idempotency_key="k").replayed
    assert use(anna, first, idempotency_key="k").replayed
    with pytest.raises(IdempotencyConflict):
        use(anna, second, idempotency_key="k")
    with pytest.raises(CodeRedeemed) as again:
        use(anna, first)
    assert again.value.facts == {"redeemed_at": "2026-11-23T04:00:00Z"}
    assert overview(user=anna, now=NOON).available_cp == 50_00


def test_every_other_no_is_one_and_the_same(
    anna: User, bert: User, paula: User, codes: MakeCodes
) -> None:
    """Unknown, another's, over, not yet, revoked, one too many: nobody learns which."""
    taken, second = codes(count=2).codes
    use(bert, taken)
    use(anna, second)
    (revoked,) = codes(count=1).codes
    code_batches.revoke_batch(
        batch_id=CodeBatch.objects.latest("id").pk, reason="lost", staff=paula, now=NOON
    )
    one, other = codes(count=2).codes
    row = RedeemCode.objects.get(digest=code_batches.digest_of(one))
    code_batches.revoke_code(code_id=row.pk, staff=paula, now=NOON)
    last, beyond = codes(count=2, redemptions_max=1).codes
    use(bert, last)
    (later,) = codes(count=1, starts_at=NOON + timedelta(seconds=1)).codes
    own = codes(count=2).codes
    use(anna, own[0])
    said = set()
    for code, at in [
        (new_code(), NOON), (taken, NOON), (revoked, NOON), (one, NOON), (beyond, NOON),
        (later, NOON), (own[1], NOON), (other, NOON + timedelta(days=90)),
    ]:  # fmt: skip
        with pytest.raises(CodeRefused) as no:
            use(anna, code, now=at)
        said.add((no.value.message, str(no.value.fields), str(no.value.facts)))
    assert len(said) == 1
    assert overview(user=anna, now=NOON).available_cp == 100_00
    with pytest.raises(CodeMistyped):
        use(anna, "AAAA-AAAA-AAAA-AAAB")


def test_who_may_not(person: Person, anna: User, codes: MakeCodes) -> None:
    (code,) = codes(count=1).codes
    with pytest.raises(EmailUnverified):
        use(person("carl", verified=False), code)
    User.objects.filter(pk=anna.pk).update(banned_at=NOON)
    with pytest.raises(Refusal, match="barred"):
        use(anna, code)
    assert CodeTries.objects.count() == 0


def test_the_brake_holds_for_codes_and_the_days_budget_does_not(
    anna: User, paula: User, codes: MakeCodes
) -> None:
    one, other = codes(count=2, per_user_max=2).codes
    budget: dict[str, Any] = {"captcha_percent": 80, "reason": "a test", "staff": paula}
    set_budget(day_max_cp=1, stopped=False, starts_at=NOON, now=NOON, **budget)
    assert use(anna, one).redemption.amount_cp == 50_00
    set_budget(day_max_cp=None, stopped=True, starts_at=NOON, now=NOON, **budget)
    with pytest.raises(GrantsPaused):
        use(anna, other)


def test_guesses_are_few_by_person(anna: User, codes: MakeCodes) -> None:
    (code,) = codes(count=1).codes
    for _guess in range(launch.CODE_TRIES_USER):
        with pytest.raises(CodeRefused):
            use(anna, new_code())
    with pytest.raises(TooManyCodes) as no:
        use(anna, code, address="1.1.1.1")
    assert no.value.facts == {"again_at": "2026-11-23T05:00:00Z"}
    # A slip is told even then: nothing is looked up for it.
    with pytest.raises(CodeMistyped):
        use(anna, "x")
    assert use(anna, code, now=NOON + timedelta(hours=1)).redemption.amount_cp == 50_00
    assert CodeTries.objects.count() == 4  # two hours, by person and by address
    assert forget_tries(now=NOON + timedelta(days=2, hours=1)) == 2


def test_right_codes_are_not_counted(anna: User, codes: MakeCodes) -> None:
    for code in codes(count=15, redemptions_max=15, per_user_max=15).codes:
        use(anna, code)
    assert set(CodeTries.objects.values_list("tries", flat=True)) == {0}


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("8.8.4.4", "8.8.4.4", True),
        ("8.8.4.4", "8.8.4.5", False),
        ("2a00:1450:4001:1::1", "2a00:1450:4001:1:ffff::2", True),
        ("2a00:1450:4001:1::1", "2a00:1450:4001:2::1", False),
    ],
)
def test_guesses_are_few_by_address(person: Person, one: str, other: str, together: bool) -> None:
    """Each person has tries left; the address has none."""
    for number in range(launch.CODE_TRIES_ADDRESS // launch.CODE_TRIES_USER):
        user = person(f"p{number}")
        for _guess in range(launch.CODE_TRIES_USER):
            count_try(user=user, address=one, now=NOON)
    with pytest.raises(TooManyCodes if together else CodeRefused):
        use(person("late"), new_code(), address=other)
    # No address is kept in the clear, and the try that was refused is not counted.
    assert not CodeTries.objects.filter(scope__contains=one[:6]).exists()
    assert CodeTries.objects.filter(tries=launch.CODE_TRIES_ADDRESS).count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_give_a_code_once_and_a_batch_its_most(
    person: Person, codes: MakeCodes
) -> None:
    people = [person(f"p{number}") for number in range(10)]
    (code,) = codes(count=1).codes
    answers = at_once([partial(use, people[number % 10], code) for number in range(20)])
    (won,) = [answer for answer in answers if isinstance(answer, Redeemed)]
    refusals = {type(answer) for answer in answers if answer is not won}
    assert refusals <= {CodeRefused, CodeRedeemed}
    many = codes(count=10, redemptions_max=4)
    answers = at_once([partial(use, *pair) for pair in zip(people, many.codes, strict=True)])
    assert sum(isinstance(answer, Redeemed) for answer in answers) == 4
    many.batch.refresh_from_db()
    assert many.batch.redeemed == 4 == many.batch.redemptions.count()
    # One person, ten codes, two allowed: the wallet's lock keeps them in line.
    own = codes(count=10, redemptions_max=10, per_user_max=2)
    answers = at_once([partial(use, people[0], code) for code in own.codes])
    assert sum(isinstance(answer, Redeemed) for answer in answers) == 2
    total_cp = sum(overview(user=one, now=NOON).available_cp for one in people)
    assert total_cp == 50_00 * (1 + 4 + 2)
    assert ledger_breaches() == []


@pytest.mark.django_db(transaction=True)
def test_guesses_at_once_do_not_pass_the_limit_together(anna: User, catalogue: None) -> None:
    answers = at_once([partial(use, anna, new_code()) for _number in range(25)])
    assert sum(isinstance(answer, CodeRefused) for answer in answers) == launch.CODE_TRIES_USER
    assert sum(isinstance(answer, TooManyCodes) for answer in answers) == 15


@pytest.mark.django_db(transaction=True)
def test_a_code_is_redeemed_or_revoked_and_never_both(
    anna: User, paula: User, codes: MakeCodes
) -> None:
    for code in codes(count=8, redemptions_max=8, per_user_max=8).codes:
        row = RedeemCode.objects.get(digest=code_batches.digest_of(code))
        revoke = partial(code_batches.revoke_code, code_id=row.pk, staff=paula, now=NOON)
        used, ended = at_once([partial(use, anna, code), revoke])
        assert isinstance(used, Redeemed) != isinstance(ended, RedeemCode), (used, ended)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    batches=st.lists(st.tuples(st.integers(1, 3), st.integers(1, 90_00)), min_size=1, max_size=3),
    tries=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 8)), max_size=12),
)
def test_what_was_granted_is_what_was_redeemed(
    person: Person,
    codes: MakeCodes,
    batches: list[tuple[int, int]],
    tries: list[tuple[int, int]],
) -> None:
    names = f"{User.objects.count()}x"
    people = [person(f"{names}{number}") for number in range(3)]
    made = [codes(count=count, amount_cp=worth_cp, per_user_max=1) for count, worth_cp in batches]
    every = [code for one in made for code in one.codes]
    for who, which in tries:
        if which < len(every):
            try:
                use(people[who], every[which], address=None)
            except (CodeRefused, CodeRedeemed, TooManyCodes):
                continue
    given_cp = sum(overview(user=one, now=NOON).available_cp for one in people)
    rows = CodeRedemption.objects.filter(user__in=people)
    assert given_cp == sum(row.amount_cp for row in rows)
    for one in made:
        one.batch.refresh_from_db()
        assert one.batch.redeemed == one.batch.redemptions.count() <= one.batch.redemptions_max
    assert rows.values("user", "batch").distinct().count() == rows.count()


def test_above_the_limit_two_people_make_a_batch(
    paula: User, quinn: User, codes: MakeCodes, settings: Any
) -> None:
    settings.STAFF_CODES_LIMIT_POINTS = 300
    codes()
    codes(key="again")  # 300 in all: the limit itself
    batch = code_batches.propose_batch(wanted=WANTED, staff=paula, now=NOON)
    assert (batch.state, batch.second_person) == ("waiting", True)
    assert code_batches.propose_batch(wanted=WANTED, staff=paula, now=NOON) == batch
    ask: dict[str, Any] = {"batch_id": batch.pk, "now": NOON}
    with pytest.raises(SecondPersonNeeded):
        code_batches.agree_batch(**ask, staff=paula)
    with pytest.raises(NotFound):
        code_batches.make_codes(**ask, staff=paula)
    with pytest.raises(IntegrityError):
        # Not even the table takes it.
        CodeBatch.objects.filter(pk=batch.pk).update(state="agreed", decided_by=paula)


def test_the_codes_are_shown_once(paula: User, quinn: User, settings: Any) -> None:
    settings.STAFF_CODES_LIMIT_POINTS = 0
    batch = code_batches.propose_batch(wanted=WANTED, staff=paula, now=NOON)
    code_batches.agree_batch(batch_id=batch.pk, staff=quinn, now=NOON)
    made = code_batches.make_codes(batch_id=batch.pk, staff=paula, now=NOON)
    rows = list(csv.DictReader(io.StringIO(made.as_csv())))
    assert [row["code"] for row in rows] == [shown(code) for code in made.codes]
    assert {row["points"] for row in rows} == {"50.00"}
    with pytest.raises(NotFound):
        code_batches.make_codes(batch_id=batch.pk, staff=paula, now=NOON)
    # A day later the person starts from nothing again.
    later = NOON + timedelta(days=1)
    settings.STAFF_CODES_LIMIT_POINTS = 150
    assert not code_batches.needs_second(staff=paula, worth_cp=150_00, now=later)
    assert code_batches.needs_second(staff=paula, worth_cp=150_01, now=later)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "  "}, "title"),
        ({"count": 0}, "count"),
        ({"count": 20_001}, "count"),
        ({"amount_cp": 0}, "points"),
        ({"source": "paid"}, "source"),
        ({"lot_days": 731}, "lot_days"),
        ({"ends_at": NOON}, "ends_at"),
        ({"per_user_max": 4}, "per_user_max"),
        ({"redemptions_max": 0}, "redemptions_max"),
        ({"reason": "because"}, "reason"),
    ],
)
def test_batches_that_are_none(paula: User, change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRequest) as no:
        code_batches.propose_batch(wanted=replace(WANTED, **change), staff=paula, now=NOON)
    assert field in no.value.fields
    assert not CodeBatch.objects.exists()


def test_the_command(paula: User, anna: User, tmp_path: Path, settings: Any, capsys: Any) -> None:
    asked = {"by": paula.email, "title": "Fair", "count": 2, "points": "12.50", "reason": "partner"}
    out = tmp_path / "codes.csv"
    call_command("make_redeem_codes", **asked, out=str(out))
    rows = list(csv.DictReader(out.open()))
    assert [row["points"] for row in rows] == ["12.50"] * 2
    assert out.stat().st_mode & 0o077 == 0
    with pytest.raises(CommandError, match="exists"):
        call_command("make_redeem_codes", **asked, out=str(out))
    assert CodeBatch.objects.count() == 1
    with pytest.raises(CommandError, match="not of the staff"):
        call_command("make_redeem_codes", **asked | {"by": anna.email})
    with pytest.raises(CommandError, match="--until"):
        call_command("make_redeem_codes", **asked, until="2026-13-01T00:00:00Z")
    settings.STAFF_CODES_LIMIT_POINTS = 1
    call_command("make_redeem_codes", **asked, out=str(tmp_path / "none"))
    assert not (tmp_path / "none").exists()
    assert CodeBatch.objects.filter(state="waiting").count() == 1
