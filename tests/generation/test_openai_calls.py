"""Which call a repeat repeats: one call, one key, however often its client sends it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import ApiKey, User
from accounts.services.api_keys import create_api_key
from generation.models import OpenAICall
from generation.services.openai_calls import REPEATED_WITHIN, forget_calls, key_for
from tests.jobs_by_hand import NOON

ONE, OTHER = b"1" * 32, b"2" * 32


@pytest.fixture
def api_key(anna: User) -> ApiKey:
    """A key of Anna's."""
    return create_api_key(user=anna, name="test", now=timezone.now()).key


def sent(api_key: ApiKey, repeats: int, digest: bytes = ONE, seconds: int = 0) -> str:
    now = NOON + timedelta(seconds=seconds)
    return key_for(api_key=api_key, digest=digest, repeats=repeats, now=now)


@pytest.mark.django_db(transaction=True)
def test_a_repeat_has_the_key_of_its_call_and_equal_calls_have_two(api_key: ApiKey) -> None:
    first = sent(api_key, 0)
    assert [sent(api_key, 1), sent(api_key, 2)] == [first, first]
    second = sent(api_key, 0)
    assert second != first
    assert sent(api_key, 1) == second
    # Its call never came: what came before was repeated already, so this is a call of its own.
    assert sent(api_key, 1) not in {first, second}
    assert sent(api_key, 1, OTHER) not in {first, second}


@pytest.mark.django_db(transaction=True)
def test_a_call_is_repeated_for_fifteen_minutes(api_key: ApiKey) -> None:
    last = int(REPEATED_WITHIN.total_seconds())
    first = sent(api_key, 0)
    assert sent(api_key, 1, seconds=last - 1) == first
    assert sent(api_key, 2, seconds=2 * last - 1) != first
    assert forget_calls(now=NOON + 3 * REPEATED_WITHIN) == 2
    assert not OpenAICall.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_calls_whose_answers_are_all_lost_at_once_are_as_many_as_before(api_key: ApiKey) -> None:
    def one(repeats: int) -> str:
        try:
            return sent(api_key, repeats)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        calls = set(pool.map(one, [0] * 8))
        assert len(calls) == 8
        assert set(pool.map(one, [1] * 8)) == calls
        assert set(pool.map(one, [2] * 8)) == calls
