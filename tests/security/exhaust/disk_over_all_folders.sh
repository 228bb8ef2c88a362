# Fill each folder that can be written, one after the other.
#
# origin: a size for each mount
# stopped by: one file system behind all the folders
# control: none: it would fill the host's
# ends: disk_exceeded or memory_exceeded
# limits: disk_bytes=4194304
. ./attempt.sh

tried "a little in every folder"
status=0
for folder in /workspace /tmp /dev/shm; do
  head -c 3000000 /dev/zero >"$folder/attack-file" || status=1
done
sleep 1 # where the bound is watched, not built in, whoever watches has a moment
exit $status
