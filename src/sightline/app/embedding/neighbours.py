"""What is near what in a project: distances, near-duplicates, oddities; kept until it is stale."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import ConflictError, InvalidInputError
from sightline.core.progress import Silent
from sightline.curate import near_duplicates, oddities
from sightline.curate.pairs import Pairs
from sightline.curate.similar import MOST_QUERIES, closest, lengths, nearest
from sightline.imaging.decode import decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from sightline.app.embedding.encoders import Encoders
    from sightline.app.projects import Projects
    from sightline.core.arrays import F32, I64
    from sightline.core.progress import Progress
    from sightline.imaging.limits import Limits
    from sightline.jobs.runner import JobRunner
    from sightline.settings import Settings
    from sightline.store.arrays import OrdinalArray
    from sightline.store.projects import Project
    from sightline.store.store import Store

ODDITY: Final = "oddity"
ALIKE: Final = "alike"
JOB: Final = "compare"
AT_ONCE: Final = 250_000
"""Embeddings up to which a view works such things out while it is opened: seconds."""
KEPT: Final = 4
"""Projects whose embeddings' lengths stay in memory: 4 bytes an image."""


class Neighbours:
    """Answers about a project's embeddings, and keeps those that take long."""

    def __init__(
        self,
        store: Store,
        projects: Projects,
        encoders: Encoders,
        *,
        jobs: JobRunner,
        settings: Settings,
        limits: Callable[[], Limits],
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._person = settings.person
        self._projects = projects
        self._encoders = encoders
        self._limits = limits
        self._lengths: OrderedDict[tuple[int, str], F32] = OrderedDict()
        self._lock = threading.Lock()
        self._working: defaultdict[int, threading.Lock] = defaultdict(threading.Lock)

    def similar(
        self,
        project: Project,
        images: Sequence[str | int | Path],
        *,
        limit: int = 20,
        progress: Progress | None = None,
    ) -> list[dict[str, Any]]:
        """Return the images nearest to one or several pictures, these themselves left out.

        Embeds what is not embedded yet first.

        Args:
            project: Whose images.
            images: Ids, or paths of pictures, which need not be of the project.
            limit: How many.
            progress: Is told of the embedding and may stop it.

        Raises:
            InvalidInputError: There is no such image or file, or there are none or too many.
            UnreadableImageError: A file cannot be read.
        """
        self._encoders.embed(project, progress=progress)
        known, outside = self._resolved(project, images)
        queries = [self.vectors(project, known)] if known else []
        queries += [self.vector_of(project, path)[None] for path in outside]
        if not queries:
            raise InvalidInputError("similar to what?", hint="give ids or paths of pictures")
        distance = self.distances(project, np.concatenate(queries))
        return self._nearest(project, distance, known, limit)

    def of_image(self, image_id: int, limit: int) -> list[dict[str, Any]]:
        """Return the images nearest to one: id, path, score and distance, ascending.

        Raises:
            UnknownImageError: There is no such image.
            ConflictError: Nothing is embedded yet.
        """
        row = self._store.images.get(image_id)
        project = self._store.projects.by_id(row.project_id)
        distance = self.distances(project, self.vectors(project, [row.ordinal]))
        return self._nearest(project, distance, [row.ordinal], limit)

    def _nearest(
        self, project: Project, distance: F32, chosen: Sequence[int], limit: int
    ) -> list[dict[str, Any]]:
        alive = self._store.state.get(project.id).alive[: len(distance)]
        found, gaps = closest(alive, distance[: len(alive)], np.asarray(chosen, np.int64), limit)
        ordinals = found.tolist()
        rows = {row.ordinal: row for row in self._store.images.by_ordinals(project.id, ordinals)}
        return [
            {
                "id": rows[ordinal].id,
                "path": rows[ordinal].path,
                "score": gap,
                "distance": gap,
                "why": f"distance {gap:.2f}",
            }
            for ordinal, gap in zip(ordinals, gaps.tolist(), strict=True)
            if ordinal in rows
        ]

    def _resolved(
        self, project: Project, images: Sequence[str | int | Path]
    ) -> tuple[list[int], list[Path]]:
        """Return the ordinals of images of the project, and files that are not of it."""
        ids = [int(str(one)) for one in images if str(one).isdecimal()]
        rows = {row.id: row for row in self._store.images.by_ids(ids)}
        known, outside = [], []
        for one in images:
            row = rows.get(int(str(one))) if str(one).isdecimal() else None
            if row is not None and row.project_id == project.id:
                known.append(row.ordinal)
                continue
            path = Path(str(one)).expanduser()
            if not path.is_file():
                raise InvalidInputError(
                    f"{project.name} has no image {str(one)!r}, and it is no file",
                    hint="give an id, as the queues print it, or the path of a picture",
                )
            ordinal = self._store.images.ordinal_at(project.id, path.resolve())
            if ordinal is None:
                outside.append(path)
            else:
                known.append(ordinal)
        return known, outside

    def distance_to(self, project: Project, n: int, asked: Mapping[str, Any]) -> F32:
        """Return the distance (n,) to the nearest of the images asked for, by ordinals."""
        if not asked.get("images"):
            return np.full(n, np.nan, np.float32)
        return self.distances(project, self.vectors(project, asked["images"]))[:n]

    def oddness_by(self, project: Project, n: int, asked: Mapping[str, Any]) -> F32:
        """Return how odd each of n images is by the method asked for."""
        return self.oddness(project, asked.get("method", "knn"))[:n]

    def distances(self, project: Project, queries: F32) -> F32:
        """Return each image's cosine distance (N,) to the nearest of the queries (Q, D).

        NaN where there is no embedding.

        Raises:
            ConflictError: Nothing is embedded yet.
        """
        array = self._array(project)
        n = self._store.state.get(project.id).size
        key = (project.id, array.header.key)
        with self._lock:
            known = lengths(array.iter_chunks(n), n, self._lengths.get(key))
            self._lengths[key] = known
            self._lengths.move_to_end(key)
            while len(self._lengths) > KEPT:
                self._lengths.popitem(last=False)
        return nearest(array.iter_chunks(n), queries, known)

    def vectors(self, project: Project, ordinals: Sequence[int]) -> F32:
        """Return the embeddings (Q, D) of some images; what is not embedded yet is encoded now.

        Raises:
            ConflictError: Nothing is embedded yet.
            InvalidInputError: There are too many.
            UnreadableImageError: A file cannot be read.
        """
        if len(ordinals) > MOST_QUERIES:
            raise InvalidInputError(
                f"similar to {len(ordinals)} pictures", hint=f"give at most {MOST_QUERIES}"
            )
        array = self._array(project)
        rows, valid = array.read(np.asarray(ordinals, dtype=np.int64))
        found = rows.astype(np.float32)
        missing = [one for one, there in zip(ordinals, valid, strict=True) if not there]
        files = self._store.images.files(project.id, missing)
        for ordinal in missing:
            path, page, _ = files[ordinal]
            found[list(ordinals).index(ordinal)] = self.vector_of(project, Path(path), page)
        return found

    def vector_of(self, project: Project, path: Path, page: int = 0) -> F32:
        """Return the vector (D,) of a file that need not be of the project.

        Raises:
            UnreadableImageError: It cannot be read.
        """
        encoder = self._encoders.encoder(self._encoders.name_of(project))
        pixels = decode(
            path,
            page=page,
            min_side_px=encoder.min_side_px,
            limits=self._limits(),
            tone=self._projects.tone(project.id),
        )
        row: F32 = encoder.encode([pixels])[0]
        return row

    def prepare(
        self,
        project: Project,
        reads: Iterable[str],
        asked: Mapping[str, Any],
        *,
        progress: Progress | None = None,
    ) -> None:
        """Work out now, however long it takes, what a queue reads of `oddness` and `alike`."""
        if "oddness" in reads:
            self.oddness(project, asked.get("method", "knn"), progress=progress or Silent())
        if "alike" in reads:
            band = asked.get("band")
            self.alike(project, band[0] if band else None, progress=progress or Silent())

    def oddness(
        self, project: Project, method: str = "knn", *, progress: Progress | None = None
    ) -> F32:
        """Return how odd each image is (N,), computed once for each state of the embeddings.

        NaN where there is no embedding, inf where it is not finite.

        Args:
            project: Whose images.
            method: Of `oddities`.
            progress: Is told how far it is; None: nobody waits, so that a large project is left to
                a job.

        Raises:
            ConflictError: Nothing is embedded yet, or a job is on it.
            InvalidInputError: There is no such method.
        """
        array = self._array(project)
        n = self._store.state.get(project.id).size
        stamp = _stamp(array, n)
        key = f"{array.header.key}:{oddities.VERSION}"
        kept = self._kept(project, f"{ODDITY}-{method}", key, np.float32, ())
        with self._working[project.id]:
            if kept.header.extra.get("of") != stamp:
                self._later(project, array, progress, {"method": method})
                rows, ordinals = _rows(array, n)
                odd = oddities.oddness(rows, method, progress=progress)
                scores = np.full(n, np.nan, np.float32)
                scores[ordinals] = odd
                kept.replace([(0, scores, None)], extra={"of": stamp})
        found, _ = kept.load(n)
        return np.asarray(found)

    def alike(
        self, project: Project, at_least: float | None = None, *, progress: Progress | None = None
    ) -> Pairs:
        """Return the pairs of near-duplicates, computed once for each state of the embeddings.

        Args:
            project: Whose images.
            at_least: The cosine from which embeddings alone decide; None: 0.97.
            progress: As of `oddness`.

        Raises:
            ConflictError: Nothing is embedded yet, or a job is on it.
            InvalidInputError: So little likeness makes no duplicates.
        """
        limit = near_duplicates.ALIKE if at_least is None else at_least
        if limit < near_duplicates.LEAST:
            raise InvalidInputError(
                f"near-duplicates from a likeness of {limit:g} on",
                hint=f"from {near_duplicates.LEAST:g} on; what is less alike is in `similar`",
            )
        array = self._array(project)
        n = self._store.state.get(project.id).size
        prints = self._encoders.fingerprints(project)
        stamp = f"{_stamp(array, n)}:{_stamp(prints, n)}:{limit:.4f}"
        key = f"{array.header.key}:{near_duplicates.VERSION}"
        kept = self._kept(project, ALIKE, key, np.float64, (3,))
        with self._working[project.id]:
            if kept.header.extra.get("of") != stamp:
                self._later(project, array, progress, {"at_least": limit})
                rows, ordinals = _rows(array, n)
                marks, _ = prints.read(ordinals)
                found = near_duplicates.find(
                    ordinals, rows, marks, at_least=limit, progress=progress or Silent()
                )
                table = np.stack([found.left, found.right, found.likeness], axis=1)
                extra = {"of": stamp, "pairs": len(table)}
                kept.replace([(0, table.astype(np.float64), None)], extra=extra)
        version = kept.snapshot()
        left, right, likeness = version.load(version.header.extra["pairs"])[0].T
        return Pairs(left.astype(np.int64), right.astype(np.int64), likeness.astype(np.float32))

    def _later(
        self,
        project: Project,
        array: OrdinalArray,
        progress: Progress | None,
        what: dict[str, Any],
    ) -> None:
        """Hand what would take minutes to a job, once, and say so."""
        if progress is not None or array.count() <= AT_ONCE:
            return
        arguments = {"project": project.name, **what}
        going = self._jobs.list(state=("queued", "running"), project=project.name)
        if not any(one.kind == JOB and one.arguments == arguments for one in going):
            self._jobs.start(JOB, arguments, project=project.name, actor=self._person)
        raise ConflictError(
            f"{array.count():,} pictures are being compared, which takes minutes",
            hint="open the queue again when the job is done",
        )

    def names(self, project: Project, ordinals: Sequence[int]) -> dict[int, str]:
        """Return the file names of images by ordinal."""
        rows = self._store.images.by_ordinals(project.id, list(ordinals))
        return {row.ordinal: Path(row.path).name for row in rows}

    def _array(self, project: Project) -> OrdinalArray:
        found = self._encoders.embeddings(project)
        if found is None:
            raise ConflictError(
                f"the images of {project.name} are not embedded yet",
                hint=f"embed them first: sightline embed {project.name}",
            )
        return found

    def _kept(
        self, project: Project, name: str, key: str, dtype: Any, shape: tuple[int, ...]
    ) -> OrdinalArray:
        return self._store.arrays.open(project.id, name, key, dtype=dtype, row_shape=shape)


def _stamp(array: OrdinalArray, n: int) -> str:
    """Return what changes with the rows of an array: which there are, and its generation."""
    version = array.snapshot()
    bits = np.packbits(version.valid(n)).tobytes()
    digest = hashlib.blake2b(bits, digest_size=8).hexdigest()
    return f"{version.header.generation}-{digest}"


def _rows(array: OrdinalArray, n: int) -> tuple[NDArray[Any], I64]:
    """Return the rows (M, D) that there are and their ordinals (M,), ascending."""
    ordinals = np.flatnonzero(array.valid(n))
    rows, valid = array.read(ordinals)
    return (rows, ordinals) if valid.all() else (rows[valid], ordinals[valid])
