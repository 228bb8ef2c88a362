/* Change what the kernel takes it for: no random addresses, readable means executable, another machine.
 *
 * origin: personality(2); ADDR_NO_RANDOMIZE makes exploits easy
 * stopped by: seccomp
 * control: user
 */
#include "attempt.h"
#include <sys/personality.h>

int main(void)
{
    ATTEMPT("no random addresses", personality(ADDR_NO_RANDOMIZE) != -1);
    ATTEMPT("readable is executable", personality(READ_IMPLIES_EXEC) != -1);
    ATTEMPT("address 0", personality(MMAP_PAGE_ZERO) != -1);
    ATTEMPT("32 bits", personality(PER_LINUX32) != -1);
    ATTEMPT("a page at address 0", mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == NULL);
}
