"""Each interpreter that runs the package, or is process 1 of a container, finds compiled what it imports there."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import bytecode
import pytest

WHERE_COMPILED = "import importlib.util, sys; print(importlib.util.cache_from_source(sys.argv[1]))"


def test_what_is_imported_inside_is_compiled_for_each_interpreter_that_does(tmp_path: Path):
    source = tmp_path / "module.py"
    source.write_text("answer = 42\n")
    interpreters = bytecode.interpreters()
    assert Path(sys.executable).resolve() in {Path(interpreter).resolve() for interpreter in interpreters}

    bytecode.compile_for(interpreters, [source])
    for interpreter in interpreters:
        where = subprocess.check_output([interpreter, "-I", "-c", WHERE_COMPILED, source], text=True).strip()
        assert Path(where).is_file(), interpreter


def test_our_own_interpreter_finds_all_of_the_package_compiled():
    bytecode.compile_ahead()
    sources = list(bytecode.PACKAGE.rglob("*.py"))
    assert bytecode.PACKAGE / "api" / "app.py" in sources
    assert [path for path in sources if not Path(importlib.util.cache_from_source(path)).is_file()] == []


def test_what_can_not_be_compiled_fails_the_run(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    source = tmp_path / "module.py"
    source.write_text("answer =\n")
    with pytest.raises(subprocess.CalledProcessError):
        bytecode.compile_for([sys.executable], [source])
    assert "answer =" in capfd.readouterr().out
