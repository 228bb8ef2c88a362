"""A root file system without content, over which the host's own programs are mounted read-only.

So runc and docker start the very interpreter that everything else here starts, and no image has to be had from
anywhere.
"""

from pathlib import Path

_SHARED = ("usr", "etc", "opt")
_LINKED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_OWN = ("proc", "sys", "dev", "tmp")


def skeleton(root: Path, interpreter: Path) -> list[str]:
    """Make the folders and links of a root file system; return the host's folders to be mounted over them."""
    shared = [f"/{name}" for name in _SHARED if Path("/", name).is_dir()]
    for name in _LINKED:
        original = Path("/", name)
        if original.is_symlink():
            (root / name).symlink_to(original.readlink())
        elif original.is_dir():
            shared.append(f"/{name}")
    prefix = interpreter.parent.parent
    if not any(prefix.is_relative_to(folder) for folder in shared):
        shared.append(str(prefix))
    for folder in (*shared, *_OWN):
        (root / folder.lstrip("/")).mkdir(parents=True, exist_ok=True)
    return shared
