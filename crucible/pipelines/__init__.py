"""Pipelines, one verb a module: create, find, cancel; and what goes on unasked: plan, gather, advance, settle."""
