"""What of /proc is masked: all but what is shown; and where runc makes the container, one more number."""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import SandboxSpec
from crucible.sandbox import tree
from crucible.sandbox.capabilities import last_capability
from tests.sandbox.fixtures import Sandboxes, on_engine

WHAT_A_MODULE_ADDS = ("mdstat", "spl", "xen")


def test_what_nobody_has_thought_of_in_proc_is_hidden(tmp_path: Path) -> None:
    for name in ("meminfo", "self", "1", "4711", *WHAT_A_MODULE_ADDS):
        (tmp_path / name).mkdir()
    (tmp_path / "kcore").touch(0o400)
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    assert tree.masked(str(tmp_path)) == [f"/proc/{name}" for name in WHAT_A_MODULE_ADDS]


@pytest.mark.parametrize("place", ["", "/.local"])
def test_of_a_home_only_what_its_interpreter_needs_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """`./configure --prefix=$HOME/.local`: Crucible's own data would be beside it, in `share`."""
    prefix = Path(f"{tmp_path}{place}")
    for name in ("bin", "lib", "share/crucible", "Documents"):
        (prefix / name).mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert tree.folders_of(str(prefix)) == [f"{prefix}/bin", f"{prefix}/lib"]


def test_an_interpreters_own_folder_is_shown_whole(tmp_path: Path) -> None:
    assert tree.folders_of(str(tmp_path)) == [str(tmp_path)]


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.usefixtures("nothing_left")
@on_engine("namespaces")
async def test_a_python_in_a_home_runs_and_shows_none_of_what_is_beside_it(sandboxes: Sandboxes) -> None:
    found = sandboxes.runtimes.get("python")
    assert found is not None
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:  # which no sandbox has
        home = Path(folder, ".local")
        for name in ("bin", "share"):
            (home / name).mkdir(parents=True)
        (home / "share" / "secret").write_text("a secret")
        Path(folder).chmod(0o755)
        python = shutil.copy(found.interpreter, home / "bin")
        for name in ("lib", "include"):
            (home / name).symlink_to(f"{found.prefix}/{name}")
        here = replace(found, interpreter=str(python), prefix=str(home), origin=None)
        spec = SandboxSpec(runtime="python", code=BESIDE.format(home=home))
        ran = await sandboxes.run_with(here, spec)
        await sandboxes.start_anew()  # who stands ready shows it
        await sandboxes.driver.give_back()
    assert ran.text == f"{home} ['bin', 'include', 'lib'] FileNotFoundError\n", ran


BESIDE = """
import os, sys
try:
    said = open("{home}/share/secret").read()
except OSError as error:
    said = type(error).__name__
print(sys.prefix, sorted(os.listdir(sys.prefix)), said)
"""


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.usefixtures("nothing_left")
@on_engine("runc", "docker")
async def test_of_the_kernels_settings_only_what_runc_reads_is_there_to_read(sandboxes: Sandboxes) -> None:
    """Since runc 1.3, without it no container starts; which older ones, as Debian 12's, don't show."""
    code = """import os
for folder, _, names in os.walk('/proc/sys'):
    for name in names:
        try:
            with open(os.path.join(folder, name)) as file:
                if text := file.read(): print(file.name, text.strip())
        except OSError: pass
print(open('/etc/hostname').read())"""
    ran = await sandboxes.run(code)
    assert ran.finished.outcome is Outcome.SUCCEEDED
    assert ran.text == f"/proc/sys/kernel/cap_last_cap {last_capability()}\nsandbox\n\n"
