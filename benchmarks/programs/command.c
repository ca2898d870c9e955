/* command

   The program that runs on the socket. Reads requests from a client, one a line.

   produce BLOCK BYTES   writes BYTES, BLOCK at a time
   consume BLOCK BYTES   reads BYTES, at most BLOCK at a time, and writes one byte */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char *buffer;

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

static void produce(size_t block, size_t bytes) {
  while (bytes > 0) {
    ssize_t n = write(1, buffer, least(block, bytes));
    if (n <= 0)
      exit(0);
    bytes -= n;
  }
}

static void consume(size_t block, size_t bytes) {
  while (bytes > 0) {
    ssize_t n = read(0, buffer, least(block, bytes));
    if (n <= 0)
      exit(0);
    bytes -= n;
  }
  if (write(1, "k", 1) != 1)
    exit(0);
}

/* Reads byte by byte, since the data after the line must not be buffered. */
static int read_line(char *line, size_t size) {
  size_t n = 0;
  while (n < size - 1 && read(0, line + n, 1) == 1)
    if (line[n++] == '\n') {
      line[n] = 0;
      return 1;
    }
  return 0;
}

int main(void) {
  char request[100];
  size_t block, bytes;
  while (read_line(request, sizeof request)) {
    int producing = sscanf(request, "produce %zu %zu", &block, &bytes) == 2;
    if (!producing && sscanf(request, "consume %zu %zu", &block, &bytes) != 2)
      errx(2, "unknown request: %s", request);
    buffer = realloc(buffer, block);
    if (producing)
      produce(block, bytes);
    else
      consume(block, bytes);
  }
}
