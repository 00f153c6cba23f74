from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sightline.store.sql import IN_CHUNK, chunks


@given(st.integers(0, 3 * IN_CHUNK + 1))
def test_the_parts_are_the_whole_in_order_and_none_is_too_large(count: int) -> None:
    values = list(range(count))
    parts = list(chunks(values))
    assert [one for part in parts for one in part] == values
    assert all(0 < len(part) <= IN_CHUNK for part in parts)
