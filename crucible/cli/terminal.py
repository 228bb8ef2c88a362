"""Writes what hostile programs wrote to wherever the user looks.

A file or pipe gets the exact bytes. A terminal obeys escape sequences that retitle it, rewrite what is above,
answer into its own input, or write the clipboard; there, colour passes and the rest is shown instead of obeyed.
"""

import codecs
import re
import sys
from collections import deque
from typing import BinaryIO

_COLOUR = r"\x1b\[[0-9;:]{0,32}m"
_BIDIRECTIONAL = "\u202a-\u202e\u2066-\u2069"
"""Reorder what is read: https://trojansource.codes/"""
_OBEYED = re.compile(rf"(?P<colour>{_COLOUR})|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_BIDIRECTIONAL}]")
"""Colour, and the characters that a terminal would act upon; tab and ends of lines are left alone."""
_LEFT_BY_JSON = re.compile(rf"[\x7f-\x9f{_BIDIRECTIONAL}]")
_BEGUN_COLOUR = re.compile(r"\x1b(\[[0-9;:]{0,32})?\Z")
_RESETS = frozenset({"\x1b[m", "\x1b[0m"})
_MOST_COLOURS = 32
"""Of those on top of each other; of more, the first are no longer known."""
_LAST_C0 = 0x1F
_PICTURES = 0x2400
"""Where Unicode has a picture of each C0 control character."""


class TerminalText:
    """Makes one stream's bytes safe to show, however they are cut into chunks."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self._colours: deque[str] = deque(maxlen=_MOST_COLOURS)
        """What it put on since it last took all off."""
        self._is_plain = True

    def feed(self, data: bytes) -> str:
        """Return what can be shown of these bytes and what was held back before them."""
        text = self._held + self._decoder.decode(data)
        begun = _BEGUN_COLOUR.search(text)
        text, self._held = (text[: begun.start()], begun[0]) if begun else (text, "")
        worn = ""
        if text and self._is_plain:
            worn, self._is_plain = "".join(self._colours), not self._colours
        return worn + _OBEYED.sub(self._shown, text)

    def plain(self) -> str:
        """Return what takes the program's colour off until it is fed again: it may be that of the paper."""
        self._is_plain, was = True, self._is_plain
        return "" if was else "\x1b[0m"

    def finish(self) -> str:
        """Return what was held back, and what takes the program's colour off again."""
        rest = _OBEYED.sub(self._shown, self._held + self._decoder.decode(b"", final=True))
        return rest + self.plain()

    def _shown(self, match: re.Match[str]) -> str:
        if match["colour"] is None:
            return _picture(match[0])
        if match[0] in _RESETS:
            self._colours.clear()
        else:
            self._colours.append(match[0])
        self._is_plain = not self._colours
        return match[0]


class OutputWriter:
    """Passes a program's bytes on to one of our own streams."""

    def __init__(self, stream: BinaryIO, *, terminal: bool) -> None:
        self._stream = stream
        self._text = TerminalText() if terminal else None

    def write(self, data: bytes) -> None:
        """Write the bytes now, made safe where a terminal shows them."""
        self._stream.write(self._text.feed(data).encode() if self._text else data)
        self._stream.flush()

    def plain(self) -> None:
        """Have what others write to the same terminal next look as they mean it."""
        if self._text and (reset := self._text.plain()):
            self._stream.write(reset.encode())
            self._stream.flush()

    def close(self) -> None:
        """Write what was held back, and leave the terminal's colour as it was."""
        if self._text:
            self._stream.write(self._text.finish().encode())
        self._stream.flush()


def standard_output() -> OutputWriter:
    """Return a writer to this process's standard output."""
    return OutputWriter(sys.stdout.buffer, terminal=sys.stdout.isatty())


def standard_error() -> OutputWriter:
    """Return a writer to this process's standard error."""
    return OutputWriter(sys.stderr.buffer, terminal=sys.stderr.isatty())


def safe_line(text: str) -> str:
    """Return text that others chose in a form that one line of a terminal can show."""
    return _OBEYED.sub(lambda match: _picture(match[0][0]) + match[0][1:], re.sub(r"[\n\r\t]", " ", text))


def safe_json(document: str) -> str:
    """Return a JSON document that says the same in characters that no terminal acts upon.

    JSON's own rules have the C0 control characters escaped, and neither the others nor what turns text around.
    """
    return _LEFT_BY_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", document)


def _picture(character: str) -> str:
    code = ord(character)
    return chr(_PICTURES + code) if code <= _LAST_C0 else f"\\u{code:04x}"
