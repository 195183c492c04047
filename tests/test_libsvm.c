/* Sparse tables from files of LIBSVM's format. Lines that are wrong in every way come first in a list, each with the sentence it must earn.
 * What is expected of the data was found by scikit-learn's load_svmlight_file: tests/reference/libsvm.py. */
#include "comma.h"
#include "io/io.h"
#include "suite.h"
#include "folder.h"
#include "ledger.h"
#include <lgd.h>
#include <lgd/libsvm.h>
#include <float.h>
#include <math.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MIB = 1 << 20 };

static const char *comma;

static const char *text_file(const char *text)
{
    return file_of("t.svm", text, strlen(text));
}

static lgd_table *read_of(const char *path, const lgd_libsvm_options *options)
{
    lgd_table *t = NULL;
    const lgd_status st = lgd_libsvm_read(&t, path, options);
    ck_assert_msg(st == LGD_OK, "%s: %s", path, lgd_last_error());
    return t;
}

static lgd_table *table_of(const char *text, const lgd_libsvm_options *options)
{
    return read_of(text_file(text), options);
}

static void refused(const char *path, const lgd_libsvm_options *options, lgd_status status, const char *part)
{
    lgd_table *t = (lgd_table *)&t;
    const lgd_status st = lgd_libsvm_read(&t, path, options);
    ck_assert_ptr_null(t);
    ck_assert_msg(st == status, "%d in place of %d (%s): %s", (int)st, (int)status, part, lgd_last_error());
    ck_assert_msg(strstr(lgd_last_error(), part) != NULL, "\"%s\" is not in: %s", part, lgd_last_error());
    ck_assert_ptr_null(strchr(lgd_last_error(), '\n'));
}

/* Element (i, j), by the numbers there are. */
static double at(const lgd_table *t, size_t i, size_t j)
{
    const lgd_csr *d = t->sparse;
    for (size_t e = d->row_start[i]; e < d->row_start[i + 1]; e++)
        if ((size_t)(d->column ? d->column[e] : d->column_i64[e]) == j)
            return d->value ? d->value[e] : (double)d->value_f32[e];
    return 0;
}

static size_t numbers(const lgd_table *t)
{
    return t->sparse->row_start[t->rows];
}

static bool same(const lgd_table *a, const lgd_table *b)
{
    const size_t n = numbers(a), rows = a->rows;
    const lgd_csr *c = a->sparse, *d = b->sparse;
    return rows == b->rows && a->cols == b->cols && n == numbers(b) && !c->value == !d->value &&
           !c->column == !d->column && !memcmp(c->row_start, d->row_start, (rows + 1) * sizeof *c->row_start) &&
           !memcmp(a->y, b->y, rows * sizeof *a->y) &&
           (c->column ? !memcmp(c->column, d->column, n * sizeof *c->column)
                      : !memcmp(c->column_i64, d->column_i64, n * sizeof *c->column_i64)) &&
           (c->value ? !memcmp(c->value, d->value, n * sizeof *c->value)
                     : !memcmp(c->value_f32, d->value_f32, n * sizeof *c->value_f32));
}

/* ---- memory */

/* ---- what is refused */

#define TEXT(s) s, sizeof s - 1

static const struct hostile {
    const char *text;
    size_t size;
    lgd_status status;
    const char *part;
    lgd_libsvm_options options;
} hostile[] = {
    /* no table */
    {TEXT(""), LGD_EFORMAT, "t.svm: there is no row", {0}},
    {TEXT("\xEF\xBB\xBF"), LGD_EFORMAT, "there is no row", {0}},
    {TEXT(" \t\r\n\n# 1 1:2\n"), LGD_EFORMAT, "there is no row", {0}},
    {TEXT("1\n2\n"), LGD_EFORMAT, "there is no index in 2 rows; hint: cols", {0}},
    {TEXT("\xFF\xFE"
          "1\0 \0"),
     LGD_EFORMAT,
     "UTF-16",
     {0}},
    {TEXT("\xFE\xFF\0"
          "1\0 "),
     LGD_EFORMAT,
     "UTF-16",
     {0}},
    {TEXT("1 1:1\n1\0"
          "1 2:1\n"),
     LGD_EFORMAT,
     "t.svm:2: a NUL byte",
     {0}},
    {TEXT("1 1:1\n1 2:\0"
          "1\n"),
     LGD_EFORMAT,
     "t.svm:2: a NUL byte",
     {0}},
    {TEXT("1 1:1 # a\nb\0c\n"), LGD_EFORMAT, "t.svm:2: a NUL byte", {0}},
    {TEXT("1 1:1\n2 2:1 # a\0b\n"), LGD_EFORMAT, "t.svm:2: a NUL byte", {0}},
    /* labels */
    {TEXT("1 1:2\n1:2 2:3\n"),
     LGD_EFORMAT,
     "t.svm:2: the label is missing, the line begins with \"1:2\"; hint: no_target",
     {0}},
    {TEXT("1 1:2\n\n :2\n"), LGD_EFORMAT, "t.svm:3: the label is missing", {0}},
    {TEXT("a 1:2\n"), LGD_EFORMAT, "t.svm:1: the label \"a\" is not a number", {0}},
    {TEXT("1,2 1:2\n"), LGD_EFORMAT, "t.svm:1: the label \"1,2\" is not a number; hint: one label to a line", {0}},
    {TEXT("0x1 1:2\n"), LGD_EFORMAT, "the label \"0x1\" is not a number; hint: hexadecimal", {0}},
    {TEXT("1d 1:2\n"), LGD_EFORMAT, "the label \"1d\" is not a number", {0}},
    {TEXT("1e 1:2\n"), LGD_EFORMAT, "the label \"1e\" is not a number", {0}},
    {TEXT("nan 1:2\n"), LGD_EFORMAT, "t.svm:1: the label \"nan\" is not a finite number", {0}},
    {TEXT("-Inf 1:2\n"), LGD_EFORMAT, "the label \"-Inf\" is not a finite number", {0}},
    {TEXT("1e999 1:2\n"), LGD_EFORMAT, "the label \"1e999\" is not a finite number", {0}},
    {TEXT("1 1:2\n0 1:2\n2 1:2\n"),
     LGD_EFORMAT,
     "t.svm:3: the label is 2 beside 1 and 0, a binary one has two values",
     {.binary = true}},
    {TEXT("3 1:2\n3 1:1\n"), LGD_EFORMAT, "t.svm: the target is 3 in each row", {.binary = true}},
    /* pairs */
    {TEXT("1 1:2 5\n"), LGD_EFORMAT, "t.svm:1:2: \"5\" is no pair, index:value is accepted", {0}},
    {TEXT("1 1:2 5 :3\n"), LGD_EFORMAT, "t.svm:1:2: \"5\" is no pair", {0}},
    {TEXT("1 1 2\r-1 1:3\r"), LGD_EFORMAT, "t.svm:1:1: \"1\" is no pair", {0}},
    {TEXT("1 1:2\r-1 1:3\r"), LGD_EFORMAT, "t.svm:1:2: \"-1\" is no pair", {0}}, /* lines do not end in CR */
    {TEXT("1 1:2\v2:3\n"),
     LGD_EFORMAT,
     "t.svm:1:1: the value of \"1:2?2:3\" is not a number; hint: a blank between",
     {0}},
    {TEXT("1 qid:7 1:2\n"), LGD_EFORMAT, "t.svm:1:1: \"qid:7\" is a group of a ranking, which is not read", {0}},
    {TEXT("1 :2\n"), LGD_EFORMAT, "t.svm:1:1: the index of \":2\" is no whole number", {0}},
    {TEXT("1 -1:2\n"), LGD_EFORMAT, "the index of \"-1:2\" is no whole number", {0}},
    {TEXT("1 +1:2\n"), LGD_EFORMAT, "the index of \"+1:2\"", {0}},
    {TEXT("1 1.0:2\n"), LGD_EFORMAT, "the index of \"1.0:2\"", {0}},
    {TEXT("1 0x1:2\n"), LGD_EFORMAT, "the index of \"0x1:2\"", {0}},
    {TEXT("1 a:2\n"), LGD_EFORMAT, "the index of \"a:2\"", {0}},
    {TEXT("1 1:2 3:\n"), LGD_EFORMAT, "t.svm:1:2: the value is missing in \"3:\"", {0}},
    {TEXT("1 1:2 3: 4\n"), LGD_EFORMAT, "t.svm:1:2: the value is missing in \"3:\"", {0}},
    {TEXT("1 1:2 3:#4\n"), LGD_EFORMAT, "t.svm:1:2: the value is missing in \"3:\"", {0}},
    {TEXT("1 1:x\n"), LGD_EFORMAT, "t.svm:1:1: the value of \"1:x\" is not a number", {0}},
    {TEXT("1 1:1,5\n"), LGD_EFORMAT, "the value of \"1:1,5\" is not a number; hint: numbers have a decimal point", {0}},
    {TEXT("1 1:0x10\n"), LGD_EFORMAT, "the value of \"1:0x10\" is not a number; hint: hexadecimal", {0}},
    {TEXT("1 1:2:3\n"), LGD_EFORMAT, "the value of \"1:2:3\" is not a number; hint: a blank between pairs", {0}},
    {TEXT("1 1:--2\n"), LGD_EFORMAT, "the value of \"1:--2\" is not a number", {0}},
    {TEXT("1 1:1e\n"), LGD_EFORMAT, "the value of \"1:1e\" is not a number", {0}},
    {TEXT("1 1:2\x1B[31m\n"), LGD_EFORMAT, "the value of \"1:2?[31m\" is not a number", {0}},
    {TEXT("1 1:nan\n"), LGD_EFORMAT, "t.svm:1:1: the value of \"1:nan\" is not a finite number", {0}},
    {TEXT("1 1:-INF\n"), LGD_EFORMAT, "the value of \"1:-INF\" is not a finite number", {0}},
    {TEXT("1 1:1e309\n"), LGD_EFORMAT, "the value of \"1:1e309\" is not a finite number", {0}},
    {TEXT("1 1:1e39\n"), LGD_EFORMAT, "the value of \"1:1e39\" is beyond 3.40282e+38", {.single = true}},
    /* indices */
    {TEXT("1 1:2 1:2\n"), LGD_EFORMAT, "t.svm:1:2: the index is 1 once more", {0}},
    {TEXT("1 1:2\n1 5:1 7:1 6:2 1:2\n"),
     LGD_EFORMAT,
     "t.svm:2:3: the index is 6 after 7, a larger one is accepted",
     {0}},
    {TEXT("1 5:0 5:0\n"), LGD_EFORMAT, "t.svm:1:2: the index is 5 once more", {0}}, /* zeros that are left out count */
    {TEXT("1 0:2\n"),
     LGD_EFORMAT,
     "t.svm:1:1: the index is 0, at least 1 is accepted, as base says",
     {.base = LGD_INDEX_1}},
    {TEXT("1 1:2\n1 4:1\n"),
     LGD_EFORMAT,
     "t.svm:2:1: the index is 4, at most 3 is accepted, as cols says",
     {.cols = 3}},
    {TEXT("1 1:2 3:4\n"),
     LGD_EFORMAT,
     "t.svm:1:2: the index is 3, at most 2 is accepted",
     {.cols = 3, .base = LGD_INDEX_0}},
    {TEXT("1 3:0\n"), LGD_EFORMAT, "t.svm:1:1: the index is 3, at most 2 is accepted", {.cols = 2}},
    {TEXT("1 1:2\n1 1:1 3:4\n1 0:1\n"),
     LGD_EFORMAT,
     "t.svm:2:2: the index is 3, at most 2 is accepted, as cols says and an index 0 in line 3",
     {.cols = 3}},
    {TEXT("1 1:2 281474976710657:1\n"),
     LGD_ERANGE,
     "t.svm:1:2: the index of \"281474976710657:1\" is beyond 281474976710656",
     {0}},
    {TEXT("1 99999999999999999999999999:1\n"),
     LGD_ERANGE,
     "t.svm:1:1: the index of \"99999999999999999999999999:1\" is beyond",
     {0}},
    {TEXT("1 18446744073709551617:1\n"), LGD_ERANGE, "is beyond 281474976710656", {0}}, /* 2^64 + 1 is not 1 */
    {TEXT("1 99999999999999999999999999:1\n"), LGD_ERANGE, "is beyond 281474976710656", {.cols = 5}},
    /* without labels */
    {TEXT("1:2 1:3\n"), LGD_EFORMAT, "t.svm:1:2: the index is 1 once more", {.no_target = true}},
    {TEXT("x\n"), LGD_EFORMAT, "there is no index in 1 row;", {.no_target = true}},
    {TEXT("x y 1:2\n"), LGD_EFORMAT, "t.svm:1:1: \"y\" is no pair", {.no_target = true}},
    /* limits */
    {TEXT("1 1:2\n2 3:4\n"),
     LGD_ERANGE,
     "t.svm: the table of 2 rows and 2 numbers takes 56 bytes, max_bytes allows 55",
     {.max_bytes = 55}},
    {TEXT("1 1:2\n2 3000000000:4\n"),
     LGD_ERANGE,
     "t.svm:2: with an index of 64 bits the table takes 64 bytes, max_bytes allows 60",
     {.max_bytes = 60}},
};

static void refuse_all(void)
{
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++)
        refused(file_of("t.svm", hostile[i].text, hostile[i].size), &hostile[i].options, hostile[i].status,
                hostile[i].part);
}

START_TEST(libsvm_hostile_lines_refused_by_line_and_pair)
{
    refuse_all();
}
END_TEST

START_TEST(libsvm_hostile_lines_under_comma_locale_same_refusals)
{
    ck_assert(comma_locale_set(comma));
    refuse_all();
}
END_TEST

START_TEST(libsvm_numbers_under_comma_locale_same_numbers_and_text)
{
    ck_assert(comma_locale_set(comma));
    char before[16], after[16];
    snprintf(before, sizeof before, "%.1f", 0.5);
    lgd_table *t = table_of("-1.5 1:0.25 2:1e-3 4:12345678901234567890.5\n2.5 1:1.7976931348623157e308\n",
                            &(lgd_libsvm_options){.classes = true});
    ck_assert(at(t, 0, 0) == 0.25 && at(t, 0, 1) == 1e-3 && at(t, 0, 3) == 12345678901234567890.5 &&
              at(t, 1, 0) == 1.7976931348623157e308);
    ck_assert_str_eq(t->class_names[0], "-1.5");
    ck_assert_str_eq(t->class_names[1], "2.5");
    ck_assert_ptr_nonnull(strstr(t->notes, "labels: -1.5 became 0 and 2.5 became 1\n"));
    const double y[] = {-1.5, 2.5};
    ck_assert_int_eq(lgd_libsvm_write(path_of("out.svm"), t->sparse, y, LGD_INDEX_1), LGD_OK);
    lgd_table_free(t);
    t = read_of(path_of("out.svm"), NULL);
    ck_assert(t->y[0] == -1.5 && at(t, 0, 1) == 1e-3 && at(t, 1, 0) == 1.7976931348623157e308);
    lgd_table_free(t);
    snprintf(after, sizeof after, "%.1f", 0.5);
    ck_assert_str_eq(after, before);
}
END_TEST

START_TEST(libsvm_unreadable_files_eio_with_the_reason)
{
    refused(folder, NULL, LGD_EIO, "directory");
    refused(path_of("absent.svm"), NULL, LGD_EIO, "absent.svm: No such file or directory");
    refused("", NULL, LGD_EIO, "No such file");
    refused("/proc/self/mem", NULL, LGD_EIO, "Input/output error");
}
END_TEST

START_TEST(libsvm_arguments_out_of_range_refused)
{
    const char *path = text_file("1 1:2\n");
    ck_assert_int_eq(lgd_libsvm_read(NULL, path, NULL), LGD_EINVAL);
    ck_assert_str_eq(lgd_last_error(), "libsvm: out is NULL, the address of a pointer is accepted");
    refused(NULL, NULL, LGD_EINVAL, "libsvm: path is NULL, a file name is accepted");
    refused(path, &(lgd_libsvm_options){.base = (lgd_index_base)3}, LGD_EINVAL, "libsvm: base is 3");
    refused(path, &(lgd_libsvm_options){.base = (lgd_index_base)-1}, LGD_EINVAL, "libsvm: base is -1");
    refused(path, &(lgd_libsvm_options){.binary = true, .classes = true}, LGD_EINVAL,
            "binary and classes are both true");
    refused(path, &(lgd_libsvm_options){.no_target = true, .binary = true}, LGD_EINVAL, "no_target");
    refused(path, &(lgd_libsvm_options){.no_target = true, .classes = true}, LGD_EINVAL, "no_target");
    refused(path, &(lgd_libsvm_options){.cols = ((size_t)1 << 48) + 1}, LGD_EINVAL,
            "libsvm: cols is 281474976710657, at most 281474976710656");
    refused(path, &(lgd_libsvm_options){.max_bytes = (size_t)-1}, LGD_EINVAL, "converted");
    const double y = 1, bad = NAN;
    lgd_table *t = read_of(path, NULL);
    ck_assert_int_eq(lgd_libsvm_write(NULL, t->sparse, &y, LGD_INDEX_1), LGD_EINVAL);
    ck_assert_int_eq(lgd_libsvm_write(path_of("no.svm"), NULL, &y, LGD_INDEX_1), LGD_EINVAL);
    ck_assert_int_eq(lgd_libsvm_write(path_of("no.svm"), t->sparse, &y, (lgd_index_base)7), LGD_EINVAL);
    ck_assert_int_eq(lgd_libsvm_write(path_of("no.svm"), t->sparse, &bad, LGD_INDEX_1), LGD_EINVAL);
    ck_assert_str_eq(lgd_last_error(), "libsvm: y[0] is nan, finite labels are accepted");
    ck_assert_int_eq(lgd_libsvm_write(path_of("none/no.svm"), t->sparse, &y, LGD_INDEX_1), LGD_EIO);
    ck_assert_int_ne(access(path_of("no.svm"), F_OK), 0);
    lgd_table_free(t);
}
END_TEST

START_TEST(libsvm_options_of_another_size_taken_or_refused)
{
    struct {
        lgd_libsvm_options options;
        size_t later;
    } newer = {{.cols = 9}, 0};
    lgd_table *t = NULL;
    const char *path = text_file("1 1:2\n");
    ck_assert_int_eq(lgd_libsvm_read_sized(&t, path, &newer.options, sizeof newer), LGD_OK);
    ck_assert_uint_eq(t->cols, 9);
    lgd_table_free(t);
    newer.later = 1;
    ck_assert_int_eq(lgd_libsvm_read_sized(&t, path, &newer.options, sizeof newer), LGD_EUNSUPPORTED);
    ck_assert_ptr_null(t);
    ck_assert_int_eq(lgd_libsvm_read_sized(&t, path, &newer.options, offsetof(lgd_libsvm_options, cols)), LGD_OK);
    ck_assert_uint_eq(t->cols, 1);
    ck_assert_int_eq(lgd_libsvm_write_sized(path_of("w.svm"), t->sparse, sizeof *t->sparse, t->y, LGD_INDEX_1), LGD_OK);
    lgd_table_free(t);
}
END_TEST

/* ---- what is read */

START_TEST(libsvm_forms_of_text_same_table)
{
    static const struct {
        const char *text;
        lgd_libsvm_options options;
    } forms[] = {
        {"1 1:2 3:4\n-1 2:5\n", {0}},
        {"1 1:2 3:4\n-1 2:5", {0}},
        {"1 1:2 3:4 \n-1 2:5 \n", {0}},
        {"+1 1:2 3:4\r\n-1 2:5\r\n", {0}},
        {"\xEF\xBB\xBF"
         "1 1:2 3:4\n-1 2:5\n",
         {0}},
        {"\n\n# head 7:7\n 1\t1:2\t \t3:4\n \t \n\n-1 2:5#x 3:9\n#", {0}},
        {"1 1:2 3:4 # 1:2\n-1 2:5\n\n\n", {0}},
        {"1.0 01:+2.0 3:.4e1\n-1e0 2:50.e-1\n", {0}},
        {"1 1:2 2:0 3:4\n-1 1:0.0 2:5 3:-0\n", {0}},
        {"1 0:2 2:4\n-1 1:5\n", {0}},
        {"1 0:2 2:4\n-1 1:5\n", {.base = LGD_INDEX_0}},
        {"1 1:2 3:4\n-1 2:5\n", {.base = LGD_INDEX_1}},
        {"1 1:2 3:4\n-1 2:5\n", {.cols = 3}},
        {"1 1:2 3:4\n-1 2:5\n", {.single = true}},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        lgd_table *t = table_of(forms[i].text, &forms[i].options);
        ck_assert_msg(t->rows == 2 && t->cols == 3 && numbers(t) == 3, "%s", forms[i].text);
        ck_assert(at(t, 0, 0) == 2 && at(t, 0, 2) == 4 && at(t, 1, 1) == 5 && t->y[0] == 1 && t->y[1] == -1);
        ck_assert(!t->X && !t->X_f32 && !t->names && t->class_count == 0);
        ck_assert_str_eq(t->target, "label");
        ck_assert_uint_eq(t->sparse->cols, 3);
        lgd_matrix *A = NULL;
        ck_assert_int_eq(lgd_table_matrix(&A, t), LGD_OK);
        ck_assert_uint_eq(lgd_matrix_cols(A), 3);
        lgd_matrix_free(A);
        lgd_table_free(t);
    }
}
END_TEST

START_TEST(libsvm_first_column_as_found_or_asked_and_said)
{
    static const struct {
        const char *text;
        lgd_libsvm_options options;
        size_t first, cols;
        const char *note;
    } cases[] = {
        {"1 2:1 4:1\n",
         {0},
         1,
         4,
         "1 rows, 4 columns by the largest index, 2 numbers, indices from 1, as none of them is 0\n"},
        {"1 2:1 4:1\n1 0:0\n",
         {0},
         0,
         5,
         "2 rows, 5 columns by the largest index, 2 numbers, indices from 0, as one of them is 0\n"},
        {"1 2:1 4:1\n", {.base = LGD_INDEX_0}, 0, 5, "indices from 0, as asked\n"},
        {"1 2:1 4:1\n",
         {.base = LGD_INDEX_1, .cols = 7},
         1,
         7,
         "7 columns as asked, 2 numbers, indices from 1, as asked\n"},
        {"1 2:1 4:1\n", {.cols = 4}, 1, 4, "indices from 1, as none"},
        {"1 2:1 4:1 6:1e-60\n",
         {.single = true},
         1,
         6,
         "2 numbers in single precision, indices from 1, as none of them is 0\n1 value of 0 left out\n"},
        {"1 2:1 4:1\n1 0:1\n", {.cols = 5}, 0, 5, "indices from 0, as one"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lgd_table *t = table_of(cases[i].text, &cases[i].options);
        ck_assert_uint_eq(t->first_index, cases[i].first);
        ck_assert_uint_eq(t->cols, cases[i].cols);
        ck_assert(at(t, 0, 2 - t->first_index) == 1 && at(t, 0, 4 - t->first_index) == 1);
        ck_assert_msg(strstr(t->notes, cases[i].note) != NULL, "\"%s\" is not in: %s", cases[i].note, t->notes);
        lgd_table_free(t);
    }
}
END_TEST

START_TEST(libsvm_labels_become_their_places)
{
    lgd_table *t = table_of("1 1:1\n-1 1:2\n1 1:3\n", &(lgd_libsvm_options){.binary = true});
    ck_assert(t->y[0] == 1 && t->y[1] == 0 && t->y[2] == 1 && t->labels_mapped == 1 && t->class_count == 2);
    ck_assert_ptr_nonnull(strstr(t->notes, "labels: -1 became 0 and 1 became 1\n"));
    lgd_table_free(t);
    t = table_of("7 1:1\n2.5 1:2\n-3\n", &(lgd_libsvm_options){.classes = true});
    ck_assert(t->y[0] == 2 && t->y[1] == 1 && t->y[2] == 0 && t->class_count == 3);
    ck_assert_str_eq(t->class_names[1], "2.5");
    lgd_table_free(t);
}
END_TEST

START_TEST(libsvm_without_labels_lines_with_and_without_one)
{
    lgd_table *t = table_of("1:2 3:4\nword 2:5\n1,2\n\n", &(lgd_libsvm_options){.no_target = true});
    ck_assert(t->rows == 3 && t->cols == 3 && !t->y && !t->target);
    ck_assert(at(t, 0, 0) == 2 && at(t, 0, 2) == 4 && at(t, 1, 1) == 5 && t->sparse->row_start[3] == 3);
    lgd_table_free(t);
}
END_TEST

START_TEST(libsvm_indices_beyond_32_bits_columns_of_64)
{
    static const struct {
        const char *text;
        size_t cols;
        bool wide;
    } cases[] = {
        {"1 1:1 2147483647:2\n", 2147483647, false},
        {"1 1:1 2147483648:2\n", 2147483648, true},
        {"1 0:1 2147483647:2\n", 2147483648, false},
        {"1 1:1 1099511627776:2\n1 3:1\n", (size_t)1 << 40, true},
        {"1 1:1 281474976710656:2\n", (size_t)1 << 48, true},
        {"1 0:1 281474976710656:2\n", ((size_t)1 << 48) + 1, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int single = 0; single < 2; single++) {
            lgd_table *t = table_of(cases[i].text, &(lgd_libsvm_options){.single = single});
            ck_assert_uint_eq(t->cols, cases[i].cols);
            ck_assert(!t->sparse->column_i64 == !cases[i].wide && !t->sparse->column == cases[i].wide);
            ck_assert(at(t, 0, 0) == 1 && at(t, 0, t->cols - 1) == 2);
            lgd_matrix *A = NULL;
            ck_assert_int_eq(lgd_table_matrix(&A, t), LGD_OK);
            lgd_matrix_free(A);
            ck_assert_int_eq(
                lgd_libsvm_write(path_of("w.svm"), t->sparse, t->y, t->first_index ? LGD_INDEX_1 : LGD_INDEX_0),
                LGD_OK);
            lgd_table *again = read_of(path_of("w.svm"), &(lgd_libsvm_options){.single = single});
            ck_assert(same(t, again));
            lgd_table_free(again);
            lgd_table_free(t);
        }
}
END_TEST

START_TEST(libsvm_lines_over_buffers_numbers_and_lines_right)
{
    enum { ROWS = 40000 };
    for (int ending = 0; ending < 2; ending++) {
        const char *end = ending ? "\r\n" : "\n";
        FILE *file = fopen(path_of("t.svm"), "w");
        for (int i = 0; i < ROWS;
             i++) { /* lines of changing length, some with comments that are longer than a buffer */
            fprintf(file, "%d %d:%.*f %d:%d", i, i + 1, i % 13, (double)i + 1, i + 2, -i - 1);
            if (i % 10000 == 5000) {
                fputs(" # ", file);
                for (int j = 0; j < 300000; j++)
                    fputs(i == 5000 ? "x" : "x 9:9 ", file);
            }
            fputs(end, file);
        }
        fclose(file);
        lgd_table *t = read_of(path_of("t.svm"), NULL);
        ck_assert(t->rows == ROWS && t->cols == ROWS + 1 && numbers(t) == 2 * ROWS);
        for (size_t i = 0; i < ROWS; i++) {
            const size_t e = 2 * i;
            ck_assert(t->y[i] == (double)i && t->sparse->row_start[i] == e && (size_t)t->sparse->column[e] == i);
            ck_assert(t->sparse->value[e] == (double)i + 1 && t->sparse->value[e + 1] == -(double)i - 1);
        }
        lgd_table_free(t);
        file = fopen(path_of("t.svm"), "a");
        fputs("1 1:1 2:oops", file);
        fclose(file);
        refused(path_of("t.svm"), NULL, LGD_EFORMAT, "t.svm:40001:2: the value of \"2:oops\"");
    }
}
END_TEST

START_TEST(libsvm_word_longer_than_a_buffer_refused_by_line)
{
    FILE *file = fopen(path_of("t.svm"), "w");
    fputs("1 1:1\n1 2:", file);
    for (int i = 0; i < 300000; i++)
        fputc('1', file);
    fclose(file);
    refused(path_of("t.svm"), NULL, LGD_EFORMAT, "t.svm:2: a word is longer than 262144 bytes");
}
END_TEST

START_TEST(libsvm_line_of_200_mib_read_in_bounded_memory)
{
    enum { PAIRS = 15000000 };
    char *text = malloc(220 * (size_t)MIB), *s = text + sprintf(text, "1");
    for (int i = 1; i <= PAIRS; i++) { /* i + 10^8, so that each has nine digits */
        char digits[16];
        int n = 0;
        for (int x = i + 100000000; x; x /= 10)
            digits[n++] = (char)('0' + x % 10);
        *s++ = ' ';
        while (n)
            *s++ = digits[--n];
        memcpy(s, ":-1", 3);
        s += 3;
    }
    *s++ = '\n';
    const char *path = file_of("long.svm", text, (size_t)(s - text));
    ck_assert_uint_gt((size_t)(s - text), 180 * (size_t)MIB);
    free(text);
    ledger = (struct ledger){0};
    lgd_set_memory(&counted);
    lgd_table *t = read_of(path, &(lgd_libsvm_options){.single = true});
    ck_assert(t->rows == 1 && t->cols == 100000000 + PAIRS && numbers(t) == PAIRS);
    ck_assert(t->sparse->column[PAIRS - 1] == 100000000 + PAIRS - 1 && t->sparse->value_f32[PAIRS / 2] == -1);
    lgd_table_free(t);
    lgd_set_memory(NULL);
    ck_assert_uint_eq(ledger.live, 0);
    ck_assert_uint_le(ledger.peak, PAIRS * (sizeof(int32_t) + sizeof(float)) + MIB);
    refused(path, &(lgd_libsvm_options){.single = true, .max_bytes = 100 * MIB}, LGD_ERANGE,
            "1 rows and 15000000 numbers takes 120000016 bytes");
    unlink(path);
}
END_TEST

/* ---- data */

/* What load_svmlight_file finds: sums of indices from 0 and of values in millionths, each times its place from 1. */
static void check_sums(const lgd_table *t, size_t count, int64_t indices, int64_t places, int64_t values)
{
    int64_t i = 0, p = 0, v = 0;
    ck_assert_uint_eq(numbers(t), count);
    for (size_t e = 0; e < count; e++) {
        const int64_t k = (int64_t)e + 1, x = llround(1e6 * t->sparse->value[e]);
        i += t->sparse->column[e];
        p = (p + k * t->sparse->column[e]) % 1000003;
        v = (v + k * ((x + 1000003000000) % 1000003)) % 1000003;
    }
    ck_assert_int_eq(i, indices);
    ck_assert_int_eq(p, places);
    ck_assert_int_eq(v, values);
}

static double sum_of_labels(const lgd_table *t)
{
    double sum = 0;
    for (size_t i = 0; i < t->rows; i++)
        sum += t->y[i];
    return sum;
}

START_TEST(heart_scale_read_as_by_others_and_as_its_table)
{
    lgd_table *t = read_of(LGD_TEST_DATA "/heart_scale", NULL), *csv = NULL;
    ck_assert(t->rows == 270 && t->cols == 13 && t->first_index == 1 && sum_of_labels(t) == -30);
    check_sums(t, 3378, 19819, 540606, 592378);
    ck_assert_int_eq(lgd_csv_read(&csv, LGD_TEST_DATA "/heart_scale.csv", NULL), LGD_OK);
    for (size_t i = 0; i < 270; i++) {
        ck_assert((t->y[i] == 1) == (csv->y[i] == 1));
        for (size_t j = 0; j < 13; j++)
            ck_assert_double_eq(at(t, i, j), csv->X[i * 13 + j]);
    }
    lgd_table_free(csv);
    lgd_table_free(t);
}
END_TEST

START_TEST(heart_scale_packed_same_bits)
{
    static const char *const packed[] = {LGD_TEST_DATA "/heart_scale.gz", LGD_TEST_DATA "/heart_scale.zst"};
    lgd_table *t = read_of(LGD_TEST_DATA "/heart_scale", NULL);
    for (size_t i = 0; i < 2; i++) {
        lgd_table *p = NULL;
        const lgd_status st = lgd_libsvm_read(&p, packed[i], NULL);
        if (st == LGD_EUNSUPPORTED)
            continue; /* built without */
        ck_assert_msg(st == LGD_OK, "%s", lgd_last_error());
        ck_assert(same(t, p));
        lgd_table_free(p);
    }
    lgd_table_free(t);
}
END_TEST

START_TEST(agaricus_read_as_by_others_with_the_columns_of_the_training)
{
    lgd_table *train = read_of(LGD_TEST_DATA "/agaricus.txt.train", NULL);
    ck_assert(train->rows == 6513 && train->cols == 126 && train->first_index == 1 && sum_of_labels(train) == 3140);
    check_sums(train, 143286, 8714381, 3857, 560768);
    lgd_table *test =
        read_of(LGD_TEST_DATA "/agaricus.txt.test", &(lgd_libsvm_options){.cols = train->cols, .base = LGD_INDEX_1});
    ck_assert(test->rows == 1611 && test->cols == 126 && sum_of_labels(test) == 776);
    check_sums(test, 35442, 2156309, 429595, 749446);
    lgd_table_free(test);
    refused(LGD_TEST_DATA "/agaricus.txt.test", &(lgd_libsvm_options){.cols = 125}, LGD_EFORMAT,
            "the index is 126, at most 125 is accepted");
    lgd_table_free(train);
}
END_TEST

START_TEST(agaricus_written_packed_or_not_and_read_again_same_bits)
{
    static const char *const names[] = {"a.svm", "a.svm.gz", "a.svm.zst", "a.svm.xz"};
    for (int single = 0; single < 2; single++) {
        const lgd_libsvm_options options = {.single = single};
        lgd_table *t = read_of(LGD_TEST_DATA "/agaricus.txt.train", &options);
        for (size_t i = 0; i < 4; i++) {
            const lgd_status st = lgd_libsvm_write(path_of(names[i]), t->sparse, t->y, LGD_INDEX_AUTO);
            if (st == LGD_EUNSUPPORTED && i > 0)
                continue;
            ck_assert_msg(st == LGD_OK, "%s", lgd_last_error());
            lgd_table *again = read_of(path_of(names[i]), &options);
            ck_assert(same(t, again));
            lgd_table_free(again);
        }
        lgd_table_free(t);
    }
    size_t size[2];
    for (int i = 0; i < 2;
         i++) { /* each number in the digits that it needs, so the text is that of the file but for its blanks */
        struct stat about;
        ck_assert_int_eq(stat(i ? path_of("a.svm") : LGD_TEST_DATA "/agaricus.txt.train", &about), 0);
        size[i] = (size_t)about.st_size;
    }
    ck_assert_uint_eq(size[0], size[1]);
}
END_TEST

START_TEST(agaricus_separable_told_and_with_l2_the_test_right)
{
    lgd_table *train = read_of(LGD_TEST_DATA "/agaricus.txt.train", NULL);
    lgd_table *test = read_of(LGD_TEST_DATA "/agaricus.txt.test", &(lgd_libsvm_options){.cols = train->cols});
    lgd_matrix *A = NULL, *B = NULL;
    ck_assert(!lgd_table_matrix(&A, train) && !lgd_table_matrix(&B, test));
    double w[127], p[1611];
    for (int i = 0; i < 2; i++) {
        const lgd_glm_options model = {.intercept = true, .l2 = i ? 1e-4 : 0};
        lgd_objective *f = NULL;
        lgd_optimizer *opt = NULL;
        lgd_report report;
        memset(w, 0, sizeof w);
        ck_assert(!lgd_glm_create(&f, A, train->y, lgd_loss_logistic(), &model) && !lgd_optimizer_parse(&opt, "lbfgs"));
        const lgd_minimize_options options = {.max_epochs = 5000, .grad_tol = i ? 1e-9 : 1e-12};
        ck_assert_msg(!lgd_minimize(f, opt, w, &options, &report), "%s", lgd_last_error());
        ck_assert_int_eq(report.stop, i ? LGD_STOP_GRAD_TOL : LGD_STOP_SEPARABLE);
        size_t right = 0;
        ck_assert(!lgd_glm_predict(f, B, w, p, 1));
        for (size_t k = 0; k < 1611; k++)
            right += (p[k] > 0.5) == (test->y[k] == 1);
        ck_assert_uint_eq(right, 1611);
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
    lgd_matrix_free(A);
    lgd_matrix_free(B);
    lgd_table_free(train);
    lgd_table_free(test);
}
END_TEST

START_TEST(libsvm_files_cut_anywhere_status_and_sound_table)
{
    lgd_table *whole = read_of(LGD_TEST_DATA "/heart_scale", NULL);
    char *text = malloc(30000);
    FILE *file = fopen(LGD_TEST_DATA "/heart_scale", "r");
    const size_t size = fread(text, 1, 30000, file);
    fclose(file);
    for (size_t n = 1; n < 400; n++) {
        lgd_table *t = NULL;
        const lgd_status st = lgd_libsvm_read(&t, file_of("t.svm", text, n), NULL);
        ck_assert(st == LGD_OK || st == LGD_EFORMAT);
        ck_assert((st == LGD_OK) == (t != NULL));
        lgd_table_free(t);
    }
    static const char *const packed[] = {LGD_TEST_DATA "/heart_scale.gz", LGD_TEST_DATA "/heart_scale.zst"};
    for (size_t i = 0; i < 2; i++) { /* what is packed and cut is refused, never a shorter table */
        file = fopen(packed[i], "r");
        const size_t all = fread(text, 1, 30000, file);
        fclose(file);
        for (size_t n = all - 1; n > 8; n -= 37) {
            lgd_table *t = NULL;
            const lgd_status st = lgd_libsvm_read(&t, file_of("t.gz", text, n), NULL);
            ck_assert_msg(st == LGD_EFORMAT || st == LGD_EIO || st == LGD_EUNSUPPORTED, "%zu bytes: %d", n, (int)st);
            ck_assert_ptr_null(t);
            if (n < 45)
                break;
        }
    }
    ck_assert_uint_gt(size, 27000);
    free(text);
    lgd_table_free(whole);
}
END_TEST

START_TEST(libsvm_mutated_texts_status_and_sound_table)
{
    static const char *const texts[] = {"1 1:2 3:4\n-1 2:5\n1 1:1e-3 2:-7.5 9:1\n",
                                        "\xEF\xBB\xBF+1 0:1 4294967296:2 # x\r\n0\r\n2 5:.5\r\n"};
    static const char *const spice[] = {
        ":", " ", "\n", "#", "-", "9", "0", "", "1e999", "nan", "\r", "1:1", "18446744073709551615", ".", ","};
    size_t read = 0;
    for (uint64_t seed = 0; seed < 4000; seed++) {
        double u[64];
        lgd_uniform(seed, 1000, 64, u);
        char bytes[512];
        size_t n = strlen(texts[seed % 2]);
        memcpy(bytes, texts[seed % 2], n);
        for (size_t i = 0, edits = 1 + seed / 2 % 3; i < edits; i++) {
            const size_t place = (size_t)(u[4 * i] * (double)n);
            const char *s = spice[(size_t)(u[4 * i + 2] * (sizeof spice / sizeof *spice))];
            if (u[4 * i + 1] < 0.3) {
                bytes[place] = (char)(u[4 * i + 2] * 256);
                continue;
            }
            memmove(bytes + place + strlen(s), bytes + place, n - place);
            memcpy(bytes + place, s, strlen(s));
            n += strlen(s);
        }
        const lgd_libsvm_options options = {.base = (lgd_index_base)(u[40] * 3),
                                            .cols = u[41] < 0.3 ? 9 : 0,
                                            .single = u[42] < 0.5,
                                            .binary = u[43]<0.3, .no_target = u[43]> 0.7};
        lgd_table *t = NULL;
        const lgd_status st = lgd_libsvm_read(&t, file_of("t.svm", bytes, n), &options);
        if (st) {
            ck_assert_ptr_null(t);
            ck_assert(st == LGD_EFORMAT || st == LGD_ERANGE);
            ck_assert_ptr_nonnull(strstr(lgd_last_error(), "t.svm:"));
            continue;
        }
        read++;
        lgd_matrix *A = NULL;
        ck_assert_msg(!lgd_table_matrix(&A, t), "%s", lgd_last_error()); /* which looks at every number */
        lgd_matrix_free(A);
        lgd_table_free(t);
    }
    ck_assert_uint_gt(read, 400);
    ck_assert_uint_lt(read, 3600);
}
END_TEST

/* ---- numbers as text */

START_TEST(libsvm_numbers_written_in_the_fewest_digits)
{
    const double value[] = {1,    -1,       0.5,       -0.0,       0,      0.1,    100,   1e9,      1e22,
                            1e-7, 0.708333, -2.5e-300, 123456.789, 5e-324, 1. / 3, 1e300, 0.1 + 0.2};
    enum { N = sizeof value / sizeof *value };
    const size_t row_start[] = {0, N};
    int32_t column[N];
    for (int j = 0; j < N; j++)
        column[j] = j;
    const lgd_csr d = {.rows = 1, .cols = N, .row_start = row_start, .column = column, .value = value};
    const double y = -1;
    ck_assert_int_eq(lgd_libsvm_write(path_of("n.svm"), &d, &y, LGD_INDEX_0), LGD_OK);
    char text[1000] = "";
    FILE *file = fopen(path_of("n.svm"), "r");
    text[fread(text, 1, 999, file)] = 0;
    fclose(file);
    ck_assert_str_eq(
        text,
        "-1 0:1 1:-1 2:0.5 3:-0 4:0 5:0.1 6:100 7:1000000000 8:1e+22 9:1e-07 10:0.708333 11:-2.5e-300 12:123456.789 "
        "13:5e-324 14:0.3333333333333333 15:1e+300 16:0.30000000000000004\n");
    ck_assert_int_eq(lgd_libsvm_write(path_of("n.svm"), &d, NULL, LGD_INDEX_AUTO), LGD_OK);
    lgd_table *t = read_of(path_of("n.svm"), NULL);
    ck_assert(t->y[0] == 0 && t->first_index == 1 && t->cols == N);
    lgd_table_free(t);
}
END_TEST

START_TEST(libsvm_largest_float_written_and_read_back)
{
    const float value[] = {FLT_MAX, -FLT_MAX, FLT_MIN, FLT_TRUE_MIN};
    enum { N = sizeof value / sizeof *value };
    const size_t row_start[] = {0, N};
    const int32_t column[N] = {0, 1, 2, 3};
    const lgd_csr d = {.rows = 1, .cols = N, .row_start = row_start, .column = column, .value_f32 = value};
    ck_assert_int_eq(lgd_libsvm_write(path_of("f.svm"), &d, NULL, LGD_INDEX_1), LGD_OK);
    lgd_table *t = read_of(path_of("f.svm"), &(lgd_libsvm_options){.single = true});
    ck_assert_mem_eq(t->sparse->value_f32, value, sizeof value);
    lgd_table_free(t);
    refused(text_file("1 1:3.4028235677973366e38\n"), &(lgd_libsvm_options){.single = true}, LGD_EFORMAT,
            "is beyond 3.40282e+38"); /* half a step beyond it */
}
END_TEST

START_TEST(digits_of_any_number_read_back)
{
    for (uint64_t i = 0; i < 200000; i++) {
        double x, u[3];
        lgd_uniform(i, 7, 3, u);
        uint64_t bits = (uint64_t)(u[0] * 4294967296) << 32 | (uint64_t)(u[1] * 4294967296);
        memcpy(&x, &bits, sizeof x);
        x = i % 3 == 0 ? x : i % 3 == 1 ? round((u[2] - 0.5) * 1e7) / 1000 : (u[2] - 0.5) * 2e9;
        if (!isfinite(x))
            continue;
        char text[LGD_DIGITS], shorter[LGD_DIGITS];
        const size_t length = lgd_digits(text, x, false);
        ck_assert_uint_eq(strlen(text), length);
        ck_assert_msg(strtod(text, NULL) == x, "%s for %.17g", text, x);
        snprintf(shorter, sizeof shorter, "%.14g", x);
        ck_assert(strtod(shorter, NULL) != x || strspn(text, "-0123456789.") < length || length <= 17);
        const float f = (float)x;
        if (!isfinite(f))
            continue;
        ck_assert_uint_eq(lgd_digits(text, f, true), strlen(text));
        ck_assert_msg((float)strtod(text, NULL) == f, "%s for %.9g", text, (double)f);
    }
}
END_TEST

/* ---- memory that runs out */

START_TEST(libsvm_kth_allocation_failing_enomem_and_nothing_kept)
{
    const char *path = text_file("3 1:1 2:0\n-2 4294967296:2\n5 1:1\n");
    lgd_set_memory(&counted);
    for (int persist = 0; persist < 2; persist++) {
        size_t k = 1;
        for (lgd_status st = LGD_ENOMEM; st; k++) {
            ledger = (struct ledger){.fail_at = k, .persist = persist};
            lgd_table *t = NULL;
            st = lgd_libsvm_read(&t, path, &(lgd_libsvm_options){.classes = true});
            ck_assert_msg(!st || st == LGD_ENOMEM, "allocation %zu: %s", k, lgd_last_error());
            ck_assert(!st == (t != NULL));
            lgd_table_free(t);
            ck_assert_uint_eq(ledger.live, 0);
        }
        ck_assert_uint_gt(k, 9);
    }
    lgd_set_memory(NULL);
}
END_TEST

/* ---- a file that changes between the passes */

static const char *changed_to;

static void *changing(void *ctx, size_t size, size_t alignment)
{
    (void)ctx;
    if (size >= 1000 * sizeof(double) && size < 1000 * sizeof(double) + 128) /* the table is made */
        file_of("c.svm", changed_to, strlen(changed_to));
    return aligned_alloc(alignment, (size + alignment) / alignment * alignment);
}

static void free_memory(void *ctx, void *memory)
{
    (void)ctx;
    free(memory);
}

START_TEST(libsvm_file_changing_while_read_eio)
{
    char text[20000] = "", more[sizeof text + 8];
    for (int i = 0; i < 1000; i++)
        strcat(text, "1 1:1 2:1\n");
    snprintf(more, sizeof more, "%s1 1:1\n", text);
    const char *const to[] = {more, "1 1:1\n", "1 1:1 2:1 3:1\n"};
    const lgd_memory memory = {changing, free_memory, NULL};
    for (size_t i = 0; i < 3; i++) {
        const char *path = file_of("c.svm", text, strlen(text));
        changed_to = to[i];
        lgd_set_memory(&memory);
        refused(path, NULL, LGD_EIO, "c.svm: the file");
        lgd_set_memory(NULL);
    }
}
END_TEST

/* ---- more numbers than 32 bits count */

/* 2^31 + 2^18 numbers in rows of 2^18, whose memory is the same pages over and over: 16 GiB of addresses, 2 MiB of memory. */
START_TEST(csr_of_numbers_beyond_32_bits_products_right)
{
    enum { EACH = 1 << 18, ROWS = (1 << 13) + 1 };
    const size_t piece = EACH * sizeof(float);
    char *block[2];
    for (int k = 0; k < 2; k++) {
        const int file = memfd_create("numbers", 0);
        ck_assert_int_eq(ftruncate(file, (off_t)piece), 0);
        block[k] = mmap(NULL, ROWS * piece, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        ck_assert(block[k] != MAP_FAILED);
        for (size_t i = 0; i < ROWS; i++)
            ck_assert(mmap(block[k] + i * piece, piece, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0) !=
                      MAP_FAILED);
        close(file);
    }
    int32_t *column = (int32_t *)block[0];
    float *value = (float *)block[1];
    for (int32_t j = 0; j < EACH; j++) {
        column[j] = 2 * j;
        value[j] = (float)(j % 5);
    }
    size_t *row_start = calloc(ROWS + 1, sizeof *row_start);
    double *w = calloc(2 * EACH, sizeof *w), *z = calloc(ROWS, sizeof *z), *g = calloc(2 * EACH, sizeof *g), sum = 0;
    for (size_t i = 0; i <= ROWS; i++)
        row_start[i] = i * EACH;
    for (size_t j = 0; j < 2 * EACH; j++)
        w[j] = (double)(j % 7);
    for (size_t j = 0; j < EACH; j++)
        sum += (double)(j % 5) * w[2 * j];
    ck_assert_uint_gt(row_start[ROWS], (size_t)INT32_MAX + 1);
    const lgd_csr d = {.rows = ROWS, .cols = 2 * EACH, .row_start = row_start, .column = column, .value_f32 = value};
    lgd_matrix *A = NULL;
    ck_assert_msg(!lgd_matrix_csr(&A, &d), "%s", lgd_last_error());
    const lgd_rows last = {.first = ROWS - 3, .count = 3};
    ck_assert(!lgd_matrix_forward(A, &last, 1, w, 1, z, 1));
    ck_assert(z[0] == sum && z[2] == sum); /* small integers, so that sums are exact */
    ck_assert(!lgd_matrix_adjoint(A, &last, 1, z, 1, g, 1));
    ck_assert(g[2] == 3 * sum && g[1] == 0 && g[2 * EACH - 2] == 3 * sum * ((EACH - 1) % 5));
    lgd_matrix_free(A);
    free(row_start);
    free(w);
    free(z);
    free(g);
    munmap(block[0], ROWS * piece);
    munmap(block[1], ROWS * piece);
}
END_TEST

int main(int argc, char **argv)
{
    if (!folder_make("/tmp"))
        return EXIT_FAILURE;
    comma = comma_locale_in(folder);
    Suite *s = suite_create("libsvm");
    if (argc > 1 && !strcmp(argv[1], "--whole")) {
        CASE(s, csr_of_numbers_beyond_32_bits_products_right);
    } else {
        CASE(s, libsvm_hostile_lines_refused_by_line_and_pair);
        CASE(s, libsvm_hostile_lines_under_comma_locale_same_refusals);
        CASE(s, libsvm_numbers_under_comma_locale_same_numbers_and_text);
        CASE(s, libsvm_unreadable_files_eio_with_the_reason);
        CASE(s, libsvm_arguments_out_of_range_refused);
        CASE(s, libsvm_options_of_another_size_taken_or_refused);
        CASE(s, libsvm_forms_of_text_same_table);
        CASE(s, libsvm_first_column_as_found_or_asked_and_said);
        CASE(s, libsvm_labels_become_their_places);
        CASE(s, libsvm_without_labels_lines_with_and_without_one);
        CASE(s, libsvm_indices_beyond_32_bits_columns_of_64);
        CASE(s, libsvm_lines_over_buffers_numbers_and_lines_right);
        CASE(s, libsvm_word_longer_than_a_buffer_refused_by_line);
        CASE(s, libsvm_line_of_200_mib_read_in_bounded_memory);
        CASE(s, heart_scale_read_as_by_others_and_as_its_table);
        CASE(s, heart_scale_packed_same_bits);
        CASE(s, agaricus_read_as_by_others_with_the_columns_of_the_training);
        CASE(s, agaricus_written_packed_or_not_and_read_again_same_bits);
        CASE(s, agaricus_separable_told_and_with_l2_the_test_right);
        CASE(s, libsvm_files_cut_anywhere_status_and_sound_table);
        CASE(s, libsvm_mutated_texts_status_and_sound_table);
        CASE(s, libsvm_numbers_written_in_the_fewest_digits);
        CASE(s, libsvm_largest_float_written_and_read_back);
        CASE(s, digits_of_any_number_read_back);
        CASE(s, libsvm_kth_allocation_failing_enomem_and_nothing_kept);
        CASE(s, libsvm_file_changing_while_read_eio);
    }
    const int failed = suite_run(s);
    return !folder_remove() || failed;
}
