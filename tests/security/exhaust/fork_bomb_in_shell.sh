# The shell's fork bomb.
#
# origin: :(){ :|:& };:
# stopped by: pids cgroup
# control: none: on the host nobody would end it
# ends: timed_out or nonzero_exit
# limits: wall_seconds=1.5 processes=24
. ./attempt.sh

tried "a fork bomb"
exec 2>/dev/null
bomb() { bomb | bomb & }
while :; do bomb; done
