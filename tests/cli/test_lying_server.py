"""A server that lies about what a program left: nothing is written but below the folder that was named."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from crucible.domain.answer import FileList
from crucible.domain.evaluation import OutputFile
from tests.cli.conftest import Command

EVALUATION = "ev_01M8CYPYZ44SM2HH2E7MT7TEAD"


@contextmanager
def naming(path: str) -> Iterator[str]:
    """Serve a list of one file of this name, and the same bytes at every other address."""
    listed = FileList(items=(OutputFile(path=path, size_bytes=4),), truncated=False).model_dump_json().encode()

    class Liar(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = listed if self.path.endswith("/files") else b"harm"
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Liar) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("path", ["../harm", "a/../../harm", "/tmp/harm-of-a-liar", "a\0b", "", "."])
def test_no_file_is_written_outside_of_the_folder(command: Command, tmp_path: Path, path: str) -> None:
    with naming(path) as url:
        done = command("files", EVALUATION, "--into", str(tmp_path / "there"), "--url", url)
    assert done.code == 1
    assert str(tmp_path / "there") in done.err
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == []
    assert not Path("/tmp/harm-of-a-liar").exists()


def test_a_file_of_an_honest_name_is_written(command: Command, tmp_path: Path) -> None:
    with naming("a/b") as url:
        assert command("files", EVALUATION, "--into", str(tmp_path / "there"), "--url", url).code == 0
    assert (tmp_path / "there/a/b").read_bytes() == b"harm"
