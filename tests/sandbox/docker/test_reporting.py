"""What a record names as a wall is one."""

import pytest

from crucible.sandbox.docker.blueprint import House
from crucible.sandbox.docker.engine import About
from crucible.sandbox.docker.entrance import entrance
from crucible.sandbox.docker.identities import Identities
from crucible.sandbox.docker.reporting import containment

ROOTLESS = About(
    release="28.5",
    kernel="6.1",
    cgroup_version=2,
    cgroup_driver="systemd",
    runtimes={},
    security=("seccomp", "rootless"),
    platform="Debian",
    missing=(),
)


@pytest.mark.parametrize(
    ("said", "named"), [("unconfined", None), ("docker-default (enforce)", "AppArmor, docker-default (enforce)")]
)
def test_who_is_under_no_profile_has_none_in_its_record(said: str, named: str | None) -> None:
    house = House(
        runtime="runc",
        entrance=entrance(),
        seccomp={},
        labels={},
        swappiness=None,
        own_memory_bytes=0,
        own_kernel=False,
        bounds_shares=False,
    )
    identities = Identities(remapped=True, own_kernel=False)
    assert containment("docker", ROOTLESS, house, identities, {"apparmor": said}).enforces.get("profile") == named
