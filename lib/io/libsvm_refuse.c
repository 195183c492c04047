/* Words of a file of LIBSVM's format that are wrong, each with its sentence. */
#include "io/libsvm.h"
#include <float.h>
#include <string.h>

static bool has(const char *s, const char *end, char c)
{
    return memchr(s, c, (size_t)(end - s)) != NULL;
}

lgd_status lgd_svm_nul_byte(const lgd_svm *r)
{
    return lgd_fail(LGD_EFORMAT, "%s:%zu: a NUL byte, only text is accepted", r->path, r->line);
}

static bool is_hexadecimal(const char *s, const char *end)
{
    s += s < end && (*s == '+' || *s == '-');
    return end - s > 1 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
}

lgd_status lgd_svm_refuse_label(const lgd_svm *r, const char *s)
{
    char w[LGD_SHOWN];
    double x;
    const char *end = lgd_svm_word_end(s);
    lgd_shown(w, s, (size_t)(end - s));
    if (has(s, end, 0))
        return lgd_svm_nul_byte(r);
    if (has(s, end, ':'))
        return lgd_fail(LGD_EFORMAT,
                        "%s:%zu: the label is missing, the line begins with \"%s\"; hint: no_target needs none",
                        r->path, r->line, w);
    if (lgd_cell_number(s, (size_t)(end - s), '.', &x) == LGD_CELL_NOT_FINITE)
        return lgd_fail(LGD_EFORMAT, "%s:%zu: the label \"%s\" is not a finite number", r->path, r->line, w);
    return lgd_fail(LGD_EFORMAT, "%s:%zu: the label \"%s\" is not a number%s", r->path, r->line, w,
                    has(s, end, ',')         ? "; hint: one label to a line, with a decimal point, is accepted"
                    : is_hexadecimal(s, end) ? "; hint: hexadecimal numbers are not accepted"
                                             : "");
}

static lgd_status refuse_value(const lgd_svm *r, const char *s, const char *colon, const char *end)
{
    char w[LGD_SHOWN];
    double x;
    const char *value = colon + 1;
    const lgd_cell_kind kind = lgd_cell_number(value, (size_t)(end - value), '.', &x);
    lgd_shown(w, s, (size_t)(end - s));
    if (value == end)
        return lgd_fail(LGD_EFORMAT, "%s:%zu:%zu: the value is missing in \"%s\"", r->path, r->line, r->pairs + 1, w);
    if (kind == LGD_CELL_NUMBER) /* it is one in double */
        return lgd_fail(LGD_EFORMAT,
                        "%s:%zu:%zu: the value of \"%s\" is beyond %g, the largest number in single precision", r->path,
                        r->line, r->pairs + 1, w, (double)FLT_MAX);
    if (kind == LGD_CELL_NOT_FINITE)
        return lgd_fail(LGD_EFORMAT, "%s:%zu:%zu: the value of \"%s\" is not a finite number", r->path, r->line,
                        r->pairs + 1, w);
    return lgd_fail(LGD_EFORMAT, "%s:%zu:%zu: the value of \"%s\" is not a number%s", r->path, r->line, r->pairs + 1, w,
                    has(value, end, ',')         ? "; hint: numbers have a decimal point"
                    : is_hexadecimal(value, end) ? "; hint: hexadecimal numbers are not accepted"
                    : has(value, end, ':')       ? "; hint: a blank between pairs"
                                                 : "");
}

lgd_status lgd_svm_refuse_pair(const lgd_svm *r, const char *s)
{
    char w[LGD_SHOWN];
    const char *end = lgd_svm_word_end(s), *colon = memchr(s, ':', (size_t)(end - s)), *digit = s;
    lgd_shown(w, s, (size_t)(end - s));
    while (*digit >= '0' && *digit <= '9')
        digit++;
    if (has(s, end, 0))
        return lgd_svm_nul_byte(r);
    if (!colon)
        return lgd_fail(LGD_EFORMAT, "%s:%zu:%zu: \"%s\" is no pair, index:value is accepted", r->path, r->line,
                        r->pairs + 1, w);
    if (colon - s == 3 && !memcmp(s, "qid", 3))
        return lgd_fail(LGD_EFORMAT, "%s:%zu:%zu: \"%s\" is a group of a ranking, which is not read", r->path, r->line,
                        r->pairs + 1, w);
    if (digit < colon || colon == s)
        return lgd_fail(LGD_EFORMAT, "%s:%zu:%zu: the index of \"%s\" is no whole number in digits", r->path, r->line,
                        r->pairs + 1, w);
    return refuse_value(r, s, colon, end);
}

lgd_status lgd_svm_refuse_index(const lgd_svm *r, const char *s, uint64_t index)
{
    char w[LGD_SHOWN];
    const unsigned long long i = index, before = r->last;
    if (index > LGD_SVM_MOST_INDEX)
        return lgd_fail(LGD_ERANGE, "%s:%zu:%zu: the index of \"%s\" is beyond %llu, the largest that is accepted",
                        r->path, r->line, r->pairs + 1, lgd_shown(w, s, (size_t)(lgd_svm_word_end(s) - s)),
                        (unsigned long long)LGD_SVM_MOST_INDEX);
    if (r->pairs && index == r->last)
        return lgd_fail(LGD_EFORMAT, "%s:%zu:%zu: the index is %llu once more, an index is there once in a line",
                        r->path, r->line, r->pairs + 1, i);
    if (r->pairs && index < r->last)
        return lgd_fail(LGD_EFORMAT,
                        "%s:%zu:%zu: the index is %llu after %llu, a larger one is accepted: they ascend in a line",
                        r->path, r->line, r->pairs + 1, i, before);
    if (index == 0)
        return lgd_fail(LGD_EFORMAT, "%s:%zu:%zu: the index is 0, at least 1 is accepted, as base says", r->path,
                        r->line, r->pairs + 1);
    return lgd_fail(LGD_EFORMAT, "%s:%zu:%zu: the index is %llu, at most %zu is accepted, as cols says", r->path,
                    r->line, r->pairs + 1, i, r->o.base == LGD_INDEX_0 ? r->o.cols - 1 : r->o.cols);
}
