/* The one place that knows libarchive: a stream of packed bytes becomes one of unpacked bytes, or the other way round. */
#ifndef LGD_IO_UNPACK_H
#define LGD_IO_UNPACK_H
#include "base/base.h"

/* How a file is packed. */
typedef enum lgd_packing {
    LGD_PLAIN,
    LGD_PACKED_GZIP,
    LGD_PACKED_ZSTD,
    LGD_PACKED_XZ,
    LGD_PACKED_BZIP2,
    LGD_PACKED_LZ4
} lgd_packing;

enum { LGD_MAGIC = 6 }; /* bytes that tell */
lgd_packing lgd_packing_of_bytes(const unsigned char *bytes, size_t count);
lgd_packing lgd_packing_of_name(const char *path);
const char *lgd_packing_name(lgd_packing packing);

/* Where packed bytes come from and go to. next gives some at *bytes, none at the end; put takes all of them. After a failure of either the
 * status that it returned is what the call into libarchive gives. */
typedef struct lgd_packed_from {
    lgd_status (*next)(void *ctx, const void **bytes, size_t *count);
    void *ctx;
} lgd_packed_from;
typedef struct lgd_packed_to {
    lgd_status (*put)(void *ctx, const void *bytes, size_t count);
    void *ctx;
} lgd_packed_to;

/* LGD_EUNSUPPORTED without libarchive, or where that cannot do this packing; shown is the path in messages, borrowed. */
typedef struct lgd_unpacker lgd_unpacker;
lgd_status lgd_unpacker_open(lgd_unpacker **out, lgd_packing packing, const char *shown, lgd_packed_from from);
lgd_status lgd_unpacker_read(lgd_unpacker *u, void *to, size_t room, size_t *got);
void lgd_unpacker_close(lgd_unpacker *u);

typedef struct lgd_packer lgd_packer;
lgd_status lgd_packer_open(lgd_packer **out, lgd_packing packing, const char *shown, lgd_packed_to to);
lgd_status lgd_packer_write(lgd_packer *p, const void *bytes, size_t count);
lgd_status lgd_packer_finish(lgd_packer *p); /* the last bytes */
void lgd_packer_close(lgd_packer *p);

#endif
