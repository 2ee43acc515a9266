"""Clients who keep asking, and the books afterwards."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from django.conf import settings

from billing.ledger.models import Hold, Transaction, Wallet
from generation.models import Artifact, Job
from generation.types import part_of
from tests.faults.faults import POISON
from tests.live_stack import LiveStack

RETRIES_MAX = 200


@dataclass
class Client:
    """Someone's program: submits its jobs one by one and repeats whatever was not answered."""

    stack: LiveStack
    secret: str
    jobs: int
    seed: int
    accepted: list[str] = field(default_factory=list)
    repeated: int = 0

    def run(self) -> None:
        """Submit every job; a lost answer is asked for again under the same key."""
        chance = random.Random(self.seed)
        for number in range(self.jobs):
            poison = f" {POISON}" if chance.random() < 0.05 else ""
            job_id = self._submit(f"{self.seed}-{number}{poison}", chance)
            if chance.random() < 0.1:
                self._try("POST", f"/jobs/{job_id}/cancel")
            self._wait(job_id)

    def _submit(self, key: str, chance: random.Random) -> str:
        pieces = chance.choice([1, 1, 2, 6])
        body = {"kind": "image", "params": {"prompt": f"storm {key}", "n": pieces}}
        for attempt in range(RETRIES_MAX):
            answer = self._try("POST", "/jobs", body, key)
            if answer is not None and answer.status_code == 202:
                job_id: str = answer.json()["id"]
                self.accepted.append(job_id)
                self.repeated += attempt > 0
                if chance.random() < 0.2:  # a client that retries without need
                    again = self._try("POST", "/jobs", body, key)
                    assert again is None or again.status_code >= 500 or again.json()["id"] == job_id
                return job_id
            threading.Event().wait(0.1)
        raise AssertionError(f"job {key} was never accepted: {answer}")

    def _wait(self, job_id: str) -> None:
        """One slot: the next job may start when this one has ended."""
        while True:
            answer = self._try("GET", f"/jobs/{job_id}")
            job = answer.json() if answer is not None and answer.status_code == 200 else {}
            if job.get("status", "queued") not in {"queued", "running"}:
                return
            threading.Event().wait(0.1)

    def _try(
        self, method: str, path: str, body: object = None, key: str | None = None
    ) -> httpx.Response | None:
        headers = {"Authorization": f"Bearer {self.secret}"}
        if key:
            headers["Idempotency-Key"] = key
        try:
            return httpx.request(
                method,
                f"{self.stack.url}/api/v1{path}",
                json=body,
                headers=headers,
                timeout=10,
            )
        except httpx.HTTPError:
            return None


@dataclass(frozen=True)
class Books:
    """What must be zero, and what there was."""

    jobs: int
    captured: int
    released: int
    stuck: int
    charged_twice: int
    charged_without_artifact: int
    in_part: int
    most_attempts: int
    lost_points_cp: int


def settle_books(accepted: Sequence[str], granted_cp: int) -> Books:
    """Compare jobs, ledger and files once every job has ended."""
    jobs = list(Job.objects.filter(id__in=accepted))
    references = {job.reference for job in jobs}
    settled = Transaction.objects.filter(reference__in=references)
    captures = list(settled.filter(kind="capture").values_list("reference", flat=True))
    delivered = Counter(
        job_id
        for job_id, name in Artifact.objects.values_list("job_id", "stored_name")
        if _file(name)
    )
    succeeded = [job for job in jobs if job.state == "succeeded"]
    wallets = Wallet.objects.filter(id__in={job.wallet_id for job in jobs})
    left_cp = sum(wallet.available_cp + wallet.held_cp for wallet in wallets)
    spent_cp = sum(job.captured_cp or 0 for job in succeeded)
    return Books(
        jobs=len(jobs),
        captured=len(captures),
        released=settled.filter(kind="release").count(),
        stuck=sum(job.state in {"queued", "running"} for job in jobs)
        + Hold.objects.filter(reference__in=references, state="held").count(),
        charged_twice=len(captures) - len(set(captures)),
        charged_without_artifact=sum(
            job.captured_cp != part_of(job.cost_cp, delivered=delivered[job.id], pieces=job.pieces)
            for job in succeeded
        ),
        in_part=sum(delivered[job.id] < job.pieces for job in succeeded),
        most_attempts=max((job.attempts for job in jobs), default=0),
        lost_points_cp=granted_cp - left_cp - spent_cp,
    )


def _file(stored_name: str) -> bool:
    return (Path(settings.ARTIFACT_DIR) / stored_name[:2] / stored_name).exists()
