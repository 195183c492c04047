/* Arrays of NumPy. Headers that are wrong in every way come first in a list, each with the sentence it must earn; what NumPy itself writes
 * is read in check_arrays.py. */
#include "suite.h"
#include "folder.h"
#include "ledger.h"
#include "io/npy.h"
#include "matrix/matrix.h"
#include <lgd.h>
#include <lgd/io.h>
#include <fcntl.h>
#include <float.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* A file of version 1.0 with a header of just this text, and `size` bytes of data behind it. */
static const char *array_of(const char *header, const void *data, size_t size)
{
    static unsigned char bytes[1 << 16];
    const size_t length = strlen(header);
    memcpy(bytes, "\x93NUMPY\1\0", 8);
    bytes[8] = (unsigned char)(length & 255);
    bytes[9] = (unsigned char)(length >> 8);
    memcpy(bytes + 10, header, length);
    memcpy(bytes + 10 + length, data, size);
    return file_of("a.npy", bytes, 10 + length + size);
}

static void says(const char *part)
{
    ck_assert_msg(strstr(lgd_last_error(), part) != NULL, "\"%s\" is not in: %s", part, lgd_last_error());
    ck_assert_ptr_null(strchr(lgd_last_error(), '\n'));
}

static void refused(const char *path, const lgd_npy_options *options, lgd_status status, const char *part)
{
    lgd_table *t = (lgd_table *)&t;
    const lgd_status st = lgd_npy_read(&t, path, options);
    ck_assert_ptr_null(t);
    ck_assert_msg(st == status, "%d in place of %d (%s): %s", (int)st, (int)status, part, lgd_last_error());
    says(part);
}

static lgd_table *table_of(const char *path, const lgd_npy_options *options)
{
    lgd_table *t = NULL;
    ck_assert_msg(lgd_npy_read(&t, path, options) == LGD_OK, "%s", lgd_last_error());
    return t;
}

/* ---- what is refused */

#define HEAD(descr, order, shape) "{'descr': " descr ", 'fortran_order': " order ", 'shape': " shape ", }\n"

static const struct hostile {
    const char *header;
    lgd_status status;
    const char *part;
} hostile[] = {
    /* no dictionary */
    {"", LGD_EFORMAT, "a.npy: the header is broken at \"\", a dictionary is expected"},
    {"\n", LGD_EFORMAT, "a dictionary is expected"},
    {"[]", LGD_EFORMAT, "the header is broken at \"[]\", a dictionary is expected"},
    {"{", LGD_EFORMAT, "a key in quotes is expected"},
    {"{}", LGD_EFORMAT, "the header says nothing of descr"},
    {"{'descr'}", LGD_EFORMAT, "broken at \"}\", a colon is expected"},
    {"{'descr", LGD_EFORMAT, "a key in quotes is expected"},
    {"{'de\\x73cr': '<f8'}", LGD_EFORMAT, "a key in quotes is expected"},
    {"{descr: '<f8'}", LGD_EFORMAT, "broken at \"descr: '<f8'}\", a key in quotes is expected"},
    {"{'descr': '<f8' 'shape': (1,)}", LGD_EFORMAT, "broken at \"'shape': (1,)}\", a comma or the end"},
    {"{'descr': '<f8'}", LGD_EFORMAT, "the header says nothing of fortran_order"},
    {"{'shape': (1,), 'descr': '<f8'}", LGD_EFORMAT, "the header says nothing of fortran_order"},
    {"{'descr': '<f8', 'fortran_order': False}", LGD_EFORMAT, "the header says nothing of shape"},
    {"{'descr': '<f8', 'descr': '<f8'}", LGD_EFORMAT, "each of descr, fortran_order and shape once"},
    {"{'descr': '<f8', 'size': 3}", LGD_EFORMAT,
     "broken at \"'size': 3}\", each of descr, fortran_order and shape once"},
    {HEAD("'<f8'", "False", "(1, 1)") "x", LGD_EFORMAT, "broken at \"x\", the end of the header is expected"},
    {"{,}", LGD_EFORMAT, "a key in quotes is expected"},
    {"{'descr': '<f8',, }", LGD_EFORMAT, "a key in quotes is expected"},
    {"\xEF\xBB\xBF{}", LGD_EFORMAT, "a dictionary is expected"},
    /* types */
    {HEAD("'<c16'", "False", "(1, 1)"), LGD_EUNSUPPORTED,
     "its elements are \"<c16\" (complex numbers), f8, f4, integers and"},
    {HEAD("'<f2'", "False", "(1, 1)"), LGD_EUNSUPPORTED, "\"<f2\" (floating point of another precision)"},
    {HEAD("'<f16'", "False", "(1, 1)"), LGD_EUNSUPPORTED, "\"<f16\" (floating point of another precision)"},
    {HEAD("'|O'", "False", "(1, 1)"), LGD_EUNSUPPORTED, "\"|O\" (objects of Python)"},
    {HEAD("'|S8'", "False", "(1, 1)"), LGD_EUNSUPPORTED, "(words)"},
    {HEAD("'<U8'", "False", "(1, 1)"), LGD_EUNSUPPORTED, "(words)"},
    {HEAD("'|V8'", "False", "(1, 1)"), LGD_EUNSUPPORTED, "(structures)"},
    {HEAD("'<M8[ns]'", "False", "(1, 1)"), LGD_EUNSUPPORTED, "(times)"},
    {HEAD("[('a', '<f8')]", "False", "(1,)"), LGD_EUNSUPPORTED, "its elements are structures"},
    {HEAD("'f8'", "False", "(1, 1)"), LGD_EUNSUPPORTED, "\"f8\" (of a type that is not known here)"},
    {HEAD("'=f8'", "False", "(1, 1)"), LGD_EUNSUPPORTED, "\"=f8\""},
    {HEAD("'|f8'", "False", "(1, 1)"), LGD_EUNSUPPORTED, "\"|f8\""},
    {HEAD("'<f7'", "False", "(1, 1)"), LGD_EUNSUPPORTED, "\"<f7\""},
    {HEAD("'<f1'", "False", "(1, 1)"), LGD_EUNSUPPORTED, "\"<f1\""},
    {HEAD("'<i3'", "False", "(1, 1)"), LGD_EUNSUPPORTED, "\"<i3\""},
    {HEAD("'<i16'", "False", "(1, 1)"), LGD_EUNSUPPORTED, "\"<i16\""},
    {HEAD("'<b8'", "False", "(1, 1)"), LGD_EUNSUPPORTED, "\"<b8\""},
    {HEAD("''", "False", "(1, 1)"), LGD_EUNSUPPORTED, "its elements are \"\""},
    {HEAD("8", "False", "(1, 1)"), LGD_EFORMAT, "a type such as '<f8' is expected"},
    {HEAD("'<f8", "False", "(1, 1)"), LGD_EUNSUPPORTED, "\"<f8, \""}, /* as far as the next quote */
    /* order */
    {HEAD("'<f8'", "false", "(1, 1)"), LGD_EFORMAT,
     "broken at \"false, 'shape': (1, 1), }?\", True or False is expected"},
    {HEAD("'<f8'", "0", "(1, 1)"), LGD_EFORMAT, "True or False is expected"},
    {HEAD("'<f8'", "Falsehood", "(1, 1)"), LGD_EFORMAT, "a comma or the end of the dictionary is expected"},
    /* shapes */
    {HEAD("'<f8'", "False", "()"), LGD_EFORMAT, "a.npy: its shape is (), one or two dimensions are accepted"},
    {HEAD("'<f8'", "False", "(1, 1, 1)"), LGD_EFORMAT, "its shape is (1, 1, 1), one or two dimensions are accepted"},
    {HEAD("'<f8'", "False", "(0, 1)"), LGD_EFORMAT,
     "its shape is (0, 1), at least one row and one column are accepted"},
    {HEAD("'<f8'", "False", "(1, 0)"), LGD_EFORMAT, "at least one row and one column"},
    {HEAD("'<f8'", "False", "(0,)"), LGD_EFORMAT, "at least one row and one column"},
    {HEAD("'<f8'", "False", "1"), LGD_EFORMAT, "a shape such as (100, 3) is expected"},
    {HEAD("'<f8'", "False", "[1, 1]"), LGD_EFORMAT, "a shape such as (100, 3) is expected"},
    {HEAD("'<f8'", "False", "(1)"), LGD_EFORMAT, "a comma of the shape is expected"},
    {HEAD("'<f8'", "False", "(-1, 1)"), LGD_EFORMAT, "broken at \"-1, 1), }?\", a number of the shape"},
    {HEAD("'<f8'", "False", "(+1, 1)"), LGD_EFORMAT, "a number of the shape"},
    {HEAD("'<f8'", "False", "(1e3, 1)"), LGD_EFORMAT, "a comma of the shape is expected"},
    {HEAD("'<f8'", "False", "(1.0, 1)"), LGD_EFORMAT, "a comma of the shape is expected"},
    {HEAD("'<f8'", "False", "(,)"), LGD_EFORMAT, "a number of the shape is expected"},
    {HEAD("'<f8'", "False", "(1,,1)"), LGD_EFORMAT, "a number of the shape is expected"},
    {HEAD("'<f8'", "False", "(1 1)"), LGD_EFORMAT, "a comma of the shape is expected"},
    {HEAD("'<f8'", "False", "(1, 1 1)"), LGD_EFORMAT, "the end of the shape is expected"},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1", LGD_EFORMAT, "the end of the shape is expected"},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (1,", LGD_EFORMAT, "a number of the shape is expected"},
    /* sizes: what the file cannot have, or nothing can */
    {HEAD("'<f8'", "False", "(2, 1)"), LGD_EFORMAT, "bytes, "},
    {HEAD("'<f8'", "False", "(2147483648, 1)"), LGD_EFORMAT, "is what 2147483648 x 1 numbers of 8 bytes take"},
    {HEAD("'<f8'", "False", "(4294967296, 4294967295)"), LGD_ERANGE,
     "4294967296 x 4294967295 numbers are more than an address can reach"},
    {HEAD("'<f8'", "False", "(1152921504606846976, 1)"), LGD_ERANGE, "more than an address can reach"},
    {HEAD("'<f8'", "False", "(1152921504606846975, 1)"), LGD_EFORMAT, "1152921504606846975 x 1 numbers"},
    {HEAD("'<f8'", "False", "(9223372036854775807, 1)"), LGD_ERANGE, "more than an address can reach"},
    {HEAD("'|u1'", "False", "(9223372036854775807, 1)"), LGD_EFORMAT, "9223372036854775807 x 1 numbers of 1 bytes"},
    {HEAD("'<f8'", "False", "(9223372036854775808, 1)"), LGD_ERANGE,
     "a number of its shape is beyond what an address can reach"},
    {HEAD("'<f8'", "False", "(18446744073709551617, 1)"), LGD_ERANGE, "a number of its shape is beyond"},
    {HEAD("'<f8'", "False", "(99999999999999999999999999999999999999999, 1)"), LGD_ERANGE,
     "a number of its shape is beyond"},
    {HEAD("'<f8'", "True", "(1, 99999999999999999999)"), LGD_ERANGE, "a number of its shape is beyond"},
};

START_TEST(npy_hostile_headers_each_by_its_sentence)
{
    const double one = 1;
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        ledger.calls = ledger.fail_at = ledger.live = ledger.peak = 0;
        lgd_set_memory(&counted);
        refused(array_of(hostile[i].header, &one, sizeof one), NULL, hostile[i].status, hostile[i].part);
        lgd_matrix *A = (lgd_matrix *)&A;
        ck_assert_int_eq(lgd_npy_stream(&A, path_of("a.npy"), NULL), hostile[i].status);
        ck_assert_ptr_null(A);
        says(hostile[i].part);
        lgd_set_memory(NULL);
        ck_assert_uint_eq(ledger.live, 0);
        ck_assert_uint_lt(ledger.peak, 1 << 20);
    }
}
END_TEST

/* In as many forms as there are of the same. */
START_TEST(npy_header_in_other_words_the_same_array)
{
    static const char *const same[] = {
        HEAD("'<f8'", "False", "(2, 1)"),
        "{'shape':(2,1),'fortran_order':False,'descr':'<f8'}",
        "  {\"shape\" : ( 2L , 1L , ) ,\t'fortran_order' : False , \"descr\": \"<f8\" , }  \n",
        HEAD("'<f8'", "False", "(2,)"),
        HEAD("'<f8'", "True", "(2, 1)"),
        HEAD("'<f8'", "False", "(0000000000000000000000000000002, 1)"),
    };
    const double two[] = {3, -4};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        lgd_table *t = table_of(array_of(same[i], two, sizeof two), NULL);
        ck_assert(t->rows == 2 && t->cols == 1 && t->X[0] == 3 && t->X[1] == -4);
        ck_assert(!t->y && !t->names && !t->target && !t->X_f32 && !t->sparse);
        ck_assert_msg(strstr(t->notes, "a.npy: 2 rows, 1 columns, floats of 8 bytes\n") != NULL, "%s", t->notes);
        lgd_table_free(t);
    }
}
END_TEST

START_TEST(npy_beginnings_that_are_none_refused)
{
    refused(path_of("nowhere"), NULL, LGD_EIO, "/nowhere: No such file or directory");
    refused(folder, NULL, LGD_EIO, "this is a directory");
    refused("/dev/zero", NULL, LGD_EIO, "no regular file");
    refused(file_of("e", "", 0), NULL, LGD_EFORMAT, "/e: this is no array of NumPy, which begins with \\x93NUMPY");
    refused(file_of("e", "1,2\n3,4\n5,6\n", 12), NULL, LGD_EFORMAT, "no array of NumPy");
    refused(file_of("e", "\x93NUMPX\1\0\0\0{}", 12), NULL, LGD_EFORMAT, "no array of NumPy");
    refused(file_of("e", "\x93NUMPY\0\0\0\0{}", 12), NULL, LGD_EUNSUPPORTED,
            "the version of the format is 0.0, 1.0 to 3.0");
    refused(file_of("e", "\x93NUMPY\4\0\0\0{}", 12), NULL, LGD_EUNSUPPORTED, "is 4.0");
    refused(file_of("e", "\x93NUMPY\1\1\0\0{}", 12), NULL, LGD_EUNSUPPORTED, "is 1.1");
    refused(file_of("e", "\x93NUMPY\1\0\xFF\xFF{}", 12), NULL, LGD_EFORMAT, "the file ends within its header");
    refused(file_of("e", "\x93NUMPY\2\0\xFF\xFF\xFF\xFF{}", 14), NULL, LGD_EFORMAT,
            "the header is said to have 4294967295 bytes, at most 65536 are accepted");
    refused(file_of("e", "\x93NUMPY\3\0\1\0\1\0{}", 14), NULL, LGD_EFORMAT, "to have 65537 bytes");
}
END_TEST

START_TEST(npy_file_cut_at_any_byte_or_longer_refused)
{
    double data[6] = {1, 2, 3, 4, 5, 6};
    unsigned char bytes[256], again[256];
    const char *path = array_of(HEAD("'<f8'", "False", "(2, 3)"), data, sizeof data);
    FILE *file = fopen(path, "r");
    const size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    memcpy(again, bytes, size);
    lgd_table *t = table_of(path, NULL);
    lgd_table_free(t);
    lgd_matrix *A;
    for (size_t cut = 0; cut < size; cut++) {
        refused(file_of("c.npy", bytes, cut), NULL, LGD_EFORMAT, "/c.npy: ");
        ck_assert_int_eq(lgd_npy_stream(&A, path_of("c.npy"), NULL), LGD_EFORMAT);
        ck_assert_int_eq(lgd_npy_stream(&A, path_of("c.npy"), &(lgd_npy_stream_options){.mapped = true}), LGD_EFORMAT);
    }
    bytes[size] = 0;
    refused(file_of("c.npy", bytes, size + 1), NULL, LGD_EFORMAT, "bytes, ");
}
END_TEST

START_TEST(npy_options_that_are_none_refused)
{
    const double data[6] = {1, 2, 3, 4, 5, 6};
    const char *path = array_of(HEAD("'<f8'", "False", "(2, 3)"), data, sizeof data);
    lgd_table *t;
    ck_assert_int_eq(lgd_npy_read(NULL, path, NULL), LGD_EINVAL);
    says("npy: out is NULL");
    refused(NULL, NULL, LGD_EINVAL, "npy: path is NULL");
    refused(path, &(lgd_npy_options){.target = 4}, LGD_EINVAL, "npy: target is 4, a column of ");
    refused(path, &(lgd_npy_options){.target = 4}, LGD_EINVAL, "a.npy from 1 to 3 is accepted (0: none)");
    refused(path, &(lgd_npy_options){.target = SIZE_MAX}, LGD_EINVAL, "target is");
    refused(path, &(lgd_npy_options){.target = 1, .target_path = path}, LGD_EINVAL, "beside it no target_path");
    refused(path, &(lgd_npy_options){.target = 1, .target_member = "y"}, LGD_EINVAL, "beside it no target_path");
    refused(path, &(lgd_npy_options){.target_only = true}, LGD_EINVAL, "target_only is true, a target beside it");
    refused(path, &(lgd_npy_options){.binary = true}, LGD_EINVAL, "binary is true, a target beside it");
    refused(path, &(lgd_npy_options){.classes = true}, LGD_EINVAL, "classes is true, a target beside it");
    refused(path, &(lgd_npy_options){.target = 1, .binary = true, .classes = true}, LGD_EINVAL,
            "binary and classes are both true");
    refused(path, &(lgd_npy_options){.target_only = true, .target_path = path}, LGD_EINVAL,
            "read the file of the target itself");
    refused(path, &(lgd_npy_options){.member = "X"}, LGD_EFORMAT, "a member is asked for, but this is no zip archive");
    refused(path, &(lgd_npy_options){.max_bytes = 47}, LGD_ERANGE,
            "the table of 2 x 3 numbers takes 48 bytes, max_bytes allows 47");
    refused(path, &(lgd_npy_options){.max_bytes = SIZE_MAX}, LGD_EINVAL, "max_bytes");
    refused(path, &(lgd_npy_options){.target_path = path}, LGD_EINVAL,
            "the target is 2 x 3 numbers, one column of the 2 rows");
    const struct {
        lgd_npy_options known;
        size_t more;
    } newer = {{.target = 1}, 1};
    ck_assert_int_eq(lgd_npy_read_sized(&t, path, &newer.known, sizeof newer), LGD_EUNSUPPORTED);
    lgd_npy_write(path_of("y.npy"), 2, 0, data, 1);
    refused(path_of("y.npy"), &(lgd_npy_options){.target = 1}, LGD_EFORMAT, "there is no column beside the target");
    t = table_of(path, &(lgd_npy_options){.max_bytes = 48});
    lgd_table_free(t);
}
END_TEST

START_TEST(npy_labels_mapped_as_of_other_readers)
{
    const double data[8] = {1, -1, 2, 7, 3, -1, 4, 7};
    const char *path = array_of(HEAD("'<f8'", "False", "(4, 2)"), data, sizeof data);
    lgd_table *t = table_of(path, &(lgd_npy_options){.target = 2, .binary = true});
    ck_assert(t->cols == 1 && t->y[0] == 0 && t->y[1] == 1 && t->y[2] == 0 && t->y[3] == 1);
    ck_assert_uint_eq(t->class_count, 2);
    ck_assert_str_eq(t->class_names[1], "7");
    ck_assert_str_eq(t->target, "target");
    ck_assert_ptr_nonnull(strstr(t->notes, "target: column 2\nlabels: -1 became 0 and 7 became 1\n"));
    lgd_table_free(t);
    t = table_of(path, &(lgd_npy_options){.target = 1, .classes = true, .target_only = true});
    ck_assert(t->cols == 0 && !t->X && t->y[3] == 3 && t->class_count == 4);
    lgd_matrix *A;
    ck_assert_int_eq(lgd_table_matrix(&A, t), LGD_EINVAL);
    lgd_table_free(t);
    refused(path, &(lgd_npy_options){.target = 1, .binary = true}, LGD_EFORMAT,
            "the target in row 2 (from 0) is 3, the third value");
}
END_TEST

/* ---- packed */

#ifdef LGD_ARCHIVE

START_TEST(npy_packed_file_that_lies_about_its_size_refused_without_memory)
{
    char head[LGD_NPY_HEAD];
    static const double zeros[64];
    const struct {
        size_t rows;
        const char *part;
    } lies[] = {{(size_t)1 << 40, "behind the header there are fewer bytes than the "},
                {65, "fewer bytes"},
                {63, "more bytes"}};
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        lgd_npy_make_head(head, lies[i].rows, 8, false);
        lgd_output *out;
        ck_assert_int_eq(lgd_output_open(&out, "test", path_of("l.npy.gz")), LGD_OK);
        ck_assert_int_eq(lgd_output_write(out, head, sizeof head), LGD_OK);
        for (int row = 0; row < 64 / 8; row++)
            ck_assert_int_eq(lgd_output_write(out, zeros, sizeof zeros), LGD_OK);
        ck_assert_int_eq(lgd_output_commit(out), LGD_OK);
        lgd_output_close(out);
        ledger.fail_at = ledger.live = ledger.peak = 0;
        lgd_set_memory(&counted);
        refused(path_of("l.npy.gz"), NULL, LGD_EFORMAT, lies[i].part);
        lgd_set_memory(NULL);
        ck_assert_uint_lt(ledger.peak, 1 << 20);
        ck_assert_uint_eq(ledger.live, 0);
    }
}
END_TEST

#endif

START_TEST(npy_kth_allocation_failing_enomem_and_nothing_kept)
{
#ifdef LGD_ARCHIVE
    enum { WAYS = 5 };
#else
    enum { WAYS = 4 };
#endif
    double data[60];
    for (int i = 0; i < 60; i++)
        data[i] = i % 3;
    char path[256], y[256];
    snprintf(path, sizeof path, "%s", path_of("x.npy"));
    snprintf(y, sizeof y, "%s", path_of("y.npy"));
    ck_assert_int_eq(lgd_npy_write(path, 20, 3, data, 3), LGD_OK);
    ck_assert_int_eq(lgd_npy_write(y, 20, 0, data, 1), LGD_OK);
    lgd_set_memory(&counted);
    for (int what = 0; what < WAYS; what++) {
        size_t k = 1;
        for (lgd_status st = LGD_ENOMEM; st; k++) {
            ledger.calls = ledger.live = ledger.peak = 0;
            ledger.fail_at = k;
            lgd_table *t = NULL;
            lgd_matrix *A = NULL;
            st = what == 0   ? lgd_npy_read(&t, path, &(lgd_npy_options){.target_path = y, .classes = true})
                 : what == 1 ? lgd_npy_stream(&A, path, &(lgd_npy_stream_options){.target = 2})
                 : what == 2 ? lgd_npy_stream(&A, path, &(lgd_npy_stream_options){.mapped = true})
                 : what == 3 ? lgd_npy_write(y, 20, 0, data, 1)
                             : lgd_npz_write(path_of("x.npz"), 20, 3, data, 3, data);
            ck_assert_msg(st == LGD_OK || st == LGD_ENOMEM, "%s", lgd_last_error());
            ck_assert(st == LGD_OK || (!t && !A));
            lgd_table_free(t);
            lgd_matrix_free(A);
            ck_assert_uint_eq(ledger.live, 0);
        }
        ck_assert_uint_gt(k, 3);
    }
    lgd_set_memory(NULL);
}
END_TEST

/* ---- written */

START_TEST(npy_written_numbers_read_back_to_the_bit)
{
    double data[12] = {0, -0.0, DBL_MIN, 4.9e-324, DBL_MAX, -DBL_MAX, 0.1, 1e308, 3, 4, 5, 6};
    float single[12] = {0, -0.0F, FLT_MIN, 1e-45F, FLT_MAX, -FLT_MAX, 0.1F, 1, 2, 3, 4, 5};
    const char *path = path_of("w.npy");
    ck_assert_int_eq(lgd_npy_write(path, 3, 2, data, 4), LGD_OK);
    lgd_table *t = table_of(path, NULL);
    ck_assert(t->rows == 3 && t->cols == 2);
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(memcmp(t->X + 2 * i, data + 4 * i, 2 * sizeof *data), 0);
    lgd_table_free(t);
    ck_assert_int_eq(lgd_npy_write_f32(path, 4, 3, single, 3), LGD_OK);
    t = table_of(path, NULL);
    ck_assert(t->rows == 4 && t->cols == 3 && !t->X);
    ck_assert_int_eq(memcmp(t->X_f32, single, sizeof single), 0);
    lgd_table_free(t);
    ck_assert_int_eq(lgd_npy_write_f32(path, 6, 0, single, 2), LGD_OK);
    t = table_of(path, NULL);
    ck_assert(t->rows == 6 && t->cols == 1 && t->X_f32[3] == FLT_MAX * 0 + single[6]);
    lgd_table_free(t);
    ck_assert_int_eq(lgd_npy_write(NULL, 3, 2, data, 4), LGD_EINVAL);
    ck_assert_int_eq(lgd_npy_write(path, 3, 2, NULL, 4), LGD_EINVAL);
    says("npy: data is NULL");
    ck_assert_int_eq(lgd_npy_write(path, 3, 2, data, 1), LGD_EINVAL);
    says("npy: ld is 1, at least 2 is accepted");
    ck_assert_int_eq(lgd_npy_write(path, 3, 0, data, 0), LGD_EINVAL);
    ck_assert_int_eq(lgd_npy_write(path, SIZE_MAX, 1, data, 1), LGD_EINVAL);
    ck_assert_int_eq(lgd_npy_write(path, SIZE_MAX / 4, 1, data, 1), LGD_ERANGE);
    ck_assert_int_eq(lgd_npy_write("/dev/full", 3, 2, data, 2), LGD_EIO);
    says("/dev/full: No space left on device");
    t = table_of(path, NULL);
    ck_assert_uint_eq(t->rows, 6);
    lgd_table_free(t);
}
END_TEST

START_TEST(npz_written_members_read_back_to_the_bit)
{
    const double X[8] = {0, -0.0, NAN, 4.9e-324, DBL_MAX, NAN, 0.1, 3}, y[3] = {1, -0.0, 1e300};
    const float single[6] = {1, FLT_MAX, -0.0F, 1e-45F, 3, 4};
    const char *path = path_of("w.npz");
#ifdef LGD_ARCHIVE
    const lgd_npy_options options = {.member = "X", .target_member = "y"};
    ck_assert_int_eq(lgd_npz_write(path, 3, 2, X, 3, y), LGD_OK);
    lgd_table *t = table_of(path, &options);
    ck_assert(t->rows == 3 && t->cols == 2 && t->X);
    for (size_t i = 0; i < 3; i++)
        ck_assert_mem_eq(t->X + 2 * i, X + 3 * i, 2 * sizeof *X);
    ck_assert_mem_eq(t->y, y, sizeof y);
    lgd_table_free(t);
    ck_assert_int_eq(lgd_npz_write_f32(path, 3, 2, single, 2, y), LGD_OK);
    t = table_of(path, &options);
    ck_assert(t->rows == 3 && t->cols == 2 && !t->X);
    ck_assert_mem_eq(t->X_f32, single, sizeof single);
    lgd_table_free(t);
    ck_assert_int_eq(lgd_npz_write(path, 1, 2, X, 2, NULL), LGD_OK); /* the only one there is */
    t = table_of(path, NULL);
    ck_assert(t->rows == 1 && t->cols == 2 && !t->y);
    lgd_table_free(t);
    const size_t rows = 300000; /* members that are larger than what is written at once */
    double *many = calloc(rows, sizeof *many);
    ck_assert_ptr_nonnull(many);
    many[rows - 1] = 5;
    ck_assert_int_eq(lgd_npz_write(path, rows, 1, many, 1, many), LGD_OK);
    t = table_of(path, &options);
    ck_assert(t->rows == rows && t->X[rows - 1] == 5 && t->y[rows - 1] == 5 && t->X[rows - 2] == 0);
    lgd_table_free(t);
    free(many);
    ck_assert_int_eq(lgd_npz_write("/dev/full", 3, 2, X, 2, y), LGD_EIO);
    says("/dev/full: No space left on device");
#else
    ck_assert_int_eq(lgd_npz_write(path, 3, 2, X, 3, y), LGD_EUNSUPPORTED);
    says("built without (libarchive does it)");
    ck_assert_int_ne(access(path, F_OK), 0);
#endif
    ck_assert_int_eq(lgd_npz_write(NULL, 3, 2, X, 2, y), LGD_EINVAL);
    says("npz: path is NULL");
    ck_assert_int_eq(lgd_npz_write(path, 3, 2, NULL, 2, y), LGD_EINVAL);
    says("npz: X is NULL");
    ck_assert_int_eq(lgd_npz_write(path, 3, 2, X, 1, y), LGD_EINVAL);
    says("npz: ld is 1, at least 2 is accepted");
    ck_assert_int_eq(lgd_npz_write_f32(path, 3, 0, single, 1, y), LGD_EINVAL);
    says("npz: cols is 0, at least 1 is accepted");
    ck_assert_int_eq(lgd_npz_write(path, SIZE_MAX / 4, 1, X, 1, y), LGD_ERANGE);
    static const char *const packed[] = {"p.npz.gz", "p.npz.zst", "p.npz.xz", "p.npz.bz2", "p.npz.lz4"};
    for (size_t i = 0; i < sizeof packed / sizeof *packed; i++) { /* which nobody could read again */
        ck_assert_int_eq(lgd_npz_write(path_of(packed[i]), 3, 2, X, 3, y), LGD_EUNSUPPORTED);
        says(".npz is accepted");
        ck_assert_int_eq(lgd_npz_write_f32(path_of(packed[i]), 3, 2, single, 2, NULL), LGD_EUNSUPPORTED);
        ck_assert_int_ne(access(path_of(packed[i]), F_OK), 0);
    }
}
END_TEST

/* ---- streamed and mapped */

enum { ROWS = 3000, COLS = 7 };

/* A large enough array, and its products with the kernel of rows. */
static double *random_array(size_t count)
{
    double *x = malloc(count * sizeof *x);
    lgd_uniform(5, 0, count, x);
    return x;
}

/* Value and gradient of logistic regression over rows in an order of their own. */
static void products(lgd_matrix *A, double *out)
{
    static double y[ROWS];
    static size_t index[ROWS];
    double w[COLS];
    lgd_permutation(3, 1, ROWS, index);
    for (size_t i = 0; i < ROWS; i++)
        y[i] = (double)(i % 2);
    for (size_t j = 0; j < COLS; j++)
        w[j] = 0.1 * (double)j - 0.2;
    lgd_objective *f = NULL;
    ck_assert_int_eq(lgd_matrix_set_kernel(A, LGD_KERNEL_ROWS), LGD_OK);
    ck_assert_msg(!lgd_glm_create(&f, A, y, lgd_loss_logistic(), NULL), "%s", lgd_last_error());
    for (size_t i = 0; i < 10; i++) {
        const lgd_rows rows = {i * 300, 300, i % 2 ? index : NULL};
        ck_assert_msg(!lgd_objective_eval(f, &rows, w, out + i * (COLS + 1), out + i * (COLS + 1) + 1), "%s",
                      lgd_last_error());
    }
    lgd_objective_free(f);
}

START_TEST(npy_stream_and_map_the_bits_of_the_array_in_memory)
{
    double *x = random_array((size_t)ROWS * COLS), in_memory[10 * (COLS + 1)] = {0}, of_file[10 * (COLS + 1)] = {0};
    float *single = malloc((size_t)ROWS * COLS * sizeof *single);
    for (size_t i = 0; i < (size_t)ROWS * COLS; i++)
        single[i] = (float)x[i];
    char path[256];
    snprintf(path, sizeof path, "%s", path_of("s.npy"));
    for (int floats = 0; floats < 2; floats++) {
        ck_assert_int_eq(floats ? lgd_npy_write_f32(path, ROWS, COLS, single, COLS)
                                : lgd_npy_write(path, ROWS, COLS, x, COLS),
                         LGD_OK);
        for (size_t target = 0; target <= COLS; target += target ? 3 : 1) { /* 0, 1, 4, 7 */
            lgd_table *t = table_of(path, &(lgd_npy_options){.target = target});
            lgd_matrix *A = NULL;
            ck_assert_int_eq(lgd_table_matrix(&A, t), LGD_OK);
            products(A, in_memory);
            lgd_matrix_free(A);
            const lgd_npy_stream_options how[] = {{.target = target},
                                                  {.target = target, .block_rows = 100, .memory = 20000},
                                                  {.target = target, .block_rows = 64, .synchronous = true},
                                                  {.target = target, .mapped = true}};
            for (size_t i = 0; i < sizeof how / sizeof *how; i++) {
                if (how[i].mapped && target == 4)
                    continue;
                ck_assert_msg(!lgd_npy_stream(&A, path, how + i), "%s", lgd_last_error());
                ck_assert(lgd_matrix_rows(A) == ROWS && lgd_matrix_cols(A) == t->cols);
                ck_assert_uint_eq(lgd_matrix_block_rows(A) == how[i].block_rows,
                                  how[i].block_rows != 0 || how[i].mapped);
                products(A, of_file);
                ck_assert_int_eq(memcmp(in_memory, of_file, sizeof of_file), 0);
                double error;
                ck_assert_msg(!lgd_matrix_check(A, 1, &error), "%s", lgd_last_error());
                lgd_matrix_free(A);
            }
            lgd_table_free(t);
        }
    }
    free(single);
    free(x);
}
END_TEST

static void no_stream(const char *path, const lgd_npy_stream_options *options, lgd_status status, const char *part)
{
    lgd_matrix *A = (lgd_matrix *)&A;
    const lgd_status st = lgd_npy_stream(&A, path, options);
    ck_assert_ptr_null(A);
    ck_assert_msg(st == status, "%d in place of %d (%s): %s", (int)st, (int)status, part, lgd_last_error());
    says(part);
}

START_TEST(npy_stream_what_it_does_not_take_refused)
{
    const double data[6] = {1, 2, 3, 4, 5, NAN};
    const char *path = array_of("  " HEAD("'<f8'", "False", "(2, 3)"), data, sizeof data);
    ck_assert_int_eq(lgd_npy_stream(NULL, path, NULL), LGD_EINVAL);
    ck_assert_int_eq(lgd_npy_stream_sized(NULL, path, NULL, 0), LGD_EINVAL);
    no_stream(NULL, NULL, LGD_EINVAL, "npy: path is NULL");
    no_stream("/dev/zero", NULL, LGD_EIO, "no regular file");
    no_stream(path, &(lgd_npy_stream_options){.target = 4}, LGD_EINVAL, "target is 4, a column of ");
    no_stream(path, &(lgd_npy_stream_options){.mapped = true, .memory = 1}, LGD_EINVAL,
              "mapped is true, no block_rows");
    no_stream(path, &(lgd_npy_stream_options){.raw_single = true}, LGD_EINVAL, "raw_cols is 0");
    no_stream(path, &(lgd_npy_stream_options){.mapped = true}, LGD_EINVAL, "row 1, column 2 (from 0) is nan");
    no_stream(path, &(lgd_npy_stream_options){.memory = 1}, LGD_EINVAL, "memory");
    no_stream(path, &(lgd_npy_stream_options){.raw_cols = 7}, LGD_EFORMAT, "a multiple of 1 rows of 56 is accepted");
    no_stream(path, &(lgd_npy_stream_options){.raw_cols = 1, .raw_rows = 2}, LGD_EFORMAT, ", 2 rows of 8 is accepted");
    no_stream(path, &(lgd_npy_stream_options){.raw_cols = SIZE_MAX / 4}, LGD_EFORMAT, "behind the first 0 bytes");
    no_stream(path, &(lgd_npy_stream_options){.raw_cols = 1, .raw_offset = 1000}, LGD_EFORMAT, "there are 0");
    no_stream(file_of("e", "", 0), &(lgd_npy_stream_options){.raw_cols = 1}, LGD_EFORMAT, "there are 0");
    path = array_of(HEAD("'<f8'", "True", "(2, 3)"), data, sizeof data);
    no_stream(path, NULL, LGD_EUNSUPPORTED,
              "by columns (fortran_order), rows are accepted; hint: numpy.ascontiguousarray");
    path = array_of(" " HEAD("'<f8'", "False", "(2, 3)"), data, sizeof data);
    no_stream(path, &(lgd_npy_stream_options){.mapped = true}, LGD_EUNSUPPORTED,
              "a multiple of 8 is accepted if they are mapped");
}
END_TEST

/* Numbers without a header may begin with any bytes, those of a packed file too. */
START_TEST(npy_stream_raw_numbers_that_begin_as_a_packed_file_are_numbers)
{
    static const char *const begin[] = {"\x1F\x8B", "\x28\xB5\x2F\xFD", "BZh", "\x04\x22\x4D\x18", "PK\3\4"};
    for (size_t i = 0; i < 2 * sizeof begin / sizeof *begin; i++) {
        double data[4] = {1, 2, 3, 4}, z[2];
        const double w[2] = {1, 0};
        memcpy(data, begin[i / 2], strlen(begin[i / 2]));
        const char *path = file_of("raw", data, sizeof data);
        const lgd_npy_stream_options options = {.raw_cols = 2, .mapped = i % 2};
        lgd_matrix *A;
        ck_assert_msg(!lgd_npy_stream(&A, path, &options), "%s", lgd_last_error());
        ck_assert_int_eq(lgd_matrix_forward(A, NULL, 1, w, 1, z, 1), LGD_OK);
        ck_assert_mem_eq(z, data, sizeof *z);
        ck_assert_double_eq(z[1], 3);
        lgd_matrix_free(A);
    }
}
END_TEST

/* A NaN is found when its row is read. */
START_TEST(npy_stream_number_that_is_none_told_by_the_call_that_needs_it)
{
    double *x = random_array((size_t)ROWS * COLS), z[1];
    const double w[COLS] = {1};
    x[2000 * COLS + 4] = -INFINITY;
    const char *path = path_of("s.npy");
    ck_assert_int_eq(lgd_npy_write(path, ROWS, COLS, x, COLS), LGD_OK);
    refused(path, NULL, LGD_EFORMAT, "the number in row 2000, column 4 (from 0) is -inf");
    lgd_matrix *A;
    ck_assert_int_eq(lgd_npy_stream(&A, path, &(lgd_npy_stream_options){.block_rows = 10}), LGD_OK);
    ck_assert_int_eq(lgd_matrix_forward(A, &(lgd_rows){17, 1, NULL}, 1, w, 1, z, 1), LGD_OK);
    ck_assert(z[0] == x[17 * COLS]);
    ck_assert_int_eq(lgd_matrix_forward(A, &(lgd_rows){2000, 1, NULL}, 1, w, 1, z, 1), LGD_EINVAL);
    says("row 2000, column 4");
    lgd_matrix_free(A);
    free(x);
}
END_TEST

START_TEST(npy_stream_file_that_shrinks_eio_by_row)
{
    double *x = random_array((size_t)ROWS * COLS), z[1];
    const double w[COLS] = {1};
    char path[256];
    snprintf(path, sizeof path, "%s", path_of("s.npy"));
    ck_assert_int_eq(lgd_npy_write(path, ROWS, COLS, x, COLS), LGD_OK);
    lgd_matrix *A;
    ck_assert_int_eq(lgd_npy_stream(&A, path, &(lgd_npy_stream_options){.block_rows = 10}), LGD_OK);
    ck_assert_int_eq(lgd_matrix_forward(A, &(lgd_rows){0, 1, NULL}, 1, w, 1, z, 1), LGD_OK);
    ck_assert_int_eq(truncate(path, LGD_NPY_HEAD + (1500 * COLS + 3) * sizeof *x), 0);
    ck_assert_int_eq(lgd_matrix_forward(A, &(lgd_rows){2500, 1, NULL}, 1, w, 1, z, 1), LGD_EIO);
    says("/s.npy: the file ends in row ");
    says("it had 3000 rows when it was opened");
    ck_assert_int_eq(lgd_matrix_forward(A, &(lgd_rows){1490, 1, NULL}, 1, w, 1, z, 1), LGD_OK);
    ck_assert_int_eq(lgd_matrix_forward(A, &(lgd_rows){1500, 1, NULL}, 1, w, 1, z, 1), LGD_EIO);
    says("the file ends in row 1500 (from 0)");
    lgd_matrix_free(A);
    free(x);
}
END_TEST

/* As the header says: behind the end of the file it is SIGBUS, and the library installs no handler. */
START_TEST(npy_map_file_that_shrinks_ends_the_process_by_sigbus)
{
    double *x = random_array((size_t)ROWS * COLS);
    char path[256];
    snprintf(path, sizeof path, "%s", path_of("s.npy"));
    ck_assert_int_eq(lgd_npy_write(path, ROWS, COLS, x, COLS), LGD_OK);
    free(x);
    const pid_t child = fork();
    if (child == 0) {
        signal(SIGBUS, SIG_DFL); /* a sanitizer's */
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        const double w[COLS] = {1};
        double z[1];
        lgd_matrix *A;
        if (lgd_npy_stream(&A, path, &(lgd_npy_stream_options){.mapped = true}) || truncate(path, 4096))
            _exit(1);
        if (lgd_matrix_forward(A, &(lgd_rows){1, 1, NULL}, 1, w, 1, z, 1)) /* what is still there is read as before */
            _exit(2);
        lgd_matrix_forward(A, &(lgd_rows){ROWS - 1, 1, NULL}, 1, w, 1, z, 1);
        _exit(3);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFSIGNALED(status), "ended by %d", WEXITSTATUS(status));
    ck_assert_int_eq(WTERMSIG(status), SIGBUS);
}
END_TEST

static void begin(void)
{
    ck_assert(folder_make("/tmp"));
}

static void end(void)
{
    ck_assert(folder_remove());
}

int main(void)
{
    Suite *s = suite_create("npy");
#define ONE(test)                                                                                                      \
    do {                                                                                                               \
        TCase *t = tcase_create(#test);                                                                                \
        tcase_set_timeout(t, 120);                                                                                     \
        tcase_add_checked_fixture(t, begin, end);                                                                      \
        tcase_add_test(t, test);                                                                                       \
        suite_add_tcase(s, t);                                                                                         \
    } while (0)
    ONE(npy_hostile_headers_each_by_its_sentence);
    ONE(npy_header_in_other_words_the_same_array);
    ONE(npy_beginnings_that_are_none_refused);
    ONE(npy_file_cut_at_any_byte_or_longer_refused);
    ONE(npy_options_that_are_none_refused);
    ONE(npy_labels_mapped_as_of_other_readers);
#ifdef LGD_ARCHIVE
    ONE(npy_packed_file_that_lies_about_its_size_refused_without_memory);
#endif
    ONE(npy_kth_allocation_failing_enomem_and_nothing_kept);
    ONE(npy_written_numbers_read_back_to_the_bit);
    ONE(npz_written_members_read_back_to_the_bit);
    ONE(npy_stream_and_map_the_bits_of_the_array_in_memory);
    ONE(npy_stream_what_it_does_not_take_refused);
    ONE(npy_stream_raw_numbers_that_begin_as_a_packed_file_are_numbers);
    ONE(npy_stream_number_that_is_none_told_by_the_call_that_needs_it);
    ONE(npy_stream_file_that_shrinks_eio_by_row);
    ONE(npy_map_file_that_shrinks_ends_the_process_by_sigbus);
    return suite_run(s);
}
