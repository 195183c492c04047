#include "gunzip.h"
#ifdef LGD_ARCHIVE
#define ZLIB_CONST
#include <limits.h>
#include <zlib.h>

struct lgd_gunzip {
    z_stream z;
    const char *shown;
    lgd_packed_from from;
    const unsigned char *bytes; /* [count] given and not yet taken */
    size_t count;
    bool within, any; /* a member; was there one? */
};

static voidpf allocate(voidpf ctx, uInt count, uInt size)
{
    (void)ctx;
    return lgd_alloc("gzip", count, size);
}

static void release(voidpf ctx, voidpf memory)
{
    (void)ctx;
    lgd_release(memory);
}

lgd_status lgd_gunzip_open(lgd_gunzip **out, const char *shown, lgd_packed_from from)
{
    enum { GZIP_ALONE = 16 };
    *out = NULL;
    lgd_gunzip *g = lgd_alloc("gzip", 1, sizeof *g);
    if (!g)
        return LGD_ENOMEM;
    *g = (lgd_gunzip){.z = {.zalloc = allocate, .zfree = release}, .shown = shown, .from = from};
    if (inflateInit2(&g->z, MAX_WBITS + GZIP_ALONE) != Z_OK) {
        lgd_release(g);
        return LGD_ENOMEM;
    }
    *out = g;
    return LGD_OK;
}

/* Bytes to take, if there are any left; the next member begins if one has ended. */
static lgd_status more(lgd_gunzip *g, bool *end)
{
    *end = false;
    if (!g->count) {
        const void *bytes;
        const lgd_status st = g->from.next(g->from.ctx, &bytes, &g->count);
        if (st)
            return st;
        g->bytes = bytes;
        *end = !g->count;
        if (*end && g->within)
            return lgd_fail(LGD_EFORMAT, "%s: what gzip packed is cut short, a whole file is accepted", g->shown);
    }
    if (!*end && !g->within) {
        if (g->any && *g->bytes != 0x1F)
            return lgd_fail(LGD_EFORMAT,
                            "%s: behind the end of what gzip packed there are other bytes, none are accepted",
                            g->shown);
        inflateReset(&g->z);
        g->within = g->any = true;
    }
    return LGD_OK;
}

lgd_status lgd_gunzip_read(lgd_gunzip *g, void *to, size_t room, size_t *got)
{
    *got = 0;
    bool end = false;
    while (*got == 0 && room) {
        const lgd_status st = more(g, &end);
        if (st || end)
            return st;
        const uInt in = g->count < UINT_MAX ? (uInt)g->count : UINT_MAX, out = room < UINT_MAX ? (uInt)room : UINT_MAX;
        g->z.next_in = g->bytes;
        g->z.avail_in = in;
        g->z.next_out = to;
        g->z.avail_out = out;
        const int said = inflate(&g->z, Z_NO_FLUSH);
        g->bytes += in - g->z.avail_in;
        g->count -= in - g->z.avail_in;
        *got = out - g->z.avail_out;
        g->within = said != Z_STREAM_END;
        if (said == Z_MEM_ERROR)
            return LGD_ENOMEM;
        if (said != Z_OK && said != Z_STREAM_END)
            return lgd_fail(LGD_EFORMAT, "%s: what gzip packed is damaged (%s), a whole file is accepted", g->shown,
                            g->z.msg ? g->z.msg : "no reason is given");
    }
    return LGD_OK;
}

void lgd_gunzip_close(lgd_gunzip *g)
{
    if (!g)
        return;
    inflateEnd(&g->z);
    lgd_release(g);
}
#endif
