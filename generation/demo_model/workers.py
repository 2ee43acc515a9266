"""Several processes that train one model: each learns from batches of its own, all step alike.

One process on one core is the fastest way to use a core for a model this small; threads gain
nothing. With a GPU one process is enough.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import torch
from torch import distributed
from torch.multiprocessing.spawn import spawn


def start(work: Callable[[], None], workers: int) -> None:
    """Run `work` in this process, or in `workers` processes that share their gradients.

    `work` must be picklable. Raises what a worker raised, after ending the others.
    """
    if workers <= 1:
        work()
        return
    with tempfile.TemporaryDirectory() as scratch:
        meeting = f"file://{Path(scratch) / 'meeting'}"
        spawn(_join, args=(work, workers, meeting), nprocs=workers)  # type: ignore[no-untyped-call]


def rank() -> int:
    """Which worker this is; 0 says and saves for all."""
    return distributed.get_rank() if distributed.is_initialized() else 0


def share_gradients(model: torch.nn.Module) -> None:
    """Put the mean over all workers in place of each gradient."""
    if not distributed.is_initialized():
        return
    gradients = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    distributed.all_reduce(flat)
    flat /= distributed.get_world_size()
    means = torch.split(flat, [gradient.numel() for gradient in gradients])
    for gradient, mean in zip(gradients, means, strict=True):
        gradient.copy_(mean.view_as(gradient))


def _join(index: int, work: Callable[[], None], workers: int, meeting: str) -> None:
    torch.set_num_threads(1)
    distributed.init_process_group("gloo", init_method=meeting, rank=index, world_size=workers)
    try:
        work()
    finally:
        distributed.destroy_process_group()
