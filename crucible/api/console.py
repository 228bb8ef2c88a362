"""The console's files: built by `make console` into `static`, beside this module, and answered from there.

A page that shows what hostile programs wrote gets the strictest policy that it works under: scripts, workers and
requests from this server alone, nothing inline, nothing evaluated, no frame, no form, no base. Styles may be
inline since the editor writes its own (ADR 24). What a name with a hash holds never changes; the page itself is
asked for each time. Addresses that only the page knows (`/evaluations/ev_…`) answer with the page, for whoever
asks for HTML.
"""

import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, Response

FOLDER: Final = Path(__file__).with_name("static")
POLICY: Final = (
    "default-src 'none'; "
    "script-src 'self'; "
    "worker-src 'self'; "
    "style-src 'self' 'unsafe-inline'; "
    "font-src 'self'; "
    "img-src 'self' blob: data:; "
    "connect-src 'self'; "
    "base-uri 'none'; "
    "form-action 'none'; "
    "frame-ancestors 'none'"
)
_FOREVER = "public, max-age=31536000, immutable"
_EACH_TIME = "no-cache"
_ENCODINGS = {"br": ".br", "gzip": ".gz"}
"""By preference, with the suffix of the file that is compressed so."""
_NOT_FOR_VISITORS = frozenset({".br", ".gz"})


@dataclass(frozen=True, slots=True)
class _Asset:
    path: Path
    media_type: str
    etag: str
    encodings: tuple[str, ...]
    hashed: bool


class Console:
    """The built console, or that there is none. What is built later is found at the next start."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._assets = {
            f"/{path.relative_to(folder).as_posix()}": _asset(path, folder)
            for path in folder.rglob("*")
            if path.is_file() and path.suffix not in _NOT_FOR_VISITORS
        }

    @property
    def is_built(self) -> bool:
        """Whether there is a page to show."""
        return "/index.html" in self._assets

    def answer(self, request: Request) -> Response | None:
        """Return the file at this address, the page where a browser asks for one, or None."""
        path = request.url.path
        asset = self._assets.get(path)
        if asset is None and self.is_built and _is_page(path) and wants_html(request.headers):
            asset = self._assets["/index.html"]
        return None if asset is None else _response(asset, request.headers)


def wants_html(headers: Headers) -> bool:
    """Whether a browser asks for a page, not a program for data: curl and clients take anything."""
    return "text/html" in headers.get("accept", "")


def _is_page(path: str) -> bool:
    return not path.startswith("/api/") and "." not in path.rpartition("/")[2]


def _asset(path: Path, folder: Path) -> _Asset:
    status = path.stat()
    return _Asset(
        path=path,
        media_type=mimetypes.guess_type(path.name)[0] or "application/octet-stream",
        etag=f"{status.st_mtime_ns:x}-{status.st_size:x}",
        encodings=tuple(name for name, suffix in _ENCODINGS.items() if Path(f"{path}{suffix}").is_file()),
        hashed=path.parent == folder / "assets",
    )


def _response(asset: _Asset, asked: Headers) -> Response:
    accepted = {part.partition(";")[0].strip() for part in asked.get("accept-encoding", "").split(",")}
    encoding = next((name for name in asset.encodings if name in accepted), None)
    etag = f'"{asset.etag}{f"-{encoding}" if encoding else ""}"'
    headers = {
        "Cache-Control": _FOREVER if asset.hashed else _EACH_TIME,
        "Content-Security-Policy": POLICY,
        "Cross-Origin-Opener-Policy": "same-origin",
        "ETag": etag,
        "Vary": "Accept, Accept-Encoding",
    }
    if etag in asked.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if encoding:
        headers["Content-Encoding"] = encoding
    return FileResponse(
        f"{asset.path}{_ENCODINGS[encoding] if encoding else ''}", media_type=asset.media_type, headers=headers
    )
