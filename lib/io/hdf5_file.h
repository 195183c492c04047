/* The one place that knows libhdf5: datasets of numbers as blocks of rows. */
#ifndef LGD_IO_HDF5_H
#define LGD_IO_HDF5_H
#include "io/file.h"
#include "io/io.h"
#include "io/npy.h"
#include "lgd/hdf5.h"

typedef struct lgd_dataset {
    char name[LGD_PATH_SHOWN + LGD_SHOWN]; /* for messages: path:dataset */
    size_t rows, cols;
    size_t chunk_rows; /* 0: contiguous */
    lgd_npy as;        /* how numbers come: floats, doubles, or integers of 64 bits */
    lgd_input *in;     /* the same file, for its length */
    int64_t file, set; /* of libhdf5; negative: none */
} lgd_dataset;

/* Opens the dataset, or the only one for NULL. close may follow a failed open. */
lgd_status lgd_dataset_open(lgd_dataset *d, const char *path, const char *wanted);

/* Numbers of some rows and columns, as `as` says; `failure` is the status where libhdf5 fails. */
lgd_status lgd_dataset_read(const lgd_dataset *d, size_t row, size_t rows, size_t col, size_t cols, lgd_status failure,
                            void *to);
void lgd_dataset_close(lgd_dataset *d);

#endif
