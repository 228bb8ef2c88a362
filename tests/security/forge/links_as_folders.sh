# Have the supervisor's folders be links: the workspace, /tmp, the place of the program itself.
#
# origin: Judge0 CVE-2024-28185: the run script's name replaced by a link
# stopped by: the folders are mounts; collected by a descriptor from inside of the jail
# control: none: it aims at a supervisor
. ./attempt.sh

for folder in /workspace /tmp /dev/shm; do
  attempt "$folder moved" mv "$folder" /dev/shm/attack-moved
  attempt "$folder removed" rmdir "$folder"
  attempt "a link over it" ln -sfT "$VICTIM_FOLDER" "$folder"
done
rm -f main.sh && ln -s "$CANARY_PATH" main.sh
rm -rf /tmp/* /dev/shm/*
true
