"""All roles in one process, and the executor as its child: what `crucible up` starts."""
