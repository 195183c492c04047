/* lgd-bench: files and text. What is bool says false after a sentence on stderr that names the path. */
#ifndef LGD_BENCH_FILES_H
#define LGD_BENCH_FILES_H
#include <stdbool.h>
#include <stdio.h>

bool file_refused(const char *path); /* false: the sentence of errno */
bool file_finish(FILE *file, const char *path);
bool file_write(const char *path, const char *text);
bool folder_make(const char *path); /* and waits until no other run writes there */

/* A whole file, ended by 0; the caller frees it. NULL and errno if it cannot be read. */
char *file_read(const char *path);

/* Where a file of bench/data lies: in the tree, else where it was installed. Returns path. */
const char *file_of_data(char *path, size_t size, const char *name);

/* Bytes of the UTF-8 character at text, 0 if there is none. */
size_t utf8_character(const char *text);

/* text as UTF-8, '?' for each byte that is none of it, cut between characters. Returns out. */
char *utf8_text(char *out, size_t size, const char *text);

/* Markup; knows %s, whose text is escaped, %zu and %%. */
void html(FILE *to, const char *format, ...)
#ifdef __GNUC__
    __attribute__((format(printf, 2, 3)))
#endif
    ;

#endif
