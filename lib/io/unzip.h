/* One member of a zip archive as a stream of bytes; an .npz is such an archive. By libarchive, which looks at its checksums. */
#ifndef LGD_IO_UNZIP_H
#define LGD_IO_UNZIP_H
#include "io/io.h"

/* The member called `wanted`, or `wanted`.npy; NULL: the only one that ends in .npy. LGD_EINVAL tells the names that there are. name becomes
 * what the member is called in messages, shown is the archive, borrowed; of `file` the position is used. LGD_EUNSUPPORTED without libarchive. */
typedef struct lgd_member lgd_member;
lgd_status lgd_member_open(lgd_member **out, int file, const char *shown, const char *wanted, char name[LGD_SHOWN]);

/* As lgd_unpacker_read. */
lgd_status lgd_member_read(lgd_member *m, void *to, size_t room, size_t *got);
void lgd_member_close(lgd_member *m);

#endif
