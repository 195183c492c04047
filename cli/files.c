/* Sentences, memory, files. */
#include "cli.h"
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- sentences and memory */

bool refuse(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    fputs("lgd: ", stderr);
    vfprintf(stderr, format, values);
    fputs("\n", stderr);
    va_end(values);
    return false;
}

/* What the library calls its options, and how they are called here; the longer first. */
static const char *const words[][2] = {
    {"text = LGD_TEXT_ONE_HOT or LGD_TEXT_IGNORE, or name it in one_hot or ignore", "--ignore=COLUMN leaves it out"},
    {"name it in one_hot or ignore", "--ignore=COLUMN leaves it out"},
    {"name it in ignore", "--ignore=COLUMN leaves it out"},
    {"missing = LGD_MISSING_DROP", "--missing=drop"},
    {"LGD_MISSING_MEAN", "--missing=mean"},
    {"set missing_text", "--missing-text=MARK"},
    {"set binary", "--loss=logistic"},
    {"set classes", "--loss=softmax"},
    {"a binary one has two values", "two labels are accepted by this loss; hint: several? --loss=softmax"},
    {"a binary one has two", "two are accepted by this loss; hint: several? --loss=softmax"},
    {"name it, the last column is taken otherwise", "--target=COLUMN"},
    {"; hint: no_target needs none", ""},
    {"; hint: cols says how many columns there are", ""},
    {"as cols says", "as the model has columns"},
    {"as base says", "as --index-base or the model says"},
    {"skip_lines", "--skip-lines"},
    {"only is ", "the model needs "},
    {"a target and one more are needed", "a target and one more are needed; hint: no CSV? --format"},
    {"there is no column that is not ignored",
     "there is no column of numbers that is not ignored; hint: no CSV? --format"},
    {"header yes or no", "--header=yes or --header=no"},
    {"csv: delimiter is", "--delimiter is"},
    {"set decimal_comma", "--decimal-comma"},
    {"decimal_comma", "--decimal-comma"},
};

bool refuse_last(void)
{
    char text[1024] = "";
    const char *at = lgd_last_error();
    for (size_t used = 0; *at && used < sizeof text - 128;) {
        size_t i = 0;
        while (i < sizeof words / sizeof *words && strncmp(at, words[i][0], strlen(words[i][0])))
            i++;
        const bool found = i < sizeof words / sizeof *words;
        used += (size_t)snprintf(text + used, sizeof text - used, "%.*s", found ? 127 : 1, found ? words[i][1] : at);
        at += found ? strlen(words[i][0]) : 1;
    }
    return refuse("%s", text);
}

void *memory_of(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);
    if (!memory)
        refuse("out of memory for %zu numbers", count);
    return memory;
}

/* ---- files */

/* Is there something that is no file of numbers or text: a device, a pipe? */
static bool is_device(const char *path)
{
    struct stat there;
    return !stat(path, &there) && !S_ISREG(there.st_mode) && !S_ISDIR(there.st_mode);
}

/* That of a file, with a point behind, so that it may be asked about; NULL: no memory. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = memory_of(strlen(path) + 3, 1);
    if (folder)
        sprintf(folder, "%.*s.", slash ? (int)(slash - path) + 1 : 0, path);
    return folder;
}

/* May a file be made in the folder of this one? Known before the work whose result goes there. */
static bool has_folder(const char *path)
{
    char *folder = folder_of(path);
    if (!folder)
        return false;
    const int why = !*path ? ENOENT : access(folder, W_OK | X_OK) ? errno : 0;
    free(folder);
    return !why || refuse("%s: %s", *path ? path : "\"\"", strerror(why));
}

static const char *name_in_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

bool output_same(const char *a, const char *b)
{
    struct stat x, y;
    const bool there = !stat(a, &x), both = there == !stat(b, &y);
    if (there || !both)
        return both && S_ISREG(x.st_mode) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
    char *of_a = folder_of(a), *of_b = folder_of(b);
    const bool same = of_a && of_b && !stat(of_a, &x) && !stat(of_b, &y) && x.st_dev == y.st_dev &&
                      x.st_ino == y.st_ino && !strcmp(name_in_folder(a), name_in_folder(b));
    free(of_a);
    free(of_b);
    return same;
}

bool output_allowed(const char *path, bool force)
{
    struct stat there;
    if (!strcmp(path, "-") || is_device(path))
        return true;
    if (stat(path, &there))
        return has_folder(path);
    if (S_ISDIR(there.st_mode))
        return refuse("%s: is a folder", path);
    return (force || refuse("%s: is there already; --force replaces it", path)) && has_folder(path);
}

bool output_open(output *o, const char *path)
{
    *o = (output){.path = path};
    if (!strcmp(path, "-")) {
        o->file = stdout;
        return true;
    }
    if (!is_device(path)) {
        if (!(o->part = memory_of(strlen(path) + 6, 1)))
            return false;
        sprintf(o->part, "%s.part", path);
    }
    o->file = fopen(o->part ? o->part : path, "w");
    if (o->file)
        return true;
    refuse("%s: %s", o->part ? o->part : path, strerror(errno));
    free(o->part);
    o->part = NULL;
    return false;
}

bool output_finish(output *o)
{
    if (o->file == stdout)
        return stdout_finish();
    errno = 0;
    bool ok = !ferror(o->file);
    ok = !fclose(o->file) && ok;
    ok = ok && (!o->part || !rename(o->part, o->path));
    if (!ok)
        refuse("%s: %s", o->path, strerror(errno ? errno : EIO));
    if (!ok && o->part)
        unlink(o->part);
    free(o->part);
    *o = (output){0};
    return ok;
}

bool stdout_finish(void)
{
    errno = 0;
    const bool ok = !ferror(stdout);
    return (!fflush(stdout) && ok) || refuse("standard output: %s", strerror(errno ? errno : EIO));
}
