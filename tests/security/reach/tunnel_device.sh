# Make a network of its own by the devices that tunnels use.
#
# origin: tun(4)
# stopped by: no such device
# control: none: who may use them differs between hosts
# own kernel: what it gives is its own
. ./attempt.sh

for device in /dev/net/tun /dev/vhost-net /dev/ppp /dev/tap0; do
  attempt "$device" test -r "$device" -a -w "$device"
done
