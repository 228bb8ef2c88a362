"""Named root file systems: folders below one folder, each a system of its own that programs can run in.

An image is shown read-only and as it is, by every engine alike; nothing is copied, so what is changed in its
folder is changed for the next program. Whoever may write there is trusted as much as the executor. Names become
parts of paths, so they are checked before they do.
"""

import os
import re
from pathlib import Path
from typing import Final

NAME: Final = re.compile(r"[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?")
"""As submissions have it: no separator, no leading dot."""
LOCKS_SEEN: Final = "the system's files are shown, not copied, and the kernel locks a file, whoever shows it"
"""Why engines that have the host's kernel don't promise `Promise.LOCKS_APART`."""
MARK: Final = "image:"
"""What the `prefix` of an image's runtime begins with; the image's folder follows."""


class Images:
    """The images of one folder, which need not exist."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> list[str]:
        """Return the name of each image there is."""
        try:
            entries = list(os.scandir(self.folder))
        except FileNotFoundError:
            return []
        return sorted(
            entry.name for entry in entries if NAME.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False)
        )

    def prefix(self, name: str) -> str:
        """Return what stands for an image where the folder of a runtime stands otherwise. Raises KeyError."""
        if name not in self.names():
            raise KeyError(name)
        return f"{MARK}{os.path.realpath(self.folder / name)}"
