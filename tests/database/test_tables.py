import re
import sqlite3
from enum import StrEnum
from typing import get_args

import pytest

from crucible.database.tables import metadata
from crucible.domain.dead_letter import DeadLetterState
from crucible.domain.evaluation import Priority
from crucible.domain.event import Event
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import Isolation
from crucible.domain.status import TRANSITIONS, Lifecycle, Status
from crucible.domain.webhook import DeliveryState, WebhookEvent


@pytest.mark.parametrize(
    ("table", "column", "values"),
    [
        ("evaluations", "status", Status),
        ("evaluations", "outcome", Outcome),
        ("evaluations", "lifecycle", Lifecycle),
        ("evaluations", "priority", Priority),
        ("evaluations", "minimum_isolation", Isolation),
        ("dead_letters", "state", DeadLetterState),
        ("deliveries", "event", WebhookEvent),
        ("deliveries", "state", DeliveryState),
        ("events", "kind", [kind.model_fields["kind"].default for kind in get_args(get_args(Event)[0])]),
    ],
)
def test_a_check_constraint_holds_each_enumeration(
    database_file, table: str, column: str, values: type[StrEnum] | list[str]
):
    connection = sqlite3.connect(database_file)
    (schema,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    connection.close()
    (listed,) = re.findall(rf"CONSTRAINT ck_{table}_{column} CHECK \({column} IN \(([^)]*)\)\)", schema)
    assert set(re.findall(r"'([^']*)'", listed)) == {str(value) for value in values}


def test_every_table_says_whose_each_row_is_but_those_of_the_tenants_and_of_who_works_for_all():
    nobodys = {table.name for table in metadata.tables.values() if "tenant_id" not in table.c}
    assert nobodys == {"blob_removals", "log_orders", "measures", "tenants", "workers"}


def test_the_queue_ranks_priorities_in_the_order_in_which_they_are_declared(database_file):
    connection = sqlite3.connect(database_file)
    (schema,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'evaluations'").fetchone()
    connection.close()
    ranked = re.findall(r"WHEN '(\w+)' THEN (\d)", schema)
    assert ranked == [(priority.value, str(place)) for place, priority in enumerate(Priority)]


def test_the_statuses_with_an_outcome_are_those_that_nothing_follows(database_file):
    connection = sqlite3.connect(database_file)
    (schema,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'evaluations'").fetchone()
    connection.close()
    (listed,) = re.findall(r"ck_evaluations_final_has_outcome CHECK \(\(status IN \(([^)]*)\)", schema)
    assert set(re.findall(r"'([^']*)'", listed)) == {status for status in Status if not TRANSITIONS[status]}
