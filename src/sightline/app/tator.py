"""The names that Tator's scripts use for heads; what they do is done elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from sightline.app.workbench import Workbench
    from sightline.store.projects import Project


def project_of(bench: Workbench, name: str) -> Project:
    """Return the project that is named, or the only one.

    Raises:
        UnknownProjectError: There is none of this name.
        InvalidInputError: None is named, and there is not exactly one.
    """
    if name:
        return bench.projects.get(name)
    every = bench.store.projects.list()
    if len(every) != 1:
        raise InvalidInputError(
            f"no project is named, and there are {len(every)}", hint="add project"
        )
    return every[0]


def active(bench: Workbench, project: str) -> dict[str, Any]:
    """Return the head that names boxes of a project, and its encoder.

    Raises:
        UnknownProjectError, InvalidInputError: See `project_of`.
    """
    found = project_of(bench, project)
    told = bench.crop_heads.status(found)["boxes"] or {}
    whole = bool(told) and not told["fault"]
    names = list(bench.crop_heads.load(told["model"]).classes) if whole else []
    return {
        "project": found.name,
        "classifier_path": told.get("model"),
        "clip_model": told.get("encoder") or None,
        "clip_ready": whole,
        "clip_error": told.get("fault") or None,
        "labelmap_path": None,
        "labelmap_entries": names,
    }


def activate(bench: Workbench, project: str, classifier: str) -> dict[str, Any]:
    """Let a project use a head for its boxes; an empty name: none.

    Raises:
        UnknownModelError, InvalidInputError, UnknownEngineError: It cannot be used.
    """
    found = project_of(bench, project)
    name = classifier.replace("\\", "/").rpartition("/")[2].removesuffix(".pkl")
    bench.crop_heads.activate(found, name, "boxes")
    return active(bench, found.name)


def classifiers(bench: Workbench) -> list[dict[str, Any]]:
    """Return every head."""
    return [
        {
            "filename": row["name"],
            "path": row["id"],
            "rel_path": row["id"],
            "size_bytes": row["bytes"],
            "created_at": row["created_at"],
            "encoder_model": row["head"]["encoder"],
            "embedding_dim": row["dim"],
            "n_classes_seen": len(row["classes"]),
            "classes": row["classes"],
        }
        for row in bench.crop_heads.all()
    ]
