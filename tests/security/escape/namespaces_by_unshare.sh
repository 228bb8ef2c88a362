# Make namespaces of its own, and with them be root of something.
#
# origin: unshare(1); about half of the kernel's escapes begin in a user namespace
# stopped by: seccomp
# control: user
. ./attempt.sh

attempt "a user namespace" unshare --user true
attempt "root in one" unshare --user --map-root-user --mount true
for kind in --mount --uts --ipc --net --pid --cgroup --time; do
  attempt "$kind" unshare "$kind" true
done
