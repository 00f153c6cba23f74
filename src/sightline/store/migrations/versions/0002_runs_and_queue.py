"""Notes, stars and trash of runs; the order of queued jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("notes", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "runs", sa.Column("starred", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("runs", sa.Column("trashed_at", sa.String(length=30), nullable=True))
    op.add_column("jobs", sa.Column("rank", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("jobs") as jobs:
        jobs.drop_column("rank")
    with op.batch_alter_table("runs") as runs:
        runs.drop_column("trashed_at")
        runs.drop_column("starred")
        runs.drop_column("notes")
