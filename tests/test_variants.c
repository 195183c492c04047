/* How lgd-bench sets the threads of the BLAS. These stand for one that has every way to do it. */
#include "suite.h"
#include "../bench/bench.h"
#include <string.h>

void flexiblas_set_num_threads(int n);
void openblas_set_num_threads(int n);
void MKL_Set_Num_Threads(int n);
void bli_thread_set_num_threads(int64_t n);

static const char *asked = "";
static int64_t count;

static void note(const char *name, int64_t n)
{
    asked = name;
    count = n;
}

void flexiblas_set_num_threads(int n)
{
    note("flexiblas", n);
}

void openblas_set_num_threads(int n)
{
    note("openblas", n);
}

void MKL_Set_Num_Threads(int n)
{
    note("MKL", n);
}

void bli_thread_set_num_threads(int64_t n)
{
    note("bli", n);
}

START_TEST(blas_threads_all_ways_flexiblas_first)
{
    ck_assert(variants_blas_threads(3));
    ck_assert_str_eq(asked, "flexiblas");
    ck_assert_int_eq(count, 3);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("variants");
    CASE(s, blas_threads_all_ways_flexiblas_first);
    return suite_run(s);
}
