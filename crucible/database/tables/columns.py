"""What tables are made of: the columns that many share, enumerations of the domain, and indexes of some rows."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

_IDENTIFIER_LENGTH = 32


def literal(values: Iterable[Any]) -> str:
    """Return values as a list in SQL."""
    return ", ".join(f"'{value}'" for value in values)


def enumeration(values: type[StrEnum], name: str) -> sa.Enum:
    """Return the type of a column that holds one of these, and a constraint that sees to it."""
    return sa.Enum(
        values,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


def identifier() -> sa.String:
    """Return the type of an identifier."""
    return sa.String(_IDENTIFIER_LENGTH)


def tenant() -> sa.Column[str]:
    """Return the column that says whose a row is."""
    return sa.Column("tenant_id", identifier(), sa.ForeignKey("tenants.id"), nullable=False)


def evaluation() -> sa.Column[str]:
    """Return the column, part of the key, that says which evaluation a row is about."""
    return sa.Column("evaluation_id", identifier(), sa.ForeignKey("evaluations.id"), primary_key=True)


def is_value(column: sa.Column[Any], value: StrEnum) -> sa.ColumnElement[bool]:
    """Compare with a value that is written out: a partial index serves no query whose bound value it can't see."""
    return column == sa.literal_column(f"'{value.value}'")


def partial_index(
    name: str, *columns: sa.Column[Any], where: sa.ColumnElement[bool], unique: bool = False
) -> sa.Index:
    """Return an index, on either database, of the rows that a query about `where` is about."""
    return sa.Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)
