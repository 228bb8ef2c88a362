# Walk out by names: magic links, remembered folders, a folder moved while one stands in it.
#
# origin: a folder renamed out of a chroot while a process stands in it
# stopped by: pivot_root: there is no name for what is outside
# control: none: on a host there is no outside
. ./attempt.sh

mkdir -p /tmp/attack-a/b
outside() { cd /tmp/attack-a/b && mv /tmp/attack-a /dev/shm/attack-a 2>/dev/null; cd ../../../../../../.. && [ -e "./$CANARY_PATH" ]; }
attempt "a folder moved from below" outside
attempt "the old folder" test -e "$OLDPWD/$CANARY_PATH"
for link in /proc/self/cwd /proc/self/root /proc/thread-self/root /proc/self/task/*/root /proc/self/map_files/*; do
  attempt "$link" test -e "$link/../../../..$CANARY_PATH"
done
rm -rf /tmp/attack-a /dev/shm/attack-a
