/* Give each socket a filter: the kernel compiles them into memory of which it has so much for everybody's, seccomp's too.
 *
 * origin: socket(7), SO_ATTACH_FILTER; net.core.bpf_jit_limit, which is the host's, and no part of a memory cgroup
 * stopped by: seccomp
 * control: user
 */
#include "attempt.h"
#include <linux/filter.h>

int main(void)
{
    struct sock_filter all = {BPF_RET | BPF_K, 0, 0, 0xffff};
    struct sock_fprog program = {1, &all};
    int ends[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    ATTEMPT("a filter", setsockopt(ends[0], SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0);
    ATTEMPT("one in the upper half", syscall(SYS_setsockopt, ends[1], SOL_SOCKET, 1ul << 32 | SO_ATTACH_FILTER, &program, sizeof program) == 0);
}
