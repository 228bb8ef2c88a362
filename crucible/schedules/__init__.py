"""Schedules, one verb a module: create, find, change (pause, resume, remove); and fire, which nobody asks for."""
