/* lgd_hdf5_read and lgd_hdf5_stream. Two bytes choose the options, then comes the file.
 *
 * What takes a file apart is libhdf5, which no compiler instruments here: whether a change of the input reaches more of it is not seen, so
 * these inputs are changed at random. It loses memory where a file is damaged, which is passed over. */
#include "fuzz.h"
#include <lgd.h>
#include <stdlib.h>

enum { MOST = 1 << 22 };

/* Asked for by the sanitizer of leaks. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libhdf5";
}

static void stream(const char *path, const lgd_hdf5_stream_options *options)
{
    lgd_matrix *A = NULL;
    lgd_status st = lgd_hdf5_stream(&A, path, options);
    const size_t rows = lgd_matrix_rows(A), cols = lgd_matrix_cols(A);
    if (!st && rows < MOST && cols < MOST) {
        double *w = calloc(cols + 1, sizeof *w), *z = calloc(rows + 1, sizeof *z);
        FUZZ_CHECK(w && z);
        st = lgd_matrix_forward(A, NULL, 1, w, 1, z, 1);
        free(w);
        free(z);
    }
    if (st)
        fuzz_failed(st);
    lgd_matrix_free(A);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const names[] = {NULL, NULL, "X", "y"};
    const uint8_t how = fuzz_byte(&bytes, &size), which = fuzz_byte(&bytes, &size);
    const lgd_hdf5_options options = {
        .dataset = names[which & 3],
        .target = which >> 2 & 3,
        .target_dataset = names[which >> 4 & 3],
        .target_only = how & 4,
        .binary = (how & 3) == 1,
        .classes = (how & 3) == 2,
        .max_bytes = MOST,
    };
    const char *path = fuzz_file(bytes, size);
    lgd_table *t = NULL;
    lgd_status st = lgd_hdf5_read(&t, path, &options);
    if (st)
        fuzz_failed(st);
    else if (t->X || t->X_f32)
        fuzz_table(t);
    lgd_table_free(t);
    if (how & 128)
        stream(path, &(lgd_hdf5_stream_options){.dataset = options.dataset,
                                                .target = options.target,
                                                .block_rows = how & 8 ? 2 : 0,
                                                .memory = 1 << 20,
                                                .synchronous = true});
    return 0;
}
