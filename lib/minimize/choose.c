/* Settings that are tried one after another: a grid, or points at random. */
#include "base/base.h"
#include "lgd/choose.h"
#include <math.h>
#include <stdio.h>

/* ---- axes */

static const char *name_of(const void *ctx, size_t i)
{
    const lgd_axis *axis = ctx;
    return axis[i].name; /* the last has none */
}

static bool is_name(const char *name)
{
    const size_t letters = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    return letters && !name[letters];
}

static lgd_status check_axis(const lgd_axis *a, size_t i, bool grid)
{
    if (!a->name || !is_name(a->name))
        return lgd_fail(LGD_EINVAL, "choose: name of axis %zu is %s%.60s%s, letters, digits and _ are accepted", i,
                        a->name ? "\"" : "", a->name ? a->name : "NULL", a->name ? "\"" : "");
    lgd_status status = lgd_check_size(a->name, "count", a->count, !grid && !a->values);
    if (status || a->values) {
        const size_t bad = status ? 0 : lgd_first_not_finite(a->count, a->values);
        return status || bad == a->count ? status
                                         : lgd_fail(LGD_EINVAL,
                                                    "choose: values[%zu] of %s is %g, a finite number is "
                                                    "accepted",
                                                    bad, a->name, a->values[bad]);
    }
    if (!isfinite(a->low) || !isfinite(a->high) || a->low > a->high)
        return lgd_fail(LGD_EINVAL, "choose: low and high of %s are %g and %g, finite numbers in order are accepted",
                        a->name, a->low, a->high);
    if (a->log && !(a->low > 0))
        return lgd_fail(LGD_EINVAL, "choose: low of %s is %g with log, a number above 0 is accepted", a->name, a->low);
    return LGD_OK;
}

/* A copy of the axes with one more that has no name: their end. */
static lgd_status take_axes(lgd_axis **out, const lgd_axis *axes, size_t axis_size, size_t count, bool grid)
{
    *out = NULL;
    lgd_status status = lgd_check_size("choose", "number of axes", count, false);
    if (!status && !axes)
        status = lgd_fail(LGD_EINVAL, "choose: axes is NULL, %zu of them are accepted", count);
    lgd_axis *own = status ? NULL : lgd_alloc("choose", lgd_add(count, 1), sizeof *own);
    if (!own)
        return status ? status : LGD_ENOMEM;
    for (size_t i = 0; i < count && !status; i++) {
        status = lgd_take_struct("choose axis", &own[i], sizeof *own, (const char *)axes + i * axis_size, axis_size);
        if (!status)
            status = check_axis(&own[i], i, grid);
        for (size_t j = 0; j < i && !status; j++)
            if (!strcmp(own[i].name, own[j].name))
                status = lgd_fail(LGD_EINVAL, "choose: name of axes %zu and %zu is \"%s\", one for each is accepted", j,
                                  i, own[i].name);
    }
    if (status)
        lgd_release(own);
    else
        *out = own;
    return status;
}

/* The number a share u in [0, 1] of the way from low to high; the ends as they are. */
static double between(const lgd_axis *a, double u)
{
    if (u <= 0 || a->low == a->high)
        return a->low;
    if (u >= 1)
        return a->high;
    const double x = a->log ? exp((1 - u) * log(a->low) + u * log(a->high)) : (1 - u) * a->low + u * a->high;
    return fmin(fmax(x, a->low), a->high);
}

/* The candidate number i of the grid, or the i-th draw. */
static void place(const lgd_axis *axes, size_t count, const lgd_choose_options *o, size_t i, double *point)
{
    if (o->draws) {
        lgd_uniform(o->seed, (uint64_t)i * count, count, point);
        for (size_t j = 0; j < count; j++) {
            const lgd_axis *a = &axes[j];
            const double u = point[j];
            point[j] = a->values ? a->values[(size_t)(u * (double)a->count)] : between(a, u);
        }
        return;
    }
    for (size_t j = count; j--; i /= axes[j].count) {
        const lgd_axis *a = &axes[j];
        const size_t at = i % a->count;
        point[j] = a->values ? a->values[at] : between(a, a->count > 1 ? (double)at / (double)(a->count - 1) : 0);
    }
}

/* ---- text */

/* A number as the shortest text that gives it back. */
static void write_number(double x, char text[32])
{
    char other[32];
    text[0] = 0;
    for (int digits = 1; digits <= 17; digits++) {
        lgd_format(other, sizeof other, "%.*g", digits, x);
        if (lgd_strtod(other, NULL) == x && (!text[0] || strlen(other) < strlen(text)))
            memcpy(text, other, sizeof other);
    }
}

static lgd_status append(char *text, size_t size, size_t *length, const char *more, size_t letters)
{
    if (letters >= size - *length)
        return lgd_fail(LGD_ERANGE, "choose: text of the optimizer has more than %zu letters, as many are accepted",
                        size - 1);
    memcpy(text + *length, more, letters);
    *length += letters;
    text[*length] = 0;
    return LGD_OK;
}

/* axes end with one that has no name. */
static lgd_status write_text(const lgd_axis *axes, const double *point, const char *optimizer, char *text, size_t size)
{
    size_t length = 0;
    text[0] = 0;
    for (const char *p = optimizer; *p;) {
        const size_t plain = strcspn(p, "{");
        lgd_status status = append(text, size, &length, p, plain);
        p += plain;
        if (status || !*p)
            return status;
        const size_t letters = strcspn(++p, "}");
        char name[64], number[32];
        if (!p[letters] || letters >= sizeof name)
            return lgd_fail(LGD_EINVAL, "choose: optimizer is \"%.200s\", a } after each { and its name is accepted",
                            optimizer);
        snprintf(name, sizeof name, "%.*s", (int)letters, p);
        size_t j = 0;
        while (axes[j].name && strcmp(axes[j].name, name))
            j++;
        if (!axes[j].name) {
            const char *near = lgd_nearest(name, name_of, axes);
            return lgd_fail(LGD_EINVAL, "choose: {%s} in the optimizer is no axis, {%s} is accepted", name,
                            near ? near : axes[0].name);
        }
        write_number(point[j], number);
        status = append(text, size, &length, number, strlen(number));
        if (status)
            return status;
        p += letters + 1;
    }
    return LGD_OK;
}

lgd_status lgd_choose_text_sized(const lgd_axis *axes, size_t axis_size, size_t count, const double *point,
                                 const char *optimizer, char *text, size_t size)
{
    lgd_axis *own;
    if (!point || !optimizer || !text || !size)
        return lgd_fail(LGD_EINVAL, "choose: %s, %s is accepted",
                        !point       ? "point is NULL"
                        : !optimizer ? "optimizer is NULL"
                        : !text      ? "text is NULL"
                                     : "size is 0",
                        !point       ? "one number for each axis"
                        : !optimizer ? "a text"
                                     : "room for a text");
    lgd_status status = take_axes(&own, axes, axis_size, count, false);
    if (!status)
        status = write_text(own, point, optimizer, text, size);
    lgd_release(own);
    return status;
}

/* ---- the search */

/* Is it an error of what was asked for, and so no candidate's own? */
static bool ends_all(lgd_status status)
{
    return status == LGD_EINVAL || status == LGD_EUNSUPPORTED || status == LGD_ENOMEM || status == LGD_ERANGE;
}

enum { TEXT = 512 };

typedef struct search {
    lgd_axis *axes;
    size_t count;
    lgd_choose_options o;
    lgd_candidate try_one;
    void *ctx;
    size_t candidates;
    double *point, *scores, *errors; /* [count], [candidates] each */
} search;

static lgd_status try_candidate(const search *s, size_t i)
{
    char text[TEXT];
    place(s->axes, s->count, &s->o, i, s->point);
    if (s->o.points)
        memcpy(s->o.points + i * s->count, s->point, s->count * sizeof *s->point);
    lgd_status status = s->o.optimizer ? write_text(s->axes, s->point, s->o.optimizer, text, sizeof text) : LGD_OK;
    if (status)
        return status;
    s->scores[i] = s->errors[i] = NAN;
    const unsigned errors = lgd_error_count();
    const int code = (int)s->try_one(s->ctx, s->o.optimizer ? text : NULL, s->point, &s->scores[i], &s->errors[i]);
    if (code)
        return lgd_failed_in("choose", "candidate", code, errors);
    return isfinite(s->scores[i])
               ? LGD_OK
               : lgd_fail(LGD_EDIVERGED, "choose: score of candidate %zu is %g, a finite number is accepted", i,
                          s->scores[i]);
}

static void judge(const search *s, lgd_choose_report *r)
{
    const double sign = s->o.maximize ? -1 : 1;
    bool any = false;
    for (size_t i = 0; i < s->candidates; i++)
        if (!isnan(s->scores[i]) && (!any || sign * s->scores[i] < sign * s->scores[r->best])) {
            r->best = i;
            any = true;
        }
    r->score = s->scores[r->best];
    r->error = s->errors[r->best];
    r->within = r->best;
    for (size_t i = r->best; i--;)
        if (sign * s->scores[i] <= sign * r->score + r->error)
            r->within = i;
}

static lgd_status try_all(const search *s, lgd_choose_report *r)
{
    lgd_status first = LGD_OK;
    char sentence[384] = "";
    for (size_t i = 0; i < s->candidates; i++) {
        const lgd_status status = try_candidate(s, i);
        if (status && ends_all(status))
            return status;
        r->candidates++;
        if (!status)
            continue;
        s->scores[i] = s->errors[i] = NAN;
        if (!r->failed++) {
            first = status;
            snprintf(sentence, sizeof sentence, "%s", lgd_last_error());
        }
    }
    if (r->failed == s->candidates)
        return lgd_fail(first, "choose: all %zu candidates failed, one that does not is accepted; the first: %s",
                        s->candidates, sentence);
    judge(s, r);
    return LGD_OK;
}

static lgd_status count_candidates(search *s)
{
    s->candidates = s->o.draws ? s->o.draws : 1;
    for (size_t j = 0; j < s->count && !s->o.draws; j++)
        s->candidates = lgd_mul(s->candidates, s->axes[j].count);
    return s->candidates <= PTRDIFF_MAX / 16
               ? LGD_OK
               : lgd_fail(LGD_ERANGE, "choose: number of candidates is beyond %td, as many are accepted",
                          PTRDIFF_MAX / 16);
}

lgd_status lgd_choose_sized(const lgd_axis *axes, size_t axis_size, size_t count, lgd_candidate try_one, void *ctx,
                            const lgd_choose_options *options, size_t options_size, double *point,
                            lgd_choose_report *report, size_t report_size)
{
    search s = {.count = count, .try_one = try_one, .ctx = ctx};
    lgd_choose_report r = {.score = NAN, .error = NAN};
    lgd_give_struct(report, report_size, &r, sizeof r);
    lgd_status status = lgd_take_struct("choose options", &s.o, sizeof s.o, options, options_size);
    if (!status && !try_one)
        status = lgd_fail(LGD_EINVAL, "choose: try_one is NULL, a function is accepted");
    if (!status)
        status = take_axes(&s.axes, axes, axis_size, count, s.o.draws == 0);
    if (!status)
        status = count_candidates(&s);
    if (!status) {
        s.point = lgd_alloc("choose", lgd_add(lgd_mul(s.candidates, 2), count), sizeof *s.point);
        status = s.point ? LGD_OK : LGD_ENOMEM;
    }
    if (!status) {
        s.scores = s.point + count;
        s.errors = s.scores + s.candidates;
        status = try_all(&s, &r);
        if (!status && point)
            place(s.axes, count, &s.o, r.best, point);
        if (s.o.scores)
            memcpy(s.o.scores, s.scores, s.candidates * sizeof *s.scores);
        if (s.o.errors)
            memcpy(s.o.errors, s.errors, s.candidates * sizeof *s.errors);
        lgd_give_struct(report, report_size, &r, sizeof r);
    }
    lgd_release(s.point);
    lgd_release(s.axes);
    return status;
}
