/* Files as bytes: what is packed comes out as it went in or is an error, and what is written is there whole or not at all. */
#include "suite.h"
#include "folder.h"
#include "io/file.h"
#include "io/unpack.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Names in the folder that begin with a dot, but for the two of each. */
static int drafts(void)
{
    char command[300];
    snprintf(command, sizeof command, "ls -A %s | grep -c '^[.]'", folder);
    FILE *said = popen(command, "r");
    int n = -1;
    ck_assert_int_eq(fscanf(said, "%d", &n), 1);
    pclose(said);
    return n;
}

static void says(const char *part)
{
    ck_assert_msg(strstr(lgd_last_error(), part) != NULL, "\"%s\" is not in: %s", part, lgd_last_error());
    ck_assert_ptr_null(strchr(lgd_last_error(), '\n'));
}

enum { SIZE = 20000 };
static unsigned char sample[SIZE]; /* packs by half */

/* All of a file, at most SIZE + 1 bytes, `step` at a time. */
static lgd_status read_all(const char *path, size_t step, unsigned char *to, size_t *size)
{
    lgd_input *in;
    lgd_status st = lgd_input_open(&in, "test", path);
    size_t got = step;
    *size = 0;
    while (!st && got == step && *size + step <= SIZE + 1) {
        st = lgd_input_read(in, to + *size, step, &got);
        *size += got;
    }
    lgd_input_close(in);
    return st;
}

static lgd_status write_all(const char *path, const void *bytes, size_t size)
{
    lgd_output *out;
    lgd_status st = lgd_output_open(&out, "test", path);
    for (size_t done = 0, n; done < size && !st; done += n) {
        n = size - done < 777 ? size - done : 777;
        st = lgd_output_write(out, (const char *)bytes + done, n);
    }
    st = st ? st : lgd_output_commit(out);
    lgd_output_close(out);
    return st;
}

static size_t slurp(const char *path, unsigned char *to, size_t room)
{
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    const size_t size = fread(to, 1, room, file);
    fclose(file);
    return size;
}

/* ---- in */

START_TEST(plain_file_in_steps_of_any_size_its_bytes)
{
    static unsigned char back[SIZE + 1];
    const char *path = file_of("plain", sample, SIZE);
    for (size_t step = 1; step < SIZE; step = step * 3 + 1) {
        size_t size;
        ck_assert_int_eq(read_all(path, step, back, &size), LGD_OK);
        ck_assert_uint_ge(size + step, SIZE);
        ck_assert_int_eq(memcmp(back, sample, size), 0);
    }
    lgd_input *in;
    size_t got;
    ck_assert_int_eq(lgd_input_open(&in, "test", path), LGD_OK);
    ck_assert_uint_eq(lgd_input_size(in), SIZE);
    ck_assert_str_eq(lgd_input_name(in), path);
    ck_assert(!lgd_input_is_packed(in));
    for (int pass = 0; pass < 2; pass++) {
        ck_assert_int_eq(lgd_input_read(in, back, SIZE + 1, &got), LGD_OK);
        ck_assert_uint_eq(got, SIZE);
        ck_assert_int_eq(memcmp(back, sample, SIZE), 0);
        ck_assert_int_eq(lgd_input_read(in, back, 1, &got), LGD_OK);
        ck_assert_uint_eq(got, 0);
        ck_assert_int_eq(lgd_input_rewind(in), LGD_OK);
    }
    unsigned char byte;
    ck_assert_int_eq(pread(lgd_input_file(in), &byte, 1, 7), 1);
    ck_assert_int_eq(byte, sample[7]);
    lgd_input_close(in);
    lgd_input_close(NULL);
}

START_TEST(empty_and_tiny_files_their_bytes)
{
    unsigned char back[8];
    for (size_t n = 0; n < 6; n++) {
        size_t size;
        ck_assert_int_eq(read_all(file_of("tiny",
                                          "\x1F\x8A\xFD"
                                          "7z",
                                          n),
                                  8, back, &size),
                         LGD_OK);
        ck_assert_uint_eq(size, n);
    }
}

START_TEST(what_cannot_be_opened_refused_by_path_and_reason)
{
    lgd_input *in;
    ck_assert_int_eq(lgd_input_open(&in, "test", NULL), LGD_EINVAL);
    says("test: path is NULL, a file name is accepted");
    ck_assert_int_eq(lgd_input_open(&in, "test", path_of("nowhere")), LGD_EIO);
    says("/nowhere: No such file or directory");
    ck_assert_int_eq(lgd_input_open(&in, "test", folder), LGD_EIO);
    says(": this is a directory, a file is accepted");
    char longest[600];
    memset(longest, 'a', sizeof longest);
    longest[590] = '\n', longest[599] = 0;
    ck_assert_int_eq(lgd_input_open(&in, "test", longest), LGD_EIO);
    says("...aaa");
    says("a?aaaaaaaa: File name too long");
    ck_assert_ptr_null(in);
}

START_TEST(pipe_read_once_and_opened_without_waiting)
{
    const char *path = path_of("pipe");
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    lgd_input *in;
    ck_assert_int_eq(lgd_input_open(&in, "test", path), LGD_OK); /* nobody writes yet */
    ck_assert_uint_eq(lgd_input_size(in), 0);
    ck_assert_int_eq(lgd_input_rewind(in), LGD_EIO);
    says("no regular file");
    const pid_t child = fork();
    if (child == 0) {
        usleep(20000);
        const int to = open(path, O_WRONLY);
        const bool all = write(to, sample, 5000) == 5000 && write(to, sample + 5000, SIZE - 5000) == SIZE - 5000;
        _exit(all ? 0 : 1);
    }
    static unsigned char back[SIZE + 1];
    size_t got;
    ck_assert_int_eq(lgd_input_read(in, back, sizeof back, &got), LGD_OK);
    ck_assert_uint_eq(got, SIZE);
    ck_assert_int_eq(memcmp(back, sample, SIZE), 0);
    lgd_input_close(in);
}

START_TEST(file_that_changed_rewind_refused)
{
    const char *path = file_of("changing", sample, SIZE);
    lgd_input *in;
    ck_assert_int_eq(lgd_input_open(&in, "test", path), LGD_OK);
    ck_assert_int_eq(truncate(path, SIZE - 1), 0);
    ck_assert_int_eq(lgd_input_rewind(in), LGD_EIO);
    says("/changing: the file has changed while it was read");
    lgd_input_close(in);
}

/* ---- packed */

static const char *const endings[] = {"gz", "zst", "xz", "bz2"};
enum { ENDINGS = sizeof endings / sizeof *endings };

static const char *packed_name(size_t i)
{
    static char name[2][16];
    static size_t next;
    char *n = name[next++ % 2];
    snprintf(n, sizeof name[0], "p.%s", endings[i]);
    return n;
}

#ifdef LGD_ARCHIVE

START_TEST(packed_files_by_every_packing_their_bytes)
{
    static unsigned char back[SIZE + 1], raw[2 * SIZE];
    for (size_t i = 0; i < ENDINGS; i++) {
        const char *path = path_of(packed_name(i));
        ck_assert_msg(!write_all(path, sample, SIZE), "%s: %s", path, lgd_last_error());
        ck_assert_uint_lt(slurp(path, raw, sizeof raw), SIZE * 9 / 10);
        for (size_t step = 100; step <= SIZE + 1; step *= 200) {
            size_t size;
            ck_assert_int_eq(read_all(path, step == 20000 ? SIZE + 1 : step, back, &size), LGD_OK);
            ck_assert_uint_eq(size, SIZE);
            ck_assert_int_eq(memcmp(back, sample, SIZE), 0);
        }
        lgd_input *in;
        size_t got;
        ck_assert_int_eq(lgd_input_open(&in, "test", path), LGD_OK);
        ck_assert(lgd_input_is_packed(in));
        for (int pass = 0; pass < 2; pass++) {
            ck_assert_int_eq(lgd_input_read(in, back, SIZE / 2, &got), LGD_OK);
            ck_assert_uint_eq(got, SIZE / 2);
            ck_assert_int_eq(memcmp(back, sample, got), 0);
            ck_assert_int_eq(lgd_input_rewind(in), LGD_OK);
        }
        lgd_input_close(in);
        ck_assert_int_eq(write_all(path, sample, 0), LGD_OK);
        ck_assert_int_eq(read_all(path, 10, back, &got), LGD_OK);
        ck_assert_uint_eq(got, 0);
    }
}

START_TEST(packed_files_one_behind_the_other_read_as_one)
{
    static unsigned char back[SIZE + 1], raw[2 * SIZE];
    for (size_t i = 0; i < ENDINGS; i++) {
        const char *path = path_of(packed_name(i));
        ck_assert_int_eq(write_all(path, sample, SIZE / 2), LGD_OK);
        const size_t size = slurp(path, raw, SIZE);
        memcpy(raw + size, raw, size);
        size_t got;
        ck_assert_int_eq(read_all(file_of("twice", raw, 2 * size), SIZE + 1, back, &got), LGD_OK);
        ck_assert_uint_eq(got, SIZE);
        ck_assert_int_eq(memcmp(back, sample, SIZE / 2), 0);
        ck_assert_int_eq(memcmp(back + SIZE / 2, sample, SIZE / 2), 0);
    }
}

START_TEST(packed_files_cut_short_or_with_more_behind_refused)
{
    static unsigned char back[SIZE + 1], raw[2 * SIZE];
    for (size_t i = 0; i < ENDINGS; i++) {
        const char *path = path_of(packed_name(i));
        ck_assert_int_eq(write_all(path, sample, 300), LGD_OK);
        const size_t size = slurp(path, raw, SIZE);
        size_t got;
        for (size_t cut = LGD_MAGIC; cut < size; cut++) {
            const lgd_status st = read_all(file_of("cut", raw, cut), 100, back, &got);
            ck_assert_msg(st == LGD_EFORMAT, "%s cut to %zu of %zu: %d", path, cut, size, (int)st);
            says("/cut: ");
        }
        for (const char *more = "x\0\x1F"; more[0] != 0x1F; more++) {
            raw[size] = (unsigned char)more[0];
            ck_assert_msg(read_all(file_of("more", raw, size + 1), 100, back, &got) == LGD_EFORMAT, "%s", path);
        }
    }
}

/* Whatever is changed in a packed file: an error, or the bytes that were packed (of what says when it was, and by whom). */
START_TEST(packed_files_damaged_in_any_byte_never_other_bytes)
{
    static unsigned char back[SIZE + 1], raw[2 * SIZE];
    for (size_t i = 0; i < ENDINGS; i++) {
        const char *path = path_of(packed_name(i));
        if (!strcmp(endings[i], "zst"))
            continue; /* libarchive writes it without a checksum */
        ck_assert_int_eq(write_all(path, sample, 300), LGD_OK);
        const size_t size = slurp(path, raw, SIZE);
        size_t got, errors = 0;
        for (size_t at = LGD_MAGIC; at < size; at++) {
            raw[at] ^= 0x11;
            if (read_all(file_of("bad", raw, size), SIZE + 1, back, &got))
                errors++;
            else
                ck_assert_msg(got == 300 && !memcmp(back, sample, 300), "%s: %zu bytes with byte %zu of %zu changed",
                              endings[i], got, at, size);
            raw[at] ^= 0x11;
        }
        ck_assert_uint_ge(errors, size - 20);
    }
}

static struct {
    size_t now, most;
} held;

static void *count_up(void *ctx, size_t size, size_t alignment)
{
    (void)ctx;
    char *memory = aligned_alloc(alignment, size + alignment);
    *(size_t *)(void *)memory = size;
    held.now += size;
    held.most = held.now > held.most ? held.now : held.most;
    return memory + alignment;
}

static void count_down(void *ctx, void *memory)
{
    (void)ctx;
    char *begin = (char *)memory - 64;
    held.now -= *(size_t *)(void *)begin;
    free(begin);
}

START_TEST(packed_zeros_without_end_no_memory)
{
    enum { PIECE = 1 << 20, PIECES = 200 };
    static unsigned char zeros[PIECE];
    const char *path = path_of("zeros.gz");
    lgd_output *out;
    ck_assert_int_eq(lgd_output_open(&out, "test", path), LGD_OK);
    for (int i = 0; i < PIECES; i++)
        ck_assert_int_eq(lgd_output_write(out, zeros, PIECE), LGD_OK);
    ck_assert_int_eq(lgd_output_commit(out), LGD_OK);
    lgd_output_close(out);
    lgd_set_memory(&(lgd_memory){count_up, count_down, NULL});
    lgd_input *in;
    size_t got = 1, all = 0;
    ck_assert_int_eq(lgd_input_open(&in, "test", path), LGD_OK);
    for (; got; all += got)
        ck_assert_int_eq(lgd_input_read(in, zeros, 10000, &got), LGD_OK);
    ck_assert_uint_eq(all, (size_t)PIECE * PIECES);
    ck_assert_uint_lt(lgd_input_size(in), PIECE);
    lgd_input_close(in);
    lgd_set_memory(NULL);
    ck_assert_uint_lt(held.most, 1 << 19);
    ck_assert_uint_eq(held.now, 0);
}

#else

START_TEST(packed_files_without_libarchive_refused_by_name)
{
    lgd_input *in;
    lgd_output *out;
    ck_assert_int_eq(lgd_input_open(&in, "test", file_of("p", "\x1F\x8B\x08\0\0\0\0\0", 8)), LGD_EUNSUPPORTED);
    says("/p: this is packed by gzip, which this library was built without");
    for (size_t i = 0; i < ENDINGS; i++) {
        ck_assert_int_eq(lgd_output_open(&out, "test", path_of(packed_name(i))), LGD_EUNSUPPORTED);
        says(lgd_packing_name((lgd_packing)(i + 1)));
    }
}

#endif

/* ---- out */

static void is(const char *path, const char *text)
{
    char back[64] = "";
    const size_t size = slurp(path, (unsigned char *)back, sizeof back - 1);
    ck_assert_uint_eq(size, strlen(text));
    ck_assert_str_eq(back, text);
}

START_TEST(file_not_committed_the_old_one_stays)
{
    const char *path = file_of("kept", "old", 3);
    lgd_output *out;
    ck_assert_int_eq(lgd_output_open(&out, "test", path), LGD_OK);
    ck_assert_int_eq(lgd_output_write(out, sample, SIZE), LGD_OK);
    ck_assert_int_eq(drafts(), 1);
    lgd_output_close(out);
    is(path, "old");
    ck_assert_int_eq(drafts(), 0);
    lgd_output_close(NULL);
}

START_TEST(two_writers_of_one_file_the_last_one_wins_as_a_whole)
{
    const char *path = path_of("contested");
    lgd_output *a, *b;
    ck_assert_int_eq(lgd_output_open(&a, "test", path), LGD_OK);
    ck_assert_int_eq(lgd_output_open(&b, "test", path), LGD_OK);
    ck_assert_int_eq(drafts(), 2);
    ck_assert_int_eq(lgd_output_write(a, "first", 5), LGD_OK);
    ck_assert_int_eq(lgd_output_write(b, "second", 6), LGD_OK);
    ck_assert_int_eq(lgd_output_commit(a), LGD_OK);
    is(path, "first");
    ck_assert_int_eq(lgd_output_commit(b), LGD_OK);
    is(path, "second");
    lgd_output_close(a);
    lgd_output_close(b);
    ck_assert_int_eq(drafts(), 0);
}

static mode_t mode_of(const char *path)
{
    struct stat about;
    ck_assert_int_eq(stat(path, &about), 0);
    return about.st_mode & 0777;
}

START_TEST(permissions_those_of_the_old_file_or_by_umask)
{
    const mode_t before = umask(027);
    const char *path = path_of("fresh");
    ck_assert_int_eq(write_all(path, "x", 1), LGD_OK);
    ck_assert_int_eq(mode_of(path), 0640);
    for (mode_t mode = 0400; mode <= 0666; mode += 0222) {
        ck_assert_int_eq(chmod(path, mode), 0);
        ck_assert_int_eq(write_all(path, "y", 1), LGD_OK);
        ck_assert_int_eq(mode_of(path), mode);
    }
    umask(before);
}

START_TEST(link_leads_to_the_file_that_is_replaced)
{
    const char *path = file_of("target", "old", 3), *link = path_of("link");
    ck_assert_int_eq(symlink("target", link), 0);
    ck_assert_int_eq(write_all(link, "new", 3), LGD_OK);
    is(path, "new");
    struct stat about;
    ck_assert_int_eq(lstat(link, &about), 0);
    ck_assert(S_ISLNK(about.st_mode));
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(write_all(link, "new", 3), LGD_EIO);
    says("/link: No such file or directory");
}

START_TEST(bytes_written_once_more_in_their_place)
{
    const char *path = path_of("again");
    lgd_output *out;
    ck_assert_int_eq(lgd_output_open(&out, "test", path), LGD_OK);
    ck_assert_int_eq(lgd_output_write(out, "? rows: ", 8), LGD_OK);
    ck_assert_int_eq(lgd_output_write(out, "a b c", 5), LGD_OK);
    ck_assert_int_eq(lgd_output_again(out, 0, "3", 1), LGD_OK);
    ck_assert_int_eq(lgd_output_write(out, " d", 2), LGD_OK);
    ck_assert_int_eq(lgd_output_again(out, 0, "4", 1), LGD_OK);
    ck_assert_int_eq(lgd_output_commit(out), LGD_OK);
    lgd_output_close(out);
    is(path, "4 rows: a b c d");
#ifdef LGD_ARCHIVE
    ck_assert_int_eq(lgd_output_open(&out, "test", path_of("again.gz")), LGD_OK);
    ck_assert_int_eq(lgd_output_again(out, 0, "3", 1), LGD_EUNSUPPORTED);
    lgd_output_close(out);
#endif
    ck_assert_int_eq(lgd_output_open(&out, "test", "/dev/null"), LGD_OK);
    ck_assert_int_eq(lgd_output_again(out, 0, "3", 1), LGD_EUNSUPPORTED);
    lgd_output_close(out);
    ck_assert_int_eq(access("/dev/null", F_OK), 0);
}

START_TEST(no_room_no_right_and_no_place_refused_and_the_old_file_stays)
{
    lgd_output *out;
    ck_assert_int_eq(lgd_output_open(&out, "test", NULL), LGD_EINVAL);
    ck_assert_int_eq(write_all("/dev/full", sample, SIZE), LGD_EIO);
    says("/dev/full: No space left on device");
    ck_assert_int_eq(write_all(path_of("no/where"), sample, 1), LGD_EIO);
    says("no/where: No such file or directory");
    ck_assert_int_eq(write_all(folder, sample, 1), LGD_EIO);
    says("this is a directory");
    ck_assert_int_eq(write_all("/proc/lgd", sample, 1), LGD_EIO);
    says("/proc/lgd: ");
    /* Where a file may not grow beyond a limit, which for the writer is a disk that is full. */
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = 1024;
    for (size_t i = 0; i <= ENDINGS; i++) {
        const char *name = i < ENDINGS ? packed_name(i) : "large";
#ifndef LGD_ARCHIVE
        if (i < ENDINGS)
            continue;
#endif
        const char *path = file_of(name, "old", 3);
        setrlimit(RLIMIT_FSIZE, &limit);
        const lgd_status st = write_all(path, sample, SIZE);
        limit.rlim_cur = before;
        setrlimit(RLIMIT_FSIZE, &limit);
        limit.rlim_cur = 1024;
        ck_assert_msg(st == LGD_EIO, "%s: %d", name, (int)st);
        says(": File too large");
        is(path, "old");
        ck_assert_int_eq(unlink(path), 0);
    }
    signal(SIGXFSZ, SIG_DFL);
    ck_assert_int_eq(drafts(), 0);
}

START_TEST(known_packings_by_name_and_by_bytes)
{
    ck_assert_int_eq(lgd_packing_of_name("a/b.csv.gz"), LGD_PACKED_GZIP);
    ck_assert_int_eq(lgd_packing_of_name("a/b.gz.csv"), LGD_PLAIN);
    ck_assert_int_eq(lgd_packing_of_name(".gz"), LGD_PLAIN);
    ck_assert_int_eq(lgd_packing_of_name("x.zst"), LGD_PACKED_ZSTD);
    ck_assert_int_eq(lgd_packing_of_bytes((const unsigned char *)"\x1F", 1), LGD_PLAIN);
    ck_assert_int_eq(lgd_packing_of_bytes((const unsigned char *)"BZh9", 4), LGD_PACKED_BZIP2);
    ck_assert_str_eq(lgd_packing_name(LGD_PACKED_XZ), "xz");
}

static void begin(void)
{
    ck_assert(folder_make("/tmp"));
    unsigned state = 1;
    for (size_t i = 0; i < SIZE; i++) {
        state = state * 1103515245U + 12345U;
        sample[i] = i % 1000 < 300 ? (unsigned char)("0123456789abcdef"[state >> 28]) : sample[i - 256];
    }
}

static void end(void)
{
    ck_assert(folder_remove());
}

int main(void)
{
    Suite *s = suite_create("file");
#define ONE(test)                                                                                                      \
    do {                                                                                                               \
        TCase *t = tcase_create(#test);                                                                                \
        tcase_set_timeout(t, 120);                                                                                     \
        tcase_add_checked_fixture(t, begin, end);                                                                      \
        tcase_add_test(t, test);                                                                                       \
        suite_add_tcase(s, t);                                                                                         \
    } while (0)
    ONE(plain_file_in_steps_of_any_size_its_bytes);
    ONE(empty_and_tiny_files_their_bytes);
    ONE(what_cannot_be_opened_refused_by_path_and_reason);
    ONE(pipe_read_once_and_opened_without_waiting);
    ONE(file_that_changed_rewind_refused);
#ifdef LGD_ARCHIVE
    ONE(packed_files_by_every_packing_their_bytes);
    ONE(packed_files_one_behind_the_other_read_as_one);
    ONE(packed_files_cut_short_or_with_more_behind_refused);
    ONE(packed_files_damaged_in_any_byte_never_other_bytes);
    ONE(packed_zeros_without_end_no_memory);
#else
    ONE(packed_files_without_libarchive_refused_by_name);
#endif
    ONE(file_not_committed_the_old_one_stays);
    ONE(two_writers_of_one_file_the_last_one_wins_as_a_whole);
    ONE(permissions_those_of_the_old_file_or_by_umask);
    ONE(link_leads_to_the_file_that_is_replaced);
    ONE(bytes_written_once_more_in_their_place);
    ONE(no_room_no_right_and_no_place_refused_and_the_old_file_stays);
    ONE(known_packings_by_name_and_by_bytes);
    return suite_run(s);
}
