# Have a program of the host start it later: cron, at, systemd, the init scripts.
#
# origin: crontab(1), at(1), systemd-run(1)
# stopped by: a root of its own, no route to any service
# control: none: it would live on on the host
. ./attempt.sh

later() { echo "* * * * * true" | crontab -; }
attempt "cron" later
attempt "cron's folder" write "* * * * * root true" /etc/cron.d/attack-cron
attempt "at" bash -c 'echo true | at now + 1 minute'
attempt "systemd" systemd-run --no-block true
attempt "profile" write true /etc/profile.d/attack.sh
