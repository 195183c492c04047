#define _POSIX_C_SOURCE 200809L
#include "io/hdf5_file.h"
#ifdef LGD_HDF5
#define H5_USE_110_API /* one set of names for all versions */
#include <hdf5.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* ---- around every call: one thread at a time, and the host's errors as they were */

typedef struct manners {
    hid_t errors;
    H5E_auto2_t print;
    void *print_ctx;
    bool gone; /* there is no libhdf5 any more */
} manners;

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

/* A fork waits for the call that is under way: libhdf5 has locks of its own, which nobody would open in the child. */
static void before_fork(void)
{
    pthread_mutex_lock(&one_at_a_time);
}

static void after_fork(void)
{
    pthread_mutex_unlock(&one_at_a_time);
}

static void see_forks(void)
{
    (void)pthread_atfork(before_fork, after_fork, after_fork);
}

/* A process that ends takes libhdf5 down, be it that a stream reads ahead: the call under way is waited for, and there are no more of them.
 * This comes before what libhdf5 has registered in its first call. */
static bool exit_is_seen, gone; /* of the lock */

static void at_exit(void)
{
    pthread_mutex_lock(&one_at_a_time);
    gone = true;
    pthread_mutex_unlock(&one_at_a_time);
}

static manners enter(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, see_forks);
    pthread_mutex_lock(&one_at_a_time);
    manners m = {.gone = gone};
    if (m.gone)
        return m;
    m.errors = H5Eget_current_stack(); /* at once: most other calls begin by clearing it */
    H5Eget_auto2(H5E_DEFAULT, &m.print, &m.print_ctx);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    exit_is_seen = exit_is_seen || !atexit(at_exit);
    return m;
}

static void leave(const manners *m)
{
    if (!m->gone) {
        H5Eset_auto2(H5E_DEFAULT, m->print, m->print_ctx);
        if (m->errors >= 0)
            H5Eset_current_stack(m->errors);
    }
    pthread_mutex_unlock(&one_at_a_time);
}

static lgd_status refuse_at_exit(const manners *m, const char *name)
{
    return m->gone ? lgd_fail(LGD_EIO, "%s: the process is ending, and libhdf5 has been closed", name) : LGD_OK;
}

/* The first thing that went wrong, as libhdf5 says it, or as the system does. */
static herr_t take_words(unsigned n, const H5E_error2_t *error, void *ctx)
{
    static const char system[] = "error message = '";
    if (n > 0 || !error->desc)
        return 0;
    const char *words = strstr(error->desc, system), *end;
    words = words ? words + sizeof system - 1 : error->desc;
    end = words > error->desc ? strchr(words, '\'') : NULL;
    lgd_shown(ctx, words, end ? (size_t)(end - words) : strlen(words));
    return 0;
}

static lgd_status failure(lgd_status status, const char *name, const char *what)
{
    char words[LGD_SHOWN] = "no reason is given";
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_words, words);
    return lgd_fail(status, "%s: libhdf5 cannot %s (%s)", name, what, words);
}

/* ---- which dataset */

enum { TOLD = 12 };
typedef struct names {
    lgd_text told, first;
    size_t count;
    lgd_status status;
} names;

static herr_t take_name(hid_t object, const char *name, const H5O_info_t *about, void *ctx)
{
    (void)object;
    names *n = ctx;
    char shown[LGD_SHOWN];
    if (about->type != H5O_TYPE_DATASET)
        return 0;
    if (n->count++ == 0)
        n->status = lgd_text_append(&n->first, name, strlen(name));
    if (!n->status && n->count <= TOLD)
        n->status =
            lgd_text_print(&n->told, "%s\"%s\"", n->count > 1 ? ", " : "", lgd_shown(shown, name, strlen(name)));
    return n->status ? -1 : 0;
}

/* The dataset, `wanted` or the only one. */
static lgd_status find(lgd_dataset *d, const char *shown, const char *wanted)
{
    names n = {0};
    char called[LGD_SHOWN];
    const hid_t by_name = wanted ? H5Dopen2(d->file, wanted, H5P_DEFAULT) : -1;
    lgd_status st = LGD_OK;
    d->set = by_name;
    if (by_name < 0 && H5Ovisit(d->file, H5_INDEX_NAME, H5_ITER_INC, take_name, &n) < 0)
        st = n.status ? n.status : failure(LGD_EFORMAT, shown, "list what is in the file");
    const char *told = n.told.bytes ? n.told.bytes : "none", *more = n.count > TOLD ? ", ..." : "";
    if (!st && by_name < 0 && wanted)
        st = lgd_fail(LGD_EINVAL, "%s: dataset is \"%s\", one of its datasets is accepted: %s%s", shown,
                      lgd_shown(called, wanted, strlen(wanted)), told, more);
    else if (!st && by_name < 0 && n.count != 1)
        st = lgd_fail(LGD_EINVAL, "%s: there are %zu datasets, the name of one as dataset is accepted: %s%s", shown,
                      n.count, told, more);
    const char *name = wanted ? wanted : n.first.bytes;
    if (!st && by_name < 0 && (d->set = H5Dopen2(d->file, name, H5P_DEFAULT)) < 0)
        st = failure(LGD_EFORMAT, shown, "open its dataset");
    if (!st)
        snprintf(d->name, sizeof d->name, "%s:%s", shown, lgd_shown(called, name, strlen(name)));
    lgd_text_free(&n.told);
    lgd_text_free(&n.first);
    return st;
}

/* ---- what is in it */

/* As h5py writes booleans: FALSE and TRUE in a byte. */
static bool is_boolean(hid_t type)
{
    char name[2][8] = {"", ""};
    for (unsigned char i = 0; i < 2; i++)
        if (H5Tget_nmembers(type) != 2 || H5Tget_size(type) != 1 ||
            H5Tenum_nameof(type, &i, name[i], sizeof name[i]) < 0)
            return false;
    return !strcmp(name[0], "FALSE") && !strcmp(name[1], "TRUE");
}

static const char *class_name(H5T_class_t type)
{
    switch (type) {
    case H5T_STRING:
        return "words";
    case H5T_COMPOUND:
        return "compounds";
    case H5T_ENUM:
        return "names of an enumeration";
    case H5T_ARRAY:
        return "arrays";
    case H5T_VLEN:
        return "sequences of varying length";
    case H5T_REFERENCE:
        return "references";
    case H5T_FLOAT:
        return "floating point of more than 64 bits";
    default:
        return "of a type that is not known here";
    }
}

static lgd_status look_at_type(lgd_dataset *d)
{
    const hid_t type = H5Dget_type(d->set);
    const H5T_class_t class = H5Tget_class(type);
    const size_t size = H5Tget_size(type);
    const bool boolean = class == H5T_ENUM && is_boolean(type);
    const bool sign = class == H5T_INTEGER && H5Tget_sign(type) == H5T_SGN_2;
    if (type >= 0)
        H5Tclose(type);
    if (class == H5T_FLOAT && size <= sizeof(double))
        d->as = (lgd_npy){.kind = 'f', .width = size <= sizeof(float) ? sizeof(float) : sizeof(double)};
    else if (boolean || (class == H5T_INTEGER && size <= sizeof(int64_t)))
        d->as = (lgd_npy){.kind = sign ? 'i' : 'u', .width = sizeof(int64_t)};
    else
        return lgd_fail(LGD_EUNSUPPORTED, "%s: its elements are %s, numbers of up to 64 bits are accepted", d->name,
                        class_name(class));
    return LGD_OK;
}

static lgd_status look_at_shape(lgd_dataset *d)
{
    const hid_t space = H5Dget_space(d->set);
    const int dims = H5Sget_simple_extent_type(space) == H5S_SIMPLE ? H5Sget_simple_extent_ndims(space) : 0;
    hsize_t size[2] = {0, 1};
    if (dims == 1 || dims == 2)
        H5Sget_simple_extent_dims(space, size, NULL);
    if (space >= 0)
        H5Sclose(space);
    if (dims != 1 && dims != 2)
        return lgd_fail(LGD_EFORMAT, "%s: it has %d dimensions, one or two are accepted", d->name, dims);
    if (size[0] == 0 || size[1] == 0)
        return lgd_fail(LGD_EFORMAT, "%s: its shape is (%llu, %llu), at least one row and one column are accepted",
                        d->name, (unsigned long long)size[0], (unsigned long long)size[1]);
    if (size[0] > PTRDIFF_MAX || size[1] > PTRDIFF_MAX || lgd_mul((size_t)size[0], (size_t)size[1]) > PTRDIFF_MAX / 8)
        return lgd_fail(LGD_ERANGE, "%s: %llu x %llu numbers are more than an address can reach", d->name,
                        (unsigned long long)size[0], (unsigned long long)size[1]);
    d->rows = d->as.rows = (size_t)size[0];
    d->cols = d->as.cols = (size_t)size[1];
    return LGD_OK;
}

/* A row of chunks stays in the cache of libhdf5, if it is not too large: rows that are read one after another unpack each chunk once. One
 * chunk has room however large it is, since libhdf5 takes as much to unpack it. Chunks may reach beyond the dataset. */
static lgd_status open_again_with_cache(lgd_dataset *d, const char *wanted_name)
{
    enum { LEAST = 1 << 20, MOST = 1 << 26, SLOTS = 12421 };
    hsize_t chunk[2] = {0, 1};
    const hid_t made = H5Dget_create_plist(d->set);
    if (made >= 0 && H5Pget_layout(made) == H5D_CHUNKED && H5Pget_chunk(made, 2, chunk) > 0)
        d->chunk_rows = chunk[0] < d->rows ? (size_t)chunk[0] : d->rows;
    if (made >= 0)
        H5Pclose(made);
    const size_t width = (size_t)chunk[1], across = d->cols / width + (d->cols % width != 0);
    const size_t one = lgd_mul(lgd_mul((size_t)chunk[0], width), sizeof(double));
    size_t bytes = lgd_mul(one, across);
    if (bytes <= LEAST)
        return LGD_OK;
    bytes = bytes < MOST ? lgd_add(bytes, bytes / 4) : one < MOST ? MOST : one;
    const hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
    H5Pset_chunk_cache(access, SLOTS, bytes, 1);
    H5Dclose(d->set);
    d->set = H5Dopen2(d->file, wanted_name, access);
    H5Pclose(access);
    return d->set < 0 ? failure(LGD_EFORMAT, d->name, "open it") : LGD_OK;
}

/* The path of the dataset within its file. */
static lgd_status reopen(lgd_dataset *d)
{
    const ssize_t length = H5Iget_name(d->set, NULL, 0);
    char *name = length > 0 ? lgd_alloc("hdf5: name", (size_t)length + 1, 1) : NULL;
    if (!name)
        return length > 0 ? LGD_ENOMEM : LGD_OK; /* it has none: it goes without a cache */
    H5Iget_name(d->set, name, (size_t)length + 1);
    const lgd_status st = open_again_with_cache(d, name);
    lgd_release(name);
    return st;
}

lgd_status lgd_dataset_open(lgd_dataset *d, const char *path, const char *wanted)
{
    *d = (lgd_dataset){.file = -1, .set = -1};
    lgd_status st = lgd_input_open(&d->in, "hdf5", path); /* says what the system says */
    if (st)
        return st;
    char shown[LGD_PATH_SHOWN];
    lgd_path_shown(shown, path);
    if (!lgd_input_size(d->in)) /* no regular file, or an empty one */
        st = lgd_input_rewind(d->in);
    if (!st && lgd_input_is_packed(d->in))
        st = lgd_fail(LGD_EUNSUPPORTED,
                      "%s: this is packed, and libhdf5 has to go back and forth in it; unpack it first", shown);
    if (st)
        return st;
    const manners m = enter();
    st = refuse_at_exit(&m, shown);
    d->file = st ? -1 : H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (!st && d->file < 0)
        st = failure(LGD_EFORMAT, shown, "open it as a file of HDF5");
    st = st ? st : find(d, shown, wanted);
    st = st ? st : look_at_type(d);
    st = st ? st : look_at_shape(d);
    st = st ? st : reopen(d);
    leave(&m);
    return st;
}

void lgd_dataset_close(lgd_dataset *d)
{
    lgd_input_close(d->in);
    d->in = NULL;
    if (d->file < 0)
        return;
    const manners m = enter();
    if (!m.gone && d->set >= 0)
        H5Dclose(d->set);
    if (!m.gone)
        H5Fclose(d->file);
    leave(&m);
    d->file = d->set = -1;
}

static hid_t type_in_memory(const lgd_npy *as)
{
    return as->kind == 'i'              ? H5T_NATIVE_INT64
           : as->kind == 'u'            ? H5T_NATIVE_UINT64
           : as->width == sizeof(float) ? H5T_NATIVE_FLOAT
                                        : H5T_NATIVE_DOUBLE;
}

/* libhdf5 takes what is behind the end of a file for zeros. */
static lgd_status check_whole(const lgd_dataset *d)
{
    struct stat now;
    if (!fstat(lgd_input_file(d->in), &now) && now.st_size >= 0 && (size_t)now.st_size >= lgd_input_size(d->in))
        return LGD_OK;
    return lgd_fail(LGD_EIO, "%s: the file has become shorter since it was opened", d->name);
}

lgd_status lgd_dataset_read(const lgd_dataset *d, size_t row, size_t rows, size_t col, size_t cols, lgd_status status,
                            void *to)
{
    const hsize_t start[2] = {row, col}, count[2] = {rows, cols};
    const manners m = enter();
    lgd_status st = refuse_at_exit(&m, d->name);
    if (st) {
        leave(&m);
        return st;
    }
    const hid_t space = H5Dget_space(d->set), memory = H5Screate_simple(2, count, NULL);
    /* One dimension has no columns to choose from. */
    const bool right = space >= 0 && memory >= 0 &&
                       H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
                       H5Dread(d->set, type_in_memory(&d->as), memory, space, H5P_DEFAULT, to) >= 0;
    char what[64];
    snprintf(what, sizeof what, "read rows %zu to %zu (from 0)", row, row + rows - 1);
    st = right ? LGD_OK : failure(status, d->name, what);
    if (memory >= 0)
        H5Sclose(memory);
    if (space >= 0)
        H5Sclose(space);
    leave(&m);
    return st ? st : check_whole(d);
}

#else

static lgd_status unsupported(const char *path)
{
    char shown[LGD_PATH_SHOWN];
    return lgd_fail(LGD_EUNSUPPORTED, "%s: this library was built without libhdf5",
                    lgd_path_shown(shown, path ? path : "hdf5"));
}

lgd_status lgd_dataset_open(lgd_dataset *d, const char *path, const char *wanted)
{
    (void)wanted;
    *d = (lgd_dataset){.file = -1, .set = -1};
    return unsupported(path);
}

lgd_status lgd_dataset_read(const lgd_dataset *d, size_t row, size_t rows, size_t col, size_t cols, lgd_status failure,
                            void *to)
{
    (void)row, (void)rows, (void)col, (void)cols, (void)failure, (void)to;
    return unsupported(d->name);
}

void lgd_dataset_close(lgd_dataset *d)
{
    (void)d;
}

#endif
