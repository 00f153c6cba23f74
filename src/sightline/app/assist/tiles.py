"""Large pictures by tiles: which encoding answers a prompt, and its answer as of the whole picture.

A prompt goes to the tile in which it lies deepest. What the engine finds there and what touches a
border to the next tile is asked about once more, of the whole picture; so is what no tile holds. A
tile is a picture like any other for the cache: it is encoded when something in it is first asked.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sightline.app.assist.answers import answer
from sightline.app.assist.encodings import guarded
from sightline.core.assist_wire import predict_many
from sightline.core.geometry.tiles import tile_about

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import Future

    from sightline.app.assist.answers import MaskRefs, Pointed, Question
    from sightline.app.assist.encodings import Encoded, Encodings
    from sightline.app.assist.pictures import AssistPictures, Subject
    from sightline.core.assist import Candidate, Encoding, Prompt
    from sightline.core.geometry.shapes import Bounds
    from sightline.core.geometry.tiles import Tile
    from sightline.core.ports import Segmenter

    Predict = Callable[[Encoding, Prompt], list[Candidate]]


HELD: Final = 3
"""Encodings of a picture that are held where none are kept."""
AT_ONCE: Final = 8
"""Prompts that go to an engine together."""


@dataclass(frozen=True, slots=True)
class Part:
    """Prompts of a question that are answered from one encoding."""

    subject: Subject
    """The picture, or a tile of it."""
    numbers: tuple[int, ...]
    """Places in the question."""


def parts_of(
    question: Question, subject: Subject, size: tuple[int, int], side: int, *, known: MaskRefs
) -> list[Part]:
    """Return what has to be encoded to answer a question, and for which of its prompts.

    Args:
        question: As it was checked.
        subject: The whole picture.
        size: Its width and height.
        side: Of a tile, 0: none.
        known: Earlier answers; what refines one about the whole picture is asked of that.
    """
    tiles: dict[Tile | None, list[int]] = {}
    for number, pointed in enumerate(question.prompts):
        tile = None
        if not known.is_whole(pointed.mask_ref):
            tile = tile_about(reach(pointed), size, side)
        tiles.setdefault(tile, []).append(number)
    return [Part(replace(subject, tile=tile), tuple(found)) for tile, found in tiles.items()]


def whole(part: Part, numbers: Iterable[int]) -> Part:
    """Return some prompts of a part, to be asked of the whole picture."""
    return Part(replace(part.subject, tile=None), tuple(numbers))


def answers(
    predict: Predict,
    question: Question,
    part: Part,
    encoded: Encoded,
    *,
    size: tuple[int, int],
    refs: MaskRefs,
) -> tuple[list[dict[str, Any]], list[int]]:
    """Return the rows that answer a part's prompts, and the numbers of prompts that a tile cuts.

    Raises:
        InvalidInputError: A prompt lies outside of the picture.
    """
    rows: list[dict[str, Any]] = []
    cut: list[int] = []
    for number in part.numbers:
        ask = TileAsk(predict, encoded, part.subject.tile, size)
        found = answer(
            ask,
            question.prompts[number],
            question,
            size=size,
            refs=refs,
            key=encoded.key,
            whole=part.subject.tile is None,
        )
        if ask.cut:
            cut.append(number)
        else:
            rows += [one | {"prompt": number} for one in found]
    return rows, cut


class Clock:
    """A segmenter that is watched: how long it takes, and that its faults are told well."""

    def __init__(self, segmenter: Segmenter) -> None:
        self._segmenter = segmenter
        self.seconds = 0.0

    def predict(self, encoding: Encoding, prompt: Prompt) -> list[Candidate]:
        """Return the candidates of the segmenter."""
        began = time.perf_counter()
        try:
            return guarded(lambda: self._segmenter.predict(encoding, prompt))
        finally:
            self.seconds += time.perf_counter() - began


class TileAsk:
    """Asks an engine about a tile as if it were the picture."""

    def __init__(
        self, predict: Predict, encoded: Encoded, tile: Tile | None, size: tuple[int, int]
    ) -> None:
        self.cut = False
        """Whether the best of an answer goes on beyond the tile."""
        self._predict = predict
        self._encoded = encoded
        self._tile = tile
        self._size = size

    def __call__(self, prompt: Prompt) -> list[Candidate]:
        """Return candidates in pixels of the picture, none that the tile cuts."""
        tile = self._tile
        if tile is None:
            return self._predict(self._encoded.encoding, prompt)
        found = self._predict(self._encoded.encoding, shifted(prompt, -tile.x, -tile.y))
        kept, cut = uncut(found, tile, self._size)
        self.cut = self.cut or cut
        return kept


class PictureAsk:
    """A segmenter about one picture, whole or by tiles, asked in this thread."""

    def __init__(
        self,
        encodings: Encodings,
        pictures: AssistPictures,
        segmenter: Segmenter,
        subject: Subject,
        side: int,
        *,
        keep: bool = True,
    ) -> None:
        """Encode nothing yet.

        `keep`: encodings stay in memory and on the disk; else the newest few, in this alone.

        Raises:
            UnreadableImageError: The picture cannot be read.
        """
        self.size = pictures.size(subject)
        """Width and height of the picture."""
        self._encodings = encodings
        self._segmenter = segmenter
        self._subject = subject
        self._side = side
        self._keep = keep
        self._held: OrderedDict[Tile | None, Encoding] = OrderedDict()

    def tile(self, prompt: Prompt) -> Tile | None:
        """Return where a prompt is asked; None: of the whole picture."""
        return tile_about(reach(prompt), self.size, self._side)

    def predict(self, prompt: Prompt) -> list[Candidate]:
        """Return the candidates for a prompt in pixels of the picture, the best first.

        Raises:
            SightlineError: The picture cannot be read, or the engine fails.
        """
        return self.predict_many([prompt])[0]

    def predict_many(self, prompts: Sequence[Prompt]) -> list[list[Candidate]]:
        """Return the candidates for each prompt; those of a tile are asked at once.

        Raises:
            SightlineError: The picture cannot be read, or the engine fails.
        """
        found: dict[int, list[Candidate]] = {}
        tiles: dict[Tile | None, list[int]] = {None: []}
        for at, prompt in enumerate(prompts):
            tiles.setdefault(self.tile(prompt), []).append(at)
        for tile in sorted(tiles, key=lambda one: one is None):  # the whole picture last
            asked = [prompts[at] for at in tiles[tile]]
            for at, one in zip(tiles[tile], self._asked(tile, asked), strict=True):
                kept, cut = (one, False) if tile is None else uncut(one, tile, self.size)
                if cut:
                    tiles[None].append(at)
                found[at] = kept
        return [found[at] for at in range(len(prompts))]

    def _asked(self, tile: Tile | None, prompts: Sequence[Prompt]) -> list[list[Candidate]]:
        if not prompts:
            return []
        encoding = self._encoding(tile)
        x, y = (0, 0) if tile is None else (tile.x, tile.y)
        moved = [shifted(one, -x, -y) for one in prompts]
        found: list[list[Candidate]] = []
        for at in range(0, len(moved), AT_ONCE):
            some = moved[at : at + AT_ONCE]
            found += guarded(partial(predict_many, self._segmenter, encoding, some))
        return found

    def _encoding(self, tile: Tile | None) -> Encoding:
        subject = replace(self._subject, tile=tile)
        if self._keep:
            return self._encodings.make(subject, self._segmenter).encoding
        if tile not in self._held:
            made = self._encodings.make(subject, self._segmenter, keep=False)
            self._held[tile] = made.encoding
        self._held.move_to_end(tile)
        while len(self._held) > HELD:
            self._held.popitem(last=False)
        return self._held[tile]


def reach(prompt: Pointed | Prompt) -> Bounds:
    """Return the smallest box about all that a prompt points at."""
    box = prompt.box
    xs = [x for x, _, _ in prompt.points] + ([box[0], box[2]] if box else [])
    ys = [y for _, y, _ in prompt.points] + ([box[1], box[3]] if box else [])
    return min(xs), min(ys), max(xs), max(ys)


def shifted(prompt: Prompt, dx: float, dy: float) -> Prompt:
    """Return a prompt as it is from another corner."""
    if not (dx or dy):
        return prompt
    points = tuple((x + dx, y + dy, on) for x, y, on in prompt.points)
    return replace(
        prompt, points=points, box=None if prompt.box is None else moved(prompt.box, dx, dy)
    )


def moved(box: Bounds, dx: float, dy: float) -> Bounds:
    """Return a box at another place."""
    return box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy


def uncut(
    found: Sequence[Candidate], tile: Tile, size: tuple[int, int]
) -> tuple[list[Candidate], bool]:
    """Return the candidates of a tile in pixels of the picture, and whether it cuts the best one.

    Of the others those that it cuts are left out.
    """
    whole = [
        replace(
            one,
            box=moved(one.box, tile.x, tile.y),
            window=(one.window[0] + tile.x, one.window[1] + tile.y),
        )
        for one in found
    ]
    kept = [one for one in whole if not tile.cuts(one.box, size)]
    return kept, bool(whole) and (not kept or kept[0] is not whole[0])


def when_all(futures: Sequence[Future[Any]], call: Callable[[], None]) -> None:
    """Call when the last of some futures is done, in the thread that does it."""
    left = len(futures)
    lock = threading.Lock()

    def one_done(_: Future[Any]) -> None:
        nonlocal left
        with lock:
            left -= 1
            last = left == 0
        if last:
            call()

    for future in futures:
        future.add_done_callback(one_done)
