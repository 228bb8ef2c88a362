/* Make a socket to the hypervisor: no network namespace bounds AF_VSOCK. It connects to nobody here.
 *
 * origin: vsock(7); Firecracker's and Kata's agents listen there
 * stopped by: seccomp
 * control: user
 */
#include "attempt.h"

int main(void)
{
    ATTEMPT("stream", socket(40 /* AF_VSOCK */, SOCK_STREAM, 0) >= 0);
    ATTEMPT("datagrams", socket(40, SOCK_DGRAM, 0) >= 0);
    ATTEMPT("packets in order", socket(40, SOCK_SEQPACKET, 0) >= 0);
    ATTEMPT("the device", open("/dev/vsock", O_RDONLY) >= 0);
}
