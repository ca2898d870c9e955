/* relay SOCKET COMMAND [ARG]...

   The yardstick: the least that a relay by splice(2) can be. It runs COMMAND with its standard
   input and output on SOCKET, one client after another, and does nothing else that iosock does. */

#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include "listen.h"

enum { PIPE_SIZE = 1 << 20 };

static int input, output;

static void start(char **command) {
  int in[2], out[2];
  if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
    err(1, "pipe2");
  fcntl(in[0], F_SETPIPE_SZ, PIPE_SIZE);
  fcntl(out[0], F_SETPIPE_SZ, PIPE_SIZE);
  if (fork() == 0) {
    dup2(in[0], 0);
    dup2(out[1], 1);
    execvp(command[0], command);
    err(127, "%s", command[0]);
  }
  close(in[0]);
  close(out[1]);
  input = in[1];
  output = out[0];
  fcntl(input, F_SETFL, O_NONBLOCK);
  fcntl(output, F_SETFL, O_NONBLOCK);
}

/* Returns false at the end; *full says which of the two is to be waited for next. */
static bool move(int from, int to, bool *full) {
  ssize_t moved = splice(from, NULL, to, NULL, PIPE_SIZE, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  if (moved > 0)
    *full = false;
  else if (moved < 0 && errno == EAGAIN)
    *full = !*full;
  else
    return false;
  return true;
}

static void serve(int client) {
  bool input_full = false, client_full = false, open = true;
  fcntl(client, F_SETFL, O_NONBLOCK);
  while (open) {
    struct pollfd fds[] = {
        {client, (input_full ? 0 : POLLIN) | (client_full ? POLLOUT : 0), 0},
        {input, input_full ? POLLOUT : 0, 0},
        {output, client_full ? 0 : POLLIN, 0},
    };
    if (poll(fds, 3, -1) < 0)
      err(1, "poll");
    if (input_full ? fds[1].revents : fds[0].revents & (POLLIN | POLLHUP))
      open = move(client, input, &input_full);
    if (client_full ? fds[0].revents & (POLLOUT | POLLHUP) : fds[2].revents & POLLIN)
      open &= move(output, client, &client_full);
    if (fds[2].revents & POLLHUP && !(fds[2].revents & POLLIN))
      open = false;
  }
  close(client);
}

int main(int argc, char **argv) {
  if (argc < 3)
    errx(2, "usage: relay SOCKET COMMAND [ARG]...");
  signal(SIGPIPE, SIG_IGN);
  int listener = listen_on(argv[1]);
  start(argv + 2);
  for (;;) {
    int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (client < 0)
      err(1, "accept4");
    serve(client);
  }
}
