"""The names that Tator's scripts use for heads; what they do is done elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError
from sightline.settings.earlier import CLIP_NAMES

if TYPE_CHECKING:
    from sightline.app.crop_heads.samples import Folders
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


def train(bench: Workbench, values: dict[str, Any], folders: Folders | None) -> dict[str, Any]:
    """Start the training of a head and return the id of its job.

    Args:
        bench: The workspace.
        values: As Tator names them, see `TrainClip`.
        folders: Pictures and labels to learn from; None: a project's.

    Raises:
        UnknownProjectError, UnknownEngineError, InvalidInputError: It cannot be trained.
    """
    project = None if folders else project_of(bench, values["project"]).name
    job = bench.head_training.start(project, spec_of(values), folders=folders)
    return {"job_id": job["id"], "status": job["state"]}


def spec_of(values: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of a head's training by our names."""
    encoder = values["encoder_model"] or values["clip_model_name"]
    mlp = values["classifier_type"] == "mlp"
    known = {ours: values[theirs] for theirs, ours in SAME.items()}
    if mlp:
        known |= {ours: values[theirs] for theirs, ours in OF_MLP.items()}
        sizes = [one for one in values["mlp_hidden_sizes"].split(",") if one.strip().isdigit()]
        known |= {"sizes": [int(one) for one in sizes] or [256]}
        known["balanced_sampler"] = values["mlp_sampler"] == "balanced"
    return known | {
        "head": "mlp" if mlp else "logistic",
        "encoder": CLIP_NAMES.get(encoder, encoder.rpartition("/")[2]) or "auto",
        "solver": values["solver"] if values["solver"] in {"saga", "sag"} else "lbfgs",
        "class_weight": "none" if values["class_weight"] == "none" else "balanced",
        "device": values["device_override"] or "auto",
    }


SAME: Final = {
    "c": "c",
    "max_iter": "max_iter",
    "convergence_tol": "tol",
    "test_size": "val_share",
    "random_seed": "seed",
    "hard_example_mining": "hard_examples",
    "reuse_embeddings": "reuse_cache",
}
OF_MLP: Final = {
    "mlp_dropout": "dropout",
    "mlp_epochs": "epochs",
    "mlp_lr": "lr",
    "mlp_weight_decay": "weight_decay",
    "mlp_label_smoothing": "label_smoothing",
    "mlp_mixup_alpha": "mixup",
    "mlp_patience": "patience",
}


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
