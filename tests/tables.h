/* Tables of the scenes, as read: cells by rows. */
#ifndef LGD_TESTS_TABLES_H
#define LGD_TESTS_TABLES_H
#include "suite.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CELLS = 16384 };
typedef struct table {
    char *text, *cell[MAX_CELLS]; /* by rows; those of a table of names begin with it */
    size_t rows, cols;
} table;

/* Takes text, which becomes the cells; name: of what it is the text, for messages. */
static inline table *table_of(const char *name, char *text)
{
    table *t = calloc(1, sizeof *t);
    t->text = text;
    size_t cells = 0;
    for (char *at = t->text; *at;) {
        size_t length = strcspn(at, "\t\n");
        bool last = at[length] != '\t';
        ck_assert_uint_lt(cells, MAX_CELLS);
        t->cell[cells++] = at;
        at[length] = 0;
        at += length + 1;
        if (last)
            t->cols = ++t->rows == 1 ? cells : t->cols;
        if (last)
            ck_assert_msg(cells == t->rows * t->cols, "%s: row %zu has other columns", name, t->rows);
    }
    return t;
}

static inline void table_free(table *t)
{
    free(t->text);
    free(t);
}

static inline const char *word(const table *t, size_t row, const char *column)
{
    for (size_t j = 0; j < t->cols; j++)
        if (!strcmp(t->cell[j], column))
            return t->cell[row * t->cols + j];
    ck_abort_msg("no column %s", column);
    return NULL;
}

static inline double number(const table *t, size_t row, const char *column)
{
    return strtod(word(t, row, column), NULL);
}

/* The n-th row, from 0, whose column is that word; 0 if there are not so many. */
static inline size_t find(const table *t, const char *column, const char *is, size_t n)
{
    for (size_t i = 1; i < t->rows; i++)
        if (!strcmp(word(t, i, column), is) && n-- == 0)
            return i;
    return 0;
}

static inline size_t count(const table *t, const char *column, const char *is)
{
    size_t n = 0;
    while (find(t, column, is, n))
        n++;
    return n;
}

/* Value and place of a point of a grid, both counted from 0. */
static inline double value(const table *t, size_t j, size_t i)
{
    return strtod(t->cell[(j + 1) * t->cols + i + 1], NULL);
}

static inline double x_of(const table *t, size_t i)
{
    return strtod(t->cell[i + 1], NULL);
}

static inline double y_of(const table *t, size_t j)
{
    return strtod(t->cell[(j + 1) * t->cols], NULL);
}

#endif
