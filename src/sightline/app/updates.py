"""Bringing the program up to date: asked for by hand, checked before anything is replaced."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from sightline import __version__
from sightline.core.errors import BusyError, ConflictError, InvalidInputError
from sightline.core.files import read_json
from sightline.core.progress import Silent
from sightline.flows.update.apply import apply, installed, recover, rollback, unfinished
from sightline.flows.update.manifest import MAX_BYTES, read_manifest
from sightline.flows.update.plan import make_plan
from sightline.store.fetch import fetch
from sightline.store.locks import is_locked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.progress import Progress
    from sightline.flows.update.manifest import File, Manifest
    from sightline.flows.update.plan import Plan
    from sightline.settings import Settings

SETTING = "update_url"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Updates:
    """The program's own folder against a release that somebody published.

    Args:
        settings: Of the workspace.
        workspace: Whose server must not run while files are replaced.
        root: The program's folder; None: where this program lies.
    """

    def __init__(self, settings: Settings, workspace: Path, root: Path | None = None) -> None:
        self._settings = settings
        self._workspace = workspace
        self._root = root
        self._here = __version__ if root is None else ""

    def check(self, *, url: str | None = None, sha256: str = "") -> dict[str, Any]:
        """Ask for the release and say what an update would do; nothing is changed.

        Args:
            url: Address of the manifest; None: the setting `update_url`.
            sha256: Its hash, or how that begins, where the publisher tells it elsewhere.

        Raises:
            InvalidInputError: No address is set, it is not https, or what came is no manifest.
            DownloadError, NotFoundError: It cannot be fetched.
            ConflictError: This program was not installed from a folder.
        """
        _, plan = self._plan(url, sha256, ())
        return plan.to_dict() | self._where()

    def apply(
        self,
        *,
        url: str | None = None,
        sha256: str = "",
        skip: Sequence[str] = (),
        dry_run: bool = False,
        downgrade: bool = False,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Fetch the release, check every file, then replace what differs.

        Args:
            url: As of `check`.
            sha256: As of `check`.
            skip: Patterns of paths to leave alone, besides the setting `update_skip`.
            dry_run: Only say what would be done.
            downgrade: Take a release that is older than this program.
            progress: Is told bytes; may stop the work before anything is replaced.

        Raises:
            BusyError: A server or a job runs here.
            ConflictError: It is a checkout of git, or the release is older.
            And as `check`; as `flows.update.apply.apply`.
        """
        if dry_run:
            _, plan = self._plan(url, sha256, skip)
            return plan.to_dict() | self._where() | {"done": False}
        root = self._changeable()
        recover(root)
        manifest, plan = self._plan(url, sha256, skip)
        if plan.state == "older" and not downgrade:
            raise ConflictError(
                f"the release {plan.there} is older than {plan.here}",
                hint="to go back all the same: --downgrade",
            )
        if plan.state == "current":
            return plan.to_dict() | self._where() | {"done": False}
        base = self._address(url).rpartition("/")[0]

        def get(file: File, target: Path) -> None:
            address = f"{base}/{quote(file.path)}"
            fetch(address, target, sha256=file.sha256, most=file.bytes, setting=SETTING)

        result = apply(root, manifest, plan, get=get, progress=progress or Silent())
        return result | self._where() | {"done": True}

    def rollback(self) -> dict[str, Any]:
        """Undo the last update.

        Raises:
            NotFoundError: There is none.
            BusyError: A server or a job runs here.
        """
        return rollback(self._changeable()) | self._where()

    def root(self) -> Path:
        """Return the program's folder.

        Raises:
            ConflictError: The program lies in an environment's packages: pip updates those.
        """
        root = self._root or Path(__file__).resolve().parents[3]
        if not (root / "run.py").is_file() or not (root / "pyproject.toml").is_file():
            raise ConflictError(
                f"{root} is no folder of the program", hint="installed as a package: update by pip"
            )
        return root

    def _where(self) -> dict[str, Any]:
        root = self.root()
        return {"root": str(root), "unfinished": unfinished(root)}

    def _changeable(self) -> Path:
        root = self.root()
        self._refuse_while_running()
        if (root / ".git").exists():
            raise ConflictError(
                f"{root} is a checkout of git", hint="update it with git pull, then start again"
            )
        return root

    def _plan(self, url: str | None, sha256: str, skip: Sequence[str]) -> tuple[Manifest, Plan]:
        root, address = self.root(), self._address(url)
        with TemporaryDirectory(prefix="sightline-update-") as folder:
            file = Path(folder) / "manifest.json"
            fetch(address, file, sha256=sha256, most=MAX_BYTES, setting=SETTING, tries=2)
            manifest = read_manifest(file.read_bytes())
        before = installed(root)
        here = self._here or (before.version if before else "0")
        patterns = (*self._settings.update_skip, *skip)
        plan = make_plan(root, manifest, here=here, installed=before, skip=patterns)
        return manifest, plan

    def _address(self, url: str | None) -> str:
        address = url or self._settings.update_url
        if not address:
            raise InvalidInputError(
                "no address to ask for updates is set",
                hint="set update_url, or name one: sightline update check --url https://...",
            )
        parts = urlsplit(address)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise InvalidInputError(
                f"{address[:100]} is not https: what comes could be changed on its way",
                hint="use an https address",
            )
        return address

    def _refuse_while_running(self) -> None:
        lock = self._workspace / "server.lock"
        if lock.exists() and is_locked(lock):
            where = ""
            with suppress(OSError, InvalidInputError, AttributeError):
                where = f" at {read_json(self._workspace / 'server.json').get('url', '')}"
            raise BusyError(
                f"a server runs on {self._workspace}{where}",
                hint="stop it, update, then start it again",
            )
        for lock in self._workspace.glob("jobs/*/lock"):
            if is_locked(lock):
                raise BusyError(
                    f"the job {lock.parent.name} runs", hint="wait for it, or stop it, then update"
                )
