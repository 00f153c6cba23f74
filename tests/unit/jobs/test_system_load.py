from __future__ import annotations

from sightline.jobs.system_load import LoadMeter


class Clock:
    """A clock that is moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_load_of_processors_and_memory_is_told() -> None:
    load = LoadMeter(ask_gpus=lambda: "").look()
    assert 0 <= load["cpu_percent"] <= 100
    assert 0 < load["memory_used_mb"] < load["memory_total_mb"]
    assert load["process_memory_mb"] > 1
    assert load["cores"] >= 1
    assert load["gpus"] == []


def test_cards_are_read_every_other_second_and_what_they_hide_is_none() -> None:
    clock, asked = Clock(), []

    def ask() -> str:
        asked.append(clock.now)
        return "NVIDIA H100, 42, 1024, 81559, 35\nOld Card, [N/A], 12, 24, 50\nbroken\n"

    meter = LoadMeter(ask_gpus=ask, clock=clock)
    one, other = meter.look()["gpus"]
    assert one == {
        "name": "NVIDIA H100", "percent": 42.0, "memory_used_mb": 1024.0,
        "memory_total_mb": 81559.0, "temperature_c": 35.0,
    }  # fmt: skip
    assert other["percent"] is None
    clock.now = 1.0
    meter.look()
    clock.now = 2.5
    meter.look()
    assert asked == [0.0, 2.5]
