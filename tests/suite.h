/* A Check suite that reports by TAP, so that the test runner sees every case. */
#ifndef LGD_TESTS_SUITE_H
#define LGD_TESTS_SUITE_H
#include <check.h>
#include <stdlib.h>

static inline int suite_run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#define CASE(suite, test)                                                                                              \
    do {                                                                                                               \
        TCase *tcase_ = tcase_create(#test);                                                                           \
        tcase_set_timeout(tcase_, 120);                                                                                \
        tcase_add_test(tcase_, test);                                                                                  \
        suite_add_tcase(suite, tcase_);                                                                                \
    } while (0)

#endif
