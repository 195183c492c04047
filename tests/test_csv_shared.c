/* libgd-io beside libgd as a program has them, as shared libraries: one last error, one memory hook. */
#include "suite.h"
#include <lgd.h>
#include <lgd/io.h>
#include <string.h>

static size_t calls, live;

static void *counting(void *ctx, size_t size, size_t alignment)
{
    (void)ctx;
    void *memory = aligned_alloc(alignment, size);
    calls++;
    live += memory != NULL;
    return memory;
}

static void uncounting(void *ctx, void *memory)
{
    (void)ctx;
    live--;
    free(memory);
}

START_TEST(shared_io_failure_sentence_in_last_error)
{
    lgd_table *t = NULL;
    ck_assert_int_eq(lgd_csv_read(&t, "/nowhere/at/all.csv", NULL), LGD_EIO);
    ck_assert_str_eq(lgd_last_error(), "/nowhere/at/all.csv: No such file or directory");
}
END_TEST

START_TEST(shared_io_memory_by_the_hook)
{
    static const lgd_memory counted = {counting, uncounting, NULL};
    lgd_set_memory(&counted);
    lgd_table *t = NULL;
    ck_assert_int_eq(lgd_csv_read(&t, LGD_TEST_DATA "/breast_cancer.csv", &(lgd_csv_options){.skip_lines = 1}), LGD_OK);
    ck_assert_uint_eq(live, 5); /* the table, X, y, names, notes */
    ck_assert_uint_gt(calls, live);
    lgd_table_free(t);
    ck_assert_uint_eq(live, 0);
    lgd_set_memory(NULL);
}
END_TEST

START_TEST(set_error_own_sentence_in_last_error)
{
    char text[600];
    memset(text, 'x', sizeof text);
    text[599] = 0;
    ck_assert_int_eq(lgd_set_error(LGD_EUSER, "sensor: no reading, 100 % of them %s"), LGD_EUSER);
    ck_assert_str_eq(lgd_last_error(), "sensor: no reading, 100 % of them %s");
    ck_assert_int_eq(lgd_set_error(LGD_EIO, text), LGD_EIO);
    ck_assert_uint_eq(strlen(lgd_last_error()), 511);
    lgd_set_error(LGD_EUSER, NULL);
    ck_assert_str_eq(lgd_last_error(), "");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("csv_shared");
    CASE(s, shared_io_failure_sentence_in_last_error);
    CASE(s, shared_io_memory_by_the_hook);
    CASE(s, set_error_own_sentence_in_last_error);
    return suite_run(s);
}
