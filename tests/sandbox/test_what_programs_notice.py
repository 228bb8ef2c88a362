"""What docs/limits.md says of ordinary programs: what is in their way, with which error, and what isn't."""

import signal

import pytest

from tests.sandbox.fixtures import Sandboxes, on_engine

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.usefixtures("nothing_left"),
    on_engine("namespaces"),
]

TRY = """
import ctypes, errno, locale, os, pty, socket
libc = ctypes.CDLL(None, use_errno=True)
def tried(what):
    try:
        what()
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))
    except Exception as error:
        return str(error)
    return "done"
def watch(mask):
    if libc.inotify_add_watch(libc.inotify_init(), b".", mask) < 0:
        raise OSError(ctypes.get_errno(), "")
print("loopback", tried(lambda: socket.create_server(("127.0.0.1", 0))))
print("unix", tried(lambda: socket.socket(socket.AF_UNIX).bind("s")))
print("lookup", tried(lambda: socket.getaddrinfo("example.org", 443)))
print("terminal", tried(pty.openpty))
print("watch all", tried(lambda: watch(0xfff)))
print("watch changes", tried(lambda: watch(0x3c2)))
print("elsewhere", tried(lambda: os.mkdir("/opt")))
print("input", tried(input))
print("locale", tried(lambda: locale.setlocale(locale.LC_ALL, "de_DE.UTF-8")))
print("home", os.environ["HOME"], tried(lambda: open(os.path.expanduser("~/x"), "w")))
"""
NAMESPACES = """\
loopback EACCES
unix done
lookup [Errno -2] Name or service not known
terminal out of pty devices
watch all EPERM
watch changes done
elsewhere EROFS
input EOF when reading a line
locale unsupported locale setting
home /tmp done
"""


async def test_what_is_in_an_ordinary_programs_way_is_what_the_page_says(sandboxes: Sandboxes) -> None:
    assert (await sandboxes.run(TRY)).text == NAMESPACES


SIGNALS = "print(*(line.split()[1] for line in open('/proc/self/status') if line[:6] in ('SigBlk', 'SigIgn')))"


async def test_which_signals_crucible_was_started_with_is_nothing_that_a_program_notices(
    sandboxes: Sandboxes,
) -> None:
    """`nohup crucible up &` ignores SIGHUP, and in a shell SIGQUIT; others block some."""
    before = [(await sandboxes.run(SIGNALS, fresh=fresh)).text for fresh in (False, True)]
    usual = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    try:
        await sandboxes.driver.give_back()
        await sandboxes.start_anew()
        assert [(await sandboxes.run(SIGNALS, fresh=fresh)).text for fresh in (False, True)] == before
    finally:
        signal.signal(signal.SIGHUP, usual)
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        await sandboxes.driver.give_back()
        await sandboxes.start_anew()
