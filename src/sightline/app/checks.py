"""`doctor`: is everything there that Sightline needs here?"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from sightline import __version__
from sightline.app.earlier import names as earlier_names
from sightline.core.errors import SightlineError
from sightline.settings import load_settings, public

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.app.workbench import Workbench

LOW_DISK_BYTES = 2 << 30
EXTRAS = {
    "train": ("torch", "torchvision", "onnx"),
    "models": ("timm", "transformers"),
    "map": ("pacmap", "umap-learn"),
    "search": ("faiss-cpu",),
    "tables": ("pyarrow",),
    "science": ("tifffile", "astropy"),
    "heic": ("pillow-heif",),
    "postgresql": ("psycopg",),
    "explain": ("captum",),
    "sweep": ("optuna",),
    "distributed": ("lightning-fabric",),
    "tracking": ("tensorboard", "mlflow-skinny"),
    "desktop": ("pywebview",),
}


def doctor(bench: Workbench) -> dict[str, Any]:
    """Return checks, versions, settings and where each setting came from."""
    loaded = load_settings(bench.workspace, flags=bench.flags)
    checks = [_check(name, check, bench) for name, check in CHECKS.items()]
    checks += earlier_names.checks(bench, loaded)
    checks += [_extra(name, packages) for name, packages in EXTRAS.items()]
    return {
        "ok": all(one["ok"] for one in checks if one["needed"]),
        "workspace": str(bench.workspace),
        "checks": checks,
        "settings": public(loaded.settings),
        "origins": loaded.origins,
        "versions": {
            "sightline": __version__,
            "python": platform.python_version(),
            "system": platform.platform(),
            "cores": os.cpu_count(),
        },
    }


def _check(name: str, check: Callable[[Workbench], tuple[bool, str]], bench: Workbench) -> Any:
    try:
        ok, detail = check(bench)
    except (SightlineError, OSError) as error:
        ok, detail = False, str(error)
    return {"name": name, "ok": ok, "detail": detail, "needed": True}


def _extra(name: str, packages: tuple[str, ...]) -> dict[str, Any]:
    missing = [package for package in packages if _version(package) is None]
    detail = (
        f"missing {', '.join(missing)}: pip install 'sightline[{name}]'"
        if missing
        else ", ".join(f"{package} {_version(package)}" for package in packages)
    )
    return {"name": f"extra {name}", "ok": not missing, "detail": detail, "needed": False}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _python(_bench: Workbench) -> tuple[bool, str]:
    return sys.version_info >= (3, 11), platform.python_version()


def _disk(bench: Workbench) -> tuple[bool, str]:
    free = shutil.disk_usage(bench.workspace).free
    return free > LOW_DISK_BYTES, f"{free / 1e9:.1f} GB free in {bench.workspace}"


def _database(bench: Workbench) -> tuple[bool, str]:
    count = len(bench.store.projects.list())
    kind = "SQLite" if bench.store.db.is_sqlite else "PostgreSQL"
    return True, f"{kind}, {count} projects"


def _models(bench: Workbench) -> tuple[bool, str]:
    records = bench.store.models.list()
    faults = [record.id for record in records if record.fault]
    return not faults, f"{len(records)} models" + (f", damaged: {faults[0]}" if faults else "")


def _caches(bench: Workbench) -> tuple[bool, str]:
    arrays = sum(info.bytes for info in bench.store.arrays.sizes())
    return True, f"arrays {arrays / 1e6:.0f} MB, safe to delete"


CHECKS: dict[str, Callable[[Workbench], tuple[bool, str]]] = {
    "python": _python,
    "disk": _disk,
    "database": _database,
    "models": _models,
    "caches": _caches,
}
