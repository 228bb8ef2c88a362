/* Ask for a family whose number only looks like Unix's: the kernel reads 32 bits of a 64-bit argument.
 *
 * origin: filters that compare the wrong half of an argument
 * stopped by: seccomp compares what the kernel reads
 * control: user
 * own kernel: the few that it has are its own, and lead nowhere
 */
#include "attempt.h"

int main(void)
{
    ATTEMPT("inet, with bits above", is_of_family(syscall(SYS_socket, 0x100000000L + AF_INET, SOCK_STREAM, 0), AF_INET));
    ATTEMPT("inet, with a Unix-like upper half", is_of_family(syscall(SYS_socket, 0x100000000L | AF_INET, 0x100000000L | SOCK_DGRAM, 0), AF_INET));
}
