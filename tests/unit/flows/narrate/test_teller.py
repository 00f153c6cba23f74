"""Scenes as sentences."""

from __future__ import annotations

import pytest

from sightline.core.narration import LANGUAGES, Caption, Scene, Thing
from sightline.flows.narrate.account import Account, Changes
from sightline.flows.narrate.catalogue import catalogue
from sightline.flows.narrate.items import place_of
from sightline.flows.narrate.teller import Teller

WIDTH, HEIGHT = 640, 480


def thing(name: str, x: float, *, score: float = 0.9, side: float = 60.0, track: int = 1) -> Thing:
    return Thing(name=name, score=score, box=(x, 100, x + side, 100 + side), track=track)


def scene(*things: Thing, **more: object) -> Scene:
    return Scene(time_s=0.0, width=WIDTH, height=HEIGHT, things=things, **more)  # type: ignore[arg-type]


def told(seen: Scene, changes: Changes | None = None, lang: str = "en") -> str:
    first = changes is None
    return Teller(catalogue(lang)).text(seen, changes or Changes(), first=first)


def test_things_are_counted_and_placed() -> None:
    seen = scene(thing("dog", 10), thing("dog", 80), thing("car", 500))
    assert told(seen) == "There are two dogs on the left and a car on the right."


def test_what_is_in_many_places_is_told_without_them() -> None:
    seen = scene(*(thing("bottle", x) for x in (10, 300, 500)))
    assert told(seen) == "There are three bottles."


@pytest.mark.parametrize(
    ("box", "place"),
    [
        ((0, 0, 100, 100), "left"),
        ((270, 0, 370, 100), "middle"),
        ((540, 0, 640, 100), "right"),
        ((0, 0, 420, 480), "left_near"),
        ((300, 0, 330, 30), "middle_far"),
        ((0, 0, 640, 480), "middle_near"),
    ],
)
def test_places_go_by_the_box(box: tuple[int, int, int, int], place: str) -> None:
    assert place_of(box, (WIDTH, HEIGHT)) == place


def test_doubt_is_told() -> None:
    assert told(scene(thing("dog", 10, score=0.5))) == "There is probably a dog on the left."
    assert told(scene(thing("dog", 10, score=0.3))) == "There is perhaps a dog on the left."


def test_long_lists_end_with_how_many_more() -> None:
    seen = scene(*(thing(name, 10) for name in ("car", "dog", "cat", "cow", "bed", "tv", "cup")))
    assert told(seen).endswith("and two more.")


def test_changes_come_before_what_is_there_now() -> None:
    old, new = thing("dog", 10), thing("car", 500)
    assert told(scene(old, new), Changes(came=(new,))) == (
        "A car on the right came into view. Now there is a car on the right and a dog on the left."
    )
    assert told(scene(new), Changes(came=(new,))) == "A car on the right came into view."
    assert told(scene(), Changes(left=(old,))) == (
        "A dog on the left went out of view. Now nothing known is in view."
    )
    assert told(scene(old), Changes(passed=(new, new))) == (
        "Two cars passed by. Now there is a dog on the left."
    )


def test_how_far_those_are_that_come_and_go_is_not_told() -> None:
    cut = Thing(name="car", score=0.9, box=(0, 100, 12, 140), track=1)
    assert told(scene(), Changes(left=(cut,))).startswith("A car on the left went out of view.")
    assert told(scene(cut)) == "There is a car far off on the left."


def test_ways_are_told_one_after_the_other() -> None:
    dog, car = thing("dog", 10), thing("car", 500)
    text = told(scene(dog, car), Changes(moved=((car, "right"), (dog, "nearer"))))
    assert text.startswith("A car moved to the right. A dog came closer. Now there is")


def test_a_classifier_is_quoted_with_its_doubt() -> None:
    assert told(scene(classes=(("glass", 0.92), ("metal", 0.05)))) == "It is glass (92 %)."
    assert told(scene(classes=(("glass", 0.5),))) == "It is probably glass (50 %)."
    unsure = scene(classes=(("glass", 0.3), ("metal", 0.25)))
    assert told(unsure) == "It may be glass or metal."


def test_a_class_that_the_language_knows_is_told_in_it() -> None:
    seen = scene(classes=(("bottle", 0.92), ("glass", 0.05)), tags=(("cup", 0.9), ("wet", 0.9)))
    assert told(seen, lang="de") == "Es ist eine Flasche (92 %). Merkmale: eine Tasse und wet."


def test_tags_are_listed() -> None:
    assert told(scene(tags=(("wet", 0.9), ("dark", 0.8)))) == "Tags: wet and dark."


def test_nothing_is_told_as_such() -> None:
    assert told(scene()) == "Nothing known is in view."


def test_a_summary_counts_what_there_was() -> None:
    account = Account()
    for step in range(5):
        account.note(scene(thing("dog", 10, track=1), thing("dog", 90, track=2)))
        account.note(scene(thing("dog", 10, track=3), thing("car", 90, track=4 + step // 9)))
    text = Teller(catalogue("en")).summary(account, 30.0)
    assert text == "In 30 seconds, three dogs (at most two at once) and a car came into view."


def test_long_clips_are_summed_up_in_minutes() -> None:
    account = Account()
    teller = Teller(catalogue("en"))
    assert teller.summary(account, 600.0) == "Nothing known was in view in 10 minutes."
    assert teller.summary(account, 0.0) == "Nothing known was in view in 1 second."


def test_a_summary_of_captions_has_the_first_the_last_and_one_between() -> None:
    account = Account()
    for step in range(9):
        account.note(scene(caption=Caption(f"text {step}.", "en", 0.5)))
    assert Teller(catalogue("en")).summary(account, 9.0) == "Text 0. Text 4. Text 8."


def test_a_summary_of_classes_names_them() -> None:
    account = Account()
    account.note(scene(classes=(("glass", 0.9),)))
    text = Teller(catalogue("en")).summary(account, 1.0)
    assert text == "Seen in 1 second: glass."


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_words_for_everything(lang: str) -> None:
    dog, car = thing("dog", 10, score=0.5), thing("car", 500, side=400, score=0.3)
    changes = Changes(
        came=(dog,),
        left=(car, car),
        passed=(car,),
        moved=((dog, "left"), (dog, "right"), (dog, "nearer"), (dog, "away")),
    )
    seen = scene(dog, car, classes=(("glass", 0.5),), tags=(("wet", 0.9),))
    for text in (told(seen, lang=lang), told(seen, changes, lang), told(scene(), changes, lang)):
        assert "{" not in text
        assert "#" not in text
        assert "dog" not in text or lang == "en"
    account = Account()
    account.note(seen)
    assert "{" not in Teller(catalogue(lang)).summary(account, 120)
