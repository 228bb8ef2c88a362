# Find the sockets through which whoever may connect is root of the host.
#
# origin: /var/run/docker.sock mounted into a container
# stopped by: a root of its own
# control: none: which of these a host has differs
. ./attempt.sh

for socket in /var/run/docker.sock /run/docker.sock /run/containerd/containerd.sock /run/crio/crio.sock /run/podman/podman.sock \
  /run/systemd/private /run/dbus/system_bus_socket /run/snapd.socket /var/run/libvirt/libvirt-sock; do
  attempt "$socket" test -e "$socket"
done
