/* Take the huge pages that the host has set aside, for a database or for virtual machines.
 *
 * origin: mmap(2), MAP_HUGETLB; the memory cgroup doesn't count them, and anybody may have them
 * stopped by: seccomp
 * control: user
 */
#include "attempt.h"

#define SIZE (2ul << 20)
#define ANONYMOUS (MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB)

int main(void)
{
    ATTEMPT("memory", mmap(NULL, SIZE, PROT_READ | PROT_WRITE, ANONYMOUS, -1, 0) != MAP_FAILED);
    ATTEMPT("memory to be had later", mmap(NULL, SIZE, PROT_READ | PROT_WRITE, ANONYMOUS | MAP_NORESERVE, -1, 0) != MAP_FAILED);
    ATTEMPT("a file of them", memfd_create("attack-huge", MFD_HUGETLB) >= 0);
    ATTEMPT("a segment of them", syscall(SYS_shmget, 0, SIZE, 0600 | 04000 /* SHM_HUGETLB */) >= 0);
}
