/* Enter the kernel by the i386 gate, whose numbers an x86_64 filter would misread.
 *
 * origin: CVE-2009-0835; seccomp filters that check no architecture
 * stopped by: seccomp: another architecture's convention ends the program
 * control: user
 * ends: killed_by_signal or succeeded
 */
#include "attempt.h"

int main(void)
{
#ifdef __x86_64__
    long result = -1;
    __asm__ volatile("mov $20, %%eax; int $0x80; cltq; mov %%rax, %0" : "=r"(result)::"rax", "memory");
    errno = result < 0 ? -result : 0;
    ATTEMPT("getpid by int 0x80", result == getpid());
#else
    ATTEMPT("getpid by int 0x80: this processor has no such gate", 0);
#endif
}
