"""A real `crucible up` whose executor is killed: the dead letter, who is told of it, and its replay."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue

from crucible.client import Crucible, Outcome, Submission
from crucible.domain.event import Output
from crucible.domain.signature import verify
from crucible.domain.webhook import WebhookRequest
from tests.end_to_end.machine import machine
from tests.waiting import meanwhile

Request = tuple[dict[str, str], bytes]


@contextmanager
def receiving() -> Iterator[tuple[str, Queue[Request]]]:
    """Provide a receiver on the loopback: its address, and what comes there."""
    received: Queue[Request] = Queue()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.put(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server, meanwhile(server.serve_forever):
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/", received
        finally:
            server.shutdown()


def test_a_dead_letter_is_told_of_survives_a_crash_and_is_replayed(tmp_path: Path) -> None:
    allowed = {"CRUCIBLE_INFRASTRUCTURE_ATTEMPTS": "1", "CRUCIBLE_WEBHOOK_NETWORKS": '["127.0.0.0/8"]'}
    with receiving() as (url, received), machine(tmp_path / "data", **allowed) as here:
        with Crucible(here.url) as crucible:
            webhook = crucible.operations.add_webhook(WebhookRequest(url=url))
            program = Submission(code="import time\nprint('up', flush=True)\ntime.sleep(1)\nprint('done')")
            one = crucible.submit(program)
            next(event for event in crucible.events(one.id) if isinstance(event, Output))
            os.kill(here.executor, signal.SIGKILL)
            assert crucible.wait(one.id).outcome is Outcome.SANDBOX_ERROR
            headers, body = received.get(timeout=60)
            while crucible.operations.deliveries(webhook.id)[0].state != "delivered":
                pass  # it is sent again where the server dies before it has written this down
        verify(webhook.secret, headers, body)
        assert json.loads(body)["data"]["evaluation_id"] == one.id
        assert here.server is not None
        here.server.kill()
        here.server.wait()
        assert here.server.stdout is not None
        here.server.stdout.close()
        here.start()
        with Crucible(here.url) as crucible:
            (letter,) = crucible.operations.dead_letters()
            assert (letter.evaluation_id, letter.infrastructure_attempts) == (one.id, 1)
            (replayed,) = crucible.operations.replay([one.id])
            assert replayed.replayed_as is not None
            assert crucible.wait(replayed.replayed_as).stdout == "up\ndone\n"
            (delivery,) = crucible.operations.deliveries(webhook.id)
        assert (delivery.state, delivery.attempts) == ("delivered", 1)
        assert delivery.id == headers["webhook-id"]
        assert '"dead_letter"' in here.log
    assert received.empty()
