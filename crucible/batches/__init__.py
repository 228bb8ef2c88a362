"""Batches, one verb a module: create, receive, find, cancel, retry, export; and settle, which nobody asks for."""
