/* Rewrite what the kernel says of the process: its name, arguments, program and start of memory.
 *
 * origin: prctl(2), PR_SET_MM; processes that look like kernel threads
 * stopped by: seccomp
 * control: none: most kernels ask for a capability, or are built without it
 */
#include "attempt.h"

int main(void)
{
    for (int what = 1; what <= 15; what++)
        ATTEMPT("PR_SET_MM", prctl(35 /* PR_SET_MM */, what, main, 0, 0) == 0);
}
