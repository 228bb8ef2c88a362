"""How the process that becomes the program gives up everything, written down: what `vessel` does elsewhere."""

from __future__ import annotations

import fcntl
import os
import signal
import struct
from typing import TYPE_CHECKING, Final

from crucible.sandbox import kernel, landlock, notification, rlimits, victim
from crucible.sandbox.namespaces.messages import Message
from crucible.sandbox.plan import WRITABLE
from crucible.sandbox.vessel import ORDERS

if TYPE_CHECKING:
    from crucible.sandbox.tape import Place, Tape
    from crucible.sandbox.vessel import Confines

BEGINS: Final = "drop everything"


def write_down(tape: Tape, confines: Confines, orders: Place, processes: int, signals: Place) -> None:
    """Write it down.

    `orders`: where its end of their channel lies. `processes`: a /proc that can be written. `signals`: where those
    lie that are blocked before.
    """
    tape.label(BEGINS)
    file = tape.room(8)
    tape.call("setsid")
    tape.call("sigprocmask", signal.SIG_UNBLOCK, int(signals), None)
    tape.add([kernel.prctling(kernel.Prctl.SET_DUMPABLE, 1)])  # else /proc/self belongs to host root
    tape.call(
        "openat", processes, b"self/oom_score_adj", os.O_WRONLY | os.O_CLOEXEC, result=file, about="oom_score_adj"
    )
    first = b"%d" % victim.FIRST
    tape.call("write", file, first, len(first), about="oom_score_adj")
    tape.call("dup2", orders, ORDERS)
    tape.call("fcntl", ORDERS, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
    tape.add(confines.giving_up)
    if confines.landlock_abi:
        _restrict(tape, landlock.rules(confines.landlock_abi, readable=("/",), writable=WRITABLE, devices="/dev"))
    for kind, (soft, hard) in rlimits.always().items():
        limit = tape.room(16, struct.pack("=qq", soft, hard))
        tape.call("setrlimit", kind, int(limit), about=f"setrlimit({kind})")
    message = Message(tape, 1, descriptors=1)
    tape.write(message.content, notification.HANDED_OVER)
    listener = message.descriptor(0)
    killable, interruptible = notification.installing(confines.wall.program)
    tape.add([killable], result=listener, failed="no wait for death alone", then="behind the filter")
    tape.label("no wait for death alone")
    tape.add([interruptible], result=listener)
    tape.label("behind the filter")
    tape.call("sendmsg", ORDERS, int(message.header), 0)
    tape.call("close", listener)
    tape.add([notification.greeting()], failed="")


def _restrict(tape: Tape, rules: landlock.Rules) -> None:
    obeyed, beneath = tape.room(8), tape.room(16)
    attributes = tape.room(len(rules.attributes), rules.attributes)
    folder = beneath.at(8)
    tape.syscall(
        kernel.SYS_LANDLOCK_CREATE_RULESET,
        int(attributes),
        len(rules.attributes),
        0,
        result=obeyed,
        about="landlock ruleset",
    )
    for path, rights in rules.allowed:
        right = tape.room(8, struct.pack("=Q", rights))
        tape.call("memcpy", int(beneath), int(right), 8)
        tape.call("open", path.encode(), os.O_PATH | os.O_CLOEXEC, result=folder, about=f"open({path})")
        tape.syscall(
            kernel.SYS_LANDLOCK_ADD_RULE,
            obeyed,
            landlock.RULE_PATH_BENEATH,
            int(beneath),
            0,
            about=f"landlock rule {path}",
        )
        tape.call("close", folder)
    tape.syscall(kernel.SYS_LANDLOCK_RESTRICT_SELF, obeyed, rules.flags, about="landlock restrict")
    tape.call("close", obeyed)
