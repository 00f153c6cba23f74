"""What a queue looks at: a project's arrays, gathered as the queue reads them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final, Protocol

from sightline.app.embedding.words import Words
from sightline.app.queues.filters import Filters
from sightline.core.errors import InvalidInputError
from sightline.curate.pool import Pool, Tops
from sightline.curate.tops import tops_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sightline.app.embedding.encoders import Encoders
    from sightline.app.embedding.neighbours import Neighbours
    from sightline.app.live_head.heads import Answers, Heads
    from sightline.app.queues.opinions import Opinions
    from sightline.curate.ask import Queue
    from sightline.curate.pairs import Pairs
    from sightline.store.projects import Project
    from sightline.store.store import Store


WITH_TOPS: Final = frozenset({"tops", "confidence"})
"""What reads the likeliest class of every image."""


class Source(Protocol):
    """What works out one number for each image."""

    def __call__(self, project: Project, n: int, asked: Mapping[str, Any]) -> NDArray[Any]:
        """Return (n,) by ordinal, for a queue that is asked this."""
        ...


class Pools:
    """Gathers what a queue is asked about."""

    def __init__(
        self,
        store: Store,
        encoders: Encoders,
        heads: Heads,
        neighbours: Neighbours,
        opinions: Opinions,
    ) -> None:
        self._store = store
        self._neighbours = neighbours
        self._opinions = opinions
        self._encoders = encoders
        self._heads = heads
        self._lock = threading.Lock()
        self._known: dict[int, tuple[tuple[Any, ...], Tops]] = {}
        self.filters = Filters(store, self.predicted)
        self.sources: dict[str, Source] = {
            "distance": neighbours.distance_to,
            "oddness": neighbours.oddness_by,
            "likeness": Words(encoders, neighbours).likeness,
        }
        """What fills `Pool.arrays`, by the names that queues read."""

    def pool(
        self,
        project: Project,
        queue: Queue,
        filters: Mapping[str, Any],
        options: Mapping[str, Any],
    ) -> tuple[Pool, dict[str, Any]]:
        """Return the arrays, and the options as the planner takes them.

        Raises:
            InvalidInputError: A class, an image or a filter that there is not.
        """
        state = self._store.state.get(project.id)
        answers = self._heads.answers(project, state.size)
        names = {row.id: row.name for row in self._store.classes.list(project.id)}
        asked = self._resolved(project, options, names)
        reads = queue.reads | {asked.get("measure", "")}
        embedded = "embeddings" in reads
        pool = Pool(
            status=state.status,
            split=state.split,
            class_id=state.class_id,
            alive=state.alive,
            wanted=self.filters.mask(project, state, filters),
            embeddings=self._encoders.embeddings(project) if embedded else None,
            margin=answers.margin,
            entropy=self._heads.entropy(project, state.size) if "entropy" in reads else None,
            tops=self._tops(project, answers, state.size) if reads & WITH_TOPS else None,
            probabilities=answers.probabilities,
            class_ids=answers.class_ids,
            names=answers.names,
            class_names=names,
            multi=answers.multi,
            other=(
                self._opinions.other(project, state, asked.get("against"))
                if "model" in reads
                else None
            ),
            out_of_fold=(
                self._opinions.out_of_fold(project, state) if "out_of_fold" in reads else None
            ),
            arrays={
                name: source(project, state.size, asked)
                for name, source in self.sources.items()
                if name in reads
            },
            alike=self._alike(project, asked) if "alike" in reads else None,
            file_names=lambda ordinals: self._neighbours.names(project, ordinals),
        )
        return pool, asked

    def _alike(self, project: Project, asked: Mapping[str, Any]) -> Pairs:
        return self._neighbours.alike(project, asked["band"][0] if "band" in asked else None)

    def predicted(self, project: Project, n: int) -> tuple[Tops | None, tuple[int, ...]]:
        """Return the likeliest class of the ordinals 0 .. n - 1, and the ids of its columns."""
        answers = self._heads.answers(project, n)
        return self._tops(project, answers, n), answers.class_ids

    def _tops(self, project: Project, answers: Answers, n: int) -> Tops | None:
        """Return the likeliest classes, worked out once for each answer of the head."""
        found = answers.probabilities
        if found is None:
            return None
        header = found.header
        what = (header.key, header.generation, header.journal_seq, n)
        with self._lock:
            kept = self._known.get(project.id)
            if kept is None or kept[0] != what:
                kept = (what, tops_of(found, n))
                self._known[project.id] = kept
            return kept[1]

    def ordinals(self, project: Project, images: Sequence[int]) -> tuple[int, ...]:
        """Return the ordinals of images by their ids.

        Raises:
            InvalidInputError: One is not an image of this project.
        """
        rows = {row.id: row for row in self._store.images.by_ids(images)}
        gone = [one for one in images if one not in rows or rows[one].project_id != project.id]
        if gone:
            raise InvalidInputError(
                f"{project.name} has no image {gone[0]}", hint="it may have been deleted: look anew"
            )
        return tuple(rows[one].ordinal for one in images)

    def _resolved(
        self, project: Project, options: Mapping[str, Any], names: Mapping[int, str]
    ) -> dict[str, Any]:
        asked = dict(options)
        if "class_id" in asked and asked["class_id"] not in names:
            raise InvalidInputError(
                f"{project.name} has no class with id {asked['class_id']}",
                hint=", ".join(f"{one} is {name}" for one, name in names.items()) or "make one",
            )
        if "band" in asked:
            asked["band"] = tuple(asked["band"])
        if "images" in asked:
            asked["images"] = self.ordinals(project, asked["images"])
        return asked
