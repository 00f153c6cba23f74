from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sightline.jobs.plain import plain


@dataclass
class Point:
    x: float


def test_what_json_lacks_becomes_what_it_has() -> None:
    value = {
        1: np.int64(2),
        "nan": float("nan"),
        "array": np.array([[1.5, np.inf]], np.float32),
        "path": Path("a") / "b",
        "point": Point(1.0),
        "set": {3},
        "flag": np.bool_(True),
        "none": None,
        "odd": range(2),
    }
    want = {
        "1": 2,
        "nan": None,
        "array": [[1.5, None]],
        "path": "a/b",
        "point": {"x": 1.0},
        "set": [3],
        "flag": True,
        "none": None,
        "odd": "range(0, 2)",
    }
    assert plain(value) == want
    assert json.loads(json.dumps(plain(value), allow_nan=False)) == want
