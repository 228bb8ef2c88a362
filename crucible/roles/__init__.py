"""The roles that processes play, each by a command of its own; `crucible up` plays all of them in one process."""
