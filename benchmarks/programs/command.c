/* command

   The program that is relayed: does what a client asks for, a line at a time.

   produce BLOCK BYTES   writes BYTES, BLOCK at a time
   consume BLOCK BYTES   reads BYTES, at most BLOCK at a time, and answers with one byte */

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

/* Unbuffered: what comes after the line is not part of it. */
static int line(char *line, size_t size) {
  size_t n = 0;
  while (n < size - 1 && read(0, line + n, 1) == 1)
    if (line[n++] == '\n') {
      line[n] = 0;
      return 1;
    }
  return 0;
}

int main(void) {
  char words[100];
  size_t block, bytes;
  while (line(words, sizeof words)) {
    int producing = sscanf(words, "produce %zu %zu", &block, &bytes) == 2;
    if (!producing && sscanf(words, "consume %zu %zu", &block, &bytes) != 2)
      errx(2, "not understood: %s", words);
    buffer = realloc(buffer, block);
    if (producing)
      produce(block, bytes);
    else
      consume(block, bytes);
  }
}
