from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from fakes.onnx_graphs import colour_card
from fakes.serving import Says
from sightline.app.serving.finding import Found
from sightline.app.serving.serving import Loaded, Serving
from sightline.core.errors import (
    ConflictError,
    InvalidInputError,
    OverloadedError,
    UnknownModelError,
)
from sightline.predict.rows import Picture

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from sightline.predict.rows import Row


class Hears:
    """A listener and a keeper that remember."""

    def __init__(self) -> None:
        self.told: list[tuple[str, ...]] = []

    def answered(self, model: str, *, waited_s: float, took_s: float) -> None:
        assert waited_s >= 0
        assert took_s >= 0
        self.told.append(("answered", model))

    def swapped(self, model: str) -> None:
        self.told.append(("swapped", model))

    def offer(self, data: bytes, row: Row) -> None:
        self.told.append((data.decode(), row["label"]))

    def stats(self) -> dict[str, Any]:
        return {"seen": len(self.told)}

    def close(self) -> None:
        self.told.append(("closed",))


class Shop:
    def __init__(self, folder: Path, **options: Any) -> None:
        self.folder = folder
        self.gate = threading.Event()
        self.opened: dict[str, Says] = {}
        self.serving = Serving(**{"threads": 1, "queue": 2, "opening": self.open, **options})

    def open(self, found: Found) -> Says:
        if found.version == "broken":
            raise InvalidInputError("it does not run", hint="")
        self.opened[found.version] = Says(found, self.gate)
        return self.opened[found.version]

    def found(self, version: str, name: str = "m") -> Found:
        return Found(name, name, colour_card("m", id=version), self.folder / "model.onnx")

    def ask(self) -> Future[Any]:
        def work(one: Loaded) -> Any:
            return one.look(Picture("p", b"p"))["label"]

        return self.serving.submit(self.serving.slot("m"), work)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    made.serving.add(made.found("one"))
    yield made
    made.gate.set()
    made.serving.close()


def test_who_began_with_a_version_ends_with_it_and_its_last_user_lets_go_of_it(shop: Shop) -> None:
    early, waiting = shop.ask(), shop.ask()
    assert shop.opened["one"].begun.acquire(timeout=60)
    assert shop.serving.swap(shop.found("two")) == "one"
    assert shop.opened["one"].closed == 0, "somebody is with it"
    shop.gate.set()
    assert early.result(60) == "one"
    assert waiting.result(60) == "two"
    assert shop.opened["one"].closed == 1


def test_a_version_that_nobody_uses_is_let_go_of_at_once(shop: Shop) -> None:
    shop.serving.swap(shop.found("two"))
    assert shop.opened["one"].closed == 1
    assert shop.opened["two"].closed == 0


def test_a_model_that_cannot_be_opened_takes_nothing_over(shop: Shop) -> None:
    shop.gate.set()
    with pytest.raises(InvalidInputError):
        shop.serving.swap(shop.found("broken"))
    assert shop.ask().result(60) == "one"
    with pytest.raises(UnknownModelError):
        shop.serving.swap(shop.found("two", name="nobody"))


def test_no_request_is_lost_or_fails_while_models_are_swapped_under_load(tmp_path: Path) -> None:
    shop = Shop(tmp_path, threads=4, queue=10_000)
    shop.gate.set()
    shop.serving.add(shop.found("0"))
    answers: list[str] = []
    lock = threading.Lock()

    def load() -> None:
        for _ in range(200):
            said = shop.ask().result(60)
            with lock:
                answers.append(said)

    clients = [threading.Thread(target=load) for _ in range(4)]
    for one in clients:
        one.start()
    for number in range(1, 50):
        shop.serving.swap(shop.found(str(number)))
    for one in clients:
        one.join()
    shop.serving.close()
    assert len(answers) == 800
    assert [one.closed for one in shop.opened.values()] == [1] * 50


def test_requests_beyond_the_queue_are_refused_with_a_time_to_come_back(shop: Shop) -> None:
    futures = [shop.ask() for _ in range(3)]
    with pytest.raises(OverloadedError) as caught:
        shop.ask()
    assert caught.value.retry_s >= 0
    assert shop.serving.stats() == {
        "in_flight": 1,
        "waiting": 2,
        "limit": 3,
        "models": 1,
        "bytes": 7,
    }
    shop.gate.set()
    assert [one.result(60) for one in futures] == ["one"] * 3
    assert shop.ask().result(60) == "one"


def test_what_was_given_up_before_it_began_is_never_worked_on(shop: Shop) -> None:
    first, second = shop.ask(), shop.ask()
    assert shop.opened["one"].begun.acquire(timeout=60)
    assert second.cancel()
    shop.gate.set()
    assert first.result(60) == "one"
    shop.serving.close()
    assert not shop.opened["one"].begun.acquire(blocking=False)


def test_after_the_end_nothing_is_taken(shop: Shop) -> None:
    shop.serving.close()
    with pytest.raises(OverloadedError, match="ends"):
        shop.ask()


def test_names_are_unique_and_one_model_needs_none(shop: Shop) -> None:
    with pytest.raises(ConflictError, match="m"):
        shop.serving.add(shop.found("two"))
    assert shop.serving.slot().current.found.version == "one"
    shop.serving.add(shop.found("two", name="other"))
    with pytest.raises(InvalidInputError, match="several"):
        shop.serving.slot()
    with pytest.raises(UnknownModelError):
        shop.serving.slot("othr")


def test_a_keeper_hears_those_who_are_under_way_at_a_swap_before_it_closes(tmp_path: Path) -> None:
    keepers = {"one": Hears(), "two": Hears()}
    swapped = threading.Event()

    class Announces(Hears):
        def swapped(self, _: str) -> None:
            swapped.set()

    shop = Shop(tmp_path, listener=Announces(), keeping=lambda card: keepers[card.id])
    shop.serving.add(shop.found("one"))
    early = shop.ask()
    assert shop.opened["one"].begun.acquire(timeout=60)
    swap = threading.Thread(target=shop.serving.swap, args=(shop.found("two"),))
    swap.start()
    assert swapped.wait(60)
    shop.gate.set()
    assert early.result(60) == "one"
    swap.join(60)
    shop.serving.close()
    assert keepers["one"].told == [("p", "one"), ("closed",)]
    assert keepers["two"].told == [("closed",)]


def test_listener_and_keeper_hear_of_answers_and_swaps(tmp_path: Path) -> None:
    hears, keeps = Hears(), Hears()
    shop = Shop(tmp_path, listener=hears, keeping=lambda _: keeps)
    shop.gate.set()
    shop.serving.add(shop.found("one"))
    assert shop.serving.answer("m", b"bytes")["label"] == "one"
    assert keeps.told == [("bytes", "one")]
    shop.serving.swap(shop.found("two"))
    shop.serving.close()
    assert hears.told == [("answered", "m"), ("swapped", "m")]
    assert keeps.told[1:] == [("closed",), ("closed",)]
