/* gzip by zlib. libarchive does it too, but looks neither at the checksum nor at the length that end it, so that a damaged file would be
 * other numbers in place of an error. */
#ifndef LGD_IO_GUNZIP_H
#define LGD_IO_GUNZIP_H
#include "unpack.h"

typedef struct lgd_gunzip lgd_gunzip;
lgd_status lgd_gunzip_open(lgd_gunzip **out, const char *shown, lgd_packed_from from);

/* As lgd_unpacker_read. Files one behind the other are one, as for gzip itself. */
lgd_status lgd_gunzip_read(lgd_gunzip *g, void *to, size_t room, size_t *got);
void lgd_gunzip_close(lgd_gunzip *g);

#endif
