from __future__ import annotations

import sys

import pytest

from sightline.core.errors import MissingExtraError, UnknownEngineError
from sightline.core.registry import EngineSpec, Registry


def spec(name: str, factory: str, **more: object) -> EngineSpec:
    values = {"name": name, "kind": "encoder", "factory": factory} | more
    return EngineSpec(**values)  # type: ignore[arg-type]


TABLE = Registry(
    [
        spec("slow", "this_module_is_not_there:build"),
        spec("counter", "collections:Counter"),
        spec("far", "collections:Counter", extra="train", needs=("json", "no_such_package")),
    ]
)


def test_listing_loads_nothing() -> None:
    assert TABLE.names() == ["counter", "far", "slow"]
    assert [one.name for one in TABLE.specs()] == TABLE.names()
    assert "this_module_is_not_there" not in sys.modules


def test_loading_passes_arguments_to_the_factory() -> None:
    assert TABLE.load("counter", a=2) == {"a": 2}


def test_an_unknown_engine_names_the_nearest() -> None:
    with pytest.raises(UnknownEngineError, match="cuonter") as caught:
        TABLE.load("cuonter")
    assert caught.value.hint == "did you mean 'counter'?"


def test_a_missing_package_is_named_with_the_extra_that_brings_it() -> None:
    with pytest.raises(MissingExtraError, match="no_such_package") as caught:
        TABLE.load("far")
    assert "sightline[train]" in caught.value.hint
    assert "json" not in str(caught.value)


def test_a_later_entry_of_a_name_replaces_the_earlier() -> None:
    both = Registry([spec("a", "collections:Counter"), spec("a", "collections:OrderedDict")])
    assert type(both.load("a")).__name__ == "OrderedDict"
