"""Objects in pictures, how far their drawing is, suggestions, and labels that wait for pictures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column(
        "images", sa.Column("review", sa.SmallInteger(), nullable=False, server_default="0")
    )
    op.add_column("images", sa.Column("note", sa.Text(), nullable=False, server_default=""))
    op.add_column("images", sa.Column("objects", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("classes", sa.Column("skeleton", sa.Text(), nullable=True))
    op.add_column("journal", sa.Column("batch", _BIG, nullable=True))
    op.create_index("ix_journal_project_id_batch", "journal", ["project_id", "batch"])
    _objects()
    _suggestions()
    _waiting_labels()


def _objects() -> None:
    op.create_table(
        "objects",
        sa.Column("image_id", _BIG, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        *(sa.Column(name, sa.Double(), nullable=False) for name in ("x1", "y1", "x2", "y2")),
        sa.Column("geometry", sa.Text(), nullable=True),
        sa.Column("attributes", sa.Text(), nullable=True),
        sa.Column("z", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("locked", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("hidden", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False, server_default="person"),
        sa.PrimaryKeyConstraint("image_id", "uid", name="pk_objects"),
        sa.ForeignKeyConstraint(
            ["image_id"], ["images.id"], name="fk_objects_image_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["class_id"], ["classes.id"], name="fk_objects_class_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_objects_class_id", "objects", ["class_id"])


def _suggestions() -> None:
    op.create_table(
        "suggestions",
        sa.Column("image_id", _BIG, nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("objects", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("image_id", "source", name="pk_suggestions"),
        sa.ForeignKeyConstraint(
            ["image_id"], ["images.id"], name="fk_suggestions_image_id", ondelete="CASCADE"
        ),
    )


def _waiting_labels() -> None:
    op.create_table(
        "waiting_labels",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("stem", sa.String(length=200), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=30), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_waiting_labels"),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name="fk_waiting_labels_project_id",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint(
            "project_id", "path", "source", name="uq_waiting_labels_project_id_path_source"
        ),
    )
    op.create_index("ix_waiting_labels_project_id_stem", "waiting_labels", ["project_id", "stem"])


def downgrade() -> None:
    for name in ("waiting_labels", "suggestions", "objects"):
        op.drop_table(name)
    op.drop_index("ix_journal_project_id_batch", "journal")
    with op.batch_alter_table("journal") as journal:
        journal.drop_column("batch")
    with op.batch_alter_table("classes") as classes:
        classes.drop_column("skeleton")
    with op.batch_alter_table("images") as images:
        for name in ("objects", "note", "review"):
            images.drop_column(name)
