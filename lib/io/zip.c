#include "io/zip.h"
#ifdef LGD_ARCHIVE
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

struct lgd_zip {
    struct archive *archive;
    lgd_output *out;
    lgd_status status; /* of the output, which libarchive does not hand on */
    char shown[LGD_PATH_SHOWN];
};

static la_ssize_t put(struct archive *archive, void *ctx, const void *bytes, size_t count)
{
    lgd_zip *zip = ctx;
    zip->status = lgd_output_write(zip->out, bytes, count);
    if (!zip->status)
        return (la_ssize_t)count;
    archive_set_error(archive, 0, "not written");
    return -1;
}

static lgd_status result(const lgd_zip *zip, bool fine)
{
    if (zip->status || fine)
        return zip->status;
    const char *said = archive_error_string(zip->archive);
    return lgd_fail(archive_errno(zip->archive) == ENOMEM ? LGD_ENOMEM : LGD_EIO, "%s: libarchive: %s", zip->shown,
                    said ? said : "it has no memory");
}

lgd_status lgd_zip_open(lgd_zip **to, lgd_output *out, const char *shown)
{
    *to = NULL;
    lgd_zip *zip = lgd_alloc("file: zip archive", 1, sizeof *zip);
    if (!zip)
        return LGD_ENOMEM;
    zip->out = out;
    lgd_path_shown(zip->shown, shown);
    zip->archive = archive_write_new();
    if (!zip->archive) {
        lgd_release(zip);
        return lgd_fail(LGD_ENOMEM, "file: libarchive has no memory");
    }
    struct archive *a = zip->archive;
    const bool fine = archive_write_set_format_zip(a) == ARCHIVE_OK &&
                      archive_write_zip_set_compression_store(a) == ARCHIVE_OK &&
                      archive_write_set_bytes_per_block(a, 0) == ARCHIVE_OK && /* or zeros would follow */
                      archive_write_open(a, zip, NULL, put, NULL) == ARCHIVE_OK;
    const lgd_status st = result(zip, fine);
    if (st)
        lgd_zip_close(zip);
    else
        *to = zip;
    return st;
}

lgd_status lgd_zip_member(lgd_zip *zip, const char *name, size_t bytes)
{
    struct archive_entry *entry = archive_entry_new();
    if (!entry)
        return lgd_fail(LGD_ENOMEM, "%s: libarchive has no memory", zip->shown);
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t)bytes);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    const bool fine = archive_write_header(zip->archive, entry) == ARCHIVE_OK;
    archive_entry_free(entry);
    return result(zip, fine);
}

lgd_status lgd_zip_write(lgd_zip *zip, const void *bytes, size_t count)
{
    for (size_t done = 0; done < count;) {
        const la_ssize_t n = archive_write_data(zip->archive, (const char *)bytes + done, count - done);
        if (n <= 0)
            return result(zip, false);
        done += (size_t)n;
    }
    return LGD_OK;
}

lgd_status lgd_zip_finish(lgd_zip *zip)
{
    return result(zip, archive_write_close(zip->archive) == ARCHIVE_OK);
}

void lgd_zip_close(lgd_zip *zip)
{
    if (!zip)
        return;
    archive_write_fail(zip->archive); /* nothing more is written */
    archive_write_free(zip->archive);
    lgd_release(zip);
}

#else

lgd_status lgd_zip_open(lgd_zip **zip, lgd_output *out, const char *shown)
{
    (void)out;
    *zip = NULL;
    return lgd_fail(LGD_EUNSUPPORTED,
                    "%s: this is to be a zip archive, which this library was built without (libarchive does it)",
                    shown);
}

lgd_status lgd_zip_member(lgd_zip *zip, const char *name, size_t bytes)
{
    (void)zip;
    (void)name;
    (void)bytes;
    return LGD_OK;
}

lgd_status lgd_zip_write(lgd_zip *zip, const void *bytes, size_t count)
{
    (void)zip;
    (void)bytes;
    (void)count;
    return LGD_OK;
}

lgd_status lgd_zip_finish(lgd_zip *zip)
{
    (void)zip;
    return LGD_OK;
}

void lgd_zip_close(lgd_zip *zip)
{
    (void)zip;
}

#endif
