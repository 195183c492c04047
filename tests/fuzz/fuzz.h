/* What the harnesses share. An input begins with a few bytes that choose options; what follows is the file. */
#ifndef LGD_FUZZ_H
#define LGD_FUZZ_H
#include <lgd/io.h>
#include <stdint.h>

/* For libFuzzer, which calls this for each input. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* The next byte of *bytes, which is passed over; 0 behind the end. */
uint8_t fuzz_byte(const uint8_t **bytes, size_t *size);

/* The path of a file in memory that holds just these bytes, until the next call. */
const char *fuzz_file(const uint8_t *bytes, size_t size);

/* The path of one for what is written, one for each `ending` of those in fuzz.c. */
const char *fuzz_output(const char *ending);

/* Ends the program, so that the input is kept: `what` did not hold. */
#define FUZZ_CHECK(what) ((what) ? (void)0 : fuzz_broken(#what, __FILE__, __LINE__))
_Noreturn void fuzz_broken(const char *what, const char *file, int line);

/* Reads every byte of a table and holds it to what io.h says of it; and that both have the same bits in all of them. */
void fuzz_table(const lgd_table *table);
void fuzz_same(const lgd_table *a, const lgd_table *b);

/* A call failed: it left a sentence of one line. */
void fuzz_failed(lgd_status status);

#endif
