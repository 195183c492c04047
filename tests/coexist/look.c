/* Opens a picture by the graphics library alone and prints its size and how many colours its pixels have.
 * usage: look FILE.png */
#include <gd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    static unsigned char bytes[1 << 20];
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    const size_t size = file ? fread(bytes, 1, sizeof bytes, file) : 0;
    if (file)
        fclose(file);
    if (size < 8 || size == sizeof bytes || memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) != 0) {
        fprintf(stderr, "look: %zu bytes that do not begin as a PNG does\n", size);
        return EXIT_FAILURE;
    }
    gdImagePtr image = gdImageCreateFromPngPtr((int)size, bytes);
    if (!image)
        return EXIT_FAILURE;
    int seen[gdMaxColors] = {0}, colours = 0;
    for (int y = 0; y < gdImageSY(image); y++)
        for (int x = 0; x < gdImageSX(image); x++)
            colours += !seen[gdImageGetPixel(image, x, y) % gdMaxColors]++;
    printf("%d x %d, %d colours\n", gdImageSX(image), gdImageSY(image), colours);
    gdImageDestroy(image);
    return EXIT_SUCCESS;
}
