/* The model files of the command. */
#include "fuzz.h"
#include "../../cli/cli.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* What the reader needs of the command, without its words on stderr. */
static char said[4096];

bool refuse(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    vsnprintf(said, sizeof said, format, values);
    va_end(values);
    return false;
}

bool refuse_last(void)
{
    return refuse("%s", lgd_last_error());
}

void *memory_of(size_t count, size_t size)
{
    return calloc(count ? count : 1, size);
}

bool output_open(output *o, const char *path)
{
    *o = (output){.path = path};
    return false;
}

bool output_finish(output *o)
{
    return !o->file;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    model m;
    *said = 0;
    if (model_read(&m, fuzz_file(bytes, size))) {
        double sum = 0;
        size_t letters = strlen(m.target);
        for (size_t i = 0; i < (m.cols + m.intercept) * m.outputs; i++)
            sum += m.w[i];
        for (size_t j = 0; j < m.cols; j++)
            letters += strlen(m.names[j]);
        for (size_t c = 0; c < m.class_count; c++)
            letters += strlen(m.classes[c]);
        FUZZ_CHECK(m.kind && m.loss && m.cols && m.outputs && letters < SIZE_MAX / 2 && sum * 0 != 1);
    } else {
        FUZZ_CHECK(*said);
    }
    model_free(&m);
    return 0;
}
