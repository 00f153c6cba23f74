"""Knobs of narration, export and serving."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class WatchingSettings(BaseModel):
    """What watches, and what answers others."""

    export_max_drop: float = Field(
        0.5,
        ge=0,
        le=100,
        description="Most that a smaller form of a model may lose, percentage points of accuracy.",
    )
    narrate_engine: str = Field(
        "auto",
        max_length=1_000,
        description="What says what is seen: template:MODEL,MODEL or a captioner. auto: the "
        "newest detector or classifier here.",
    )
    narrate_lang: str = Field(
        "en",
        min_length=2,
        max_length=20,
        description="Language of narration: en, de, es, fr, hi, hu, zh.",
    )
    narrate_every_s: float = Field(
        10.0, ge=0, le=86_400, description="Seconds from text to text. 0: as fast as it goes."
    )
    narrate_looks_per_s: float = Field(
        8.0,
        ge=0.1,
        le=240,
        description="Looks a second at what moves, between texts as well; more follow faster "
        "things and cost more.",
    )
    narrate_min_score: float = Field(
        0.5,
        ge=0.05,
        le=1,
        description="An object must have been seen with this score once before it is told, 0..1.",
    )
    narrate_from_above: Literal["auto", "yes", "no"] = Field(
        "auto",
        description="The camera looks straight down: frames are flattened for detectors, which "
        "learned from slanting views. auto: found out from what moves.",
    )
    narrate_calls: str = Field(
        "",
        max_length=10_000,
        description="Classes that are to be called otherwise, as automobile=car, with commas "
        "between.",
    )
    media_retention_h: float = Field(
        24.0,
        ge=0,
        le=87_600,
        description="Hours that an uploaded picture or clip is kept. 0: not stored at all.",
    )
    media_max_mb: int = Field(
        2_048, ge=1, le=1_000_000, description="Largest uploaded picture or clip, megabytes."
    )
    media_disk_mb: int = Field(
        8_192, ge=1, le=10_000_000, description="Disk for uploaded media, megabytes."
    )
    clip_max_mp: int = Field(
        36, ge=1, le=1_000, description="Largest frame of a clip that is decoded, megapixels."
    )
    clip_frame_px: int = Field(
        1_920,
        ge=0,
        le=16_384,
        description="Long side to which larger frames of clips are shrunk, pixels. 0: never.",
    )
    media_sources: list[str] = Field(
        default_factory=list,
        max_length=1_000,
        description="Cameras and streams that a page may read, as rtsp://cam.local or camera:0. "
        "Empty: none; verbs read any.",
    )
    source_patience_s: float = Field(
        60.0, ge=0, le=86_400, description="Seconds for which a lost camera is asked again."
    )
    face_model: str = Field(
        "",
        max_length=1_000,
        description="YuNet file (ONNX) that finds the faces to blur. Empty: heads of persons that "
        "a detector here sees, else a cascade.",
    )
    overlay_keep_s: float = Field(
        600.0, ge=1, le=31_536_000, description="Seconds after which an overlay's address expires."
    )
    stream_clients: int = Field(
        8, ge=1, le=1_000, description="Narrations that one client may follow at once."
    )
    stream_sessions: int = Field(
        4, ge=1, le=1_000, description="Narrations that run at once; more are refused."
    )
    stream_frame_mb: int = Field(
        8, ge=1, le=100, description="Largest frame that a browser's camera may send, megabytes."
    )
    stream_replay: int = Field(
        1_000, ge=1, le=1_000_000, description="Texts kept for those who reconnect, per media."
    )
    stream_heartbeat_s: float = Field(
        15.0, ge=0.1, le=600, description="Seconds between signs of life on a narration's socket."
    )
    serve_keys: str = Field(
        "",
        max_length=10_000,
        description="API keys that `serve` takes, with commas between. Empty: on a loopback "
        "address none is asked for.",
        json_schema_extra={"secret": True},
    )
    serve_rate: float = Field(
        0.0, ge=0, description="Requests a second that each client of `serve` may send. 0: any."
    )
    serve_queue: int = Field(
        64, ge=1, le=100_000, description="Requests of `serve` that may wait; more get status 429."
    )
    serve_timeout_s: float = Field(
        30.0, gt=0, le=3_600, description="Longest that a request to `serve` may take, seconds."
    )
    serve_max_mb: int = Field(
        32, ge=1, le=100_000, description="Largest request that `serve` reads, megabytes."
    )
    serve_drain_s: float = Field(
        0.0,
        ge=0,
        le=3_600,
        description="Seconds for which `serve` still answers after a signal to stop, while "
        "/ready says no, so that a load balancer can look elsewhere.",
    )
    doubts_keep: int = Field(
        1_000, ge=1, le=10_000_000, description="Doubtful pictures of `serve` kept per project."
    )
    doubts_mb: int = Field(
        512, ge=1, le=10_000_000, description="Disk for doubtful pictures per project, megabytes."
    )
    doubts_margin: float = Field(
        0.2,
        ge=0,
        le=1,
        description="Margin of the two likeliest classes below which an answer of `serve` is "
        "doubtful, where there are too few validation pictures to find a limit by.",
    )
    usage_report: bool = Field(
        False,
        description="Count in a local file which verbs are called, for `usage`. Nothing is sent.",
    )
