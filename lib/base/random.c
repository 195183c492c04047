/* Philox4x32-10: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11,
 * section 3. A block is a pure function of counter and key: no state, any order, any thread. */
#include "base.h"

void lgd_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t x0 = counter[0], x1 = counter[1], x2 = counter[2], x3 = counter[3], k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53U * x0, p1 = (uint64_t)0xCD9E8D57U * x2;
        x0 = (uint32_t)(p1 >> 32) ^ x1 ^ k0;
        x1 = (uint32_t)p1;
        x2 = (uint32_t)(p0 >> 32) ^ x3 ^ k1;
        x3 = (uint32_t)p0;
        k0 += 0x9E3779B9U; /* Weyl sequence of the keys: golden ratio, sqrt(3) - 1 */
        k1 += 0xBB67AE85U;
    }
    out[0] = x0;
    out[1] = x1;
    out[2] = x2;
    out[3] = x3;
}

/* The counter holds b (64 bits) and a; the stream and the high half of a are folded into 64 bits so that streams differ
 * for every a below 2^56. */
static void block_of(uint64_t seed, uint32_t stream, uint64_t a, uint64_t b, uint32_t out[4])
{
    uint64_t high = a ^ ((uint64_t)stream << 56);
    const uint32_t counter[4] = {(uint32_t)b, (uint32_t)(b >> 32), (uint32_t)high, (uint32_t)(high >> 32)};
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    lgd_philox(counter, key, out);
}

/* A block serves b and b + 1: its halves. */
static uint64_t half(const uint32_t out[4], uint64_t b)
{
    return b % 2 ? (uint64_t)out[3] << 32 | out[2] : (uint64_t)out[1] << 32 | out[0];
}

uint64_t lgd_random(uint64_t seed, uint32_t stream, uint64_t a, uint64_t b)
{
    uint32_t out[4];
    block_of(seed, stream, a, b / 2, out);
    return half(out, b);
}

/* So many blocks at a time, lane by lane, in registers as wide as the machine has. */
enum { LANES = 16 };

/* A round of one lane; k0 and k1 are the keys of the first. */
#define ROUND(number)                                                                                                  \
    p0 = (uint64_t)0xD2511F53U * x0, p1 = (uint64_t)0xCD9E8D57U * x2;                                                  \
    x0 = (uint32_t)(p1 >> 32) ^ x1 ^ (k0 + (number)*0x9E3779B9U), x1 = (uint32_t)p1;                                   \
    x2 = (uint32_t)(p0 >> 32) ^ x3 ^ (k1 + (number)*0xBB67AE85U), x3 = (uint32_t)p0;

/* Those of b, b + 1, .., the k-th words of all beside each other. */
LGD_WIDEST static void blocks_of(uint64_t seed, uint32_t stream, uint64_t a, uint64_t b, uint32_t word[4][LANES])
{
    const uint64_t high = a ^ ((uint64_t)stream << 56);
    const uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    for (size_t i = 0; i < LANES; i++) {
        word[0][i] = (uint32_t)(b + i);
        word[1][i] = (uint32_t)((b + i) >> 32);
    }
#pragma omp simd
    for (size_t i = 0; i < LANES; i++) {
        uint32_t x0 = word[0][i], x1 = word[1][i], x2 = (uint32_t)high, x3 = (uint32_t)(high >> 32);
        uint64_t p0, p1;
        ROUND(0)
        ROUND(1)
        ROUND(2)
        ROUND(3)
        ROUND(4)
        ROUND(5)
        ROUND(6)
        ROUND(7)
        ROUND(8)
        ROUND(9)
        word[0][i] = x0;
        word[1][i] = x1;
        word[2][i] = x2;
        word[3][i] = x3;
    }
}

void lgd_random_words(uint64_t seed, uint32_t stream, uint64_t a, uint64_t b, size_t blocks, uint32_t *words)
{
    uint32_t word[4][LANES];
    for (size_t first = 0; first < blocks; first += LANES) {
        blocks_of(seed, stream, a, b + first, word);
        for (size_t i = 0; i < LANES && first + i < blocks; i++)
            for (size_t k = 0; k < 4; k++)
                words[4 * (first + i) + k] = word[k][i];
    }
}

uint64_t lgd_mix(uint64_t a, uint64_t b)
{
    uint64_t x = a + 0x9E3779B97F4A7C15U * (b + 1);
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9U;
    x = (x ^ x >> 27) * 0x94D049BB133111EBU;
    return x ^ x >> 31;
}

size_t lgd_random_below(uint64_t bits, size_t n)
{
    /* high word of bits*n by halves: no 128-bit type needed */
    uint64_t n0 = (uint32_t)n, n1 = (uint64_t)n >> 32, b0 = (uint32_t)bits, b1 = bits >> 32;
    uint64_t middle = b1 * n0 + (b0 * n0 >> 32);
    uint64_t carry = (middle & 0xFFFFFFFFU) + b0 * n1;
    return (size_t)(b1 * n1 + (middle >> 32) + (carry >> 32));
}

void lgd_shuffle(uint64_t seed, uint32_t stream, uint64_t a, uint64_t b, size_t count, size_t *index)
{
    enum {
        AHEAD = 2 * LANES
    }; /* places are drawn before their swaps, which in a long order wait for memory otherwise */
    uint32_t word[4][LANES];
    size_t place[AHEAD];
    for (size_t first = 0, draws; first + 1 < count; first += draws) {
        const size_t left = count - 1 - first, odd = (b + first) % 2;
        draws = left < AHEAD - odd ? left : AHEAD - odd;
        blocks_of(seed, stream, a, (b + first) / 2, word);
        for (size_t k = 0; k < draws; k++) {
            const size_t lane = (k + odd) / 2, half_of = (k + odd) % 2;
            const uint64_t bits = (uint64_t)word[2 * half_of + 1][lane] << 32 | word[2 * half_of][lane];
            place[k] = first + k + lgd_random_below(bits, count - first - k);
            lgd_prefetch(index + place[k]);
        }
        for (size_t k = 0; k < draws; k++) { /* position first + k receives one of those not yet placed */
            const size_t row = index[place[k]];
            index[place[k]] = index[first + k];
            index[first + k] = row;
        }
    }
}

void lgd_permutation(uint64_t seed, uint64_t epoch, size_t count, size_t *index)
{
    for (size_t i = 0; index && i < count; i++)
        index[i] = i;
    if (index)
        lgd_shuffle(seed, LGD_STREAM_ORDER, epoch, 0, count, index);
}

void lgd_uniform(uint64_t seed, uint64_t first, size_t count, double *x)
{
    for (size_t i = 0; x && i < count; i++)
        x[i] = (double)(lgd_random(seed, LGD_STREAM_UNIFORM, 0, first + i) >> 11) * 0x1p-53;
}
