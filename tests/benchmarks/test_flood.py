from benchmarks.flood import Refused, rows
from benchmarks.timing import Timed

QUIET = Refused(kept_bytes=2**20, supervisor_seconds=0.001)
ALONE = Timed("alone", [0.010])


def test_the_worst_flood_counts():
    supervisor, neighbour = rows([QUIET, Refused(2**20, 0.1)], ALONE, Timed("beside", [0.013]))
    assert (supervisor.reached, neighbour.reached) == (False, True)


def test_a_neighbour_who_has_to_wait_is_a_miss():
    supervisor, neighbour = rows([QUIET], ALONE, Timed("beside", [0.014]))
    assert (supervisor.reached, neighbour.reached) == (True, False)
