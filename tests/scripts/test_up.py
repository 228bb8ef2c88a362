"""`make up` knows where the server listens that it starts."""

import httpx2
import pytest
from up import address


@pytest.mark.parametrize(
    ("arguments", "url"),
    [
        ([], "http://127.0.0.1:7878"),
        (["--port", "8000", "--json"], "http://127.0.0.1:8000"),
        (["--host=::1"], "http://[::1]:7878"),
    ],
)
def test_the_address_is_the_one_that_the_arguments_ask_for(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], url: str
) -> None:
    for name in ("CRUCIBLE_HOST", "CRUCIBLE_PORT"):
        monkeypatch.delenv(name, raising=False)
    assert address(arguments) == url


def test_any_free_port_is_one_that_the_server_is_told() -> None:
    arguments = ["--json", "--port=0"]
    url = address(arguments)
    assert arguments == ["--json", "--port=0", "--port", str(httpx2.URL(url).port)]
    assert httpx2.URL(url).port
