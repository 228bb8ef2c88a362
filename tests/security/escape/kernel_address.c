/* Read the kernel's memory by the processor's own guesswork's classic first step: map and touch where it lies.
 *
 * origin: CVE-2017-5754 (Meltdown); null pointer exploits
 * stopped by: the processor's and the kernel's own walls
 * control: none: needs an unpatched machine
 */
#include "attempt.h"

int main(void)
{
    int pair[2];
    pipe(pair);
    ATTEMPT("a mapping in the kernel's half", mmap((void *)0xffff888000000000, 4096, PROT_READ, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
    ATTEMPT("the kernel writes its own memory out", write(pair[1], (void *)0xffffffff81000000, 8) > 0);
    ATTEMPT("the kernel reads into its own memory", read(open("/dev/zero", O_RDONLY), (void *)0xffff888000000000, 8) > 0);
}
