# Mount file systems: a tmpfs, proc, a bind of the root, a remount that makes /usr writable.
#
# origin: mount(8) in a container that kept CAP_SYS_ADMIN
# stopped by: no capability, seccomp
# control: namespaces
. ./attempt.sh

mkdir -p /tmp/attack-mount
attempt "tmpfs" mount -t tmpfs none /tmp/attack-mount
attempt "proc" mount -t proc none /tmp/attack-mount
attempt "bind of the root" mount --bind / /tmp/attack-mount
attempt "/usr made writable" mount -o remount,bind,rw /usr
attempt "the masks of /proc taken off" umount /proc/sys
attempt "the root taken off" umount -l /
rmdir /tmp/attack-mount 2>/dev/null
