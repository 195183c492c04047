/* Files as bytes: what is packed by gzip, zstd, xz, bzip2 or lz4 is unpacked on the way in, and packed on the way out, so that every
 * format has it. What unpacks is libarchive, whose memory is its own: as much as the file was packed with, some MB most often, however
 * much comes out. */
#ifndef LGD_IO_FILE_H
#define LGD_IO_FILE_H
#include "base/base.h"

/* Bytes that are read or written at a time. The harnesses of tests/fuzz are built with few, so that everything meets the end of a buffer. */
#ifndef LGD_IO_BUFFER
#define LGD_IO_BUFFER (1 << 17)
#endif

/* A path as messages show it: on one line, and its end if it is long. Returns out. */
enum { LGD_PATH_SHOWN = 160 };
const char *lgd_path_shown(char out[LGD_PATH_SHOWN], const char *path);

/* LGD_EIO with what the system says of `error`, an errno: "<path as shown>: No space left on device". */
lgd_status lgd_file_failure(const char *shown, int error);

/* A file that is read from its beginning to its end. Packed ones are known by their first bytes. */
typedef struct lgd_input lgd_input;

/* Opens; `who` ("csv", "libsvm") is the object of messages without a path. LGD_EIO names the path and what the system says; for a packed
 * file LGD_EUNSUPPORTED where the library was built without libarchive, by the name of the packing. A pipe is opened without waiting for
 * its writer, and its first bytes are looked at when it is first read from. */
lgd_status lgd_input_open(lgd_input **out, const char *who, const char *path);

/* The same for bytes that are numbers from the first on, which may be those that a packed file begins with. */
lgd_status lgd_input_open_plain(lgd_input **out, const char *who, const char *path);

/* The same, but for a zip archive, such as an .npz, of which it is the member: the one so called, with or without .npy behind it, NULL: the
 * only one that ends in .npy. LGD_EINVAL tells the names that there are, LGD_EFORMAT of a member of what is no archive. Its name in messages
 * is <path>:<member>. */
lgd_status lgd_input_open_member(lgd_input **out, const char *who, const char *path, const char *member);

/* The next bytes, to `to`: *got is below `room` at the end of the file only. LGD_EIO if the file cannot be read, LGD_EFORMAT if what packs
 * it is damaged or cut short, or followed by what is not packed. */
lgd_status lgd_input_read(lgd_input *in, void *to, size_t room, size_t *got);

/* From the first byte again. LGD_EIO where the file is none that can be read twice (a pipe), or is another than before. */
lgd_status lgd_input_rewind(lgd_input *in);

/* The path as messages show it: its end, if it is long. And is it packed? (Then its size says nothing about what is in it.) */
const char *lgd_input_name(const lgd_input *in);
bool lgd_input_is_packed(const lgd_input *in);

/* What the system calls the file, for pread and mmap of one that is not packed. */
int lgd_input_file(const lgd_input *in);

/* Bytes of the file itself; 0 where they are not known (a pipe). */
size_t lgd_input_size(const lgd_input *in);
void lgd_input_close(lgd_input *in); /* NULL is accepted */

/* A file that is written whole, or not at all: under a name of its own beside `path`, which it replaces when it is committed, with the
 * permissions that file had. What ends in .gz, .zst, .xz or .bz2 is packed (.lz4: LGD_EUNSUPPORTED). What is no regular file (/dev/stdout, a pipe) is written
 * to where it is. */
typedef struct lgd_output lgd_output;

/* Every failure of the system is LGD_EIO with the path and what the system says: no room, no right, a file system that is read only. */
lgd_status lgd_output_open(lgd_output **out, const char *who, const char *path);
lgd_status lgd_output_write(lgd_output *out, const void *bytes, size_t count);

/* The bytes at `offset`, which had been written, once more: for headers that are known last. LGD_EUNSUPPORTED of a packed file, and of one
 * that is no regular file. */
lgd_status lgd_output_again(lgd_output *out, size_t offset, const void *bytes, size_t count);

/* Would the one replace the other: is it of the same name in the same directory, whatever that is called? */
bool lgd_output_same(const lgd_output *a, const lgd_output *b);

/* To the disk, and under its name; then nothing but close may follow. close without commit leaves `path` as it was. */
lgd_status lgd_output_commit(lgd_output *out);
void lgd_output_close(lgd_output *out); /* NULL is accepted */

#endif
