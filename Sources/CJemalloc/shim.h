#include <stddef.h>

// As jemalloc/jemalloc.h has it. The header itself declares malloc and its like a second time, beside the system's.
int mallctl(const char *name, void *oldp, size_t *oldlenp, void *newp, size_t newlen);
