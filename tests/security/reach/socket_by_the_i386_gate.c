/* Make an internet socket by i386's socketcall, which an x86_64 filter doesn't know.
 *
 * origin: filters that check no architecture; socketcall(2)
 * stopped by: seccomp: another architecture's convention ends the program
 * control: user
 * ends: killed_by_signal or succeeded
 */
#include "attempt.h"

int main(void)
{
    long result = -38;
    dprintf(1, "tried: socketcall\n");
#ifdef __x86_64__
    int *arguments = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    arguments[0] = AF_INET, arguments[1] = SOCK_STREAM, arguments[2] = 0;
    __asm__ volatile("int $0x80; cltq" : "=a"(result) : "a"(102L), "b"(1L), "c"(arguments) : "memory");
#endif
    errno = result < 0 ? -result : 0;
    ATTEMPT("a socket", result >= 0);
}
