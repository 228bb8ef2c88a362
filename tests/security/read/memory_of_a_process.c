/* Read another process's memory by process_vm_readv and /proc/PID/mem.
 *
 * origin: process_vm_readv(2)
 * stopped by: PID namespace, seccomp
 * control: user
 */
#include "attempt.h"

int main(void)
{
    int processes[] = {1, atoi(given("VICTIM_PID")), atoi(given("EXECUTOR_PID"))};
    for (int i = 0; i < 3; i++) {
        char path[64], line[256] = "", buffer[16];
        unsigned long start = 0x400000;
        snprintf(path, sizeof path, "/proc/%d/maps", processes[i]);
        FILE *maps = fopen(path, "r");
        if (maps && fgets(line, sizeof line, maps))
            start = strtoul(line, NULL, 16);
        struct iovec here = {buffer, sizeof buffer}, there = {(void *)start, sizeof buffer};
        ATTEMPT("process_vm_readv", process_vm_readv(processes[i], &here, 1, &there, 1, 0) > 0);
        snprintf(path, sizeof path, "/proc/%d/mem", processes[i]);
        int memory = open(path, O_RDONLY);
        ATTEMPT("/proc/PID/mem", memory >= 0 && pread(memory, buffer, sizeof buffer, start) > 0);
    }
}
