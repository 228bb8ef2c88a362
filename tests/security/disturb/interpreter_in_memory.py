"""Change the interpreter in memory, in the hope that the next program is forked from the same one.

origin: pre-forking servers whose worker is used twice
stopped by: single use: a forked interpreter sees one program
control: none: what matters is who runs afterwards, which the neighbour's health shows
ends: succeeded or nonzero_exit
"""

import builtins
import os
import random
import sys

from attempt import tried

tried("a poisoned interpreter")
builtins.print = lambda *_: os.write(1, b"SUCCEEDED: printed by the poison\n")
builtins.__import__ = lambda *_: os._exit(99)
sys.meta_path.clear()
os.environ["PYTHONSTARTUP"] = "/tmp/x"
random.seed(0)
