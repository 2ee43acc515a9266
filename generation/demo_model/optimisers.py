"""The optimiser of both networks: orthogonalised momentum for matrices, AdamW for the rest.

The autoencoder has no affine norms, and plain Adam stalls on it at any useful rate.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch

MOMENTUM = 0.95
# Rows orthogonalised together: the work grows with their square.
ROWS = 80
# Quintic Newton-Schulz iteration; the coefficients are those published with the Muon optimiser.
COEFFICIENTS = (3.4445, -4.7750, 2.0315)
ITERATIONS = 5


class Orthogonal(torch.optim.Optimizer):
    """Steps of equal size in every direction of a matrix; kernels count as flat matrices."""

    def __init__(
        self, parameters: Iterable[torch.nn.Parameter], rate: float, decay: float = 0.0
    ) -> None:
        super().__init__(parameters, {"lr": rate, "decay": decay})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            by_shape: dict[torch.Size, list[torch.Tensor]] = {}
            for parameter in group["params"]:
                if parameter.grad is not None:
                    by_shape.setdefault(parameter.shape, []).append(parameter)
            for parameters in by_shape.values():
                self._update(parameters, group["lr"], group["decay"])

    def _update(self, parameters: list[torch.Tensor], rate: float, decay: float) -> None:
        """Step parameters of one shape, all in one batch of small matrices."""
        wanted = torch.stack([self._wanted(parameter) for parameter in parameters]).flatten(2)
        updates = torch.cat([orthogonalised(rows) for rows in torch.split(wanted, ROWS, 1)], 1)
        tall = max(1.0, min(ROWS, wanted.shape[1]) / wanted.shape[2]) ** 0.5
        for parameter, update in zip(parameters, updates, strict=True):
            parameter.mul_(1 - rate * decay)
            parameter.add_(update.view_as(parameter), alpha=-rate * tall)

    def _wanted(self, parameter: torch.Tensor) -> torch.Tensor:
        """The gradient with the momentum behind it."""
        state = self.state[parameter]
        if not state:
            state["momentum"] = torch.zeros_like(parameter)
        gradient = parameter.grad
        assert gradient is not None
        momentum: torch.Tensor = state["momentum"]
        momentum.mul_(MOMENTUM).add_(gradient)
        return gradient + MOMENTUM * momentum


def orthogonalised(matrices: torch.Tensor) -> torch.Tensor:
    """[count, rows, columns] with all singular values brought near 1.

    In half precision: the iteration forgives its rounding, and it is half of the optimiser's work.
    """
    a, b, c = COEFFICIENTS
    near = matrices / (matrices.norm(dim=(1, 2), keepdim=True) + 1e-7)
    near = near.bfloat16()
    tall = near.shape[1] > near.shape[2]
    near = near.mT if tall else near
    for _ in range(ITERATIONS):
        square = near @ near.mT
        near = torch.baddbmm(
            near, torch.baddbmm(square, square, square, beta=b, alpha=c), near, beta=a
        )
    answer: torch.Tensor = (near.mT if tall else near).to(matrices.dtype)
    return answer
