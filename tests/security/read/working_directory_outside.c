/* Start in a folder that is outside of the root, and walk on from there.
 *
 * origin: CVE-2024-21626: a container started with its working directory in /proc/self/fd/N of the host
 * stopped by: the working directory is set inside of the new root
 * control: none: needs a supervisor that starts it so
 */
#include "attempt.h"

int main(void)
{
    char where[4096] = "";
    ATTEMPT("a working directory outside", syscall(SYS_getcwd, where, sizeof where) < 0 || where[0] != '/');
    for (int i = 0; i < 64; i++)
        chdir("..");
    struct stat here, root;
    stat(".", &here);
    stat("/", &root);
    ATTEMPT("a folder above the root", here.st_ino != root.st_ino || here.st_dev != root.st_dev);
}
