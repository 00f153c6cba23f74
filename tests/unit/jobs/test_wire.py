from __future__ import annotations

import io
import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn

from sightline.jobs.wire import BrokenWireError, receive, send

DTYPES = st.sampled_from([np.uint8, np.bool_, np.float16, np.float32, np.int64])
ARRAYS = DTYPES.flatmap(lambda kind: stn.arrays(kind, stn.array_shapes(min_dims=0, min_side=0)))


@given(
    st.dictionaries(st.text(max_size=5), st.integers() | st.text() | st.none()),
    st.lists(ARRAYS, max_size=3),
)
def test_what_is_sent_is_received(facts: dict[str, object], arrays: list[np.ndarray]) -> None:
    pipe = io.BytesIO()
    send(pipe, facts, arrays)
    send(pipe, {"next": 1})
    pipe.seek(0)
    first, second = receive(pipe), receive(pipe)
    assert first is not None
    assert second is not None
    assert first.facts == facts
    for sent, got in zip(arrays, first.arrays, strict=True):
        assert (got.dtype, got.shape) == (sent.dtype, sent.shape)
        assert got.tobytes() == sent.tobytes()
    assert second.facts == {"next": 1}
    assert receive(pipe) is None


def test_a_slice_that_is_not_contiguous_arrives_whole() -> None:
    pipe = io.BytesIO()
    wide = np.arange(24).reshape(4, 6)
    send(pipe, {}, [wide[::2, ::3]])
    pipe.seek(0)
    got = receive(pipe)
    assert got is not None
    assert got.arrays[0].tolist() == wide[::2, ::3].tolist()


def framed(header: object) -> bytes:
    raw = json.dumps(header).encode()
    return struct.pack("<I", len(raw)) + raw


@pytest.mark.parametrize(
    "raw",
    [
        b"\x01",
        struct.pack("<I", 9) + b"{}",
        struct.pack("<I", 2**31) + b"{}",
        framed([]),
        framed({"facts": {}}),
        framed({"facts": {}, "arrays": [{"dtype": "|O", "shape": [1]}]}),
        framed({"facts": {}, "arrays": [{"dtype": "<f4", "shape": [-1]}]}),
        framed({"facts": {}, "arrays": [{"dtype": "<f4", "shape": [1 << 40]}]}),
        framed({"facts": {}, "arrays": [{"dtype": "<f4", "shape": [2]}]}) + b"123",
        framed({"facts": {}, "arrays": [{"dtype": "|u1", "shape": [0]}] * 65}),
    ],
)
def test_what_is_no_message_is_refused(raw: bytes) -> None:
    with pytest.raises(BrokenWireError):
        receive(io.BytesIO(raw))
