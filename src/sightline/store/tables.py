"""The tables. What a person edits lives here; what a machine computes lives in arrays.

`projects.seq` counts the changes of a project: every write that touches images takes the next
number in its own transaction (which also makes the writers of one project take turns on
PostgreSQL), stamps the images it changed with it, and so lets a reader fetch "all since N".
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Big: Final = BigInteger().with_variant(Integer, "sqlite")
"""A key that may pass two thousand million."""

projects = Table(
    "projects",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("created_at", String(30), nullable=False),
    Column("archived_at", String(30)),
    Column("trashed_from", String(200)),
    Column("next_ordinal", Integer, nullable=False, default=0),
    Column("seq", Big, nullable=False, default=0),
)

"""`trashed_from`: the name it had before it went to the trash, which frees the name."""

assets = Table(
    "assets",
    metadata,
    Column("id", Big, primary_key=True),
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("bytes", Big, nullable=False),
    Column("format", String(20), nullable=False),
    Column("raw_width", Integer, nullable=False),
    Column("raw_height", Integer, nullable=False),
    Column("orientation", SmallInteger, nullable=False, default=1),
    Column("pages", Integer, nullable=False, default=1),
    UniqueConstraint("project_id", "digest"),
)

locations = Table(
    "locations",
    metadata,
    Column("id", Big, primary_key=True),
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("asset_id", ForeignKey("assets.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("path", Text, nullable=False),
    Column("bytes", Big, nullable=False),
    Column("mtime_ns", Big, nullable=False),
    Column("label", String(200)),
    Column("missing", Boolean, nullable=False, default=False),
    UniqueConstraint("project_id", "path"),
)

images = Table(
    "images",
    metadata,
    Column("id", Big, primary_key=True),
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("asset_id", ForeignKey("assets.id", ondelete="CASCADE"), nullable=False),
    Column("page", Integer, nullable=False, default=0),
    Column("ordinal", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("split", SmallInteger, nullable=False),
    Column("split_fixed", Boolean, nullable=False, default=False),
    Column("status", SmallInteger, nullable=False, default=0),
    Column("class_id", Integer),
    Column("version", Integer, nullable=False, default=0),
    Column("seq", Big, nullable=False, default=0),
    Column("top", Big, nullable=False, default=0),
    Column("deleted", Boolean, nullable=False, default=False),
    Column("edit", Text),
    Column("alias", String(200)),
    Column("review", SmallInteger, nullable=False, server_default="0"),
    Column("note", Text, nullable=False, server_default=""),
    Column("objects", Integer, nullable=False, server_default="0"),
    UniqueConstraint("project_id", "ordinal"),
    UniqueConstraint("asset_id", "page"),
    Index("ix_images_project_id_seq", "project_id", "seq"),
)
"""`seq`: the last change of any kind. `top`: the journal entry whose state the image shows.

`edit`: what builds do to the picture (`core.edits`). `alias`: its file name, without the ending, in
builds and exports. `review`: how far the drawing is (`core.objects.REVIEWS`); `note`: why it was
rejected. `objects`: how many it has, kept with every change of them.
"""

classes = Table(
    "classes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("colour", String(7), nullable=False),
    Column("hotkey", String(1)),
    Column("position", Integer, nullable=False),
    Column("deleted", Boolean, nullable=False, default=False),
    Column("skeleton", Text),
    sqlite_autoincrement=True,
)
"""`skeleton`: JSON {"names": [...], "edges": [[from, to], ...]} of its keypoints, places from 0."""

annotation_rows = Table(
    "annotations",
    metadata,
    Column("id", Big, primary_key=True),
    Column("image_id", ForeignKey("images.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("class_id", ForeignKey("classes.id", ondelete="CASCADE"), nullable=False),
    Column("score", Float),
    Column("source", String(200), nullable=False, default="person"),
    UniqueConstraint("image_id", "kind", "class_id"),
)

object_rows = Table(
    "objects",
    metadata,
    Column("image_id", ForeignKey("images.id", ondelete="CASCADE"), primary_key=True),
    Column("uid", String(32), primary_key=True),
    Column("class_id", ForeignKey("classes.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column("x1", Double, nullable=False),
    Column("y1", Double, nullable=False),
    Column("x2", Double, nullable=False),
    Column("y2", Double, nullable=False),
    Column("geometry", Text),
    Column("attributes", Text),
    Column("z", Integer, nullable=False, server_default="0"),
    Column("locked", Boolean, nullable=False, server_default=false()),
    Column("hidden", Boolean, nullable=False, server_default=false()),
    Column("score", Float),
    Column("source", String(200), nullable=False, server_default="person"),
)
"""What people drew. `x1 .. y2`: the bounds, which are all there is of a box.

`geometry`: JSON of any other kind (`core.geometry.shapes`). `attributes`: JSON; None: none.
"""

suggestions = Table(
    "suggestions",
    metadata,
    Column("image_id", ForeignKey("images.id", ondelete="CASCADE"), primary_key=True),
    Column("source", String(200), primary_key=True),
    Column("objects", Text, nullable=False),
)
"""What an engine or a file says is there: a JSON list of objects, no labels until accepted."""

waiting_labels = Table(
    "waiting_labels",
    metadata,
    Column("id", Big, primary_key=True),
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("stem", String(200), nullable=False),
    Column("path", Text, nullable=False),
    Column("at", String(30), nullable=False),
    Column("source", String(200), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    UniqueConstraint("project_id", "path", "source"),
    Index("ix_waiting_labels_project_id_stem", "project_id", "stem"),
)
"""Labels of pictures that are not here yet, attached when they come.

`path`: as the label file writes it; `stem`: its file name without the ending, in lower case;
`payload`: compressed JSON of the objects, with class names.
"""

journal = Table(
    "journal",
    metadata,
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("at", String(30), nullable=False),
    Column("actor", String(200), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("description", String(300), nullable=False),
    Column("count", Integer, nullable=False, default=0),
    Column("target", Big),
    Column("applied_seq", Big, nullable=False),
    Column("live", Boolean, nullable=False, default=True),
    Column("payload", LargeBinary, nullable=False),
    Column("batch", Big),
    Index("ix_journal_project_id_batch", "project_id", "batch"),
    Index("ix_journal_project_id_actor_applied_seq", "project_id", "actor", "applied_seq"),
)
"""`kind`: labels, objects, classes, splits, edits, ingest, undo, redo.

`target`: what an undo or redo is of.

`live`: its effect stands. `applied_seq`: when it was last done (its own seq, or its redo's).

`batch`: the first of the entries that one import wrote, part by part: they are one step, which the
history shows as its first, with the `count` of all.
"""

snapshots = Table(
    "snapshots",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("seq", Big, nullable=False),
    Column("at", String(30), nullable=False),
    Column("actor", String(200), nullable=False),
    Column("labelled", Integer, nullable=False),
    Column("state", LargeBinary, nullable=False),
    UniqueConstraint("project_id", "name"),
)

events = Table(
    "events",
    metadata,
    Column("id", Big, primary_key=True),
    Column("at", String(30), nullable=False),
    Column("kind", String(30), nullable=False),
    Column("project_id", Integer),
    Column("payload", JSON, nullable=False),
    sqlite_autoincrement=True,
)

views = Table(
    "views",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", String(30), nullable=False),
    Column("size", Integer, nullable=False),
    Column("spec", JSON, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("mode", String(10), nullable=False),
    Column("parent", String(64)),
    Column("state", String(12), nullable=False),
    Column("network", String(100), nullable=False),
    Column("spec", JSON, nullable=False),
    Column("created_at", String(30), nullable=False),
    Column("finished_at", String(30)),
    Column("epoch", Integer, nullable=False, default=0),
    Column("epochs", Integer, nullable=False),
    Column("journal_seq", Big, nullable=False, default=0),
    Column("metrics", JSON),
    Column("model_id", String(120)),
    Column("job_id", String(64)),
    Column("error", JSON),
    Column("notes", Text, nullable=False, server_default=""),
    Column("starred", Boolean, nullable=False, server_default=false()),
    Column("trashed_at", String(30)),
)

heads = Table(
    "heads",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", String(30), nullable=False),
    Column("encoder", String(200), nullable=False),
    Column("encoder_key", String(100), nullable=False),
    Column("journal_seq", Big, nullable=False),
    Column("class_ids", JSON, nullable=False),
    Column("metrics", JSON, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("project", String(200)),
    Column("arguments", JSON, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("state", String(12), nullable=False, index=True),
    Column("resumable", Boolean, nullable=False, default=False),
    Column("attempt", Integer, nullable=False, default=1),
    Column("created_at", String(30), nullable=False),
    Column("started_at", String(30)),
    Column("finished_at", String(30)),
    Column("done", Integer, nullable=False, default=0),
    Column("total", Integer),
    Column("note", String(300), nullable=False, default=""),
    Column("error", JSON),
    Column("result", JSON),
    Column("rank", Integer, nullable=False, server_default="0"),
)
"""`state`: queued, running, done, failed, cancelled, interrupted.

`rank`: which of the queued goes first, the lowest; of equal ones the oldest.
"""
