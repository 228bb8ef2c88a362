"""Every address that the API has, asked by another tenant's owner and by who may only look.

Addresses and what names something in them are read from the OpenAPI document, so that one which is added is asked,
too. Until there is authentication nobody but the owner asks over HTTP; here the door is told who does.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from crucible.api.app import openapi_document
from crucible.api.collaborators import _principal
from crucible.database.tables import tenants
from crucible.domain.principal import LOCAL_OWNER, Principal
from crucible.domain.session_record import SessionRequest
from tests.evaluations.steps import STRANGER, VIEWER
from tests.serving import Serving

BODIES: dict[str, Any] = {
    "submit_one": {"code": "1"},
    "submit_many": {"evaluations": [{"code": "1"}]},
    "check_program": {"code": "1"},
    "annotate_evaluation": {"note": "seen"},
    "create_batch": {},
    "hand_in_to_batch": {"code": "1"},
    "retry_batch": {},
    "create_pipeline": {"stages": [{"name": "a", "code": "1"}]},
    "create_schedule": {"name": "s", "cron": "0 0 1 1 *", "submission": {"code": "1"}},
    "replace_schedule": {"name": "s", "cron": "0 0 1 1 *", "submission": {"code": "1"}},
    "create_session": {},
    "exec_in_session": {"argv": ["true"]},
    "stream_exec_in_session": {"argv": ["true"]},
    "create_webhook": {"url": "https://192.0.43.8/", "events": ["batch.ended"]},
    "put_log_level": {"level": "info"},
    "put_tenant_share": {"cap": 1},
}
MEDIA_TYPES = {
    "hand_in_to_batch": "application/x-ndjson",
    "write_session_file": "application/octet-stream",
}
QUERIES = {
    "read_session_file": {"path": "a"},
    "write_session_file": {"path": "a"},
    "list_upcoming": {"cron": "0 0 * * *"},
}
DEAD_LETTERS = {"get_dead_letter", "replay_dead_letters", "discard_dead_letters"}
"""Of one that was not given up all of them say that there is no such dead letter: see tests/evaluations."""
OWNERS = {"list_webhooks", "list_tenants", "list_deliveries"}
"""What only an owner reads."""
Operation = tuple[str, str, str]


def operations() -> Iterator[Operation]:
    for path, methods in openapi_document()["paths"].items():
        for method, described in methods.items():
            yield described["operationId"], method.upper(), path


NAMING_SOMETHING = [
    one for one in operations() if "_id}" in one[2] and "{tenant_id}" not in one[2] and one[0] not in DEAD_LETTERS
]
LISTING = [
    (name, method, path)
    for name, method, path in operations()
    if name.startswith("list_") and "{" not in path and name.removeprefix("list_") not in {"upcoming", "tenants"}
    if not {"runtimes", "engines", "workers"} & set(path.split("/"))
]
CHANGING = [one for one in operations() if one[1] != "GET"]


@contextmanager
def asking_as(server: Serving, principal: Principal) -> Iterator[None]:
    assert server.http
    app = server.http.config.app
    assert isinstance(app, FastAPI)

    async def known() -> Principal:
        return principal

    app.dependency_overrides[_principal] = known
    try:
        yield
    finally:
        del app.dependency_overrides[_principal]


@pytest.fixture
def things(server: Serving, http: httpx2.Client) -> dict[str, str]:
    """One of each that the owner has, by what addresses call it, and another tenant that has nothing."""

    async def prepared() -> str:
        assert server.collaborators
        assert server.http
        database = server.collaborators.database
        server.http.config.app.state.collaborators = replace(  # type: ignore[union-attr]
            server.collaborators,
            sessions=SimpleNamespace(name="here", sessions=None),  # nobody asked here gets as far as a session
        )
        async with database.unit_of_work(LOCAL_OWNER) as work:
            session = await work.sessions.add("local", SessionRequest(), "elsewhere", await work.now())
            row = {"id": STRANGER.tenant_id, "name": "another", "created_at": await work.now()}
            await work.sessions._connection.execute(sa.insert(tenants), row)
            return session.id

    assert server.loop
    session = asyncio.run_coroutine_threadsafe(prepared(), server.loop).result(30)
    made = {
        "evaluation_id": http.post("/evaluations?wait=30", json=BODIES["submit_one"]),
        "batch_id": http.post("/batches", json={}),
        "pipeline_id": http.post("/pipelines", json=BODIES["create_pipeline"]),
        "schedule_id": http.post("/schedules", json=BODIES["create_schedule"]),
        "webhook_id": http.post("/webhooks", json=BODIES["create_webhook"]),
    }
    return {name: answer.json()["id"] for name, answer in made.items()} | {
        "session_id": session,
        "tenant_id": "tn_local",
        "name": "test",
        "path": "a",
    }


def asked(http: httpx2.Client, things: dict[str, str], operation: Operation) -> httpx2.Response:
    name, method, path = operation
    headers = {"Content-Type": MEDIA_TYPES.get(name, "application/json")}
    if name in DEAD_LETTERS:
        body: Any = {"evaluation_ids": [things["evaluation_id"]]}
    else:
        body = BODIES.get(name, {})
    return http.request(
        method,
        path.removeprefix("/api/v1").format(**things),
        params=QUERIES.get(name),
        **({} if method == "GET" else {"content": httpx2.Request("POST", "http://x", json=body).read()}),
        headers=headers,
    )


def test_what_is_another_tenants_is_not_there_at_any_address(
    server: Serving, http: httpx2.Client, things: dict[str, str]
) -> None:
    with asking_as(server, STRANGER):
        found = {one[0]: asked(http, things, one).status_code for one in NAMING_SOMETHING}
    assert found == dict.fromkeys(found, 404)
    own = {
        one[0]: asked(http, things, one) for one in sorted(NAMING_SOMETHING, key=lambda one: one[1] == "DELETE")
    }
    missing = {name for name, answer in own.items() if "there is no " in answer.text}
    assert missing == set()
    assert len(found) > 35


def test_no_list_shows_what_is_another_tenants(
    server: Serving, http: httpx2.Client, things: dict[str, str]
) -> None:
    own = {one[0]: len(asked(http, things, one).json()["items"]) for one in LISTING if "dead" not in one[0]}
    assert min(own.values()) > 0
    with asking_as(server, STRANGER):
        shown = {one[0]: asked(http, things, one).json()["items"] for one in LISTING}
    assert shown == {name: [] for name in shown}
    assert {"list_evaluations", "list_batches", "list_sessions", "list_schedules", "list_webhooks"} <= set(shown)


def test_who_may_only_look_changes_nothing_at_any_address(
    server: Serving, http: httpx2.Client, things: dict[str, str]
) -> None:
    with asking_as(server, VIEWER):
        found = {one[0]: asked(http, things, one).status_code for one in CHANGING}
        reading = {one[0]: asked(http, things, one).status_code for one in operations() if one[1] == "GET"}
    assert found == dict.fromkeys(found, 403)
    refused = {name for name, status in reading.items() if status == 403}
    assert refused >= OWNERS
    assert "get_evaluation" not in refused
