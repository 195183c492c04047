/* Tables from text files. Texts that are wrong in every way come first in a list, each with the sentence it must earn;
 * the whole list is read under the C locale and under one whose decimal point is a comma. */
#include "comma.h"
#include "io/io.h"
#include "suite.h"
#include "folder.h"
#include "ledger.h"
#include <lgd/runtime.h>
#include <fcntl.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MIB = 1 << 20 };

static const char *comma; /* NULL where none can be had */

static const char *text_file(const char *text)
{
    return file_of("t.csv", text, strlen(text));
}

/* The table of a text that is right. */
static lgd_table *table_of(const char *text, const lgd_csv_options *options)
{
    lgd_table *t = NULL;
    lgd_status st = lgd_csv_read(&t, text_file(text), options);
    ck_assert_msg(st == LGD_OK, "%s: %s", text, lgd_last_error());
    return t;
}

/* A text that is wrong: its status, no table, and a sentence on one line with `part` in it. */
static void refused(const char *path, const lgd_csv_options *options, lgd_status status, const char *part)
{
    lgd_table *t = (lgd_table *)&t;
    lgd_status st = lgd_csv_read(&t, path, options);
    ck_assert_ptr_null(t);
    ck_assert_msg(st == status, "%d in place of %d (%s): %s", (int)st, (int)status, part, lgd_last_error());
    ck_assert_msg(strstr(lgd_last_error(), part) != NULL, "\"%s\" is not in: %s", part, lgd_last_error());
    ck_assert_ptr_null(strchr(lgd_last_error(), '\n'));
}

/* ---- what is refused */

#define TEXT(s) s, sizeof s - 1

static const char *const column_b[] = {"b", NULL};

static const struct hostile {
    const char *text;
    size_t size;
    lgd_status status;
    const char *part;
    lgd_csv_options options;
} hostile[] = {
    /* no table */
    {TEXT(""), LGD_EFORMAT, "t.csv: the file is empty", {0}},
    {TEXT("\xEF\xBB\xBF"), LGD_EFORMAT, "is empty", {0}},
    {TEXT("\n\n \r\n\r"), LGD_EFORMAT, "there is no row of cells", {0}},
    {TEXT("1,2\n"), LGD_EFORMAT, "no row of cells behind the lines skipped", {.skip_lines = 1}},
    {TEXT("a,b\n"), LGD_EFORMAT, "there is no row beside the header in line 1", {0}},
    {TEXT("\xFF\xFE"
          "1\0,\0"),
     LGD_EFORMAT,
     "UTF-16",
     {0}},
    {TEXT("\xFE\xFF\0"
          "1\0,"),
     LGD_EFORMAT,
     "UTF-16",
     {0}},
    {TEXT("1\0,\0"
          "2\0"),
     LGD_EFORMAT,
     "t.csv:1: a NUL byte",
     {0}},
    {TEXT("a,b\n1,\0"
          "2\n"),
     LGD_EFORMAT,
     "t.csv:2: a NUL byte",
     {0}},
    {TEXT("a\n1\n"), LGD_EFORMAT, "t.csv:1: 1 column is found with the delimiter ','", {0}},
    {TEXT("a,b\n1,2\n"), LGD_EFORMAT, "1 column is found with the delimiter tab", {.delimiter = '\t'}},
    {TEXT("5,3,big,small\n1,2,3,4,5\n"), LGD_EFORMAT, "t.csv:1: 2 cells are numbers and 2 are not", {0}},
    {TEXT("5,big\n"), LGD_EFORMAT, "hint: say whether line 1 holds names (header yes or no)", {0}},
    {TEXT("a,b\nx,1\n"), LGD_EFORMAT, "no column beside the target", {.text = LGD_TEXT_IGNORE}},
    {TEXT("1,5\n2,5\n"), LGD_EFORMAT, "1 column is found with the delimiter ';'", {.decimal_comma = true}},
    /* rows and quotes */
    {TEXT("a,b\n1,2\n1,2,3\n"), LGD_EFORMAT, "t.csv:3: 3 cells are found, 2 are expected as in line 1", {0}},
    {TEXT("a,b\n1,2\n1\n"), LGD_EFORMAT, "t.csv:3: 1 cell is found, 2 are expected", {0}},
    {TEXT("a,b\n1,2,3\n"), LGD_EFORMAT, "hint: a line before the table? skip_lines", {0}},
    {TEXT("a,b\n1,\"2\n3,4\n5,6\n"), LGD_EFORMAT, "t.csv:2:2: the quote opened here is never closed", {0}},
    {TEXT("a,b\n1,2\n\n\"3,4\n"), LGD_EFORMAT, "t.csv:4:1: the quote opened here is never closed", {0}},
    {TEXT("a,b\n1,2\n3\"5,4\n"), LGD_EFORMAT, "t.csv:3:1: a quote in the middle of a cell that began in line 3", {0}},
    {TEXT("a,b\n1,\"2\n\n3\"x\n"), LGD_EFORMAT, "t.csv:4:2: a quote in the middle of a cell that began in line 2", {0}},
    /* cells */
    {TEXT("a,area\n1,\"12,5\"\n"), LGD_EFORMAT, "t.csv:2:2: \"12,5\" is not a number (column \"area\"", {0}},
    {TEXT("a,area\n1,\"12,5\"\n"),
     LGD_EFORMAT,
     "decimal commas? decimal_comma accepts them, with another delimiter",
     {0}},
    {TEXT("a;b\n1;2\n12,5;1\n"),
     LGD_EFORMAT,
     "t.csv:3:1: \"12,5\" is not a number (column \"a\"); hint: decimal commas?",
     {0}},
    {TEXT("a;b\n1.5;2\n"), LGD_EFORMAT, "hint: decimal points?", {.decimal_comma = true}},
    {TEXT("a,b\n,2\n"),
     LGD_EFORMAT,
     "t.csv:2:1: the cell is missing (column \"a\"); hint: missing = LGD_MISSING_DROP",
     {0}},
    {TEXT("a,b\n1,2\n\" \t\",2\n"), LGD_EFORMAT, "t.csv:3:1: the cell is missing", {0}},
    {TEXT("a,b\n1,2\n1, \n"), LGD_EFORMAT, "t.csv:3:2: the cell is missing (column \"b\", the target)", {0}},
    {TEXT("a,b\n1,2\n1,\n"), LGD_EFORMAT, "(column \"b\", the target)", {.missing = LGD_MISSING_MEAN}},
    {TEXT("a,b\n1,2\n?,2\n"), LGD_EFORMAT, "t.csv:3:1: the cell is missing", {.missing_text = "?"}},
    {TEXT("a,b\nNA,2\n"), LGD_EFORMAT, "\"NA\" is not a number (column \"a\"); hint: a text column?", {0}},
    {TEXT("a,b\n1,2\nNA,2\n"), LGD_EFORMAT, "t.csv:3:1: \"NA\" is not a number", {.text = LGD_TEXT_ONE_HOT}},
    {TEXT("a,b\n1,2\nNA,2\n"), LGD_EFORMAT, "the column begins with a number", {.text = LGD_TEXT_IGNORE}},
    {TEXT("a,b\n1,yes\n"), LGD_EFORMAT, "hint: two labels?", {0}},
    {TEXT("a,b\n1,2\nnan,2\n"), LGD_EFORMAT, "t.csv:3:1: \"nan\" is not a finite number", {0}},
    {TEXT("1,2\nNaN,2\n"), LGD_EFORMAT, "t.csv:2:1: \"NaN\" is not a finite number (column \"1\")", {0}},
    {TEXT("a,b\n-inf,2\n"), LGD_EFORMAT, "\"-inf\" is not a finite number", {0}},
    {TEXT("a,b\n+Infinity,2\n"), LGD_EFORMAT, "\"+Infinity\" is not a finite number", {0}},
    {TEXT("a,b\n1e999,2\n"), LGD_EFORMAT, "\"1e999\" is not a finite number", {0}},
    {TEXT("a,b\n-1e99999999999999999999,2\n"), LGD_EFORMAT, "is not a finite number", {0}},
    {TEXT("a,b\n0x10,2\n"), LGD_EFORMAT, "hint: hexadecimal numbers are not accepted", {0}},
    {TEXT("a,b\n-0X1p3,2\n"), LGD_EFORMAT, "hint: hexadecimal", {0}},
    {TEXT("a,b\n=1+2,2\n"), LGD_EFORMAT, "t.csv:2:1: \"=1+2\" is not a number", {0}},
    {TEXT("a,b\n=cmd|' /C calc'!A0,2\n"), LGD_EFORMAT, "is not a number", {0}},
    {TEXT("a,b\n1 2,2\n"), LGD_EFORMAT, "\"1 2\" is not a number", {0}},
    {TEXT("a,b\n1e,2\n"), LGD_EFORMAT, "\"1e\" is not a number", {0}},
    {TEXT("a,b\n1e+,2\n"), LGD_EFORMAT, "\"1e+\" is not a number", {0}},
    {TEXT("a,b\n.,2\n"), LGD_EFORMAT, "\".\" is not a number", {0}},
    {TEXT("a,b\n.e1,2\n"), LGD_EFORMAT, "\".e1\" is not a number", {0}},
    {TEXT("a,b\n--1,2\n"), LGD_EFORMAT, "\"--1\" is not a number", {0}},
    {TEXT("a,b\n1.2.3,2\n"), LGD_EFORMAT, "\"1.2.3\" is not a number", {0}},
    {TEXT("a,b\n1_000,2\n"), LGD_EFORMAT, "\"1_000\" is not a number", {0}},
    {TEXT("a,b\n1d5,2\n"), LGD_EFORMAT, "\"1d5\" is not a number", {0}},
    {TEXT("a,b\n\xD9\xA1,2\n"), LGD_EFORMAT, "\"\xD9\xA1\" is not a number", {0}}, /* an Arabic one */
    {TEXT("a,b\n\"1\n\",2\n"), LGD_EFORMAT, "t.csv:2:1: \"1?\" is not a number", {0}},
    {TEXT("a,b\n1,2\n\"1\x1B[31m\",2\n"), LGD_EFORMAT, "\"1?[31m\" is not a number", {0}},
    /* lines are those of the file, quoted ones and empty ones among them */
    {TEXT("a,b,c\n\"x\n\ny\",1,2\n\n\"z\",q,2\n"), LGD_EFORMAT, "t.csv:6:2: \"q\"", {.text = LGD_TEXT_IGNORE}},
    {TEXT("a,b,c\r\n\"x\r\n\r\ny\",1,2\r\nz,q,2\r\n"), LGD_EFORMAT, "t.csv:5:2: \"q\"", {.text = LGD_TEXT_IGNORE}},
    {TEXT("a,b,c\r\"x\ry\",1,2\rz,q,2"), LGD_EFORMAT, "t.csv:4:2: \"q\"", {.text = LGD_TEXT_IGNORE}},
    {TEXT("a,b,c\nx,1,2\n\"z\n\",q,2\n"), LGD_EFORMAT, "t.csv:4:2: \"q\"", {.text = LGD_TEXT_IGNORE}},
    {TEXT("#\r\n#\r\na,b\r\n1,x\r\n"), LGD_EFORMAT, "t.csv:4:2: \"x\"", {.skip_lines = 2}},
    /* columns by name */
    {TEXT("price,area\n1,2\n"),
     LGD_EINVAL,
     "target is \"prise\", there is no such column; did you mean \"price\"?",
     {.target = "prise"}},
    {TEXT("a,b\n1,2\n"), LGD_EINVAL, "a name in the header or a number from 1 to 2", {.target = "3"}},
    {TEXT("1,2\n1,2\n"), LGD_EINVAL, "a name (there is no header) or a number from 1 to 2", {.target = "0"}},
    {TEXT("a,b\n1,2\n"), LGD_EINVAL, "target is \"99999999999999999999\"", {.target = "99999999999999999999"}},
    {TEXT("a,b\n1,2\n"), LGD_EINVAL, "target is \"\"", {.target = ""}},
    {TEXT("a,a,b\n1,2,3\n"), LGD_EINVAL, "target is \"a\", 2 columns have this name", {.target = "a"}},
    {TEXT("a,b\n1,2\n"), LGD_EINVAL, "ignore holds \"b\", which is the target", {.ignore = column_b}},
    {TEXT("a,b,c\n1,2,3\n"),
     LGD_EINVAL,
     "ignore holds \"b\", which is to be one-hot as well",
     {.ignore = column_b, .one_hot = column_b}},
    {TEXT("a,c\n1,2\n"), LGD_EINVAL, "one_hot is \"b\", there is no such column", {.one_hot = column_b}},
    /* what was asked for cannot be had */
    {TEXT("a,b\n,2\n,3\n"), LGD_EFORMAT, "a cell is missing in each of 2 rows", {.missing = LGD_MISSING_DROP}},
    {TEXT("a,b,c\n,2,1\n,3,1\n"), LGD_EFORMAT, "column \"a\" has no number in 2 rows", {.missing = LGD_MISSING_MEAN}},
    {TEXT("a,b\n1,0\n1,1\n1,2\n"), LGD_EFORMAT, "t.csv:4:2: the target is 2 beside 0 and 1", {.binary = true}},
    {TEXT("a,b\n1,0.5\n1,0.5\n"), LGD_EFORMAT, "the target is 0.5 in each row", {.binary = true}},
    {TEXT("a,b\n1,x\n1,y\n1,z\n"), LGD_EFORMAT, "the target \"b\" has 3 labels, the first is \"x\"", {.binary = true}},
    {TEXT("a,b\n1,x\n1,x\n"), LGD_EFORMAT, "has 1 label, the first is \"x\"", {.binary = true}},
    /* limits */
    {TEXT("a,b\n1,2\n3,4\n"),
     LGD_ERANGE,
     "the table of 2 x 1 numbers takes 44 bytes, max_bytes allows 40",
     {.max_bytes = 40}},
    {TEXT("a,b\n1,22222222\n"), LGD_ERANGE, "t.csv:2: the row is longer than 10 bytes", {.max_row_bytes = 10}},
    {TEXT("a,b\n1,2\n\"\n\n\n\n\n\n\n\n\n\n"),
     LGD_ERANGE,
     "t.csv:3: the row is longer than 10 bytes",
     {.max_row_bytes = 10}},
};

static void refuse_all(const char *locale)
{
    ck_assert_msg(setlocale(LC_ALL, locale) || setlocale(LC_NUMERIC, locale), "%s", locale);
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++)
        refused(file_of("t.csv", hostile[i].text, hostile[i].size), &hostile[i].options, hostile[i].status,
                hostile[i].part);
}

START_TEST(csv_hostile_text_refused_by_line_and_cell)
{
    refuse_all("C");
}
END_TEST

START_TEST(csv_hostile_text_under_comma_locale_same_refusals)
{
    refuse_all(comma ? comma : "C");
}
END_TEST

START_TEST(csv_numbers_under_comma_locale_same_numbers_and_locale_kept)
{
    if (comma) {
        ck_assert(comma_locale_set(comma));
        ck_assert_double_eq(strtod("1,5", NULL), 1.5); /* the locale is what it is taken for */
    }
    char before[16], after[16];
    snprintf(before, sizeof before, "%.1f", 0.5);
    lgd_table *t = table_of("a,b\n1.5,-2.25e1\n.5,12345678901234567890.5\n", NULL);
    snprintf(after, sizeof after, "%.1f", 0.5);
    ck_assert_str_eq(after, before);
    ck_assert(t->X[0] == 1.5 && t->X[1] == 0.5 && t->y[0] == -22.5 && t->y[1] == 12345678901234567890.5);
    lgd_table_free(t);
    t = table_of("a;b\n1,5;-2,25e1\n,5;12345678901234567890,5\n", &(lgd_csv_options){.decimal_comma = true});
    ck_assert(t->X[0] == 1.5 && t->X[1] == 0.5 && t->y[0] == -22.5 && t->y[1] == 12345678901234567890.5);
    lgd_table_free(t);
    t = table_of("a,b\n,1\n0.5,1\n1,1\n", &(lgd_csv_options){.missing = LGD_MISSING_MEAN});
    ck_assert_ptr_nonnull(strstr(t->notes, "the mean 0.75\n"));
    lgd_table_free(t);
}
END_TEST

START_TEST(csv_unreadable_files_eio_with_the_reason)
{
    refused(folder, NULL, LGD_EIO, "this is a directory");
    refused(path_of("absent.csv"), NULL, LGD_EIO, "absent.csv: No such file or directory");
    refused("", NULL, LGD_EIO, "No such file");
    refused("/dev/zero", NULL, LGD_EIO, "no regular file");
    const char *pipe = path_of("pipe.csv");
    ck_assert_int_eq(mkfifo(pipe, 0600), 0);
    refused(pipe, NULL, LGD_EIO, "no regular file"); /* and does not wait for a writer */
    unlink(pipe);
    refused("/proc/self/mem", NULL, LGD_EIO, "Input/output error");
    const char *locked = file_of("locked.csv", "1,2\n", 4);
    ck_assert_int_eq(chmod(locked, 0), 0);
    const uid_t self = geteuid();
    if (self == 0) /* whom nothing is forbidden */
        ck_assert_int_eq(seteuid(65534), 0);
    refused(locked, NULL, LGD_EIO, "Permission denied");
    ck_assert_int_eq(seteuid(self), 0);
    unlink(locked);
}
END_TEST

START_TEST(csv_long_path_end_shown)
{
    char path[600];
    memset(path, 'd', sizeof path);
    memcpy(path + sizeof path - 9, "\nend.csv", 9);
    refused(path, NULL, LGD_EIO, "ddd?end.csv: ");
    ck_assert_ptr_eq(strstr(lgd_last_error(), "...ddd"), lgd_last_error());
}
END_TEST

START_TEST(csv_arguments_out_of_range_refused)
{
    const char *path = text_file("a,b\n1,2\n");
    ck_assert_int_eq(lgd_csv_read(NULL, path, NULL), LGD_EINVAL);
    ck_assert_str_eq(lgd_last_error(), "csv: out is NULL, the address of a pointer is accepted");
    refused(NULL, NULL, LGD_EINVAL, "csv: path is NULL, a file name is accepted");
    refused(path, &(lgd_csv_options){.delimiter = ',', .decimal_comma = true}, LGD_EINVAL,
            "csv: delimiter is ',', another mark is accepted beside decimal_comma");
    refused(path, &(lgd_csv_options){.header = (lgd_csv_header)3}, LGD_EINVAL, "csv: header is 3");
    refused(path, &(lgd_csv_options){.missing = (lgd_csv_missing)-1}, LGD_EINVAL, "csv: missing is ");
    refused(path, &(lgd_csv_options){.text = (lgd_csv_text)7}, LGD_EINVAL, "csv: text is 7");
    for (const char *d = "\"\n\r.+-05aZ\x80"; *d; d++)
        refused(path, &(lgd_csv_options){.delimiter = *d}, LGD_EINVAL, "csv: delimiter is the character");
    refused(path, &(lgd_csv_options){.skip_lines = (size_t)-1}, LGD_EINVAL, "converted");
    refused(path, &(lgd_csv_options){.max_bytes = (size_t)-1}, LGD_EINVAL, "converted");
    refused(path, &(lgd_csv_options){.max_row_bytes = (size_t)-1}, LGD_EINVAL, "converted");
    lgd_table_free(NULL);
}
END_TEST

START_TEST(csv_options_of_another_size_taken_or_refused)
{
    struct {
        lgd_csv_options options;
        size_t later;
    } newer = {{.target = "a"}, 0};
    lgd_table *t = NULL;
    const char *path = text_file("a,b\n1,2\n");
    ck_assert_int_eq(lgd_csv_read_sized(&t, path, &newer.options, sizeof newer), LGD_OK);
    ck_assert_str_eq(t->target, "a");
    lgd_table_free(t);
    newer.later = 1;
    ck_assert_int_eq(lgd_csv_read_sized(&t, path, &newer.options, sizeof newer), LGD_EUNSUPPORTED);
    ck_assert_ptr_null(t);
    ck_assert_int_eq(lgd_csv_read_sized(&t, path, &newer.options, offsetof(lgd_csv_options, target)), LGD_OK);
    ck_assert_str_eq(t->target, "b"); /* an older header had no target */
    lgd_table_free(t);
}
END_TEST

/* ---- what is read */

START_TEST(csv_forms_of_text_same_table)
{
    static const struct {
        const char *text;
        lgd_csv_options options;
    } forms[] = {
        {"a,b,c\n1,2,3\n4,5,6\n", {0}},
        {"a,b,c\n1,2,3\n4,5,6", {0}},
        {"a,b,c\r\n1,2,3\r\n4,5,6\r\n", {0}},
        {"a,b,c\r1,2,3\r4,5,6\r", {0}},
        {"\xEF\xBB\xBF"
         "a,b,c\n1,2,3\n4,5,6\n",
         {0}},
        {"\xEF\xBB\xBF"
         "\"a\",b,c\n1,2,3\n4,5,6\n",
         {0}},
        {"\n\na,b,c\n\n1,2,3\n  \n\t\n4,5,6\n\n\n", {0}},
        {" a ,\tb, c \n 1 , 2\t,3 \n4 ,5, 6\n", {0}},
        {"\"a\",\"b\",\"c\"\n\"1\",\"2\",\"3\"\n\" 4\",\"5 \" , \"6\"\n", {0}},
        {"a\tb\tc\n1\t2\t3\n4\t5\t6\n", {0}},
        {"a;b;c\n1;2;3\n4;5;6\n", {0}},
        {"  \n\n \t\r\na;b;c\n1;2;3\n4;5;6\n", {0}},
        {"a b c\n1 2 3\n4 5 6\n", {.delimiter = ' '}},
        {"a|b|c\n1|2|3\n4|5|6\n", {.delimiter = '|'}},
        {"3,3,meta,data\na,b,c\n1,2,3\n4,5,6\n", {.skip_lines = 1}},
        {"\"\r\n\"\r\na,b,c\n1,2,3\n4,5,6\n", {.skip_lines = 2}},
        {"a,b,c\n+1,2.0,3e0\n.4e1,500E-2,06\n", {0}},
        {"a,b,c,d\n1,2,x,3\n4,5,y,6\n", {.text = LGD_TEXT_IGNORE}},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        lgd_csv_options options = forms[i].options;
        lgd_table *t = table_of(forms[i].text, &options);
        ck_assert_msg(t->rows == 2 && t->cols == 2, "%s", forms[i].text);
        ck_assert_mem_eq(t->X, ((const double[]){1, 2, 4, 5}), 4 * sizeof(double));
        ck_assert_mem_eq(t->y, ((const double[]){3, 6}), 2 * sizeof(double));
        ck_assert_str_eq(t->names[0], "a");
        ck_assert_str_eq(t->names[1], "b");
        ck_assert_uint_eq((uintptr_t)t->X % 64, 0);
        lgd_table_free(t);
    }
}
END_TEST

START_TEST(csv_decimal_comma_comma_not_the_delimiter)
{
    static const char *const texts[] = {"1,5;2,5\n3,5;4,5\n", "1,5\t2,5\n3,5\t4,5\n", "a, b;c, d\n1,5;2,5\n3,5;4,5\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        lgd_table *t = table_of(texts[i], &(lgd_csv_options){.decimal_comma = true});
        ck_assert_msg(t->rows == 2 && t->cols == 1, "%s", texts[i]);
        ck_assert(t->X[0] == 1.5 && t->X[1] == 3.5 && t->y[0] == 2.5 && t->y[1] == 4.5);
        lgd_table_free(t);
    }
}
END_TEST

START_TEST(csv_marks_in_quotes_not_the_delimiter)
{
    static const struct {
        const char *text, *name;
    } files[] = {
        {"\"price, EUR\";\"n\"\n1;2\n", "price, EUR"},
        {"\"a \"\"b, c\"\", d\"\t\"n\"\n1\t2\n", "a \"b, c\", d"},
        {"\"price,\n\nEUR\";n\n1;2\n", "price,\n\nEUR"},
        {"\"a\tb;c\",n\n1,2\n", "a\tb;c"},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        lgd_table *t = table_of(files[i].text, NULL);
        ck_assert_str_eq(t->names[0], files[i].name);
        ck_assert(t->rows == 1 && t->cols == 1 && t->X[0] == 1 && t->y[0] == 2);
        lgd_table_free(t);
    }
}
END_TEST

START_TEST(csv_tsv_name_tab_even_with_commas)
{
    lgd_table *t = NULL;
    const char *text = "a,x\tb\n1\t2\n";
    ck_assert_int_eq(lgd_csv_read(&t, file_of("t.tsv", text, strlen(text)), NULL), LGD_OK);
    ck_assert_str_eq(t->names[0], "a,x");
    ck_assert_ptr_nonnull(strstr(t->notes, "delimiter tab by the name of the file"));
    lgd_table_free(t);
    unlink(path_of("t.tsv"));
}
END_TEST

START_TEST(csv_header_choices_told_apart_and_said)
{
    lgd_table *t = table_of("1,2\n3,4\n", NULL);
    ck_assert(t->rows == 2 && t->X[0] == 1);
    ck_assert_str_eq(t->names[0], "1");
    ck_assert_str_eq(t->target, "2");
    ck_assert_ptr_nonnull(strstr(t->notes, "no header\n"));
    ck_assert_ptr_nonnull(strstr(t->notes, "target: \"2\", column 2, the last, as none was named\n"));
    lgd_table_free(t);
    t = table_of("2019,2020\n3,4\n", &(lgd_csv_options){.header = LGD_HEADER_YES, .target = "2019"});
    ck_assert(t->rows == 1 && t->X[0] == 4 && t->y[0] == 3);
    ck_assert_ptr_nonnull(strstr(t->notes, "names in line 1\n"));
    ck_assert_ptr_nonnull(strstr(t->notes, "target: \"2019\", column 1, as asked\n"));
    lgd_table_free(t);
    t = table_of("x,1\ny,2\n", &(lgd_csv_options){.header = LGD_HEADER_NO, .text = LGD_TEXT_ONE_HOT});
    ck_assert(t->rows == 2 && t->cols == 2);
    ck_assert_str_eq(t->names[0], "1=x");
    lgd_table_free(t);
    t = table_of("\n,b\n1,2\n", NULL); /* one word and no number is a header */
    ck_assert_ptr_nonnull(strstr(t->notes, "names in line 2\n"));
    ck_assert_str_eq(t->names[0], "");
    lgd_table_free(t);
    t = table_of(",2\n1,2\n", &(lgd_csv_options){.missing = LGD_MISSING_DROP}); /* numbers and gaps are data */
    ck_assert(t->rows == 1 && t->rows_dropped == 1);
    lgd_table_free(t);
}
END_TEST

START_TEST(csv_target_by_name_before_number)
{
    lgd_table *t = table_of("3,b,1\n10,20,30\n", &(lgd_csv_options){.header = LGD_HEADER_YES, .target = "3"});
    ck_assert_double_eq(t->y[0], 10);
    lgd_table_free(t);
    t = table_of("a,b,a\n10,20,30\n", &(lgd_csv_options){.target = "2"}); /* two columns called a are no harm */
    ck_assert(t->y[0] == 20 && t->X[0] == 10 && t->X[1] == 30);
    lgd_table_free(t);
}
END_TEST

START_TEST(csv_no_target_each_column_one_of_x)
{
    lgd_table *t = table_of("a,b\n1,2\n3,4\n", &(lgd_csv_options){.no_target = true});
    ck_assert_uint_eq(t->cols, 2);
    ck_assert_ptr_null(t->y);
    ck_assert_ptr_null(t->target);
    ck_assert_str_eq(t->names[1], "b");
    ck_assert_double_eq(t->X[2], 3);
    ck_assert_double_eq(t->X[3], 4);
    ck_assert_ptr_null(strstr(t->notes, "target"));
    lgd_table_free(t);
    t = table_of("5\n6\n7\n", &(lgd_csv_options){.no_target = true});
    ck_assert_uint_eq(t->rows, 3);
    ck_assert_uint_eq(t->cols, 1);
    lgd_table_free(t);
    const char *path = text_file("a,b\n1,x\n");
    refused(path, &(lgd_csv_options){.no_target = true}, LGD_EFORMAT, "t.csv:2:2: \"x\" is not a number");
    refused(path, &(lgd_csv_options){.no_target = true, .target = "a"}, LGD_EINVAL, "no_target");
    refused(path, &(lgd_csv_options){.no_target = true, .binary = true}, LGD_EINVAL, "no_target");
    const char *const both[] = {"a", "b", NULL};
    refused(path, &(lgd_csv_options){.no_target = true, .ignore = both}, LGD_EFORMAT,
            "there is no column that is not ignored");
}
END_TEST

START_TEST(csv_only_hundreds_of_names_in_any_order_each_its_column)
{
    enum { COUNT = 700, TIMES = 297 }; /* without a common divisor: each name comes once */
    static char names[COUNT][8], text[16 * COUNT];
    const char *only[COUNT] = {NULL};
    char *end = text;
    for (int i = 0; i < COUNT; i++) {
        sprintf(names[i], "n%d", i * TIMES % COUNT);
        end += sprintf(end, i ? ",n%d" : "n%d", i);
    }
    for (int i = 0; i < COUNT; i++)
        end += sprintf(end, i ? ",%d" : "\n%d", i);
    for (int i = 0; i + 1 < COUNT; i++)
        only[i] = names[i];
    lgd_table *t = table_of(text, &(lgd_csv_options){.no_target = true, .only = only});
    ck_assert_uint_eq(t->cols, COUNT - 1);
    for (int j = 0, at = 0; j < COUNT; j++)
        if (j != (COUNT - 1) * TIMES % COUNT)
            ck_assert_double_eq(t->X[at++], j);
    lgd_table_free(t);
}
END_TEST

START_TEST(csv_only_some_others_left_out_whatever_they_hold)
{
    const char *const some[] = {"c", "1", NULL}, *const none[] = {"cc", NULL}, *const left[] = {"c", NULL};
    const char *text = "a,b,c,d\n1,word,2,\n3,,4,5\n";
    lgd_table *t = table_of(text, &(lgd_csv_options){.no_target = true, .only = some});
    ck_assert_uint_eq(t->cols, 2);
    ck_assert_str_eq(t->names[0], "a");
    ck_assert_str_eq(t->names[1], "c");
    ck_assert_double_eq(t->X[2], 3);
    ck_assert_double_eq(t->X[3], 4);
    ck_assert_uint_eq(t->columns_ignored, 2);
    lgd_table_free(t);
    t = table_of(text, &(lgd_csv_options){.target = "a", .only = some});
    ck_assert_uint_eq(t->cols, 1);
    ck_assert_double_eq(t->y[1], 3);
    lgd_table_free(t);
    refused(text_file(text), &(lgd_csv_options){.target = "a", .only = none}, LGD_EINVAL,
            "only is \"cc\", there is no such column; did you mean");
    refused(text_file(text), &(lgd_csv_options){.target = "a", .only = left, .ignore = left}, LGD_EFORMAT,
            "no column beside the target that is not ignored");
}
END_TEST

START_TEST(csv_one_hot_levels_in_byte_order)
{
    const char *text = "c,n,y\nb,1,0\n\"a,\"\"x\",2,0\nB,3,1\nb,4,1\n\xC3\xA9,5,0\n7,6,0\n";
    lgd_table *t = table_of(text, &(lgd_csv_options){.text = LGD_TEXT_ONE_HOT});
    const char *const names[] = {"c=7", "c=B", "c=a,\"x", "c=b", "c=\xC3\xA9", "n"};
    const size_t level[] = {3, 2, 1, 3, 4, 0};
    ck_assert(t->rows == 6 && t->cols == 6 && t->columns_one_hot == 1);
    for (size_t j = 0; j < 6; j++)
        ck_assert_str_eq(t->names[j], names[j]);
    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j < 6; j++)
            ck_assert_double_eq(t->X[i * 6 + j], j == 5 ? (double)(i + 1) : j == level[i]);
    ck_assert_ptr_nonnull(strstr(t->notes, "column \"c\": one-hot in 5 columns, it holds words\n"));
    lgd_table_free(t);
}
END_TEST

START_TEST(csv_one_hot_by_name_numbers_are_levels)
{
    const char *const zip[] = {"zip", NULL}, *const second[] = {"2", NULL};
    lgd_table *t = table_of("zip,id,y\n10,7,1\n9,8,2\n10,9,3\n", &(lgd_csv_options){.one_hot = zip, .ignore = second});
    ck_assert(t->cols == 2 && t->columns_one_hot == 1 && t->columns_ignored == 1);
    ck_assert_str_eq(t->names[0], "zip=10");
    ck_assert_mem_eq(t->X, ((const double[]){1, 0, 0, 1, 1, 0}), 6 * sizeof(double));
    ck_assert_ptr_nonnull(strstr(t->notes, "column \"zip\": one-hot in 2 columns, as asked\n"));
    ck_assert_ptr_nonnull(strstr(t->notes, "column \"id\": ignored, as asked\n"));
    lgd_table_free(t);
}
END_TEST

START_TEST(csv_one_hot_thousand_levels_the_limit)
{
    for (size_t levels = 1000; levels <= 1001; levels++) {
        FILE *file = fopen(path_of("t.csv"), "w");
        fputs("c,y\n", file);
        for (size_t i = 0; i < levels; i++)
            fprintf(file, "x%zu,1\n", i * 7919 % levels);
        fclose(file);
        const lgd_csv_options options = {.text = LGD_TEXT_ONE_HOT};
        if (levels > 1000) {
            refused(path_of("t.csv"), &options, LGD_ERANGE, ":1002:1: column \"c\" has more than 1000 levels");
            continue;
        }
        lgd_table *t = NULL;
        ck_assert_int_eq(lgd_csv_read(&t, path_of("t.csv"), &options), LGD_OK);
        ck_assert_uint_eq(t->cols, 1000);
        for (size_t j = 1; j < 1000; j++)
            ck_assert_int_lt(strcmp(t->names[j - 1], t->names[j]), 0);
        lgd_table_free(t);
    }
}
END_TEST

START_TEST(csv_missing_drop_rows_and_their_levels_gone)
{
    /* "z" and "q" are only in rows that are dropped, the last row among them */
    const char *text = "c,n,y\nz,,0\na,1,1\nb,NA,2\nq,,3\na,4,\n,5,4\nb,6,5\nz,7,NA\n";
    lgd_table *t =
        table_of(text, &(lgd_csv_options){.text = LGD_TEXT_ONE_HOT, .missing = LGD_MISSING_DROP, .missing_text = "NA"});
    ck_assert(t->rows == 2 && t->cols == 3 && t->rows_dropped == 6 && t->cells_filled == 0);
    ck_assert_str_eq(t->names[1], "c=b");
    ck_assert_mem_eq(t->X, ((const double[]){1, 0, 1, 0, 1, 6}), 6 * sizeof(double));
    ck_assert_mem_eq(t->y, ((const double[]){1, 5}), 2 * sizeof(double));
    ck_assert_ptr_nonnull(strstr(t->notes, "6 rows dropped for a missing cell\n"));
    lgd_table_free(t);
    t = table_of("c,n,y\n,1,2\nx,3,4\n", &(lgd_csv_options){.text = LGD_TEXT_IGNORE, .missing = LGD_MISSING_DROP});
    ck_assert(t->rows == 2 && t->rows_dropped == 0); /* a gap in a column that is ignored is none */
    lgd_table_free(t);
}
END_TEST

START_TEST(csv_missing_mean_filled_and_counted)
{
    const char *text = "c,n,m,y\nx,1,1e308,0\n,,1e308,1\ny,2,,2\nx,6,-1e308,3\n";
    lgd_table *t = table_of(text, &(lgd_csv_options){.text = LGD_TEXT_ONE_HOT, .missing = LGD_MISSING_MEAN});
    ck_assert(t->rows == 4 && t->cols == 5 && t->cells_filled == 2);
    ck_assert_str_eq(t->names[0], "c=");
    ck_assert(t->X[1 * 5 + 0] == 1 && t->X[1 * 5 + 1] == 0); /* a missing word is a level */
    ck_assert_double_eq(t->X[1 * 5 + 3], 3);
    ck_assert_double_eq_tol(t->X[2 * 5 + 4] / 1e308, 1. / 3, 1e-15); /* without overflow on the way */
    ck_assert_ptr_nonnull(strstr(t->notes, "column \"n\": 1 missing cell filled with the mean 3\n"));
    lgd_table_free(t);
    t = table_of("n,y\n1e16,0\n1,0\n-1e16,0\n1,0\n,0\n", &(lgd_csv_options){.missing = LGD_MISSING_MEAN});
    ck_assert_double_eq(t->X[4], 0.5); /* a plain sum would lose the first 1 */
    lgd_table_free(t);
}
END_TEST

START_TEST(csv_binary_targets_become_zero_and_one)
{
    static const struct {
        const char *text;
        double y[3];
        size_t mapped;
        const char *note;
    } cases[] = {
        {"a,y\n5,1\n5,0\n5,1\n", {1, 0, 1}, 0, NULL},
        {"a,y\n5,1\n5,-1\n5,+1.0\n", {1, 0, 1}, 1, "labels: -1 became 0 and 1 became 1\n"},
        {"a,y\n5,2\n5,1\n5,1\n", {1, 0, 0}, 3, "labels: 1 became 0 and 2 became 1\n"},
        {"a,y\n5,-0\n5,0\n5,1\n", {0, 0, 1}, 0, NULL}, /* -0 is the label 0 */
        {"a,y\n5,no\n5,yes\n5,no\n", {0, 1, 0}, 3, "labels: \"no\" became 0 and \"yes\" became 1\n"},
        {"a,y\n5,1\n5,1\n5,1\n", {1, 1, 1}, 0, NULL},
        {"a,y\n5,0\n5,0\n5,0\n", {0, 0, 0}, 0, NULL},
        {"a,y\n5,-1\n5,-1\n5,-1\n", {0, 0, 0}, 3, "labels: -1 became 0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lgd_table *t = table_of(cases[i].text, &(lgd_csv_options){.binary = true});
        ck_assert_mem_eq(t->y, cases[i].y, sizeof cases[i].y);
        ck_assert_uint_eq(t->labels_mapped, cases[i].mapped);
        ck_assert_str_eq(t->target, "y");
        ck_assert(t->cols == 1 && t->columns_one_hot == 0);
        if (cases[i].note)
            ck_assert_ptr_nonnull(strstr(t->notes, cases[i].note));
        else
            ck_assert_ptr_null(strstr(t->notes, "labels"));
        lgd_table_free(t);
    }
    lgd_table *t =
        table_of("a,y\n5,no\n,maybe\n5,yes\n", &(lgd_csv_options){.binary = true, .missing = LGD_MISSING_DROP});
    ck_assert(t->rows == 2 && t->y[0] == 0 && t->y[1] == 1); /* the third word is in a row that is dropped */
    lgd_table_free(t);
}
END_TEST

START_TEST(csv_targets_that_are_classes_become_their_places)
{
    static const struct {
        const char *text;
        double y[4];
        size_t mapped, count;
        const char *names[4], *note;
    } cases[] = {
        {"a,y\n5,2\n5,0\n5,1\n5,0\n", {2, 0, 1, 0}, 0, 3, {"0", "1", "2"}, NULL},
        {"a,y\n5,7\n5,-1.5\n5,3\n5,7\n",
         {2, 0, 1, 2},
         4,
         3,
         {"-1.5", "3", "7"},
         "labels: -1.5 became 0, 3 became 1 and 7 became 2\n"},
        {"a,y\n5,0.1\n5,0.10000000000000002\n5,4\n5,1\n",
         {0, 1, 3, 2},
         4,
         4,
         {"0.1", "0.10000000000000002", "1", "4"},
         "labels: 0.1 became 0"},
        {"a,y\n5,pear\n5,fig\n5,plum\n5,fig\n",
         {1, 0, 2, 0},
         4,
         3,
         {"fig", "pear", "plum"},
         "labels: \"fig\" became 0, \"pear\" became 1 and \"plum\" became 2\n"},
        {"a,y\n5,x\n5,x\n5,x\n5,x\n", {0, 0, 0, 0}, 4, 1, {"x"}, "labels: \"x\" became 0\n"},
        {"a,y\n5,-0\n5,1\n5,0\n5,-0\n", {0, 1, 0, 0}, 0, 2, {"0", "1"}, NULL},
        {"a,y\n5,2000000\n5,1000000\n5,1000000\n5,2000000\n",
         {1, 0, 0, 1},
         4,
         2,
         {"1000000", "2000000"},
         "labels: 1000000 became 0 and 2000000 became 1\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lgd_table *t = table_of(cases[i].text, &(lgd_csv_options){.classes = true});
        ck_assert_mem_eq(t->y, cases[i].y, sizeof cases[i].y);
        ck_assert_uint_eq(t->labels_mapped, cases[i].mapped);
        ck_assert_uint_eq(t->class_count, cases[i].count);
        for (size_t c = 0; c < t->class_count; c++)
            ck_assert_str_eq(t->class_names[c], cases[i].names[c]);
        ck_assert(cases[i].note ? strstr(t->notes, cases[i].note) != NULL : strstr(t->notes, "labels") == NULL);
        lgd_table_free(t);
    }
    lgd_table *t = table_of("a,y\n5,-1\n5,-1\n", &(lgd_csv_options){.binary = true});
    ck_assert_uint_eq(t->class_count, 2);
    ck_assert_str_eq(t->class_names[1], "1");
    lgd_table_free(t);
    t = table_of("a,y\n5,1\n5,2\n", NULL);
    ck_assert(t->class_count == 0 && t->class_names == NULL);
    lgd_table_free(t);
    char many[8000] = "a,y\n";
    for (int i = 0; i < 1001; i++)
        sprintf(many + strlen(many), "1,%d\n", i);
    refused(text_file(many), &(lgd_csv_options){.classes = true}, LGD_ERANGE,
            "the target has 1001 values, at most 1000 classes are accepted");
    refused(path_of("t.csv"), &(lgd_csv_options){.classes = true, .binary = true}, LGD_EINVAL, "both true");
    refused(path_of("t.csv"), &(lgd_csv_options){.classes = true, .no_target = true}, LGD_EINVAL, "no_target");
}
END_TEST

START_TEST(csv_notes_many_columns_counted)
{
    char text[1000] = "";
    for (int i = 0; i < 30; i++)
        strcat(text, "\"w\nw\",");
    strcat(text, "y\n");
    for (int i = 0; i < 30; i++)
        strcat(text, "x,");
    strcat(text, "1\n");
    lgd_table *t = table_of(text, &(lgd_csv_options){.text = LGD_TEXT_ONE_HOT});
    ck_assert_uint_eq(t->columns_one_hot, 30);
    ck_assert_ptr_nonnull(strstr(t->notes, "and 10 more such columns\n"));
    ck_assert_ptr_nonnull(strstr(t->notes, "column \"w?w\": one-hot in 1 columns"));
    lgd_table_free(t);
}
END_TEST

START_TEST(csv_lines_over_buffers_numbers_and_lines_right)
{
    enum { ROWS = 60000 };
    for (int ending = 0; ending < 3; ending++) {
        const char *end = ending == 0 ? "\n" : ending == 1 ? "\r\n" : "\r";
        FILE *file = fopen(path_of("t.csv"), "w");
        for (int i = 0; i < ROWS; i++) /* rows of changing length, some of them quoted */
            fprintf(file, i % 5 ? "%d,%.*f%s" : "\"%d\",\"%.*f\"%s", i, i % 13, (double)i, end);
        fclose(file);
        lgd_table *t = NULL;
        ck_assert_int_eq(lgd_csv_read(&t, path_of("t.csv"), NULL), LGD_OK);
        ck_assert_uint_eq(t->rows, ROWS);
        for (int i = 0; i < ROWS; i++)
            ck_assert(t->X[i] == i && t->y[i] == i);
        lgd_table_free(t);
        file = fopen(path_of("t.csv"), "a");
        fputs("1,oops", file);
        fclose(file);
        refused(path_of("t.csv"), NULL, LGD_EFORMAT, "t.csv:60001:2: \"oops\"");
    }
}
END_TEST

/* Whatever byte of it a buffer ends behind. */
START_TEST(csv_line_end_in_a_cell_over_buffers_kept)
{
    enum { ROWS = 2 * LGD_IO_BUFFER / 5 };
    for (int before = 0; before < 9; before++) {
        FILE *file = fopen(path_of("t.csv"), "w");
        for (int i = 0; i < before; i++)
            fputc('\n', file);
        for (int i = 0; i < ROWS; i++)
            fputs("\"a\r\nb\",1\n", file);
        fclose(file);
        lgd_table *t = NULL;
        const lgd_csv_options options = {.header = LGD_HEADER_NO, .text = LGD_TEXT_ONE_HOT};
        ck_assert_msg(lgd_csv_read(&t, path_of("t.csv"), &options) == LGD_OK, "%s", lgd_last_error());
        ck_assert(t->rows == ROWS && t->cols == 1);
        ck_assert_str_eq(t->names[0], "1=a\r\nb");
        lgd_table_free(t);
    }
}
END_TEST

/* A row without quotes is cut by other code than one with them. */
START_TEST(csv_rows_with_and_without_quotes_same_cells)
{
    static const char *const words[] = {"1", "-2.5", "x", "", "a b", "3e2", "w;", "\t"}, *const blanks[] = {"", "", " ",
                                                                                                            "\t "};
    size_t read = 0;
    for (uint64_t seed = 0; seed < 1000; seed++) {
        double u[96]; /* 8 rows of 4 cells: blanks, word, blanks */
        lgd_uniform(seed, 0, 96, u);
        char plain[600] = "", quoted[600] = "";
        for (size_t i = 0; i < 32; i++) {
            char cell[32];
            snprintf(cell, sizeof cell, "%s%s%s,", blanks[(size_t)(u[3 * i] * 4)], words[(size_t)(u[3 * i + 1] * 8)],
                     blanks[(size_t)(u[3 * i + 2] * 4)]);
            strcat(plain, cell);
            strcat(quoted, cell);
            if (i % 4 == 3) {
                strcat(plain, seed % 2 ? "5\n" : "5\r\n");
                strcat(quoted, seed % 2 ? "\"5\"\n" : "\"5\"\r\n");
            }
        }
        const char *const words_in[] = {"1", "2", NULL};
        const lgd_csv_options options = {
            .header = LGD_HEADER_NO, .one_hot = words_in, .text = LGD_TEXT_IGNORE, .missing = LGD_MISSING_MEAN};
        lgd_table *a = NULL, *b = NULL;
        lgd_status st = lgd_csv_read(&a, text_file(plain), &options);
        char sentence[512];
        snprintf(sentence, sizeof sentence, "%s", st ? lgd_last_error() : "");
        ck_assert_int_eq(lgd_csv_read(&b, text_file(quoted), &options), st);
        if (st) {
            ck_assert_str_eq(lgd_last_error(), sentence);
            continue;
        }
        read++;
        ck_assert(a->rows == b->rows && a->cols == b->cols);
        ck_assert_mem_eq(a->X, b->X, a->rows * a->cols * sizeof(double));
        for (size_t j = 0; j < a->cols; j++)
            ck_assert_str_eq(a->names[j], b->names[j]);
        lgd_table_free(a);
        lgd_table_free(b);
    }
    ck_assert_uint_gt(read, 100);
    ck_assert_uint_lt(read, 900);
}
END_TEST

/* ---- numbers */

START_TEST(number_any_decimal_nearest_double)
{
    static const char *const formats[] = {"%.17g", "%.15g", "%.3f", "%.20e", "%.0f", "%g"};
    for (uint64_t i = 0; i < 60000; i++) {
        double u[2];
        lgd_uniform(11, 2 * i, 2, u);
        double x = (u[0] - 0.5) * (i % 3 ? pow(10, floor(u[1] * 44) - 22) : pow(10, floor(u[1] * 600) - 300)),
               got = NAN;
        char text[512];
        int n = snprintf(text, sizeof text, formats[i % 6], x);
        ck_assert_int_eq(lgd_cell_number(text, (size_t)n, '.', &got), LGD_CELL_NUMBER);
        x = strtod(text, NULL);
        ck_assert_msg(!memcmp(&x, &got, sizeof x), "%s is %.17g in place of %.17g", text, got, x);
    }
    static const char *const hard[] = {"9007199254740993",
                                       "9007199254740992.5",
                                       "0.1e23",
                                       "8.5e22",
                                       "1e23",
                                       "123456789012345678",
                                       "-0",
                                       "0e999",
                                       "2.2250738585072011e-308",
                                       "1.7976931348623157e308",
                                       "4.9e-324",
                                       "2e-324",
                                       "1e-400",
                                       "0.000000000000000000000001",
                                       "179769313486231570814527423731704356798070e267",
                                       "1e-22",
                                       "1e22",
                                       "3e-22"};
    for (size_t i = 0; i < sizeof hard / sizeof *hard; i++) {
        char text[64];
        double x = strtod(hard[i], NULL), got = NAN;
        snprintf(text, sizeof text, "%s", hard[i]);
        ck_assert_int_eq(lgd_cell_number(text, strlen(text), '.', &got), LGD_CELL_NUMBER);
        ck_assert_msg(!memcmp(&x, &got, sizeof x), "%s is %.17g in place of %.17g", text, got, x);
        ck_assert_str_eq(text, hard[i]);
    }
}
END_TEST

START_TEST(number_hundred_thousand_digits_nearest_or_refused)
{
    enum { DIGITS = 100000 };
    char *text = malloc(DIGITS + 100);
    memcpy(text, "a,b\n1,", 6);
    memset(text + 6, '3', DIGITS);
    text[7] = '.';
    memcpy(text + 6 + DIGITS, "\n", 2);
    lgd_table *t = table_of(text, NULL);
    ck_assert_double_eq(t->y[0], 10. / 3);
    lgd_table_free(t);
    text[7] = '3';
    refused(text_file(text), NULL, LGD_EFORMAT,
            "t.csv:2:2: \"333333333333333333333333333333333333333333333333...\" is not a finite");
    free(text);
}
END_TEST

/* ---- the data in the tree */

static char *slurp(const char *path, size_t *size)
{
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s", path);
    char *bytes = malloc(4 * MIB);
    *size = fread(bytes, 1, 4 * MIB, file);
    fclose(file);
    return bytes;
}

START_TEST(data_files_unchanged)
{
    static const struct {
        const char *path;
        size_t size;
        uint32_t crc;
    } files[] = {{LGD_TEST_DATA "/housing.csv", 1423529, 0x4ed57e39},
                 {LGD_TEST_DATA "/breast_cancer.csv", 119913, 0x5545d7bf}};
    for (size_t i = 0; i < 2; i++) {
        size_t size;
        char *bytes = slurp(files[i].path, &size);
        ck_assert_uint_eq(size, files[i].size);
        ck_assert_uint_eq(lgd_crc32c(0, bytes, size), files[i].crc);
        free(bytes);
    }
}
END_TEST

START_TEST(housing_by_default_refused_at_its_first_word)
{
    refused(LGD_TEST_DATA "/housing.csv", &(lgd_csv_options){.target = "median_house_value"}, LGD_EFORMAT,
            "housing.csv:2:10: \"NEAR BAY\" is not a number (column \"ocean_proximity\"); hint: ");
    refused(LGD_TEST_DATA "/housing.csv", &(lgd_csv_options){.target = "median_house_value", .text = LGD_TEXT_IGNORE},
            LGD_EFORMAT, "housing.csv:292:5: the cell is missing (column \"total_bedrooms\"); hint: ");
}
END_TEST

START_TEST(housing_one_hot_and_mean_read_and_said)
{
    lgd_table *t = NULL;
    const lgd_csv_options options = {
        .target = "median_house_value", .text = LGD_TEXT_ONE_HOT, .missing = LGD_MISSING_MEAN};
    ck_assert_int_eq(lgd_csv_read(&t, LGD_TEST_DATA "/housing.csv", &options), LGD_OK);
    ck_assert(t->rows == 20640 && t->cols == 13 && t->cells_filled == 207 && t->columns_one_hot == 1);
    ck_assert(t->rows_dropped == 0 && t->columns_ignored == 0 && t->labels_mapped == 0);
    const double first[13] = {-122.23, 37.88, 41, 880, 129, 322, 126, 8.3252, 0, 0, 0, 1, 0};
    const double last[13] = {-121.24, 39.37, 16, 2785, 616, 1387, 530, 2.3886, 0, 1, 0, 0, 0};
    ck_assert_mem_eq(t->X, first, sizeof first);
    ck_assert_mem_eq(t->X + 20639 * 13, last, sizeof last);
    ck_assert_double_eq(t->X[290 * 13 + 4], 537.8705525375618); /* exact rational mean of the 20433 others, rounded */
    ck_assert(t->y[0] == 452600 && t->y[20639] == 89400);
    ck_assert_str_eq(t->names[8], "ocean_proximity=<1H OCEAN");
    ck_assert_str_eq(t->names[12], "ocean_proximity=NEAR OCEAN");
    static const size_t sizes[5] = {9136, 6551, 5, 2290, 2658};
    for (size_t j = 0; j < 5; j++) {
        double sum = 0;
        for (size_t i = 0; i < t->rows; i++)
            sum += t->X[i * 13 + 8 + j];
        ck_assert_double_eq(sum, (double)sizes[j]);
    }
    ck_assert_ptr_nonnull(strstr(t->notes,
                                 "housing.csv: 20640 rows, 10 columns, delimiter ',' by the first line, names in "
                                 "line 1\ntarget: \"median_house_value\", column 9, as asked\n"
                                 "column \"ocean_proximity\": one-hot in 5 columns, it holds words\n"
                                 "column \"total_bedrooms\": 207 missing cells filled with the mean 537.871\n"));
    lgd_table_free(t);
}
END_TEST

START_TEST(breast_cancer_first_line_skipped_read)
{
    lgd_table *t = NULL;
    refused(LGD_TEST_DATA "/breast_cancer.csv", NULL, LGD_EFORMAT, "2 cells are numbers and 2 are not");
    const lgd_csv_options options = {.skip_lines = 1, .binary = true};
    ck_assert_int_eq(lgd_csv_read(&t, LGD_TEST_DATA "/breast_cancer.csv", &options), LGD_OK);
    ck_assert(t->rows == 569 && t->cols == 30 && t->labels_mapped == 0);
    double benign = 0;
    for (size_t i = 0; i < t->rows; i++)
        benign += t->y[i];
    ck_assert_double_eq(benign, 357);
    ck_assert(t->X[0] == 17.99 && t->X[29] == 0.1189 && t->X[568 * 30] == 7.76 && t->X[568 * 30 + 2] == 47.92);
    lgd_table_free(t);
}
END_TEST

/* ---- memory */

START_TEST(csv_kth_allocation_failing_enomem_and_nothing_kept)
{
    char text[2000] = "\"", row[100]; /* a quoted cell beyond the first room for one, every kind of column */
    memset(text + 1, 'n', 700);
    strcat(text, "\",c,d,y\n");
    for (int i = 0; i < 40; i++) {
        snprintf(row, sizeof row, "%s,level %d,x,%s\n", i % 7 ? "1.5" : "", i % 20, i % 2 ? "yes" : "no");
        strcat(text, row);
    }
    const char *path = text_file(text), *const ignored[] = {"d", NULL};
    const lgd_csv_options options = {
        .text = LGD_TEXT_ONE_HOT, .missing = LGD_MISSING_MEAN, .binary = true, .ignore = ignored};
    lgd_set_memory(&counted);
    for (int persist = 0; persist < 2; persist++) {
        size_t k = 1;
        for (lgd_status st = LGD_ENOMEM; st; k++) {
            ledger = (struct ledger){.fail_at = k, .persist = persist};
            lgd_table *t = NULL;
            st = lgd_csv_read(&t, path, &options);
            if (st) {
                ck_assert_msg(st == LGD_ENOMEM, "allocation %zu: %s", k, lgd_last_error());
                ck_assert_ptr_null(t);
                ck_assert_ptr_nonnull(strstr(lgd_last_error(), "the system has not got them"));
            } else {
                ck_assert_uint_lt(ledger.calls, k);
                ck_assert(t->rows == 40 && t->cols == 21);
            }
            lgd_table_free(t);
            ck_assert_uint_eq(ledger.live, 0);
        }
        ck_assert_uint_gt(k, 30);
    }
    lgd_set_memory(NULL);
}
END_TEST

/* Peak of the reader's memory for the file at path, which must be read or refused with `status`. */
static void bounded(const char *path, const lgd_csv_options *options, lgd_status status)
{
    struct stat about;
    ck_assert_int_eq(stat(path, &about), 0);
    ledger = (struct ledger){0};
    lgd_set_memory(&counted);
    lgd_table *t = NULL;
    lgd_status st = lgd_csv_read(&t, path, options);
    ck_assert_msg(st == status, "%d: %s", (int)st, lgd_last_error());
    const size_t columns = t ? 128 * t->cols : 0;
    lgd_table_free(t);
    lgd_set_memory(NULL);
    ck_assert_uint_eq(ledger.live, 0);
    ck_assert_msg(ledger.peak <= 4 * (size_t)about.st_size + columns + 4 * MIB, "%zu bytes for a file of %zu",
                  ledger.peak, (size_t)about.st_size);
}

START_TEST(csv_million_columns_read_in_bounded_memory)
{
    for (int header = 0; header < 2; header++) {
        FILE *file = fopen(path_of("t.csv"), "w");
        for (int row = 0; row < 2; row++)
            for (int i = 0; i < 1000000; i++)
                fprintf(file, row == 0 && header ? "c%d%c" : "%d%c", i % 10, i < 999999 ? ',' : '\n');
        fclose(file);
        bounded(path_of("t.csv"), NULL, LGD_OK);
    }
}
END_TEST

START_TEST(csv_long_file_of_short_cells_read_in_bounded_memory)
{
    FILE *file = fopen(path_of("t.csv"), "w");
    for (int i = 0; i < 1500000; i++)
        fputs("1,0,1,0,0,1,1,0\n", file);
    fclose(file);
    bounded(path_of("t.csv"), NULL, LGD_OK);
}
END_TEST

START_TEST(csv_line_of_200_mib_read_or_refused_in_bounded_memory)
{
    char *block = malloc(MIB);
    memset(block, 'w', MIB);
    FILE *file = fopen(path_of("t.csv"), "w");
    fputs("a,b,c\n1,2,", file);
    for (int i = 0; i < 200; i++)
        ck_assert_uint_eq(fwrite(block, 1, MIB, file), MIB);
    fputs("\n", file);
    fclose(file);
    free(block);
    const char *path = path_of("t.csv");
    bounded(path, &(lgd_csv_options){.text = LGD_TEXT_IGNORE, .target = "2"}, LGD_OK);
    bounded(path, &(lgd_csv_options){.max_row_bytes = 100 * MIB}, LGD_ERANGE);
    bounded(path, &(lgd_csv_options){.skip_lines = 1}, LGD_EFORMAT); /* as the first row */
    unlink(path);
}
END_TEST

START_TEST(csv_row_of_too_many_cells_refused)
{
    char *block = malloc(MIB);
    memset(block, ',', MIB);
    FILE *file = fopen(path_of("t.csv"), "w");
    for (int i = 0; i < 17; i++)
        ck_assert_uint_eq(fwrite(block, 1, MIB, file), MIB);
    fclose(file);
    free(block);
    bounded(path_of("t.csv"), NULL, LGD_ERANGE);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "t.csv:1: the row has more than 16777216 cells"));
}
END_TEST

/* ---- a file that changes between the passes */

static void grow_file(void)
{
    FILE *file = fopen(path_of("t.csv"), "a");
    fputs("1,2,3\n", file);
    fclose(file);
}

static void cut_file(void)
{
    ck_assert_int_eq(truncate(path_of("t.csv"), 6000), 0);
}

static void new_level(void)
{
    FILE *file = fopen(path_of("t.csv"), "r+");
    fseek(file, 6, SEEK_SET);
    fputs("z", file);
    fclose(file);
}

START_TEST(csv_file_changing_while_read_eio)
{
    static void (*const changes[])(void) = {grow_file, cut_file, new_level};
    for (size_t i = 0; i < 3; i++) {
        FILE *file = fopen(path_of("t.csv"), "w");
        fputs("a,b,c\n", file);
        for (int row = 0; row < 2000; row++)
            fputs("x,2,3\n", file);
        fclose(file);
        ledger = (struct ledger){.at_size = changes[i], .size = 2000 * sizeof(double)}; /* when y is made */
        lgd_set_memory(&counted);
        refused(path_of("t.csv"), &(lgd_csv_options){.text = LGD_TEXT_ONE_HOT}, LGD_EIO,
                "the file has changed while it was read");
        lgd_set_memory(NULL);
        ck_assert_uint_eq(ledger.live, 0);
    }
}
END_TEST

/* ---- mutants */

START_TEST(csv_mutated_texts_status_and_sound_table)
{
    static const char *const texts[] = {
        "a,b,c\n1,2,3\n4,5,6\n7,8,9\n",
        "\"a\",\"b \"\"q\"\"\",c\r\n1,\"x\ny\",3\r\n4,\"z\",-1e5\r\n6,,7\r\n",
        "1\t2.5\t0\n-3\t1e-3\t1\n.5\t6.\t1\n",
        "\xEF\xBB\xBFna;nb;y\n1,5;x;yes\nNA;y;no\n2,5;x;yes\n",
    };
    static const char *const spice[] = {"\"",    ",",   "\n",   "\r", "\t", ";",  "", "\xEF\xBB\xBF",
                                        "1e999", "nan", "\"\"", "-",  ".",  "NA", "x"};
    const char *const one[] = {"1", NULL};
    size_t read = 0;
    for (uint64_t seed = 0; seed < 2000; seed++) {
        double u[64];
        lgd_uniform(seed, 1000, 64, u);
        char bytes[512];
        const char *text = texts[seed % 4];
        size_t n = strlen(text);
        memcpy(bytes, text, n);
        for (size_t i = 0, edits = 1 + seed / 4 % 3; i < edits; i++) {
            size_t at = (size_t)(u[4 * i] * (double)n);
            if (u[4 * i + 1] < 0.3) { /* any byte */
                bytes[at] = (char)(u[4 * i + 2] * 256);
            } else if (u[4 * i + 1] < 0.5) { /* a cut */
                size_t cut = (size_t)(u[4 * i + 2] * (double)(n - at));
                memmove(bytes + at, bytes + at + cut, n - at - cut);
                n -= cut;
            } else { /* an insertion */
                const char *s = spice[(size_t)(u[4 * i + 2] * (sizeof spice / sizeof *spice))];
                memmove(bytes + at + strlen(s), bytes + at, n - at);
                memcpy(bytes + at, s, strlen(s));
                n += strlen(s);
            }
        }
        const lgd_csv_options options = {.header = (lgd_csv_header)(u[40] * 3),
                                         .missing = (lgd_csv_missing)(u[41] * 3),
                                         .text = (lgd_csv_text)(u[42] * 3),
                                         .binary = u[43] < 0.3,
                                         .decimal_comma = u[44] < 0.3,
                                         .missing_text = u[45] < 0.5 ? "NA" : NULL,
                                         .one_hot = u[46] < 0.3 ? one : NULL,
                                         .ignore = u[46] > 0.8 ? one : NULL,
                                         .skip_lines = u[47] < 0.1};
        lgd_table *t = NULL;
        lgd_status st = lgd_csv_read(&t, file_of("t.csv", bytes, n), &options);
        if (st) {
            ck_assert_ptr_null(t);
            ck_assert(st == LGD_EFORMAT || st == LGD_EINVAL);
            ck_assert_ptr_nonnull(strstr(lgd_last_error(), "t.csv:"));
            ck_assert_ptr_null(strchr(lgd_last_error(), '\n'));
            continue;
        }
        read++;
        ck_assert(t->rows > 0 && t->cols > 0);
        ck_assert_uint_eq(lgd_first_not_finite(t->rows * t->cols, t->X), t->rows * t->cols);
        ck_assert_uint_eq(lgd_first_not_finite(t->rows, t->y), t->rows);
        for (size_t j = 0; j < t->cols; j++)
            ck_assert_uint_lt(strlen(t->names[j]), n + 20);
        ck_assert_uint_gt(strlen(t->notes) + strlen(t->target), 0);
        lgd_table_free(t);
    }
    ck_assert_uint_gt(read, 100); /* and not all of them refused */
}
END_TEST

int main(void)
{
    if (!folder_make("/tmp"))
        return EXIT_FAILURE;
    comma = comma_locale_in(folder);
    Suite *s = suite_create("csv");
    CASE(s, csv_hostile_text_refused_by_line_and_cell);
    CASE(s, csv_hostile_text_under_comma_locale_same_refusals);
    CASE(s, csv_numbers_under_comma_locale_same_numbers_and_locale_kept);
    CASE(s, csv_unreadable_files_eio_with_the_reason);
    CASE(s, csv_long_path_end_shown);
    CASE(s, csv_arguments_out_of_range_refused);
    CASE(s, csv_options_of_another_size_taken_or_refused);
    CASE(s, csv_forms_of_text_same_table);
    CASE(s, csv_decimal_comma_comma_not_the_delimiter);
    CASE(s, csv_marks_in_quotes_not_the_delimiter);
    CASE(s, csv_tsv_name_tab_even_with_commas);
    CASE(s, csv_header_choices_told_apart_and_said);
    CASE(s, csv_target_by_name_before_number);
    CASE(s, csv_no_target_each_column_one_of_x);
    CASE(s, csv_only_hundreds_of_names_in_any_order_each_its_column);
    CASE(s, csv_only_some_others_left_out_whatever_they_hold);
    CASE(s, csv_one_hot_levels_in_byte_order);
    CASE(s, csv_one_hot_by_name_numbers_are_levels);
    CASE(s, csv_one_hot_thousand_levels_the_limit);
    CASE(s, csv_missing_drop_rows_and_their_levels_gone);
    CASE(s, csv_missing_mean_filled_and_counted);
    CASE(s, csv_binary_targets_become_zero_and_one);
    CASE(s, csv_targets_that_are_classes_become_their_places);
    CASE(s, csv_notes_many_columns_counted);
    CASE(s, csv_lines_over_buffers_numbers_and_lines_right);
    CASE(s, csv_line_end_in_a_cell_over_buffers_kept);
    CASE(s, csv_rows_with_and_without_quotes_same_cells);
    CASE(s, number_any_decimal_nearest_double);
    CASE(s, number_hundred_thousand_digits_nearest_or_refused);
    CASE(s, data_files_unchanged);
    CASE(s, housing_by_default_refused_at_its_first_word);
    CASE(s, housing_one_hot_and_mean_read_and_said);
    CASE(s, breast_cancer_first_line_skipped_read);
    CASE(s, csv_kth_allocation_failing_enomem_and_nothing_kept);
    CASE(s, csv_million_columns_read_in_bounded_memory);
    CASE(s, csv_long_file_of_short_cells_read_in_bounded_memory);
    CASE(s, csv_line_of_200_mib_read_or_refused_in_bounded_memory);
    CASE(s, csv_row_of_too_many_cells_refused);
    CASE(s, csv_file_changing_while_read_eio);
    CASE(s, csv_mutated_texts_status_and_sound_table);
    int failed = suite_run(s);
    return !folder_remove() || failed;
}
