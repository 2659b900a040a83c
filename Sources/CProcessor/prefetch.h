// What Swift has no word for.

#ifndef MILLRACE_PREFETCH_H
#define MILLRACE_PREFETCH_H

#include <stddef.h>

#define MILLRACE_CACHE_LINE 64

/// Has `count` bytes from `address` brought into the processor's caches, and does not wait for them. Any address is allowed.
static inline void millrace_prefetch(const void *_Nullable address, ptrdiff_t count) {
    if (count <= 0) return;
    for (ptrdiff_t at = 0; at < count; at += MILLRACE_CACHE_LINE) {
        __builtin_prefetch((const char *)address + at);
    }
    // What begins in the middle of a line may end in one line more.
    __builtin_prefetch((const char *)address + count - 1);
}

#endif
