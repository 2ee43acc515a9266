"""Every model of the registry behind one engine: its own child for those here, servers for others.

The same interface as each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from generation.engine.process import ChildEngine
from generation.engine.remote import RemoteEngine
from generation.engine.types import EngineConfig, Outcome, Progress, RenderSpec


class RoutedEngine:
    """Renders each batch where its model is. environ: where keys of servers are looked up."""

    def __init__(self, config: EngineConfig, environ: Mapping[str, str]) -> None:
        self._registry = config.registry
        self._child = ChildEngine(config)
        self._has_local = any(model.source for model in config.registry.models)
        self._remote = {
            model.id: RemoteEngine(model, environ)
            for model in config.registry.models
            if model.remote
        }

    @property
    def batch_max(self) -> int:
        """How many pictures one call renders."""
        return self._child.batch_max

    @property
    def prefix_frames(self) -> int:
        """How many last frames of a clip are wanted in order to go on from it."""
        return self._child.prefix_frames

    def warm(self, deadline: float | None = None) -> None:
        """Load what is here and look whether servers answer. Raises EngineFailure."""
        if self._has_local:
            self._child.warm(deadline)
        for engine in self._remote.values():
            engine.warm(deadline)

    def close(self) -> None:
        """End the child and leave the servers."""
        self._child.close()
        for engine in self._remote.values():
            engine.close()

    def render_batch(
        self,
        specs: Sequence[RenderSpec],
        on_progress: Callable[[Progress], None],
        unwanted: Callable[[], Collection[int]],
        deadline: float | None = None,
    ) -> list[Outcome]:
        """See `ChildEngine.render_batch`."""
        model = self._registry.choose(specs[0].needs, specs[0].model)
        engine: ChildEngine | RemoteEngine = self._child
        if model is not None:
            engine = self._remote.get(model.id, self._child)
            specs = [replace(spec, model=spec.model or model.id) for spec in specs]
        return engine.render_batch(specs, on_progress, unwanted, deadline)
