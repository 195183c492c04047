/* CSV to arrays of NumPy and back to text: what is converted is what lgd_csv_read reads, to the bit, under every option and of every text; in
 * memory that does not grow with the rows. And what the writer writes is read back as it was. */
#include "comma.h"
#include "io/file.h"
#include "suite.h"
#include "folder.h"
#include "ledger.h"
#include <lgd.h>
#include <lgd/io.h>
#include <float.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KIB = 1 << 10, MIB = 1 << 20 };

static const char *comma;

/* Packed, where its name says so. */
static const char *packed_of(const char *name, const void *bytes, size_t size)
{
    const char *path = path_of(name);
    lgd_output *out = NULL;
    ck_assert_msg(!lgd_output_open(&out, "test", path) && !lgd_output_write(out, bytes, size) &&
                      !lgd_output_commit(out),
                  "%s", lgd_last_error());
    lgd_output_close(out);
    return path;
}

static const char *text_file(const char *text)
{
    return packed_of("t.csv", text, strlen(text));
}

/* All bytes of a file, unpacked, 0 behind them. */
static char *slurp(const char *path, size_t *size)
{
    lgd_input *in = NULL;
    size_t room = MIB, got;
    char *bytes = malloc(room + 1);
    ck_assert_msg(!lgd_input_open(&in, "test", path), "%s", lgd_last_error());
    for (*size = 0; !lgd_input_read(in, bytes + *size, room - *size, &got) && got == room - *size;) {
        *size = room;
        bytes = realloc(bytes, (room *= 2) + 1);
    }
    *size += got;
    bytes[*size] = 0;
    lgd_input_close(in);
    return bytes;
}

static bool is_there(const char *path)
{
    struct stat about;
    return !stat(path, &about);
}

/* The numbers behind the head of a .npy, which must be `size` bytes equal to what is wanted. */
static void same_numbers(const char *path, const char *shape, const void *wanted, size_t size)
{
    size_t length;
    char *bytes = slurp(path, &length);
    ck_assert_uint_eq(length, 128 + size);
    ck_assert_msg(strstr(bytes + 10, shape) != NULL, "%s: %.118s", shape, bytes + 10);
    ck_assert_mem_eq(bytes + 128, wanted, size);
    free(bytes);
}

/* Reads and converts the same file under the same options; both must do the same. The status. */
static lgd_status both(const char *path, const lgd_csv_options *options, const char *X_name)
{
    lgd_table *read = NULL, *converted = (lgd_table *)&read;
    char sentence[512], shape[64];
    const char *X = path_of(X_name), *y = options && options->no_target ? NULL : path_of("y.npy");
    unlink(X);
    const lgd_status st = lgd_csv_read(&read, path, options);
    snprintf(sentence, sizeof sentence, "%s", st ? lgd_last_error() : "");
    const lgd_status also = lgd_csv_convert(&converted, path, X, y, options);
    ck_assert_msg(st == also, "%s is read: %d, %s; converted: %d, %s", path, (int)st, sentence, (int)also,
                  lgd_last_error());
    if (st) {
        ck_assert_ptr_null(converted);
        ck_assert(!is_there(X));
        return st;
    }
    ck_assert(read->rows == converted->rows && read->cols == converted->cols && !converted->X && !converted->y &&
              !converted->X_f32);
    ck_assert(read->rows_dropped == converted->rows_dropped && read->cells_filled == converted->cells_filled &&
              read->columns_one_hot == converted->columns_one_hot &&
              read->columns_ignored == converted->columns_ignored && read->labels_mapped == converted->labels_mapped &&
              read->class_count == converted->class_count);
    ck_assert_str_eq(read->notes, converted->notes);
    for (size_t j = 0; j < read->cols; j++)
        ck_assert_str_eq(read->names[j], converted->names[j]);
    for (size_t c = 0; c < read->class_count; c++)
        ck_assert_str_eq(read->class_names[c], converted->class_names[c]);
    const bool single = options && options->single;
    snprintf(shape, sizeof shape, "'<f%d', 'fortran_order': False, 'shape': (%zu, %zu), }", single ? 4 : 8, read->rows,
             read->cols);
    same_numbers(X, shape, single ? (const void *)read->X_f32 : (const void *)read->X,
                 read->rows * read->cols * (single ? 4 : 8));
    snprintf(shape, sizeof shape, "'<f8', 'fortran_order': False, 'shape': (%zu,), }", read->rows);
    if (y)
        same_numbers(y, shape, read->y, read->rows * sizeof(double));
    lgd_table_free(read);
    lgd_table_free(converted);
    return LGD_OK;
}

/* ---- the same as what is read */

static const char *const texts[] = {
    "a,b,c\n1,2,3\n4,5,6\n7,8,9\n",
    "a,b,c\r\n1.5,-2e-3,3\r\n\r\n4,,6\r\n,8,9",
    "\xEF\xBB\xBFn;m;y\n 1 ;2;1\n3;4\t;0\n\"5\";6;1\n7; NA;0\n",
    "a\tb\tc\n1\tx\t1\n2\ty\t-1\n3\tx\t1\n\tz\t1\n",
    "1,2,yes\n3,4,no\n,6,yes\n7,8,no\n",
    "a,b,c,d\nx,1,2,p\ny,,3,q\n,5,NA,r\n\"x\",7,8,p\n",
    "a,b\n1e308,1\n1e308,2\n,3\n-1e308,4\n",
    "a,b\n1e39,1\n2,2\n",
    "a,b,c\n1,-999,3\n4,5,6\n",
    "1 2 3\n4 5 6\n",
};

START_TEST(convert_every_option_as_it_is_read)
{
    static const char *const first[] = {"1", NULL}, *const second[] = {"2", NULL};
    size_t done = 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (unsigned k = 0; k < 3 * 3 * 4 * 4 * 2 * 3; k++) {
            unsigned n = k;
            lgd_csv_options o = {.missing = (lgd_csv_missing)(n % 3), .text = (lgd_csv_text)(n / 3 % 3)};
            n /= 9;
            o.binary = n % 4 == 1;
            o.classes = n % 4 == 2;
            o.no_target = n % 4 == 3;
            n /= 4;
            o.one_hot = n % 4 == 1 ? first : NULL;
            o.ignore = n % 4 == 2 ? first : NULL;
            o.only = n % 4 == 3 ? second : NULL;
            n /= 4;
            o.single = n % 2;
            n /= 2;
            o.missing_text = n == 1 ? "NA" : n == 2 ? "-999" : NULL;
            o.delimiter = i == 9 ? ' ' : 0;
            const char *path = text_file(texts[i]);
            done += both(path, &o, "X.npy") == LGD_OK;
        }
    ck_assert_uint_gt(done, 2000);
    ck_assert_int_eq(both(text_file(texts[0]), NULL, "X.npy"), LGD_OK);
    ck_assert_int_eq(both(text_file("a;b\n1,5;2\n3;4,25\n"), &(lgd_csv_options){.decimal_comma = true}, "X.npy"),
                     LGD_OK);
}
END_TEST

/* One mistake in the middle of rows that are right: the same sentence. */
START_TEST(convert_one_mistake_the_sentence_of_the_reader)
{
    static const struct {
        const char *row;
        lgd_csv_options options;
    } bad[] = {
        {"1,2", {0}},
        {"1,2,3,4", {0}},
        {"1,x,3", {0}},
        {"1,,3", {0}},
        {"1,2,", {0}},
        {"1,2,", {.missing = LGD_MISSING_MEAN}},
        {"1,1e999,3", {0}},
        {"1,4e38,3", {.single = true}},
        {"1,nan,3", {0}},
        {"1,\"2\"3,3", {0}},
        {"1,2,\"3", {0}},
        {"1,2,7", {.binary = true}},
        {"1,2,x", {.text = LGD_TEXT_ONE_HOT}},
        {"1,0x2,3", {0}},
        {"1,2222222222222222222222222222222222222222222222,3", {.max_row_bytes = 40}},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[400] = "a,b,c\n1,2,0\n5,6,1\n", read[512];
        sprintf(text + strlen(text), "%s\n1,2,0\n1,2,1\n", bad[i].row);
        const char *path = text_file(text), *X = packed_of("X.npy", "before", 6), *y = packed_of("y.npy", "before", 6);
        lgd_table *t = NULL;
        const lgd_status st = lgd_csv_read(&t, path, &bad[i].options);
        snprintf(read, sizeof read, "%s", lgd_last_error());
        ck_assert_int_ne(st, LGD_OK);
        ck_assert_int_eq(lgd_csv_convert(&t, path, X, y, &bad[i].options), st);
        ck_assert_str_eq(lgd_last_error(), read);
        ck_assert_ptr_null(t);
        for (size_t k = 0; k < 2; k++) { /* and what was there still is */
            size_t size;
            char *bytes = slurp(k ? y : X, &size);
            ck_assert_str_eq(bytes, "before");
            free(bytes);
        }
    }
    static const char *const none[] = {"", "a,b\n", "\n\n", "a,b\n,1\n", "a\n1\n"};
    for (size_t i = 0; i < 5; i++)
        ck_assert_int_eq(both(text_file(none[i]), &(lgd_csv_options){.missing = LGD_MISSING_DROP}, "X.npy"),
                         LGD_EFORMAT);
}
END_TEST

START_TEST(convert_rows_over_buffers_as_they_are_read)
{
    for (int kind = 0; kind < 6; kind++) {
        const char *end = kind % 3 == 0 ? "\n" : kind % 3 == 1 ? "\r\n" : "\r";
        FILE *file = fopen(path_of("t.csv"), "w");
        for (int i = 0; i < 30000; i++) {
            const double x = sin(i) * pow(10, i % 40 - 20);
            fprintf(file, kind < 3 || i % 7 ? "%.17g,%.*f,%d%s" : "\"%.17g\", %.*f ,\"%d\"%s", x, i % 13, x, i % 3,
                    end);
        }
        fclose(file);
        ck_assert_int_eq(both(path_of("t.csv"), &(lgd_csv_options){.single = kind == 4}, "X.npy"), LGD_OK);
        if (kind == 5)
            ck_assert_int_eq(both(path_of("t.csv"), &(lgd_csv_options){.classes = true}, "X.npy"), LGD_OK);
    }
}
END_TEST

START_TEST(convert_random_texts_as_they_are_read)
{
    static const char *const parts[] = {"1",    "-2.5",  ",", ",", ",",  "\n",  "\n",
                                        "\r\n", "\"3\"", " ", "x", "NA", "1e5", "0"};
    size_t done = 0;
    for (uint64_t seed = 0; seed < 3000; seed++) {
        double u[40];
        lgd_uniform(seed, 77, 40, u);
        char text[600] = "";
        for (size_t i = 0; i < 12; i++) { /* rows of two cells, here and there something else */
            strcat(text, u[i] < 0.9 ? "4,0.5" : "");
            if (u[i + 12] < 0.06)
                strcat(text, parts[(size_t)(u[i + 24] * (sizeof parts / sizeof *parts))]);
            strcat(text, "\n");
        }
        const lgd_csv_options o = {.missing = (lgd_csv_missing)(u[36] * 3),
                                   .text = (lgd_csv_text)(u[37] * 3),
                                   .missing_text = u[38] < 0.5 ? "NA" : NULL,
                                   .binary = u[39]<0.2, .classes = u[39]> 0.8};
        done += both(text_file(text), &o, "X.npy") == LGD_OK;
    }
    ck_assert_uint_gt(done, 800);
    ck_assert_uint_lt(done, 2900);
}
END_TEST

START_TEST(convert_single_nearest_floats_and_their_limits)
{
    lgd_table *t = NULL;
    const char *text = "a,y\n0.1,0.1\n3.40282356779733e38,1e300\n-1e-46,2\n16777217,3\n";
    ck_assert_int_eq(lgd_csv_read(&t, text_file(text), &(lgd_csv_options){.single = true}), LGD_OK);
    ck_assert_ptr_null(t->X);
    ck_assert(t->X_f32[0] == 0.1f && t->X_f32[1] == FLT_MAX && t->X_f32[2] == 0 && t->X_f32[3] == 16777216);
    ck_assert(t->y[0] == 0.1 && t->y[1] == 1e300);
    lgd_matrix *A = NULL;
    ck_assert_int_eq(lgd_table_matrix(&A, t), LGD_OK);
    lgd_matrix_free(A);
    lgd_table_free(t);
    const char *beyond = text_file("a,y\n1,2\n-3.4028235677973366e38,2\n");
    ck_assert_int_eq(lgd_csv_read(&t, beyond, &(lgd_csv_options){.single = true}), LGD_EFORMAT);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "t.csv:3:1: \"-3.4028235677973366e38\" is not a finite number"));
}
END_TEST

START_TEST(convert_labels_words_and_numbers_mapped)
{
    ck_assert_int_eq(both(text_file("a,y\n1,-1\n2,1\n3,-1\n"), &(lgd_csv_options){.binary = true}, "X.npy"), LGD_OK);
    ck_assert_int_eq(both(text_file("a,y\n1,-1\n2,-1\n"), &(lgd_csv_options){.binary = true}, "X.npy"), LGD_OK);
    ck_assert_int_eq(both(text_file("a,y\n1,5\n2,5\n"), &(lgd_csv_options){.binary = true}, "X.npy"), LGD_EFORMAT);
    ck_assert_int_eq(both(text_file("a,y\n1,b\n2,a\n"), &(lgd_csv_options){.binary = true}, "X.npy"), LGD_OK);
    ck_assert_int_eq(both(text_file("a,y\n1,7\n2,-3.5\n3,7\n4,0\n"), &(lgd_csv_options){.classes = true}, "X.npy"),
                     LGD_OK);
    for (int values = 1000; values <= 1001; values++) {
        char text[16 * KIB] = "a,y\n", *end = text + 4;
        for (int i = 0; i < values; i++)
            end += sprintf(end, "1,%d\n", i * 7919 % values);
        const lgd_csv_options o = {.classes = true};
        ck_assert_int_eq(both(text_file(text), &o, "X.npy"), values > 1000 ? LGD_ERANGE : LGD_OK);
    }
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "t.csv:1002:2: the target has more than 1000 values"));
}
END_TEST

START_TEST(convert_arguments_out_of_range_refused)
{
    const char *path = text_file("a,b\n1,2\n"), *X = path_of("X.npy"), *y = path_of("y.npy");
    lgd_table *t = (lgd_table *)&t;
    unlink(X);
    ck_assert_int_eq(lgd_csv_convert(&t, NULL, X, y, NULL), LGD_EINVAL);
    ck_assert_str_eq(lgd_last_error(), "csv: path is NULL, a file name is accepted");
    ck_assert_ptr_null(t);
    ck_assert_int_eq(lgd_csv_convert(&t, path, NULL, y, NULL), LGD_EINVAL);
    ck_assert_str_eq(lgd_last_error(), "csv: X_path is NULL, a file name is accepted");
    ck_assert_int_eq(lgd_csv_convert(&t, path, X, y, &(lgd_csv_options){.no_target = true}), LGD_EINVAL);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "no_target is true"));
    ck_assert_int_eq(lgd_csv_convert(&t, path, X, X, NULL), LGD_EINVAL); /* one would replace the other */
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "X.npy\", as X_path is, a file of its own is accepted"));
    ck_assert_int_eq(lgd_csv_convert(&t, path, X, path_of("./X.npy"), NULL), LGD_EINVAL);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "X.npy\", as X_path is, a file of its own is accepted"));
    ck_assert(!is_there(X));
    ck_assert_int_eq(lgd_csv_convert(&t, path, X, y, &(lgd_csv_options){.header = (lgd_csv_header)3}), LGD_EINVAL);
    ck_assert_int_eq(lgd_csv_convert(&t, path, path_of("nowhere/X.npy"), NULL, NULL), LGD_EIO);
    ck_assert_int_eq(lgd_csv_convert(&t, path, X, path_of("nowhere/y.npy"), NULL), LGD_EIO);
    ck_assert(!is_there(X));
    ck_assert_int_eq(lgd_csv_convert(NULL, path, X, NULL, NULL), LGD_OK); /* y left out, and nothing told */
    same_numbers(X, "(1, 1)", &(double){1}, sizeof(double));
    const size_t older = offsetof(lgd_csv_options, no_target);
    ck_assert_int_eq(lgd_csv_convert_sized(NULL, path, X, y, &(lgd_csv_options){.target = "a"}, older), LGD_OK);
    same_numbers(X, "(1, 1)", &(double){2}, sizeof(double));
    same_numbers(y, "(1,)", &(double){1}, sizeof(double));
}
END_TEST

/* ---- packed */

START_TEST(convert_packed_files_in_and_out)
{
    static const char *const names[] = {"t.csv.gz", "t.csv.zst", "t.csv.xz"}, *const arrays[] = {
                                                                                  "X.npy.gz", "X.npy.zst", "X.npy.xz"};
    char *text = malloc(2 * MIB), *end = text + sprintf(text, "a,b,c\n");
    lgd_output *probe = NULL;
    const bool packs = !lgd_output_open(&probe, "test", path_of("probe.gz"));
    lgd_output_close(probe);
    for (int i = 0; i < 60000; i++)
        end += sprintf(end, "%d,%.3f,%d\n", i, i / 7., i % 2);
    for (size_t i = 0; packs && i < 3; i++) {
        const char *path = packed_of(names[i], text, (size_t)(end - text));
        ck_assert_int_eq(both(path, NULL, arrays[i]), LGD_OK);
        ck_assert_int_eq(
            both(path, &(lgd_csv_options){.missing = LGD_MISSING_MEAN, .classes = true}, arrays[(i + 1) % 3]), LGD_OK);
    }
    if (packs) { /* the name of a table of tabs, and what is damaged */
        const char *tabs = "a,x\tb\n1\t2\n";
        ck_assert_int_eq(both(packed_of("t.tsv.gz", tabs, strlen(tabs)), NULL, "X.npy"), LGD_OK);
        const char *path = packed_of("t.csv.gz", text, (size_t)(end - text));
        ck_assert_int_eq(truncate(path, 5000), 0);
        ck_assert_int_eq(both(path, NULL, "X.npy"), LGD_EFORMAT);
    }
    free(text);
}
END_TEST

/* ---- limits */

/* Converts with at most `most` bytes of memory. */
static void within(const char *path, const lgd_csv_options *options, lgd_status status, size_t most)
{
    ledger = (struct ledger){0};
    lgd_set_memory(&counted);
    const lgd_status st = lgd_csv_convert(NULL, path, path_of("X.npy"), NULL, options);
    lgd_set_memory(NULL);
    ck_assert_msg(st == status, "%d: %s", (int)st, lgd_last_error());
    ck_assert_uint_eq(ledger.live, 0);
    ck_assert_msg(ledger.peak <= most, "%zu bytes, %zu are allowed", ledger.peak, most);
}

START_TEST(convert_many_rows_in_memory_of_a_few)
{
    const char *path = path_of("t.csv");
    FILE *file = fopen(path, "w");
    for (int i = 0; i < 500000; i++)
        fprintf(file, "%d,%s,1,%d\n", i % 10, i % 100 ? "0.25" : "", i % 3);
    fclose(file);
    within(path, &(lgd_csv_options){.missing = LGD_MISSING_DROP}, LGD_OK, 2 * MIB);
    within(path, &(lgd_csv_options){.missing = LGD_MISSING_MEAN, .classes = true, .single = true}, LGD_OK, 2 * MIB);
    static const char *const first[] = {"1", NULL};
    within(path, &(lgd_csv_options){.missing = LGD_MISSING_MEAN, .one_hot = first}, LGD_OK, 2 * MIB);
}
END_TEST

START_TEST(convert_million_columns_in_memory_of_a_row)
{
    enum { COLS = 1000000 };
    const char *path = path_of("t.csv");
    FILE *file = fopen(path, "w");
    for (int row = 0; row < 2; row++)
        for (int i = 0; i < COLS; i++)
            fprintf(file, "%d%c", (i + row) % 10, i < COLS - 1 ? ',' : '\n');
    fclose(file);
    within(path, NULL, LGD_OK, 128 * (size_t)COLS + 2 * MIB);
    size_t size;
    char *bytes = slurp(path_of("X.npy"), &size);
    ck_assert_uint_eq(size, 128 + 2 * (COLS - 1) * sizeof(double));
    const double *X = (const double *)(bytes + 128);
    for (size_t i = 0; i < 2 * (COLS - 1); i++)
        if (X[i] != (double)((i % (COLS - 1) + i / (COLS - 1)) % 10))
            ck_abort_msg("column %zu: %g", i, X[i]);
    free(bytes);
    static const char *const only[] = {"999999", NULL}; /* the lookup of a name among a million */
    within(path, &(lgd_csv_options){.only = only}, LGD_OK, 128 * (size_t)COLS + 2 * MIB);
}
END_TEST

START_TEST(convert_long_line_and_too_many_cells_refused_in_bounded_memory)
{
    char *block = malloc(MIB);
    const char *path = path_of("t.csv");
    memset(block, '1', MIB);
    FILE *file = fopen(path, "w");
    fputs("a,b\n1,2\n3,", file);
    for (int i = 0; i < 40; i++)
        fwrite(block, 1, MIB, file);
    fclose(file);
    within(path, &(lgd_csv_options){.max_row_bytes = 8 * MIB}, LGD_ERANGE, 32 * MIB);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "t.csv:3: the row is longer than 8388608 bytes"));
    within(path, NULL, LGD_EFORMAT, 200 * MIB); /* a number that is not finite */
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "t.csv:3:2: \"111"));
    memset(block, ',', MIB);
    file = fopen(path, "w");
    fputs("a,b\n1,2\n", file);
    for (int i = 0; i < 17; i++)
        fwrite(block, 1, MIB, file);
    fclose(file);
    free(block);
    within(path, &(lgd_csv_options){.missing = LGD_MISSING_DROP}, LGD_ERANGE, 64 * MIB);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "t.csv:3: the row has more than 16777216 cells"));
    unlink(path);
}
END_TEST

START_TEST(convert_kth_allocation_failing_nothing_kept)
{
    const char *path = text_file("a,b,y\n1,x,yes\n,y,no\n3,x,yes\n"), *X = path_of("X.npy"), *y = path_of("y.npy");
    const lgd_csv_options o = {.missing = LGD_MISSING_MEAN, .text = LGD_TEXT_ONE_HOT, .binary = true};
    size_t k = 1;
    for (lgd_status st = LGD_ENOMEM; st; k++) {
        lgd_table *t = NULL;
        unlink(X);
        ledger = (struct ledger){.fail_at = k};
        lgd_set_memory(&counted);
        st = lgd_csv_convert(&t, path, X, y, &o);
        if (st) {
            ck_assert_msg(st == LGD_ENOMEM, "allocation %zu: %s", k, lgd_last_error());
            ck_assert(!is_there(X));
        }
        lgd_table_free(t);
        lgd_set_memory(NULL);
        ck_assert_uint_eq(ledger.live, 0);
    }
    ck_assert_uint_gt(k, 20);
}
END_TEST

static void grow(void)
{
    FILE *file = fopen(path_of("t.csv"), "a");
    fputs("1,2,3\n", file);
    fclose(file);
}

START_TEST(convert_file_changing_meanwhile_eio)
{
    const char *path = text_file("a,b,c\n1,2,3\n4,5,6\n");
    unlink(path_of("X.npy"));
    ledger =
        (struct ledger){.at_size = grow, .size = 3 * sizeof(double)}; /* when the row is made, behind the first look */
    lgd_set_memory(&counted);
    ck_assert_int_eq(lgd_csv_convert(NULL, path, path_of("X.npy"), NULL, NULL), LGD_EIO);
    lgd_set_memory(NULL);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "t.csv: the file has changed while it was read"));
    ck_assert(!is_there(path_of("X.npy")));
    const char *pipe = path_of("pipe.csv");
    ck_assert_int_eq(mkfifo(pipe, 0600), 0);
    ck_assert_int_eq(lgd_csv_convert(NULL, pipe, path_of("X.npy"), NULL, NULL), LGD_EIO); /* and waits for no writer */
    unlink(pipe);
}
END_TEST

/* ---- the writer */

static double of_bits(uint64_t seed, uint64_t i)
{
    double u[2], x;
    lgd_uniform(seed, 2 * i, 2, u);
    const uint64_t bits = (uint64_t)(u[0] * 4294967296.) << 32 | (uint64_t)(u[1] * 4294967296.);
    memcpy(&x, &bits, sizeof x);
    return isfinite(x) ? x : 1;
}

static void written_and_read(const char *path, bool single, const lgd_csv_write_options *options)
{
    enum { ROWS = 400, COLS = 5, LD = 7 };
    static double X[ROWS * LD], y[ROWS];
    for (uint64_t i = 0; i < ROWS * LD; i++) {
        const double x = i % 5 == 0   ? (double)(i % 1000) / 8
                         : i % 5 == 1 ? (double)i * 0.001
                         : i % 5 == 2 ? -sin((double)i)
                                      : of_bits(1, i);
        X[i] = single ? (double)(float)fmod(x, 1e30) : x;
    }
    for (size_t i = 0; i < ROWS; i++)
        y[i] = i % 2 ? of_bits(2, i) : -0.0;
    const char *const names[COLS] = {"a", "b \"q\", \n;\t", " c ", "", "\xC3\xA9"};
    lgd_csv_write_options o = *options;
    o.y = y;
    o.single = single;
    o.target = "the target";
    lgd_table *t = NULL;
    ck_assert_msg(!lgd_csv_write(path, ROWS, COLS, X, LD, names, &o), "%s", lgd_last_error());
    const lgd_csv_options in = {
        .delimiter = o.delimiter, .decimal_comma = o.decimal_comma, .target = "the target", .single = single};
    ck_assert_msg(!lgd_csv_read(&t, path, &in), "%s", lgd_last_error());
    ck_assert(t->rows == ROWS && t->cols == COLS);
    for (size_t j = 0; j < COLS; j++)
        ck_assert_str_eq(t->names[j], j == 2 ? " c " : names[j]);
    for (size_t i = 0; i < ROWS * COLS; i++) {
        const double got = single ? (double)t->X_f32[i] : t->X[i], *wanted = X + i / COLS * LD + i % COLS;
        if (memcmp(&got, wanted, sizeof got))
            ck_abort_msg("%.17g in place of %.17g", got, *wanted);
    }
    ck_assert_mem_eq(t->y, y, sizeof y);
    lgd_table_free(t);
}

START_TEST(write_first_name_that_looks_like_another_kind_of_file_reads_back)
{
    static const char *const first[] = {"BZh",
                                        "BZh91AY",
                                        "\x1F\x8B\x08",
                                        "\x28\xB5\x2F\xFD",
                                        "\xFD"
                                        "7zXZ",
                                        "\xFF\xFE"
                                        "a",
                                        "\xFE\xFF",
                                        "\xEF\xBB\xBF"
                                        "a"};
    const double X[] = {1, 2};
    for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
        const char *const names[] = {first[i], "b"};
        lgd_table *t = NULL;
        ck_assert_msg(!lgd_csv_write(path_of("w.csv"), 1, 2, X, 2, names, NULL), "%s", lgd_last_error());
        ck_assert_msg(!lgd_csv_read(&t, path_of("w.csv"), &(lgd_csv_options){.no_target = true}), "%zu: %s", i,
                      lgd_last_error());
        ck_assert_str_eq(t->names[0], first[i]);
        lgd_table_free(t);
    }
}
END_TEST

START_TEST(write_any_numbers_and_names_read_back)
{
    lgd_output *probe = NULL;
    const bool packs = !lgd_output_open(&probe, "test", path_of("probe.gz"));
    lgd_output_close(probe);
    const lgd_csv_write_options none = {0};
    for (int single = 0; single < 2; single++) {
        written_and_read(path_of("w.csv"), single, &none);
        written_and_read(path_of("w.tsv"), single, &none);
        written_and_read(path_of("w.csv"), single, &(lgd_csv_write_options){.decimal_comma = true});
        written_and_read(path_of("w.csv"), single, &(lgd_csv_write_options){.delimiter = '|'});
    }
    if (packs) {
        written_and_read(path_of("w.csv.gz"), false, &none);
        written_and_read(path_of("w.tsv.zst"), false, &none);
    }
}
END_TEST

START_TEST(write_fewest_digits_whatever_the_locale)
{
    const double X[] = {0.1, 1, -2.5, 1e22, 1e-7, 0.30000000000000004, 5e-324, NAN, 100, DBL_MAX, -0.0, 1. / 3};
    const char *path = path_of("w.csv");
    if (comma)
        ck_assert_ptr_nonnull(setlocale(LC_NUMERIC, comma));
    ck_assert_int_eq(lgd_csv_write(path, 3, 4, X, 4, NULL, NULL), LGD_OK);
    size_t size;
    char *text = slurp(path, &size);
    ck_assert_str_eq(text, "0.1,1,-2.5,1e+22\n1e-07,0.30000000000000004,5e-324,\n100,1."
                           "7976931348623157e+308,-0,0.3333333333333333\n");
    free(text);
    ck_assert_int_eq(lgd_csv_write(path, 1, 4, X, 4, NULL, &(lgd_csv_write_options){.decimal_comma = true}), LGD_OK);
    text = slurp(path, &size);
    ck_assert_str_eq(text, "0,1;1;-2,5;1e+22\n");
    free(text);
    const double gaps[] = {1, NAN, 3};
    ck_assert_int_eq(lgd_csv_write(path, 3, 1, gaps, 1, NULL, NULL), LGD_OK); /* an empty line would be no row */
    lgd_table *t = NULL;
    ck_assert_int_eq(lgd_csv_read(&t, path, &(lgd_csv_options){.no_target = true, .missing = LGD_MISSING_MEAN}),
                     LGD_OK);
    ck_assert(t->rows == 3 && t->X[1] == 2);
    lgd_table_free(t);
}
END_TEST

START_TEST(write_arguments_out_of_range_refused)
{
    const double X[] = {1, 2, INFINITY, 4};
    const char *path = path_of("w.csv"), *const names[] = {"a", NULL};
    unlink(path);
    const struct {
        const char *path, *part;
        const double *X;
        size_t rows, cols, ld;
        const char *const *names;
        lgd_csv_write_options options;
    } bad[] = {
        {NULL, "path is NULL", X, 1, 2, 2, NULL, {0}},
        {path, "X is NULL", NULL, 1, 2, 2, NULL, {0}},
        {path, "ld is 1, at least 2", X, 1, 2, 1, NULL, {0}},
        {path, "cols is 0", X, 1, 0, 2, NULL, {0}},
        {path, "names[1] is NULL", X, 1, 2, 2, names, {0}},
        {path, "delimiter is the character 46", X, 1, 2, 2, NULL, {.delimiter = '.'}},
        {path,
         "another mark is accepted beside decimal_comma",
         X,
         1,
         2,
         2,
         NULL,
         {.delimiter = ',', .decimal_comma = true}},
        {path, "X[1][0] is inf", X, 2, 2, 2, NULL, {0}},
        {path, "y[1] is inf", X, 2, 1, 1, NULL, {.y = X + 1}},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_int_eq(
            lgd_csv_write(bad[i].path, bad[i].rows, bad[i].cols, bad[i].X, bad[i].ld, bad[i].names, &bad[i].options),
            LGD_EINVAL);
        ck_assert_msg(strstr(lgd_last_error(), bad[i].part) != NULL, "%s: %s", bad[i].part, lgd_last_error());
        ck_assert(!is_there(path));
    }
    ck_assert_int_eq(lgd_csv_write(path, (size_t)1 << 52, 2, X, (size_t)1 << 9, NULL, NULL), LGD_ERANGE);
    ck_assert_int_eq(lgd_csv_write(path_of("nowhere/w.csv"), 1, 2, X, 2, NULL, NULL), LGD_EIO);
    struct {
        lgd_csv_write_options options;
        size_t later;
    } newer = {{0}, 1};
    ck_assert_int_eq(lgd_csv_write_sized(path, 1, 2, X, 2, NULL, &newer.options, sizeof newer), LGD_EUNSUPPORTED);
}
END_TEST

int main(void)
{
    if (!folder_make("/dev/shm")) /* in memory: files are synced, thousands of them */
        return EXIT_FAILURE;
    comma = comma_locale_in(folder);
    Suite *s = suite_create("convert");
    CASE(s, convert_every_option_as_it_is_read);
    CASE(s, convert_one_mistake_the_sentence_of_the_reader);
    CASE(s, convert_rows_over_buffers_as_they_are_read);
    CASE(s, convert_random_texts_as_they_are_read);
    CASE(s, convert_single_nearest_floats_and_their_limits);
    CASE(s, convert_labels_words_and_numbers_mapped);
    CASE(s, convert_arguments_out_of_range_refused);
    CASE(s, convert_packed_files_in_and_out);
    CASE(s, convert_many_rows_in_memory_of_a_few);
    CASE(s, convert_million_columns_in_memory_of_a_row);
    CASE(s, convert_long_line_and_too_many_cells_refused_in_bounded_memory);
    CASE(s, convert_kth_allocation_failing_nothing_kept);
    CASE(s, convert_file_changing_meanwhile_eio);
    CASE(s, write_first_name_that_looks_like_another_kind_of_file_reads_back);
    CASE(s, write_any_numbers_and_names_read_back);
    CASE(s, write_fewest_digits_whatever_the_locale);
    CASE(s, write_arguments_out_of_range_refused);
    const int failed = suite_run(s);
    return !folder_remove() || failed;
}
