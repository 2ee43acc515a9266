"""A storm of jobs while things break. `make faults` runs a thousand jobs and a hundred faults;
the suite runs a short form."""

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from billing.services.adjustments import grant_adjustment
from billing.services.catalogue import load_launch_catalogue
from tests.conftest import Person
from tests.faults.faults import Faults
from tests.faults.storm import Books, Client, settle_books
from tests.jobs_by_hand import ledger_breaches
from tests.live_stack import LiveStack, until

pytestmark = [pytest.mark.engine, pytest.mark.django_db(transaction=True)]

JOBS = int(os.environ.get("FAULT_JOBS", "24"))
FAULTS = int(os.environ.get("FAULTS", "6"))
SEED = int(os.environ.get("FAULT_SEED", "1"))
# Set where nobody else uses the servers: they are killed too.
OWN_SERVERS = bool(os.environ.get("FAULT_SERVERS"))
# Where a campaign of full size leaves its three figures.
RESULTS = os.environ.get("FAULT_RESULTS", "")
FULL_JOBS, FULL_FAULTS = 1000, 100
CLIENTS = 8
PAUSE_SECONDS = 2.0
POINTS_EACH_CP = 1000_00


@pytest.fixture
def fragile(demo_checkpoint: Path, transactional_db: None, tmp_path: Path) -> Iterator[LiveStack]:
    """A stack of its own, with two GPU workers, to be broken; gone before tables are emptied."""
    stack = LiveStack(tmp_path, "tests.faults.skewed_clock")
    try:
        stack.start()
        stack.start_gpu_worker("gpu2")
        yield stack
    finally:
        stack.stop()


def test_nothing_is_stuck_lost_or_charged_twice(
    fragile: LiveStack,
    person: Person,
    key_of: Callable[[User], str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    load_launch_catalogue()
    now = timezone.now()
    clients = []
    for number in range(CLIENTS):
        user = person(f"storm{number}")
        grant_adjustment(
            user=user, amount_cp=POINTS_EACH_CP, days=1, reason="test", note="", staff=user,
            key=f"storm {user.pk}", now=now,
        )  # fmt: skip
        clients.append(Client(fragile, key_of(user), JOBS // CLIENTS, seed=SEED * 100 + number))
    faults = Faults(fragile, SEED, own_servers=OWN_SERVERS)
    breaking = threading.Thread(target=faults.run, args=(FAULTS, PAUSE_SECONDS))
    poisoning = threading.Thread(target=faults.poison)
    asking = [threading.Thread(target=client.run) for client in clients]
    for thread in [breaking, poisoning, *asking]:
        thread.start()
    for thread in asking:
        thread.join(timeout=3600)
    faults.stop()
    breaking.join()
    poisoning.join()
    connection.close()  # it was dropped with all others

    accepted = [job_id for client in clients for job_id in client.accepted]
    assert len(accepted) == JOBS // CLIENTS * CLIENTS
    until(lambda: settle_books(accepted, 0).stuck == 0, "the end of every job", 360)
    books = settle_books(accepted, CLIENTS * POINTS_EACH_CP)
    with capsys.disabled():
        sys.stdout.write(report(faults, books, sum(client.repeated for client in clients)))
    if RESULTS:
        keep(Path(RESULTS), books, faults)
    assert books.captured + books.released == books.jobs
    assert books.most_attempts <= 2
    assert (books.stuck, books.charged_twice, books.charged_without_artifact) == (0, 0, 0)
    assert books.lost_points_cp == 0
    assert ledger_breaches() == []
    assert timezone.now() - now < timedelta(hours=1)


def keep(results: Path, books: Books, faults: Faults) -> None:
    """The three figures of a campaign that was large enough to mean something."""
    if books.jobs < FULL_JOBS or sum(faults.count.values()) < FULL_FAULTS:
        return
    kept = json.loads(results.read_text()) if results.exists() else {}
    kept |= {
        "jobs.stuck": books.stuck,
        "jobs.charged_twice": books.charged_twice,
        "jobs.points_lost": books.lost_points_cp,
    }
    results.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n")


def report(faults: Faults, books: Books, repeated: int) -> str:
    """The table of a campaign."""
    rows = [
        ("faults", sum(faults.count.values())),
        *sorted(faults.count.items()),
        ("jobs", books.jobs),
        ("answers asked for again", repeated),
        ("captured", books.captured),
        ("of these in part", books.in_part),
        ("released", books.released),
        ("stuck", books.stuck),
        ("charged twice", books.charged_twice),
        ("charged without an artifact", books.charged_without_artifact),
        ("lost points, hundredths", books.lost_points_cp),
    ]
    return "\n" + "".join(f"  {name:<28} {number}\n" for name, number in rows)
