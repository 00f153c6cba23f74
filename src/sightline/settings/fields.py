"""Every knob: its name, default, unit and meaning."""

from __future__ import annotations

import getpass
import os
from functools import partial
from typing import Any, Final, Literal

from pydantic import ConfigDict, Field

from sightline.settings.watching import WatchingSettings

PROJECT: Final[dict[str, Any]] = {"scope": "project"}
_own: Final = partial(Field, json_schema_extra=PROJECT)
"""A setting that project.json may set."""


def _person() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "me"


class Settings(WatchingSettings):
    """Read once at the start; never changed after."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Settings")

    title: str = _own("", max_length=200, description="Shown instead of the folder's name.")
    task: Literal["auto", "single", "multi"] = _own(
        "auto",
        description="One class per image, or any number of tags. auto: what the labels show.",
    )
    encoder: str = _own(
        "auto",
        description="What makes vectors of pictures. auto: the built-in one; torch: any model.",
    )
    auto_embed: bool = _own(
        True,
        description="Embed pictures that arrive later in the background, once some are embedded.",
    )
    split_seed: int = _own(
        42, ge=0, description="Another seed gives another split into train, val and test."
    )
    split_by: str = _own(
        "image",
        max_length=220,
        description="What stays together in one split: image, folder, folder:2, name, name:REGEX.",
    )
    val_share: float = _own(
        0.15, ge=0, le=0.9, description="Share of images for validation, 0 to 0.9."
    )
    test_share: float = _own(
        0.15, ge=0, le=0.9, description="Share of images for the final test, 0 to 0.9."
    )
    target_accuracy: float = _own(
        0.95,
        gt=0,
        le=1,
        description="How good the head should be: accuracy, or macro F1 of tags, 0 to 1.",
    )
    tone: str = _own(
        "",
        max_length=200,
        description="How TIFF, FITS and 16-bit pictures become 8 bits, as in: asinh low=0 "
        "high=4095 channels=2,1,0 hdu=1 slice=3. Empty: by percentiles.",
    )
    auto_refit: bool = _own(
        True, description="Fit the head again in the background when labels change."
    )
    refit_delay_s: float = _own(
        0.5,
        ge=0,
        le=60,
        description="Quiet time after a label before the head is fitted again, seconds.",
    )

    box_head: str = _own(
        "",
        max_length=1_000,
        description="Head that names the class of drawn objects, by id or name. Empty: none.",
    )
    image_head: str = _own(
        "",
        max_length=1_000,
        description="Head that answers for whole images, by id or name. Empty: the live one.",
    )
    auto_class_min_prob: float = _own(
        0.5, ge=0, le=1, description="Least probability at which a class is taken, 0 to 1."
    )
    auto_class_margin: float = _own(
        0.2, ge=0, le=1, description="Least lead of a class over the second likeliest, 0 to 1."
    )
    auto_class_bg_margin: float = _own(
        0.1, ge=0, le=1, description="Least lead of a class over the background, 0 to 1."
    )

    person: str = Field(
        default_factory=_person,
        min_length=1,
        max_length=100,
        description="Whose changes these are, in the history.",
    )
    data_dir: str = Field("", description="Folder that `ingest` offers first.")
    database_url: str = Field(
        "",
        description="A PostgreSQL URL, or a SQLite file. Empty: sightline.db in the workspace.",
    )
    host: str = Field(
        "127.0.0.1",
        min_length=1,
        description="Address the server listens on. Any but a loopback address needs a token.",
    )
    port: int = Field(8000, ge=0, le=65535, description="Port the server listens on.")
    allowed_hosts: list[str] = Field(
        default_factory=list,
        description="Host names, besides loopback ones, under which the page may be opened.",
    )
    allowed_roots: list[str] = Field(
        default_factory=list,
        description="Folders to add pictures from over the API. Empty: home and the workspace.",
    )
    token: str = Field(
        "",
        max_length=200,
        description="Secret that a server on another address asks for. Empty: one is made.",
        json_schema_extra={"secret": True},
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="How much the log tells."
    )
    max_upload_mb: int = Field(512, ge=1, le=1_000_000, description="Largest upload, megabytes.")
    max_image_mp: int = Field(
        300, ge=1, le=2_000, description="Largest picture that is decoded, megapixels."
    )
    max_file_mb: int = Field(
        2_048, ge=1, le=1_000_000, description="Largest picture file, megabytes."
    )
    max_pages: int = Field(5_000, ge=1, le=1_000_000, description="Most pages taken from one file.")
    thumb_cache_mb: int = Field(
        2_048, ge=16, le=10_000_000, description="Disk for thumbnails, megabytes."
    )
    pixel_cache_mb: int = Field(
        8_192, ge=0, le=10_000_000, description="Disk for pictures trainings decoded, megabytes."
    )
    explain_cache_mb: int = Field(
        256, ge=1, le=10_000_000, description="Disk for explanations, megabytes."
    )
    model_cache_mb: int = Field(
        2_048, ge=16, le=10_000_000, description="Memory for loaded models, megabytes."
    )
    model_idle_s: float = Field(
        300.0, ge=1, description="A model that nobody asked for so long is unloaded, seconds."
    )
    engine_device: str = Field(
        "auto",
        pattern=r"^(auto|cpu|cuda(:\d{1,2})?)$",
        description="Where engines that need torch run: auto, cpu, cuda or cuda:1.",
    )
    assist_engine: str = Field("auto", description="What helps to draw. auto: the built-in one.")
    assist_memory_mb: int = Field(
        512, ge=1, le=10_000_000, description="Memory for encoded pictures of assists, megabytes."
    )
    assist_disk_mb: int = Field(
        2_048, ge=1, le=10_000_000, description="Disk for encoded pictures of assists, megabytes."
    )
    assist_slots: int = Field(
        3, ge=1, le=3, description="Pictures encoded ahead: 1 current, 2 next too, 3 previous too."
    )
    assist_timeout_s: float = Field(
        60.0, gt=0, le=3_600, description="Longest that a segmenter may take to answer, seconds."
    )
    assist_browser: bool = Field(
        False, description="Answer clicks in the browser where an engine's decoder can run there."
    )
    assist_tile_px: int = Field(
        0,
        ge=0,
        le=16_384,
        description="Pictures with a longer side are encoded in tiles, pixels. 0: never.",
    )
    segment_workers: int = Field(
        2, ge=1, le=64, description="Pictures segmented at once on a device by `segment`."
    )
    crop_cache_dir: str = Field(
        "",
        max_length=1_000,
        description="Folder for embeddings of crops. Empty: cache/crops in the workspace.",
    )
    labelmap: str = Field(
        "",
        max_length=1_000,
        description="File with a class name per line, for `heads train` when none is named.",
    )
    model_hub_url: str = Field(
        "",
        max_length=1_000,
        description="Hub that `models pull` fetches from and `models push` sends to. Empty: the "
        "publishers' own places, and huggingface.co.",
    )
    update_url: str = Field(
        "",
        max_length=1_000,
        description="Manifest that `update check` reads, an https address. Empty: none.",
    )
    update_skip: tuple[str, ...] = Field(
        (), description="Paths of the program that an update leaves alone, as docs/*."
    )
    predict_threads: int = Field(
        0, ge=0, le=1_024, description="Predictions at once. 0: one per core."
    )
    predict_queue: int = Field(
        64,
        ge=1,
        le=100_000,
        description="Predictions that may wait; more are refused with status 429.",
    )
    job_threads: int = Field(0, ge=0, le=1_024, description="Threads of a job. 0: cores - 1.")
    heavy_jobs: int = Field(1, ge=1, le=64, description="Trainings and other heavy jobs at once.")

    def worker_threads(self) -> int:
        """Return how many threads a job may use."""
        return self.job_threads or max(1, (os.cpu_count() or 2) - 1)

    def serving_threads(self) -> int:
        """Return how many predictions may run at once."""
        return self.predict_threads or (os.cpu_count() or 1)

    @staticmethod
    def project_keys() -> tuple[str, ...]:
        """Return the settings that project.json may set."""
        return tuple(
            name
            for name, field in Settings.model_fields.items()
            if field.json_schema_extra == PROJECT
        )
