/* The tables of the scenes: each is made in memory and then written, so that a file is there whole or its name is said. */
#include "scenes.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool refuse(const char *path, const char *why)
{
    fprintf(stderr, "lgd-bench: %s: %s\n", path, why);
    return false;
}

static bool put(const char *path, size_t size, const char *text)
{
    FILE *file = fopen(path, "w");
    if (!file)
        return refuse(path, strerror(errno));
    bool written = fwrite(text, 1, size, file) == size && !fflush(file);
    int why = errno;
    if (fclose(file) && written) {
        why = errno;
        written = false;
    }
    return written || refuse(path, strerror(why));
}

static bool scene_write(const scene *s, const char *folder)
{
    char path[PATH_SIZE], *text = NULL;
    size_t size = 0;
    if (snprintf(path, sizeof path, "%s/%s", folder, s->file) >= (int)sizeof path)
        return refuse(folder, strerror(ENAMETOOLONG));
    FILE *memory = open_memstream(&text, &size);
    if (!memory)
        return refuse(path, strerror(errno));
    lgd_status st = s->fill(memory);
    bool bad = ferror(memory) != 0;
    bad = fclose(memory) || bad;
    bool done = st    ? refuse(path, lgd_last_error())
                : bad ? refuse(path, "memory does not suffice for the table")
                      : put(path, size, text);
    free(text);
    return done;
}

bool scenes_write(const char *folder)
{
    static const scene *const lists[] = {scenes_of_rates};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (const scene *s = lists[i]; s->file; s++)
            if (!scene_write(s, folder))
                return false;
    return true;
}
