"""Tells of failures where somebody asked to be told: addresses that may be reached, signatures, attempts."""
