// Preloaded into tests under ThreadSanitizer (`make test-thread`): tells it of contended locks.
//
// Swift's Mutex locks and unlocks by atomic operations in the code that uses it, which the sanitizer sees. Where threads contend it calls
// functions of the standard library instead, which is not built with the sanitizer: what is under the lock then looks like a race.
// These stand before those functions. A Mutex passes itself in a register of its own (r13), hence the assembly.
#define _GNU_SOURCE
#include <dlfcn.h>

#ifdef __x86_64__
// The sanitizer's own, where the program has them.
extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

__attribute__((used)) static void acquired(void *lock) { if (__tsan_acquire) __tsan_acquire(lock); }
__attribute__((used)) static void releases(void *lock) { if (__tsan_release) __tsan_release(lock); }

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

__attribute__((used)) static void *lockSlow, *unlockSlow;

__attribute__((constructor)) static void find(void) {
    lockSlow = dlsym(RTLD_NEXT, LOCK);
    unlockSlow = dlsym(RTLD_NEXT, UNLOCK);
}

__asm__(
    ".text\n"
    ".globl \"" LOCK "\"\n"
    ".type \"" LOCK "\", @function\n"
    "\"" LOCK "\":\n"
    "    pushq %r13\n"
    "    call *lockSlow(%rip)\n"
    "    movq (%rsp), %rdi\n"
    "    call acquired\n"
    "    popq %r13\n"
    "    ret\n"
    ".globl \"" UNLOCK "\"\n"
    ".type \"" UNLOCK "\", @function\n"
    "\"" UNLOCK "\":\n"
    "    pushq %r13\n"
    "    movq %r13, %rdi\n"
    "    call releases\n"
    "    movq (%rsp), %r13\n"
    "    call *unlockSlow(%rip)\n"
    "    popq %r13\n"
    "    ret\n");
#endif
