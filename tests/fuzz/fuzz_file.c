/* Files as bytes: what is packed is read twice with the same bytes, and what is packed here comes back as it was. The first byte says
 * whether the input is a file to read or what one is to hold, and how much is asked for at a time. */
#include "fuzz.h"
#include "io/file.h"
#include <string.h>

/* Some kilobytes can unpack to gigabytes, of which so many are looked at. */
enum { MOST = 1 << 20, STEP = 1 << 16 };

/* Reads to the end, or to MOST bytes; *sum tells bytes and their order. */
static lgd_status read_all(lgd_input *in, size_t step, size_t *length, uint32_t *sum)
{
    static char buffer[STEP];
    lgd_status st = LGD_OK;
    *length = *sum = 0;
    for (size_t got = step; !st && got == step && *length < MOST;) {
        st = lgd_input_read(in, buffer, step, &got);
        FUZZ_CHECK(got <= step);
        *sum = st ? *sum : lgd_crc32c(*sum, buffer, got);
        *length += st ? 0 : got;
    }
    return st;
}

static lgd_status read_file(const char *path, size_t step, size_t *length, uint32_t *sum)
{
    lgd_input *in = NULL;
    lgd_status st = lgd_input_open(&in, "fuzz", path);
    if (!st) {
        FUZZ_CHECK(*lgd_input_name(in));
        st = read_all(in, step, length, sum);
        size_t again;
        uint32_t other;
        if (!lgd_input_rewind(in)) {
            const lgd_status second = read_all(in, step, &again, &other);
            FUZZ_CHECK(second == st && again == *length && other == *sum);
        }
    }
    if (st)
        fuzz_failed(st);
    lgd_input_close(in);
    return st;
}

static void write_and_read(const char *ending, const uint8_t *bytes, size_t size, size_t step)
{
    const char *path = fuzz_output(ending);
    lgd_output *out = NULL;
    FUZZ_CHECK(!lgd_output_open(&out, "fuzz", path));
    for (size_t at = 0, n; at < size; at += n) {
        n = step < size - at ? step : size - at;
        FUZZ_CHECK(!lgd_output_write(out, bytes + at, n));
    }
    FUZZ_CHECK(!lgd_output_commit(out));
    lgd_output_close(out);
    size_t length;
    uint32_t sum;
    lgd_status st = read_file(path, step, &length, &sum);
    /* what is not packed here, but looks so, is read as if it were */
    FUZZ_CHECK(!*ending || (!st && length == size && sum == lgd_crc32c(0, bytes, size)));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const endings[] = {"", ".gz", ".zst", ".gz"};
    static const size_t steps[] = {1, 7, 512, STEP};
    const uint8_t how = fuzz_byte(&bytes, &size);
    const size_t step = size > 4096 ? STEP : steps[how >> 1 & 3];
    size_t length;
    uint32_t sum;
    if (how & 1) /* xz takes a hundred megabytes to pack, and its time */
        write_and_read(how == 255 ? ".xz" : endings[how >> 3 & 3], bytes, size, step);
    else
        (void)read_file(fuzz_file(bytes, size), step, &length, &sum);
    return 0;
}
