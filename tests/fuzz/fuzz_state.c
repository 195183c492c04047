/* lgd_optimizer_load. Two bytes choose an optimizer, which takes steps and is saved. What follows are changes to these bytes, three each:
 * a place, from the end of what is said of the machine, and what stands there; the checksum is then set right, which by chance it never
 * would be. */
#include "fuzz.h"
#include "base/base.h"
#include "optimizer/state.h"
#include <lgd.h>
#include <stdlib.h>
#include <string.h>

static const char *const methods[] = {"sgd",
                                      "momentum:lr=0.1",
                                      "adam:lr=0.01",
                                      "ftrl:l1=0.1",
                                      "adagrad:lr=0.1",
                                      "rprop",
                                      "asgd",
                                      "prodigy",
                                      "lion:lr=0.1",
                                      "schedule_free_sgd:lr=0.1",
                                      "nesterov:lr=0.1",
                                      "lbfgs"};

/* Made, and as far as the second byte says; the last methods find no steps of their own here. */
static lgd_optimizer *started(const char *method, uint8_t how)
{
    lgd_optimizer *opt = NULL;
    lgd_status st = lgd_optimizer_parse(&opt, method);
    FUZZ_CHECK(!st);
    if (how & 16)
        FUZZ_CHECK(!lgd_optimizer_groups(opt, &(lgd_group){.first = 1, .count = 1, .lr_scale = 2}, 1));
    if (how & 32)
        (void)lgd_optimizer_average(opt, &(lgd_average){.kind = LGD_AVERAGE_UNIFORM});
    double w[4] = {1, 2, 3, 4}, g[4];
    const size_t dim = 2 + (how & 1) * 2;
    for (int t = 0; t < (how >> 1 & 3); t++) {
        for (size_t j = 0; j < dim; j++)
            g[j] = w[j] - (double)j;
        if (lgd_optimizer_step(opt, dim, w, g, 1, 1))
            break;
    }
    return opt;
}

static uint8_t *saved(const lgd_optimizer *opt, size_t *size)
{
    *size = 0;
    FUZZ_CHECK(!lgd_optimizer_save(opt, NULL, size));
    uint8_t *bytes = malloc(*size);
    FUZZ_CHECK(bytes && !lgd_optimizer_save(opt, bytes, size));
    return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *method = methods[fuzz_byte(&bytes, &size) % (sizeof methods / sizeof *methods)];
    const uint8_t how = fuzz_byte(&bytes, &size);
    lgd_optimizer *opt = started(method, how);
    size_t length, before = sizeof lgd_state_magic + 2 * sizeof(uint32_t);
    uint8_t *state = saved(opt, &length);
    uint64_t machine;
    memcpy(&machine, state + before, sizeof machine);
    before += sizeof machine + machine; /* those letters are of the machine, and an input means the same on each */
    const size_t checked = length - LGD_STATE_CRC;
    while (size > 2) {
        const size_t at = fuzz_byte(&bytes, &size) | (size_t)fuzz_byte(&bytes, &size) << 8;
        state[before + at % (checked - before)] = fuzz_byte(&bytes, &size);
    }
    if (how & 64)
        length = LGD_STATE_CRC + before + (checked - before) * fuzz_byte(&bytes, &size) / 256;
    const uint32_t crc = lgd_crc32c(0, state, length - LGD_STATE_CRC);
    memcpy(state + length - LGD_STATE_CRC, &crc, sizeof crc);

    lgd_status st = lgd_optimizer_load(opt, state, length);
    if (st) {
        fuzz_failed(st);
    } else { /* what is saved of it is taken again, and is the same again */
        size_t again, third;
        uint8_t *second = saved(opt, &again);
        FUZZ_CHECK(!lgd_optimizer_load(opt, second, again));
        uint8_t *last = saved(opt, &third);
        FUZZ_CHECK(again == third && !memcmp(second, last, third));
        free(last);
        free(second);
        double w[4] = {1, 2, 3, 4}, g[4] = {1, 1, 1, 1};
        (void)lgd_optimizer_step(opt, 2 + (how & 1) * 2, w, g, 1, 1);
    }
    free(state);
    lgd_optimizer_free(opt);
    return 0;
}
