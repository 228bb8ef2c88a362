from hypothesis import given
from hypothesis import strategies as st

from crucible.database.ranks import at_rank

NUMBERS = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e6, max_value=1e6)


@given(st.lists(st.lists(NUMBERS).map(sorted)).filter(any))
def test_what_stands_at_a_rank_is_what_all_of_them_in_order_have_there(parts: list[list[float]]):
    ordered = sorted(value for part in parts for value in part)
    assert [at_rank(parts, rank) for rank in range(1, len(ordered) + 1)] == ordered
