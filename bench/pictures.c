/* Pictures: gnuplot draws them in the folder of results, where their scripts are put beside their data, so that
 * `gnuplot NAME.gp` there draws one again. */
#include "bench.h"
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const names[] = {LGD_BENCH_PICTURE_NAMES}; /* of bench/meson.build */
enum { NAMES = sizeof names / sizeof *names };
_Static_assert(sizeof names / sizeof *names <= MAX_PICTURES, "as many as there is room for");

/* ---- scripts */

/* A script of the tree, or of where it was installed; NULL if it is in neither. */
static char *script_read(const char *file)
{
    static const char *const places[] = {LGD_BENCH_PICTURES, LGD_BENCH_INSTALLED "/pictures"};
    char path[PATH_SIZE], *text = NULL;
    for (size_t i = 0; i < sizeof places / sizeof *places && !text; i++) {
        snprintf(path, sizeof path, "%s/%s", places[i], file);
        text = file_read(path);
    }
    return text;
}

/* A file that is the same already is left alone: the folder may be that of the scripts itself. */
static bool put(const char *path, const char *text)
{
    char *old = file_read(path);
    bool same = old && !strcmp(old, text);
    free(old);
    return same || file_write(path, text);
}

/* The rest of the comment "# KEY: ..."; false if the script has none. */
static bool comment(char *out, size_t size, const char *script, const char *key)
{
    size_t length = strlen(key);
    for (const char *at = script; *at == '#'; at += strcspn(at, "\n"), at += *at == '\n') {
        const char *word = at + 1 + strspn(at + 1, " ");
        if (strncmp(word, key, length) || word[length] != ':')
            continue;
        word += length + 1;
        word += strspn(word, " ");
        return (size_t)snprintf(out, size, "%.*s", (int)strcspn(word, "\n"), word) < size && *out;
    }
    return false;
}

static void set_state(picture *p, drawing state, const char *why)
{
    p->state = state;
    if (why != p->why)
        snprintf(p->why, sizeof p->why, "%s", why);
    if (state == NOT_DRAWN)
        fprintf(stderr, "lgd-bench: picture %s: %s\n", p->name, p->why);
}

/* Puts the script into the folder and looks whether its data are there. False if the script cannot be written. */
static bool prepare(picture *p, const results *r, const char *out)
{
    char path[PATH_SIZE], file[NAME_SIZE], why[2 * NAME_SIZE];
    snprintf(file, sizeof file, "%s.gp", p->name);
    char *script = script_read(file);
    if (!script) {
        set_state(p, NOT_DRAWN,
                  "its script is neither in " LGD_BENCH_PICTURES " nor in " LGD_BENCH_INSTALLED "/pictures");
        return true;
    }
    bool told = comment(p->title, sizeof p->title, script, "title") && comment(p->alt, sizeof p->alt, script, "alt") &&
                comment(p->data, sizeof p->data, script, "data");
    if (!told)
        set_state(p, NOT_DRAWN, "its script does not begin with # title:, # alt: and # data:");
    snprintf(path, sizeof path, "%s/%s", out, file);
    bool written = put(path, script);
    free(script);
    for (const char *at = p->data; written && told && *at; at += strspn(at, " ")) {
        snprintf(file, sizeof file, "%.*s", (int)strcspn(at, " "), at);
        snprintf(path, sizeof path, "%s/%s", out, file);
        at += strcspn(at, " ");
        if ((r && !output_has(r, file)) || access(path, R_OK)) {
            snprintf(why, sizeof why, r ? "this run wrote no %s" : "there is no %s", file);
            set_state(p, LEFT_OUT, why);
        }
    }
    return written;
}

/* ---- gnuplot */

extern char **environ;

/* Runs gnuplot with that word in the folder, without the user's settings; said: the last line it has to say. Its exit
 * status, or -1 where it could not be run. */
static int gnuplot(const char *out, char *word, char *said, size_t size)
{
    char program[] = "gnuplot", no_settings[] = "-d", line[1024];
    char *words[] = {program, no_settings, word, NULL};
    int ends[2], status = -1;
    pid_t child = -1;
    posix_spawn_file_actions_t actions;
    *said = 0;
    if (pipe(ends))
        return -1;
    int error = posix_spawn_file_actions_init(&actions);
    if (!error) {
        error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0) |
                posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO) |
                posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO) |
                posix_spawn_file_actions_addclose(&actions, ends[0]) |
                posix_spawn_file_actions_addclose(&actions, ends[1]) |
                posix_spawn_file_actions_addchdir_np(&actions, out);
        error = error ? error : posix_spawnp(&child, program, &actions, NULL, words, environ);
        posix_spawn_file_actions_destroy(&actions);
    }
    close(ends[1]);
    FILE *heard = fdopen(ends[0], "r");
    while (heard && fgets(line, sizeof line, heard)) {
        line[strcspn(line, "\n")] = 0;
        if (line[strspn(line, " \t^")])
            snprintf(said, size, "%s", line + strspn(line, " \t"));
    }
    if (heard)
        fclose(heard);
    if (error || waitpid(child, &status, 0) != child)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* ---- SVG */

/* Copies SVG without the ids that nothing refers to, of which the plots of one picture may have the same, and with the
 * name of the picture before those that are left, for several pictures share a page. */
static void copy_ids(FILE *to, const char *svg, const char *name)
{
    static const char *const keys[] = {" id=\"", " id='", "href=\"#", "href='#", "url(#"};
    enum { IDS = 2, KEYS = sizeof keys / sizeof *keys };
    char id[NAME_SIZE * 2] = "#";
    bool tag = false;
    for (const char *at = svg; *at;) {
        size_t key = 0;
        while (tag && key < KEYS && strncmp(at, keys[key], strlen(keys[key])))
            key++;
        if (!tag || key == KEYS) {
            tag = *at == '<' || (tag && *at != '>');
            putc(*at++, to);
            continue;
        }
        const char *value = at + strlen(keys[key]);
        size_t length = strcspn(value, "\"')");
        snprintf(id + 1, sizeof id - 1, "%.*s", (int)length, value);
        if (key >= IDS || strstr(svg, id))
            fprintf(to, "%.*s%s-%.*s", (int)(value - at), at, name, (int)length, value);
        at = value + length + (key < IDS && !strstr(svg, id));
    }
}

/* gnuplot's own title and description give way to those of the picture. False if this is no whole SVG. */
static bool describe(FILE *to, const picture *p, const char *svg)
{
    const char *root = strstr(svg, "<svg"), *body = root ? strchr(root, '>') : NULL, *end = strstr(svg, "</svg>");
    if (!body || !end || end[6 + strspn(end + 6, " \r\n")])
        return false;
    const char *own = strstr(body, "<title>"), *drawn = strstr(body, "<g"), *rest = strstr(body, "</desc>");
    bool generic = own && rest && drawn && own < rest && rest < drawn;
    fwrite(svg, 1, (size_t)(root - svg), to);
    fprintf(to, "<svg role=\"img\" aria-labelledby=\"%s-title\" aria-describedby=\"%s-desc\"", p->name, p->name);
    fwrite(root + 4, 1, (size_t)(body + 1 - root - 4), to);
    html(to, "\n<title id=\"%s-title\">%s</title>\n<desc id=\"%s-desc\">%s</desc>", p->name, p->title, p->name, p->alt);
    copy_ids(to, generic ? rest + 7 : body + 1, p->name);
    return true;
}

/* ---- all of them */

/* What is not a whole picture does not stay. False if its SVG cannot be written. */
static bool draw(picture *p, const char *out)
{
    char path[PATH_SIZE], script[NAME_SIZE];
    snprintf(path, sizeof path, "%s/%s.svg", out, p->name);
    snprintf(script, sizeof script, "%s.gp", p->name);
    if (unlink(path) && errno != ENOENT)
        return file_refused(path);
    int status = gnuplot(out, script, p->why, sizeof p->why);
    char *svg = status ? NULL : file_read(path);
    if (!svg) {
        if (!*p->why)
            snprintf(p->why, sizeof p->why, "gnuplot ended with status %d and wrote no %s.svg", status, p->name);
        set_state(p, NOT_DRAWN, p->why);
        unlink(path);
        return true;
    }
    FILE *file = fopen(path, "w");
    if (!file || !describe(file, p, svg))
        set_state(p, NOT_DRAWN, "what gnuplot wrote is not a whole SVG");
    else
        p->state = DRAWN;
    free(svg);
    bool ok = file ? file_finish(file, path) : file_refused(path);
    if (p->state != DRAWN)
        unlink(path);
    return ok;
}

bool pictures_draw(pictures *all, const results *r, const char *out)
{
    char path[PATH_SIZE], version[] = "--version", said[256];
    char *style = script_read("style.gp");
    snprintf(path, sizeof path, "%s/style.gp", out);
    bool ok = !style || put(path, style);
    free(style);
    all->count = NAMES;
    for (size_t i = 0; i < NAMES && ok; i++) {
        all->picture[i] = (picture){.name = names[i], .state = NOT_YET};
        ok = prepare(&all->picture[i], r, out);
    }
    if (!ok)
        return false;
    bool there = !gnuplot(out, version, said, sizeof said);
    if (!there)
        fprintf(stderr, "lgd-bench: gnuplot not found: no pictures; their data and scripts are in %s\n", out);
    progress bar;
    if (there)
        progress_begin(&bar, "pictures", NAMES);
    for (size_t i = 0; i < NAMES && ok; i++) {
        picture *p = &all->picture[i];
        if (p->state == NOT_YET && !there)
            set_state(p, LEFT_OUT, "gnuplot was not found");
        else if (p->state == NOT_YET)
            ok = draw(p, out);
        if (there)
            progress_step(&bar);
    }
    if (there)
        progress_end(&bar);
    return ok;
}
