#include <err.h>
#include <fcntl.h>
#include <unistd.h>

/* Runs COMMAND with its standard input and output on pipes of `size` bytes; *input and *output are
   the other ends, which do not block. */
static void start(char **command, int size, int *input, int *output) {
  int in[2], out[2];
  if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
    err(1, "pipe2");
  fcntl(in[0], F_SETPIPE_SZ, size);
  fcntl(out[0], F_SETPIPE_SZ, size);
  if (fork() == 0) {
    dup2(in[0], 0);
    dup2(out[1], 1);
    execvp(command[0], command);
    err(127, "%s", command[0]);
  }
  close(in[0]);
  close(out[1]);
  *input = in[1];
  *output = out[0];
  fcntl(*input, F_SETFL, O_NONBLOCK);
  fcntl(*output, F_SETFL, O_NONBLOCK);
}
