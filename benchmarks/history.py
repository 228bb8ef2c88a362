"""A PostgreSQL with as many finished evaluations as years of work would leave, filled in seconds.

One evaluation is run as any is; its copies are made by the database, each with an id and an end of its own, at
moments spread evenly over a time before now. So whatever columns the table has by then, the copies have them.
"""

import psycopg

_OVERRIDES = {
    "id": "'ev_' || lpad(to_hex(g), 26, '0')",
    "status": "CASE WHEN g %% 10 = 0 THEN 'failed' ELSE 'completed' END",
    "outcome": "CASE WHEN g %% 10 = 0 THEN 'sandbox_error' ELSE 'succeeded' END",
    "queued_at": "{moment}",
    "started_at": "{moment} + interval '20 ms' + random() * interval '80 ms'",
    "finished_at": "{moment} + interval '200 ms'",
    "not_before": "{moment}",
    "wall_seconds": "random()",
    "cpu_seconds": "random() / 2",
    "peak_memory_bytes": "10000000 + g",
    "fence": "1",
}
_COLUMNS = """
    SELECT column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position
"""


def fill(url: str, template: str, rows: int, days: int) -> None:
    """Insert so many copies of an evaluation that has ended, with the inputs that each has."""
    moment = f"(now() - g * (interval '{days} days' / {rows}))"
    overrides = {name: expression.format(moment=moment) for name, expression in _OVERRIDES.items()}
    with psycopg.connect(url) as connection:
        connection.execute("SET synchronous_commit = off")
        for table, key in (("evaluations", "id"), ("evaluation_inputs", "evaluation_id")):
            found = [name for (name,) in connection.execute(_COLUMNS, (table,))]
            own = overrides if table == "evaluations" else {key: overrides["id"]}
            chosen = [own.get(name, f't."{name}"') for name in found]
            connection.execute(
                f"INSERT INTO {table} ({', '.join(map(_quoted, found))}) SELECT {', '.join(chosen)} "  # noqa: S608
                f"FROM {table} t, generate_series(1, {rows}) g WHERE t.{key} = %s",
                (template,),
            )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _quoted(name: str) -> str:
    return f'"{name}"'
