/* The words of hostile programs in C: try something, and say how it went. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Succeeded where the condition holds; refused, with the kernel's reason, where it does not. */
#define ATTEMPT(what, condition) (errno = 0, report(what, (condition)))

static inline int report(const char *what, int succeeded)
{
    if (succeeded)
        dprintf(1, "SUCCEEDED: %s\n", what);
    else
        dprintf(1, "refused: %s: %s\n", what, strerror(errno));
    return succeeded;
}

/* A descriptor that is a socket of that family: a sandbox may hand out something else in its place. */
static inline int is_of_family(int descriptor, int family)
{
    int is = -1, error = errno;
    socklen_t size = sizeof is;
    getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &is, &size);
    errno = error;
    return descriptor >= 0 && is == family;
}

static inline const char *given(const char *name)
{
    const char *value = getenv(name);
    return value ? value : "";
}
