"""What is said where AppArmor may be the reason that a session can't be made."""

import socket
from pathlib import Path

import pytest

from crucible.sandbox import apparmor
from crucible.sandbox.sessions import plan, session


@pytest.mark.parametrize(("setting", "said"), [("1\n", f"^no maps; .*{apparmor.REMEDY}$"), ("0\n", "^no maps$")])
async def test_the_command_that_lets_sessions_be_made_is_named_where_it_may_help(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, setting: str, said: str
) -> None:
    (tmp_path / "setting").write_text(setting)
    monkeypatch.setattr(apparmor, "SETTING", str(tmp_path / "setting"))
    ours, process_1 = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, process_1:
        ours.setblocking(False)
        process_1.send(plan.message(plan.Kind.BROKEN, error="no maps"))
        with pytest.raises(OSError, match=said):
            await session.stands(ours)


def test_a_kernel_that_knows_no_such_restriction_has_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(apparmor, "SETTING", str(tmp_path / "none"))
    assert not apparmor.restricts()
