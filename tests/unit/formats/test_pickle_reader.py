from __future__ import annotations

import bz2
import collections
import gzip
import io
import operator
import os
import pickle
import pickletools
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hn

from sightline.core.errors import (
    InvalidInputError,
    SightlineError,
    TooLargeError,
    UnknownModelError,
)
from sightline.formats import pickle_machine, pickle_reader
from sightline.formats.pickle_names import Array, Thing
from sightline.formats.pickle_reader import read, read_bytes

if TYPE_CHECKING:
    from pathlib import Path

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text() | st.integers(), inner, max_size=4)
    ),
    max_leaves=12,
)
arrays = hn.arrays(
    st.sampled_from(["f4", "f8", ">f8", "i8", "u1", "?", "<U5"]),
    hn.array_shapes(max_dims=3, max_side=4),
)


class Act:
    """What a dangerous pickle holds: a call."""

    def __init__(self, call: Any, *args: Any) -> None:
        self.call = (call, args)

    def __reduce__(self) -> Any:
        return self.call


def dumped(value: Any, **options: Any) -> bytes:
    out = io.BytesIO()
    joblib.dump(value, out, **options)
    return out.getvalue()


@given(plain, st.sampled_from(PROTOCOLS))
def test_plain_data_come_back_as_they_were(value: Any, protocol: int) -> None:
    assert read_bytes(pickle.dumps(value, protocol), "a.pkl") == value


@given(arrays, st.sampled_from(PROTOCOLS), st.booleans())
def test_arrays_come_back_as_they_were(value: Any, protocol: int, turned: bool) -> None:
    value = np.asfortranarray(value) if turned else value
    for data in (pickle.dumps(value, protocol), dumped([value])):
        found = read_bytes(data, "a.pkl")
        found = found[0] if isinstance(found, list) else found
        assert isinstance(found, Array)
        np.testing.assert_array_equal(found.numbers(), value)


def test_arrays_of_texts_of_any_length_come_back() -> None:
    names = np.array(["cat", "a zebra"], dtype=object)
    for data in (pickle.dumps(names), dumped({"names": names})):
        found = read_bytes(data, "a.pkl")
        found = found["names"] if isinstance(found, dict) else found
        assert found.values() == ["cat", "a zebra"]


def test_ordered_dictionaries_sets_and_single_numbers_are_plain_data() -> None:
    value = [collections.OrderedDict(a=1), {1, 2}, frozenset({3}), np.float32(2.5), np.int64(7)]
    for protocol in PROTOCOLS:
        found = read_bytes(pickle.dumps(value, protocol), "a.pkl")
        assert found == [{"a": 1}, [1, 2], [3], 2.5, 7]


@pytest.mark.parametrize("compress", [0, 3, ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3)])
def test_what_joblib_packs_is_unpacked(compress: Any) -> None:
    assert read_bytes(dumped(["cat", "dog"], compress=compress), "a.pkl") == ["cat", "dog"]


def test_classifiers_keep_their_numbers(tmp_path: Path) -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    rng = np.random.default_rng(0)
    rows, labels = rng.normal(size=(30, 4)), np.array(["a", "b", "c"] * 10)
    logistic = LogisticRegression().fit(rows, labels)
    file = tmp_path / "a.pkl"
    joblib.dump(logistic, file, compress=3)
    found = read(file)
    assert isinstance(found, Thing)
    assert found.name == "LogisticRegression"
    np.testing.assert_array_equal(found.state["coef_"].numbers(), logistic.coef_)
    perceptron = make_pipeline(
        StandardScaler(), MLPClassifier((3,), solver="lbfgs", max_iter=3, tol=10.0)
    ).fit(rows, labels)
    for protocol in PROTOCOLS:
        pipeline = read_bytes(pickle.dumps(perceptron, protocol), "a.pkl")
        last = pipeline.state["steps"][-1][1]
        np.testing.assert_array_equal(last.state["coefs_"][0].numbers(), perceptron[-1].coefs_[0])


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (Act(os.system, "touch x"), f"{os.name}.system"),
        (Act(eval, "1"), "builtins.eval"),
        (Act(getattr, 1, "real"), "builtins.getattr"),
        (Act(operator.attrgetter, "x"), "operator.attrgetter"),
        (Act(np.load, "x.npy"), "numpy.load"),
        (Act(joblib.load, "x"), "joblib.numpy_pickle.load"),
        (np.random.default_rng, "numpy.random"),
    ],
)
def test_what_would_run_code_is_refused_by_its_name(value: Any, name: str) -> None:
    for protocol in PROTOCOLS:
        with pytest.raises(InvalidInputError, match=name) as error:
            read_bytes(pickle.dumps([value], protocol), "bad.pkl")
        assert "nothing of the file was run" in error.value.hint


def test_nothing_of_a_file_is_run(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    for value in (Act(os.mkdir, str(mark)), [np.array([Act(os.mkdir, str(mark))], dtype=object)]):
        for data in (pickle.dumps(value), dumped(value)):
            with pytest.raises(InvalidInputError):
                read_bytes(data, "bad.pkl")
    assert not mark.exists()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"PK\x03\x04", "PyTorch"),
        (b"ZF0x1", "joblib before"),
        (b"\x04\x22\x4d\x18", "lz4"),
        (b"", "damaged"),
        (b"hello", "damaged"),
        (b"\x80\x04.", "damaged"),
        (b"\x80\x09N.", "protocol 9"),
        (b"Pid\n.", "PERSID"),
        (b"\x82\x01.", "EXT1"),
        (b"(i__main__\nX\n.", "INST"),
        (zlib.compress(b"N.")[:-4], "cut off"),
        (gzip.compress(b"N.", mtime=0)[:12], "cut off"),
        (bz2.compress(b"x" * 9)[:-1] + b"\x00", "damaged"),
    ],
    ids=range(13),
)
def test_what_is_no_plain_pickle_is_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(InvalidInputError, match=why):
        read_bytes(data, "bad.pkl")


def test_files_that_grow_or_ask_too_much_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pickle_reader, "MAX_BYTES", 1000)
    monkeypatch.setattr(pickle_machine, "MAX_BYTES", 1000)
    monkeypatch.setattr(pickle_machine, "MAX_STEPS", 50)
    with pytest.raises(TooLargeError):
        read_bytes(zlib.compress(pickle.dumps("x" * 2000)), "bomb.pkl")
    with pytest.raises(InvalidInputError, match="steps"):
        read_bytes(pickle.dumps(list(range(100))), "long.pkl")
    again = (
        b"(c_codecs\nencode\n(V"
        + b"x" * 300
        + b"\nVlatin1\ntp0\n"
        + b"R0c_codecs\nencode\ng0\n" * 5
    )
    with pytest.raises(InvalidInputError, match="too often"):
        read_bytes(again + b"R.", "again.pkl")
    (tmp_path / "large.pkl").write_bytes(b"x" * 2000)
    with pytest.raises(TooLargeError):
        read(tmp_path / "large.pkl")
    with pytest.raises(UnknownModelError):
        read(tmp_path / "none.pkl")


def test_keys_that_take_for_ever_to_compare_are_refused() -> None:
    nested = b"(" + b"t2" * 0 + b")" + b"2\x86" * 60  # () doubled sixty times: 2^60 leaves
    with pytest.raises(InvalidInputError, match="keys"):
        read_bytes(b"}" + nested[1:] + b"Ns.", "bad.pkl")


@pytest.mark.parametrize(
    "state",
    [
        (1, (10**9, 10**9), "f8", False, b""),
        (1, (-1,), "f8", False, b""),
        (1, (3,), "f8", False, b"x"),
    ],
)
def test_arrays_whose_numbers_are_not_there_are_refused(state: Any) -> None:
    class Odd:
        def __reduce__(self) -> Any:
            shape = (state[0], state[1], np.dtype(state[2]), state[3], state[4])
            return (np.zeros(0).__reduce__()[0], (np.ndarray, (0,), b"b"), shape)

    with pytest.raises(InvalidInputError, match="array"):
        read_bytes(pickle.dumps(Odd()), "bad.pkl")


_OPCODES = [one.code.encode("latin-1") for one in pickletools.opcodes]


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    _read_or_refused(data)


@given(st.lists(st.sampled_from(_OPCODES) | st.binary(max_size=4), max_size=40).map(b"".join))
@settings(max_examples=200)
def test_any_opcodes_are_read_or_refused(data: bytes) -> None:
    _read_or_refused(data + b".")


@given(st.data())
def test_damaged_files_are_read_or_refused(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from(_WHOLE))
    at = data.draw(st.integers(0, len(whole) - 1))
    cut = data.draw(st.booleans())
    byte = bytes([data.draw(st.integers(0, 255))])
    _read_or_refused(whole[:at] if cut else whole[:at] + byte + whole[at + 1 :])


def _read_or_refused(data: bytes) -> None:
    with suppress(SightlineError):
        read_bytes(data, "odd.pkl")


_WHOLE = [
    pickle.dumps({"layers": [{"weight": np.ones((2, 3)), "bias": np.zeros(2)}]}, protocol)
    for protocol in PROTOCOLS
] + [dumped([np.ones((2, 2)), np.array(["a"], dtype=object)], compress=pack) for pack in (0, 3)]
