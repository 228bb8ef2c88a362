"""The console as it is built: its own tests, what a first visit loads, and journeys through it in a real browser."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
WEB = ROOT / "web"
BUILD = ROOT / "crucible" / "api" / "static"
FIRST_LOAD_BYTES = 250_000
_JOURNEYS_SECONDS = 520
"""After which Playwright itself says which journey hangs, and ends browser and server; pytest would end npm alone."""


def npm(script: str, *arguments: str, **environment: str) -> None:
    """Run one of the scripts of web/package.json; what it printed is the failure's explanation."""
    command = [ROOT / "scripts" / "with-node", "npm", "--prefix", WEB, "run", "--silent", script, "--", *arguments]
    ran = subprocess.run(
        command,
        env={**os.environ, "NO_COLOR": "1", "FORCE_COLOR": "0", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    built: dict[str, Any] = json.loads((BUILD / "manifest.json").read_text())
    return built


def loaded_with(manifest: dict[str, Any], *entries: str) -> set[str]:
    """Return the scripts and styles that these entries load at once, whatever loads later left out."""
    files: set[str] = set()
    waiting = list(entries)
    seen: set[str] = set()
    while waiting:
        entry = waiting.pop()
        if entry not in seen:
            seen.add(entry)
            files.update((manifest[entry]["file"], *manifest[entry].get("css", ())))
            waiting.extend(manifest[entry].get("imports", ()))
    return files


def test_a_first_visit_loads_little_and_no_editor(manifest: dict[str, Any]) -> None:
    files = loaded_with(manifest, "index.html", "src/compose/Workbench.tsx")
    fonts = {path.relative_to(BUILD).as_posix() for path in BUILD.glob("assets/geist-latin-wght-*.woff2")}
    assert len(fonts) == 1
    sizes = {name: len(gzip.compress((BUILD / name).read_bytes(), 9)) for name in files | fonts | {"index.html"}}
    assert sum(sizes.values()) <= FIRST_LOAD_BYTES, sizes
    assert not any("Editor" in name or "monaco" in name for name in files)


def test_nothing_that_is_built_is_inline_or_from_elsewhere() -> None:
    page = (BUILD / "index.html").read_text()
    assert "<script>" not in page
    assert "http:" not in page
    assert "https:" not in page


@pytest.mark.timeout(240)
def test_the_consoles_logic_holds() -> None:
    npm("test")


@pytest.mark.timeout(560)
def test_the_journeys_through_the_console_succeed(tmp_path: Path) -> None:
    npm(
        "journeys",
        f"--global-timeout={_JOURNEYS_SECONDS * 1000}",
        CRUCIBLE_TEST_PYTHON=sys.executable,
        CRUCIBLE_JOURNEY_RESULTS=str(tmp_path / "results"),
        HOME=str(tmp_path),
        PWTEST_CACHE_DIR=str(tmp_path / "transformed"),
    )
