/* The JSON of lgd-bench: all of it or none. */
#include "suite.h"
#include "../bench/bench.h"
#include <jansson.h>
#include <string.h>
#include <unistd.h>

static size_t allowed; /* allocations until one fails */

/* Of the races only their names are written here, since none ran. */
void race_describe(race *r, race_id id)
{
    static char name[RACES][16];
    snprintf(name[id], sizeof name[id], "race %d", (int)id);
    *r = (race){.name = name[id]};
}

/* And no model of costs was measured. */
void write_model(FILE *to, const results *r)
{
    (void)to, (void)r;
}

json_t *model_json(const model *m)
{
    (void)m;
    return json_null();
}

static void *failing(size_t size)
{
    return allowed-- == 0 ? NULL : malloc(size);
}

static char folder[] = "/tmp/lgd-output-XXXXXX";

/* output_write with what it says in said[size]. */
static int write_all(const results *r, char *said, size_t size)
{
    FILE *file = tmpfile();
    fflush(NULL);
    int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
    dup2(fileno(file), STDOUT_FILENO);
    dup2(fileno(file), STDERR_FILENO);
    int status = output_write(r);
    fflush(NULL);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    rewind(file);
    said[fread(said, 1, size - 1, file)] = 0;
    fclose(file);
    return status;
}

START_TEST(json_kth_allocation_failing_lost_and_said)
{
    static results r;
    static variant v = {.name = "scalar"};
    double sample[] = {1, 2, 3};
    grid_cell cell = {.variant = &v, .repeats = 1, .sample = sample};
    settings s = {.out = folder};
    r.settings = &s;
    r.data[0] = (dataset){.name = "data"};
    r.datasets = r.comparisons = 1;
    r.comparison[0] = (comparison){.data = &r.data[0], .methods = 2};
    for (size_t i = 0; i < 2; i++)
        r.comparison[0].method[i] = (method){.name = "batch", .epochs = 2, .curve = sample, .clock = sample};
    r.grid = (grid){.name = "data", .cell = &cell, .cells = 1, .rounds = 3};
    r.gradient = (gradient){.cells = 1, .rounds = 3};
    r.gradient.cell[0] = (gradient_cell){.name = "gemv", .repeats = 1, .sample = sample};
    r.has_grid = r.has_gradient = true;

    char said[4096], path[64];
    snprintf(path, sizeof path, "%s/run.json", folder);
    size_t lost = 0;
    int status = EXIT_LOST;
    for (; status == EXIT_LOST; lost++) {
        allowed = lost;
        json_set_alloc_funcs(failing, free);
        status = write_all(&r, said, sizeof said);
        json_set_alloc_funcs(malloc, free);
        ck_assert_msg(status == EXIT_OK || strstr(said, "run.json: memory does not suffice for the JSON"), "%s", said);
        ck_assert_msg((status == EXIT_OK) == (strstr(said, "wrote ") != NULL), "%s", said);
    }
    ck_assert_int_eq(status, EXIT_OK);
    ck_assert_uint_gt(lost, 100);
    json_t *tree = json_load_file(path, 0, NULL);
    ck_assert_ptr_nonnull(tree);
    ck_assert_uint_eq(
        json_array_size(json_object_get(json_array_get(json_object_get(tree, "comparisons"), 0), "methods")), 2);
    json_decref(tree);
}
END_TEST

START_TEST(utf8_text_any_bytes_valid_and_cut_between_characters)
{
    static const struct {
        const char *text, *plain;
        size_t size;
    } texts[] = {
        {"a\nb", "a\nb", 8},
        {"caf\xC3\xA9", "caf\xC3\xA9", 6},
        {"caf\xC3\xA9", "caf", 5},
        {"\xF0\x9D\x84\x9Ex", "", 4},
        {"\xE9s", "?s", 8},
        {"x\xE2\x82", "x??", 8},
        {"\xC0\xAF\xE0\x80\x80", "?????", 8},
        {"\xED\xA0\x80\xF4\x90\x80\x80", "???????", 8},
        {"\xEF\xBF\xBD\xF4\x8F\xBF\xBF", "\xEF\xBF\xBD\xF4\x8F\xBF\xBF", 8},
        {"\x80\xFF", "?", 2},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char out[16];
        memset(out, 'x', sizeof out);
        ck_assert_str_eq(utf8_text(out, texts[i].size, texts[i].text), texts[i].plain);
    }
}
END_TEST

int main(void)
{
    if (!mkdtemp(folder))
        return EXIT_FAILURE;
    Suite *s = suite_create("output");
    CASE(s, json_kth_allocation_failing_lost_and_said);
    CASE(s, utf8_text_any_bytes_valid_and_cut_between_characters);
    int failed = suite_run(s);
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) || failed;
}
