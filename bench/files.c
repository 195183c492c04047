/* Files and folders; what fails is named on stderr. */
#include "bench.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

bool file_refused(const char *path)
{
    fprintf(stderr, "lgd-bench: %s: %s\n", path, strerror(errno));
    return false;
}

bool file_finish(FILE *file, const char *path)
{
    bool bad = ferror(file) != 0;
    return (fclose(file) || bad) ? file_refused(path) : true;
}

bool file_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    if (!file)
        return file_refused(path);
    fputs(text, file);
    return file_finish(file, path);
}

const char *file_of_data(char *path, size_t size, const char *name)
{
    static const char *const folders[] = {LGD_BENCH_DATA, LGD_BENCH_INSTALLED};
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, size, "%s/%s", folders[i], name);
        if (!access(path, R_OK))
            break;
    }
    return path;
}

char *file_read(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t used = 0;
    struct stat about;
    bool regular = file && !fstat(fileno(file), &about) && S_ISREG(about.st_mode); /* a device may have no end */
    for (size_t room = 1 << 16, got = 1; regular && got; room *= 2) {
        char *longer = realloc(text, room);
        if (!longer)
            break;
        text = longer;
        got = fread(text + used, 1, room - used - 1, file);
        used += got;
        text[used] = 0;
    }
    bool whole = regular && text && feof(file) && !ferror(file);
    if (file)
        fclose(file);
    if (whole)
        return text;
    free(text);
    return NULL;
}

/* Until this program ends or holds another folder, no other run holds this one: of two that draw at once each would remove
 * what the other has drawn. A file system without locks holds nothing. */
static void hold(const char *path)
{
    static int held = -1;
    if (held >= 0)
        close(held);
    held = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (held < 0 || !flock(held, LOCK_EX | LOCK_NB) || errno != EWOULDBLOCK)
        return;
    fprintf(stderr, "lgd-bench: waiting for another run that writes to %s\n", path);
    while (flock(held, LOCK_EX) && errno == EINTR)
        continue;
}

bool folder_make(const char *path)
{
    char part[PATH_SIZE];
    size_t length = strlen(path);
    if (length > PATH_SIZE - NAME_SIZE - 1) {
        errno = ENAMETOOLONG;
        return file_refused(path);
    }
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i])
            continue;
        memcpy(part, path, i);
        part[i] = 0;
        if (mkdir(part, 0777) && errno != EEXIST)
            return file_refused(part);
    }
    hold(path);
    return true;
}

/* ---- text */

/* Neither longer than need be, nor a surrogate, nor above U+10FFFF (The Unicode Standard, table 3-7). */
size_t utf8_character(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t n = *s < 0x80                 ? 1
               : *s >= 0xC2 && *s < 0xE0 ? 2
               : *s >= 0xE0 && *s < 0xF0 ? 3
               : *s >= 0xF0 && *s < 0xF5 ? 4
                                         : 0;
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    bool wrong = (*s == 0xE0 && s[1] < 0xA0) || (*s == 0xED && s[1] >= 0xA0) || (*s == 0xF0 && s[1] < 0x90) ||
                 (*s == 0xF4 && s[1] >= 0x90);
    return wrong ? 0 : n;
}

char *utf8_text(char *out, size_t size, const char *text)
{
    size_t used = 0;
    while (*text) {
        size_t n = utf8_character(text);
        const char *shown = n ? text : "?";
        n = n ? n : 1;
        if (used + n >= size)
            break;
        memcpy(out + used, shown, n);
        used += n;
        text += n;
    }
    out[used] = 0;
    return out;
}

/* In markup <, > and & mean something, in an attribute the quotes do; what no page may hold becomes '?'. */
static void escaped(FILE *to, const char *text)
{
    while (*text) {
        size_t n = utf8_character(text);
        switch (*text) {
        case '<':
            fputs("&lt;", to);
            break;
        case '>':
            fputs("&gt;", to);
            break;
        case '&':
            fputs("&amp;", to);
            break;
        case '"':
            fputs("&quot;", to);
            break;
        case '\'':
            fputs("&#39;", to);
            break;
        default:
            if (!n || ((unsigned char)*text < 0x20 && !strchr("\t\n", *text)) || *text == 0x7F)
                putc('?', to);
            else
                fwrite(text, 1, n, to);
        }
        text += n ? n : 1;
    }
}

void html(FILE *to, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    for (const char *at = format; *at; at++) {
        if (*at != '%') {
            putc(*at, to);
            continue;
        }
        switch (*++at) {
        case 's':
            escaped(to, va_arg(values, const char *));
            break;
        case 'z': /* zu */
            fprintf(to, "%zu", va_arg(values, size_t));
            at++;
            break;
        default:
            putc('%', to);
        }
    }
    va_end(values);
}
