"""`python -m bench._jobs.claims TIMES`: median milliseconds of a claim on BENCH_DATABASE.

Every claim is undone afterwards, so that the queue stays as long as it is.
"""

from __future__ import annotations

import os
import sys
import time
from statistics import median

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench._jobs.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from generation.services import attempts, queue  # noqa: E402

WARM_UP = 5


def main() -> None:
    """Claims, undoes, prints."""
    took = [claim_once() for _ in range(int(sys.argv[1]) + WARM_UP)][WARM_UP:]
    print(1000 * median(took))


def claim_once() -> float:
    """Seconds of one claim."""
    now = timezone.now()
    began = time.perf_counter()
    [job] = attempts.claim_jobs(worker="bench", now=now)
    took = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("delete from generation_attempt where job_id = %s", [job.id])
        cursor.execute(
            "update generation_job set state = 'queued', attempt_id = null, lease_until = null,"
            " attempts = 0 where id = %s",
            [job.id],
        )
    queue.join(wallet_id=job.wallet_id, lane=job.lane, now=now)
    return took


if __name__ == "__main__":
    main()
