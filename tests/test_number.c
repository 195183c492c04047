/* Decimal numbers to doubles: the bits of strtod in the C locale, for numbers of every length, size and distance from the middle of two
 * doubles. `test_number --whole` takes ten million of them. */
#include "suite.h"
#include "io/io.h"
#include <lgd/runtime.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static uint64_t count = 300000;

/* The text up to `end` is a number, and its double is that of strtod. No byte behind it is looked at: they change what it is. */
static void same_as_strtod(const char *text)
{
    const size_t length = strlen(text);
    char more[1600];
    const double x = strtod(text, NULL);
    for (size_t i = 0; i < 2; i++) {
        double got = NAN;
        snprintf(more, sizeof more, "%s%s", text, i ? "99999999999" : "");
        const char *end = lgd_number(more, more + length, '.', &got);
        if (end != more + length || memcmp(&x, &got, sizeof x)) /* an assertion that holds costs a write to a pipe */
            ck_abort_msg("%s is %.17g (%a) in place of %.17g (%a)", text, got, got, x, x);
    }
}

static double of_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* 64 bits for the i-th use. */
static uint64_t random_bits(uint64_t seed, uint64_t i)
{
    double u[2];
    lgd_uniform(seed, 2 * i, 2, u);
    return (uint64_t)(u[0] * 4294967296.) << 32 | (uint64_t)(u[1] * 4294967296.);
}

START_TEST(number_doubles_of_any_bits_in_15_to_17_digits_as_strtod)
{
    static const char *const format[] = {"%.17g", "%.15g", "%.16e", "%.18e", "%.17e", "%.21g"};
    for (uint64_t i = 0; i < count; i++) {
        const double x = of_bits(random_bits(1, i));
        char text[64];
        if (!isfinite(x))
            continue;
        snprintf(text, sizeof text, format[i % 6], x);
        same_as_strtod(text);
    }
}
END_TEST

START_TEST(number_doubles_near_one_in_any_digits_as_strtod)
{
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t bits = random_bits(2, i);
        const double x = ldexp((double)(bits >> 11), (int)(bits % 150) - 130) * (i % 2 ? 1 : -1);
        char text[128];
        snprintf(text, sizeof text, i % 3 ? "%.*f" : "%.*g", (int)(bits % 23), x);
        same_as_strtod(text);
    }
}
END_TEST

START_TEST(number_1_to_40_digits_as_strtod)
{
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t bits = random_bits(3, i), more = random_bits(4, i);
        const size_t digits = 1 + bits % 40, point = (bits >> 8) % (digits + 1);
        char text[64];
        size_t n = 0;
        for (size_t j = 0; j < digits; j++) {
            if (j == point)
                text[n++] = '.';
            const uint64_t d = (j < 20 ? bits : more) >> 3 * (j % 20) & 15;
            text[n++] = (char)('0' + (i % 4 == 0 && d > 4 ? 0 : d % 10)); /* some are mostly zeros */
        }
        if (i % 2)
            n += (size_t)sprintf(text + n, "e%d", (int)(more >> 50) % 720 - 360);
        text[n] = 0;
        same_as_strtod(text);
    }
}
END_TEST

/* The exact decimal of (m + 1/2) 2^exponent, by printf, which knows all digits of a double of one more bit; m below 2^52. Then one
 * that is above or below it by the smallest digit. */
START_TEST(number_middles_of_doubles_as_strtod)
{
    for (uint64_t i = 0; i < count / 20; i++) {
        const uint64_t bits = random_bits(5, i);
        const double x = of_bits((bits & ~(UINT64_C(1) << 63)) | 1), up = nextafter(x, INFINITY);
        if (!isfinite(up))
            continue;
        char text[1200];
        const long double middle = ((long double)x + (long double)up) / 2; /* 64 bits: exact */
        int n = snprintf(text, sizeof text, "%.1150Le", middle);
        ck_assert_int_lt(n, (int)sizeof text);
        char *e = strchr(text, 'e'), exponent[16];
        snprintf(exponent, sizeof exponent, "%s", e);
        while (e[-1] == '0')
            e--;
        strcpy(e, exponent);
        same_as_strtod(text);
        e[0] = '1'; /* a digit more, above */
        strcpy(e + 1, exponent);
        same_as_strtod(text);
        memset(e, '0', 100); /* and far behind */
        e[100] = '1';
        strcpy(e + 101, exponent);
        same_as_strtod(text);
        e[-1]--; /* and below: the last digit of a middle is 5 */
        e[0] = '9';
        strcpy(e + 1, exponent);
        same_as_strtod(text);
    }
}
END_TEST

START_TEST(number_middles_within_19_digits_as_strtod)
{
    char text[64];
    for (uint64_t i = 0; i < count / 4; i++) {
        const uint64_t m = random_bits(6, i) >> 11 | UINT64_C(1) << 52;
        const unsigned shift = 1 + (unsigned)(i % 10);
        const uint64_t middle = (2 * m + 1) << (shift - 1); /* of two doubles, in whole numbers */
        for (int d = -1; d <= 1; d++) {
            snprintf(text, sizeof text, "%llu", (unsigned long long)(middle + (uint64_t)d));
            same_as_strtod(text);
            strcat(text, ".000000000000000000000");
            same_as_strtod(text);
            strcat(text, "1");
            same_as_strtod(text);
        }
        snprintf(text, sizeof text, "%llu.%s", (unsigned long long)(m >> i % 40), i % 2 ? "5" : "25"); /* fractions */
        same_as_strtod(text);
    }
}
END_TEST

START_TEST(number_subnormal_and_beyond_as_strtod)
{
    static const char *const hard[] = {"9007199254740993",
                                       "9007199254740992.5",
                                       "9007199254740993.0000000000000000000000000000001",
                                       "0.1e23",
                                       "8.5e22",
                                       "1e23",
                                       "0",
                                       "0e999",
                                       "0.000e-9999999999999999999999",
                                       "2.2250738585072011e-308",
                                       "2.2250738585072012e-308",
                                       "2.2250738585072013e-308",
                                       "2.2250738585072014e-308",
                                       "4.9406564584124654e-324",
                                       "2.4703282292062327e-324",
                                       "2.4703282292062328e-324",
                                       "2e-324",
                                       "3e-324",
                                       "1e-342",
                                       "9999999999999999999e-343",
                                       "9999999999999999999e-342",
                                       "24703282292062327208e-343",
                                       "1e-400",
                                       "1.7976931348623157e308",
                                       "1.7976931348623158e308",
                                       "1.7976931348623159e308",
                                       "179769313486231580793e288",
                                       "179769313486231580794e288",
                                       "1e308",
                                       "1e309",
                                       "9999999999999999999e289",
                                       "9999999999999999999e290",
                                       "1e400",
                                       "1e99999999999999999999",
                                       "1e-99999999999999999999",
                                       "0.000000000000000000000000000000000000000000000000000000000000001e63",
                                       "100000000000000000000000000000000000000000000000000000000000000e-62",
                                       "1844674407370955161.5",
                                       "18446744073709551615",
                                       "18446744073709551616",
                                       "9999999999999999999",
                                       "99999999999999999999",
                                       "12345678",
                                       "1234567812345678",
                                       "1.",
                                       ".5"};
    for (size_t i = 0; i < sizeof hard / sizeof *hard; i++) {
        char text[128];
        same_as_strtod(hard[i]);
        snprintf(text, sizeof text, "-%s", hard[i]);
        same_as_strtod(text);
        snprintf(text, sizeof text, "+%s", hard[i]);
        same_as_strtod(text);
    }
    for (uint64_t i = 0; i < count / 4; i++) { /* few bits */
        char text[1200];
        const double x = of_bits(random_bits(7, i) >> (12 + i % 52));
        snprintf(text, sizeof text, "%.*e", i % 2 ? 16 : (int)(i % 750), x);
        same_as_strtod(text);
    }
}
END_TEST

/* The least that is above a middle and the greatest below are 766 digits long and told apart; more are only looked at for being there. */
START_TEST(number_a_hundred_thousand_digits_as_strtod)
{
    enum { DIGITS = 100000 };
    char *text = malloc(DIGITS + 32);
    static const char *const begin[] = {"2.47032822920623272", "9007199254740993", "9007199254740992.9", "0.", "1"};
    static const char *const exponent[] = {"e-324", "e-99980", "", "e99990", "e-99990"};
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < 5; j++)
            for (char fill = '0'; fill <= '9'; fill += 9) {
                memset(text, fill, DIGITS);
                memcpy(text, begin[i], strlen(begin[i]));
                text[DIGITS - 1] = '1';
                strcpy(text + DIGITS, exponent[j]);
                double got = NAN;
                const double x = strtod(text, NULL);
                ck_assert_ptr_eq(lgd_number(text, text + strlen(text), '.', &got), text + strlen(text));
                ck_assert_msg(!memcmp(&x, &got, sizeof x), "%.20s... %s: %a in place of %a", text, exponent[j], got, x);
            }
    free(text);
}
END_TEST

START_TEST(number_grammar_as_far_as_it_goes)
{
    static const struct {
        const char *text;
        size_t taken;
        double value;
    } cases[] = {
        {"", 0, 0},
        {"-", 0, 0},
        {".", 0, 0},
        {"+.", 0, 0},
        {"e5", 0, 0},
        {".e5", 0, 0},
        {"x", 0, 0},
        {"nan", 0, 0},
        {"inf", 0, 0},
        {" 1", 0, 0},
        {"--1", 0, 0},
        {"1e", 1, 1},
        {"1e+", 1, 1},
        {"1e-x", 1, 1},
        {"1ex", 1, 1},
        {"1.5.5", 3, 1.5},
        {"0x10", 1, 0},
        {"1,5", 1, 1},
        {"12:3", 2, 12},
        {"3 4", 1, 3},
        {"1e5e5", 3, 1e5},
        {"-2.5E-1,", 7, -.25},
        {"+.5", 3, .5},
        {"7.;", 2, 7},
        {"12345678x", 8, 12345678},
        {"1234567:", 7, 1234567},
        {"0000000000000000000000000000012", 31, 12},
        {"1\xB2", 1, 1},
        {"12345678901/", 11, 12345678901},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double got = 0;
        const char *text = cases[i].text;
        ck_assert_msg(lgd_number(text, text + strlen(text), '.', &got) == text + cases[i].taken, "%s", text);
        ck_assert_msg(got == cases[i].value, "%s: %g", text, got);
    }
    double x = 0;
    const char *text = "12345678,87654321e-3.5";
    ck_assert_ptr_eq(lgd_number(text, text + strlen(text), ',', &x), text + 20);
    ck_assert_double_eq(x, 12345.67887654321);
    for (size_t n = 0; n <= 20; n++) { /* every prefix ends where its text does */
        char part[32] = "";
        memcpy(part, "1234567812345678.25e1", n);
        double got = 0;
        lgd_number("1234567812345678.25e1", "1234567812345678.25e1" + 0, '.', &got);
        const char *end = lgd_number(part, part + n, '.', &got);
        ck_assert_uint_eq((size_t)(end - part), n == 20 ? 19 : n);
        if (n)
            ck_assert_double_eq(got, strtod(part, NULL));
    }
}
END_TEST

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "--whole"))
        count = 10000000;
    Suite *s = suite_create("number");
    CASE(s, number_doubles_of_any_bits_in_15_to_17_digits_as_strtod);
    CASE(s, number_doubles_near_one_in_any_digits_as_strtod);
    CASE(s, number_1_to_40_digits_as_strtod);
    CASE(s, number_middles_of_doubles_as_strtod);
    CASE(s, number_middles_within_19_digits_as_strtod);
    CASE(s, number_subnormal_and_beyond_as_strtod);
    CASE(s, number_a_hundred_thousand_digits_as_strtod);
    CASE(s, number_grammar_as_far_as_it_goes);
    return suite_run(s);
}
