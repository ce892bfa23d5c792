// What takes a plugin's process everything that it has no need of: limits, capabilities, and a seccomp filter.
#pragma once
#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// No new privileges, no capabilities. Returns 0, or -1 with errno.
static inline int tessera_drop_privileges(void) {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2];
    memset(none, 0, sizeof none);
    return (int)syscall(SYS_capset, &head, none);
}

// The process ends with the thread that started it.
static inline int tessera_die_with_parent(void) { return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); }

static inline int tessera_limit(int resource, uint64_t soft, uint64_t hard) {
    struct rlimit limit = {(rlim_t)soft, (rlim_t)hard};
    return setrlimit(resource, &limit);
}

// At most so many heaps for the threads of a process: each takes address space, used or not.
int mallopt(int parameter, int value);
static inline void tessera_limit_arenas(int count) { mallopt(-8 /* M_ARENA_MAX */, count); }

enum {
    TESSERA_LIMIT_DATA = RLIMIT_DATA,
    TESSERA_LIMIT_ADDRESSES = RLIMIT_AS,
    TESSERA_LIMIT_FILES = RLIMIT_NOFILE,
    TESSERA_LIMIT_CORE = RLIMIT_CORE,
    TESSERA_LIMIT_PROCESSOR = RLIMIT_CPU,
};

// From outside: lets a process use `microseconds` of processor time more, rounded up to seconds; then SIGXCPU.
static inline int tessera_allow_processor_time(pid_t process, int64_t microseconds) {
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &used) != 0) return -1;
    struct rlimit limit = {(rlim_t)(used.tv_sec + microseconds / 1000000 + 1), RLIM_INFINITY};
    return (int)syscall(SYS_prlimit64, process, RLIMIT_CPU, &limit, NULL);
}

#if defined(__x86_64__)
#define TESSERA_AUDIT_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define TESSERA_AUDIT_ARCH AUDIT_ARCH_AARCH64
#endif

#define TESSERA_DENY(error) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))
#define TESSERA_ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define TESSERA_LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(offset))
// The low half of a system call's argument.
#define TESSERA_ARGUMENT(n) offsetof(struct seccomp_data, args[n])
// One system call refused, whatever its arguments.
#define TESSERA_REFUSE(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##call, 0, 1), TESSERA_DENY(EPERM)
// One system call allowed only when its first argument is this process (or 0 with `zero`, which means "myself").
#define TESSERA_ONLY_ON(call, self)                                                                                   \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##call, 0, 5), TESSERA_LOAD(TESSERA_ARGUMENT(0)),                        \
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (self), 1, 0), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),              \
        TESSERA_ALLOW, TESSERA_DENY(EPERM)

// Refuses new processes and programs, and whatever touches another process or the system itself; for the calling thread and
// all that it starts. Threads, files and sockets stay. Returns 0, or -1 with errno. man 2 seccomp
static inline int tessera_filter_calls(void) {
#ifdef TESSERA_AUDIT_ARCH
    uint32_t self = (uint32_t)getpid();
    struct sock_filter program[] = {
        TESSERA_LOAD(offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TESSERA_AUDIT_ARCH, 1, 0),
        TESSERA_DENY(EPERM),
        TESSERA_LOAD(offsetof(struct seccomp_data, nr)),
#ifdef __x86_64__
        // The x32 numbers are a second way to the same calls.
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
        TESSERA_DENY(EPERM),
#endif
        // clone with CLONE_THREAD is a thread; without it a process. clone3 hides its flags in memory, so it does not
        // exist here: glibc falls back to clone.
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone3, 0, 1),
        TESSERA_DENY(ENOSYS),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone, 0, 4),
        TESSERA_LOAD(TESSERA_ARGUMENT(0)),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1),
        TESSERA_ALLOW,
        TESSERA_DENY(EPERM),
#ifdef __NR_fork
        TESSERA_REFUSE(fork), TESSERA_REFUSE(vfork),
#endif
        TESSERA_REFUSE(execve), TESSERA_REFUSE(execveat),
        // Other processes. abort() and raise() signal this one.
        TESSERA_ONLY_ON(kill, self),
        TESSERA_LOAD(offsetof(struct seccomp_data, nr)), TESSERA_ONLY_ON(tgkill, self),
        TESSERA_LOAD(offsetof(struct seccomp_data, nr)), TESSERA_ONLY_ON(sched_setaffinity, self),
        TESSERA_LOAD(offsetof(struct seccomp_data, nr)),
        TESSERA_REFUSE(tkill), TESSERA_REFUSE(rt_sigqueueinfo), TESSERA_REFUSE(rt_tgsigqueueinfo),
        TESSERA_REFUSE(ptrace), TESSERA_REFUSE(process_vm_readv), TESSERA_REFUSE(process_vm_writev),
        TESSERA_REFUSE(process_madvise), TESSERA_REFUSE(kcmp), TESSERA_REFUSE(pidfd_open), TESSERA_REFUSE(pidfd_getfd),
        TESSERA_REFUSE(pidfd_send_signal), TESSERA_REFUSE(setpriority), TESSERA_REFUSE(ioprio_set),
        TESSERA_REFUSE(sched_setscheduler), TESSERA_REFUSE(sched_setparam), TESSERA_REFUSE(sched_setattr),
        TESSERA_REFUSE(setpgid), TESSERA_REFUSE(setsid), TESSERA_REFUSE(migrate_pages), TESSERA_REFUSE(move_pages),
        // Signals by way of descriptors: F_SETOWN, F_SETSIG, F_SETOWN_EX, FIOSETOWN, SIOCSPGRP.
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_fcntl, 0, 6),
        TESSERA_LOAD(TESSERA_ARGUMENT(1)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 8, 3, 0), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 10, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 15, 1, 0),
        TESSERA_ALLOW,
        TESSERA_DENY(EPERM),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_ioctl, 0, 5),
        TESSERA_LOAD(TESSERA_ARGUMENT(1)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x8901, 2, 0), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x8902, 1, 0),
        TESSERA_ALLOW,
        TESSERA_DENY(EPERM),
        // SIGXCPU, which ends a batch that takes too much processor time, can't be caught or ignored.
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_rt_sigaction, 0, 4),
        TESSERA_LOAD(TESSERA_ARGUMENT(0)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SIGXCPU, 1, 0),
        TESSERA_ALLOW,
        TESSERA_DENY(EPERM),
        // Files by name that Landlock's first version does not guard: it knows of opening only.
        TESSERA_REFUSE(truncate), TESSERA_REFUSE(setxattr), TESSERA_REFUSE(lsetxattr), TESSERA_REFUSE(removexattr),
        TESSERA_REFUSE(lremovexattr), TESSERA_REFUSE(fchmodat), TESSERA_REFUSE(fchownat), TESSERA_REFUSE(utimensat),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 452 /* fchmodat2 */, 0, 1), TESSERA_DENY(EPERM),
#ifdef __NR_chmod
        TESSERA_REFUSE(chmod), TESSERA_REFUSE(chown), TESSERA_REFUSE(lchown), TESSERA_REFUSE(utime),
        TESSERA_REFUSE(utimes), TESSERA_REFUSE(futimesat),
#endif
        // Its own limits, and who ends it.
        TESSERA_REFUSE(setrlimit),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_prlimit64, 0, 6),
        TESSERA_LOAD(TESSERA_ARGUMENT(2)), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3),
        TESSERA_LOAD(TESSERA_ARGUMENT(2) + 4), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
        TESSERA_ALLOW,
        TESSERA_DENY(EPERM),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_prctl, 0, 5),
        TESSERA_LOAD(TESSERA_ARGUMENT(0)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PR_SET_PDEATHSIG, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PR_SET_CHILD_SUBREAPER, 1, 0),
        TESSERA_ALLOW,
        TESSERA_DENY(EPERM),
        // The system.
        TESSERA_REFUSE(mount), TESSERA_REFUSE(umount2), TESSERA_REFUSE(pivot_root), TESSERA_REFUSE(chroot),
        TESSERA_REFUSE(unshare), TESSERA_REFUSE(setns), TESSERA_REFUSE(bpf), TESSERA_REFUSE(perf_event_open),
        TESSERA_REFUSE(userfaultfd), TESSERA_REFUSE(io_uring_setup), TESSERA_REFUSE(io_uring_enter),
        TESSERA_REFUSE(io_uring_register), TESSERA_REFUSE(keyctl), TESSERA_REFUSE(add_key), TESSERA_REFUSE(request_key),
        TESSERA_REFUSE(init_module), TESSERA_REFUSE(finit_module), TESSERA_REFUSE(delete_module),
        TESSERA_REFUSE(kexec_load), TESSERA_REFUSE(reboot), TESSERA_REFUSE(swapon), TESSERA_REFUSE(swapoff),
        TESSERA_REFUSE(acct), TESSERA_REFUSE(quotactl), TESSERA_REFUSE(settimeofday), TESSERA_REFUSE(clock_settime),
        TESSERA_REFUSE(adjtimex), TESSERA_REFUSE(sethostname), TESSERA_REFUSE(setdomainname), TESSERA_REFUSE(personality),
        TESSERA_ALLOW,
    };
    struct sock_fprog filter = {sizeof program / sizeof *program, program};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0);
#else
    errno = ENOSYS;
    return -1;
#endif
}
