/* Blocks of a stream in a few buffers. One read is under way at a time: by the stream's thread, which reads ahead, or by a thread that
 * needs a block now and finds that nobody has begun to read it. A buffer is free, wanted (it has a block's name, and waits to be read),
 * being read, or there; those that nobody holds are taken again in the order in which they were last of use.
 *
 * Nobody waits in a circle: who holds a buffer waits for reads alone, which end by themselves, and only who holds none waits for others to
 * let go. */
#include "stream.h"
#include "stream_slots.h"
#include <pthread.h>
#include <signal.h>

#define LOOKS_AROUND 50e-6 /* seconds that are waited by looking: about what a block takes to come */
#define WAKES_FOR 20e-6    /* seconds of reading that are worth waking a thread for */

typedef struct lgd_block_state {
    pthread_mutex_t lock;
    pthread_cond_t changed, called; /* for those who compute; for the thread */
    atomic_size_t changes;          /* also those that the thread waits for */
    slot *slots, idle, wanted;      /* the lists' ends */
    slot_table table;
    size_t waiting; /* threads that sleep until something changes */
    size_t wanting; /* threads that wait for a buffer */
    size_t urgent;  /* threads that are to read as soon as they may */
    bool reading, asleep, ends;
    bool threaded, alone; /* there is a thread; there can be none */
    double pace;          /* seconds for a block, the last time */
    pthread_t thread;
    lgd_blocks *of;
    struct lgd_block_state *next; /* of all there are */
} state;

/* What nobody holds and nobody reads goes to those that may be taken: last, or first where there is nothing in it. */
static void put_away(state *s, slot *x)
{
    if (x->stage == THERE) {
        put_before(x, &s->idle);
        return;
    }
    rename_slot(&s->table, x, SIZE_MAX);
    put_before(x, s->idle.after);
}

/* ---- waiting, with the lock */

static void tell(state *s, bool wake)
{
    atomic_fetch_add(&s->changes, 1);
    if (s->waiting)
        pthread_cond_broadcast(&s->changed);
    if (s->asleep && wake)
        pthread_cond_signal(&s->called);
}

/* Looks for a moment whether something changes; nothing is lost where it gives up too early. */
static bool look_around(state *s, size_t seen)
{
    const double until = lgd_seconds() + LOOKS_AROUND;
    pthread_mutex_unlock(&s->lock);
    while (atomic_load_explicit(&s->changes, memory_order_relaxed) == seen && lgd_seconds() < until)
        ;
    pthread_mutex_lock(&s->lock);
    return atomic_load(&s->changes) != seen;
}

static void wait_for_change(state *s)
{
    if (look_around(s, atomic_load(&s->changes)))
        return;
    s->waiting++;
    pthread_cond_wait(&s->changed, &s->lock);
    s->waiting--;
}

/* ---- reading */

static lgd_status call_read(const lgd_blocks *b, size_t first, size_t count, void *to)
{
    const unsigned errors = lgd_error_count();
    const int code = (int)b->from.read(b->from.ctx, first, count, to);
    return code ? lgd_failed_in("stream", "read", code, errors) : LGD_OK;
}

/* With the lock, and nobody reading: reads, without it. */
static lgd_status read_rows(lgd_blocks *b, size_t first, size_t count, void *to)
{
    state *s = b->state;
    s->reading = true;
    pthread_mutex_unlock(&s->lock);
    const lgd_status status = call_read(b, first, count, to);
    pthread_mutex_lock(&s->lock);
    s->reading = false;
    return status;
}

static lgd_status fill(lgd_blocks *b, slot *x)
{
    state *s = b->state;
    const size_t first = x->block * b->from.block_rows, left = b->from.rows - first;
    const size_t count = left < b->from.block_rows ? left : b->from.block_rows;
    const double begun = lgd_seconds();
    x->stage = READING;
    const lgd_status status =
        read_rows(b, first, count, b->buffers + (size_t)(x - s->slots) * b->from.block_rows * b->row_bytes);
    x->stage = status ? ABSENT : THERE;
    s->pace = lgd_seconds() - begun;
    tell(s, s->wanted.after != &s->wanted && s->pace >= WAKES_FOR);
    return status;
}

/* The stream's thread. */
static void *read_ahead(void *ctx)
{
    lgd_blocks *b = ctx;
    state *s = b->state;
    bool looked = false;
    pthread_mutex_lock(&s->lock);
    while (!s->ends) {
        slot *x = s->wanted.after;
        if (x != &s->wanted && !s->reading && !s->urgent) {
            leave_list(x);
            (void)fill(b, x);
            if (!x->holds)
                put_away(s, x);
            looked = false;
        } else if (!looked) {
            looked = !look_around(s, atomic_load(&s->changes));
        } else {
            s->asleep = true;
            pthread_cond_wait(&s->called, &s->lock);
            s->asleep = looked = false;
        }
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

/* Signals are left to the host's threads, but for those of its own instructions. */
static void begin_thread(lgd_blocks *b)
{
    static const int own[] = {SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP};
    state *s = b->state;
    sigset_t all, before;
    sigfillset(&all);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        sigdelset(&all, own[i]);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    s->threaded = !pthread_create(&s->thread, NULL, read_ahead, b);
    s->alone = !s->threaded;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* ---- what products ask for */

static bool is_one_of(size_t block, size_t count, const size_t *blocks)
{
    for (size_t i = 0; i < count; i++)
        if (blocks[i] == block)
            return true;
    return false;
}

/* A buffer that may have another block, NULL if there is none: the one that was of no use for longest, but for those read ahead that are
 * still to come; of these one that is none of `count` blocks, or where now is set one that nobody has begun to read. */
static slot *take_buffer(state *s, bool now, size_t count, const size_t *blocks)
{
    for (int still_to_come = 0; still_to_come < 2; still_to_come++)
        for (slot *x = s->idle.after; x != &s->idle; x = x->after)
            if (x->to_come == (bool)still_to_come && !is_one_of(x->block, count, blocks))
                return x;
    return now && s->wanted.before != &s->wanted ? s->wanted.before : NULL;
}

static void let_go(state *s, slot *x)
{
    if (--x->holds)
        return;
    put_away(s, x);
    if (s->wanting)
        tell(s, false);
}

lgd_status lgd_blocks_hold(lgd_blocks *b, size_t block, lgd_block_wait wait, ptrdiff_t *buffer)
{
    state *s = b->state;
    lgd_status status = LGD_OK;
    slot *x;
    *buffer = LGD_NO_BUFFER;
    lgd_blocks_met(b, block);
    pthread_mutex_lock(&s->lock);
    while (!(x = find(&s->table, block)) && wait > LGD_BLOCK_THERE && !(x = take_buffer(s, true, 0, NULL)) &&
           wait == LGD_BLOCK_FREE) {
        s->wanting++;
        wait_for_change(s);
        s->wanting--;
    }
    if (x) {
        leave_list(x);
        if (x->block != block)
            rename_slot(&s->table, x, block);
        x->to_come = false;
        x->holds++;
    }
    while (x && !status && x->stage != THERE) {
        const bool urgent = x->stage == ABSENT;
        if (urgent && !s->reading) {
            status = fill(b, x);
            continue;
        }
        s->urgent += urgent;
        wait_for_change(s);
        s->urgent -= urgent;
    }
    if (status)
        let_go(s, x);
    else if (x)
        *buffer = x - s->slots;
    pthread_mutex_unlock(&s->lock);
    return status;
}

void lgd_blocks_let_go(lgd_blocks *b, ptrdiff_t buffer)
{
    state *s = b->state;
    pthread_mutex_lock(&s->lock);
    let_go(s, &s->slots[buffer]);
    pthread_mutex_unlock(&s->lock);
}

lgd_status lgd_blocks_read(lgd_blocks *b, size_t first, size_t count, void *to)
{
    state *s = b->state;
    pthread_mutex_lock(&s->lock);
    s->urgent++;
    while (s->reading)
        wait_for_change(s);
    s->urgent--;
    const lgd_status status = read_rows(b, first, count, to);
    tell(s, false);
    pthread_mutex_unlock(&s->lock);
    return status;
}

bool lgd_blocks_has(lgd_blocks *b, size_t block)
{
    state *s = b->state;
    pthread_mutex_lock(&s->lock);
    const bool has = find(&s->table, block);
    pthread_mutex_unlock(&s->lock);
    return has;
}

bool lgd_blocks_ask(lgd_blocks *b, size_t block, size_t count, const size_t *others)
{
    state *s = b->state;
    pthread_mutex_lock(&s->lock);
    slot *x = find(&s->table, block);
    bool may = x;
    if (!x && !s->alone && (x = take_buffer(s, false, count, others))) {
        rename_slot(&s->table, x, block);
        put_before(x, &s->wanted);
        may = x->to_come = true;
        if (!s->threaded)
            begin_thread(b);
        tell(s, (double)(count + 1) * s->pace >= WAKES_FOR);
    }
    pthread_mutex_unlock(&s->lock);
    return may;
}

/* ---- after a fork there is but the thread that made it */

static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER;
static state *all;
static bool forks_are_seen;

static void before_fork(void)
{
    pthread_mutex_lock(&all_lock);
    for (state *s = all; s; s = s->next)
        pthread_mutex_lock(&s->lock);
}

static void after_fork(void)
{
    for (state *s = all; s; s = s->next)
        pthread_mutex_unlock(&s->lock);
    pthread_mutex_unlock(&all_lock);
}

static void make_locks(state *s)
{
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    pthread_cond_init(&s->called, NULL);
}

/* What had been read stays. */
static void in_child(void)
{
    pthread_mutex_init(&all_lock, NULL);
    for (state *s = all; s; s = s->next) {
        make_locks(s);
        s->waiting = s->wanting = s->urgent = 0;
        s->reading = s->asleep = s->threaded = s->alone = false;
        atomic_store(&s->of->products, 0);
        for (size_t i = 0; i < s->of->count; i++) {
            s->slots[i].holds = 0;
            leave_list(&s->slots[i]);
            put_away(s, &s->slots[i]);
        }
    }
}

/* ---- creation */

lgd_status lgd_blocks_begin(lgd_blocks *b, const lgd_stream *from)
{
    size_t places = 1;
    b->from = *from;
    b->blocks = from->rows / from->block_rows + (from->rows % from->block_rows != 0);
    b->row_bytes = from->cols * (from->single ? sizeof(float) : sizeof(double));
    b->count = from->memory / (from->block_rows * b->row_bytes);
    if (b->count > b->blocks)
        b->count = b->blocks;
    while (places < b->count)
        places *= 2;
    state *s = b->state = lgd_alloc("stream", 1, sizeof *s);
    if (!s)
        return LGD_ENOMEM;
    b->buffers = lgd_alloc("stream", b->count, from->block_rows * b->row_bytes);
    s->slots = lgd_alloc("stream", b->count, sizeof *s->slots);
    s->table = (slot_table){lgd_alloc("stream", places, sizeof(slot *)), places - 1};
    s->of = b;
    s->pace = 1; /* until it is known */
    make_locks(s);
    make_list(&s->idle);
    make_list(&s->wanted);
    for (size_t i = 0; s->slots && i < b->count; i++) {
        s->slots[i].block = SIZE_MAX;
        put_before(&s->slots[i], &s->idle);
    }
    pthread_mutex_lock(&all_lock);
    if (!forks_are_seen)
        forks_are_seen = !pthread_atfork(before_fork, after_fork, in_child);
    s->next = all;
    all = s;
    pthread_mutex_unlock(&all_lock);
    return b->buffers && s->slots && s->table.first ? LGD_OK : LGD_ENOMEM;
}

void lgd_blocks_end(lgd_blocks *b)
{
    state *s = b->state, **at = &all;
    if (!s)
        return;
    pthread_mutex_lock(&all_lock);
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    pthread_mutex_unlock(&all_lock);
    pthread_mutex_lock(&s->lock);
    s->ends = true;
    tell(s, true);
    pthread_mutex_unlock(&s->lock);
    if (s->threaded)
        pthread_join(s->thread, NULL);
    pthread_cond_destroy(&s->changed);
    pthread_cond_destroy(&s->called);
    pthread_mutex_destroy(&s->lock);
    lgd_release(s->table.first);
    lgd_release(s->slots);
    lgd_release(b->buffers);
    lgd_release(s);
}
