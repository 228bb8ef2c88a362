"""The `docker` driver: sandboxes made by a container engine through its API, with whichever runtime it has.

Its parts, from outside in: `driver` (what the executor calls), `blueprint` (everything that is asked of the engine
for one sandbox), `standing` (the hold on one), `engine` (the verbs of the API), `http` (the socket); inside of the
container `init` is process 1, or `session_init` where the container stays (`sessions`); behind gVisor's kernel the
latter is reached through `session_link` and `session_relay`. What all drivers stand on is in the folder above.
"""
