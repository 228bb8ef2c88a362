# Open the host's devices: disks, memory, virtual machines, file systems in user space, loops.
#
# origin: /dev of the host mounted into a container
# stopped by: five devices of its own and no others
# control: root
# own kernel: what it gives is its own
. ./attempt.sh

for device in /dev/mem /dev/port /dev/sda /dev/vda /dev/nvme0n1 /dev/kvm /dev/fuse /dev/loop-control /dev/loop0 /dev/net/tun /dev/vhost-net \
  /dev/vhost-vsock /dev/mapper/control /dev/userfaultfd /dev/dri/card0 /dev/nvidia0 /dev/input/event0 /dev/snd/timer /dev/uinput /dev/hpet /dev/cpu/0/msr; do
  attempt "$device" test -r "$device"
done
