"""What stands on a model: settings, projects, heads, trainings under way, vectors that it made."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from sightline.app.runs.book import FINAL
from sightline.core.errors import SightlineError
from sightline.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sightline.app.projects import Projects
    from sightline.store.models import ModelRecord
    from sightline.store.store import Store

EMBEDDING: Final = "embedding"
PROJECT: Final = {
    "encoder": "its encoder",
    "box_head": "names the classes of its objects",
    "image_head": "answers for its whole images",
}
"""What a project's settings may name, and what for."""
ENGINE: Final = "assist_engine"
UNNAMED: Final = frozenset({"", "auto", "torch", "builtin"})
"""Values that name no model."""


@dataclass(frozen=True, slots=True)
class Use:
    """One thing that a model is needed for."""

    kind: str
    """workspace, project, head, run or vectors."""
    name: str
    """Of the project, head or run."""
    what: str
    setting: str = ""
    """The setting that names it."""


@dataclass(frozen=True, slots=True)
class _Named:
    ref: str
    use: Use


class ModelUses:
    """Finds what needs which model. It asks the disk and the database each time."""

    def __init__(self, store: Store, projects: Projects) -> None:
        self._store = store
        self._projects = projects

    def all(self, records: Sequence[ModelRecord]) -> dict[str, list[dict[str, Any]]]:
        """Return by model id what names it; a name means the newest model of that name."""
        known = _refs(records)
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for one in (*self._by_settings(), *self._by_runs(), *_by_heads(records)):
            if one.ref in known:
                found[known[one.ref]].append(asdict(one.use))
        return found

    def vectors(self, record: ModelRecord) -> list[dict[str, Any]]:
        """Return the projects that hold vectors of an encoder."""
        if record.card is None or record.card.kind != "encoder":
            return []
        key = record.card.encoder_key
        names = {project.id: project.name for project in self._store.projects.list(archived=None)}
        return [
            asdict(Use("vectors", names[info.project_id], f"{info.rows:,} vectors come from it"))
            for info in self._store.arrays.sizes()
            if info.name == EMBEDDING
            and info.key.startswith(key)
            and info.rows
            and info.project_id in names
        ]

    def missing(
        self, records: Sequence[ModelRecord], built_in: frozenset[str]
    ) -> list[dict[str, Any]]:
        """Return what settings and heads name and is not here, each name once."""
        known = {"", *_refs(records), *built_in}
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for one in (*self._by_settings(), *_by_heads(records)):
            if one.ref not in known:
                found[one.ref].append(asdict(one.use))
        return [{"name": name, "wanted_by": uses} for name, uses in found.items()]

    def _by_settings(self) -> Iterator[_Named]:
        engine = load_settings(self._store.workspace).settings.assist_engine
        if engine not in UNNAMED:
            yield _Named(engine, Use("workspace", "", "what helps to draw", ENGINE))
        for project in self._store.projects.list(archived=None):
            try:
                values = self._projects.settings(project).settings
            except (SightlineError, OSError):  # that project's own pages tell what is wrong
                continue
            for key, what in PROJECT.items():
                ref = getattr(values, key)
                if ref not in UNNAMED:
                    yield _Named(ref, Use("project", project.name, what, key))

    def _by_runs(self) -> Iterator[_Named]:
        for run in self._store.runs.list():
            model = run.spec.get("model")
            ref = model.get("weights") if isinstance(model, dict) else None
            if run.state not in FINAL and isinstance(ref, str):
                yield _Named(ref, Use("run", run.id, f"a training of {run.project} begins from it"))


def _by_heads(records: Sequence[ModelRecord]) -> Iterator[_Named]:
    keys = {
        one.card.encoder_key: one.id
        for one in records
        if one.card is not None and one.card.kind == "encoder"
    }
    for one in records:
        if one.card is not None and one.card.kind == "head":
            encoder, key = (str(one.card.head.get(at, "")) for at in ("encoder", "encoder_key"))
            use = Use("head", one.card.name, "stands on it")
            yield _Named(keys.get(key, encoder), use)


def _refs(records: Sequence[ModelRecord]) -> dict[str, str]:
    """Return ids and names, each to the id that it means; records come newest first."""
    found: dict[str, str] = {}
    for one in records:
        if one.card is not None:
            found.setdefault(one.card.name, one.id)
    return found | {one.id: one.id for one in records}
