#define _POSIX_C_SOURCE 200809L
#include "io/zip.h"
#ifdef LGD_ARCHIVE
#include "io/file.h"
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

struct lgd_member {
    struct archive *archive;
    const char *shown;
};

static lgd_status damaged(const lgd_member *m)
{
    if (archive_errno(m->archive) == ENOMEM)
        return lgd_fail(LGD_ENOMEM, "%s: libarchive has not got the memory to read a zip archive", m->shown);
    return lgd_fail(LGD_EFORMAT, "%s: this begins as a zip archive, but is damaged, cut short or locked", m->shown);
}

static lgd_status begin(lgd_member *m, int file)
{
    enum { BUFFER = 1 << 16 };
    archive_read_free(m->archive); /* NULL is accepted */
    m->archive = archive_read_new();
    if (!m->archive)
        return lgd_fail(LGD_ENOMEM, "%s: libarchive has no memory", m->shown);
    if (lseek(file, 0, SEEK_SET) < 0)
        return lgd_file_failure(m->shown, errno);
    return archive_read_support_format_zip(m->archive) || archive_read_open_fd(m->archive, file, BUFFER) ? damaged(m)
                                                                                                         : LGD_OK;
}

/* The next member's name, NULL at the end; "" for one that cannot be told. */
static lgd_status next(const lgd_member *m, const char **name)
{
    struct archive_entry *entry;
    *name = NULL;
    const int said = archive_read_next_header(m->archive, &entry);
    if (said == ARCHIVE_EOF)
        return LGD_OK;
    if (said < ARCHIVE_WARN)
        return damaged(m);
    const char *own = archive_entry_pathname(entry), *utf8 = own ? NULL : archive_entry_pathname_utf8(entry);
    *name = own ? own : utf8 ? utf8 : "";
    return LGD_OK;
}

static bool is_array(const char *name)
{
    const size_t n = strlen(name);
    return n >= 4 && !strcmp(name + n - 4, ".npy");
}

/* X.npy is called X, as NumPy does. */
static size_t length_of(const char *name)
{
    return strlen(name) - (is_array(name) ? 4 : 0);
}

static bool is_wanted(const char *name, const char *wanted)
{
    if (!wanted)
        return is_array(name);
    const size_t n = strlen(wanted);
    return !strcmp(name, wanted) || (is_array(name) && length_of(name) == n && !memcmp(name, wanted, n));
}

/* Which of the members it is, from 0. */
static lgd_status find(const lgd_member *m, const char *wanted, size_t *at)
{
    enum { TOLD = 12 };
    lgd_text names = {0};
    size_t count = 0, matches = 0, place = 0;
    const char *name = NULL;
    lgd_status st = LGD_OK;
    for (;; place++) {
        st = st ? st : next(m, &name);
        if (st || !name)
            break;
        if (is_wanted(name, wanted) && matches++ == 0)
            *at = place;
        char shown[LGD_SHOWN];
        if (is_array(name) && count++ < TOLD)
            st = lgd_text_print(&names, "%s\"%s\"", count > 1 ? ", " : "", lgd_shown(shown, name, length_of(name)));
    }
    char shown[LGD_SHOWN];
    const char *more = count > TOLD ? ", ..." : "", *told = names.bytes ? names.bytes : "none";
    if (!st && wanted && !matches)
        st = lgd_fail(LGD_EINVAL, "%s: member is \"%s\", one of its arrays is accepted: %s%s", m->shown,
                      lgd_shown(shown, wanted, strlen(wanted)), told, more);
    else if (!st && wanted && matches > 1)
        st = lgd_fail(LGD_EINVAL, "%s: member is \"%s\", and %zu are called so; one is accepted", m->shown,
                      lgd_shown(shown, wanted, strlen(wanted)), matches);
    else if (!st && !matches)
        st = lgd_fail(LGD_EFORMAT, "%s: there is no array of NumPy in this archive", m->shown);
    else if (!st && !wanted && matches > 1)
        st = lgd_fail(LGD_EINVAL, "%s: there are %zu arrays, the name of one as member is accepted: %s%s", m->shown,
                      matches, told, more);
    lgd_text_free(&names);
    return st;
}

lgd_status lgd_member_open(lgd_member **out, int file, const char *shown, const char *wanted, char called[LGD_SHOWN])
{
    *out = NULL;
    lgd_member *m = lgd_alloc("file: member", 1, sizeof *m);
    if (!m)
        return LGD_ENOMEM;
    m->shown = shown;
    size_t at = 0;
    const char *name = NULL;
    lgd_status st = begin(m, file);
    st = st ? st : find(m, wanted, &at);
    st = st ? st : begin(m, file);
    for (size_t i = 0; i <= at && !st; i++) {
        st = next(m, &name);
        if (!st && !name)
            st = lgd_fail(LGD_EIO, "%s: the file has changed while it was read", shown);
    }
    if (st) {
        lgd_member_close(m);
        return st;
    }
    lgd_shown(called, name, length_of(name));
    *out = m;
    return LGD_OK;
}

lgd_status lgd_member_read(lgd_member *m, void *to, size_t room, size_t *got)
{
    const la_ssize_t n = archive_read_data(m->archive, to, room);
    *got = n > 0 ? (size_t)n : 0;
    return n < 0 ? damaged(m) : LGD_OK;
}

void lgd_member_close(lgd_member *m)
{
    if (!m)
        return;
    archive_read_free(m->archive);
    lgd_release(m);
}

#else

lgd_status lgd_member_open(lgd_member **out, int file, const char *shown, const char *wanted, char name[LGD_SHOWN])
{
    (void)file;
    (void)wanted;
    (void)name;
    *out = NULL;
    return lgd_fail(LGD_EUNSUPPORTED,
                    "%s: this is a zip archive, which this library was built without (libarchive does it)", shown);
}

lgd_status lgd_member_read(lgd_member *m, void *to, size_t room, size_t *got)
{
    (void)m;
    (void)to;
    (void)room;
    *got = 0;
    return LGD_OK;
}

void lgd_member_close(lgd_member *m)
{
    (void)m;
}

#endif
