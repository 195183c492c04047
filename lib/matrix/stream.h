/* Inside of a stream, from below: blocks of rows in a few buffers, which a thread fills ahead of need (stream_blocks.c); which ones come
 * next (stream_ahead.c); pieces of a set of rows, where they can be used (stream_pieces.c); the products over them (stream.c). */
#ifndef LGD_STREAM_H
#define LGD_STREAM_H
#include "matrix/rows.h"
#include <stdatomic.h>

/* Buffers lie one behind another, so that a row of any of them is a row of one array.
 *   from        what the caller said, and what is taken where he did not
 *   count       buffers of block_rows rows of row_bytes, in `buffers`
 *   blocks      of the matrix; the last may be short
 *   products    that are under way */
typedef struct lgd_blocks {
    lgd_stream from;
    size_t row_bytes, count, blocks;
    char *buffers;
    atomic_size_t products;
    struct lgd_block_state *state;
} lgd_blocks;

/* Takes what the stream says, once it has been checked. What there is after a failure goes with lgd_blocks_end too. */
lgd_status lgd_blocks_begin(lgd_blocks *b, const lgd_stream *from);
void lgd_blocks_end(lgd_blocks *b);

/* What whoever wants a block may wait for.
 *   LGD_BLOCK_THERE  a block that has a buffer, until it has been read
 *   LGD_BLOCK_READ   any block, if there is a buffer for it: for those who hold others, so that none wait for each other in a circle
 *   LGD_BLOCK_FREE   any block, and a buffer for it */
typedef enum lgd_block_wait { LGD_BLOCK_THERE, LGD_BLOCK_READ, LGD_BLOCK_FREE } lgd_block_wait;

enum { LGD_NO_BUFFER = -1 };

/* *buffer is that of the block, until it is let go, or LGD_NO_BUFFER where it would have to wait for longer. What nobody has begun to read
 * is read here, and its failure is that of the call. */
lgd_status lgd_blocks_hold(lgd_blocks *b, size_t block, lgd_block_wait wait, ptrdiff_t *buffer);
void lgd_blocks_let_go(lgd_blocks *b, ptrdiff_t buffer);

/* Has it a buffer? Then it has been read, or will be. */
bool lgd_blocks_has(lgd_blocks *b, size_t block);

/* Has it read ahead, unless that would cost one of `count` others their buffer. False where there is no thread to do so. */
bool lgd_blocks_ask(lgd_blocks *b, size_t block, size_t count, const size_t *others);

/* Some rows, past all buffers. */
lgd_status lgd_blocks_read(lgd_blocks *b, size_t first, size_t count, void *to);

/* Rows of the set are needed from the position `at` on: their blocks are asked for, and those behind the set as far as it is known how it
 * goes on. */
void lgd_blocks_ahead(lgd_blocks *b, const lgd_rows *rows, size_t at);

/* A block that may have been asked for is held now. */
void lgd_blocks_met(const lgd_blocks *b, size_t block);

/* Are the rows of a block, that of the row at this position, so rare among those to come that they are better read by themselves? */
bool lgd_blocks_rare(const lgd_blocks *b, const lgd_rows *rows, size_t at);

/* What a matrix is made of.
 *   storage    all buffers as one array
 *   piece      rows of a piece
 *   long_rows  they are so long that a piece is a panel
 *   by_rows    products with several vectors too are row by row
 *   pool       of copies */
typedef struct lgd_streamed {
    lgd_blocks b;
    lgd_row_storage storage;
    size_t piece;
    bool long_rows, by_rows;
    lgd_pool *pool;
} lgd_streamed;

/* How rows are wanted: anywhere, one behind another, or so as doubles. */
typedef enum lgd_piece_form { LGD_PIECE_ANYWHERE, LGD_PIECE_TOGETHER, LGD_PIECE_WIDENED } lgd_piece_form;

enum {
    LGD_PIECE_BYTES = 2 << 20, /* of rows that are copied, unless one row has more */
    LGD_PIECE_LONG = 8,        /* long rows in a piece, at most */
    LGD_PIECE_HELD = 64,       /* buffers that it holds at once */
    LGD_PIECE_PLACES = 512     /* rows whose places have room within it */
};

/* Rows of a set, where they can be used.
 *   set, at, count  `count` rows of the set from the position `at` on
 *   position        [count] of these in the set that a product is over; NULL: at, at + 1, ..
 *   form            how they are wanted
 *   storage, rows   what they lie in, and which rows of that they are
 *   held, block     buffers that they lie in, `buffers` of them, and their blocks
 *   place           [count] room for an index of rows
 *   copy            the rows, where they are not used in their buffers */
typedef struct lgd_piece {
    lgd_streamed *A;
    const lgd_rows *set;
    size_t at, count;
    const size_t *position;
    lgd_piece_form form;
    lgd_row_storage storage;
    lgd_rows rows;
    size_t buffers, block[LGD_PIECE_HELD], places[LGD_PIECE_PLACES], *place;
    ptrdiff_t held[LGD_PIECE_HELD];
    void *copy;
} lgd_piece;

typedef lgd_status (*lgd_use)(void *ctx, const lgd_piece *p);

/* One piece, `use` once for each piece of a set in its order, or so that rows of pieces come in the order in which those of the set are
 * visited. */
lgd_status lgd_piece_use(lgd_streamed *A, lgd_piece_form form, const lgd_rows *set, size_t at, size_t count,
                         lgd_use use, void *ctx);
lgd_status lgd_pieces_in_order(lgd_streamed *A, const lgd_rows *rows, lgd_use use, void *ctx);
lgd_status lgd_pieces_as_visited(lgd_streamed *A, const lgd_rows *rows, lgd_use use, void *ctx);

/* How large pieces are, by what the storage is. */
void lgd_pieces_cut(lgd_streamed *A);

/* Copies rows, as doubles. */
lgd_status lgd_pieces_gather(lgd_streamed *A, const lgd_rows *rows, double *X);

/* LGD_EINVAL for the first number of a row of the piece, or of all, that is not finite. */
lgd_status lgd_piece_check_row(const lgd_piece *p, size_t i);
lgd_status lgd_piece_check(const lgd_piece *p);

static inline size_t lgd_row_of(const lgd_rows *rows, size_t position)
{
    return rows->index ? rows->index[rows->first + position] : rows->first + position;
}

#endif
