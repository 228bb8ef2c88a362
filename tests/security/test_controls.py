"""An attack that can't fail is worth nothing: each succeeds where nothing stands in its way."""

import os
import tempfile
from pathlib import Path

import pytest

from tests.security.attack import CONTROLS, Attack, every_attack
from tests.security.campaign import World, control


@pytest.mark.parametrize(
    "attack", [pytest.param(attack, id=attack.identity) for attack in every_attack() if attack.control in CONTROLS]
)
def test_the_attack_succeeds_without_a_sandbox(attack: Attack, world: World) -> None:
    if attack.control == "root" and os.geteuid() != 0:
        pytest.skip("shown by root alone")
    with tempfile.TemporaryDirectory(prefix="control-", dir="/tmp") as folder:
        printed = control(attack, world, Path(folder))
    harmed = world.host_victim.complaints()
    assert "SUCCEEDED" in printed or harmed, printed
