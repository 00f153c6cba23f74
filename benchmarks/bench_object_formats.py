"""2,000 pictures with 10,000 boxes in and out of each format, against the tools that know it.

Bar: at most 1.2 x the processor time of the faster of labelformat and datumaro. Each side runs in
a process of its own, by turns; datumaro's pins clash with ours, so both peers live in an
environment of their own, which SIGHTLINE_PEERS_PYTHON names or which is made in `.venv-peers`.
Formats that neither of them knows (labelme's JSON, Label Studio's) are measured without a bar.

Reading is what a reader does: files to plain records, pictures found, faults told. Beside it, and
once: a million boxes of COCO read in less than a gigabyte.

    python -m benchmarks.bench_object_formats [FORMAT ...]
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import object_peers
from benchmarks.harness import ROOT, Comparison, bar, compare_values, save, show

if TYPE_CHECKING:
    from collections.abc import Sequence

BAR = 1.2
ROUNDS = 3
MANY = 1_000_000
MANY_BYTES = 1 << 30
FORMATS = ("yolo", "coco", "voc", "cvat", "datumaro", "dota", "labelme", "labelstudio")
PINNED = ("datumaro==1.13.12", "labelformat==0.1.17")


def peers_python() -> str:
    """Return the interpreter that has the peers; make its environment at the first time."""
    named = os.environ.get("SIGHTLINE_PEERS_PYTHON")
    if named:
        return named
    home = ROOT / ".venv-peers"
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.is_file():
        venv.create(home, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PINNED], check=True)
    return str(python)


def make_world(home: Path) -> None:
    """Write the same boxes in every format, with pictures, into a folder each."""
    from PIL import Image

    from sightline.formats.sinks import FolderSink

    pictures = home / "pictures"
    pictures.mkdir(parents=True)
    first = pictures / object_peers.name_of(0)
    Image.new("RGB", (object_peers.WIDTH, object_peers.HEIGHT)).save(first)
    for number in range(1, object_peers.PICTURES):
        os.link(first, pictures / object_peers.name_of(number))
    for form in FORMATS:
        folder = home / form
        folder.mkdir()
        records = object_peers.records(form, home)
        object_peers.write_ours(form, records, FolderSink(folder, links=True), "link")


def seconds(python: str, side: str, do: str, form: str, home: Path) -> float:
    """Run one side and return its processor seconds.

    Raises:
        RuntimeError: It fails, or the objects are not all there.
    """
    script = str(Path(object_peers.__file__))
    world, out = home / form, home / "out" / side
    arguments = [side, do, form, str(world if do == "import" else home), str(out)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [python, script, *arguments], capture_output=True, text=True, env=environment, check=False
    )
    lines = done.stdout.strip().splitlines()
    if done.returncode or json.loads(lines[-2])["objects"] != object_peers.PICTURES * 5:
        raise RuntimeError(f"{side} {do} {form}: {(done.stderr or done.stdout)[-300:]}")
    return float(lines[-1])


def peers_of(form: str) -> list[str]:
    """Return the sides that know a format."""
    known = {"labelformat": object_peers.LABELFORMAT, "datumaro": set(object_peers.DATUMARO)}
    return [side for side, forms in known.items() if form in forms]


def measure(form: str, do: str, home: Path) -> tuple[dict[str, Any], bool]:
    """Compare one format in one direction with every peer that knows it."""
    figures: dict[str, Any] = {}
    fastest: Comparison | None = None
    for side in peers_of(form):
        try:
            seconds(peers_python(), side, do, form, home)
        except RuntimeError as error:
            figures[side] = {"not_measured": str(error)[-200:]}
            print(f"not measured: {str(error)[-200:]}")
            continue
        found = compare_values(
            f"{do} {form} / {side}",
            ours=lambda: seconds(sys.executable, "ours", do, form, home),
            peer=lambda side=side: seconds(peers_python(), side, do, form, home),  # type: ignore[misc]
            rounds=ROUNDS,
        )
        show(found)
        figures[side] = found.as_dict()
        if fastest is None or found.ratio > fastest.ratio:
            fastest = found
    if fastest is None:
        alone = seconds(sys.executable, "ours", do, form, home)
        print(f"        {do} {form}: {alone:.3g} s, without a peer")
        return {**figures, "seconds": alone}, True
    return figures, bar(f"{do} {form}", fastest.ratio, BAR)


def million(home: Path) -> tuple[dict[str, Any], bool]:
    """Read a million boxes of COCO in a process of its own; return its largest memory."""
    path = home / "many.json"
    with path.open("w") as file:
        file.write('{"images":[')
        images = MANY // 10
        file.write(
            ",".join(
                f'{{"id":{n},"file_name":"{n}.jpg","width":640,"height":480}}'
                for n in range(images)
            )
        )
        file.write('],"categories":[{"id":1,"name":"a"}],"annotations":[')
        for n in range(MANY):
            row = (
                f'{{"id":{n},"image_id":{n % images},"category_id":1,"bbox":[{n % 500}.25,7,9.5,8],'
            )
            file.write(("," if n else "") + row + '"area":76.0,"iscrowd":0,"segmentation":[]}')
        file.write("]}")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.bench_object_formats", "--read", str(path)],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    figures = json.loads(done.stdout.strip().splitlines()[-1])
    held = bar(
        "a million boxes of COCO", figures["peak_bytes"] / 2**20, MANY_BYTES / 2**20, unit="MB"
    )
    return figures, held and figures["objects"] == MANY


def read(path: Path) -> None:
    """Read a file of COCO and print how many objects it has and what memory that took."""
    import time

    from sightline.formats.objects.table import open_reader

    began = time.process_time()
    with open_reader(path, "coco") as reader:
        count = sum(len(one.objects) for one in reader.pictures())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"objects": count, "peak_bytes": peak, "cpu_s": time.process_time() - began}))


def main(wanted: Sequence[str] = FORMATS) -> dict[str, Any]:
    """Measure everything, or the formats that are named."""
    figures: dict[str, Any] = {}
    passed = True
    with tempfile.TemporaryDirectory(prefix="object-formats-") as temp:
        home = Path(temp)
        make_world(home)
        for form in wanted:
            for do in ("import", "export"):
                figures[f"{do}_{form}"], held = measure(form, do, home)
                passed &= held
        figures["million"], held = million(home)
    return save("object_formats", {"formats": figures, "passed": passed and held})


if __name__ == "__main__":
    if sys.argv[1:2] == ["--read"]:
        read(Path(sys.argv[2]))
    else:
        main(sys.argv[1:] or FORMATS)
