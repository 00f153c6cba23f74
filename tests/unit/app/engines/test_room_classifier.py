from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.onnx_graphs import colour_card
from sightline.app.engines.room import EngineRoom
from sightline.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_that_was_replaced_is_asked_in_a_process_of_its_own(tmp_path: Path) -> None:
    room = EngineRoom(tmp_path, Settings())
    file = tmp_path / "model.pt"
    file.write_bytes(b"one")
    first = room.classifier(file, colour_card())
    assert room.classifier(file, colour_card())._pipe is first._pipe
    file.write_bytes(b"another")
    assert room.classifier(file, colour_card())._pipe is not first._pipe
    room.close()
