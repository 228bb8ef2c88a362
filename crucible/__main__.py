"""The `crucible` command, and `python -m crucible`, which is the same.

What a command is made of takes a moment to load, and nothing needs to be tidied up in it: Ctrl-C ends it then as
it would end any program that doesn't ask for it, without a word.
"""

import signal


def main() -> None:
    """Run the command line; see `crucible.cli.main`."""
    heard = signal.getsignal(signal.SIGINT)
    if heard is signal.default_int_handler:  # otherwise whoever started this wants Ctrl-C to be ignored
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from crucible.cli.main import main as command  # noqa: PLC0415 - what takes the moment

    signal.signal(signal.SIGINT, heard)
    command()


if __name__ == "__main__":
    main()
