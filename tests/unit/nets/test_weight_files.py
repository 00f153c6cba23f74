from __future__ import annotations

import json
import pickle
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import torch

from sightline.core.errors import InvalidInputError, StorageError
from sightline.nets.build import build
from sightline.nets.weight_files import load_state, save_state, shapes_of

if TYPE_CHECKING:
    from pathlib import Path


def test_saved_weights_come_back_bit_for_bit(tmp_path: Path) -> None:
    net = build("small_cnn", 3)
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    save_state(tmp_path / "w.safetensors", net.state_dict(), {"network": "small_cnn"})
    state, metadata = load_state(tmp_path / "w.safetensors")
    assert metadata == {"network": "small_cnn"}
    assert all(torch.equal(value, state[key]) for key, value in net.state_dict().items())


def test_a_save_that_fails_leaves_the_former_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "w.safetensors"
    save_state(path, {"a": torch.ones(2)})

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("safetensors.torch.save_file", full)
    with pytest.raises(StorageError, match="No space left"):
        save_state(path, {"a": torch.zeros(2)})
    assert load_state(path)[0]["a"].tolist() == [1, 1]
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("w.pt", b"\x80\x04.", "pickle"),
        ("w.safetensors", b"", "not a whole safetensors file"),
        ("w.safetensors", b"garbage that is long enough", "not a whole safetensors file"),
    ],
)
def test_what_is_no_safetensors_file_is_refused(
    tmp_path: Path, name: str, content: bytes, error: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidInputError, match=error):
        load_state(tmp_path / name)


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    save_state(path, build("small_cnn", 3).state_dict())
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InvalidInputError, match="not a whole safetensors file"):
        load_state(path)


class Bomb:
    """Leaves a mark when somebody runs it."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return exec, (f"open({str(self._mark)!r}, 'w').close()",)


@pytest.mark.parametrize("name", ["w.pth", "w.bin", "w.pt"])
@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("wrapper", ["", "state_dict", "model"])
def test_tensors_of_a_pickle_are_read(
    tmp_path: Path, name: str, zipped: bool, wrapper: str
) -> None:
    state = build("small_cnn", 3).state_dict()
    told = {wrapper: state, "epoch": 3} if wrapper else state
    torch.save(told, tmp_path / name, _use_new_zipfile_serialization=zipped)
    found, metadata = load_state(tmp_path / name)
    assert metadata == {}
    assert set(found) == set(state)
    assert all(torch.equal(value, state[key]) for key, value in found.items())


def test_a_pickle_that_would_run_code_is_refused_and_does_not_run_it(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    for name, write in {
        "torch.pth": lambda file: torch.save({"w": torch.ones(2), "bomb": Bomb(mark)}, file),
        "plain.bin": lambda file: file.write_bytes(pickle.dumps(Bomb(mark))),
        "whole.pt": lambda file: torch.save(build("small_cnn", 3), file),
    }.items():
        write(tmp_path / name)  # type: ignore[no-untyped-call]
        with pytest.raises(InvalidInputError, match="pickle that holds more") as caught:
            load_state(tmp_path / name)
        assert "safetensors.torch.save_file" in caught.value.hint
    assert not mark.exists()


def test_a_pickle_without_weights_says_so(tmp_path: Path) -> None:
    for number, value in enumerate(([1, 2], {"epoch": 3}, {"model": {"a": 1}})):
        torch.save(value, tmp_path / f"{number}.pth")
        with pytest.raises(InvalidInputError, match="holds no weights"):
            load_state(tmp_path / f"{number}.pth")


def test_shapes_come_from_the_header_without_anything_heavy(tmp_path: Path) -> None:
    net = build("small_cnn", 3)
    save_state(tmp_path / "w.safetensors", net.state_dict(), {"a": "b"})
    want = {key: tuple(value.shape) for key, value in net.state_dict().items()}
    assert shapes_of(tmp_path / "w.safetensors") == want
    code = (
        "import sys, pathlib; from sightline.nets.weight_files import shapes_of;"
        f"found = shapes_of(pathlib.Path({str(tmp_path / 'w.safetensors')!r}));"
        "sys.exit(not found or bool({'torch', 'safetensors'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    "content", [b"", b"\xff" * 20, b"\2" + bytes(7) + b"[]", (9).to_bytes(8, "little") + b"{"]
)
def test_what_is_no_safetensors_file_has_no_shapes(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "w").write_bytes(content)
    assert shapes_of(tmp_path / "w") == {}
    header = json.dumps({"a": {"dtype": "F32"}}).encode()
    (tmp_path / "w").write_bytes(len(header).to_bytes(8, "little") + header)
    assert shapes_of(tmp_path / "w") == {}
    assert shapes_of(tmp_path / "none") == {}
