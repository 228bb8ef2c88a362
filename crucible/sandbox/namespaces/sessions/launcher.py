"""The process from which sessions are forked. It has one thread, holds no secret, and is no program's neighbour.

Much the same as a zygote, and apart from it: what evaluations are forked from is rotated and thrown
away, and sessions must not end with it.
"""

from crucible.sandbox import seccomp
from crucible.sandbox.launched import serve
from crucible.sandbox.namespaces.sessions import stage

_DESCRIPTORS = 3
"""At most: a hall is not for all."""


def main() -> None:
    """Serve the executor until it is gone."""
    wall = seccomp.build_wall_of_sessions()
    serve(_DESCRIPTORS, lambda descriptors, launcher: stage.run(descriptors, wall, launcher))


if __name__ == "__main__":
    main()
