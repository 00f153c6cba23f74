"""Engines that need torch, each in a process of its own, so that the server never imports it."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.assist_wire import ServedSegmenter, packed_questions, unpacked_answers
from sightline.core.caption_wire import RemoteCaptioner, ServedCaptioner
from sightline.core.cards import ModelCard
from sightline.core.classify_wire import RemoteClassifier
from sightline.core.detect_wire import RemoteTextDetector, ServedTextDetector
from sightline.core.errors import InvalidInputError
from sightline.core.ports import Captioner, Served, TextDetector
from sightline.imaging.preprocess import fit
from sightline.jobs.engine_child import serve_engine
from sightline.jobs.engine_process import TIMEOUT_S, EngineProcess
from sightline.jobs.processes import child_env
from sightline.nets.device import WANTED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sightline.core.arrays import F32, U8
    from sightline.core.assist import Candidate, Encoding, Prompt
    from sightline.core.ports import Segmenter
    from sightline.core.registry import EngineSpec
    from sightline.settings import Settings

OFFLINE: Final = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
"""Whatever a library would like to look up, it is not looked up."""
_TORCHSCRIPT: Final = "sightline.predict.torchscript:serve_torchscript"
_ENGINES: Final = (
    "sightline.engines.",
    "sightline.train.",
    "sightline.explain.",
    "sightline.predict.",
)
"""Where a factory may lie."""


class EngineRoom:
    """The processes of a workspace's engines, by the key of what they hold. Thread-safe."""

    def __init__(self, workspace: Path, settings: Settings) -> None:
        self._workspace = workspace
        self._idle_s = settings.model_idle_s
        self._answer_s = settings.assist_timeout_s
        self._threads = settings.worker_threads()
        self._device = settings.engine_device
        self._processes: dict[str, EngineProcess] = {}
        self._lock = threading.Lock()

    def encoder(self, spec: EngineSpec, path: Path, card: ModelCard) -> RemoteEncoder:
        """Return an encoder whose process is started when it is first asked."""
        with self._lock:
            process = self._processes.get(card.encoder_key)
            if process is None:
                process = self.process(spec.factory, path, card)
                self._processes[card.encoder_key] = process
        return RemoteEncoder(process, card)

    def segmenter(self, spec: EngineSpec, path: Path, card: ModelCard) -> RemoteSegmenter:
        """Return a segmenter whose process is started when it is first asked."""
        with self._lock:
            process = self._processes.get(card.id)
            if process is None:
                process = self.process(spec.factory, path, card, timeout_s=self._answer_s)
                self._processes[card.id] = process
        return RemoteSegmenter(process, card.encoder_key)

    def text_detector(self, spec: EngineSpec, path: Path, card: ModelCard) -> RemoteTextDetector:
        """Return a detector by words whose process is started when it is first asked."""
        key = f"{card.id} by words"  # one model may be a segmenter as well
        with self._lock:
            process = self._processes.get(key)
            if process is None:
                process = self._processes[key] = self.process(spec.factory, path, card)
        return RemoteTextDetector(process, card.encoder_key)

    def classifier(self, path: Path, card: ModelCard) -> RemoteClassifier:
        """Return a TorchScript classifier whose process is started when it is first asked."""
        state = path.stat()
        key = f"{path} as torchscript, {state.st_mtime_ns} {state.st_size}"
        with self._lock:
            process = self._processes.get(key)
            if process is None:
                process = self._processes[key] = self.process(_TORCHSCRIPT, path, card)
        return RemoteClassifier(process, card, file_bytes=state.st_size)

    def captioner(self, spec: EngineSpec, path: Path, card: ModelCard) -> RemoteCaptioner:
        """Return a captioner whose process is started when it is first asked."""
        with self._lock:
            process = self._processes.get(card.id)
            if process is None:
                process = self._processes[card.id] = self.process(spec.factory, path, card)
        return RemoteCaptioner(process, card.encoder_key)

    @contextmanager
    def trying(self, spec: EngineSpec, path: Path, card: ModelCard) -> Iterator[RemoteSegmenter]:
        """Give a segmenter whose process ends with the block."""
        process = self.process(spec.factory, path, card)
        try:
            yield RemoteSegmenter(process, card.encoder_key)
        finally:
            process.close()

    def trial(self, spec: EngineSpec, path: Path, card: ModelCard) -> dict[str, Any]:
        """Load an engine once, for what it says of itself.

        Raises:
            SightlineError: It cannot be loaded.
        """
        process = self.process(spec.factory, path, card)
        try:
            facts = process.facts()
            if card.text:
                process.call("texts", {"texts": ["a"]})
        finally:
            process.close()
        return facts

    def process(
        self, factory: str, path: Path, card: ModelCard, *, timeout_s: float = TIMEOUT_S
    ) -> EngineProcess:
        """Return the process of an engine, not yet started.

        Args:
            factory: `sightline.engines.NAME.engine:function` of `(path, card, threads)`.
            path: The model's weights.
            card: The model's card.
            timeout_s: Longest that an answer may take.
        """
        about = {"path": str(path), "card": card.to_dict()}
        return self._made(card.name, factory, about, timeout_s)

    def helper(self, name: str, factory: str) -> EngineProcess:
        """Return the one process of what needs torch and no model, not yet started.

        Args:
            name: What it is called in messages.
            factory: `sightline.PACKAGE.MODULE:function` of `(threads)`.
        """
        with self._lock:
            process = self._processes.get(factory)
            if process is None:
                process = self._processes[factory] = self._made(name, factory, {})
        return process

    def _made(
        self, name: str, factory: str, about: dict[str, Any], timeout_s: float = TIMEOUT_S
    ) -> EngineProcess:
        return EngineProcess(
            name,
            {"factory": factory, "threads": self._threads, **about},
            command=engine_command(self._workspace, self._idle_s),
            env=child_env(self._threads, OFFLINE, {WANTED: self._device}),
            log=self._workspace / "logs" / "engines.log",
            timeout_s=timeout_s,
        )

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            for process in self._processes.values():
                process.close()
            self._processes.clear()


class RemoteEncoder:
    """An encoder in another process: pictures are made squares here, vectors there."""

    def __init__(self, process: EngineProcess, card: ModelCard) -> None:
        self.key: Final = card.encoder_key
        self.min_side_px: Final = card.preprocess.min_side_px
        self._rule = card.preprocess
        self._process = process
        self._dim = card.dim

    @property
    def dim(self) -> int:
        """Length of a vector; starts the process when the card does not say."""
        if not self._dim:
            self._dim = int(self._process.facts()["dim"])
        return self._dim

    def encode(self, images: Sequence[U8]) -> F32:
        """Return (N, dim) for N upright RGB pictures (H, W, 3) of any size.

        Raises:
            EngineFailedError: The process died.
        """
        if not images:
            return np.empty((0, self.dim), np.float32)
        squares = np.stack([fit(image, self._rule) for image in images])
        rows: F32 = self._process.call("squares", arrays=[squares]).arrays[0]
        return rows

    def encode_text(self, texts: Sequence[str]) -> F32:
        """Return (N, dim) for N texts.

        Raises:
            EngineFailedError: The process died.
        """
        rows: F32 = self._process.call("texts", {"texts": list(texts)}).arrays[0]
        return rows


class RemoteSegmenter:
    """A segmenter in another process.

    What it encodes is kept here, and sent with a prompt where that process has it no more. Prompts
    are answered beside an encoding that is going on.
    """

    def __init__(self, process: EngineProcess, key: str) -> None:
        self._process = process
        self.key: Final = key
        """Names the weights and the preprocessing, as the card does: nothing is started for it."""

    def encode(self, image: U8) -> Encoding:
        """Return what answers about an upright RGB picture (H, W, 3) are made from.

        Raises:
            EngineFailedError: The process died.
        """
        answer = self._process.call("encode", arrays=[image])
        return dict(zip(answer.facts["names"], answer.arrays, strict=True))

    def predict(self, encoding: Encoding, prompt: Prompt) -> list[Candidate]:
        """Return candidates, the best first.

        Raises:
            EngineFailedError: The process died.
        """
        return self.predict_many(encoding, [prompt])[0]

    def predict_many(self, encoding: Encoding, prompts: Sequence[Prompt]) -> list[list[Candidate]]:
        """Return the candidates for each prompt.

        Raises:
            EngineFailedError: The process died.
        """
        for named in (True, False):
            facts, arrays = packed_questions(encoding, prompts, named=named)
            answer = self._process.call("predict", facts, arrays, aside=True)
            if not answer.facts.get("unknown"):
                break
        return unpacked_answers(answer.facts, answer.arrays)


def engine_command(workspace: Path, idle_s: float) -> list[str]:
    """Return the command of an engine's process."""
    module = ["-P", "-m", "sightline.worker", "--workspace", str(workspace)]
    return [sys.executable, *module, "--engine", "--idle-s", str(idle_s)]


def run_engine(idle_s: float) -> int:
    """Be the process of an engine: requests on standard input, answers on standard output."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what libraries print goes to the log
    # unbuffered: a thread that waits in a buffer would hold its lock when the process ends
    requests = open(sys.stdin.fileno(), "rb", buffering=0, closefd=False)  # noqa: SIM115
    return serve_engine(load_served, requests, answers, idle_s=idle_s, on_end=lambda: os._exit(0))


def load_served(arguments: dict[str, Any]) -> Served:
    """Build the engine that a request describes.

    Raises:
        InvalidInputError: It is none of Sightline's engines.
    """
    module, _, function = str(arguments["factory"]).partition(":")
    if not module.startswith(_ENGINES):
        raise InvalidInputError(f"{module} is no engine", hint=f"they are in {', '.join(_ENGINES)}")
    about: dict[str, Any] = {"threads": int(arguments["threads"])}
    if "card" in arguments:
        card = ModelCard.from_dict(arguments["card"])
        about |= {"path": Path(arguments["path"]), "card": card}
    found: Served | Segmenter | TextDetector | Captioner = getattr(import_module(module), function)(
        **about
    )
    if isinstance(found, Served):
        return found
    if isinstance(found, Captioner):
        return ServedCaptioner(found)
    return ServedTextDetector(found) if isinstance(found, TextDetector) else ServedSegmenter(found)
