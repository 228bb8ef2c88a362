"""The committed document says what the code does, and the code does what the document says."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from crucible.api import openapi
from crucible.api.app import openapi_document
from crucible.domain.outcome import Outcome
from crucible.domain.status import Status
from tests.fake_executor import FakeExecutor
from tests.serving import serving

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = "#/components/schemas/"


def test_the_committed_document_is_what_the_code_says() -> None:
    assert json.loads((ROOT / openapi.PLACE).read_text()) == openapi_document()


def test_the_check_tells_a_stale_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr("sys.argv", ["openapi", "--check"])
    assert openapi.main() == 1
    assert "is not what the code says" in capsys.readouterr().err
    monkeypatch.setattr("sys.argv", ["openapi"])
    assert openapi.main() == 0
    monkeypatch.setattr("sys.argv", ["openapi", "--check"])
    assert openapi.main() == 0


def references(node: object) -> set[str]:
    """Return the names of the schemas that a part of the document refers to itself."""
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return {each.removeprefix(SCHEMAS) for each in own}.union(*map(references, node.values()))
    if isinstance(node, list):
        return set().union(*map(references, node))
    return set()


def reached(node: object, schemas: dict[str, object]) -> set[str]:
    """Return the names of the schemas that a part refers to, and those that these refer to, and so on."""
    found: set[str] = set()
    while new := references(node) - found:
        found |= new
        node = [schemas[name] for name in new]
    return found


def test_every_reference_leads_somewhere() -> None:
    document = openapi_document()
    assert references(document) <= set(document["components"]["schemas"])


def test_enumerations_are_the_domains() -> None:
    schemas = openapi_document()["components"]["schemas"]
    assert schemas["Outcome"]["enum"] == [outcome.value for outcome in Outcome]
    assert schemas["Status"]["enum"] == [status.value for status in Status]


def test_what_is_asked_refuses_fields_that_it_does_not_know_and_what_is_answered_alone_does_not() -> None:
    document = openapi_document()
    schemas = document["components"]["schemas"]
    operations = [each for path in document["paths"].values() for each in path.values()]
    asked = reached([each.get("requestBody") for each in operations], schemas)
    answered = reached([each["responses"] for each in operations], schemas) - asked
    closed = {name for name, schema in schemas.items() if schema.get("additionalProperties") is False}
    assert {name for name in asked if schemas[name].get("type") == "object"} <= closed
    assert "Evaluation" in answered
    assert not answered & closed


def test_each_operation_has_a_name_of_its_own_and_tells_of_its_errors() -> None:
    operations = [each for path in openapi_document()["paths"].values() for each in path.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all({"403", "500", "503"} <= set(operation["responses"]) for operation in operations)


BOUNDED = settings(
    max_examples=15,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@schemathesis.serializer("application/x-ndjson")
def as_text(_context: schemathesis.SerializationContext, value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


DOCUMENT = openapi_document()
OPERATIONS = {
    result.ok().label: result.ok()
    for result in schemathesis.openapi.from_dict(DOCUMENT)
    .exclude(path_regex="/events$")
    .exclude(path="/api/v1/sessions", method="POST")  # there is no executor here that could hold one
    .get_all_operations()
}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("openapi") / "data", FakeExecutor()) as server:
        yield server.url


@pytest.mark.parametrize("label", OPERATIONS)
def test_no_answer_comes_but_those_that_the_document_announces(url: str, label: str) -> None:
    """Generated requests, right and wrong; event streams, which don't end by themselves, are left out."""

    @BOUNDED
    @given(OPERATIONS[label].as_strategy())
    def holds(case: schemathesis.Case) -> None:
        # A schema can't say that a cursor was given before, or that an entrypoint is among the files.
        case.call_and_validate(base_url=url, excluded_checks=[positive_data_acceptance])

    holds()
