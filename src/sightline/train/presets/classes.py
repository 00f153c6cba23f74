"""Presets where a picture has one class."""

from __future__ import annotations

from typing import Final

from sightline.train.presets.preset import Preset

PRESETS: Final = (
    Preset(
        name="binary_multiclass_classification",
        title="Two or more classes",
        purpose="The place to begin: photographs, one class each, nothing special.",
        group="classes",
        networks=("mobilenet_v3_small", "resnet18"),
        augment={
            "flip": 0.5, "rotate": 10.0, "scale": 0.2, "translate": 0.1, "shear": 5.0,
            "brightness": 0.2, "contrast": 0.3, "colour": 0.3, "erase": 0.15,
        },
    ),
    Preset(
        name="confidence_based_classification",
        title="Probabilities to rely on",
        purpose="Where somebody acts on the probability: 90 % should be right nine times in ten.",
        group="classes",
        networks=("mobilenet_v3_small", "resnet18"),
        augment={
            "flip": 0.5, "rotate": 10.0, "scale": 0.2, "translate": 0.1, "brightness": 0.2,
            "contrast": 0.3, "colour": 0.2, "mixup": 0.3,
        },
        values={
            "loss": {"label_smoothing": 0.1},
            "ema": 0.998,
            "early_stopping": {"monitor": "val_loss"},
        },
        notes=(
            "Mixup and smoothing keep the network from being certain; the temperature that sets "
            "its confidence right comes from val, so keep at least 50 labelled val pictures.",
        ),
    ),
    Preset(
        name="content_moderation_safety",
        title="Content moderation",
        purpose="Finding a few unwanted pictures among many: rare and hard ones count for more.",
        group="classes",
        networks=("mobilenet_v3_small", "mobilenet_v3_large", "efficientnet_b0"),
        augment={
            "flip": 0.5, "rotate": 8.0, "crop": 0.4, "brightness": 0.25, "contrast": 0.3,
            "colour": 0.3, "grey": 0.1, "jpeg": 0.3, "blur": 0.15, "erase": 0.2,
        },
        values={
            "loss": {"name": "focal", "focal_gamma": 2.0, "class_weights": "effective"},
            "sampling": "balanced",
        },
        notes=(
            "Uploads are recompressed and cropped: so are its training pictures. A focal loss "
            "shifts probabilities towards the middle; choose thresholds on val.",
        ),
    ),
    Preset(
        name="document_classification",
        title="Documents",
        purpose="Scanned or photographed pages by their kind: letter, invoice, form.",
        group="classes",
        networks=("mobilenet_v3_small", "mobilenet_v3_large", "resnet34"),
        pixels=384,
        batch=16,
        augment={
            "rotate": 3.0, "scale": 0.1, "translate": 0.05, "shear": 2.0, "perspective": 0.08,
            "brightness": 0.15, "contrast": 0.3, "grey": 0.3, "blur": 0.2, "noise": 0.04,
            "jpeg": 0.2, "erase": 0.1,
        },
        values={"resize": "letterbox"},
        notes=("Nothing is flipped: mirrored writing is none.",),
    ),
    Preset(
        name="finegrained_recognition",
        title="Fine differences",
        purpose="Classes that differ in details: kinds of birds, makes of cars, variants of parts.",
        group="classes",
        networks=("resnet34", "resnet50"),
        pixels=320,
        batch=16,
        lr=1e-3,
        seen=1.5,
        augment={
            "flip": 0.5, "rotate": 10.0, "crop": 0.3, "brightness": 0.15, "contrast": 0.2,
            "colour": 0.15, "blur": 0.05, "erase": 0.1, "cutmix": 0.5,
        },
        values={"loss": {"label_smoothing": 0.1}, "schedule": {"name": "cosine"}},
        notes=(
            "Details need pixels and a deep network: give it weights that have learned before, "
            "and a GPU where there is one.",
        ),
    ),
    Preset(
        name="highres_detail_preservation",
        title="Large pictures, small details",
        purpose="What tells the class is small in a large picture: cracks, cells, far objects.",
        group="classes",
        networks=("mobilenet_v3_large", "efficientnet_v2_s"),
        pixels=512,
        batch=8,
        lr=1e-3,
        augment={
            "flip": 0.5, "rotate": 5.0, "scale": 0.1, "translate": 0.08, "brightness": 0.15,
            "contrast": 0.2, "colour": 0.15, "noise": 0.02, "sharpen": 0.1,
        },
        values={"resize": "letterbox", "accumulate": 4},
        notes=(
            "Nothing is cropped or covered, which could remove the detail. Four small batches "
            "make one step, so that 512 pixels fit into memory.",
        ),
    ),
    Preset(
        name="image_quality_assessment",
        title="Quality of pictures",
        purpose="Sharp or not, noisy or clean, usable or not: judging the picture, not the thing.",
        group="classes",
        networks=("mobilenet_v3_small", "mobilenet_v3_large"),
        pixels=320,
        batch=16,
        augment={"flip": 0.5, "translate": 0.1},
        values={"resize": "crop", "loss": {"label_smoothing": 0.1}},
        notes=(
            "Only moves and mirrors: blur, noise, light, zoom and rotation would change the very "
            "thing that is judged. Pictures are cropped, not squeezed.",
        ),
    ),
    Preset(
        name="medical_scientific_analysis",
        title="Medical and scientific pictures",
        purpose="Scans, micrographs, plots of instruments: few, precious, often more than 8 bits.",
        group="classes",
        networks=("densenet121",),
        pixels=256,
        batch=16,
        lr=1e-3,
        augment={
            "rotate": 12.0, "scale": 0.1, "translate": 0.06, "shear": 4.0, "elastic": 0.03,
            "brightness": 0.12, "contrast": 0.2, "noise": 0.03, "blur": 0.1,
        },
        values={
            "resize": "letterbox",
            "loss": {"class_weights": "balanced", "label_smoothing": 0.05},
        },
        notes=(
            "Nothing is mirrored, since left and right may matter; where they do not, as under a "
            "microscope, set augment.flip and augment.flip_vertical to 0.5.",
            "Keep all pictures of a patient or sample in one split. No model replaces a physician.",
        ),
    ),
    Preset(
        name="small_dataset_fewshot",
        title="Few pictures",
        purpose="A handful to some hundred pictures: strong variation, strong regularisation.",
        group="classes",
        networks=("mobilenet_v3_small", "resnet18"),
        batch=16,
        seen=1.2,
        augment={
            "flip": 0.5, "crop": 0.5, "rotate": 10.0, "brightness": 0.2, "contrast": 0.3,
            "colour": 0.3, "erase": 0.25, "policy": "trivialaugment", "mixup": 0.2,
        },
        values={
            "model": {"dropout": 0.4},
            "loss": {"label_smoothing": 0.1},
            "sampling": "balanced",
            "ema": 0.99,
        },
        notes=(
            "Weights that have learned before help most here: sightline models pull, then "
            "model.weights. With fewer than 20 pictures for each class the head of Browse is the "
            "better tool.",
        ),
    ),
    Preset(
        name="style_aesthetic_classification",
        title="Style and taste",
        purpose="Painting styles, eras, moods, liked or not: colour and composition are the point.",
        group="classes",
        networks=("mobilenet_v3_large", "resnet34", "resnet50"),
        pixels=256,
        augment={
            "flip": 0.5, "rotate": 3.0, "scale": 0.1, "translate": 0.05, "brightness": 0.05,
            "contrast": 0.08, "erase": 0.1,
        },
        values={"resize": "letterbox", "loss": {"label_smoothing": 0.1}},
        notes=(
            "Colours hardly change and nothing is cropped. Opinions differ, so the targets are "
            "smoothed.",
        ),
    ),
)  # fmt: skip
