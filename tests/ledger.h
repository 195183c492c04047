/* Memory that is counted, and fails when it is told to: lgd_set_memory(&counted) after `ledger` has been set.
 *   live, peak   bytes that there are, and that there were at most
 *   calls        for memory
 *   fail_at      the call that fails, from 1, with `persist` all from there on; 0: none does
 *   at_size, size  is called, unless NULL, when so many bytes are asked for, which lgd_alloc rounds up to the next multiple of 64 above */
#ifndef LGD_TESTS_LEDGER_H
#define LGD_TESTS_LEDGER_H
#include <lgd/runtime.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static struct ledger {
    size_t live, peak, calls, fail_at;
    bool persist;
    void (*at_size)(void);
    size_t size;
} ledger;

static inline void *counting(void *ctx, size_t size, size_t alignment)
{
    (void)ctx;
    ledger.calls++;
    if (ledger.fail_at && (ledger.persist ? ledger.calls >= ledger.fail_at : ledger.calls == ledger.fail_at))
        return NULL;
    if (ledger.at_size && size > ledger.size && size <= ledger.size + 64)
        ledger.at_size();
    char *block = aligned_alloc(alignment, (size + 2 * alignment - 1) / alignment * alignment);
    if (!block)
        return NULL;
    memcpy(block, &size, sizeof size);
    ledger.live += size;
    ledger.peak = ledger.peak < ledger.live ? ledger.live : ledger.peak;
    return block + alignment;
}

static inline void uncounting(void *ctx, void *memory)
{
    (void)ctx;
    char *block = (char *)memory - 64;
    size_t size;
    memcpy(&size, block, sizeof size);
    ledger.live -= size;
    free(block);
}

static const lgd_memory counted = {counting, uncounting, NULL};

#endif
