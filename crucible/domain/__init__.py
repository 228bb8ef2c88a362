"""The words of Crucible as types. This package imports nothing else of ours.

Every enumeration is defined here once; the OpenAPI document, the database's CHECK constraints and the
documentation's tables derive from it, and a test holds them equal.
"""
