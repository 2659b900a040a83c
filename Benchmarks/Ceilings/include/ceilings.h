// What the machine and the libraries give at best, measured in the same run as the workloads: RocksDB and librdkafka driven
// directly, with nothing of Millrace between. Where nothing else is said, CPU microseconds an event, user and system, of all
// threads of the process.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/// Puts of the last values of each batch of 1 000 events, without reading. Negative where RocksDB failed.
double ceiling_put(const char *directory, long events, long keys);

/// A get and a put an event, in batches of 1 000.
double ceiling_get_put(const char *directory, long events, long keys);

/// One block a batch, changed rows kept in memory and written back, sorted, by a thread of its own.
double ceiling_block(const char *directory, long events, long keys, long write_back_at_rows);

/// So many fsyncs of RocksDB's log, one after the other, each with a row of a quarter of a kilobyte in it: their mean, in milliseconds.
double ceiling_fsync(const char *directory, long count);

/// How many records a topic has, over all partitions; negative where it does not exist or cannot be asked.
long topic_records(const char *bootstrap, const char *topic);

/// Reads so many records of a topic in batches and forgets them.
double ceiling_consume(const char *bootstrap, const char *topic, long events);

#ifdef __cplusplus
}
#endif
