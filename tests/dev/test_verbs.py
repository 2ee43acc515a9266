"""The verbs of `make`: what they refuse, what they install, what they leave."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path

import pytest

from scripts import browser, external, installing, testing, verbs
from scripts.locks import locked
from scripts.places import ROOT, Places
from scripts.terminal import Stop


def test_a_machine_without_python_3_11_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = importlib.util.spec_from_file_location("dev_command", ROOT / "scripts" / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    dev = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(dev)
    monkeypatch.setattr(dev, "WANTED", (3, 99))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert dev.main() == 1
    version = "{}.{}".format(*sys.version_info[:2])
    assert capsys.readouterr().out == (
        f"Inkling needs Python 3.11: this is Python {version} and python3.11 was not found.\n"
    )


def test_an_unknown_verb_is_answered_with_the_verbs(capsys: pytest.CaptureFixture[str]) -> None:
    assert verbs.main(["fly"]) == 1
    assert capsys.readouterr().err.startswith("usage: scripts/dev.py install | run | check")


def test_a_changed_pin_is_installed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dev.txt").write_text("Django==5.2.19\n")
    monkeypatch.setattr(installing, "REQUIREMENTS", tmp_path)
    monkeypatch.setattr(installing, "STAMP", tmp_path / "installed")
    assert not installing.current()
    (tmp_path / "installed").write_text(installing.fingerprint())
    assert installing.current()
    (tmp_path / "dev.txt").write_text("Django==5.2.20\n")
    assert not installing.current()


def test_uv_takes_what_is_set_for_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*installing.PIP_TO_UV.values(), "UV_INDEX_STRATEGY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_FIND_LINKS", "/wheels")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "file:///mirror")
    monkeypatch.setenv("PIP_INDEX_URL", "file:///index")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "file:///chosen")
    env = installing.uv_environment()
    assert env["UV_FIND_LINKS"] == "/wheels"
    assert env["UV_INDEX"] == "file:///mirror"
    assert env["UV_INDEX_STRATEGY"] == "unsafe-best-match"
    assert env["UV_DEFAULT_INDEX"] == "file:///chosen"


def test_pins_are_exact_and_torch_names_no_build() -> None:
    for name in ("web", "worker", "dev"):
        lines = (ROOT / "requirements" / f"{name}.txt").read_text().splitlines()
        assert lines[0].startswith(f"# Compiled from {name}.in by `make lock`.")
        assert all("==" in line and "+" not in line for line in lines[1:])
    assert "torch==2.13.0" in lines
    assert not any(
        line.startswith("torch") for line in (ROOT / "requirements" / "web.txt").read_text().split()
    )


def test_reset_asks_and_refuses_while_something_runs(
    places: Places, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (places.home / "artifacts").mkdir(exist_ok=True)
    (places.home / "holiday.png").touch()
    monkeypatch.delenv("YES", raising=False)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    assert verbs.main(["reset"]) == 1
    assert "Nothing was deleted." in capsys.readouterr().err

    monkeypatch.setenv("YES", "1")
    with locked(places.run / "users.lock", shared=True):
        assert verbs.main(["reset"]) == 1
    assert "end them first" in capsys.readouterr().err
    assert (places.home / "artifacts").exists()

    assert verbs.main(["reset"]) == 0
    assert [path.name for path in places.home.iterdir()] == ["holiday.png"]
    places.prepare()


@pytest.mark.parametrize(
    ("cpus", "arguments", "expected"),
    [
        (1, [], ["-n", "2", "--dist", "loadfile"]),
        (2, ["-k", "ledger"], ["-n", "2", "--dist", "loadfile"]),
        (64, [], ["-n", "4", "--dist", "loadfile"]),
        (64, ["-n0"], []),
        (64, ["--pdb"], []),
    ],
)
def test_tests_run_in_two_to_four_processes(
    cpus: int, arguments: list[str], expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: set(range(cpus)))
    assert testing.distribution(arguments) == expected


def test_without_a_browser_ci_fails_and_others_are_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for way in ("installed", "from_distribution", "from_playwright"):
        monkeypatch.setattr(browser, way, lambda: None)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(Stop, match="browser tests cannot run"):
        browser.provide()
    monkeypatch.delenv("CI")
    browser.provide()
    assert "BROWSER TESTS ARE SKIPPED" in capsys.readouterr().err


def test_a_chosen_browser_that_does_not_start_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM_PATH", "/nowhere/chromium")
    with pytest.raises(Stop, match="CHROMIUM_PATH=/nowhere/chromium is no browser that starts"):
        browser.provide()


def test_external_servers_that_do_not_answer_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(tmp_path).replace("/", "%2F")
    monkeypatch.setenv("DATABASE_URL", f"postgres://anna:secret@{folder}/inkling")
    monkeypatch.setenv("REDIS_URL", f"unix://{tmp_path}/redis.sock")
    assert external.main() == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("The server that DATABASE_URL names does not answer: ")
    assert lines[1].startswith("The server that REDIS_URL names does not answer: ")
    assert len(lines) == 2
    assert "secret" not in "".join(lines)
