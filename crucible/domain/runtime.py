"""A language environment, as the API shows it."""

from crucible.domain.shape import Shape


class Runtime(Shape):
    """Something that the executor can run programs with."""

    name: str
    """`python3.11`, `node20`, `bash`, `c`."""
    language: str
    version: str
    """As the interpreter or compiler says: `3.11.7`."""
    aliases: tuple[str, ...] = ()
    """Names that mean this one here: `python` is the newest Python, or the one that is configured."""
    entrypoint: str
    """What the file is called that `code` becomes: `main.py`."""
    compiled: bool = False
    image: str | None = None
    """The named root file system that it is in; `None`: the host's own."""
