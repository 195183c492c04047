/* A folder of a suite's own, and files in it. */
#ifndef LGD_TESTS_FOLDER_H
#define LGD_TESTS_FOLDER_H
#include <check.h>
#include <stdio.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char folder[32]; /* "" until it is made */

/* Makes it, under `parent` if there is such a place, else under /tmp. */
static inline bool folder_make(const char *parent)
{
    snprintf(folder, sizeof folder, "%s/lgd-XXXXXX", parent);
    if (!mkdtemp(folder)) {
        strcpy(folder, "/tmp/lgd-XXXXXX");
        if (!mkdtemp(folder)) {
            perror(folder);
            return false;
        }
    }
    return !chmod(folder, 0755);
}

/* With all that is in it. */
static inline bool folder_remove(void)
{
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return !system(command);
}

/* The path of a name in it; the last eight that were asked for stay. */
static inline const char *path_of(const char *name)
{
    static char path[8][256];
    static size_t next;
    char *p = path[next++ % 8];
    snprintf(p, sizeof path[0], "%s/%s", folder, name);
    return p;
}

static inline const char *file_of(const char *name, const void *bytes, size_t size)
{
    const char *path = path_of(name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
    return path;
}

#endif
