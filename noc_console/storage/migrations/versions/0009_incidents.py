"""Incidents, alarms, what operators do about them, planned work, business customers; recordings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

TABLES = ("incident", "alarm", "handling", "comment", "maintenance", "recording")


def upgrade() -> None:
    """Add them."""
    op.add_column("subscriber", sa.Column("business", sa.Boolean))
    op.create_table(
        "incident",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("olt", sa.Text),
        sa.Column("port", sa.Text),
        sa.Column("splitter", sa.Text),
        sa.Column("zone", sa.Text),
        sa.Column("affected", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("alive", sa.Integer, nullable=False),
        sa.Column("unknown", sa.Integer, nullable=False),
        sa.Column("restored", sa.Integer, nullable=False),
        sa.Column("business", sa.Integer, nullable=False),
        sa.Column("opened_at", sa.Float, nullable=False),
        sa.Column("first_loss_at", sa.Float),
        sa.Column("last_loss_at", sa.Float),
        sa.Column("confirmed_at", sa.Float),
        sa.Column("clearing_at", sa.Float),
        sa.Column("resolved_at", sa.Float),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("inferred", sa.Boolean, nullable=False),
        sa.Column("planned", sa.Boolean, nullable=False),
        sa.Column("flapping", sa.Boolean, nullable=False),
        sa.Column("rings", sa.Integer, nullable=False),
        sa.Column("rung_at", sa.Float),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("removed_at", sa.Float),
        sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
    )
    op.create_index("ix_incident_revision", "incident", ["revision"])
    op.create_index("ix_incident_state", "incident", ["state"])
    op.create_table(
        "alarm",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("object", sa.Text, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("raised_at", sa.Float, nullable=False),
        sa.Column("changed_at", sa.Float, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("cleared_at", sa.Float),
        sa.Column("olt", sa.Text),
        sa.Column("port", sa.Text),
        sa.Column("ont_id", sa.Integer),
        sa.Column("serial", sa.Text),
        sa.Column("value", sa.Float),
        sa.Column("limit", sa.Float),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("flapping", sa.Boolean, nullable=False),
        sa.Column("incident", sa.Integer),
        sa.Column("planned", sa.Boolean, nullable=False),
        sa.Column("removed_at", sa.Float),
        sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("key", name="pk_alarm"),
    )
    op.create_index("ix_alarm_cleared_at", "alarm", ["cleared_at"])
    op.create_index("ix_alarm_revision", "alarm", ["revision"])
    op.create_table(
        "handling",
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("ack_by", sa.Text),
        sa.Column("ack_at", sa.Float),
        sa.Column("ack_severity", sa.Text),
        sa.Column("ack_affected", sa.Integer, nullable=False),
        sa.Column("ack_cause", sa.Text),
        sa.Column("shelved_by", sa.Text),
        sa.Column("shelved_at", sa.Float),
        sa.Column("shelved_until_at", sa.Float),
        sa.Column("removed_at", sa.Float),
        sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("about", name="pk_handling"),
    )
    op.create_index("ix_handling_revision", "handling", ["revision"])
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("removed_at", sa.Float),
        sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_comment"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_comment_about", "comment", ["about"])
    op.create_index("ix_comment_revision", "comment", ["revision"])
    op.create_table(
        "maintenance",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("starts_at", sa.Float, nullable=False),
        sa.Column("until_at", sa.Float, nullable=False),
        sa.Column("olt", sa.Text),
        sa.Column("port", sa.Text),
        sa.Column("splitter", sa.Text),
        sa.Column("zone", sa.Text),
        sa.Column("ended_by", sa.Text),
        sa.Column("ended_at", sa.Float),
        sa.Column("removed_at", sa.Float),
        sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_maintenance"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_maintenance_revision", "maintenance", ["revision"])
    op.create_table(
        "recording",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("keyframe", sa.Boolean, nullable=False),
        sa.Column("from_at", sa.Float, nullable=False),
        sa.Column("until_at", sa.Float, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recording"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_recording_from_at", "recording", ["from_at"])


def downgrade() -> None:
    """Take them away again."""
    for name in TABLES:
        op.drop_table(name)
    op.drop_column("subscriber", "business")
