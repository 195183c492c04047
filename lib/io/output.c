/* Bytes of a file out: to a file of its own beside the one that is meant, which it replaces when all is on the disk. So a reader never
 * sees half of it, and whoever stops in between, or runs out of room, has what was there before. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "file.h"
#include "unpack.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = LGD_IO_BUFFER, ATTEMPTS = 1000 };

struct lgd_output {
    char shown[LGD_PATH_SHOWN];
    int file;
    lgd_packer *packer; /* NULL: plain */
    unsigned char *buffer;
    size_t count;     /* bytes in it */
    size_t directory; /* length of the directory in path, with the slash */
    char *path;       /* where it shall be, links followed; NULL: no regular file, and it is written to where it is */
    char *draft;      /* where it is until then; "" while there is none */
};

/* All of them, to the file. */
static lgd_status put(void *ctx, const void *bytes, size_t count)
{
    const lgd_output *out = ctx;
    for (size_t done = 0; done < count;) {
        const ssize_t n = write(out->file, (const char *)bytes + done, count - done);
        if (n < 0 && errno != EINTR)
            return lgd_file_failure(out->shown, errno);
        done += n > 0 ? (size_t)n : 0;
    }
    return LGD_OK;
}

static lgd_status flush(lgd_output *out)
{
    const size_t count = out->count;
    out->count = 0;
    return out->packer ? lgd_packer_write(out->packer, out->buffer, count) : put(out, out->buffer, count);
}

/* The place of the file: path itself, or where links lead that end in a file that is there. */
static lgd_status find_place(lgd_output *out, const char *path)
{
    char real[PATH_MAX];
    struct stat link;
    if (!lstat(path, &link) && S_ISLNK(link.st_mode)) {
        if (!realpath(path, real))
            return lgd_file_failure(out->shown, errno);
        path = real;
    }
    const size_t length = strlen(path);
    const char *slash = strrchr(path, '/');
    out->directory = slash ? (size_t)(slash - path) + 1 : 0;
    out->path = lgd_alloc("file: path", length + 1, 1);
    out->draft = out->path ? lgd_alloc("file: path", out->directory + 64, 1) : NULL;
    if (!out->draft)
        return LGD_ENOMEM;
    memcpy(out->path, path, length);
    return LGD_OK;
}

/* A new file in the same directory, under a name that nobody has. */
static lgd_status open_draft(lgd_output *out, const struct stat *before)
{
    static atomic_uint drafts;
    char name[64];
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        const int length = snprintf(name, sizeof name, ".lgd-%ld-%u", (long)getpid(), atomic_fetch_add(&drafts, 1U));
        memcpy(out->draft, out->path, out->directory);
        memcpy(out->draft + out->directory, name, (size_t)length + 1);
        out->file = open(out->draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, before ? 0600 : 0666);
        if (out->file >= 0 || errno != EEXIST)
            break;
    }
    if (out->file < 0) {
        out->draft[0] = 0; /* nothing to remove */
        return lgd_file_failure(out->shown, errno);
    }
    if (before && fchmod(out->file, before->st_mode & 0777))
        return lgd_file_failure(out->shown, errno);
    return LGD_OK;
}

static lgd_status open_file(lgd_output *out, const char *path)
{
    struct stat before;
    const bool there = !stat(path, &before);
    if (there && S_ISDIR(before.st_mode))
        return lgd_fail(LGD_EIO, "%s: this is a directory, a file is accepted", out->shown);
    out->buffer = lgd_alloc("file: buffer", BUFFER, 1);
    if (!out->buffer)
        return LGD_ENOMEM;
    lgd_status st = LGD_OK;
    if (there && !S_ISREG(before.st_mode)) {
        out->file = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
        if (out->file < 0)
            return lgd_file_failure(out->shown, errno);
    } else {
        st = find_place(out, path);
        st = st ? st : open_draft(out, there ? &before : NULL);
    }
    const lgd_packing packing = lgd_packing_of_name(path);
    if (!st && packing != LGD_PLAIN)
        st = lgd_packer_open(&out->packer, packing, out->shown, (lgd_packed_to){put, out});
    return st;
}

lgd_status lgd_output_open(lgd_output **to, const char *who, const char *path)
{
    *to = NULL;
    if (!path)
        return lgd_fail(LGD_EINVAL, "%s: path is NULL, a file name is accepted", who);
    lgd_output *out = lgd_alloc("file: output", 1, sizeof *out);
    if (!out)
        return LGD_ENOMEM;
    lgd_path_shown(out->shown, path);
    out->file = -1;
    const lgd_status st = open_file(out, path);
    if (st)
        lgd_output_close(out);
    else
        *to = out;
    return st;
}

lgd_status lgd_output_write(lgd_output *out, const void *bytes, size_t count)
{
    lgd_status st = LGD_OK;
    for (size_t done = 0, n; done < count && !st; done += n) {
        n = count - done < BUFFER - out->count ? count - done : BUFFER - out->count;
        memcpy(out->buffer + out->count, (const char *)bytes + done, n);
        out->count += n;
        if (out->count == BUFFER)
            st = flush(out);
    }
    return st;
}

lgd_status lgd_output_again(lgd_output *out, size_t offset, const void *bytes, size_t count)
{
    if (out->packer || !out->path)
        return lgd_fail(LGD_EUNSUPPORTED, "%s: what is packed, or no regular file, cannot be written to twice",
                        out->shown);
    lgd_status st = flush(out);
    for (size_t done = 0; done < count && !st;) {
        const ssize_t n = pwrite(out->file, (const char *)bytes + done, count - done, (off_t)lgd_add(offset, done));
        if (n < 0 && errno != EINTR)
            st = lgd_file_failure(out->shown, errno);
        done += n > 0 ? (size_t)n : 0;
    }
    return st;
}

static bool find_directory(const lgd_output *out, struct stat *found)
{
    const char first = out->draft[out->directory];
    out->draft[out->directory] = 0;
    const bool there = !stat(out->directory ? out->draft : ".", found);
    out->draft[out->directory] = first;
    return there;
}

bool lgd_output_same(const lgd_output *a, const lgd_output *b)
{
    struct stat x, y;
    return a->path && b->path && !strcmp(a->path + a->directory, b->path + b->directory) && find_directory(a, &x) &&
           find_directory(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* The name too is on the disk only when its directory is; where a directory cannot be asked for that, it is the system's. */
static void sync_directory(const lgd_output *out)
{
    out->draft[out->directory] = 0;
    const int directory = open(out->directory ? out->draft : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0) {
        (void)fsync(directory);
        close(directory);
    }
    out->draft[0] = 0;
}

lgd_status lgd_output_commit(lgd_output *out)
{
    lgd_status st = flush(out);
    if (!st && out->packer)
        st = lgd_packer_finish(out->packer);
    if (!st && out->path && fsync(out->file))
        st = lgd_file_failure(out->shown, errno);
    const int file = out->file;
    out->file = -1;
    if (close(file) && !st && errno != EINTR)
        st = lgd_file_failure(out->shown, errno);
    if (st || !out->path)
        return st;
    if (rename(out->draft, out->path))
        return lgd_file_failure(out->shown, errno);
    sync_directory(out);
    return LGD_OK;
}

void lgd_output_close(lgd_output *out)
{
    if (!out)
        return;
    lgd_packer_close(out->packer);
    if (out->file >= 0)
        close(out->file);
    if (out->draft && out->draft[0])
        (void)unlink(out->draft);
    lgd_release(out->draft);
    lgd_release(out->path);
    lgd_release(out->buffer);
    lgd_release(out);
}
