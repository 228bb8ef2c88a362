"""Options that several commands have together, declared once: as the fields of a dataclass.

The command line's library finds a command's options in its signature, one parameter each. So a command that takes
a dataclass gets a signature in which the fields stand in its place.
"""

import dataclasses
import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any, get_type_hints

Command = Callable[..., None]
_BY_NAME = inspect.Parameter.KEYWORD_ONLY


def spread(command: Command) -> Command:
    """Return the command with each parameter that is a dataclass taken apart into that one's fields.

    All are passed by name then, in the order of the help. Raises ValueError where two have one name.
    """
    signature = inspect.signature(command, eval_str=True)
    groups: dict[str, type] = {
        name: parameter.annotation
        for name, parameter in signature.parameters.items()
        if isinstance(parameter.annotation, type) and dataclasses.is_dataclass(parameter.annotation)
    }

    @functools.wraps(command)
    def spread_out(**given: Any) -> None:
        for name, group in groups.items():
            given[name] = group(**{field.name: given.pop(field.name) for field in dataclasses.fields(group)})
        command(**given)

    parameters: list[inspect.Parameter] = []
    for name, parameter in signature.parameters.items():
        parameters += _fields(groups[name]) if name in groups else [parameter.replace(kind=_BY_NAME)]
    vars(spread_out)["__signature__"] = signature.replace(parameters=parameters)
    return spread_out


def _fields(group: type) -> Iterator[inspect.Parameter]:
    """Yield a parameter for each field; where it has no default, it has to be given."""
    hints = get_type_hints(group, include_extras=True)
    for field in dataclasses.fields(group):
        default = inspect.Parameter.empty if field.default is dataclasses.MISSING else field.default
        yield inspect.Parameter(field.name, _BY_NAME, default=default, annotation=hints[field.name])
