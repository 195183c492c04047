#define _GNU_SOURCE /* newlocale, uselocale */
#include "base.h"
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char last_error[512];
static _Thread_local unsigned error_count;

const char *lgd_strerror(lgd_status status)
{
#define LGD_X(name, value, text)                                                                                       \
    case name:                                                                                                         \
        return text;
    switch (status) {
    case LGD_OK:
        return "success";
        LGD_STATUS_LIST(LGD_X)
    }
#undef LGD_X
    return "unknown status";
}

const char *lgd_last_error(void)
{
    return last_error;
}

/* In the C locale, whatever the caller's is. */
static int format_text(char *text, size_t size, const char *format, va_list args)
{
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale_t before = c ? uselocale(c) : (locale_t)0;
    const int length = vsnprintf(text, size, format, args);
    if (c) {
        uselocale(before);
        freelocale(c);
    }
    return length;
}

lgd_status lgd_fail(lgd_status status, const char *format, ...)
{
    /* The arguments may point into last_error itself, hence the second buffer. */
    char text[sizeof last_error];
    va_list args;
    va_start(args, format);
    format_text(text, sizeof text, format, args);
    va_end(args);
    memcpy(last_error, text, sizeof text);
    error_count++;
    return status;
}

void lgd_format(char *text, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    format_text(text, size, format, args);
    va_end(args);
}

void lgd_say(lgd_words *t, const char *format, ...)
{
    size_t size;
    char *rest = lgd_words_rest(t, &size);
    va_list args;
    va_start(args, format);
    const int length = format_text(rest, size, format, args);
    va_end(args);
    t->length += length > 0 ? (size_t)length : 0;
}

unsigned lgd_error_count(void)
{
    return error_count;
}

lgd_status lgd_set_error(lgd_status status, const char *text)
{
    return lgd_fail(status, "%s", text ? text : "");
}

/* code if it is a status, else LGD_EUSER */
static lgd_status known_status(int code)
{
#define LGD_X(name, value, text) case name:
    switch (code) {
        LGD_STATUS_LIST(LGD_X)
        return (lgd_status)code;
    }
#undef LGD_X
    return LGD_EUSER;
}

lgd_status lgd_failed_in(const char *object, const char *function, int code, unsigned errors_before)
{
    lgd_status status = known_status(code);
    if (lgd_error_count() == errors_before)
        lgd_fail(status, "%s: %s returned %d (%s), 0 goes on", object, function, code, lgd_strerror(status));
    return status;
}

lgd_status lgd_check_size(const char *object, const char *quantity, size_t size, bool zero_ok)
{
    if (size > PTRDIFF_MAX)
        return lgd_fail(LGD_EINVAL, "%s: %s is %zu, at most %td is accepted (was a negative number converted?)", object,
                        quantity, size, PTRDIFF_MAX);
    if (size == 0 && !zero_ok)
        return lgd_fail(LGD_EINVAL, "%s: %s is 0, at least 1 is accepted", object, quantity);
    return LGD_OK;
}

lgd_status lgd_take_struct(const char *object, void *to, size_t to_size, const void *from, size_t from_size)
{
    memset(to, 0, to_size);
    if (!from)
        return LGD_OK;
    const unsigned char *bytes = from;
    for (size_t i = to_size; i < from_size; i++)
        if (bytes[i])
            return lgd_fail(
                LGD_EUNSUPPORTED,
                "%s: its struct has %zu bytes, this library knows %zu and byte %zu is set; it is older than "
                "the header",
                object, from_size, to_size, i);
    memcpy(to, from, from_size < to_size ? from_size : to_size);
    return LGD_OK;
}

void lgd_give_struct(void *to, size_t to_size, const void *from, size_t from_size)
{
    if (!to)
        return;
    memset(to, 0, to_size);
    memcpy(to, from, from_size < to_size ? from_size : to_size);
}
