/* A program of someone who reads a table with libgd-io. */
#include <lgd.h>
#include <lgd/io.h>
#include <stdio.h>

int main(void)
{
    const char *path = "reader.csv";
    lgd_table *table = NULL;
    FILE *out = fopen(path, "w");
    if (!out || fputs("area,rooms,price\n50,2,100\n75,3,150.5\n", out) < 0 || fclose(out))
        return 2;
    lgd_status st = lgd_csv_read(&table, path, NULL);
    remove(path);
    if (st)
        fprintf(stderr, "%s\n", lgd_last_error());
    else
        printf("%zu rows, %zu columns, last %s %g\n", table->rows, table->cols, table->target,
               table->y[table->rows - 1]);
    lgd_table_free(table);
    return st != LGD_OK;
}
