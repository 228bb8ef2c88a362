# Ignore the signals in a shell, and start again whatever is killed.
#
# origin: trap '' TERM
# stopped by: SIGKILL by process 1
# control: none: a limit is what ends it
# ours: process 1 kills whatever is left
# ends: timed_out
# limits: wall_seconds=1.0
. ./attempt.sh

trap '' HUP INT QUIT TERM USR1 USR2 PIPE ALRM CHLD TSTP TTIN TTOU
tried "to start again"
while :; do
  (trap '' TERM HUP INT; sleep 60) &
  wait
done
