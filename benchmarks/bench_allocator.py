"""What the training process's allocator settings are worth: >= 1.3 x on mobilenet_v2 at 224 px.

Each round starts two fresh processes that train on the same batches of 32 with two threads: one
with the environment that a training's process gets (`app.tasks.TRAIN_ENV`), one without. The figure
is the time of a picture by the wall clock; processor time stands beside it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import Any

from benchmarks.harness import ROOT, Comparison, Spread, bar, save, show

NETWORK, PX, BATCH, THREADS, STEPS, ROUNDS, BAR = "mobilenet_v2", 224, 32, 2, 6, 3, 1.3


def step_ms() -> tuple[float, float]:
    """Return milliseconds of a picture while training, by the clock and of the processor."""
    import torch
    from torch.nn.functional import cross_entropy

    from sightline.nets.build import build
    from sightline.train.optim import make_optimizer
    from sightline.train.spec_model import OptimizerPart

    torch.set_num_threads(THREADS)
    torch.manual_seed(0)
    net: Any = build(NETWORK, 6, px=PX).train()
    net = net.to(memory_format=torch.channels_last)
    optimizer = make_optimizer(net, OptimizerPart())
    x = torch.randn(BATCH, 3, PX, PX).contiguous(memory_format=torch.channels_last)
    y = torch.arange(BATCH) % 6

    def step() -> None:
        loss: Any = cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    step()
    step()
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(STEPS):
        step()
    pictures = STEPS * BATCH
    return (
        (time.perf_counter() - wall) * 1e3 / pictures,
        (time.process_time() - cpu) * 1e3 / pictures,
    )


def measured(env: dict[str, str]) -> tuple[float, float]:
    """Run `step_ms` in a fresh process with some environment."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith("MALLOC_")}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.bench_allocator", "once"],
        cwd=ROOT, env=plain | env, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    wall, cpu = done.stdout.split()[-2:]
    return float(wall), float(cpu)


def main() -> dict[str, Any]:
    """Compare both environments."""
    from sightline.app.tasks import TRAIN_ENV

    threads = {key: value for key, value in TRAIN_ENV.items() if not key.startswith("MALLOC_")}
    rows: dict[str, list[tuple[float, float]]] = {"ours": [], "peer": []}
    sides = [("ours", TRAIN_ENV), ("peer", threads)]
    for number in range(ROUNDS):
        for side, env in sides if number % 2 else sides[::-1]:
            rows[side].append(measured(env))
            wall, cpu = rows[side][-1]
            print(f"{side}: {wall:.1f} ms a picture, {cpu:.1f} ms of the processor", flush=True)
    clock, processor = (
        Comparison(
            name,
            tuple(row[at] for row in rows["ours"]),
            tuple(row[at] for row in rows["peer"]),
            "ms",
        )
        for at, name in enumerate(("a picture", "of the processor"))
    )
    show(clock)
    show(processor)
    gain = Spread.of([b / a for a, b in zip(clock.ours, clock.peer, strict=True)])
    held = bar("faster with the settings", gain.median, BAR, unit="x", at_most=False)
    figures = {"wall": clock.as_dict(), "cpu": processor.as_dict(), "gain": gain.as_dict()}
    return save("allocator", figures | {"passed": held})


if __name__ == "__main__":
    if sys.argv[1:] == ["once"]:
        print(*step_ms())
    else:
        main()
