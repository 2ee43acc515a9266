"""What the terminal shows: steps, reasons, and of the logs only what matters."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

import pytest

from scripts import logs
from scripts.logs import Tail, rotate
from scripts.terminal import DiskFull, Stop, disk_full, reason, run_quietly, say, step

EVENTS = """\
timestamp=2026-11-23T15:20:32Z level=info event="a job was made"
timestamp=2026-11-23T15:20:33Z level=warning event="a lease ran out"
[INFO] Started worker-1
[ERROR] Unexpected exit from worker-1
2026-11-23 15:20:34.000 UTC [7] ERROR:  insufficient_points
2026-11-23 15:20:34.000 UTC [7] PANIC:  could not write to file: No space left on device
2026-11-23 15:20:34.000 UTC [7] LOG:  checkpoint complete
django.core.exceptions.ImproperlyConfigured: INKLING_PORT must be a whole number
ValueError: not a number
"""


def test_only_warnings_and_errors_of_a_log_are_shown(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_text("[ERROR] from the day before\n")
    tail = Tail(log)
    with log.open("a") as file:
        file.write(EVENTS)
    shown = tail.notable()
    assert [line.split(" ", 1)[0] for line in shown] == [
        "timestamp=2026-11-23T15:20:33Z",
        "[ERROR]",
        "2026-11-23",
        "ValueError:",
    ]
    assert tail.notable() == []


def test_a_line_is_shown_once_it_is_whole(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    tail = Tail(log)
    log.write_text("[ERROR] half")
    assert tail.notable() == []
    with log.open("a") as file:
        file.write(" and half\n")
    assert tail.notable() == ["[ERROR] half and half"]


def test_a_flood_is_cut_to_its_first_lines(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    tail = Tail(log)
    log.write_text("[ERROR] again\n" * 100)
    assert tail.notable() == ["[ERROR] again"] * 5 + [f"... and 95 more in {log}"]


def test_a_large_log_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LARGE_BYTES", 10)
    log = tmp_path / "web.log"
    log.write_text("short")
    rotate(log)
    assert log.exists()
    log.write_text("longer than ten")
    rotate(log)
    assert not log.exists()
    assert (tmp_path / "web.log.1").read_text() == "longer than ten"


def test_a_failed_program_is_one_line_with_its_reason(tmp_path: Path) -> None:
    log = tmp_path / "start.log"
    with pytest.raises(Stop) as failed:
        run_quietly([sys.executable, "-c", "int('x')"], purpose="Counting", cwd=tmp_path, log=log)
    assert str(failed.value) == (
        f"Counting failed: ValueError: invalid literal for int() with base 10: 'x' (log: {log})"
    )
    assert "Traceback" in log.read_text()


def test_a_full_disk_is_recognized(tmp_path: Path) -> None:
    with pytest.raises(DiskFull, match=f"The disk is full: no space left for {tmp_path}"):
        reason("initdb: error: could not write: No space left on device", tmp_path)
    assert disk_full(OSError(errno.ENOSPC, "No space left on device"))
    assert disk_full(OSError([("a", "b", "[Errno 28] No space left on device: 'b'")]))
    assert not disk_full(PermissionError(errno.EACCES, "Permission denied"))


def test_a_step_is_one_line_unless_something_is_said_meanwhile(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with step("Sharpening the pencil"):
        pass
    with step("Writing"):
        say("[web] a warning")
    with pytest.raises(Stop), step("Erasing"):
        raise Stop("no rubber")
    assert capsys.readouterr().out.splitlines() == [
        "  Sharpening the pencil 0.0 s",
        "  Writing",
        "[web] a warning",
        "  Writing: 0.0 s",
        "  Erasing failed",
    ]
