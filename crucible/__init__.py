"""Crucible runs code that nobody trusts, and keeps the evidence."""

__version__ = "0.1.0"
