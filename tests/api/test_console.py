"""The console's files: who gets the page, under which policy, and how long a browser may keep what it got."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.testclient import TestClient

from crucible.api.console import POLICY, Console
from tests.serving import Serving
from tests.waiting import PATIENCE_SECONDS

BROWSER = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
PAGE = "<!doctype html><title>Crucible</title>"
SCRIPT = "console.log(1)\n" * 100


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    built = tmp_path / "static"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text(PAGE)
    script = built / "assets" / "index-abc123.js"
    script.write_text(SCRIPT)
    Path(f"{script}.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (tmp_path / "secret.txt").write_text("outside")
    return built


@pytest.fixture
def browser(folder: Path) -> Iterator[TestClient]:
    console = Console(folder)

    async def answer(request: Request) -> Response:
        return console.answer(request) or PlainTextResponse("nothing", status_code=404)

    app = Starlette()
    app.add_route("/{path:path}", answer)
    with TestClient(app, headers={"Accept-Encoding": "identity"}) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/evaluations", "/evaluations/ev_01J", "/compare"])
def test_a_browser_gets_the_page_at_every_address_that_the_page_knows(browser: TestClient, path: str) -> None:
    answer = browser.get(path, headers=BROWSER)
    assert (answer.status_code, answer.text) == (200, PAGE)
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/assets/gone.js", "/missing.png"])
def test_what_is_not_there_is_no_page(browser: TestClient, path: str) -> None:
    assert browser.get(path, headers=BROWSER).status_code == 404


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt", "//secret.txt"]
)
def test_nothing_outside_of_the_folder_is_answered(browser: TestClient, path: str) -> None:
    assert "outside" not in browser.get(path).text


def test_a_hashed_file_is_kept_for_ever_and_sent_compressed(browser: TestClient) -> None:
    answer = browser.get("/assets/index-abc123.js", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["vary"]
    assert answer.text == SCRIPT
    assert "content-encoding" not in browser.get("/assets/index-abc123.js").headers


def test_a_page_that_did_not_change_is_not_sent_again(browser: TestClient) -> None:
    etag = browser.get("/", headers=BROWSER).headers["etag"]
    again = browser.get("/", headers={**BROWSER, "If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


def test_compressed_copies_have_no_address_of_their_own(browser: TestClient) -> None:
    assert browser.get("/assets/index-abc123.js.gz").status_code == 404


def test_scripts_come_from_here_and_nothing_is_evaluated() -> None:
    policy = dict(part.split(" ", 1) for part in POLICY.split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["worker-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert "unsafe-eval" not in POLICY


def test_programs_are_welcomed_in_json(server: Serving) -> None:
    for accept in ("*/*", "application/json"):
        answer = httpx2.get(server.url, headers={"Accept": accept}, trust_env=False, timeout=PATIENCE_SECONDS)
        assert answer.json()["links"]["evaluations"] == "/api/v1/evaluations"


def test_a_server_without_a_built_console_says_what_it_is(tmp_path: Path) -> None:
    console = Console(tmp_path / "never built")
    assert not console.is_built
    headers = [(b"accept", b"text/html")]
    request = Request({"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": headers})
    assert console.answer(request) is None
