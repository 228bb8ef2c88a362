"""Every hostile program fails in every engine, and leaves host, secrets and neighbour as they were."""

import pytest

from tests.sandbox import machine
from tests.security.attack import GOALS, Attack, every_attack
from tests.security.campaign import Campaign

ATTACKS = list(every_attack())
ONE_OF_A_KIND = ("namespaces", "gvisor")
"""The engines in which those are tried, too, that no engine has a part in: processes of the host, and another kernel."""
PAIRS = [
    pytest.param(engine, attack, id=f"{attack.identity}-{engine}")
    for engine in machine.tested()
    for attack in ATTACKS
    if engine in ONE_OF_A_KIND or not attack.is_about_us_alone
]
LEAST = 150
A_BATCH_OF_PAGES = 64 * 4096
"""What cgroup v1 may count beyond a limit, since each processor charges in advance."""


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(("sandboxes", "attack"), PAIRS, indirect=["sandboxes"])
async def test_the_attack_fails(campaign: Campaign, attack: Attack) -> None:
    verdict = await campaign.verdict(attack)
    ran, printed = verdict.ran, verdict.ran.output("stdout") + verdict.ran.output("stderr")

    assert verdict.harm == ()
    for secret in campaign.secrets():
        assert secret not in printed
        assert not any(secret in content or secret.decode() in path for path, content in ran.files.items())
    assert "SUCCEEDED" not in ran.files

    lines = verdict.ran.text.splitlines()
    assert ran.finished.outcome in attack.ends, (ran.finished, printed.decode(errors="replace"))
    if not campaign.tolerates(attack):
        assert [line for line in lines if line.startswith("SUCCEEDED")] == []
    assert any(line.startswith(("refused", "tried", "SUCCEEDED")) for line in lines) or ran.finished.signal

    limits = campaign.limits(attack)
    assert len(printed) <= limits.output_bytes
    assert ran.finished.peak_memory_bytes <= limits.memory_bytes + A_BATCH_OF_PAGES
    if (
        not campaign.has_a_kernel_of_its_own
    ):  # of another kernel, the host's sees threads that are none of the program's
        assert max((sample.processes for sample in ran.samples), default=0) <= limits.processes
    assert ran.finished.wall_seconds < limits.wall_seconds + 5


def test_there_are_attacks_for_every_goal_and_in_every_language() -> None:
    assert {attack.goal for attack in ATTACKS} == set(GOALS)
    assert {attack.language for attack in ATTACKS} == {"Python", "C", "shell"}
    assert len(ATTACKS) >= LEAST
