/* Watch the system's files, which all sandboxes and the host have in common: who runs what, imports what, and when.
 *
 * origin: inotify(7) watches a file whoever opens it, in whichever namespace, and needs no more than to read it
 * stopped by: seccomp, which looks at what is to be told
 * control: user
 */
#include "attempt.h"
#include <sys/inotify.h>

int main(void)
{
    int watch = inotify_init1(IN_NONBLOCK);
    ATTEMPT("which programs are run", inotify_add_watch(watch, "/usr/bin", IN_OPEN) >= 0);
    ATTEMPT("which libraries are read", inotify_add_watch(watch, "/usr/lib", IN_ACCESS | IN_ONLYDIR) >= 0);
    ATTEMPT("for how long", inotify_add_watch(watch, "/usr/bin", IN_CLOSE) >= 0);
    ATTEMPT("all there is to tell", inotify_add_watch(watch, "/bin/sh", IN_ALL_EVENTS | IN_MASK_ADD) >= 0);
}
