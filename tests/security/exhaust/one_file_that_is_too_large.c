/* Write one file until the kernel's signal comes.
 *
 * origin: RLIMIT_FSIZE
 * stopped by: RLIMIT_FSIZE, a file system with a size
 * control: none: it would fill the host's
 * ends: disk_exceeded
 * limits: disk_bytes=4194304
 */
#include "attempt.h"

int main(void)
{
    static char block[65536];
    int file = open("/tmp/attack-large", O_CREAT | O_WRONLY, 0600);
    dprintf(1, "tried: a large file\n");
    while (write(file, block, sizeof block) > 0)
        ;
    return 1;
}
