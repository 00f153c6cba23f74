"""An exported file is enough: ONNX Runtime, Pillow and numpy answer as Sightline does."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import torch

from fakes.onnx_graphs import colour_card
from sightline.export.onnx import export_net
from sightline.nets.build import build
from sightline.predict.run import predict_files
from sightline.predict.session import open_classifier

if TYPE_CHECKING:
    from pathlib import Path

ALONE = """
import json, sys
import numpy as np, onnxruntime
from PIL import Image, ImageOps

session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
card = json.loads(session.get_modelmeta().custom_metadata_map["sightline"])
rule = card["preprocess"]
size, short = rule["size"], rule["resize_px"] or rule["size"]
for path in sys.argv[2:]:
    picture = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    if rule["resize"] == "stretch":
        picture = picture.resize((size, size), Image.Resampling.BILINEAR)
    else:
        assert rule["resize"] == "crop"
        scale = short / min(picture.size)
        wide, high = (round(side * scale) for side in picture.size)
        picture = picture.resize((wide, high), Image.Resampling.BILINEAR)
        left, top = (wide - size) // 2, (high - size) // 2
        picture = picture.crop((left, top, left + size, top + size))
    pixels = np.asarray(picture)[None]
    (probabilities,) = session.run(["probabilities"], {"image": pixels})
    best = int(probabilities[0].argmax())
    print(json.dumps({"label": card["classes"][best], "probabilities": probabilities[0].tolist()}))
assert not {"sightline", "torch", "onnx"} & set(sys.modules)
"""


@pytest.mark.parametrize("resize", ["stretch", "crop"])
def test_onnx_runtime_pillow_and_numpy_answer_as_sightline_does(
    tmp_path: Path, shared_data: Path, resize: str
) -> None:
    torch.manual_seed(1)
    torch.set_num_threads(1)
    rule = {"size": 64, "resize": resize, "resize_px": 72 if resize == "crop" else None}
    card = colour_card(format="torch", network="small_cnn", preprocess=rule, temperature=0.2)
    model = tmp_path / "model.onnx"
    export_net(build("small_cnn", 3).eval(), card, model, serve=open_classifier)
    files = [
        *sorted((shared_data / "cls_sign_digits" / "3").glob("*"))[:3],
        *sorted((shared_data / "cls_trashnet_train" / "glass").glob("*"))[:2],
    ]
    script = [sys.executable, "-I", "-c", ALONE, str(model), *map(str, files)]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    theirs = [json.loads(line) for line in done.stdout.splitlines()]
    ours = list(predict_files(open_classifier(model), files))
    assert len(theirs) == len(ours) == len(files)
    for mine, other in zip(ours, theirs, strict=True):
        assert mine["label"] == other["label"]
        probabilities = list(mine["probabilities"].values())
        assert probabilities == pytest.approx(other["probabilities"], abs=0.02)
