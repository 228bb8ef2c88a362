/* Have the kernel tell, or make others wait, when they open a file: leases, dnotify, owners of descriptors.
 *
 * origin: fcntl(2): F_SETLEASE, F_NOTIFY, F_SETOWN
 * stopped by: seccomp
 * control: user
 */
#include "attempt.h"

int main(void)
{
    int folder = open("/", O_RDONLY), own = open("/tmp/attack-lease", O_CREAT | O_RDWR, 0600), shared = open("/bin/sh", O_RDONLY);
    unlink("/tmp/attack-lease");
    ATTEMPT("notices of a folder", fcntl(folder, F_NOTIFY, DN_MODIFY | DN_MULTISHOT) == 0);
    ATTEMPT("a lease on a shared file", fcntl(shared, F_SETLEASE, F_RDLCK) == 0);
    ATTEMPT("an owner elsewhere", fcntl(own, F_SETOWN, atoi(given("VICTIM_PID"))) == 0);
}
