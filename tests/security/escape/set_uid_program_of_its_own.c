/* Make a program of its own set-uid, or give it capabilities, and start it.
 *
 * origin: chmod(2), capabilities(7) of files
 * stopped by: nosuid mounts, no_new_privs, seccomp
 * control: namespaces
 */
#include "attempt.h"

int main(void)
{
    unsigned capability[5] = {0x02000001, 0xffffffff, 0, 0xffffffff, 0};
    int file = open("/tmp/attack-setuid", O_CREAT | O_RDWR, 0755);
    ATTEMPT("its owner root", fchown(file, 0, 0) == 0);
    ATTEMPT("capabilities", fsetxattr(file, "security.capability", capability, sizeof capability, 0) == 0);
    ATTEMPT("a trusted attribute", fsetxattr(file, "trusted.attack", "x", 1, 0) == 0);
    fchmod(file, 06755);
    ATTEMPT("another user's process", getuid() != geteuid());
    unlink("/tmp/attack-setuid");
}
