"""Print what makes a terminal type, hide, rename or report: it is the watcher's terminal.

origin: CVE-2003-0063 and its many children; OSC 52 writes the clipboard
stopped by: output is kept as bytes, shown escaped
control: none: it aims at a watcher
ours: output stays bytes in the executor
"""

import os

from attempt import tried

tried("to command a terminal")
for text in (
    b"\x1b]0;owned\x07",
    b"\x1b[21t",
    b"\x1b]52;c;cm0gLXJm\x07",
    b"\x1b[2J\x1b[H",
    b'\x1bP$q"p\x1b\\',
    b"\x9b31m",
    b"\x1b]8;;file:///etc/passwd\x1b\\x\x1b]8;;\x1b\\",
    b"\0\xff\xfe\r\n",
    "\u202e\u2066".encode(),
):
    os.write(1, text)
    os.write(2, text)
