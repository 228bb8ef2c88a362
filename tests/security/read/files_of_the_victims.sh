# Read the files of a process of the host and of the neighbour, who has them under the same names.
#
# origin: predictable names in /tmp
# stopped by: a root of its own
# control: user
. ./attempt.sh

for file in "$VICTIM_FOLDER/victim" "/tmp/victim" "/dev/shm/$VICTIM_NAME" "/workspace/main.py"; do
  attempt "$file" grep -q canary "$file"
  grep -h canary "$file" 2>/dev/null
done
true
