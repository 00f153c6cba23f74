"""What came, moved, left and passed, and how many there were."""

from __future__ import annotations

from sightline.core.narration import Caption, Scene, Thing
from sightline.flows.narrate.account import CAPTIONS, Account

SIDE = 40.0


def thing(
    number: int, x: float, y: float = 200.0, *, name: str = "dog", side: float = SIDE
) -> Thing:
    return Thing(name=name, score=0.9, box=(x, y, x + side, y + side), track=number)


def scene(time_s: float, *things: Thing, **more: object) -> Scene:
    return Scene(time_s=time_s, width=640, height=480, things=things, **more)  # type: ignore[arg-type]


def numbers(things: tuple[Thing, ...]) -> list[int]:
    return [one.track for one in things]


def test_what_came_and_left_since_something_was_told() -> None:
    account = Account()
    account.note(scene(0, thing(1, 10), thing(2, 300)))
    account.mark()
    account.note(scene(1, thing(2, 300), thing(3, 500)))
    changes = account.changes()
    assert (numbers(changes.came), numbers(changes.left)) == ([3], [1])
    assert not changes.passed
    account.mark()
    account.note(scene(2, thing(2, 300), thing(3, 500)))
    assert not account.changes()


def test_what_came_and_left_in_between_passed_by_and_is_told_once() -> None:
    account = Account()
    account.note(scene(0))
    account.mark()
    for step in range(1, 5):
        account.note(scene(step, thing(1, 100.0 * step)))
    account.note(scene(5))
    assert numbers(account.changes().passed) == [1]
    account.mark()
    account.note(scene(6))
    assert not account.changes()


def test_what_went_across_or_grew_has_moved() -> None:
    account = Account()
    account.note(scene(0, thing(1, 100), thing(2, 500), thing(3, 300), thing(4, 200, 50)))
    account.mark()
    account.note(
        scene(1, thing(1, 250), thing(2, 380), thing(3, 290, 190, side=60), thing(4, 210, 50))
    )
    assert [(one.track, way) for one, way in account.changes().moved] == [
        (1, "right"),
        (2, "left"),
        (3, "nearer"),
    ]


def test_one_that_is_cut_by_the_border_has_not_shrunk() -> None:
    account = Account()
    account.note(scene(0, thing(1, 300, 200, side=100)))
    account.mark()
    account.note(scene(1, Thing(name="dog", score=0.9, box=(300, 430, 400, 480), track=1)))
    assert not account.changes().moved


def test_counts_leave_out_what_was_hardly_there() -> None:
    account = Account()
    for step in range(6):
        seen = [thing(1, 10), thing(2, 200, name="car")]
        account.note(scene(step, *(seen[:1] if step else seen)))
    assert account.counts() == (("dog", 1),)


def test_one_frame_is_enough_where_there_is_one() -> None:
    account = Account()
    account.note(scene(0, thing(1, 10), thing(2, 90), thing(3, 200, name="cat")))
    assert account.counts() == (("dog", 2), ("cat", 1))
    assert account.most("dog") == 2


def test_what_left_long_ago_is_counted_and_forgotten() -> None:
    account = Account()
    for hour in range(50):
        for step in range(4):
            account.note(scene(hour * 3600.0 + step, thing(hour + 1, 100)))
        account.mark()
    assert account.counts() == (("dog", 50),)
    assert len(account._lives) == 1


def test_after_a_swap_what_is_there_are_others() -> None:
    account = Account()
    for step in range(4):
        account.note(scene(step, thing(1, 10)))
    account.part()
    for step in range(4, 8):
        account.note(scene(step, thing(2, 10)))
    assert account.counts() == (("dog", 2),)


def test_what_turns_out_to_be_something_else_was_that_from_the_start() -> None:
    account = Account()
    for step in range(4):
        account.note(scene(step, thing(1, 100.0 * step)))
    account.note(scene(4))
    account.rename({1: "car", 7: "bus"})
    assert [one.name for one in account.changes().passed] == ["car"]
    assert account.counts() == (("car", 1),)


def test_the_class_of_most_frames_comes_first_and_rare_ones_are_left_out() -> None:
    account = Account()
    for step in range(40):
        name = "glass" if step < 30 else "metal" if step < 39 else "paper"
        account.note(scene(step, classes=((name, 0.8),)))
    assert account.classes() == ["glass", "metal"]
    assert 0.79 < account.confidence < 0.81


def test_captions_of_a_long_clip_are_thinned_out_evenly() -> None:
    account = Account()
    for step in range(500):
        account.note(scene(step, caption=Caption(f"text {step}", "en", 0.5)))
    assert len(account.captions) <= CAPTIONS
    assert account.captions[0] == "text 0"
    assert account.captions[-1] == "text 499"
