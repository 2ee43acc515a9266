"""The child may die, and must die with the worker; nothing is left behind either way."""

from __future__ import annotations

import os
import resource
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from generation.engine.errors import OUT_OF_MEMORY, WORKER_LOST, EngineFailure
from generation.engine.process import ChildEngine
from generation.engine.types import Progress, RenderSpec
from tests.engine.conftest import ROOT, Steps, render

pytestmark = pytest.mark.engine

LONG = RenderSpec("video", "a", seconds=5, steps=400)


def pid_of(engine: ChildEngine) -> int:
    assert engine.pid is not None
    return engine.pid


def await_end(pid: int) -> None:
    """Wait until a process that need not be ours has ended; fail after ten seconds."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    ended = poll.poll(10_000)
    os.close(handle)
    assert ended


def test_a_child_killed_in_a_render_and_another_between_two(own_engine: ChildEngine) -> None:
    def kill(progress: Progress) -> None:
        if progress.step == 3:
            os.kill(pid_of(own_engine), signal.SIGKILL)

    with pytest.raises(EngineFailure, match="signal 9") as failure:
        render(own_engine, LONG, kill, lambda: False)
    assert failure.value.code == WORKER_LOST
    assert own_engine.pid is None

    render(own_engine, RenderSpec("image", "a"))
    second = pid_of(own_engine)
    os.kill(second, signal.SIGKILL)
    await_end(second)
    # Nothing was running, so nothing fails.
    render(own_engine, RenderSpec("image", "a"))
    assert own_engine.pid != second


def test_a_child_out_of_memory_fails_and_stays(engine: ChildEngine) -> None:
    child = pid_of(engine)
    unlimited = resource.prlimit(child, resource.RLIMIT_AS)
    pages = int(Path(f"/proc/{child}/statm").read_text().split()[0])
    room = pages * resource.getpagesize() + 2**25
    resource.prlimit(child, resource.RLIMIT_AS, (room, unlimited[1]))
    with pytest.raises(EngineFailure) as failure:
        render(engine, RenderSpec("video", "a", seconds=3600))
    assert failure.value.code == OUT_OF_MEMORY
    resource.prlimit(child, resource.RLIMIT_AS, unlimited)
    render(engine, RenderSpec("image", "a"))


def test_signals_to_the_whole_group_do_not_end_a_render(engine: ChildEngine) -> None:
    def interrupt(progress: Progress) -> None:
        os.kill(pid_of(engine), signal.SIGINT)
        os.kill(pid_of(engine), signal.SIGTERM)

    assert len(render(engine, RenderSpec("image", "a"), interrupt, lambda: False).frames) == 1


WORKER = """
import os, signal, sys
from pathlib import Path
from generation.engine.process import ChildEngine
from generation.engine.types import EngineConfig, RenderSpec
from generation.known_models import of_two
registry = of_two(sys.argv[1], None, sys.argv[1], None)
engine = ChildEngine(EngineConfig(registry, "cpu", Path(sys.argv[2])))
engine.warm()
fork = os.fork() if sys.argv[3] == "forked" else -1
if fork == 0:
    signal.pause()
engine.render_batch(
    [RenderSpec("video", "a", seconds=5, steps=100_000)],
    lambda progress: print(progress.stage, engine.pid, fork, flush=True),
    lambda: [],
)
"""


@pytest.mark.parametrize("worker_is", ["alone", "forked"])
def test_the_child_dies_with_a_worker_that_is_killed(
    demo_folder: Path, tmp_path: Path, worker_is: str
) -> None:
    """Also when a fork of the worker lives on and holds the channel open."""
    command = [sys.executable, "-c", WORKER, str(demo_folder), str(tmp_path), worker_is]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        line = next(line for line in worker.stdout if line.startswith("denoise"))
        child, fork = (int(word) for word in line.split()[1:])
        worker.kill()
        await_end(child)
        if fork > 0:
            os.kill(fork, signal.SIGKILL)
    assert list(tmp_path.iterdir()) == []


def test_frames_have_no_name_on_disk(engine: ChildEngine, session_scratch: Path) -> None:
    steps = Steps()
    rendered = render(engine, RenderSpec("image", "a"), steps.note, steps.stop)
    assert rendered.frames.size
    assert list(session_scratch.iterdir()) == []
    assert session_scratch.stat().st_mode & 0o077 == 0


def test_the_worker_side_loads_no_torch() -> None:
    program = (
        "import sys, generation.engine.process as p;"
        "heavy = {'torch', 'diffusers', 'transformers', 'django'} & set(sys.modules);"
        "sys.exit(f'{heavy} loaded by {p.__name__}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
