"""The optimiser of both networks: orthogonalised momentum for matrices, AdamW for the rest.

The autoencoder has no affine norms, and plain Adam stalls on it at any useful rate.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch

MOMENTUM = 0.95
# Rows orthogonalised together: the work grows with their cube.
ROWS = 128
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
            for parameter in group["params"]:
                if parameter.grad is not None:
                    parameter.mul_(1 - group["lr"] * group["decay"])
                    self._update(parameter, group["lr"])

    def _update(self, parameter: torch.Tensor, rate: float) -> None:
        state = self.state[parameter]
        if not state:
            state["momentum"] = torch.zeros_like(parameter)
        gradient = parameter.grad
        assert gradient is not None
        state["momentum"].mul_(MOMENTUM).add_(gradient)
        wanted = (gradient + MOMENTUM * state["momentum"]).flatten(1)
        update = torch.cat([orthogonalised(rows) for rows in wanted.split(ROWS)])
        tall = max(1.0, min(ROWS, wanted.shape[0]) / wanted.shape[1]) ** 0.5
        parameter.add_(update.view_as(parameter), alpha=-rate * tall)


def orthogonalised(matrix: torch.Tensor) -> torch.Tensor:
    """The matrix with all its singular values brought near 1."""
    a, b, c = COEFFICIENTS
    near: torch.Tensor = matrix / (matrix.norm() + 1e-7)
    tall = near.shape[0] > near.shape[1]
    near = near.T if tall else near
    for _ in range(ITERATIONS):
        square = near @ near.T
        near = a * near + (b * square + c * square @ square) @ near
    return near.T if tall else near
