/* Writing HDF5 without libhdf5, which in a full disk leaves a process that falls over at its end. What is needed is little: a superblock of
 * version 0, a group with one node of each kind, and two datasets without chunks. All of it lies before the numbers, at fixed places.
 *
 * The format: The HDF Group, HDF5 File Format Specification, version 1.1 and later; every version of libhdf5 reads it. */
#include "io/file.h"
#include "lgd/hdf5.h"
#include <float.h>

enum {
    ROOT = 96,   /* object header of the group, behind the superblock */
    TREE = 136,  /* its B-tree */
    HEAP = 680,  /* its names */
    NAMES = 712, /* 8 bytes for none, X and y each */
    LINKS = 744, /* its symbol table node */
    HEAD_X = 1072,
    HEAD_Y = 1272,
    DATA = 2048,
    LEAF_K = 4, /* a node has room for twice as many links, */
    TREE_K = 16 /* and a tree for so many nodes */
};

/* `width` bytes of n at *at, the least significant first; where there are more than 8, those of 0, or of an address that is none. */
static void put(unsigned char *to, size_t *at, uint64_t n, size_t width)
{
    for (size_t i = 0; i < width; i++)
        to[(*at)++] = (unsigned char)(i < 8 ? n >> 8 * i : n == UINT64_MAX ? 255U : 0U);
}

static void put_bytes(unsigned char *to, size_t *at, const char *bytes, size_t count)
{
    memcpy(to + *at, bytes, count);
    *at += count;
}

static void put_superblock(unsigned char *to, uint64_t size)
{
    size_t at = 0;
    put_bytes(to, &at, "\x89HDF\r\n\x1A\n", 8);
    put(to, &at, 0, 5); /* versions */
    put(to, &at, 8, 1); /* bytes of an address, and of a length */
    put(to, &at, 8, 2);
    put(to, &at, LEAF_K, 2);
    put(to, &at, TREE_K, 2);
    put(to, &at, 0, 4 + 8);
    put(to, &at, UINT64_MAX, 8);
    put(to, &at, size, 8);
    put(to, &at, UINT64_MAX, 8);
    put(to, &at, 0, 8); /* the link to the root: its name, its header, and where its names are */
    put(to, &at, ROOT, 8);
    put(to, &at, 1, 8);
    put(to, &at, TREE, 8);
    put(to, &at, HEAP, 8);
}

/* The group of the datasets, of which there are `links`. */
static void put_group(unsigned char *to, size_t links)
{
    size_t at = ROOT;
    put(to, &at, 1 | 1 << 16, 4); /* version, messages */
    put(to, &at, 1, 4);
    put(to, &at, 24, 8);
    put(to, &at, 0x11 | 16 << 16, 8); /* symbol table */
    put(to, &at, TREE, 8);
    put(to, &at, HEAP, 8);
    at = TREE;
    put_bytes(to, &at, "TREE", 4);
    put(to, &at, 1 << 16, 4); /* of a group, a leaf, with one entry */
    put(to, &at, UINT64_MAX, 16);
    put(to, &at, 0, 8); /* behind the name at 0, up to the last one */
    put(to, &at, LINKS, 8);
    put(to, &at, 8 * links, 8);
    at = HEAP;
    put_bytes(to, &at, "HEAP", 4);
    put(to, &at, 0, 4);
    put(to, &at, LINKS - NAMES, 8);
    put(to, &at, 1, 8); /* nothing of it is free */
    put(to, &at, NAMES, 8);
    to[NAMES + 8] = 'X';
    to[NAMES + 16] = 'y';
    at = LINKS;
    put_bytes(to, &at, "SNOD", 4);
    put(to, &at, 1 | links << 16, 4);
    for (size_t i = 0; i < links; i++) {
        put(to, &at, 8 * (i + 1), 8);
        put(to, &at, i ? HEAD_Y : HEAD_X, 8);
        put(to, &at, 0, 24);
    }
}

/* A dataset of rows x cols numbers (cols 0: of one dimension) at an address. */
static void put_dataset(unsigned char *to, size_t at, size_t rows, size_t cols, bool single, uint64_t address,
                        uint64_t size)
{
    const uint16_t one = 1;
    const size_t dims = cols ? 2 : 1, shape = 8 + 8 * dims;
    const bool big = *(const unsigned char *)&one == 0;
    put(to, &at, 1 | 4 << 16, 4);
    put(to, &at, 1, 4);
    put(to, &at, (8 + shape) + (8 + 24) + (8 + 8) + (8 + 24), 8);
    put(to, &at, 0x1 | shape << 16, 8); /* dataspace */
    put(to, &at, 1 | dims << 8, 8);
    put(to, &at, rows, 8);
    if (cols)
        put(to, &at, cols, 8);
    put(to, &at, 0x3 | 24 << 16,
        8); /* datatype: floating point of version 1, with a mantissa whose first bit is implied */
    put(to, &at, 0x11 | (big ? 0x21U : 0x20U) << 8 | (single ? 31U : 63U) << 16, 4);
    put(to, &at, single ? 4 : 8, 4);
    put(to, &at, (uint64_t)(single ? 32 : 64) << 16, 4);
    put(to, &at, single ? 23 | 8 << 8 : 52 | 11 << 8, 2); /* exponent: where, and how long; then the mantissa */
    put(to, &at, (uint64_t)(single ? 23 : 52) << 8, 2);
    put(to, &at, single ? FLT_MAX_EXP - 1 : DBL_MAX_EXP - 1, 4 + 4);
    put(to, &at, 0x5 | 8 << 16, 8); /* fill value: none */
    put(to, &at, 2 | 2 << 8 | 2 << 16, 8);
    put(to, &at, 0x8 | 24 << 16, 8); /* layout: contiguous */
    put(to, &at, 3 | 1 << 8, 2);
    put(to, &at, size ? address : UINT64_MAX, 8);
    put(to, &at, size, 8 + 6);
}

static lgd_status write_numbers(lgd_output *out, size_t rows, size_t row, const void *X, size_t step)
{
    lgd_status st = LGD_OK;
    if (row == step)
        return lgd_output_write(out, X, rows * row);
    for (size_t i = 0; i < rows && !st; i++)
        st = lgd_output_write(out, (const char *)X + i * step, row);
    return st;
}

static lgd_status write_file(const char *path, size_t rows, size_t cols, const void *X, bool single, size_t ld,
                             const double *y)
{
    const size_t width = single ? sizeof(float) : sizeof(double);
    lgd_status st = lgd_check_size("hdf5", "rows", rows, true);
    st = st ? st : lgd_check_size("hdf5", "cols", cols, false);
    st = st ? st : lgd_check_size("hdf5", "ld", ld, true);
    if (st)
        return st;
    if (!X && rows)
        return lgd_fail(LGD_EINVAL, "hdf5: X is NULL, an array is accepted");
    if (ld < cols)
        return lgd_fail(LGD_EINVAL, "hdf5: ld is %zu, at least cols = %zu is accepted", ld, cols);
    if (lgd_mul(lgd_mul(rows, ld), width) > PTRDIFF_MAX / 2)
        return lgd_fail(LGD_ERANGE, "hdf5: rows*ld is %zu*%zu, more than an address can reach", rows, ld);
    unsigned char head[DATA] = {0};
    const size_t of_X = rows * cols * width, of_y = y ? rows * sizeof *y : 0;
    put_superblock(head, DATA + of_X + of_y);
    put_group(head, y ? 2 : 1);
    put_dataset(head, HEAD_X, rows, cols, single, DATA, of_X);
    put_dataset(head, HEAD_Y, rows, 0, false, DATA + of_X, of_y);
    lgd_output *out;
    st = lgd_output_open(&out, "hdf5", path);
    st = st ? st : lgd_output_write(out, head, sizeof head);
    st = st ? st : write_numbers(out, rows, cols * width, X, ld * width);
    st = st ? st : lgd_output_write(out, y, of_y);
    st = st ? st : lgd_output_commit(out);
    lgd_output_close(out);
    return st;
}

lgd_status lgd_hdf5_write(const char *path, size_t rows, size_t cols, const double *X, size_t ld, const double *y)
{
    return write_file(path, rows, cols, X, false, ld, y);
}

lgd_status lgd_hdf5_write_f32(const char *path, size_t rows, size_t cols, const float *X, size_t ld, const double *y)
{
    return write_file(path, rows, cols, X, true, ld, y);
}
