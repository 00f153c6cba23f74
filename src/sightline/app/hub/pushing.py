"""`models push`: a model becomes a repository of a hub, only when somebody asks for it by name."""

from __future__ import annotations

import hashlib
import os
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from sightline.app.hub.files import files_of, size_of
from sightline.app.packages.contents import abroad
from sightline.core.errors import (
    DownloadError,
    ForbiddenError,
    InvalidInputError,
    MissingExtraError,
    MissingWeightsError,
    NotFoundError,
    SightlineError,
)
from sightline.core.progress import Silent
from sightline.flows.evaluation.card import as_markdown
from sightline.nets.catalogue import HUB_URL

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sightline.app.models.cards import ModelCards
    from sightline.app.models.models import Models
    from sightline.core.cards import ModelCard
    from sightline.core.progress import Progress
    from sightline.jobs.runner import JobRunner
    from sightline.settings import Settings
    from sightline.store.store import Store

JOB: Final = "push"
TOKENS: Final = ("SIGHTLINE_HUB_TOKEN", "HF_TOKEN")
"""Variables that a token is taken from, the first rules; it is never stored, told or logged."""
_SIGNED: Final = re.compile(r"(?<=\S)\?[^\s?]+")
"""The query of an address: stores of large files take their permits there."""
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_DENIED: Final = frozenset({401, 403})


class Pushing:
    """Shows what would be pushed, and pushes it."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        parts: tuple[Models, ModelCards, JobRunner],
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._store = store
        self._settings = settings
        self._models, self._cards, self._jobs = parts
        self._environ = environ

    def plan(
        self, ref: str, repo: str = "", *, here: bool = True, progress: Progress | None = None
    ) -> dict[str, Any]:
        """Return what would be pushed, file by file; no connection is made.

        {model, name, repo, endpoint, licence, token, files: [{name, bytes, sha256}], bytes};
        `token` is the variable that holds one, or empty. A model that has no ONNX file yet is
        exported `here`.

        Raises:
            UnknownModelError: There is no such model.
            MissingWeightsError: It has to be exported first, and not `here`.
            InvalidInputError: The repository has no such name as OWNER/NAME.
        """
        card = self._store.models.get(ref, allow_paths=False)
        _check_repo(repo, may_lack=True)
        if not here and _runs(card) and self._store.models.serving_file(card) is None:
            raise MissingWeightsError(
                f"{card.name} is not exported yet", hint="export it to ONNX, then push it"
            )
        files = self._files(card, progress)
        listed = [
            {"name": name, "bytes": size_of(one), "sha256": _sha256(one)}
            for name, one in files.items()
        ]
        return {
            "model": card.id,
            "name": card.name,
            "repo": repo,
            "endpoint": self._endpoint,
            "licence": card.licence,
            "forced": card.forced,
            "token": next((name for name in TOKENS if self._environ.get(name)), ""),
            "files": listed,
            "bytes": sum(one["bytes"] for one in listed),
        }

    def start(self, ref: str, repo: str, *, private: bool = False) -> dict[str, Any]:
        """Hand a push to a job.

        Raises:
            UnknownModelError, InvalidInputError: As `plan`.
            ForbiddenError: There is no token, or it would be sent in the open.
        """
        card = self._store.models.get(ref, allow_paths=False)
        _check_repo(repo)
        self._token()
        arguments = {"model": card.id, "repo": repo, "private": private}
        return self._jobs.start(JOB, arguments, actor=self._settings.person).to_dict()

    def push(
        self, ref: str, repo: str, *, private: bool = False, progress: Progress | None = None
    ) -> dict[str, Any]:
        """Make the repository if it is not there and put the model's files into it, as one commit.

        Large files that have arrived before are not sent again, so a push that was stopped goes on
        where it was.

        Raises:
            UnknownModelError, InvalidInputError: As `plan`.
            ForbiddenError: There is no token, it would be sent in the open, or the hub refuses it.
            DownloadError: The hub does not answer.
            CancelledError: The progress said so; nothing is shown of what has arrived.
        """
        card = self._store.models.get(ref, allow_paths=False)
        _check_repo(repo)
        token, told = self._token(), progress or Silent()
        files = self._files(card, told)
        hub = _Hub(self._endpoint, token, repo)
        try:
            url = hub.make(private=private)
            commit = hub.send(files, f"Push {card.name} ({card.id})", told)
        except SightlineError:
            raise
        except Exception as error:  # the client's errors share no narrower base
            raise as_ours(error, repo) from error
        size = sum(map(size_of, files.values()))
        return {"model": card.id, "name": card.name, "repo": repo, "url": url, "commit": commit,
                "files": sorted(files), "bytes": size}  # fmt: skip

    @property
    def _endpoint(self) -> str:
        return (self._settings.model_hub_url or HUB_URL).rstrip("/")

    def _token(self) -> str:
        token = next((self._environ[name] for name in TOKENS if self._environ.get(name)), "")
        if not token:
            raise ForbiddenError(
                "a push needs a token of the hub",
                hint=f"set {TOKENS[0]} or {TOKENS[1]} in the environment; see it first: --dry-run",
            )
        place = urlsplit(self._endpoint)
        if place.scheme != "https" and place.hostname not in _LOOPBACK:
            raise ForbiddenError(
                f"the token would go to {self._endpoint} unencrypted",
                hint="set model_hub_url to an address with https",
            )
        return token

    def _files(self, card: ModelCard, progress: Progress | None) -> dict[str, bytes | Path]:
        people = abroad(self._cards.get(card.id))
        own = self._store.models.path_of(card)
        weights = self._models.serving_file(card, progress) if _runs(card) else own
        return files_of(card, weights, people, as_markdown(people))


class _Hub:
    """The client of a hub, loaded when it is needed."""

    def __init__(self, endpoint: str, token: str, repo: str) -> None:
        os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
        try:
            from huggingface_hub import HfApi, constants
            from huggingface_hub.utils.tqdm import disable_progress_bars
        except ImportError as error:
            raise MissingExtraError(
                "pushing needs huggingface_hub", hint="pip install 'sightline[models]'"
            ) from error
        constants.HF_HUB_DISABLE_XET = True  # one way to send, which every hub speaks
        constants.HF_HUB_DISABLE_TELEMETRY = True
        disable_progress_bars()
        self._api = HfApi(endpoint=endpoint, token=token, library_name="sightline")
        self._repo = repo

    def make(self, *, private: bool) -> str:
        """Return the address of the repository, made if it is not there."""
        made = self._api.create_repo(self._repo, private=private or None, exist_ok=True)
        return str(made)

    def send(self, files: Mapping[str, bytes | Path], message: str, progress: Progress) -> str:
        """Return the commit that holds the files."""
        from huggingface_hub import CommitOperationAdd

        total, done = sum(map(size_of, files.values())), 0
        added = []
        for name, content in files.items():
            progress.check()
            progress.advance(done, total, f"sending {name}")
            one = CommitOperationAdd(name, content)
            self._api.preupload_lfs_files(self._repo, [one], free_memory=False)
            added.append(one)
            done += size_of(content)
        progress.check()
        progress.advance(total, total, "committing")
        made = self._api.create_commit(self._repo, added, commit_message=message)
        return str(made.oid)


def _runs(card: ModelCard) -> bool:
    """Tell whether a model goes as its ONNX file, with sample code."""
    return card.kind == "classifier" and card.format in {"torch", "onnx"}


def _check_repo(repo: str, *, may_lack: bool = False) -> None:
    if not repo and may_lack:
        return
    owner, _, name = repo.partition("/")
    allowed = all(part and part.replace("-", "").replace("_", "").replace(".", "").isalnum()
                  and part.isascii() and part[0] not in "-." and part[-1] not in "-."
                  and "--" not in part and ".." not in part
                  for part in (owner, name))  # fmt: skip
    if not allowed or len(repo) > 96:  # noqa: PLR2004 - as hubs do
        raise InvalidInputError(
            f"{repo[:100]!r} cannot be the name of a repository", hint="--repo OWNER/NAME"
        )


def _sha256(content: bytes | Path) -> str:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def as_ours(error: Exception, repo: str) -> SightlineError:
    """Return what a client's error means; neither tokens nor signatures are in its words."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    first = (str(error).strip().splitlines() or [type(error).__name__])[0]
    first = _SIGNED.sub("", first)[:300]
    if status in _DENIED:
        return ForbiddenError(
            f"the hub does not let this token write to {repo}",
            hint="make a token with write access, and check the owner's name",
        )
    if status == 404:  # noqa: PLR2004
        return NotFoundError(f"the hub has no place for {repo}: {first}", hint="check the owner")
    return DownloadError(
        f"the hub took no push: {first}", hint="try again; what has arrived is not sent again"
    )
