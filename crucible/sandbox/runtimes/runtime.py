"""A language environment, as it was found: how it is started, and which file of which release it is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from crucible.domain.sandbox import RuntimeReport
from crucible.sandbox.runtimes.replaced import FileState


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Which file answered that it is a runtime."""

    path: str
    folder: str | None
    """The root of the image that it is in."""
    state: FileState | None
    """As it was before it was asked."""
    ask: "Callable[[], Awaitable[Runtime | None]]"
    """Asks what is there now; None where that is no runtime."""

    @property
    def is_replaced(self) -> bool:
        """Whether that file is no longer there as it was."""
        return FileState.of(self.path, self.folder) != self.state


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """A language environment on this host."""

    report: RuntimeReport
    product: str = ""
    """Whose it is: `CPython`, `gcc`."""
    interpreter: str
    """The real path of the interpreter or compiler, links resolved."""
    prefix: str
    """The folder that holds it and all that it needs besides the system's own libraries; or its image."""
    compile_arguments: tuple[str, ...]
    run_arguments: tuple[str, ...]
    warm: tuple[str, ...] = ()
    """How its interpreter is started to wait for programs; empty where it can't."""
    warm_suffix: str = ""
    """How the name of a program ends that such an interpreter takes."""
    preload: tuple[str, ...] = ()
    """Modules that a program finds imported, where they are installed."""
    preload_where_named: tuple[str, ...] = ()
    """More of them, for programs whose text names them."""
    start_environment: tuple[str, ...] = ()
    """Patterns of variables that an interpreter reads as it starts."""
    origin: Origin | None = field(default=None, compare=False)

    @property
    def file(self) -> FileState | None:
        """Which file it was when it said its version; what waits for programs is of one file alone."""
        return self.origin.state if self.origin else None

    def release(self, version: str | None = None) -> str:
        """Return product and version: what an interpreter that waited says of itself, or what was answered."""
        return f"{self.product} {version or self.report.version}"

    def command(self, template: tuple[str, ...], entrypoint: str) -> list[str]:
        """Return the argument list that `template` is for a program."""
        return [part.format(interpreter=self.interpreter, entrypoint=entrypoint) for part in template]


def from_file(
    found: Runtime,
    path: str,
    before: FileState | None,
    ask: Callable[[], Awaitable[Runtime | None]],
    folder: str | None = None,
) -> Runtime:
    """Return the runtime with the file that it is to be known by: its interpreter's.

    `before`: the state, before it was asked, of the file at `path`, which may only have led to the interpreter.
    """
    led = path != found.interpreter
    state = FileState.of(found.interpreter, folder) if led else before
    return replace(found, origin=Origin(path=found.interpreter, folder=folder, state=state, ask=ask))
