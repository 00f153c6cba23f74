"""What goes out of a workspace: narration, exported forms, serving. Each is made when asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app.crop_heads.crop_heads import CropHeads
    from sightline.app.detection.suggesting import Suggesting
    from sightline.app.doubts.doubts import Doubts
    from sightline.app.doubts.taken import Taken
    from sightline.app.embedding.encoders import Encoders
    from sightline.app.engines.room import EngineRoom
    from sightline.app.forms.forms import Forms
    from sightline.app.forms.judging import ModelJudging
    from sightline.app.forms.speed import ModelBench
    from sightline.app.hub.pushing import Pushing
    from sightline.app.hub.usage import Usage
    from sightline.app.labels.labelling import Labelling
    from sightline.app.media.shelf import MediaShelf
    from sightline.app.models.cards import ModelCards
    from sightline.app.models.models import Models
    from sightline.app.narration.narrating import Narrating
    from sightline.app.packages.packing import Packages
    from sightline.app.pictures.pictures import Pictures
    from sightline.app.projects import Projects
    from sightline.app.serving.board import Board
    from sightline.app.serving.trial import Trial
    from sightline.app.streams.annotated import Annotated
    from sightline.app.streams.streams import Streams
    from sightline.app.streams.texts import Texts
    from sightline.app.training.training import Training
    from sightline.jobs.runner import JobRunner
    from sightline.settings import Settings
    from sightline.store.store import Store


class Outward:
    """A part of the workbench: one cached property for each of these, with its own imports."""

    workspace: Path
    store: Store
    settings: Settings
    projects: Projects
    pictures: Pictures
    models: Models
    room: EngineRoom
    encoders: Encoders
    crop_heads: CropHeads
    suggesting: Suggesting
    training: Training
    jobs: JobRunner
    labels: Labelling
    taken: Taken
    cards: ModelCards

    @cached_property
    def doubts(self) -> Doubts:
        """What served models were unsure of."""
        from sightline.app.doubts.doubts import Doubts
        from sightline.app.doubts.taking import Taking

        taking = Taking(self.store, self.pictures, self.labels, self.taken)
        limits = self.pictures.limits
        return Doubts(self.store, self.settings, self.projects, taking, lambda: limits)

    @cached_property
    def trial(self) -> Trial:
        """Models that somebody tries out."""
        from sightline.app.serving.heated import open_heated
        from sightline.app.serving.trial import Trial

        return Trial(self.store.models, lambda found: open_heated(found, lambda: self.room))

    @cached_property
    def pushing(self) -> Pushing:
        """Models to a hub, when somebody asks for it."""
        from sightline.app.hub.pushing import Pushing

        return Pushing(self.store, self.settings, (self.models, self.cards, self.jobs))

    @cached_property
    def usage(self) -> Usage:
        """Counts of use, for whoever asks for them here."""
        from sightline.app.hub.usage import Usage

        return Usage(self.store, self.settings, self.projects)

    @cached_property
    def media(self) -> MediaShelf:
        """Uploaded pictures and clips, cameras and streams."""
        from sightline.app.media.shelf import MediaShelf

        return MediaShelf(
            self.workspace,
            self.settings,
            lambda: self.pictures.limits,
            lambda: self.suggesting.detectors,
        )

    @cached_property
    def narrating(self) -> Narrating:
        """Who can narrate."""
        from sightline.app.narration.captioners import Captioners
        from sightline.app.narration.narrating import Narrating

        captioners = Captioners(self.store.models, self.room)
        parts = (self.suggesting.detectors, self.crop_heads, self.encoders, captioners)
        return Narrating(self.store, self.settings, self.models, parts, lambda: self.media)

    @cached_property
    def forms(self) -> Forms:
        """Exported forms of models: int8, TorchScript, OpenVINO."""
        from sightline.app.forms.forms import Forms

        return Forms(self.store, self.settings, self.models, self.training)

    @cached_property
    def judging(self) -> ModelJudging:
        """What models are worth on pictures that they are asked about now."""
        from sightline.app.forms.judging import ModelJudging

        parts = (self.projects, self.training, self.jobs)
        return ModelJudging(self.store, self.settings, self.models, parts)

    @cached_property
    def speeds(self) -> ModelBench:
        """How fast models are, in each form."""
        from sightline.app.forms.speed import ModelBench

        return ModelBench(self.store, self.settings, (self.room, self.jobs))

    @cached_property
    def packages(self) -> Packages:
        """Models as one file for others."""
        from sightline.app.packages.packing import Packages

        return Packages(self.store, self.models, self.cards)

    @cached_property
    def streams(self) -> Streams:
        """Narrations as they happen."""
        from sightline.app.streams.streams import Streams

        streams = Streams(self.media, self.narrating, self.settings)
        self.media.on_erase.append(streams.stop)
        return streams

    @cached_property
    def texts(self) -> Texts:
        """What narrations left."""
        from sightline.app.streams.texts import Texts

        return Texts(self.streams)

    @cached_property
    def annotated(self) -> Annotated:
        """Clips with what was seen drawn into them."""
        from sightline.app.streams.annotated import Annotated

        return Annotated(self.media, self.streams, self.jobs, self.settings.person)

    @cached_property
    def serving(self) -> Board:
        """Which processes serve models of this workspace."""
        from sightline.app.serving.board import Board

        return Board(self.workspace)

    def _close_outward(self) -> None:
        """Close those that were asked for and can be closed, the last one first."""
        made = [self.__dict__[name] for name in self.__dict__ if name in vars(Outward)]
        for one in reversed(made):
            if hasattr(one, "close"):
                one.close()
