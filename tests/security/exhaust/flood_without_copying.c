/* Have the kernel itself fill the streams: sendfile and splice out of a device that never ends.
 *
 * origin: sendfile(2), splice(2)
 * stopped by: output is read up to the limit, then the program is ended
 * control: none: a limit is what ends it
 * ours: the executor's reader
 * ends: output_exceeded or nonzero_exit
 * limits: wall_seconds=60.0 output_bytes=100000
 */
#include "attempt.h"
#include <sys/sendfile.h>

int main(void)
{
    int zero = open("/dev/zero", O_RDONLY), file = memfd_create("attack", 0);
    ftruncate(file, 1 << 20);
    dprintf(1, "tried: a flood\n");
    for (off_t at = 0;; at = 0)
        if (sendfile(1, file, &at, 1 << 20) <= 0 && splice(zero, NULL, 1, NULL, 1 << 20, 0) <= 0)
            return 1;
}
