# Find what somebody else left in the folders that everybody may write.
#
# origin: reuse of a sandbox, or of its folder
# stopped by: writable folders are made for one sandbox, of memory
# control: user
. ./attempt.sh

for folder in /tmp /var/tmp /dev/shm /run /var/run /dev/mqueue; do
  attempt "$folder" something find "$folder" -mindepth 1 -maxdepth 1 ! -name attempt.sh ! -name 'attack-*' ! -name .X11-unix
done
