/* Make refused calls whose arguments point to nothing, to the kernel, to the end of memory, or are far too long.
 *
 * origin: supervisors that read what a call points to
 * stopped by: what can't be read is noted as that; every read is bounded
 * control: none: it aims at a supervisor
 */
#include "attempt.h"

int main(void)
{
    char *edge = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(edge + 4096, 4096);
    edge[4095] = 'x';
    long places[] = {0, 1, -1, (long)0xffffffff81000000, (long)0x7fffffffffff, (long)(edge + 4095), (long)(edge + 4094), (long)main};
    long lengths[] = {0, 1, 2, 16, -1, 0x7fffffff, 0xffffffffL, 1L << 40};
    int internet = socket(AF_INET, SOCK_STREAM, 0), local = socket(AF_UNIX, SOCK_STREAM, 0), reached = 0;
    for (int p = 0; p < 8; p++)
        for (int l = 0; l < 8; l++) {
            reached += syscall(SYS_mount, places[p], places[l % 8], places[p], lengths[l], places[p]) == 0;
            reached += syscall(SYS_connect, internet, places[p], lengths[l]) == 0;
            reached += syscall(SYS_connect, local, places[p], lengths[l]) == 0;
            reached += syscall(SYS_sendto, internet, places[p], lengths[l], 0, places[p], lengths[l]) > 0;
            reached += syscall(SYS_init_module, places[p], lengths[l], places[p]) == 0;
            reached += syscall(SYS_socket, lengths[l], places[p], lengths[l]) < 0 ? 0 : 0;
        }
    ATTEMPT("any of them", reached);
}
