from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from fakes.onnx_graphs import PLAIN, RED_GREEN_BLUE, colour_model
from fakes.plain_pictures import picture_bytes, write_picture
from sightline.core.errors import InvalidInputError, MissingWeightsError, OverloadedError
from sightline.predict.cache import ModelCache
from sightline.predict.pool import Predictor
from sightline.predict.rows import Picture
from sightline.predict.session import open_classifier

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sightline.core.arrays import F32, U8
    from sightline.core.cards import ModelCard

RED = Picture("red.png", picture_bytes("red"))


class Held:
    """A classifier whose answers wait until the test lets them go."""

    classes, preprocess, nbytes = RED_GREEN_BLUE, PLAIN, 1

    def __init__(self, file: Path) -> None:
        self.real = open_classifier(file)
        self.leave = threading.Event()

    def classify(self, images: U8) -> F32:
        self.leave.wait(60)
        return self.real.classify(images)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return colour_model(tmp_path / "m.onnx")


@pytest.fixture
def predictor() -> Iterator[Predictor]:
    one = Predictor(threads=2)
    yield one
    one.close()


def held_predictor(model: Path, *, threads: int, queue_limit: int) -> tuple[Predictor, Held]:
    held = Held(model)

    def opener(file: Path, card: ModelCard | None) -> Held:  # noqa: ARG001
        return held

    cache = ModelCache(max_bytes=100, idle_s=100, open_model=opener)
    return Predictor(threads=threads, queue_limit=queue_limit, cache=cache), held


def test_a_picture_is_answered(predictor: Predictor, model: Path) -> None:
    row = predictor.submit(model, RED).result()
    assert (row["path"], row["label"]) == ("red.png", "red")
    assert predictor.stats()["models"] == 1


def test_async_code_waits_without_a_thread(predictor: Predictor, model: Path) -> None:
    async def ask() -> list[str]:
        futures = [asyncio.wrap_future(predictor.submit(model, RED)) for _ in range(5)]
        return [row["label"] for row in await asyncio.gather(*futures)]

    assert asyncio.run(ask()) == ["red"] * 5


def test_too_many_pictures_are_refused_at_once_and_none_is_lost(model: Path) -> None:
    predictor, held = held_predictor(model, threads=2, queue_limit=3)
    accepted = [predictor.submit(model, RED) for _ in range(5)]
    with pytest.raises(OverloadedError) as caught:
        predictor.submit(model, RED)
    assert caught.value.hint
    with pytest.raises(OverloadedError):
        next(predictor.predict(model, [RED]))
    held.leave.set()
    assert [one.result()["label"] for one in accepted] == ["red"] * 5
    predictor.close()
    assert predictor.stats()["pending"] == 0


def test_a_request_of_many_pictures_queues_as_few(model: Path) -> None:
    predictor, held = held_predictor(model, threads=2, queue_limit=1)
    held.leave.set()
    rows = list(predictor.predict(model, [RED] * 50))
    assert [row["label"] for row in rows] == ["red"] * 50
    predictor.close()


def test_a_caller_that_leaves_gives_its_place_back(model: Path) -> None:
    predictor, held = held_predictor(model, threads=1, queue_limit=5)
    first = predictor.submit(model, RED)
    waiting = predictor.submit(model, RED)
    assert waiting.cancel()
    assert predictor.stats()["pending"] == 1
    held.leave.set()
    assert first.result()["label"] == "red"
    predictor.close()


def test_closing_finishes_what_was_accepted_and_refuses_the_rest(model: Path) -> None:
    predictor, held = held_predictor(model, threads=1, queue_limit=5)
    accepted = [predictor.submit(model, RED) for _ in range(4)]
    closing = threading.Thread(target=predictor.close)
    closing.start()
    held.leave.set()
    closing.join(60)
    assert [one.result()["label"] for one in accepted] == ["red"] * 4
    with pytest.raises(OverloadedError):
        predictor.submit(model, RED)
    assert predictor.stats()["models"] == 0
    predictor.close()


def test_a_bad_picture_is_a_row_and_a_bad_model_an_error(
    predictor: Predictor, model: Path, tmp_path: Path
) -> None:
    row = predictor.submit(model, Picture("bad.png", b"no picture")).result()
    assert set(row) == {"path", "error", "reason"}
    with pytest.raises(MissingWeightsError):
        predictor.submit(tmp_path / "none.onnx", RED).result()
    (tmp_path / "bad.onnx").write_bytes(b"no model")
    with pytest.raises(InvalidInputError):
        list(predictor.predict(tmp_path / "bad.onnx", [RED]))
    with pytest.raises(InvalidInputError):
        predictor.submit(model, RED, top=0)


def test_unused_models_are_let_go_in_the_background(model: Path) -> None:
    gone = threading.Event()

    class Watched(ModelCache):
        def unload_idle(self) -> int:
            count = super().unload_idle()
            if count:
                gone.set()
            return count

    predictor = Predictor(threads=1, model_idle_s=0.02, cache=Watched(max_bytes=10**9, idle_s=0.02))
    predictor.submit(model, RED).result()
    assert gone.wait(60)
    assert predictor.stats()["models"] == 0
    predictor.close()


def test_serving_imports_neither_torch_nor_sklearn(model: Path, tmp_path: Path) -> None:
    write_picture(tmp_path / "red.png", "red")
    script = (
        "import sys; from pathlib import Path\n"
        "from sightline.predict.pool import Predictor\n"
        "from sightline.predict.run import predict_files\n"
        "from sightline.predict.session import open_classifier\n"
        "from sightline.store.models import ModelStore\n"
        f"model, picture = Path({str(model)!r}), Path({str(tmp_path / 'red.png')!r})\n"
        "predictor = Predictor(threads=1)\n"
        "assert [row['label'] for row in predictor.predict(model, [picture])] == ['red']\n"
        "predictor.close()\n"
        "assert next(predict_files(open_classifier(model), [picture]))['label'] == 'red'\n"
        f"ModelStore(Path({str(tmp_path)!r}) / 'models').list()\n"
        "heavy = {'torch', 'torchvision', 'sklearn', 'onnx', 'scipy', 'skimage'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
