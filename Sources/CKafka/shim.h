#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
// How librdkafka's queues wake a thread.
#include <sys/eventfd.h>
