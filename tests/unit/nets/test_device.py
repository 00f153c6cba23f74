"""A network runs where it was told to, and a graphics card that is not there is refused."""

from __future__ import annotations

import pytest

from sightline.core.errors import InvalidInputError
from sightline.nets import device


@pytest.mark.parametrize(
    ("wanted", "cards", "found"),
    [
        ("auto", 0, "cpu"),
        ("auto", 2, "cuda"),
        ("cpu", 2, "cpu"),
        ("cuda", 1, "cuda"),
        ("cuda:1", 2, "cuda:1"),
    ],
)
def test_the_device_is_the_one_asked_for(wanted: str, cards: int, found: str) -> None:
    assert device._chosen(wanted, cards) == found


@pytest.mark.parametrize(("wanted", "cards"), [("cuda", 0), ("cuda:1", 1)])
def test_a_card_that_is_not_there_is_refused(wanted: str, cards: int) -> None:
    with pytest.raises(InvalidInputError, match=f"engine_device is {wanted}") as caught:
        device._chosen(wanted, cards)
    assert "auto or cpu" in caught.value.hint


def test_a_network_is_told_by_its_processs_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    threads = torch.get_num_threads()
    monkeypatch.setenv(device.WANTED, "cpu")
    net = torch.nn.Dropout()
    assert device.place(net, threads).type == "cpu"
    assert not net.training
