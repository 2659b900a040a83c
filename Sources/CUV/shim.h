#include <sys/prctl.h>
#include <uv.h>

/// Names the calling thread, in 15 bytes at most. (Swift imports neither prctl nor pthread_setname_np.)
static inline void millrace_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }
