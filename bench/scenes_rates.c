/* Scenes about the rate: what schedules make of it. */
#include "scenes.h"

/* ---- schedules */

enum { SCHEDULE_EPOCHS = 300 };

static const double milestones[] = {60, 180};

static const struct {
    const char *name;
    lgd_schedule schedule;
} schedules[] = {
    {"constant", {.kind = LGD_CONSTANT}},
    {"step, 0.5 every 100", {.kind = LGD_STEP_DECAY, .period = 100, .factor = 0.5}},
    {"multi-step, 0.3 at 60 and 180",
     {.kind = LGD_MULTI_STEP, .factor = 0.3, .milestones = milestones, .milestone_count = 2}},
    {"inverse time, 1/(1 + 0.02 t)", {.kind = LGD_INVERSE_TIME, .factor = 0.02}},
    {"inverse scaling, 1/(t + 1)^0.25", {.kind = LGD_INVERSE_SCALING, .power = 0.25}},
    {"exponential, 0.95^t", {.kind = LGD_EXPONENTIAL, .factor = 0.95}},
    {"cosine to 0 in 300", {.kind = LGD_COSINE, .period = SCHEDULE_EPOCHS}},
    {"polynomial, (1 - t/300)^2", {.kind = LGD_POLYNOMIAL, .period = SCHEDULE_EPOCHS, .power = 2}},
    {"30 of warm-up, then cosine", {.kind = LGD_COSINE, .period = SCHEDULE_EPOCHS - 30, .warmup = 30}},
};

static lgd_status fill_schedules(FILE *to)
{
    lgd_status st = LGD_OK;
    fprintf(to, "epoch");
    for (size_t i = 0; i < sizeof schedules / sizeof *schedules; i++)
        fprintf(to, "\t%s", schedules[i].name);
    for (uint64_t e = 0; e <= SCHEDULE_EPOCHS && !st; e++) {
        fprintf(to, "\n%d", (int)e);
        for (size_t i = 0; i < sizeof schedules / sizeof *schedules && !st; i++) {
            double factor = 0;
            st = lgd_schedule_factor(&schedules[i].schedule, e, e, &factor);
            fprintf(to, "\t%.9g", factor);
        }
    }
    fprintf(to, "\n");
    return st;
}

const scene scenes_of_rates[] = {{"schedules.tsv", fill_schedules}, {NULL, NULL}};
