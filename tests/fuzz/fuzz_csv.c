/* lgd_csv_read. Three bytes choose the options, then comes the table. */
#include "fuzz.h"

enum { MOST = 1 << 24 };

#define ONE_OF(list, byte) ((list)[(byte) % (sizeof(list) / sizeof *(list))])

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char delimiters[] = {0, 0, ',', ';', '\t', ' ', '|', ':'};
    static const char *const targets[] = {NULL, NULL, NULL, "1", "2", "y", "a", ""};
    static const char *const missing[] = {NULL, "NA", "?", "1"};
    static const char *const a[] = {"a", NULL}, *const first[] = {"1", NULL}, *const some[] = {"b", "2", NULL};
    static const char *const *const lists[] = {NULL, NULL, NULL, NULL, a, first, some, NULL};

    const uint8_t how = fuzz_byte(&bytes, &size), which = fuzz_byte(&bytes, &size), columns = fuzz_byte(&bytes, &size);
    const lgd_csv_options options = {
        .delimiter = ONE_OF(delimiters, how),
        .decimal_comma = how & 8,
        .binary = how >> 6 == 1,
        .classes = how >> 6 == 2,
        .no_target = how >> 6 == 3,
        .skip_lines = how >> 4 & 3,
        .header = (lgd_csv_header)((which & 3) % 3),
        .missing = (lgd_csv_missing)((which >> 2 & 3) % 3),
        .text = (lgd_csv_text)((which >> 4 & 3) % 3),
        .missing_text = ONE_OF(missing, which >> 6),
        .target = ONE_OF(targets, columns),
        .one_hot = ONE_OF(lists, columns >> 3),
        .ignore = columns & 64 ? ONE_OF(lists, size) : NULL,
        .only = columns & 128 ? ONE_OF(lists, size >> 3) : NULL,
        .max_bytes = MOST,
        .max_row_bytes = columns & 64 ? 100 : 0,
    };
    lgd_table *t = NULL;
    lgd_status st = lgd_csv_read(&t, fuzz_file(bytes, size), &options);
    if (st)
        fuzz_failed(st);
    else
        fuzz_table(t);
    lgd_table_free(t);
    return 0;
}
