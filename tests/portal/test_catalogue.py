"""The Chinese catalogue: compiled as written, and nothing a visitor reads is missing."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import templatize

from generation.results_file import SENTENCES

ROOT = Path(__file__).resolve().parent.parent.parent
CATALOGUE = ROOT / "config" / "locale" / "zh_Hans" / "LC_MESSAGES"
APPS = ("accounts", "billing", "generation")
# What a call of any gettext function looks like once Django has turned a template into text.
_CALLS = re.compile(r"""\bn?gettext\((u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))""")
_FUNCTIONS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}


def templates() -> Iterator[Path]:
    """Every template of the portal and of the mails; the desk may stay English."""
    for folder in [ROOT / "config", *(ROOT / app for app in APPS)]:
        for path in sorted((folder / "templates").rglob("*.*")):
            if path.suffix in (".html", ".txt") and "admin" not in path.parts:
                yield path


def words_of_template(path: Path) -> Iterator[str]:
    for found in _CALLS.finditer(templatize(path.read_text(), origin=str(path))):
        yield ast.literal_eval(found.group(1).removeprefix("u"))


def modules() -> Iterator[Path]:
    """Views, refusals and what is mailed; the words of models and of the desk may stay English."""
    for app in APPS:
        for layer in ("portal", "services", "selectors"):
            yield from sorted((ROOT / app / layer).glob("*.py"))
        yield from sorted((ROOT / app / "templatetags").glob("*.py"))
        yield from sorted((ROOT / app / "selectors").glob("*.py"))
    yield from sorted((ROOT / "config").glob("*.py"))


def words_of_module(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in _FUNCTIONS
            and isinstance(node.args[0], ast.Constant)
        ):
            yield str(node.args[0].value)


def compiled() -> dict[object, str]:
    with (CATALOGUE / "django.mo").open("rb") as file:
        return dict(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]


def known() -> set[str]:
    """Every compiled English text; one with plural forms is known by its singular."""
    return {key[0] if isinstance(key, tuple) else str(key) for key in compiled()}


def test_nothing_a_visitor_reads_is_missing() -> None:
    have = known()
    missing = {
        (path.relative_to(ROOT).as_posix(), words)
        for source, words_of in ((templates(), words_of_template), (modules(), words_of_module))
        for path in source
        for words in words_of(path)
        if words not in have
    }
    assert missing == set()


def test_what_may_be_wrong_with_a_file_of_counts_is_said_in_chinese() -> None:
    assert set(SENTENCES) <= known()


def test_the_compiled_catalogue_is_the_written_one() -> None:
    source = (CATALOGUE / "django.po").read_text()
    assert "fuzzy" not in source
    written = dict(
        re.findall(r'^msgid "((?:[^"\\]|\\.)+)"\nmsgstr "((?:[^"\\]|\\.)*)"$', source, re.MULTILINE)
    )
    assert len(written) > 200
    binary = compiled()
    assert all(written.values())
    assert {key: binary[unescape(key)] for key in written} == {
        key: unescape(text) for key, text in written.items()
    }


def unescape(text: str) -> str:
    return str(ast.literal_eval(f'"{text}"'))


def test_placeholders_survive_translation() -> None:
    for key, text in compiled().items():
        english = key[0] if isinstance(key, tuple) else str(key)
        assert set(re.findall(r"%\(\w+\)[sd]", text)) == set(
            re.findall(r"%\(\w+\)[sd]", english)
        ), english
