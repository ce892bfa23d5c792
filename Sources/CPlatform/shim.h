// GNU calls, variadics and macros that Swift's Glibc module does not show.
#pragma once
// No _GNU_SOURCE here: with it fd_set and others differ from those in Swift's Glibc module. What GNU adds is declared by hand.
#include <malloc.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

#include "confine.h"
#include "frames.h"
#include "landlock.h"

static inline void tessera_thread_set_name(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

// glibc's: in time linear in the text for parts of more than 256 bytes, which it searches two ways: man 3 memmem.
extern void *memmem(const void *text, size_t text_length, const void *part, size_t part_length);
static inline const void *tessera_find(const void *text, size_t text_length, const void *part, size_t part_length) {
    return memmem(text, text_length, part, part_length);
}

static inline int tessera_wake_descriptor(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

// Other processes of the same user can't read or write this one's memory, nor trace it: man 2 PR_SET_DUMPABLE.
static inline int tessera_hide_memory(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

// Orphans of our children become our children, so that they can be ended: man 2 PR_SET_CHILD_SUBREAPER.
static inline int tessera_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

// Bytes that malloc has given out and not got back, of all arenas.
static inline unsigned long tessera_heap_in_use(void) {
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}
