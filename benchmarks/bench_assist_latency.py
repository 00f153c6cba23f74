"""A click on an encoded picture costs the engine's time and at most 5 ms; bursts make no queue.

A real server is asked over HTTP, about the built-in segmenter and an ONNX pair with the sizes of
SAM's whose decoder costs next to nothing. What a click costs besides the engine is the round trip
less what the engine took; the lower quartile counts, for other programs only add to it. Twenty
clicks on one object are then sent two milliseconds apart: the newest must be answered, and none
after a newer one. Then it is measured how long other requests take while pictures are encoded.

At last a random SAM in a process of its own: the picture on the screen is preloaded, the next one
is being encoded, and the first click must wait 50 ms at most beyond the decoder.
"""

from __future__ import annotations

import http.client
import json
import statistics
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks import sam_folder, sam_pair
from benchmarks.harness import bar, percentile, save
from benchmarks.photos import motif
from benchmarks.server import Server

BAR_MS = 5.0
OTHERS_BAR_MS = 50.0
FIRST_BAR_MS = 50.0
FIRSTS = 5
PICTURES = 8
CLICKS = 60
BURST = 20


class Link:
    """One connection to the server."""

    def __init__(self, port: int) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any, float]:
        """Return status, JSON and milliseconds."""
        began = time.perf_counter()
        text = None if body is None else json.dumps(body)
        self._http.request(method, path, text, {"Content-Type": "application/json"})
        answer = self._http.getresponse()
        data = json.loads(answer.read())
        return answer.status, data, 1e3 * (time.perf_counter() - began)


def click(engine: str, output: str, at: int) -> dict[str, Any]:
    """Return a question: a point, a little elsewhere each time."""
    points = [[300 + 3 * (at % 50), 250 + 5 * (at % 30), 1]]
    return {
        "image_id": 1,
        "engine": engine,
        "output": output,
        "prompts": [{"points": points}],
    }


def box(engine: str, output: str, at: int) -> dict[str, Any]:
    """Return a question about a rough box."""
    x, y = 200 + 3 * (at % 50), 150 + 5 * (at % 30)
    prompts = [{"box": [x, y, x + 260, y + 220]}]
    return {"image_id": 1, "engine": engine, "output": output, "prompts": prompts}


def overhead(link: Link, questions: list[dict[str, Any]]) -> dict[str, float]:
    """Return what questions cost besides the engine, milliseconds."""
    beside, engine = [], []
    for question in questions:
        status, answer, ms = link.ask("POST", "/api/assist/predict", question)
        if status != http.HTTPStatus.OK:
            raise RuntimeError(answer["message"])
        beside.append(ms - answer["ms"])
        engine.append(answer["ms"])
    return {
        "beside_ms": percentile(beside, 25),
        "beside_median_ms": statistics.median(beside),
        "beside_p95_ms": percentile(beside, 95),
        "engine_ms": statistics.median(engine),
    }


def burst(port: int) -> dict[str, float]:
    """Return what became of clicks on one object that were sent at once."""
    links = [Link(port) for _ in range(BURST)]
    ended: list[tuple[float, int, int]] = []
    began = time.perf_counter()

    def send(number: int) -> None:
        more = {"client": "bench", "object": "one", "req_id": number, "gen": number}
        question = box("classical", "rle", number) | more
        status, _, _ = links[number].ask("POST", "/api/assist/predict", question)
        ended.append((1e3 * (time.perf_counter() - began), number, status))

    with ThreadPoolExecutor(BURST) as pool:
        for number in range(BURST):
            pool.submit(send, number)
            time.sleep(0.002)  # a person, or a mouse wheel, is no faster
    answered = [number for _, number, status in ended if status == http.HTTPStatus.OK]
    newest = next(ms for ms, number, _ in ended if number == BURST - 1)
    stale = [one for at, one in enumerate(answered) if any(more > one for more in answered[:at])]
    return {"answered": len(answered), "stale": len(stale), "newest_ms": newest}


def others(port: int) -> dict[str, float]:
    """Return how long other requests take, at rest and while pictures are encoded."""
    told: dict[str, float] = {}
    for name, pictures in (("rest", range(0)), ("busy", range(2, PICTURES + 1))):
        stop, seen = threading.Event(), list[float]()
        watcher = threading.Thread(target=_watch, args=(port, stop, seen))
        watcher.start()
        link = Link(port)
        for image in pictures:
            question = box("classical", "box", 0) | {"image_id": image}
            link.ask("POST", "/api/assist/predict", question)
        if not pictures:
            time.sleep(1.5)
        stop.set()
        watcher.join()
        told[f"{name}_ms"] = statistics.median(seen)
        told[f"{name}_p95_ms"] = percentile(seen, 95)
    return told


def _watch(port: int, stop: threading.Event, seen: list[float]) -> None:
    link = Link(port)
    while not stop.is_set():
        seen.append(link.ask("GET", "/api/images/1")[2])
        time.sleep(0.01)


def first_clicks(port: int) -> dict[str, float]:
    """Return what the first click on a preloaded picture waits, while the next one is encoded.

    `rest_ms` is a click when nothing else goes on; `decoder_ms` what the decoder takes beside an
    encoding, with which it shares the processor.
    """
    link = Link(port)
    ask = {"engine": "sam-folder", "client": "bench"}
    waited, decoder, hidden = [], [], 0
    for image in range(1, FIRSTS + 1):
        wish = ask | {"image_id": image, "priority": "current", "gen": image}
        while link.ask("POST", "/api/assist/encode", wish)[1]["state"] != "ready":
            time.sleep(0.01)
        following = wish | {"image_id": image + 1, "priority": "next"}
        link.ask("POST", "/api/assist/encode", following)
        question = click("sam-folder", "rle", image) | {"image_id": image}
        status, answer, ms = link.ask("POST", "/api/assist/predict", question)
        if status != http.HTTPStatus.OK:
            raise RuntimeError(answer["message"])
        hidden += link.ask("POST", "/api/assist/encode", following)[1]["state"] != "ready"
        waited.append(ms - answer["ms"])
        decoder.append(answer["ms"])
    while link.ask("POST", "/api/assist/encode", following)[1]["state"] != "ready":
        time.sleep(0.01)
    rest = overhead(link, [click("sam-folder", "rle", at) for at in range(10)])
    return {
        "waited_ms": statistics.median(waited),
        "waited_most_ms": max(waited),
        "decoder_ms": statistics.median(decoder),
        "rest_ms": rest["engine_ms"],
        "beside_ms": rest["beside_ms"],
        "still_encoding": hidden,
    }


def prepare(folder: Path) -> Path:
    """Make a workspace with pictures and a second engine."""
    from sightline.app import open_workbench
    from sightline.store.model_plan import ImportOptions

    (folder / "pictures").mkdir()
    for number in range(PICTURES):
        motif(number).save(folder / "pictures" / f"{number}.jpg", quality=90)
    with open_workbench(folder / "w") as bench:
        bench.ingest(folder / "pictures", "photos", labels="none")
        bench.models.add(sam_pair.write(folder / "pair"), ImportOptions(name="sam-sized"))
        bench.models.add(sam_folder.write(folder / "sam"), ImportOptions(name="sam-folder"))
    return folder / "w"


def main() -> dict[str, Any]:
    """Measure, print, save."""
    with tempfile.TemporaryDirectory() as folder, Server(prepare(Path(folder))) as server:
        link = Link(server.port)
        for engine in ("classical", "sam-sized"):
            link.ask("POST", "/api/assist/predict", click(engine, "polygon", 0))
        kinds = {
            "built-in, box": [box("classical", "box", at) for at in range(CLICKS)],
            "built-in, box to mask": [box("classical", "rle", at) for at in range(CLICKS)],
            "built-in, click": [click("classical", "rle", at) for at in range(CLICKS)],
            "ONNX, click": [click("sam-sized", "rle", at) for at in range(CLICKS)],
        }
        found = {name: overhead(link, asked) for name, asked in kinds.items()}
        for name, one in found.items():
            told = ", ".join(f"{key} {value:.1f}" for key, value in one.items())
            print(f"        {name}: {told}")
        passed = [bar(name, one["beside_ms"], BAR_MS, unit="ms") for name, one in found.items()]
        clicks = burst(server.port)
        print(f"        burst of {BURST}: the newest after {clicks['newest_ms']:.0f} ms")
        passed.append(bar("stale answers of a burst", clicks["stale"], 0))
        beside = others(server.port)
        print(f"        others: {beside}")
        passed.append(bar("others, half of them", beside["busy_ms"], OTHERS_BAR_MS, unit="ms"))
        first = first_clicks(server.port)
        print(f"        in a process: {first}")
        name = "first click after a preload, beyond the decoder"
        passed.append(bar(name, first["waited_ms"], FIRST_BAR_MS, unit="ms"))
    figures = {
        "beside": found,
        "burst": clicks,
        "others": beside,
        "first": first,
        "passed": all(passed),
    }
    return save("assist_latency", figures)
