"""What holds of the application as a whole."""

import inspect
import subprocess
import sys
from collections.abc import Iterable, Iterator

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from crucible.api.app import _routes


def calls(dependant: Dependant) -> Iterator[object]:
    yield dependant.call
    for inner in dependant.dependencies:
        yield from calls(inner)


def test_no_request_waits_for_a_thread() -> None:
    """FastAPI has a thread call what is no coroutine function, which costs more than all that ours do."""
    routes = list(_api_routes(_routes().routes))
    assert routes
    called = {call for route in routes for call in calls(route.dependant)}
    assert {call for call in called if not inspect.iscoroutinefunction(call)} == set()


def _api_routes(routes: Iterable[object]) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif included := getattr(route, "original_router", None):
            yield from _api_routes(included.routes)


def test_a_server_starts_without_what_only_metrics_need() -> None:
    check = "import sys, crucible.embedded.server\nsys.exit('prometheus_client' in sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True)
