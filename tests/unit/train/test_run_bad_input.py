"""What a training makes of files, disks and devices that are not as they should be."""

from __future__ import annotations

import json
import os
import pickle
import sys
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from PIL import Image

from sightline.core.errors import (
    CancelledError,
    InvalidInputError,
    MissingWeightsError,
    SightlineError,
    StorageError,
)
from sightline.core.samples import Sample, SampleSet, Split
from sightline.imaging.decode import decode
from sightline.nets.build import build
from sightline.nets.weights import save_state
from sightline.train.board import read_curves
from sightline.train.cache import PixelCache
from sightline.train.checkpoint import last_path, load_last
from sightline.train.run import train

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sightline.core.arrays import U8

UNCACHED = {"workers": 2, "memory_mb": 0, "cache": False}


class At:
    """A progress that does something before a step."""

    def __init__(self, deeds: dict[int, Callable[[], object]]) -> None:
        self.deeds, self.step = deeds, 0
        self.lines: list[str] = []

    def advance(self, done: int, total: int | None, note: str = "") -> None:
        """Hear nothing."""

    def tell(self, kind: str, **data: Any) -> None:
        """Hear nothing."""

    def log(self, text: str) -> None:
        """Remember."""
        self.lines.append(text)

    def check(self) -> None:
        """Do what is to be done before this step."""
        deed = self.deeds.get(self.step)
        self.step += 1
        if deed is not None:
            deed()


def report_of(run: Path) -> Any:
    return json.loads((run / "report.json").read_text())


def facts(run: Path, kind: str) -> list[dict[str, Any]]:
    return [one for one in read_curves(run)["facts"] if one["kind"] == kind]


@pytest.fixture
def copies(tmp_path: Path, bars: SampleSet) -> SampleSet:
    """The pictures again, to be spoiled."""
    folder = tmp_path / "copies"
    folder.mkdir()
    rows = []
    for one in bars.samples:
        path = folder / one.path.name
        path.write_bytes(one.path.read_bytes())
        rows.append(replace(one, path=path))
    return replace(bars, samples=tuple(rows))


def test_pictures_that_go_or_break_in_mid_epoch_are_skipped_counted_and_told(
    tmp_path: Path, copies: SampleSet, quick: Any
) -> None:
    gone, broken = copies.samples[3].path, copies.samples[20].path
    progress = At({2: gone.unlink, 3: lambda: broken.write_bytes(b"\x89PNG no more")})
    run = tmp_path / "run"
    result = train(quick(epochs=3, loader=UNCACHED), copies, run, progress=progress)
    assert "2 pictures could not be read: they were left out" in result.notes
    report = report_of(run)
    assert len(report["unreadable"]) == 2
    assert all(np.isfinite(row["train_loss"]) for row in report["epochs"])
    assert facts(run, "unreadable")[-1]["count"] == 2
    told = [line for line in progress.lines if line.startswith("left out: ")]
    assert any(str(gone) in line for line in told)
    assert any(str(broken) in line for line in told)


def test_what_the_cache_has_is_not_lost_with_its_file(
    tmp_path: Path, copies: SampleSet, quick: Any, difference: Any
) -> None:
    cache = PixelCache(tmp_path / "cache", 1 << 20, reserve_bytes=0)
    train(quick(), copies, tmp_path / "whole", cache=cache)
    for one in copies.samples:
        one.path.unlink()
    train(quick(), copies, tmp_path / "again", cache=cache)
    assert difference(tmp_path / "whole", tmp_path / "again") == 0


@pytest.mark.parametrize("on_nan", ["stop", "skip"])
def test_batches_none_of_whose_pictures_can_be_read_change_nothing(
    tmp_path: Path, copies: SampleSet, quick: Any, on_nan: str
) -> None:
    for one in copies.samples[:30]:
        one.path.write_bytes(b"GIF89a?")
    spec = quick(epochs=2, batch_size=2, loader=UNCACHED, on_nan=on_nan)
    result = train(spec, copies, tmp_path / "run")
    assert "30 pictures could not be read" in " ".join(result.notes)
    assert all(np.isfinite(row["train_loss"]) for row in report_of(tmp_path / "run")["epochs"])
    assert report_of(tmp_path / "run")["steps"] == 36
    assert report_of(tmp_path / "run")["skipped_steps"] == 0


@contextmanager
def little_disk(limit: int = 65_536) -> Iterator[None]:
    """Let the system refuse files beyond a size, as a full disk does."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


posix = pytest.mark.skipif(sys.platform == "win32", reason="needs limits of POSIX")


@posix
def test_a_full_disk_at_a_checkpoint_keeps_the_old_one_and_the_training_goes_on(
    tmp_path: Path, bars: SampleSet, quick: Any, difference: Any
) -> None:
    run, disk = tmp_path / "run", little_disk()
    saved: list[bytes] = []

    def fill() -> None:
        saved.append(last_path(run).read_bytes())
        disk.__enter__()

    def free() -> None:
        disk.__exit__(None, None, None)
        saved.append(last_path(run).read_bytes())

    # No epoch ends while the disk is full: steps 6, 7 and 8 of the second.
    progress = At({6: fill, 9: free})
    spec = quick(checkpoint={"every_steps": 1, "every_s": 0.0})
    result = train(spec, bars, run, progress=progress)
    assert saved[0] == saved[1]
    assert [one["step"] for one in facts(run, "not_saved")] == [7, 8, 9]
    assert any("that of step 6 is kept" in note for note in result.notes)
    train(spec, bars, tmp_path / "whole")
    assert difference(run, tmp_path / "whole") == 0
    assert not list(run.rglob("*.part"))


@posix
def test_a_disk_too_full_for_the_best_weights_stops_with_what_to_do(
    tmp_path: Path, bars: SampleSet, quick: Any
) -> None:
    run, disk = tmp_path / "run", little_disk()
    spec = quick(epochs=6, checkpoint={"every_steps": 2, "every_s": 0.0})
    try:
        with pytest.raises(StorageError) as caught:
            train(spec, bars, run, progress=At({7: disk.__enter__}))
    finally:
        disk.__exit__(None, None, None)
    assert "free some space" in caught.value.hint
    assert load_last(run).place.step == 6
    assert train(spec, bars, run, mode="resume").epochs == 6


@posix
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
def test_curves_that_cannot_be_written_do_not_stop_a_training(
    tmp_path: Path, bars: SampleSet, quick: Any
) -> None:
    (tmp_path / "events.jsonl").symlink_to("/dev/full")
    progress = At({})
    assert train(quick(epochs=1), bars, tmp_path, progress=progress).epochs == 1
    assert sum("curves" in line for line in progress.lines) == 1


MODES: dict[str, Callable[[U8], Image.Image]] = {
    "1": lambda a: Image.fromarray(a[..., 0] > 127),
    "L": lambda a: Image.fromarray(a[..., 0]),
    "LA": lambda a: Image.fromarray(a).convert("LA"),
    "P": lambda a: Image.fromarray(a).convert("P"),
    "RGBA": lambda a: Image.fromarray(a).convert("RGBA"),
    "I;16": lambda a: Image.fromarray(a[..., 0].astype(np.uint16) * 257),
    "CMYK": lambda a: Image.fromarray(a).convert("CMYK"),
}


@pytest.mark.parametrize("resize", ["stretch", "crop", "letterbox"])
def test_every_mode_and_odd_shape_trains_side_by_side(
    tmp_path: Path, quick: Any, resize: str
) -> None:
    rng = np.random.default_rng(0)
    rows: list[Sample] = []
    shapes = [(1, 1), (3, 40), (200, 2), (17, 17)]
    for number, (mode, make) in enumerate(MODES.items()):
        for at, shape in enumerate(shapes):
            path = tmp_path / f"{number}-{at}.{'jpg' if mode == 'CMYK' else 'png'}"
            make(rng.integers(0, 256, (*shape, 3), dtype=np.uint8)).save(path)
            split: Split = "val" if at == 3 and number % 2 else "train"
            rows.append(Sample(len(rows), path, 0, number % 2, split, path.name))
    spec = quick(epochs=1, resize=resize, loader=UNCACHED)
    result = train(spec, SampleSet(tuple(rows), ("even", "odd")), tmp_path / "run")
    assert report_of(tmp_path / "run")["unreadable"] == []
    assert result.epochs == 1


def readable(path: Path) -> bool:
    try:
        decode(path)
    except SightlineError:
        return False
    return True


def test_real_odd_files_train_and_those_that_cannot_be_read_are_named(
    tmp_path: Path, quick: Any, shared_data: Path
) -> None:
    folder = shared_data / "robust_pillow" / "images"
    small = (one for one in folder.iterdir() if one.is_file() and one.stat().st_size < 100_000)
    files = sorted(small)[::3]
    files += sorted((shared_data / "exif_orientation").glob("*.jpg"))
    files += sorted((shared_data / "imageio_misc").glob("*.png"))
    rows = tuple(
        Sample(i, path, 0, i % 2, "val" if i % 5 == 0 else "train", str(i))
        for i, path in enumerate(files)
    )
    spec = quick(epochs=1, loader=UNCACHED, batch_size=32)
    train(spec, SampleSet(rows, ("a", "b")), tmp_path / "run")
    lost = {line.split(": ")[0] for line in report_of(tmp_path / "run")["unreadable"]}
    assert lost == {str(path) for path in files if not readable(path)}
    assert len(files) - len(lost) > 80
    assert all(np.isfinite(row["train_loss"]) for row in report_of(tmp_path / "run")["epochs"])


def test_cuda_where_there_is_none_is_refused_before_any_work(
    tmp_path: Path, bars: SampleSet, quick: Any
) -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.raises(InvalidInputError, match="no GPU") as caught:
        train(quick(device="cuda"), bars, tmp_path / "run")
    assert "auto" in caught.value.hint
    assert not (tmp_path / "run").exists()


def test_weights_of_another_network_and_pickles_are_refused_before_any_work(
    tmp_path: Path, bars: SampleSet, quick: Any
) -> None:
    save_state(tmp_path / "other.safetensors", build("mobilenet_v3_small", 3).state_dict())
    model = {"name": "small_cnn", "weights": str(tmp_path / "other.safetensors")}
    with pytest.raises(InvalidInputError, match="do not fit") as caught:
        train(quick(model=model), bars, tmp_path / "run")
    assert "model.name" in caught.value.hint
    (tmp_path / "w.pkl").write_bytes(pickle.dumps({"conv1.weight": [1.0]}))
    model["weights"] = str(tmp_path / "w.pkl")
    with pytest.raises((InvalidInputError, MissingWeightsError)):
        train(quick(model=model), bars, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_run_of_an_older_version_resumes(
    tmp_path: Path, bars: SampleSet, quick: Any, recorder: Any, difference: Any
) -> None:
    """Its checkpoint has the old keys, and lacks what a place has gained since."""
    import safetensors
    from safetensors.torch import save_file

    train(quick(), bars, tmp_path / "whole")
    with pytest.raises(CancelledError):
        train(quick(), bars, tmp_path / "part", progress=recorder(cancel_at=7))
    path = last_path(tmp_path / "part")
    with safetensors.safe_open(str(path), framework="pt") as file:
        metadata = file.metadata()
    about, place = json.loads(metadata["about"]), json.loads(metadata["place"])
    spec = about["spec"]
    for key in ("memory", "on_nan"):
        del spec[key]
    spec |= {"version": 1, "amp": spec.pop("precision")["amp"]}
    for key in ("precision", "skipped", "skipped_in_row"):
        del place[key]
    metadata |= {"about": json.dumps(about), "place": json.dumps(place)}
    save_file(load_last(tmp_path / "part").tensors, str(path), metadata)
    train(quick(), bars, tmp_path / "part", mode="resume")
    assert difference(tmp_path / "whole", tmp_path / "part") == 0
