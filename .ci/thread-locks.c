// Preloaded into tests under ThreadSanitizer (`make test-thread`): tells it of the locks that the kernel hands over.
//
// Swift's Mutex locks and unlocks by atomic operations that the sanitizer sees, except where threads contend: then the kernel changes the
// lock's word (FUTEX_LOCK_PI, FUTEX_UNLOCK_PI), and what is under the lock looks like a race. The runtime makes these calls through
// the C library's `syscall`, which stands here instead.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <sys/syscall.h>

// The sanitizer's own, where the program has them.
extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

long syscall(long number, ...) {
    static long (*next)(long, ...);
    if (!next) next = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
    va_list list;
    va_start(list, number);
    long a = va_arg(list, long), b = va_arg(list, long), c = va_arg(list, long);
    long d = va_arg(list, long), e = va_arg(list, long), f = va_arg(list, long);
    va_end(list);
    int operation = number == SYS_futex ? (int)b & FUTEX_CMD_MASK : -1;
    if (operation == FUTEX_UNLOCK_PI && __tsan_release) __tsan_release((void *)a);
    long result = next(number, a, b, c, d, e, f);
    if ((operation == FUTEX_LOCK_PI || operation == FUTEX_TRYLOCK_PI) && result == 0 && __tsan_acquire) __tsan_acquire((void *)a);
    return result;
}
