/* Enter the kernel with x32's numbers, which have a bit that a filter may not know.
 *
 * origin: CVE-2014-0038; Docker's profile checked for it late
 * stopped by: seccomp: x32's numbers end the program
 * control: none: many kernels are built without x32
 * ends: killed_by_signal or succeeded
 */
#include "attempt.h"

int main(void)
{
    dprintf(1, "tried: getpid and socket by x32\n");
#ifdef __x86_64__
    ATTEMPT("getpid", syscall(0x40000000 + 39) == getpid());
    ATTEMPT("socket", syscall(0x40000000 + 41, AF_INET, SOCK_STREAM, 0) >= 0);
    ATTEMPT("ptrace", syscall(0x40000000 + 521, 0, 0, 0, 0) >= 0);
#endif
}
