/* Claim space without writing: allocation, holes, a file of an exabyte.
 *
 * origin: fallocate(2), ftruncate(2)
 * stopped by: RLIMIT_FSIZE, a file system with a size
 * control: none: what a host's disk grants differs
 * limits: disk_bytes=4194304
 */
#include "attempt.h"

int main(void)
{
    signal(SIGXFSZ, SIG_IGN);
    int file = open("/tmp/attack-holes", O_CREAT | O_RDWR, 0600);
    ATTEMPT("allocate a gigabyte", fallocate(file, 0, 0, 1L << 30) == 0);
    ATTEMPT("allocate past the end", fallocate(file, FALLOC_FL_KEEP_SIZE, 1L << 30, 1L << 30) == 0);
    ATTEMPT("an exabyte of holes", ftruncate(file, 1L << 60) == 0);
    ATTEMPT("a byte far away", pwrite(file, "x", 1, 1L << 40) == 1);
    unlink("/tmp/attack-holes");
}
