/* Status codes, the sentence behind the last error, and the few macros every header needs. */
#ifndef LGD_STATUS_H
#define LGD_STATUS_H
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

#if defined(__GNUC__) && !defined(_WIN32)
#define LGD_API __attribute__((visibility("default")))
#else
#define LGD_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Every status a function can return: name, value, text. New ones are appended. */
#define LGD_STATUS_LIST(X)                                                                                             \
    X(LGD_EINVAL, -1, "invalid value")                                                                                 \
    X(LGD_ENOMEM, -2, "out of memory")                                                                                 \
    X(LGD_ERANGE, -3, "size too large")                                                                                \
    X(LGD_EDIVERGED, -4, "diverged")                                                                                   \
    X(LGD_EUNSUPPORTED, -5, "not supported here")                                                                      \
    X(LGD_EUSER, -6, "the caller's function failed")                                                                   \
    X(LGD_EIO, -7, "reading or writing failed")                                                                        \
    X(LGD_EFORMAT, -8, "malformed data")

/* What a function that can fail returns: LGD_OK, or one of LGD_STATUS_LIST.
 *   LGD_OK   0, it worked */
#define LGD_X(name, value, text) , name = value /* comma first: C++98 knows no trailing comma */
typedef enum lgd_status { LGD_OK = 0 LGD_STATUS_LIST(LGD_X) } lgd_status;
#undef LGD_X

/* The general text of a status, "unknown status" for a value that is none. Never NULL; static storage. */
LGD_API const char *lgd_strerror(lgd_status status);

/* The sentence behind the last failure in this thread, "" if nothing has failed yet. It is one line of the form
 *     <object>: <quantity> is <value>, <what is accepted>
 * and valid until the next failing call in this thread; a successful call leaves it. */
LGD_API const char *lgd_last_error(void);

/* For functions of your own that the library calls: leaves `text` (copied, at most 511 bytes) as the sentence of this
 * thread's last failure and returns status, `return lgd_set_error(LGD_EUSER, "sensor: no reading");`. */
LGD_API lgd_status lgd_set_error(lgd_status status, const char *text);

/* What to write into a double of an options struct that shall be 0 where 0 means "the default": -DBL_MIN, a normal
 * number that survives flush-to-zero and -ffast-math. */
#define LGD_ZERO (-2.2250738585072014e-308)

/* What to write into the option named lr of a method whose step is linear in g (LGD_LINEAR): lgd_minimize then finds the
 * rate at the start of its first run, see there. -2 DBL_MIN. */
#define LGD_AUTO (-4.4501477170144028e-308)

/* A computed option value: x itself, or LGD_ZERO where x is 0. */
static inline double lgd_zero(double x)
{
    return x == 0 ? LGD_ZERO : x;
}

#ifdef __cplusplus
}
#endif
#endif
