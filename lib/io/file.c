/* Bytes of a file in: straight from the system, or through what unpacks them. */
#define _POSIX_C_SOURCE 200809L
#include "io/file.h"
#include "io/unpack.h"
#include "io/zip.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = LGD_IO_BUFFER };

/* What its first bytes may say. */
typedef enum content { PLAIN, PACKED, PACKED_OR_ZIP } content;

struct lgd_input {
    char shown[LGD_PATH_SHOWN + LGD_SHOWN];
    size_t path_shown; /* length of what is shown of the path; behind it a member */
    int file;
    bool started, regular, ended;
    lgd_packing packing;
    struct stat about;
    content expected;
    const char *wanted;     /* the name of a zip archive's member, a copy; NULL: the only one */
    lgd_unpacker *unpacker; /* NULL: plain, or */
    lgd_member *member;
    unsigned char *buffer;
    size_t first, count; /* bytes of the buffer that were read and not yet taken */
};

const char *lgd_path_shown(char out[LGD_PATH_SHOWN], const char *path)
{
    enum { MOST = LGD_PATH_SHOWN - 1 };
    const size_t length = strlen(path), dots = length > MOST ? 3 : 0, n = dots ? MOST - dots : length;
    memcpy(out, "...", dots);
    for (size_t i = 0; i < n; i++) {
        const char c = path[length - n + i];
        out[dots + i] = (unsigned char)c < ' ' || c == 127 ? '?' : c; /* messages are one line */
    }
    out[dots + n] = 0;
    return out;
}

lgd_status lgd_file_failure(const char *shown, int error)
{
    char text[128];
    if (strerror_r(error, text, sizeof text))
        text[0] = 0;
    return lgd_fail(LGD_EIO, "%s: %s", shown, text);
}

/* As many bytes as one call of the system gives; 0 at the end. */
static lgd_status read_some(lgd_input *in, void *to, size_t room, size_t *got)
{
    ssize_t n;
    do
        n = read(in->file, to, room < PTRDIFF_MAX ? room : PTRDIFF_MAX);
    while (n < 0 && errno == EINTR);
    *got = n > 0 ? (size_t)n : 0;
    return n < 0 ? lgd_file_failure(in->shown, errno) : LGD_OK;
}

/* What unpacks asks for more. */
static lgd_status next_packed(void *ctx, const void **bytes, size_t *count)
{
    lgd_input *in = ctx;
    if (!in->count) {
        in->first = 0;
        const lgd_status st = read_some(in, in->buffer, BUFFER, &in->count);
        if (st)
            return st;
    }
    *bytes = in->buffer + in->first;
    *count = in->count;
    in->count = 0;
    return LGD_OK;
}

/* The member of an archive. */
static lgd_status start_member(lgd_input *in)
{
    char name[LGD_SHOWN];
    in->shown[in->path_shown] = 0;
    in->count = 0;
    const lgd_status st = lgd_member_open(&in->member, in->file, in->shown, in->wanted, name);
    if (st)
        return st;
    in->shown[in->path_shown] = ':';
    memcpy(in->shown + in->path_shown + 1, name, strlen(name) + 1);
    return LGD_OK;
}

/* Looks at the first bytes. */
static lgd_status start(lgd_input *in)
{
    if (!in->regular) { /* it was opened without waiting; now there shall be somebody who writes */
        struct pollfd wait = {in->file, POLLIN, 0};
        while (poll(&wait, 1, -1) < 0 && errno == EINTR)
            continue;
        const int flags = fcntl(in->file, F_GETFL);
        if (flags < 0 || fcntl(in->file, F_SETFL, flags & ~O_NONBLOCK) < 0)
            return lgd_file_failure(in->shown, errno);
    }
    in->first = in->count = 0;
    for (size_t got = 1; got && in->count < LGD_MAGIC; in->count += got) {
        const lgd_status st = read_some(in, in->buffer + in->count, BUFFER - in->count, &got);
        if (st)
            return st;
    }
    in->packing = in->expected == PLAIN ? LGD_PLAIN : lgd_packing_of_bytes(in->buffer, in->count);
    in->started = true;
    in->ended = false;
    const bool zip = in->count >= 4 && !memcmp(in->buffer, "PK\3\4", 4);
    if (in->expected == PACKED_OR_ZIP && zip && in->regular)
        return start_member(in);
    if (in->wanted)
        return lgd_fail(LGD_EFORMAT, "%s: a member is asked for, but this is no zip archive", in->shown);
    if (in->packing == LGD_PLAIN)
        return LGD_OK;
    return lgd_unpacker_open(&in->unpacker, in->packing, in->shown, (lgd_packed_from){next_packed, in});
}

static lgd_status open_file(lgd_input *in, const char *path)
{
    in->file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (in->file < 0 || fstat(in->file, &in->about))
        return lgd_file_failure(in->shown, errno);
    if (S_ISDIR(in->about.st_mode))
        return lgd_fail(LGD_EIO, "%s: this is a directory, a file is accepted", in->shown);
    in->regular = S_ISREG(in->about.st_mode);
    in->buffer = lgd_alloc("file: buffer", BUFFER, 1);
    if (!in->buffer)
        return LGD_ENOMEM;
    return in->regular ? start(in) : LGD_OK;
}

static lgd_status open_input(lgd_input **out, const char *who, const char *path, content expected, const char *wanted)
{
    *out = NULL;
    if (!path)
        return lgd_fail(LGD_EINVAL, "%s: path is NULL, a file name is accepted", who);
    const size_t length = wanted ? strlen(wanted) + 1 : 0;
    lgd_input *in = lgd_alloc("file: input", 1, lgd_add(sizeof *in, length));
    if (!in)
        return LGD_ENOMEM;
    in->path_shown = strlen(lgd_path_shown(in->shown, path));
    in->expected = expected;
    if (wanted)
        in->wanted = memcpy(in + 1, wanted, length);
    in->file = -1;
    const lgd_status st = open_file(in, path);
    if (st)
        lgd_input_close(in);
    else
        *out = in;
    return st;
}

lgd_status lgd_input_open(lgd_input **out, const char *who, const char *path)
{
    return open_input(out, who, path, PACKED, NULL);
}

lgd_status lgd_input_open_plain(lgd_input **out, const char *who, const char *path)
{
    return open_input(out, who, path, PLAIN, NULL);
}

lgd_status lgd_input_open_member(lgd_input **out, const char *who, const char *path, const char *member)
{
    return open_input(out, who, path, PACKED_OR_ZIP, member);
}

/* Plain bytes: what was looked at first, then without a buffer. */
static lgd_status read_plain(lgd_input *in, void *to, size_t room, size_t *got)
{
    if (!in->count)
        return read_some(in, to, room, got);
    *got = room < in->count ? room : in->count;
    memcpy(to, in->buffer + in->first, *got);
    in->first += *got;
    in->count -= *got;
    return LGD_OK;
}

lgd_status lgd_input_read(lgd_input *in, void *to, size_t room, size_t *got)
{
    *got = 0;
    lgd_status st = in->started ? LGD_OK : start(in);
    while (!st && *got < room && !in->ended) {
        unsigned char *rest = (unsigned char *)to + *got;
        size_t n = 0;
        st = in->unpacker ? lgd_unpacker_read(in->unpacker, rest, room - *got, &n)
             : in->member ? lgd_member_read(in->member, rest, room - *got, &n)
                          : read_plain(in, rest, room - *got, &n);
        *got += n;
        in->ended = n == 0;
    }
    return st;
}

/* Has somebody written to it since it was opened? */
static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

lgd_status lgd_input_rewind(lgd_input *in)
{
    if (!in->regular)
        return lgd_fail(LGD_EIO,
                        "%s: this is no regular file, and it would have to be read more than once; save it first",
                        in->shown);
    struct stat now;
    if (fstat(in->file, &now) || lseek(in->file, 0, SEEK_SET) < 0)
        return lgd_file_failure(in->shown, errno);
    if (!same_file(&now, &in->about))
        return lgd_fail(LGD_EIO, "%s: the file has changed while it was read", in->shown);
    lgd_unpacker_close(in->unpacker);
    lgd_member_close(in->member);
    in->unpacker = NULL;
    in->member = NULL;
    return start(in);
}

const char *lgd_input_name(const lgd_input *in)
{
    return in->shown;
}

bool lgd_input_is_packed(const lgd_input *in)
{
    return in->unpacker || in->member;
}

int lgd_input_file(const lgd_input *in)
{
    return in->file;
}

size_t lgd_input_size(const lgd_input *in)
{
    return in->regular && in->about.st_size > 0 ? (size_t)in->about.st_size : 0;
}

void lgd_input_close(lgd_input *in)
{
    if (!in)
        return;
    lgd_unpacker_close(in->unpacker);
    lgd_member_close(in->member);
    if (in->file >= 0)
        close(in->file);
    lgd_release(in->buffer);
    lgd_release(in);
}
