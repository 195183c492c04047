/* lgd_libsvm_read, and what lgd_libsvm_write makes of its tables. A byte chooses the options, then comes the file. */
#include "fuzz.h"

enum { MOST = 1 << 24 };

/* Written and read again, all numbers have the bits they had. */
static void write_and_read(const lgd_table *t)
{
    const char *path = fuzz_output("");
    const lgd_index_base base = t->first_index ? LGD_INDEX_1 : LGD_INDEX_0;
    FUZZ_CHECK(!lgd_libsvm_write(path, t->sparse, t->y, base));
    const lgd_libsvm_options options = {
        .base = base, .cols = t->cols, .single = t->sparse->value_f32, .no_target = !t->y, .max_bytes = 2 * MOST};
    lgd_table *again = NULL;
    lgd_status st = lgd_libsvm_read(&again, path, &options);
    FUZZ_CHECK(!st);
    fuzz_same(t, again);
    lgd_table_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const size_t cols[] = {0, 0, 3, (size_t)1 << 31};
    const uint8_t how = fuzz_byte(&bytes, &size);
    const lgd_libsvm_options options = {
        .base = (lgd_index_base)((how & 3) % 3),
        .single = how & 4,
        .binary = (how >> 3 & 3) == 1,
        .classes = (how >> 3 & 3) == 2,
        .no_target = (how >> 3 & 3) == 3,
        .cols = cols[how >> 5 & 3],
        .max_bytes = MOST,
    };
    lgd_table *t = NULL;
    lgd_status st = lgd_libsvm_read(&t, fuzz_file(bytes, size), &options);
    if (st) {
        fuzz_failed(st);
    } else {
        fuzz_table(t);
        if (how & 128 && t->cols < (size_t)1 << 48)
            write_and_read(t);
    }
    lgd_table_free(t);
    return 0;
}
