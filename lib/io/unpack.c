/* libarchive as a filter: one packing, known beforehand, around one stream of bytes. It would go through packings within packings, and
 * start programs for those it cannot do; told which one it is it does neither. */
#include "gunzip.h"
#ifdef LGD_ARCHIVE
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#endif

static const struct {
    const char *name, *ending, *magic;
    size_t length;
} known[] = {
    [LGD_PACKED_GZIP] = {"gzip", ".gz", "\x1F\x8B", 2},
    [LGD_PACKED_ZSTD] = {"zstd", ".zst", "\x28\xB5\x2F\xFD", 4},
    [LGD_PACKED_XZ] = {"xz", ".xz",
                       "\xFD"
                       "7zXZ\0",
                       6},
    [LGD_PACKED_BZIP2] = {"bzip2", ".bz2", "BZh", 3},
    [LGD_PACKED_LZ4] = {"lz4", ".lz4", "\x04\x22\x4D\x18", 4},
};
enum { KNOWN = sizeof known / sizeof *known };

lgd_packing lgd_packing_of_bytes(const unsigned char *bytes, size_t count)
{
    for (size_t p = LGD_PLAIN + 1; p < KNOWN; p++)
        if (count >= known[p].length && !memcmp(bytes, known[p].magic, known[p].length))
            return (lgd_packing)p;
    return LGD_PLAIN;
}

lgd_packing lgd_packing_of_name(const char *path)
{
    const size_t n = strlen(path);
    for (size_t p = LGD_PLAIN + 1; p < KNOWN; p++) {
        const size_t m = strlen(known[p].ending);
        if (n > m && !strcmp(path + n - m, known[p].ending))
            return (lgd_packing)p;
    }
    return LGD_PLAIN;
}

const char *lgd_packing_name(lgd_packing packing)
{
    return packing == LGD_PLAIN ? "plain" : known[packing].name;
}

static lgd_status unsupported(lgd_packing packing, const char *shown)
{
    return lgd_fail(LGD_EUNSUPPORTED, "%s: this is packed by %s, which %s", shown, lgd_packing_name(packing),
#ifdef LGD_ARCHIVE
                    "the libarchive of this machine cannot do"
#else
                    "this library was built without (libarchive and zlib do it)"
#endif
    );
}

#ifdef LGD_ARCHIVE

struct lgd_unpacker {
    lgd_gunzip *gunzip; /* NULL: libarchive does it */
    struct archive *archive;
    const char *shown;
    lgd_packing packing;
    lgd_packed_from from;
    int64_t taken; /* bytes that `from` gave */
    bool ended;
    lgd_status status; /* of `from` */
};

/* libarchive's own words are not used for what is damaged: they speak of archives. */
static lgd_status damaged(const lgd_unpacker *u)
{
    if (u->status)
        return u->status;
    if (archive_errno(u->archive) == ENOMEM)
        return lgd_fail(LGD_ENOMEM, "%s: libarchive has not got the memory to unpack %s", u->shown,
                        lgd_packing_name(u->packing));
    return lgd_fail(LGD_EFORMAT, "%s: what %s packed is damaged or cut short, a whole file is accepted", u->shown,
                    lgd_packing_name(u->packing));
}

static la_ssize_t on_read(struct archive *a, void *ctx, const void **bytes)
{
    lgd_unpacker *u = ctx;
    size_t count = 0;
    u->status = u->from.next(u->from.ctx, bytes, &count);
    if (u->status) {
        archive_set_error(a, EIO, "reading failed");
        return ARCHIVE_FATAL;
    }
    u->taken += (int64_t)count;
    return (la_ssize_t)count;
}

static int filter_of(lgd_packing packing)
{
    switch (packing) {
    case LGD_PACKED_GZIP: /* for writing alone */
        return ARCHIVE_FILTER_GZIP;
    case LGD_PACKED_ZSTD:
        return ARCHIVE_FILTER_ZSTD;
    case LGD_PACKED_XZ:
        return ARCHIVE_FILTER_XZ;
    case LGD_PACKED_BZIP2:
        return ARCHIVE_FILTER_BZIP2;
    case LGD_PACKED_LZ4:
        return ARCHIVE_FILTER_LZ4;
    default:
        return ARCHIVE_FILTER_NONE;
    }
}

/* Behind the end of what is packed there is nothing. */
static lgd_status check_end(lgd_unpacker *u)
{
    const void *bytes;
    size_t more = 0;
    lgd_status st = u->from.next(u->from.ctx, &bytes, &more);
    if (!st && (more || archive_filter_bytes(u->archive, -1) != u->taken))
        st = lgd_fail(LGD_EFORMAT, "%s: behind the end of what %s packed there are other bytes, none are accepted",
                      u->shown, lgd_packing_name(u->packing));
    return st;
}

static lgd_status open_reading(lgd_unpacker *u)
{
    struct archive *a = u->archive = archive_read_new();
    if (!a)
        return lgd_fail(LGD_ENOMEM, "%s: libarchive has no memory", u->shown);
    if (archive_read_append_filter(a, filter_of(u->packing)) != ARCHIVE_OK)
        return unsupported(u->packing, u->shown);
    struct archive_entry *entry;
    if (archive_read_support_format_raw(a) || archive_read_support_format_empty(a) ||
        archive_read_open(a, u, NULL, on_read, NULL) ||
        archive_errno(a)) /* where nothing can be unpacked libarchive goes on as if nothing were there */
        return damaged(u);
    const int found = archive_read_next_header(a, &entry);
    u->ended = found == ARCHIVE_EOF;
    return u->ended ? check_end(u) : found == ARCHIVE_OK ? LGD_OK : damaged(u);
}

lgd_status lgd_unpacker_open(lgd_unpacker **out, lgd_packing packing, const char *shown, lgd_packed_from from)
{
    *out = NULL;
    lgd_unpacker *u = lgd_alloc("file: unpacker", 1, sizeof *u);
    if (!u)
        return LGD_ENOMEM;
    *u = (lgd_unpacker){.shown = shown, .packing = packing, .from = from};
    const lgd_status st = packing == LGD_PACKED_GZIP ? lgd_gunzip_open(&u->gunzip, shown, from) : open_reading(u);
    if (st)
        lgd_unpacker_close(u);
    else
        *out = u;
    return st;
}

lgd_status lgd_unpacker_read(lgd_unpacker *u, void *to, size_t room, size_t *got)
{
    *got = 0;
    if (u->gunzip)
        return lgd_gunzip_read(u->gunzip, to, room, got);
    if (u->ended)
        return LGD_OK;
    const la_ssize_t n = archive_read_data(u->archive, to, room);
    if (n < 0)
        return damaged(u);
    *got = (size_t)n;
    u->ended = n == 0;
    return u->ended ? check_end(u) : LGD_OK;
}

void lgd_unpacker_close(lgd_unpacker *u)
{
    if (!u)
        return;
    lgd_gunzip_close(u->gunzip);
    archive_read_free(u->archive); /* NULL is accepted */
    lgd_release(u);
}

struct lgd_packer {
    struct archive *archive;
    const char *shown;
    lgd_packing packing;
    lgd_packed_to to;
    lgd_status status; /* of `to` */
};

static lgd_status not_written(const lgd_packer *p)
{
    return p->status ? p->status
                     : lgd_fail(LGD_EIO, "%s: packing by %s failed", p->shown, lgd_packing_name(p->packing));
}

static la_ssize_t on_write(struct archive *a, void *ctx, const void *bytes, size_t count)
{
    lgd_packer *p = ctx;
    p->status = p->status ? p->status : p->to.put(p->to.ctx, bytes, count);
    if (p->status) {
        archive_set_error(a, EIO, "writing failed");
        return -1;
    }
    return (la_ssize_t)count;
}

static lgd_status open_writing(lgd_packer *p)
{
    struct archive *a = p->archive = archive_write_new();
    if (!a)
        return lgd_fail(LGD_ENOMEM, "%s: libarchive has no memory", p->shown);
    if (p->packing == LGD_PACKED_LZ4) /* libarchive 3.6 falls over if nothing is written */
        return lgd_fail(LGD_EUNSUPPORTED, "%s: what is packed by lz4 is read, but not written", p->shown);
    if (archive_write_add_filter(a, filter_of(p->packing)) != ARCHIVE_OK)
        return unsupported(p->packing, p->shown);
    if (p->packing == LGD_PACKED_GZIP) /* the same bytes whenever they are written */
        archive_write_set_filter_option(a, "gzip", "timestamp", NULL);
    struct archive_entry *entry = archive_entry_new();
    if (!entry)
        return lgd_fail(LGD_ENOMEM, "%s: libarchive has no memory", p->shown);
    archive_entry_set_filetype(entry, AE_IFREG);
    const bool begun = !archive_write_set_format_raw(a) && !archive_write_set_bytes_per_block(a, 0) &&
                       !archive_write_open(a, p, NULL, on_write, NULL) && !archive_write_header(a, entry);
    archive_entry_free(entry);
    return begun ? LGD_OK : not_written(p);
}

lgd_status lgd_packer_open(lgd_packer **out, lgd_packing packing, const char *shown, lgd_packed_to to)
{
    *out = NULL;
    lgd_packer *p = lgd_alloc("file: packer", 1, sizeof *p);
    if (!p)
        return LGD_ENOMEM;
    *p = (lgd_packer){.shown = shown, .packing = packing, .to = to};
    const lgd_status st = open_writing(p);
    if (st)
        lgd_packer_close(p);
    else
        *out = p;
    return st;
}

lgd_status lgd_packer_write(lgd_packer *p, const void *bytes, size_t count)
{
    if (count && archive_write_data(p->archive, bytes, count) != (la_ssize_t)count)
        return not_written(p);
    return p->status;
}

lgd_status lgd_packer_finish(lgd_packer *p)
{
    return archive_write_close(p->archive) == ARCHIVE_OK ? p->status : not_written(p);
}

void lgd_packer_close(lgd_packer *p)
{
    if (!p)
        return;
    /* What is left in libarchive shall not be written any more. */
    p->status = p->status ? p->status : LGD_EIO;
    archive_write_free(p->archive);
    lgd_release(p);
}

#else

lgd_status lgd_unpacker_open(lgd_unpacker **out, lgd_packing packing, const char *shown, lgd_packed_from from)
{
    (void)from;
    *out = NULL;
    return unsupported(packing, shown);
}

lgd_status lgd_unpacker_read(lgd_unpacker *u, void *to, size_t room, size_t *got)
{
    (void)u;
    (void)to;
    (void)room;
    *got = 0;
    return LGD_OK;
}

void lgd_unpacker_close(lgd_unpacker *u)
{
    (void)u;
}

lgd_status lgd_packer_open(lgd_packer **out, lgd_packing packing, const char *shown, lgd_packed_to to)
{
    (void)to;
    *out = NULL;
    return unsupported(packing, shown);
}

lgd_status lgd_packer_write(lgd_packer *p, const void *bytes, size_t count)
{
    (void)p;
    (void)bytes;
    (void)count;
    return LGD_OK;
}

lgd_status lgd_packer_finish(lgd_packer *p)
{
    (void)p;
    return LGD_OK;
}

void lgd_packer_close(lgd_packer *p)
{
    (void)p;
}

#endif
