/* Set the clock, on which every lease, certificate and log of the host depends.
 *
 * origin: settimeofday(2)
 * stopped by: no capability, seccomp
 * control: none: it would set the host's clock
 */
#include "attempt.h"
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>

int main(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct timex change = {.modes = ADJ_TICK, .tick = 9000};
    ATTEMPT("clock_settime", clock_settime(CLOCK_REALTIME, &now) == 0);
    ATTEMPT("settimeofday", syscall(SYS_settimeofday, &(struct timeval){now.tv_sec, 0}, NULL) == 0);
    ATTEMPT("adjtimex", syscall(SYS_adjtimex, &change) >= 0);
    ATTEMPT("clock_adjtime", syscall(SYS_clock_adjtime, CLOCK_REALTIME, &change) >= 0);
    ATTEMPT("/dev/rtc", open("/dev/rtc0", O_RDONLY) >= 0);
}
