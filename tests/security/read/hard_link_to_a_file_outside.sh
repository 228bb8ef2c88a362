# Give a file of the host a name among what is collected.
#
# origin: link(2); hard links to what one may not read
# stopped by: other mounts, read-only
# control: none: fs.protected_hardlinks stands in the way of ordinary users
. ./attempt.sh

for file in /etc/passwd /usr/bin/env /etc/ld.so.cache "$CANARY_PATH" /proc/1/environ; do
  attempt "$file" ln "$file" hard
done
