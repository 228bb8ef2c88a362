"""The `oci` driver: runc, crun and gVisor's runsc, with bundles of our own making and no daemon.

Read it in the order in which a sandbox comes about:

`driver` (in the executor) makes a cgroup and the bundle's configuration (`bundle`) for one of `container_tools` →
`launcher` forks → `keeper` enters a PID and a mount namespace, lays out the root and calls the tool → the tool
makes the container and starts our `process_1` in it → the work arrives, the keeper sets the size of the disk, and
process 1 does the rest; `supervision` watches all the while. One that is to stay becomes a session (`sessions`).

Whatever a tool starts, and leaves behind when it fails, lives in the keeper's PID namespace and its mounts in the
keeper's mount namespace: the kernel ends all of it with the keeper, whoever was killed and however badly.
"""
