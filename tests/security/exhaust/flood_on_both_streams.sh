# Print without an end on both streams.
#
# origin: yes(1)
# stopped by: output is read up to the limit, then the program is ended
# control: none: a limit is what ends it
# ours: the executor's reader
# ends: output_exceeded
# limits: wall_seconds=60.0 output_bytes=100000
. ./attempt.sh

tried "a flood"
yes &
yes >&2 &
wait
