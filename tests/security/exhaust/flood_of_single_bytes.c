/* Print one byte at a time, so that every byte costs whoever reads it a system call, or an event.
 *
 * origin: small writes
 * stopped by: output is read up to the limit, in parts that grow
 * control: none: a limit is what ends it
 * ours: the executor's reader
 * ends: output_exceeded
 * limits: wall_seconds=60.0 output_bytes=100000
 */
#include "attempt.h"

int main(void)
{
    dprintf(1, "tried: a flood\n");
    for (;;)
        write(1, "x", 1);
}
