/* Loads two libraries in the order given, with every name of either visible to what follows, then a third that needs both
 * and names neither, and calls its draw_curve. usage: load_both FIRST SECOND USER FILE.png */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    void *user = NULL;
    for (int i = 1; i < argc - 1; i++) {
        user = dlopen(argv[i], RTLD_NOW | RTLD_GLOBAL);
        if (!user) {
            fprintf(stderr, "%s\n", dlerror());
            return EXIT_FAILURE;
        }
    }
    union {
        void *object;
        int (*function)(int, char **);
    } draw = {user ? dlsym(user, "draw_curve") : NULL};
    if (!draw.object) {
        fprintf(stderr, "load_both: no draw_curve\n");
        return EXIT_FAILURE;
    }
    return draw.function(2, argv + argc - 2); /* its name and the picture's */
}
