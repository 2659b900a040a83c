#include "ceilings.h"

#include <librdkafka/rdkafka.h>
#include <rocksdb/c.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace {

constexpr int keyBytes = 16, valueBytes = 100, batchEvents = 1000;

double cpuSeconds() {
    timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

struct Database {
    rocksdb_t *db = nullptr;
    rocksdb_column_family_handle_t *family[3] = {};  // default (watermark), state, batches
    rocksdb_writeoptions_t *write = rocksdb_writeoptions_create();
    rocksdb_readoptions_t *read = rocksdb_readoptions_create();
    rocksdb_options_t *options = rocksdb_options_create();
    std::atomic<bool> failed{false};

    explicit Database(const char *directory) {
        rocksdb_options_set_create_if_missing(options, 1);
        rocksdb_options_set_create_missing_column_families(options, 1);
        rocksdb_options_set_write_buffer_size(options, 64 << 20);
        rocksdb_options_set_max_write_buffer_number(options, 4);
        rocksdb_options_set_max_background_jobs(options, 2);
        rocksdb_options_set_wal_bytes_per_sync(options, 1 << 20);
        rocksdb_options_set_compression(options, rocksdb_no_compression);
        const char *names[] = {"default", "state", "batches"};
        const rocksdb_options_t *each[] = {options, options, options};
        char *error = nullptr;
        db = rocksdb_open_column_families(options, directory, 3, names, each, family, &error);
        check(error);
    }
    ~Database() {
        if (db) {
            for (auto *f : family) rocksdb_column_family_handle_destroy(f);
            rocksdb_close(db);
        }
        rocksdb_options_destroy(options);
        rocksdb_writeoptions_destroy(write);
        rocksdb_readoptions_destroy(read);
    }
    void check(char *error) {
        if (!error) return;
        fprintf(stderr, "ceiling: %s\n", error);
        free(error);
        failed = true;
    }
    void apply(rocksdb_writebatch_t *batch) {
        char *error = nullptr;
        rocksdb_write(db, write, batch, &error);
        check(error);
        rocksdb_writebatch_clear(batch);
    }
};

/// Fsyncs the WAL in groups all the while, as the engine's flusher does.
class Flusher {
public:
    explicit Flusher(Database &database)
        : thread([this, &database] {
              while (!done) {
                  char *error = nullptr;
                  rocksdb_flush_wal(database.db, 1, &error);
                  database.check(error);
                  std::this_thread::sleep_for(std::chrono::milliseconds(2));
              }
          }) {}
    ~Flusher() {
        done = true;
        thread.join();
    }

private:
    std::atomic<bool> done{false};
    std::thread thread;
};

struct Row {
    uint64_t count = 0;
    bool dirty = false;
};
using Rows = std::unordered_map<std::string, Row>;
struct Frozen {
    std::vector<std::pair<const std::string *, uint64_t>> rows;
    uint64_t upToBatch = 0;
};

void writeBack(Database &database, Frozen &frozen) {
    std::sort(frozen.rows.begin(), frozen.rows.end(), [](auto &a, auto &b) { return *a.first < *b.first; });
    auto *batch = rocksdb_writebatch_create();
    std::vector<char> value(valueBytes, 'x');
    for (size_t i = 0; i < frozen.rows.size(); i++) {
        memcpy(value.data(), &frozen.rows[i].second, 8);
        rocksdb_writebatch_put_cf(batch, database.family[1], frozen.rows[i].first->data(), keyBytes, value.data(), valueBytes);
        if (i % 2000 == 1999) database.apply(batch);
    }
    uint64_t from = 0, to = __builtin_bswap64(frozen.upToBatch);
    rocksdb_writebatch_put_cf(batch, database.family[0], "applied", 7, (char *)&frozen.upToBatch, 8);
    rocksdb_writebatch_delete_range_cf(batch, database.family[2], (char *)&from, 8, (char *)&to, 8);
    database.apply(batch);
    rocksdb_writebatch_destroy(batch);
}

std::vector<std::string> makeKeys(long keys) {
    std::vector<std::string> names(keys);
    for (long i = 0; i < keys; i++) {
        std::string digits = std::to_string(i);
        names[i] = "key-" + std::string(keyBytes - 4 - digits.size(), '0') + digits;
    }
    return names;
}

double simple(const char *directory, long events, long keys, bool reads) {
    auto names = makeKeys(keys);
    Database database(directory);
    if (!database.db) return -1;
    std::mt19937_64 random(42);
    std::vector<char> value(valueBytes, 'x');
    auto *batch = rocksdb_writebatch_create();
    double cpu;
    {
        Flusher flusher(database);
        double begin = cpuSeconds();
        for (long i = 0; i < events; i++) {
            const std::string &key = names[random() % keys];
            uint64_t count = 0;
            if (reads) {
                size_t length;
                char *error = nullptr;
                char *old = rocksdb_get_cf(database.db, database.read, database.family[1], key.data(), keyBytes, &length, &error);
                database.check(error);
                if (old) memcpy(&count, old, 8), free(old);
            }
            count++;
            memcpy(value.data(), &count, 8);
            rocksdb_writebatch_put_cf(batch, database.family[1], key.data(), keyBytes, value.data(), valueBytes);
            if (i % batchEvents == batchEvents - 1) database.apply(batch);
        }
        database.apply(batch);
        cpu = cpuSeconds() - begin;
    }
    rocksdb_writebatch_destroy(batch);
    return database.failed ? -1 : cpu / events * 1e6;
}

}  // namespace

extern "C" double ceiling_put(const char *directory, long events, long keys) { return simple(directory, events, keys, false); }
extern "C" double ceiling_get_put(const char *directory, long events, long keys) { return simple(directory, events, keys, true); }

extern "C" double ceiling_block(const char *directory, long events, long keys, long writeBackAt) {
    auto names = makeKeys(keys);
    Database database(directory);
    if (!database.db) return -1;
    double cpu = 0;
    {
        Flusher flusher(database);
        std::mutex mutex;
        std::condition_variable changed;
        Frozen frozen;
        bool busy = false, done = false;
        std::thread writer([&] {
            std::unique_lock lock(mutex);
            while (true) {
                changed.wait(lock, [&] { return busy || done; });
                if (!busy) return;
                lock.unlock();
                writeBack(database, frozen);
                lock.lock();
                busy = false;
                changed.notify_all();
            }
        });
        std::mt19937_64 random(42);
        Rows rows;
        rows.reserve(keys * 1.3);
        std::vector<std::pair<const std::string, Row> *> dirty;
        std::vector<char> value(valueBytes, 'x');
        std::string block;
        uint64_t number = 0;
        auto *batch = rocksdb_writebatch_create();
        double begin = cpuSeconds();
        for (long i = 0; i < events; i += batchEvents, number++) {
            block.clear();
            for (int j = 0; j < batchEvents; j++) {
                const std::string &key = names[random() % keys];
                auto &entry = *rows.try_emplace(key).first;
                entry.second.count++;
                if (!entry.second.dirty) entry.second.dirty = true, dirty.push_back(&entry);
                memcpy(value.data(), &entry.second.count, 8);
                block.append(key).append(value.data(), valueBytes);
            }
            uint64_t ordered = __builtin_bswap64(number);
            rocksdb_writebatch_put_cf(batch, database.family[2], (char *)&ordered, 8, block.data(), block.size());
            rocksdb_writebatch_put_cf(batch, database.family[0], "watermark", 9, (char *)&i, 8);
            database.apply(batch);
            if (dirty.size() >= (size_t)writeBackAt) {
                std::unique_lock lock(mutex);
                changed.wait(lock, [&] { return !busy; });
                frozen.rows.clear();
                for (auto *entry : dirty) frozen.rows.push_back({&entry->first, entry->second.count}), entry->second.dirty = false;
                frozen.upToBatch = number + 1;
                dirty.clear();
                busy = true;
                changed.notify_all();
            }
        }
        {
            std::unique_lock lock(mutex);
            changed.wait(lock, [&] { return !busy; });
            done = true;
            changed.notify_all();
        }
        writer.join();
        cpu = cpuSeconds() - begin;
        rocksdb_writebatch_destroy(batch);
    }
    return database.failed ? -1 : cpu / events * 1e6;
}

extern "C" double ceiling_fsync(const char *directory, long count) {
    Database database(directory);
    if (!database.db) return -1;
    char value[256] = {'x'};
    auto *batch = rocksdb_writebatch_create();
    double seconds = 0;
    for (long i = 0; i < count && !database.failed; i++) {
        uint64_t ordered = __builtin_bswap64(i);
        rocksdb_writebatch_put_cf(batch, database.family[2], (char *)&ordered, 8, value, sizeof value);
        database.apply(batch);
        auto begin = std::chrono::steady_clock::now();
        char *error = nullptr;
        rocksdb_flush_wal(database.db, 1, &error);
        seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        database.check(error);
    }
    rocksdb_writebatch_destroy(batch);
    return database.failed ? -1 : seconds / count * 1e3;
}

extern "C" double ceiling_consume(const char *bootstrap, const char *topic, long events) {
    char error[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    const char *settings[][2] = {{"bootstrap.servers", bootstrap}, {"group.id", "ceiling"}, {"enable.auto.commit", "false"},
                                 {"enable.auto.offset.store", "false"}, {"auto.offset.reset", "earliest"}};
    for (auto &setting : settings) rd_kafka_conf_set(conf, setting[0], setting[1], error, sizeof error);
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
    if (!client) return -1;
    rd_kafka_poll_set_consumer(client);
    const rd_kafka_metadata_t *metadata = nullptr;
    rd_kafka_topic_t *handle = rd_kafka_topic_new(client, topic, nullptr);
    double result = -1;
    if (rd_kafka_metadata(client, 0, handle, &metadata, 10000) == RD_KAFKA_RESP_ERR_NO_ERROR && metadata->topic_cnt == 1) {
        auto *list = rd_kafka_topic_partition_list_new(metadata->topics[0].partition_cnt);
        for (int p = 0; p < metadata->topics[0].partition_cnt; p++) rd_kafka_topic_partition_list_add(list, topic, p)->offset = RD_KAFKA_OFFSET_BEGINNING;
        rd_kafka_assign(client, list);
        rd_kafka_topic_partition_list_destroy(list);
        rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(client);
        std::vector<rd_kafka_message_t *> messages(1000);
        long count = 0;
        int idle = 0;
        double begin = cpuSeconds();
        while (count < events && idle < 50) {
            ssize_t n = rd_kafka_consume_batch_queue(queue, 100, messages.data(), messages.size());
            idle = n > 0 ? 0 : idle + 1;
            for (ssize_t i = 0; i < n; i++) rd_kafka_message_destroy(messages[i]);
            if (n > 0) count += n;
        }
        if (count >= events) result = (cpuSeconds() - begin) / count * 1e6;
        rd_kafka_queue_destroy(queue);
    }
    if (metadata) rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(handle);
    rd_kafka_consumer_close(client);
    rd_kafka_destroy(client);
    return result;
}

extern "C" long topic_records(const char *bootstrap, const char *topic) {
    char error[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap, error, sizeof error);
    rd_kafka_conf_set(conf, "allow.auto.create.topics", "false", error, sizeof error);
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
    if (!client) return -1;
    rd_kafka_topic_t *handle = rd_kafka_topic_new(client, topic, nullptr);
    const rd_kafka_metadata_t *metadata = nullptr;
    long total = -1;
    if (rd_kafka_metadata(client, 0, handle, &metadata, 10000) == RD_KAFKA_RESP_ERR_NO_ERROR && metadata->topic_cnt == 1 &&
        metadata->topics[0].err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        total = 0;
        for (int p = 0; p < metadata->topics[0].partition_cnt && total >= 0; p++) {
            int64_t low = 0, high = 0;
            auto outcome = rd_kafka_query_watermark_offsets(client, topic, p, &low, &high, 10000);
            total = outcome == RD_KAFKA_RESP_ERR_NO_ERROR ? total + (high - low) : -1;
        }
    }
    if (metadata) rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(handle);
    rd_kafka_destroy(client);
    return total;
}
