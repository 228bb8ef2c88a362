# title: Bash
# about: What the sandbox lets a shell see
set -u
echo "user:      $(id -u), in $PWD"
echo "processes: $(ls /proc | grep -c '^[0-9]')"
echo "network:   $(cat /proc/net/dev | tail -n +3 | cut -d: -f1 | xargs)"
for place in / /tmp /etc /root "$PWD"; do
  if touch "$place/probe" 2>/dev/null; then echo "writable:  $place"; else echo "refused:   $place"; fi
done
