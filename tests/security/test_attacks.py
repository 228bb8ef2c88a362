"""Every hostile program fails in every engine, and leaves host, secrets and neighbour as they were."""

import os

import pytest

from tests.sandbox import machine
from tests.security.attack import GOALS, Attack, every_attack
from tests.security.campaign import Campaign

ATTACKS = list(every_attack())
ONE_OF_A_KIND = ("namespaces", "gvisor")
"""The engines in which those are tried, too, that no engine has a part in: processes of the host, and another kernel."""
KINDS = [engine for engine in machine.tested() if engine in ONE_OF_A_KIND]
LEAST = 150
BATCHES_OF_PAGES = 64 * 4096 * (os.cpu_count() or 1)
"""What cgroup v1 may count beyond a limit, since each processor charges in advance."""


def each(*, ours: bool) -> pytest.MarkDecorator:
    chosen = [pytest.param(attack, id=attack.identity) for attack in ATTACKS if attack.is_about_us_alone is ours]
    return pytest.mark.parametrize("attack", chosen)


@pytest.mark.asyncio(loop_scope="session")
@each(ours=False)
async def test_the_attack_fails(campaign: Campaign, attack: Attack) -> None:
    await fails(campaign, attack)


@pytest.mark.parametrize("sandboxes", KINDS, indirect=True)
@pytest.mark.asyncio(loop_scope="session")
@each(ours=True)
async def test_the_attack_on_what_engines_have_no_part_in_fails(campaign: Campaign, attack: Attack) -> None:
    await fails(campaign, attack)


async def fails(campaign: Campaign, attack: Attack) -> None:
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
    assert ran.finished.peak_memory_bytes <= limits.memory_bytes + BATCHES_OF_PAGES
    if (
        not campaign.has_a_kernel_of_its_own
    ):  # of another kernel, the host's sees threads that are none of the program's
        assert max((sample.processes for sample in ran.samples), default=0) <= limits.processes
    assert ran.finished.wall_seconds < limits.wall_seconds + 5


def test_there_are_attacks_for_every_goal_and_in_every_language() -> None:
    assert {attack.goal for attack in ATTACKS} == set(GOALS)
    assert {attack.language for attack in ATTACKS} == {"Python", "C", "shell"}
    assert len(ATTACKS) >= LEAST
