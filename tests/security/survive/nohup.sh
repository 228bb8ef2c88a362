# Live on by the means that shells have.
#
# origin: nohup(1), disown, setsid(1)
# stopped by: process 1 kills everybody in its PID namespace
# control: user
# ours: process 1 kills whatever is left
. ./attempt.sh

setsid bash -c "trap '' HUP TERM; sleep 1; echo SUCCEEDED: setsid" &
nohup bash -c 'sleep 1; echo SUCCEEDED: nohup' 2>/dev/null &
disown -a
tried "nohup, setsid and disown"
