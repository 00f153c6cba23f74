"""A segmenter in another process answers as it would here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from fakes.segmenter import SquareSegmenter
from sightline.app.engines import room as engine_room
from sightline.app.engines.room import RemoteSegmenter, load_served
from sightline.core.assist import Prompt
from sightline.core.assist_wire import HELD, ServedSegmenter
from sightline.core.ports import Segmenter
from sightline.jobs.wire import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest
    from numpy.typing import NDArray

    from sightline.jobs.engine_process import EngineProcess

PICTURE = np.full((40, 60, 3), 9, np.uint8)


class HereProcess:
    """What a process would answer, through JSON."""

    def __init__(self) -> None:
        self._served = ServedSegmenter(SquareSegmenter())
        self.calls: list[tuple[str, int, bool]] = []

    def restart(self) -> None:
        self._served = ServedSegmenter(SquareSegmenter())

    def facts(self) -> dict[str, Any]:
        return self.call("facts").facts

    def call(
        self,
        method: str,
        arguments: dict[str, Any] | None = None,
        arrays: Sequence[NDArray[Any]] = (),
        *,
        aside: bool = False,
    ) -> Message:
        self.calls.append((method, len(arrays), aside))
        asked = json.loads(json.dumps(arguments or {}))
        facts, found = self._served.answer(method, asked, arrays)
        return Message(json.loads(json.dumps(facts)), found)


def test_a_remote_segmenter_answers_as_the_one_it_stands_for() -> None:
    remote = RemoteSegmenter(cast("EngineProcess", HereProcess()), "squares-1")
    here = SquareSegmenter()
    assert isinstance(remote, Segmenter)
    assert remote.key == here.key
    encoding = remote.encode(PICTURE)
    assert encoding["size"].tolist() == [60, 40]
    prompt = Prompt(points=((30, 20, True),))
    answers = remote.predict(encoding, prompt)
    assert [one.box for one in answers] == [one.box for one in here.predict(encoding, prompt)]


def test_an_encoding_goes_along_only_where_the_process_has_it_no_more() -> None:
    process = HereProcess()
    remote = RemoteSegmenter(cast("EngineProcess", process), "squares-1")
    encodings = [remote.encode(PICTURE) for _ in range(HELD + 1)]
    prompt = Prompt(points=((30, 20, True),))
    process.calls.clear()
    assert remote.predict(encodings[-1], prompt)
    assert process.calls == [("predict", 0, True)]
    process.calls.clear()
    assert remote.predict(encodings[0], prompt)  # five pictures ago
    assert remote.predict(encodings[0], prompt)
    sent = len(encodings[0])
    assert process.calls == [("predict", 0, True), ("predict", sent, True), ("predict", 0, True)]
    process.restart()
    assert remote.predict(encodings[0], prompt)
    assert remote.predict(SquareSegmenter().encode(PICTURE), prompt)  # made by nobody's process


def test_the_process_of_a_segmenter_serves_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_room, "_ENGINES", ("fakes.",))
    served = load_served({"factory": "fakes.segmenter:load", "threads": 1})
    assert served.answer("facts", {}, []) == ({"key": "squares-1"}, [])
