"""Whether stages can follow one another: what is wrong with what they say of each other, field by field."""

from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from crucible.domain.errors import FieldError
from crucible.domain.pipeline import StageRequest


def graph_errors(stages: Sequence[StageRequest]) -> list[FieldError]:
    """Return every mistake of the first kind that there is; none where the stages make a pipeline.

    What is asked later makes no sense where an earlier answer is no: whether names differ, whether each that is
    needed is there, whether an order can be found, and whether what is taken comes before.
    """
    for mistakes in (_repeated_names, _unknown_needs, _cycle, _inputs):
        if found := list(mistakes(stages)):
            return found
    return []


def in_order(needs: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the names so that each comes after those that it needs. Raises CycleError."""
    return tuple(TopologicalSorter(needs).static_order())


def _repeated_names(stages: Sequence[StageRequest]) -> Iterator[FieldError]:
    first: dict[str, int] = {}
    for place, stage in enumerate(stages):
        other = first.setdefault(stage.name, place)
        if other != place:
            yield FieldError(f"stages[{place}].name", f"{stage.name!r} is the name of stages[{other}] already")


def _unknown_needs(stages: Sequence[StageRequest]) -> Iterator[FieldError]:
    names = {stage.name for stage in stages}
    for place, stage in enumerate(stages):
        for number, need in enumerate(stage.needs):
            if need not in names:
                yield FieldError(f"stages[{place}].needs[{number}]", _unknown(need, stages))


def _cycle(stages: Sequence[StageRequest]) -> Iterator[FieldError]:
    try:
        in_order(_needs(stages))
    except CycleError as error:
        around: list[str] = error.args[1][::-1]  # graphlib tells it from what is needed to what needs it
        place = next(place for place, stage in enumerate(stages) if stage.name == around[0])
        yield FieldError(f"stages[{place}].needs", f"must not lead back to where they began: {' → '.join(around)}")


def _inputs(stages: Sequence[StageRequest]) -> Iterator[FieldError]:
    before = _ancestors(stages)
    for place, stage in enumerate(stages):
        taken = {file.path for file in stage.files}
        for number, each in enumerate(stage.inputs):
            field = f"stages[{place}].inputs[{number}]"
            if each.stage not in before[stage.name]:
                yield FieldError(f"{field}.stage", _not_before(each.stage, stage.name, stages))
            if each.target in taken:
                where = "path" if each.as_ is None and each.path is not None else "as"
                yield FieldError(f"{field}.{where}", f"{each.target!r} is a file of this stage already")
            if each.target is not None:
                taken.add(each.target)
        if stage.stdin_from is not None and stage.stdin_from not in before[stage.name]:
            yield FieldError(f"stages[{place}].stdin_from", _not_before(stage.stdin_from, stage.name, stages))


def _needs(stages: Sequence[StageRequest]) -> dict[str, tuple[str, ...]]:
    return {stage.name: stage.needs for stage in stages}


def _ancestors(stages: Sequence[StageRequest]) -> dict[str, set[str]]:
    needs = _needs(stages)
    found: dict[str, set[str]] = {}
    for name in in_order(needs):
        found[name] = set(needs[name]).union(*(found[need] for need in needs[name]))
    return found


def _unknown(name: str, stages: Sequence[StageRequest]) -> str:
    return f"{name!r} is not a stage of this pipeline; there are: {', '.join(stage.name for stage in stages)}"


def _not_before(source: str, name: str, stages: Sequence[StageRequest]) -> str:
    if all(stage.name != source for stage in stages):
        return _unknown(source, stages)
    return f"{source!r} does not come before {name!r}: it must be among its `needs`, or among theirs"
