"""What a sandbox's processes are told and tell, by the names of its parts, for little to whoever defines it.

A dataclass is put together as text, compiled and executed where it is defined, with the help of `inspect`. Process
1 of a container defines a dozen before it waits for a program, and that took it half of the processor time of its
imports. So what a runtime imports is a `Record`: written and checked like a frozen dataclass, and made by code
that is the same for all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import ClassVar, Self, dataclass_transform
else:

    def dataclass_transform(**_: bool) -> type:
        """Do nothing: it is for types, and the oldest interpreter of a runtime has none."""
        return lambda made: made


@dataclass_transform(frozen_default=True)
class Record:
    """Base of a class whose annotations are its parts. That nobody changes one, types see to."""

    _parts: ClassVar[tuple[str, ...]]
    _usual: ClassVar[dict[str, Any]]
    """Of the parts that need no value."""

    def __init_subclass__(cls, **_: bool) -> None:
        """Note the parts. What else is said of the class is for types."""
        cls._parts = tuple(cls.__annotations__)
        cls._usual = {name: cls.__dict__[name] for name in cls._parts if name in cls.__dict__}

    def __init__(self, *values: Any, **named: Any) -> None:
        """Raise TypeError where a part has no value, or a value no part."""
        given = {**dict(zip(self._parts, values)), **named}
        parts = {**self._usual, **given}
        if len(given) < len(values) + len(named) or parts.keys() != set(self._parts):
            raise TypeError(f"{type(self).__name__} is made of {', '.join(self._parts)}")
        self.__dict__.update((name, parts[name]) for name in self._parts)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(frozenset(vars(self).items()))

    def __repr__(self) -> str:
        parts = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({parts})"

    def changed(self, **parts: Any) -> Self:
        """Return the same with some parts replaced."""
        return type(self)(**{**vars(self), **parts})

    def raw(self) -> dict[str, Any]:
        """Return its parts by name, and those of the records among them, as JSON and marshal can carry them."""
        return {name: part.raw() if isinstance(part, Record) else part for name, part in vars(self).items()}
