/* Take memory by way of swap, or bring swap of its own.
 *
 * origin: swapon(2); limits that count memory without swap
 * stopped by: memory cgroup with swap 0, no capability, seccomp
 * control: none: it would change the host's swap
 */
#include "attempt.h"
#include <sys/swap.h>

int main(void)
{
    int file = open("/tmp/attack-swap", O_CREAT | O_RDWR, 0600);
    ftruncate(file, 1 << 20);
    ATTEMPT("swapon", swapon("/tmp/attack-swap", 0) == 0);
    ATTEMPT("swapoff", swapoff("/swapfile") == 0);
    unlink("/tmp/attack-swap");
}
