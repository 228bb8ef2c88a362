"""`crucible webhooks` against a real server that delivers, and a real receiver."""

import asyncio
import ipaddress
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from private_servers import free_port

from crucible.cli import webhooks
from crucible.domain.principal import LOCAL_OWNER
from crucible.domain.signature import verify
from crucible.domain.webhook import WebhookCreated, WebhookRequest
from crucible.ending import ended
from crucible.webhooks import registering
from crucible.webhooks.delivering import keep_delivering
from tests.cli.conftest import Command
from tests.end_to_end.test_notifications import receiving
from tests.fake_executor import FakeExecutor
from tests.serving import Serving, serving

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    """A server that tells receivers on the loopback, as an operator may allow."""
    with serving(tmp_path / "data", FakeExecutor()) as running:
        monkeypatch.setenv("CRUCIBLE_URL", running.url)

        async def begin() -> "asyncio.Task[None]":
            assert running.collaborators is not None
            return asyncio.create_task(
                keep_delivering(running.collaborators.database, LOOPBACK, interval_seconds=0.05)
            )

        delivering = in_server(running, begin())
        yield running
        in_server(running, ended(delivering))


def in_server(server: Serving, step):
    assert server.loop is not None
    return asyncio.run_coroutine_threadsafe(step, server.loop).result()


def receiver_at(server: Serving, url: str) -> WebhookCreated:
    assert server.collaborators is not None
    step = registering.add(server.collaborators.database, LOCAL_OWNER, WebhookRequest(url=url), allowed=LOOPBACK)
    found: WebhookCreated = in_server(server, step).what
    return found


def test_a_receiver_is_added_listed_and_removed(server: Serving, command: Command) -> None:  # noqa: ARG001 - it runs
    assert "Nobody is told" in command("webhooks", "list").out.decode()
    added = command("webhooks", "add", "https://1.1.1.1/hook", "--event", "batch.ended").out.decode()
    name = added.splitlines()[0]
    assert "whsec_" in added
    made = json.loads(command("webhooks", "add", "https://1.1.1.1/other", "--json").out)
    assert sorted(made["events"]) == ["evaluation.dead_letter", "evaluation.failed"]
    listed = command("webhooks", "list").out.decode()
    assert "https://1.1.1.1/hook" in listed
    assert "batch.ended" in listed
    assert "whsec_" not in listed
    assert command("webhooks", "remove", name).code == 0
    (left,) = json.loads(command("webhooks", "list", "--json").out)["items"]
    assert left["id"] == made["id"]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("add", "http://127.0.0.1/"), "is not a public address"),
        (("add", "ftp://1.1.1.1/"), "must begin with https://"),
        (("add", "https://1.1.1.1/", "--event", "webhook.test"), "events: must not hold"),
        (("add", ""), "url: must have at least 1 character"),
        (("remove", "wh_none"), "there is no webhook"),
        (("test", "wh_none"), "there is no webhook"),
    ],
)
def test_what_can_not_be_is_said_in_a_line(
    server: Serving,  # noqa: ARG001 - it runs
    command: Command,
    words: tuple[str, ...],
    complaint: str,
) -> None:
    done = command("webhooks", *words)
    assert done.code == 1
    assert complaint in done.err


def test_a_receiver_is_tried_out(server: Serving, command: Command) -> None:
    with receiving() as (url, received):
        made = receiver_at(server, url)
        done = command("webhooks", "test", made.id)
        assert (done.code, done.out) == (0, b"delivered: it answered 204\n")
        headers, body = received.get(timeout=60)
        verify(made.secret, headers, body)
    (delivery,) = [
        json.loads(line) for line in command("webhooks", "deliveries", made.id, "--json").out.splitlines()
    ]
    assert (delivery["event"], delivery["state"], delivery["status"]) == ("webhook.test", "delivered", 204)
    assert "delivered" in command("webhooks", "deliveries", made.id).out.decode()


def test_a_receiver_that_is_not_there_fails_the_try(server: Serving, command: Command) -> None:
    made = receiver_at(server, f"http://127.0.0.1:{free_port()}/")
    assert "Nothing has happened" in command("webhooks", "deliveries", made.id).out.decode()
    done = command("webhooks", "test", made.id)
    assert done.code == 1
    assert "not delivered: [Errno 111]" in done.err


def test_a_try_that_nobody_makes_says_so(
    server: Serving, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "_PATIENCE_SECONDS", 0.0)
    made = receiver_at(server, f"http://127.0.0.1:{free_port()}/")
    done = command("webhooks", "test", made.id, "--json")
    assert done.code == 1
    assert json.loads(done.out)["state"] == "pending"
    assert "does a scheduler run?" in command("webhooks", "test", made.id).err
