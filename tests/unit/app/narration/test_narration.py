"""Pace, changes, languages and engines of one narration; what looks is a fake."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from fakes.narrated import NAMES, picture
from sightline.app.narration.eyes import NOTHING, DetectorEye
from sightline.app.narration.looker import Engine
from sightline.app.narration.narration import Narration, Pace
from sightline.app.narration.scribe import Scribe
from sightline.app.narration.still import MOST, StillEye
from sightline.core.assist import Detections
from sightline.core.errors import UnknownEngineError
from sightline.core.media import Frame
from sightline.core.narration import Caption

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sightline.app.narration.eyes import Sight
    from sightline.core.arrays import U8


@dataclass
class Blobs:
    """Sees squares of the three colours."""

    follows: bool = True
    looks: int = 0

    def look(self, image: U8, *, min_score: float) -> Sight:
        assert 0 < min_score < 1
        self.looks += 1
        found = []
        for at, name in enumerate(NAMES):
            y, x = np.nonzero(image[..., at] > 150)
            if len(x):
                found.append((name, (x.min(), y.min(), x.max() + 1, y.max() + 1)))
        return replace(
            NOTHING,
            boxes=np.array([box for _, box in found], np.float64).reshape(-1, 4),
            scores=np.full(len(found), 0.9),
            names=tuple(name for name, _ in found),
        )


@dataclass
class Sorter:
    """Says glass or metal by how bright it is."""

    follows: bool = False
    looks: int = 0

    def look(self, image: U8, *, min_score: float) -> Sight:
        del min_score
        self.looks += 1
        bright = float(image.mean()) / 255
        ranked = sorted((("glass", bright), ("metal", 1 - bright)), key=lambda one: -one[1])
        return replace(NOTHING, classes=tuple(ranked))


@dataclass
class Writer:
    """Writes what it is told to, in English alone."""

    texts: Sequence[str]
    asked: list[str] = field(default_factory=list)
    key: str = "writer"
    languages: tuple[str, ...] = ("en",)

    def caption(
        self, image: U8, *, lang: str = "en", prompt: str = "", max_tokens: int = 60
    ) -> Caption:
        del image, prompt, max_tokens
        self.asked.append(lang)
        return Caption(self.texts[len(self.asked) - 1], "en", 0.7)


def narration(*eyes: Blobs | Sorter, every_s: float = 0.0, lang: str = "en") -> Narration:
    engines = {"template:sorter": Engine("template:sorter", (Sorter(),))}

    def load(name: str) -> Engine:
        if name not in engines:
            raise UnknownEngineError(f"no {name}", hint="none")
        return engines[name]

    return Narration(Engine("template:blobs", eyes), lang, Pace(every_s), load)


def written(writer: Writer, lang: str = "en") -> Narration:
    engine = Engine("captioner:writer", (), Scribe(writer))
    return Narration(engine, lang, Pace(0.0), lambda _: engine)


def shown(
    told: Narration, squares: Mapping[str, tuple[int, int]], start: int, count: int, fps: float = 10
) -> list[tuple[float, str]]:
    """Show the same frame several times; return when what was told."""
    found = []
    for at in range(start, start + count):
        telling = told.see(Frame(at, at / fps, picture(squares)))
        if telling is not None:
            found.append((telling.time_s, telling.text))
    return found


def noise(seed: int) -> U8:
    rough = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    return np.kron(rough, np.ones((8, 8, 1), np.uint8))


def test_the_same_scene_is_told_once() -> None:
    told = shown(narration(Blobs()), {"dog": (4, 30)}, 0, 50)
    assert told == [(0.0, "There is a dog on the left.")]


def test_texts_come_no_faster_than_asked_and_news_wait_for_their_turn() -> None:
    told = narration(Blobs(), every_s=2.0)
    texts = shown(told, {"dog": (4, 30)}, 0, 5)
    texts += shown(told, {"dog": (4, 30), "car": (40, 10)}, 5, 10)
    texts += shown(told, {"dog": (4, 30)}, 15, 40)
    assert texts == [
        (0.0, "There is a dog on the left."),
        (2.0, "A car passed by. Now there is a dog on the left."),
    ]


def test_after_a_quiet_time_news_are_told_at_once() -> None:
    told = narration(Blobs(), every_s=2.0)
    shown(told, {}, 0, 45)
    texts = shown(told, {"dog": (4, 30)}, 45, 10)
    assert [text for _, text in texts] == ["A dog on the left came into view."]
    assert texts[0][0] < 5.1


def test_it_looks_between_texts_only_where_something_is_followed() -> None:
    blobs, sorter = Blobs(), Sorter()
    shown(narration(blobs, every_s=10.0), {}, 0, 100)
    shown(narration(sorter, every_s=10.0), {}, 0, 100)
    assert blobs.looks == 80
    assert sorter.looks == 1


def test_the_pace_may_change_while_it_runs() -> None:
    told = narration(Blobs(), every_s=100.0)
    shown(told, {}, 0, 10)
    told.pace = replace(told.pace, every_s=0.0)
    assert shown(told, {"dog": (4, 30)}, 10, 10)


def test_an_unknown_language_becomes_english_and_says_so() -> None:
    told = narration(Blobs(), lang="tlh")
    telling = told.see(Frame(0, 0.0, picture({"dog": (4, 30)})))
    assert telling is not None
    assert (telling.lang, telling.asked_lang, told.lang) == ("en", "tlh", "en")
    assert told.notes == ("'tlh' is not spoken here: it is told in English",)


def test_the_language_may_change_while_it_runs() -> None:
    told = narration(Blobs(), lang="tlh")
    shown(told, {}, 0, 10)
    told.speak("de-CH")
    assert shown(told, {"dog": (4, 30)}, 10, 10)[0][1] == "Ins Bild gekommen ist ein Hund links."
    assert told.notes == ()
    assert told.finish().text == "In 2 Sekunden war ein Hund zu sehen."


def test_another_engine_goes_on_where_the_first_was_and_begins_with_a_text() -> None:
    told = narration(Blobs())
    shown(told, {"dog": (4, 30)}, 0, 10)
    told.swap("template:sorter")
    assert shown(told, {"dog": (4, 30)}, 10, 5) == [(1.0, "It is metal (83 %).")]
    assert told.engine == "template:sorter"
    assert dict(told.finish().counts) == {"dog": 1}


def test_an_engine_that_cannot_be_had_leaves_the_one_before() -> None:
    told = narration(Blobs())
    shown(told, {"dog": (4, 30)}, 0, 10)
    with pytest.raises(UnknownEngineError):
        told.swap("template:gone")
    assert told.engine == "template:blobs"
    assert shown(told, {}, 10, 20)[-1][1] == (
        "A dog on the left went out of view. Now nothing known is in view."
    )


def test_a_classifier_is_told_again_when_it_changes_its_mind() -> None:
    told = narration(Sorter())
    dark, light = np.full((64, 64, 3), 20, np.uint8), np.full((64, 64, 3), 240, np.uint8)
    texts = [
        telling.text
        for at, image in enumerate([dark, dark, light, light])
        if (telling := told.see(Frame(at, 10.0 * at, image)))
    ]
    assert texts == ["It is metal (92 %).", "It is glass (94 %)."]


def test_eyes_together_tell_all_that_they_see() -> None:
    text = shown(narration(Blobs(), Sorter()), {"dog": (4, 30)}, 0, 1)[0][1]
    assert text == "There is a dog on the left. It is metal (83 %)."


def test_a_captioner_is_not_asked_about_a_scene_that_it_knows() -> None:
    writer = Writer(["A street.", "A field."])
    told = written(writer)
    street, field_ = noise(1), noise(2)
    order = [street, street, field_, street, field_, field_]
    found = [told.see(Frame(at, float(at), image)) for at, image in enumerate(order)]
    assert [one.text if one else None for one in found] == [
        "A street.",
        None,
        "A field.",
        "A street.",
        "A field.",
        None,
    ]
    assert writer.asked == ["en", "en"]
    assert told.finish().text == "A street. A street. A field."


def test_after_a_caption_comes_what_models_saw_in_its_language() -> None:
    def text(lang: str) -> str:
        engine = Engine("captioner:writer,blobs", (Blobs(),), Scribe(Writer(["A lawn."])))
        told = Narration(engine, lang, Pace(0.0), lambda _: engine)
        telling = told.see(Frame(0, 0.0, picture({"dog": (4, 30)})))
        assert telling is not None
        return telling.text

    assert text("en") == "A lawn. There is a dog on the left."
    assert text("de") == "A lawn."


def test_a_captioner_that_does_not_write_the_language_says_so() -> None:
    told = written(Writer(["A street."]), "de")
    assert not told.notes
    telling = told.see(Frame(0, 0.0, noise(1)))
    assert telling is not None
    assert (telling.lang, telling.asked_lang, telling.confidence) == ("en", "de", 0.7)
    assert told.notes == ("captioner:writer writes en, not de",)


def test_a_view_from_above_is_flattened_for_the_detector_and_told_as_it_is() -> None:
    shown: list[tuple[int, ...]] = []

    class Finder:
        key, classes = "finder", ("dog",)

        def detect(self, image: U8, *, min_score: float = 0.05, limit: int = 300) -> Detections:
            del min_score, limit
            shown.append(image.shape)
            box = np.array([[10, 8, 30, 16]], np.float32)
            return Detections(box, np.array([0.9], np.float32), np.array([0], np.int32))

    image = np.zeros((100, 160, 3), np.uint8)
    plain = DetectorEye(Finder(), {}).look(image, min_score=0.1)
    flat = DetectorEye(Finder(), {"dog": "car"}, from_above=True).look(image, min_score=0.1)
    assert shown == [(100, 160, 3), (40, 160, 3)]
    np.testing.assert_allclose(plain.boxes, [[10, 8, 30, 16]])
    np.testing.assert_allclose(flat.boxes, [[10, 20, 30, 40]])
    assert (plain.names, flat.names) == (("dog",), ("car",))


def test_what_has_not_changed_is_not_looked_at_again_for_a_while() -> None:
    blobs = Blobs()
    still = StillEye(blobs)
    rng = np.random.default_rng(0)
    quiet = picture({"dog": (4, 30)})
    for _ in range(MOST + 1):
        noisy = quiet.astype(int) + rng.integers(-2, 3, quiet.shape)
        found = still.look(np.clip(noisy, 0, 255).astype(np.uint8), min_score=0.1)
        assert found.names == ("dog",)
    assert blobs.looks == 1
    still.look(quiet, min_score=0.1)
    assert blobs.looks == 2  # it is looked at again now and then
    moved = still.look(picture({"dog": (6, 30)}), min_score=0.1)
    assert blobs.looks == 3
    assert moved.boxes[0, 0] == 6


def test_a_stream_whose_clock_begins_anew_is_told_again() -> None:
    told = narration(Blobs(), every_s=5.0)
    assert shown(told, {"dog": (4, 30)}, 1000, 3)
    assert shown(told, {"car": (40, 10)}, 0, 5)


def test_a_summary_is_about_all_that_passed_not_about_the_last_look() -> None:
    told = narration(Sorter(), every_s=10)
    for second in range(9):
        told.see(Frame(second, float(second), np.full((4, 4, 3), 250, np.uint8)))
    summary = told.finish()
    assert (summary.text, summary.time_s) == ("Seen in 8 seconds: glass.", 8.0)


def test_a_stream_that_came_back_with_another_clock_goes_on_counting_time() -> None:
    told = narration(Sorter(), every_s=0)
    for time_s in (100.0, 104.0, 0.0, 3.0):
        told.see(Frame(0, time_s, np.full((4, 4, 3), 250, np.uint8)))
    assert told.finish().text == "Seen in 7 seconds: glass."


def test_a_summary_of_nothing_is_no_error() -> None:
    told = narration(Blobs())
    summary = told.finish()
    assert (summary.kind, summary.counts, summary.confidence) == ("summary", (), 0.0)
    told.close()
