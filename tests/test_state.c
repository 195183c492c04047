/* Save and load: a run goes on with the bits it would have had, and nothing but its own bytes is taken for a state. */
#include "methods.h"
#include <math.h>
#include <stdio.h>

START_TEST(resume_after_every_step_bits_of_uninterrupted)
{
    enum { STEPS = 60, BREAKS = 30 };
    static const size_t dims[] = {1, 2, 3, 11};
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = method(i)) != NULL; i++)
        for (size_t d = 0; d < VARIANTS * sizeof dims / sizeof *dims; d++) {
            const size_t dim = dims[d / VARIANTS];
            lgd_optimizer *whole = made(ops, d % VARIANTS);
            double end[11] = {0};
            walk(whole, dim, end, 0, STEPS);
            for (uint64_t k = 0; k <= BREAKS; k++) {
                lgd_optimizer *first = made(ops, d % VARIANTS), *second = made(ops, d % VARIANTS);
                double w[11] = {0};
                walk(first, dim, w, 0, k);
                saved s = save(first);
                ck_assert_msg(lgd_optimizer_load(second, s.bytes, s.size) == LGD_OK, "%s", lgd_last_error());
                ck_assert_uint_eq(lgd_optimizer_steps(second), k);
                ck_assert(still(second, s));
                lgd_optimizer_free(first);
                walk(second, dim, w, k, STEPS);
                ck_assert_msg(!memcmp(w, end, dim * sizeof *w), "%s, dim %zu: broken after step %d", ops->name, dim,
                              (int)k);
                ck_assert(still(second, save(whole)));
                lgd_optimizer_free(second);
            }
            lgd_optimizer_free(whole);
        }
}
END_TEST

/* In loops of one's own, the momentum that lgd_optimizer_momentum lent. */
START_TEST(resume_momentum_lent_goes_on_with_it)
{
    const lgd_optimizer_ops *ops;
    size_t lent = 0;
    for (size_t i = 0; (ops = method(i)) != NULL; i++) {
        lgd_optimizer *opt[2] = {made(ops, EVERYTHING_ELSE), made(ops, EVERYTHING_ELSE)};
        const bool taken = !lgd_optimizer_momentum(opt[0], 0.25) && !lgd_optimizer_momentum(opt[1], 0.75);
        double w[2][6] = {{0}}, g[6];
        for (int t = 0; t < 20 && taken; t++) {
            if (t == 5) {
                saved s = save(opt[0]);
                ck_assert_msg(lgd_optimizer_load(opt[1], s.bytes, s.size) == LGD_OK, "%s", lgd_last_error());
                ck_assert(still(opt[1], s));
                memcpy(w[1], w[0], sizeof w[0]);
            }
            for (size_t k = 0; k < 2; k++) {
                const double f = quadratic(6, w[k], g);
                ck_assert_int_eq(lgd_optimizer_step(opt[k], 6, w[k], g, f, 1), LGD_OK);
            }
            ck_assert_msg(t < 5 || !memcmp(w[0], w[1], sizeof w[0]), "%s, step %d", ops->name, t);
        }
        lent += taken;
        lgd_optimizer_free(opt[0]);
        lgd_optimizer_free(opt[1]);
    }
    ck_assert_uint_ge(lent, 15);
}
END_TEST

START_TEST(load_into_used_optimizer_replaces_all)
{
    lgd_optimizer *a = parsed("adam"), *b = parsed("adam");
    double w[5] = {0}, v[9] = {0};
    walk(a, 5, w, 0, 4);
    walk(b, 9, v, 0, 2);
    a->judged = (lgd_judged){3, 4, -5, -2, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23};
    saved s = save(a);
    ck_assert_int_eq(lgd_optimizer_load(b, s.bytes, s.size), LGD_OK);
    ck_assert(b->dim == 5 && b->t == 4 && b->slices == 3);
    ck_assert_mem_eq(&b->judged, &a->judged, sizeof a->judged);
    ck_assert(still(b, s));
    lgd_optimizer_reset(a); /* the state of an optimizer that has not begun */
    s = save(a);
    ck_assert_int_eq(lgd_optimizer_load(b, s.bytes, s.size), LGD_OK);
    ck_assert(b->dim == 0 && b->t == 0 && isinf(b->judged.f_best) && isinf(b->judged.lowest_mean));
    ck_assert(still(b, s));
    lgd_optimizer_free(a);
    lgd_optimizer_free(b);
}
END_TEST

START_TEST(save_room_too_small_refused_size_told)
{
    lgd_optimizer *opt = parsed("momentum");
    double w[3] = {0};
    walk(opt, 3, w, 0, 1);
    size_t needed = 0, size;
    unsigned char bytes[1024];
    ck_assert_int_eq(lgd_optimizer_save(opt, NULL, &needed), LGD_OK);
    ck_assert_uint_lt(needed, sizeof bytes);
    size = needed - 1;
    ck_assert_int_eq(lgd_optimizer_save(opt, bytes, &size), LGD_EINVAL);
    ck_assert_uint_eq(size, needed - 1);
    size = sizeof bytes;
    ck_assert_int_eq(lgd_optimizer_save(opt, bytes, &size), LGD_OK);
    ck_assert_uint_eq(size, needed);
    ck_assert_int_eq(lgd_optimizer_save(opt, bytes, NULL), LGD_EINVAL);
    ck_assert_int_eq(lgd_optimizer_save(NULL, bytes, &size), LGD_EINVAL);
    ck_assert_int_eq(lgd_optimizer_load(NULL, bytes, size), LGD_EINVAL);
    ck_assert_int_eq(lgd_optimizer_load(opt, NULL, size), LGD_EINVAL);
    lgd_optimizer_free(opt);
}
END_TEST

static void refused(lgd_optimizer *opt, const unsigned char *bytes, size_t size, lgd_status expected, const char *what,
                    size_t at)
{
    const lgd_status status = lgd_optimizer_load(opt, bytes, size);
    ck_assert_msg(status == expected, "%s: %s %zu: status %d", opt->ops.name, what, at, status);
}

static void load_refused(lgd_optimizer *opt, const unsigned char *bytes, size_t size, lgd_status expected,
                         const char *what, size_t at)
{
    saved before = save(opt);
    refused(opt, bytes, size, expected, what, at);
    ck_assert_msg(still(opt, before), "%s: %s %zu: touched", opt->ops.name, what, at);
}

/* With no more pairs than have to be kept: a state is tried byte by byte. */
static lgd_optimizer *made_small(const lgd_optimizer_ops *ops, int variant)
{
    lgd_optimizer *opt = NULL;
    ck_assert_msg(make(&opt, ops, variant, "memory", 2) == LGD_OK, "%s", lgd_last_error());
    return opt;
}

/* All bytes of a beginning and an end, and some of a long state between. */
static size_t next_place(size_t at, size_t size)
{
    return at >= 512 && at + 64 < size ? at + 11 : at + 1;
}

START_TEST(load_every_byte_corrupt_every_length_cut_refused)
{
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = method(i)) != NULL; i++) {
        lgd_optimizer *from = made_small(ops, EVERYTHING_ELSE), *to = made_small(ops, EVERYTHING_ELSE);
        double w[5] = {0}, v[4] = {0};
        walk(from, 5, w, 0, 7);
        walk(to, 4, v, 0, 3);
        saved s = save(from);
        saved before = save(to);
        for (size_t at = 0; at < s.size; at = next_place(at, s.size))
            for (unsigned flip = 1; flip < 256; flip = flip < 128 ? 2 * flip : 2 * flip - 1) { /* each bit, then all */
                s.bytes[at] ^= (unsigned char)flip;
                refused(to, s.bytes, s.size, LGD_EFORMAT, "corrupt byte", at);
                s.bytes[at] ^= (unsigned char)flip;
            }
        unsigned char *cut = malloc(s.size + 8); /* a copy of just that length, so that ASan sees a read beyond it */
        ck_assert_ptr_nonnull(cut);
        for (size_t size = 0; size < s.size; size = next_place(size, s.size)) {
            unsigned char *exact = malloc(size ? size : 1);
            ck_assert_ptr_nonnull(exact);
            memcpy(exact, s.bytes, size);
            refused(to, exact, size, LGD_EFORMAT, "cut at", size);
            free(exact);
        }
        memcpy(cut, s.bytes, s.size);
        memset(cut + s.size, 0, 8);
        for (size_t more = 1; more <= 8; more++)
            refused(to, cut, s.size + more, LGD_EFORMAT, "longer by", more);
        ck_assert_msg(still(to, before), "%s: touched", ops->name);
        free(cut);
        free(s.bytes);
        lgd_optimizer_free(from);
        lgd_optimizer_free(to);
    }
}
END_TEST

/* Every 8 bytes set to numbers that a count must not have, under a checksum that is right. */
START_TEST(load_absurd_counts_right_checksum_refused_or_sound)
{
    static const uint64_t absurd[] = {0, 1, 2, 3, 4, 1000, (uint64_t)1 << 40, (uint64_t)1 << 60, INT64_MAX, UINT64_MAX};
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = method(i)) != NULL; i++) {
        lgd_optimizer *from = made_small(ops, PRESETS);
        double w[5] = {0};
        walk(from, 5, w, 0, 7);
        saved s = save(from);
        for (size_t at = 16; at + 12 <= s.size; at = next_place(at, s.size))
            for (size_t a = 0; a < sizeof absurd / sizeof *absurd; a++) {
                unsigned char *bytes = malloc(s.size);
                ck_assert_ptr_nonnull(bytes);
                memcpy(bytes, s.bytes, s.size);
                memcpy(bytes + at, &absurd[a], sizeof *absurd);
                const uint32_t crc = lgd_crc32c(0, bytes, s.size - 4);
                memcpy(bytes + s.size - 4, &crc, 4);
                budget b;
                budget_begin(&b, 0);
                lgd_optimizer *to = made_small(ops, PRESETS);
                const lgd_status status = lgd_optimizer_load(to, bytes, s.size);
                ck_assert(status ? to->dim == 0 : to->dim == 5);
                for (int t = 0; !status && t < 2; t++) { /* what is taken can be used */
                    double g[5] = {1, 1, 1, 1, 1};
                    lgd_step step = {.w = w, .g = g, .lr_factor = 1, .momentum = NAN};
                    step.oracle = &quadratic_oracle;
                    step.oracle_ctx = &to->dim;
                    ck_assert_int_eq(lgd_optimizer_advance(to, &step), LGD_OK);
                }
                lgd_optimizer_free(to);
                ck_assert_uint_eq(b.living, 0);
                lgd_set_memory(NULL);
                free(bytes);
            }
        free(s.bytes);
        lgd_optimizer_free(from);
    }
}
END_TEST

START_TEST(load_other_method_refused_by_name)
{
    const lgd_optimizer_ops *a, *b;
    for (size_t i = 0; (a = method(i)) != NULL; i++)
        for (size_t j = 0; (b = method(j)) != NULL; j++) {
            if (i == j)
                continue;
            lgd_optimizer *from = made(a, PRESETS), *to = made(b, PRESETS);
            char expected[96];
            saved s = save(from);
            load_refused(to, s.bytes, s.size, LGD_EINVAL, "method", i);
            snprintf(expected, sizeof expected, "%s: the saved state is of method %s, ", b->name, a->name);
            ck_assert_msg(strstr(lgd_last_error(), expected) != NULL, "%s", lgd_last_error());
            free(s.bytes);
            lgd_optimizer_free(from);
            lgd_optimizer_free(to);
        }
}
END_TEST

START_TEST(load_other_option_refused_by_name)
{
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = method(i)) != NULL; i++)
        for (const lgd_option *o = ops->options; o->name; o++) {
            /* where the option alone would contradict the presets, all the others are set too */
            lgd_optimizer *from = NULL, *to = NULL;
            int rest = PRESETS;
            if (make(&from, ops, rest, o->name, other_value(o)) == LGD_OK)
                to = made(ops, rest);
            else
                ck_assert_int_eq(make(&to, ops, rest = EVERYTHING_ELSE, o->name, lgd_zero(o->preset)), LGD_OK);
            if (rest == EVERYTHING_ELSE)
                from = made(ops, rest);
            char expected[96];
            saved s = save(from);
            load_refused(to, s.bytes, s.size, LGD_EINVAL, "option", 0);
            snprintf(expected, sizeof expected, "%s: %s of the saved state is ", ops->name, o->name);
            ck_assert_msg(strstr(lgd_last_error(), expected) != NULL, "%s", lgd_last_error());
            free(s.bytes);
            lgd_optimizer_free(from);
            lgd_optimizer_free(to);
        }
}
END_TEST

START_TEST(load_table_of_other_names_refused)
{
    lgd_option table[3];
    memcpy(table, averager_table, sizeof table);
    lgd_optimizer_ops ops = averager_ops;
    ops.options = table;
    table[2] = (lgd_option){0};
    lgd_optimizer *from = made(&averager_ops, PRESETS), *to = made(&ops, PRESETS);
    saved s = save(from);
    load_refused(to, s.bytes, s.size, LGD_EINVAL, "fewer options", 2);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "has 4 options, 2 are accepted"));
    free(s.bytes);
    lgd_optimizer_free(from);
    from = made(&ops, PRESETS);
    s = save(from);
    table[1].name = "begin";
    load_refused(to, s.bytes, s.size, LGD_EINVAL, "renamed option", 1);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "has option first, begin is accepted"));
    free(s.bytes);
    lgd_optimizer_free(from);
    lgd_optimizer_free(to);
}
END_TEST

static void two_vectors(const void *options, size_t dim, size_t *vectors, size_t *state_size)
{
    averager_layout(options, dim, vectors, state_size);
    *vectors = 2;
}

START_TEST(load_other_layout_refused)
{
    lgd_optimizer_ops ops = averager_ops;
    ops.layout = two_vectors;
    lgd_optimizer *from = made(&ops, PRESETS), *to = made(&averager_ops, PRESETS);
    double w[5] = {0};
    walk(from, 5, w, 0, 3);
    saved s = save(from);
    load_refused(to, s.bytes, s.size, LGD_EFORMAT, "vectors", 2);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "averager: the saved state has another layout"));
    free(s.bytes);
    lgd_optimizer_free(from);
    lgd_optimizer_free(to);
}
END_TEST

/* Where the line about the machine is, behind 16 bytes of magic, order and version, and its length. */
START_TEST(load_of_another_machine_works_and_tells)
{
    enum { LENGTH = 16, LINE = 24 };
    lgd_optimizer *a = parsed("adam"), *b = parsed("adam");
    double w[5] = {0};
    walk(a, 5, w, 0, 4);
    ck_assert_ptr_eq(lgd_optimizer_machine(a), lgd_machine());
    ck_assert_ptr_eq(lgd_optimizer_machine(NULL), lgd_machine());
    saved s = save(a);
    uint64_t length;
    memcpy(&length, s.bytes + LENGTH, sizeof length);
    ck_assert_uint_eq(length, strlen(lgd_machine()));
    ck_assert_mem_eq(s.bytes + LINE, lgd_machine(), length);
    ck_assert_int_eq(lgd_optimizer_load(b, s.bytes, s.size), LGD_OK);
    ck_assert_str_eq(lgd_optimizer_machine(b), lgd_machine());
    memcpy(s.bytes + LINE, "CPU zx81", 8);
    uint32_t crc = lgd_crc32c(0, s.bytes, s.size - 4);
    memcpy(s.bytes + s.size - 4, &crc, 4);
    ck_assert_int_eq(lgd_optimizer_load(b, s.bytes, s.size), LGD_OK);
    ck_assert_int_eq(strncmp(lgd_optimizer_machine(b), "CPU zx81", 8), 0);
    ck_assert_uint_eq(lgd_optimizer_steps(b), 4);
    free(s.bytes);
    s = save(b); /* what it is now is of this machine */
    ck_assert_mem_eq(s.bytes + LINE, lgd_machine(), length);
    lgd_optimizer_reset(b);
    ck_assert_ptr_eq(lgd_optimizer_machine(b), lgd_machine());
    length = 256;
    memcpy(s.bytes + LENGTH, &length, sizeof length);
    crc = lgd_crc32c(0, s.bytes, s.size - 4);
    memcpy(s.bytes + s.size - 4, &crc, 4);
    load_refused(b, s.bytes, s.size, LGD_EFORMAT, "machine", 0);
    free(s.bytes);
    lgd_optimizer_free(a);
    lgd_optimizer_free(b);
}
END_TEST

START_TEST(load_other_byte_order_or_version_told)
{
    lgd_optimizer *opt = parsed("sgd");
    saved s = save(opt);
    for (size_t i = 0; i < 2; i++) {
        unsigned char swap = s.bytes[8 + i];
        s.bytes[8 + i] = s.bytes[11 - i];
        s.bytes[11 - i] = swap;
    }
    load_refused(opt, s.bytes, s.size, LGD_EFORMAT, "byte order", 0);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "other byte order"));
    free(s.bytes);
    s = save(opt);
    const uint32_t version = 6;
    memcpy(s.bytes + 12, &version, 4);
    const uint32_t crc = lgd_crc32c(0, s.bytes, s.size - 4);
    memcpy(s.bytes + s.size - 4, &crc, 4);
    load_refused(opt, s.bytes, s.size, LGD_EFORMAT, "version", 4);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "another version"));
    free(s.bytes);
    lgd_optimizer_free(opt);
}
END_TEST

START_TEST(load_allocation_failing_enomem_nothing_touched)
{
    lgd_optimizer *from = parsed("adam");
    double w[5] = {0};
    walk(from, 5, w, 0, 7);
    saved s = save(from);
    lgd_optimizer_free(from);
    budget b;
    budget_begin(&b, 3);
    lgd_optimizer *to = parsed("adam");
    load_refused(to, s.bytes, s.size, LGD_ENOMEM, "request", 3);
    ck_assert_int_eq(lgd_optimizer_load(to, s.bytes, s.size), LGD_OK);
    lgd_optimizer_free(to);
    ck_assert_uint_eq(b.living, 0);
    lgd_set_memory(NULL);
    free(s.bytes);
}
END_TEST

static lgd_status fails_beyond_first_slice(lgd_step *s)
{
    for (size_t j = 0; j < s->dim; j++)
        s->vec[0][j] += s->g[j];
    return s->t == 2 && s->decay == 0 ? LGD_EUSER : LGD_OK;
}

/* A message is one line of plain letters, whatever stands in the bytes. */
START_TEST(load_method_of_unprintable_letters_shown_as_question_marks)
{
    lgd_optimizer *opt = made(lgd_optimizer_builtin(0), PRESETS);
    saved s = save(opt);
    const char *name = lgd_optimizer_builtin(0)->name;
    unsigned char *at = s.bytes + 16 + 8 + strlen(lgd_machine()) + 8; /* behind the head and two texts' lengths */
    ck_assert_mem_eq(at, name, strlen(name));
    memcpy(at, "\n\x1B", 2);
    const uint32_t crc = lgd_crc32c(0, s.bytes, s.size - 4);
    memcpy(s.bytes + s.size - 4, &crc, 4);
    load_refused(opt, s.bytes, s.size, LGD_EINVAL, "name", 0);
    char expected[96];
    snprintf(expected, sizeof expected, "is of method ??%s, one of %s is accepted", name + 2, name);
    ck_assert_msg(strstr(lgd_last_error(), expected) != NULL, "%s", lgd_last_error());
    free(s.bytes);
    lgd_optimizer_free(opt);
}
END_TEST

START_TEST(save_after_step_half_done_refused_until_reset)
{
    lgd_optimizer_ops ops = averager_ops;
    ops.step = fails_beyond_first_slice;
    lgd_optimizer *opt = made(&ops, PRESETS), *other = made(&ops, PRESETS);
    double w[3] = {0}, g[3] = {1, 1, 1};
    unsigned char bytes[1024];
    size_t size = sizeof bytes;
    ck_assert_int_eq(lgd_optimizer_prepare(opt, 3, 1, 1), LGD_OK);
    ck_assert_int_eq(lgd_optimizer_step(opt, 3, w, g, 0, 1), LGD_OK);
    saved s = save(opt);
    ck_assert_int_eq(lgd_optimizer_step(opt, 3, w, g, 0, 1), LGD_EUSER);
    ck_assert_int_eq(lgd_optimizer_save(opt, NULL, &size), LGD_EINVAL);
    ck_assert_int_eq(lgd_optimizer_save(opt, bytes, &size), LGD_EINVAL);
    ck_assert_str_eq(lgd_last_error(), "averager: its last step failed half done, lgd_optimizer_reset is accepted");
    ck_assert_uint_eq(size, sizeof bytes);
    ck_assert_int_eq(lgd_optimizer_load(opt, s.bytes, s.size), LGD_OK); /* a whole state takes its place */
    ck_assert(still(opt, s));
    ck_assert_int_eq(lgd_optimizer_step(opt, 3, w, g, 0, 1), LGD_EUSER);
    lgd_optimizer_reset(opt);
    ck_assert(still(opt, save(other)));
    lgd_optimizer_free(opt);
    lgd_optimizer_free(other);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("state");
    CASE(s, resume_after_every_step_bits_of_uninterrupted);
    CASE(s, resume_momentum_lent_goes_on_with_it);
    CASE(s, load_into_used_optimizer_replaces_all);
    CASE(s, save_room_too_small_refused_size_told);
    CASE(s, load_every_byte_corrupt_every_length_cut_refused);
    CASE(s, load_absurd_counts_right_checksum_refused_or_sound);
    CASE(s, load_other_method_refused_by_name);
    CASE(s, load_method_of_unprintable_letters_shown_as_question_marks);
    CASE(s, load_other_option_refused_by_name);
    CASE(s, load_table_of_other_names_refused);
    CASE(s, load_other_layout_refused);
    CASE(s, load_of_another_machine_works_and_tells);
    CASE(s, load_other_byte_order_or_version_told);
    CASE(s, load_allocation_failing_enomem_nothing_touched);
    CASE(s, save_after_step_half_done_refused_until_reset);
    return suite_run(s);
}
