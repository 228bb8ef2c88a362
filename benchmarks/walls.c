/* What the kernel alone takes for a sandbox's walls: the least program that puts up the same ones.
 *
 * No interpreter, no control group, no program: two processes are forked, confine themselves, and end. Takes a file
 * with the filter of system calls and what of /proc is masked; prints the processor time and the page faults of both,
 * per sandbox. Needs root. `walls.py` compiles and runs it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SANDBOXES = 300, PROGRAM = 1000, OUTSIDE = 1879048192, IDS = 65536, LAST_CAPABILITY = 40 };

static char **masked;
static struct sock_fprog filter;
static int user, network;

static void must(long result, const char *what)
{
    if (result < 0) {
        fprintf(stderr, "%s: %s\n", what, strerror(errno));
        _exit(1);
    }
}

static void bind_on(const char *source, const char *target)
{
    must(mount(source, target, NULL, MS_BIND, NULL), target);
}

static void write_file(const char *path, const char *text)
{
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    must(file, path);
    must(write(file, text, strlen(text)), path);
    close(file);
}

/* The root that every sandbox gets a copy of. */
static void lay_out_root(void)
{
    const char *folders[] = {"usr", "proc", "dev", "dev/shm", ".scratch", "workspace", "tmp"};
    const char *devices[] = {"null", "zero", "full", "random", "urandom"};
    char target[64], source[64];

    must(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), "/");
    must(mount("root", "/sys", "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=755"), "/sys");
    must(chdir("/sys"), "/sys");
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        must(mkdir(folders[i], 0755), folders[i]);
    bind_on("/usr", "/sys/usr");
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) {
        snprintf(target, sizeof target, "/sys/dev/%s", devices[i]);
        snprintf(source, sizeof source, "/dev/%s", devices[i]);
        write_file(target, "");
        bind_on(source, target);
    }
}

/* The two namespaces that one sandbox after another may have. */
static void make_lot(void)
{
    int ready[2], held[2];
    char path[64], map[64], byte;

    must(pipe(ready), "pipe");
    must(pipe(held), "pipe");
    pid_t first = fork();
    if (first == 0) {
        must(unshare(CLONE_NEWNET), "a network namespace");
        must(unshare(CLONE_NEWUSER), "a user namespace");
        must(write(ready[1], ".", 1), "pipe");
        must(read(held[0], &byte, 1), "pipe");
        _exit(0);
    }
    must(read(ready[0], &byte, 1), "pipe");
    snprintf(map, sizeof map, "0 %d %d\n", OUTSIDE, IDS);
    snprintf(path, sizeof path, "/proc/%d/uid_map", first);
    write_file(path, map);
    snprintf(path, sizeof path, "/proc/%d/gid_map", first);
    write_file(path, map);
    snprintf(path, sizeof path, "/proc/%d/ns/user", first);
    must(user = open(path, O_RDONLY | O_CLOEXEC), path);
    snprintf(path, sizeof path, "/proc/%d/ns/net", first);
    must(network = open(path, O_RDONLY | O_CLOEXEC), path);
    must(write(held[1], ".", 1), "pipe");
    waitpid(first, NULL, 0);
}

static void allow(int rules, const char *folder, unsigned long long rights)
{
    struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = open(folder, O_PATH)};
    must(syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0), folder);
    close(rule.parent_fd);
}

static void restrict_files(void)
{
    struct landlock_ruleset_attr handled = {.handled_access_fs = (1 << 15) - 1};
    int rules = syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
    must(rules, "Landlock");
    allow(rules, "/", 0xd);
    allow(rules, "/workspace", (1 << 15) - 1);
    allow(rules, "/tmp", (1 << 15) - 1);
    allow(rules, "/dev/shm", (1 << 15) - 1);
    allow(rules, "/dev", 0x400e);
    must(syscall(SYS_landlock_restrict_self, rules, 0), "Landlock");
    close(rules);
}

static void drop_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}};
    must(syscall(SYS_capset, &header, none), "capset");
}

static void be_the_program(void)
{
    must(setsid(), "setsid");
    must(syscall(SYS_close_range, 3, 0x7fffffff, 0), "close_range");
    must(setgroups(0, NULL), "setgroups");
    must(setresgid(PROGRAM, PROGRAM, PROGRAM), "setresgid");
    must(setresuid(PROGRAM, PROGRAM, PROGRAM), "setresuid");
    drop_capabilities();
    must(chdir("/workspace"), "/workspace");
    restrict_files();
    must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter), "seccomp");
    _exit(0);
}

static void be_process_1(void)
{
    const char *writable[][2] = {{"/.scratch/a", "/workspace"}, {"/.scratch/b", "/tmp"}, {"/.scratch/c", "/dev/shm"}};
    unsigned long hidden = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY;
    char target[128];
    struct stat status;

    must(setns(network, CLONE_NEWNET), "setns");
    must(unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP), "unshare");
    must(sethostname("sandbox", 7), "sethostname");
    must(mount("proc", "/sys/proc", "proc", hidden, "hidepid=2"), "/proc");
    for (char **path = masked; *path; path++) {
        snprintf(target, sizeof target, "/sys%s", *path);
        must(stat(target, &status), target);
        bind_on(S_ISDIR(status.st_mode) ? "/sys/.scratch" : "/sys/dev/null", target);
    }
    must(chdir("/sys"), "/sys");
    must(syscall(SYS_pivot_root, ".", "."), "pivot_root");
    must(umount2(".", MNT_DETACH), "umount2");
    must(chdir("/"), "/");
    must(setns(user, CLONE_NEWUSER), "setns");
    must(unshare(CLONE_NEWNS), "unshare");
    must(setgroups(0, NULL), "setgroups");
    must(setresgid(0, 0, 0), "setresgid");
    must(setresuid(0, 0, 0), "setresuid");
    must(mount("scratch", "/.scratch", "tmpfs", MS_NOSUID | MS_NODEV, "size=64m,nr_inodes=8192"), "/.scratch");
    for (int i = 0; i < 3; i++) {
        must(mkdir(writable[i][0], 0755), writable[i][0]);
        must(chown(writable[i][0], PROGRAM, PROGRAM), writable[i][0]);
        bind_on(writable[i][0], writable[i][1]);
    }
    must(umount2("/.scratch", MNT_DETACH), "/.scratch");
    for (int capability = 0; capability <= LAST_CAPABILITY; capability++)
        must(prctl(PR_CAPBSET_DROP, capability, 0, 0, 0), "PR_CAPBSET_DROP");
    must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS");
    pid_t program = fork();
    if (program == 0)
        be_the_program();
    int ended;
    waitpid(program, &ended, 0);
    drop_capabilities();
    must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0), "PR_SET_SECCOMP");
    _exit(WEXITSTATUS(ended));
}

static double milliseconds(const struct rusage *use)
{
    return (use->ru_utime.tv_sec + use->ru_stime.tv_sec) * 1e3 + (use->ru_utime.tv_usec + use->ru_stime.tv_usec) / 1e3;
}

int main(int count, char **arguments)
{
    static struct sock_filter instructions[BPF_MAXINSNS];
    struct rusage before[2], after[2];
    int ended, file;

    if (count < 2) {
        fprintf(stderr, "usage: %s FILTER [MASKED...]\n", *arguments);
        return 2;
    }
    must(file = open(arguments[1], O_RDONLY), arguments[1]);
    filter.len = read(file, instructions, sizeof instructions) / sizeof *instructions;
    filter.filter = instructions;
    masked = arguments + 2;
    must(unshare(CLONE_NEWNS), "unshare");
    lay_out_root();
    make_lot();
    int own = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
    getrusage(RUSAGE_SELF, &before[0]);
    getrusage(RUSAGE_CHILDREN, &before[1]);
    for (int i = 0; i < SANDBOXES; i++) {
        must(unshare(CLONE_NEWPID), "unshare");
        pid_t process_1 = fork();
        if (process_1 == 0)
            be_process_1();
        must(setns(own, CLONE_NEWPID), "setns");
        waitpid(process_1, &ended, 0);
        if (ended != 0)
            return 1;
    }
    getrusage(RUSAGE_SELF, &after[0]);
    getrusage(RUSAGE_CHILDREN, &after[1]);
    double spent = milliseconds(&after[0]) - milliseconds(&before[0]) + milliseconds(&after[1]) - milliseconds(&before[1]);
    long faults = after[0].ru_minflt - before[0].ru_minflt + after[1].ru_minflt - before[1].ru_minflt;
    printf("%.2f ms of processor time and %.0f page faults a sandbox\n", spent / SANDBOXES, (double)faults / SANDBOXES);
    return 0;
}
