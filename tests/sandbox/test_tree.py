"""What of /proc is masked: all but what is shown; and where runc makes the container, one more number."""

from pathlib import Path

import pytest

from crucible.domain.outcome import Outcome
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
