"""The workbench: every part of a workspace, chosen and joined here and nowhere else."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sightline.app import items
from sightline.app.analysis.analysis import Analysis
from sightline.app.assist.assist import Assist
from sightline.app.assist.batch import AssistBatch
from sightline.app.assist.portable import PortableAssist
from sightline.app.auto_class.auto_class import AutoClass
from sightline.app.auto_class.review import AutoClassReview
from sightline.app.checks import doctor
from sightline.app.crop_heads.benchmark import HeadBenchmark
from sightline.app.crop_heads.crop_heads import CropHeads
from sightline.app.crop_heads.files import HeadFiles
from sightline.app.crop_heads.training import HeadTraining
from sightline.app.crop_heads.watch import HeadWatch
from sightline.app.datasets.exports import Exports
from sightline.app.datasets.imports import Imports
from sightline.app.datasets.object_exports import ObjectExports
from sightline.app.datasets.object_imports import ObjectImports
from sightline.app.datasets.uploads import Uploads
from sightline.app.datasets.waiting import Waiting
from sightline.app.detection.evaluation import DetectionEvaluation
from sightline.app.detection.suggesting import Suggesting
from sightline.app.doubts.taken import Taken
from sightline.app.earlier.face import Face
from sightline.app.embedding.encoders import Encoders
from sightline.app.embedding.neighbours import Neighbours
from sightline.app.engines.room import EngineRoom
from sightline.app.explaining.explaining import Explaining
from sightline.app.explaining.runs import ExplainedRuns
from sightline.app.labels.bulk import Bulk
from sightline.app.labels.labelling import Labelling
from sightline.app.live_head.heads import Heads
from sightline.app.maps.drawing import MapDrawing
from sightline.app.maps.map import Maps
from sightline.app.models.cards import ModelCards
from sightline.app.models.models import Models
from sightline.app.models.pulling import Pulling
from sightline.app.models.shelf import ModelShelf
from sightline.app.models.uploads import ModelUploads
from sightline.app.objects.objects import Objects
from sightline.app.objects.review import ObjectReview
from sightline.app.outward import Outward
from sightline.app.pictures.builds import Builds
from sightline.app.pictures.edits import Edits
from sightline.app.pictures.pictures import Pictures
from sightline.app.projects import Projects, workspace_form
from sightline.app.queues.queues import Queues
from sightline.app.runs.control import RunControl
from sightline.app.runs.evaluation import Evaluation
from sightline.app.runs.mistakes import Mistaken
from sightline.app.runs.predictions import Predictions
from sightline.app.runs.shelf import RunShelf
from sightline.app.segments.build import SegmentBuilds
from sightline.app.splits.grouped import Groups
from sightline.app.splits.splits import Splits
from sightline.app.tasks import KINDS
from sightline.app.texts.finding import TextFinding
from sightline.app.training.advising import Advising
from sightline.app.training.augmenting import Augmenting
from sightline.app.training.folds import Folds
from sightline.app.training.lr_range import LrRange
from sightline.app.training.presets import Presets
from sightline.app.training.quick import QuickTraining
from sightline.app.training.shaping import Shaping
from sightline.app.training.sweeps import Sweeps
from sightline.app.training.training import Training
from sightline.app.updates import Updates
from sightline.app.verbs import Verbs
from sightline.jobs.runner import JobRunner
from sightline.jobs.system_load import LoadMeter
from sightline.settings import as_variables, find_workspace, load_settings, save_settings
from sightline.store.store import Store
from sightline.train.cache import PixelCache

if TYPE_CHECKING:
    from sightline.core.progress import Progress


class Workbench(Verbs, Outward):
    """Everything a face (the server, the command line, a notebook) may reach."""

    items = items
    """How rows look to a caller."""

    def __init__(self, workspace: Path, flags: dict[str, Any]) -> None:
        loaded = load_settings(workspace, flags=flags)
        self.workspace = workspace
        self.settings = loaded.settings
        self.flags = flags
        self.store = Store(workspace, database_url=self.settings.database_url)
        self.projects = Projects(self.store, flags)
        self.jobs = JobRunner(
            self.store.jobs, workspace, KINDS, self.settings, env=as_variables(flags)
        )
        person = self.settings.person
        self.labels = Labelling(self.store, person, self.projects.folder, self.projects.task)
        self.pictures = Pictures(self.store, self.settings, self.projects, self.jobs)
        self.room = EngineRoom(workspace, self.settings)
        self.encoders = Encoders(self.store, self.projects, self.jobs, self.settings, self.room)
        self.heads = Heads(self.store, self.encoders, self.projects)
        self.bulk = Bulk(self.store, person, self.heads, self.projects.task)
        self.neighbours = Neighbours(
            self.store,
            self.projects,
            self.encoders,
            jobs=self.jobs,
            settings=self.settings,
            limits=lambda: self.pictures.limits,
        )
        self.queues = Queues(self.store, self.projects, self.encoders, self.heads, self.neighbours)
        self.face = Face(self.store, self.queues)
        self.maps = Maps(self.store, self.encoders, self.jobs, self.settings)
        self.map_drawing = MapDrawing(self.store, self.maps, self.queues.pools, self.heads)
        self._look_into_data()
        self.training = Training(self.store, self.jobs, person, self.projects)
        self.quick = QuickTraining(self.store, self.training)
        self.predictions = Predictions(self.store, self.jobs, person, self.settings)
        self.exports = Exports(
            self.store, self.jobs, person, self.projects.folder, (self.encoders, self.heads)
        )
        self.uploads = Uploads(workspace / "cache" / "uploads")
        self.imports = Imports(self.store, self.jobs, person, self.projects.folder, self.pictures)
        self.jobs.on_end = self.training.note_end
        self._join_models(person)
        self._join_shaping(person)
        self._join_drawing(person)

    def _join_learned(self, person: str) -> None:
        """Join the assists that are learned."""
        self.crop_heads = CropHeads(
            self.store,
            self.settings,
            self.projects,
            self.encoders,
            lambda: self.pictures.limits,
        )
        self.crop_heads.on_image_head = self.heads.changed
        self.heads.let(lambda project: self.crop_heads.active(project, "images"))
        self.head_files = HeadFiles(self.crop_heads, self.encoders)
        parts = self.crop_heads, self.bulk
        self.auto_class = AutoClass(self.store, self.projects, self.jobs, person, parts)
        self.auto_class_review = AutoClassReview(self.store, self.jobs, person)
        self.segments = SegmentBuilds(
            self.store, self.settings, self.assist, (self.projects, self.pictures, self.jobs)
        )
        self.head_training = HeadTraining(
            self.store,
            self.settings,
            self.projects,
            (self.crop_heads, self.encoders, self.jobs, lambda: self.pictures.limits),
        )
        self.head_watch = HeadWatch(self.store, self.encoders, self.jobs)
        self.head_benchmark = HeadBenchmark(
            self.head_training, self.head_watch, (self.encoders, self.projects, self.jobs)
        )
        drawn = (self.labels, self.bulk, self.assist)
        self.text_finding = TextFinding(self.store, self.settings, self.jobs, self.room, drawn)

    def _join_drawing(self, person: str) -> None:
        """Join what is drawn in pictures, and what helps with it."""
        self.objects = Objects(self.store, person)
        self.object_review = ObjectReview(self.store, person)
        self.waiting = Waiting(self.store)
        self.pictures.on_new = self.waiting.attach
        self.queues.pools.filters.check = self.object_review.images
        parts = (self.labels, self.bulk, lambda: self.pictures.limits)
        self.suggesting = Suggesting(self.store, self.settings, self.jobs, parts)
        self.assist = Assist(
            self.store, self.settings, self.projects, lambda: self.pictures.limits, self.room
        )
        self.portable = PortableAssist(self.assist)
        self.tweaking = AssistBatch(self.store, self.assist, self.jobs, person)
        self.object_exports = ObjectExports(self.store, self.exports, self.jobs, person)
        self.object_imports = ObjectImports(
            self.store, person, self.projects.folder, (self.imports, self.waiting, self.jobs)
        )
        self.waiting.placed = self.object_imports.placed
        self._join_judging()
        self._join_learned(person)

    def _join_judging(self) -> None:
        """Join what judges predicted objects."""
        self.detections = DetectionEvaluation(
            self.store, self.settings, self.jobs, self.projects.folder
        )
        self.taken = Taken(self.store, lambda project: self.projects.folder(project) / "doubts")
        self.queues.pools.sources |= self.taken.sources()
        self.queues.answers["served"] = self.taken.guesses
        self.queues.pools.sources |= {
            "detection_errors": self.detections.counts,
            "detection_surest": self.detections.surest,
        }

    def _join_shaping(self, person: str) -> None:
        """Join what shapes a training and its data before it begins, and what shows it."""
        self.presets = Presets(self.store, self.projects)
        self.groups = Groups(self.store, self.projects.folder, self.neighbours)
        self.splits = Splits(self.store, person, self.projects, self.groups)
        self.folds = Folds(self.projects, self.training, self.splits)
        self.builds = Builds(self.store, self.settings, self.projects, self.jobs, self.pictures)
        self.edits = Edits(self.store, person, self.projects, (self.bulk, self.pictures))
        self.training.shape = Shaping(self.groups, self.builds)
        self.evaluation = Evaluation(self.store, self.training, self.analysis)
        self.cards = ModelCards(self.store, self.training, self.evaluation)
        self.queues.pools.filters.slice = self.evaluation.members
        self.sweeps = Sweeps(self.projects, self.training, self.jobs, person)
        self.lr_range = LrRange(self.training, self.jobs, person)
        self.augmenting = Augmenting(self.store, self.projects, self.training, self.room)
        self.meter = LoadMeter()
        if self.settings.pixel_cache_mb:
            self.training.pixel_cache = PixelCache(
                self.workspace / "cache" / "pixels", self.settings.pixel_cache_mb << 20
            )

    def _join_models(self, person: str) -> None:
        """Join what is done with models: asked, exported, fetched, explained."""
        self.models = Models(self.store, self.settings, self.jobs, self._networks, self.room)
        self.pulling = Pulling(self.store, self.settings, self.jobs, self.models)
        parts = (self.projects, self.models, self.pulling)
        self.model_shelf = ModelShelf(self.store, self.settings, self.jobs, parts)
        self.model_uploads = ModelUploads(self.models, self.workspace / "cache" / "uploads")
        self.explaining = Explaining(
            self.store, self.settings, self.room, lambda: self.pictures.limits
        )
        run_dir = self.training.run_dir
        self.explained_runs = ExplainedRuns(self.store, self.jobs, person, run_dir, self.explaining)
        mistaken = Mistaken(self.store, run_dir)
        self.queues.pools.sources |= {"mistaken": mistaken.sure, "mistaken_as": mistaken.said}

    def _look_into_data(self) -> None:
        """Make what looks into a project's data, and let queues filter by what it finds."""
        self.analysis = Analysis(
            self.store,
            self.projects,
            self.encoders,
            self.neighbours,
            jobs=self.jobs,
            settings=self.settings,
            limits=lambda: self.pictures.limits,
        )
        self.advising = Advising(self.store, self.analysis)
        filters = self.queues.pools.filters
        filters.region, filters.finding = self.maps.region, self.analysis.finding

    @property
    def updates(self) -> Updates:
        """The program's folder against a published release."""
        return Updates(self.settings, self.workspace)

    @cached_property
    def control(self) -> RunControl:
        """What may be asked of a training while it runs."""
        return RunControl(self.store, self.training)

    @cached_property
    def shelf(self) -> RunShelf:
        """Notes and stars of trainings, and their trash."""
        return RunShelf(self.store, self.training)

    def engine_list(self) -> list[dict[str, Any]]:
        """Return what can answer about an image: built-in engines, then added encoders."""
        return self.encoders.engine_list()

    def settings_form(self) -> dict[str, Any]:
        """Return schema, values and origins of the workspace's settings."""
        return workspace_form(self.workspace, self.flags)

    def save_settings(self, values: dict[str, Any]) -> dict[str, Any]:
        """Write settings.json; what only counts at the start counts from the next start."""
        save_settings(self.workspace / "settings.json", values)
        return self.settings_form()

    def doctor(self) -> dict[str, Any]:
        """Return checks, settings and where each setting came from."""
        return doctor(self)

    def demo(self, *, progress: Progress) -> dict[str, Any]:
        """Run the whole loop on the sample digits."""
        from sightline.app.demo import demo

        return demo(self, progress)

    def __enter__(self) -> Self:
        """Use it in a `with` block, which closes it."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Finish writing and let go of everything."""
        self._close_outward()
        self.assist.close()
        self.encoders.close()
        self.room.close()
        self.models.close()
        self.pictures.close()
        self.jobs.close()
        self.store.close()

    def _networks(self) -> tuple[str, ...]:
        return tuple(net["name"] for net in self.training.networks())


def open_workbench(workspace: Path | str | None = None, **flags: Any) -> Workbench:
    """Open a workspace, which is made when it is not there.

    Args:
        workspace: Its folder; None: SIGHTLINE_WORKSPACE, else ./workspace.
        flags: Settings that overrule every other source.

    Raises:
        InvalidInputError: A setting is not valid, or a file is in the way.
        StorageError: The folder or the database cannot be used.
    """
    path = None if workspace is None else Path(workspace)
    return Workbench(find_workspace(path), flags)
