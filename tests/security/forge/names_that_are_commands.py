"""Leave files whose names are options, paths, markup, terminal commands, or no text at all.

origin: `tar *`, `rm -rf *`; zip-slip; file names in a web page
stopped by: names are bytes, relative and never given to a shell
control: none: it is a supervisor's mistake
ours: process 1 collects, and no shell has a part in it
"""

from attempt import tried

for name in (
    b"--checkpoint-action=exec=sh x",
    b"-rf",
    b"$(id)",
    b"`id`",
    b"a;id",
    b"..\\..\\x",
    b"...",
    b"new\nline",
    b"\xff\xfe",
    b"\x1b[2J",
    b"<img src=x onerror=alert(1)>",
    b"%2e%2e%2f",
    b"x" * 255,
    "\u202egpj.exe".encode(),
    b"CON",
    b" ",
):
    open(name, "wb").write(b"x")
tried("names")
