/* Zip archives, of which an .npz is one: a member as a stream of bytes (unzip.c), and archives made (zip.c). By libarchive, which looks
 * at the checksums; without it all that opens is LGD_EUNSUPPORTED. */
#ifndef LGD_IO_ZIP_H
#define LGD_IO_ZIP_H
#include "io/file.h"
#include "io/io.h"

/* The member called `wanted`, or `wanted`.npy; NULL: the only one that ends in .npy. LGD_EINVAL tells the names that there are. name becomes
 * what the member is called in messages, shown is the archive, borrowed; of `file` the position is used. */
typedef struct lgd_member lgd_member;
lgd_status lgd_member_open(lgd_member **out, int file, const char *shown, const char *wanted, char name[LGD_SHOWN]);

/* As lgd_unpacker_read. */
lgd_status lgd_member_read(lgd_member *m, void *to, size_t room, size_t *got);
void lgd_member_close(lgd_member *m);

/* An archive whose members are stored as they are, written to `out`, borrowed, by one lgd_zip_member after the other, each followed by all
 * of its bytes. Only what is finished is an archive. */
typedef struct lgd_zip lgd_zip;
lgd_status lgd_zip_open(lgd_zip **zip, lgd_output *out, const char *shown);
lgd_status lgd_zip_member(lgd_zip *zip, const char *name, size_t bytes);
lgd_status lgd_zip_write(lgd_zip *zip, const void *bytes, size_t count);
lgd_status lgd_zip_finish(lgd_zip *zip);
void lgd_zip_close(lgd_zip *zip); /* NULL is accepted */

#endif
