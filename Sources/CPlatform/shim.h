// GNU calls and variadics that Swift's Glibc module does not show.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <sys/prctl.h>

static inline void tessera_thread_set_name(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

#include <sys/eventfd.h>

static inline int tessera_wake_descriptor(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }
