#include <rocksdb/c.h>
// Beside it for those who keep RocksDB's files: of which type a file system is, Swift's Glibc has no word.
#include <linux/magic.h>
#include <sys/vfs.h>
