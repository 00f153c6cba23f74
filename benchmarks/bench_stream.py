"""A narration at three times what it can do stays as young as three inferences, and loses nothing.

Everything over real sockets of `sightline up` and `sightline serve`, on two cores. The engine is a
classifier of about two billion operations that names the colour of a frame; colours alternate, so
that each look that is not of the same colour again gives a text.

- Overload: an inference is a frame sent and its text received, one after the other, before and
  after the rest. Then frames come at three times that rate for 60 s. The age of a text is the time
  from the frame's sending to the text's coming: the 95th percentile is at most three inferences,
  and the last quarter no older than the first by more than half.
- Reconnects: while one socket sends frames, another one is cut off 50 times and comes back with the
  last id that it saw: every id of the ring came once, in order.
- Cold: from the start of `serve` to the first text about a clip, at most 1.5 s, best of three.
"""

from __future__ import annotations

import io
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from benchmarks.harness import ROOT, bar, percentile, save
from benchmarks.server import Server

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import U8

OVERLOAD, SECONDS, RECONNECTS = 3.0, float(os.environ.get("BENCH_STREAM_S", "60")), 50
AGE_BAR, GROWTH_BAR, COLD_BAR_S, COLD_ROUNDS = 3.0, 1.5, 1.5, 3
WAIT_S = 20.0
SINGLE = 12
"""Frames of the closed loop."""


def main() -> dict[str, Any]:
    """Measure and compare with the bars."""
    os.environ["SIGHTLINE_NARRATE_LOOKS_PER_S"] = "240"
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "workspace"
        clip = prepare(workspace)
        with Server(workspace) as server:
            server.pin((0, 1))
            told, fine = overload(server)
            again, whole = reconnects(server)
        cold_s = [cold(workspace, clip) for _ in range(COLD_ROUNDS)]
        fine &= bar("first text from a cold serve", statistics.median(cold_s), COLD_BAR_S, unit="s")
    return save(
        "stream",
        {"overload": told, "reconnects": again, "cold_s": cold_s, "passed": fine and whole},
    )


def prepare(workspace: Path) -> str:
    """Make a workspace with a classifier and a clip; return the clip's id."""
    from sightline.app import open_workbench
    from sightline.store.model_plan import ImportOptions

    with open_workbench(workspace) as bench:
        file = classifier(workspace / "colours.onnx")
        bench.models.add(file, ImportOptions(name="colours", classes=("red", "green")))
        clip = film(workspace / "clip.mp4")
        with clip.open("rb") as stream:
            return str(bench.media.receive(stream, clip.name, retention="keep").id)


def classifier(path: Path) -> Path:
    """Write a network that tells red from green, with eight convolutions that do not matter."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    random_weights = np.random.default_rng(0)
    consts = {
        "first": random_weights.normal(0, 0.1, (64, 3, 3, 3)),
        "next": random_weights.normal(0, 0.05, (64, 64, 3, 3)),
        "none": np.zeros((64, 2)),
        "colours": np.array([[9.0, -9.0], [-9.0, 9.0], [0.0, 0.0]]),
    }
    nodes = [
        helper.make_node("GlobalAveragePool", ["image"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["mean"]),
        helper.make_node("MatMul", ["mean", "colours"], ["plain"]),
        helper.make_node("Conv", ["image", "first"], ["c0"], strides=[4, 4], pads=[1] * 4),
    ]
    nodes += [
        helper.make_node("Conv", [f"c{step}", "next"], [f"c{step + 1}"], pads=[1] * 4)
        for step in range(8)
    ]
    nodes += [
        helper.make_node("GlobalAveragePool", ["c8"], ["c_pooled"]),
        helper.make_node("Flatten", ["c_pooled"], ["c_mean"]),
        helper.make_node("MatMul", ["c_mean", "none"], ["zero"]),
        helper.make_node("Add", ["plain", "zero"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "colours",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, 224, 224])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 2])],
        [numpy_helper.from_array(one.astype(np.float32), name) for name, one in consts.items()],
    )
    opset = helper.make_opsetid("", 17)
    onnx.save(helper.make_model(graph, opset_imports=[opset], ir_version=8), str(path))
    return path


def film(path: Path) -> Path:
    """Write a clip of both colours."""
    from sightline.imaging.clip_opencv import quiet

    cv2 = quiet()
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), 10.0, (640, 480))
    for number in range(20):
        writer.write(np.ascontiguousarray(coloured(number // 10)[..., ::-1]))
    writer.release()
    return path


def coloured(which: int) -> U8:
    """Return a noisy frame (480, 640, 3), RGB: red or green."""
    frame = np.random.default_rng(which).integers(0, 90, (480, 640, 3), dtype=np.uint8)
    frame[..., which] += 150
    return frame


def overload(server: Server) -> tuple[dict[str, Any], bool]:
    """Send three times what can be looked at; return ages and whether the bars hold."""
    media_id, frames = camera(server), pictures()
    with follow(server, media_id) as socket:
        before = single(socket, frames)
        ages = flooded(socket, frames, OVERLOAD / before)
        after = single(socket, frames)
    inference = statistics.mean((before, after))
    quarter = max(len(ages) // 4, 1)
    p95 = percentile(ages, 95) / inference
    growth = statistics.median(ages[-quarter:]) / statistics.median(ages[:quarter])
    fine = bar("age of texts, p95", p95, AGE_BAR, unit="inferences")
    fine &= bar("age of the last quarter over the first", growth, GROWTH_BAR)
    figures = {"inference_ms": inference * 1e3, "texts": len(ages), "age_p95": p95}
    return figures | {"age_p50_ms": statistics.median(ages) * 1e3, "growth": growth}, fine


def single(socket: ClientConnection, frames: Sequence[bytes]) -> float:
    """Return the median time from a frame to its text, one at a time, seconds."""
    found: list[float] = []
    for number in range(3 * SINGLE):
        began = time.perf_counter()
        socket.send(frames[number % len(frames)])
        if heard(socket, 1.0):  # the first may be of the colour that was told last
            found.append(time.perf_counter() - began)
        if len(found) == SINGLE:
            return statistics.median(found)
    raise TimeoutError("frames are not told")


def heard(socket: ClientConnection, wait_s: float) -> bool:
    """Tell whether a text comes in time."""
    end = time.perf_counter() + wait_s
    while time.perf_counter() < end:
        message = next_message(socket, 0.2)
        if message is not None and "type" not in message:
            return True
    return False


def flooded(socket: ClientConnection, frames: Sequence[bytes], rate: float) -> list[float]:
    """Return the ages of all texts while frames come at a rate, seconds."""
    sent: dict[int, float] = {}
    first, stop = next_frame(socket, frames), threading.Event()

    def send() -> None:
        began = time.perf_counter()
        for number in range(int(SECONDS * rate)):
            stop.wait(max(began + number / rate - time.perf_counter(), 0))
            sent[first + number] = time.perf_counter()
            socket.send(frames[number % len(frames)])

    sender = threading.Thread(target=send)
    sender.start()
    ages: list[float] = []
    while sender.is_alive():
        message = next_message(socket, 0.5)
        if message is not None and "type" not in message:
            ages.append(time.perf_counter() - sent[message["frame"]])
    while heard(socket, 1.0):
        pass
    return ages


def next_frame(socket: ClientConnection, frames: Sequence[bytes]) -> int:
    """Return the number that the next frame will have."""
    for number in range(len(frames) + 1):
        socket.send(frames[number % len(frames)])
        end = time.perf_counter() + 1.0
        while time.perf_counter() < end:
            message = next_message(socket, 0.2)
            if message is not None and "type" not in message:
                return int(message["frame"]) + 1
    raise TimeoutError("frames are not told")


def reconnects(server: Server) -> tuple[dict[str, Any], bool]:
    """Cut a follower off again and again; return how many texts it missed or saw twice."""
    media_id, frames = camera(server), pictures()
    stop = threading.Event()

    def send(socket: ClientConnection) -> None:
        number = 0
        while not stop.wait(0.02):
            socket.send(frames[number % len(frames)])
            number += 1

    with follow(server, media_id) as sender:
        thread = threading.Thread(target=send, args=(sender,))
        thread.start()
        drain = threading.Thread(target=lambda: list(_until_closed(sender)), daemon=True)
        drain.start()
        seen = _cut_off(server, media_id)
        stop.set()
        thread.join()
    with follow(server, media_id, last_seen=0) as socket:
        every = [one["id"] for one in _texts_until(socket, seen[-1])]
    lost = len(set(every[: every.index(seen[-1]) + 1]) - set(seen))
    doubled = len(seen) - len(set(seen))
    fine = bar("texts lost", lost, 0) & bar("texts seen twice", doubled, 0)
    return {"texts": len(seen), "lost": lost, "doubled": doubled}, fine and seen == sorted(seen)


def _cut_off(server: Server, media_id: str) -> list[int]:
    """Follow, and leave without a word after a few texts, again and again."""
    dice, seen = random.Random(7), [0]
    for _ in range(RECONNECTS + 1):
        socket = follow(server, media_id, last_seen=seen[-1])
        seen += [text_of(socket)["id"] for _ in range(dice.randint(0, 4))]
        socket.socket.close()  # as when the network goes: no close frame
    with follow(server, media_id, last_seen=seen[-1]) as socket:
        seen.append(text_of(socket)["id"])
    return seen[1:]


def cold(workspace: Path, media_id: str) -> float:
    """Return the time from the start of `serve` to the first text about a clip, seconds."""
    free = Server(workspace)
    free.__exit__(None, None, None)  # only its free port is wanted
    verb = ("--workspace", str(workspace), "serve", "colours", "--port", str(free.port))
    program = (sys.executable, "-c", "from sightline.cli.main import main; main()")
    began = time.perf_counter()
    process = subprocess.Popen(
        [*program, *verb], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while True:
            try:
                with follow(free, media_id, again=True) as socket:
                    text_of(socket)
                    return time.perf_counter() - began
            except OSError:
                if process.poll() is not None:
                    raise
                time.sleep(0.01)
    finally:
        process.terminate()
        process.wait()


def camera(server: Server) -> str:
    """Return the id of a new camera."""
    asked = urllib.request.Request(
        f"http://127.0.0.1:{server.port}/api/media",
        b"{}",
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(asked) as answer:
        return str(json.load(answer)["media_id"])


def follow(server: Server, media_id: str, **wish: Any) -> ClientConnection:
    """Return an open socket of a narration that tells as fast as it goes."""
    socket = connect(f"ws://127.0.0.1:{server.port}/ws/describe", compression=None, legacy=True)
    socket.send(json.dumps({"media_id": media_id, "every_s": 0} | wish))
    return socket


def next_message(socket: ClientConnection, wait_s: float) -> dict[str, Any] | None:
    """Return the next message, or None when none comes in time."""
    try:
        found: dict[str, Any] = json.loads(socket.recv(timeout=wait_s))
    except TimeoutError:
        return None
    return found


def text_of(socket: ClientConnection) -> dict[str, Any]:
    """Return the next text."""
    end = time.perf_counter() + WAIT_S
    while time.perf_counter() < end:
        message = next_message(socket, 1.0)
        if message is not None and "type" not in message:
            return message
    raise TimeoutError(f"no text came for {WAIT_S:g} s")


def _texts_until(socket: ClientConnection, last: int) -> list[dict[str, Any]]:
    found = [text_of(socket)]
    while found[-1]["id"] < last:
        found.append(text_of(socket))
    return found


def _until_closed(socket: ClientConnection) -> list[Any]:
    found = []
    try:
        while True:
            found.append(socket.recv())
    except ConnectionClosed:
        return found


def pictures() -> list[bytes]:
    """Return a red and a green frame as JPEG files."""
    found = []
    for which in (0, 1):
        file = io.BytesIO()
        Image.fromarray(coloured(which)).save(file, "JPEG", quality=80)
        found.append(file.getvalue())
    return found


if __name__ == "__main__":
    main()
