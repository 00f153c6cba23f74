"""One table of engines by name. Listing it imports no engine."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sightline.core.errors import MissingExtraError, UnknownEngineError, did_you_mean
from sightline.core.packages import installed

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSpec:
    """What is known of an engine before it is loaded."""

    name: str
    kind: str
    """The port it answers to: encoder, classifier."""
    factory: str
    """`package.module:function`, imported at first use."""
    description: str = ""
    extra: str = ""
    """The optional dependency that it needs, as in `pip install sightline[extra]`."""
    needs: tuple[str, ...] = ()
    """Importable names that must be there."""
    heavy: bool = False
    """It loads torch: a server asks it in a process of its own."""
    text: bool = False
    """It encodes words too."""
    fault: str = ""
    """Why it cannot be used although everything is installed, as in lost weights."""

    def missing(self) -> tuple[str, ...]:
        """Return the importable names that are not installed."""
        return tuple(module for module in self.needs if not installed(module))


class Registry:
    """Engines by name: the built-in table, then what a workspace adds."""

    def __init__(self, specs: Iterable[EngineSpec]) -> None:
        self._specs = {spec.name: spec for spec in specs}

    def names(self) -> list[str]:
        """Return every name, sorted."""
        return sorted(self._specs)

    def specs(self) -> list[EngineSpec]:
        """Return every entry, sorted by name."""
        return [self._specs[name] for name in self.names()]

    def check(self, name: str) -> EngineSpec:
        """Return the entry of an engine that can be loaded here.

        Raises:
            UnknownEngineError: No engine bears this name.
            MissingExtraError: It needs a package that is not installed.
        """
        spec = self._specs.get(name)
        if spec is None:
            raise UnknownEngineError(
                f"no engine named {name!r}", hint=did_you_mean(name, self._specs)
            )
        missing = spec.missing()
        if missing:
            wanted = f"sightline[{spec.extra}]" if spec.extra else " ".join(missing)
            raise MissingExtraError(
                f"{name} needs {', '.join(missing)}", hint=f"pip install '{wanted}'"
            )
        return spec

    def load(self, name: str, **arguments: Any) -> Any:
        """Build the engine; `arguments` go to its factory.

        Raises:
            UnknownEngineError: No engine bears this name.
            MissingExtraError: It needs a package that is not installed.
        """
        module, _, function = self.check(name).factory.partition(":")
        return getattr(import_module(module), function)(**arguments)
