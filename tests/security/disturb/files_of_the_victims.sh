# Overwrite what belongs to a process of the host and to the neighbour.
#
# origin: predictable names in folders that everybody may write
# stopped by: a root of its own
# control: user
. ./attempt.sh

overwrite() { [ -e "$1" ] && write attack "$1"; }
attempt "the victim's file" overwrite "$VICTIM_FOLDER/victim"
attempt "its shared memory" overwrite "/dev/shm/$VICTIM_NAME"
attempt "a file beside it" write x "$VICTIM_FOLDER/attack-file"
rm -f "$VICTIM_FOLDER/attack-file"
true
