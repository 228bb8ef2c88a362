"""Which engines the tests are for: every one there is, or those that `CRUCIBLE_TEST_ENGINES` names.

An engine that isn't there is passed over, with its reason; but not where it has to be: a machine that should
offer it (root on Debian, for which `make test` installs everything) fails its tests, so that no tier is skipped in
silence.
"""

import os
from pathlib import Path

from crucible.sandbox.engines import ENGINES

_ON_DEBIAN_AS_ROOT = {"namespaces", "runc", "crun", "gvisor", "docker"}


def named() -> list[str]:
    """Return the engines that this run is for; none where it is for all."""
    return [name for name in os.environ.get("CRUCIBLE_TEST_ENGINES", "").split(",") if name]


def tested() -> list[str]:
    """Return the engines to run the tests on.

    docker-gvisor is two that are among them, put together: that they fit is tested in `docker.test_gvisor`.
    """
    return named() or [name for name in ENGINES if name != "docker-gvisor"]


def expected() -> set[str]:
    """Return the engines without which the tests have to fail."""
    if chosen := named():
        return set(chosen)
    debian = Path("/etc/debian_version").exists()
    return _ON_DEBIAN_AS_ROOT if os.geteuid() == 0 and debian else {"namespaces"}
