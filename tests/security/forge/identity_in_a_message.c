/* Tell the other end of a socket that the message is from root's process 1.
 *
 * origin: unix(7), SCM_CREDENTIALS
 * stopped by: no capability
 * control: namespaces
 */
#include "attempt.h"

int main(void)
{
    int pair[2], on = 1;
    char room[CMSG_SPACE(sizeof(struct ucred))] = {0};
    struct iovec part = {"x", 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    *head = (struct cmsghdr){CMSG_LEN(sizeof(struct ucred)), SOL_SOCKET, SCM_CREDENTIALS};
    socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
    setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
    *(struct ucred *)CMSG_DATA(head) = (struct ucred){getpid(), 0, 0};
    ATTEMPT("root", sendmsg(pair[0], &message, 0) == 1);
    *(struct ucred *)CMSG_DATA(head) = (struct ucred){getppid() ? getppid() : 2, getuid(), getgid()};
    ATTEMPT("process 1", getpid() != 1 && sendmsg(pair[0], &message, 0) == 1);
}
