/* Reading LIBSVM's format: what the passes over a file share with the sentences about its words. */
#ifndef LGD_IO_LIBSVM_H
#define LGD_IO_LIBSVM_H
#include "io/file.h"
#include "io/io.h"

enum { LGD_SVM_BUFFER = 2 * LGD_IO_BUFFER };
#define LGD_SVM_MOST_INDEX (UINT64_C(1) << 48)

typedef struct lgd_svm {
    lgd_libsvm_options o;
    lgd_input *in;
    const char *path; /* as messages show it */
    char *buffer;     /* [LGD_SVM_BUFFER + 1] */

    /* while a pass runs */
    size_t line;  /* from 1 */
    size_t words; /* of the line so far */
    bool comment; /* up to the line's end */
    bool fill;    /* the second pass */
    size_t row, at;
    size_t pairs;  /* of the line so far */
    uint64_t last; /* index before; meant only if there are pairs */

    /* what the passes find */
    size_t rows, numbers;        /* numbers: at most so many */
    size_t zeros;                /* left out */
    uint64_t largest;            /* index */
    size_t zero_line, full_line; /* of the first index 0; of the first that is `cols`; 0: there is none */
    size_t full_pair;            /* in that line */
    size_t *row_start;           /* [rows + 1] */
    int32_t *column;             /* [numbers], or, from the first index that is beyond it on: */
    int64_t *column_i64;         /* [numbers] */
    double *value;               /* [numbers], or with `single`: */
    float *value_f32;            /* [numbers] */
    lgd_labels labels;
    lgd_text notes;
    lgd_table *table;
} lgd_svm;

/* A blank, the end of a line, or a comment. */
static inline bool lgd_svm_ends_word(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '#';
}

/* What ends the word at s; one is there. */
static inline const char *lgd_svm_word_end(const char *s)
{
    while (!lgd_svm_ends_word(*s))
        s++;
    return s;
}

/* What is wrong with the word at s, a label or a pair; with the index of a pair. (libsvm_refuse.c) */
lgd_status lgd_svm_nul_byte(const lgd_svm *r);
lgd_status lgd_svm_refuse_label(const lgd_svm *r, const char *s);
lgd_status lgd_svm_refuse_pair(const lgd_svm *r, const char *s);
lgd_status lgd_svm_refuse_index(const lgd_svm *r, const char *s, uint64_t index);

#endif
