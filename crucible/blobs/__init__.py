"""Large outputs and files, beside the database.

A blob is written, and on disk, before the row that points to it; a row whose commit fails leaves an orphan, never
a pointer to nothing.
"""
