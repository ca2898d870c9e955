/* addenv [VARIABLE]... -- COMMAND [ARG]...: executes COMMAND with these strings in front of its
   environment. Unlike env(1) takes some that have no name, and the same name twice. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv) {
  int count = 0, inherited = 0;
  while (count + 1 < argc && strcmp(argv[count + 1], "--")) count++;
  while (environ[inherited]) inherited++;
  if (count + 2 >= argc) return 2;
  char **all = malloc((count + inherited + 1) * sizeof *all);
  memcpy(all, argv + 1, count * sizeof *all);
  memcpy(all + count, environ, (inherited + 1) * sizeof *all);
  execve(argv[count + 2], argv + count + 2, all);
  perror(argv[count + 2]);
  return 1;
}
