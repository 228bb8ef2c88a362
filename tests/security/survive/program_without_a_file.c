/* Run from memory alone, under another name, so that nobody finds the file or the process by it.
 *
 * origin: memfd_create(2) and fexecve(3); fileless malware
 * stopped by: process 1 kills everybody in its PID namespace
 * control: user
 */
#include "attempt.h"

int main(int count, char **arguments)
{
    if (strcmp(arguments[0], "[kworker/0:1]") == 0) {
        sleep(1);
        return !ATTEMPT("to outlive its parent by a second", 1);
    }
    char buffer[65536];
    int self = open("/proc/self/exe", O_RDONLY), memory = memfd_create("attack", 0);
    for (ssize_t n; (n = read(self, buffer, sizeof buffer)) > 0;)
        write(memory, buffer, n);
    dprintf(1, "tried: a program without a file\n");
    if (fork() == 0) {
        setsid();
        fexecve(memory, (char *[]){"[kworker/0:1]", NULL}, (char *[]){NULL});
    }
    return 0;
}
