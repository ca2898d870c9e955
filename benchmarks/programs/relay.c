/* relay [OPTION]... SOCKET COMMAND [ARG]...

   The reference: a minimal relay by splice(2). It runs COMMAND with its standard input and output on
   SOCKET, serves one client after another, exits when COMMAND does, and does nothing else that iosock
   does.

   -p KIB   the size of the pipes to and from COMMAND; default 1024
   -m KIB   the most that one splice(2) moves; default 1024
   -s KIB   the size of the socket's send buffer; default: the system's
   -a       after a move of 64 KiB or more moves again, until EAGAIN, and only then polls */

#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "listen.h"
#include "start.h"

enum { KIB = 1 << 10, MUCH = 64 * KIB };

static int pipe_size = 1024 * KIB, most = 1024 * KIB, send_buffer;
static bool again;
static int input, output;

/* Returns false at the end. *full tells whether to wait for `to` or, if it is false, for `from`. */
static bool move(int from, int to, bool *full) {
  ssize_t moved, all = 0;
  do {
    moved = splice(from, NULL, to, NULL, most, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    all += moved > 0 ? moved : 0;
  } while (again && moved >= MUCH);
  if (all > 0)
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
  if (send_buffer > 0)
    setsockopt(client, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
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

/* Returns false once COMMAND has exited. */
static bool await_client(int listener) {
  struct pollfd fds[] = {{listener, POLLIN, 0}, {output, 0, 0}};
  if (poll(fds, 2, -1) < 0)
    err(1, "poll");
  return !(fds[1].revents & POLLHUP);
}

int main(int argc, char **argv) {
  int option;
  while ((option = getopt(argc, argv, "+p:m:s:a")) != -1)
    switch (option) {
    case 'p':
      pipe_size = atoi(optarg) * KIB;
      break;
    case 'm':
      most = atoi(optarg) * KIB;
      break;
    case 's':
      send_buffer = atoi(optarg) * KIB;
      break;
    case 'a':
      again = true;
      break;
    default:
      return 2;
    }
  if (argc - optind < 2)
    errx(2, "usage: relay [-p KIB] [-m KIB] [-s KIB] [-a] SOCKET COMMAND [ARG]...");
  signal(SIGPIPE, SIG_IGN);
  int listener = listen_on(argv[optind]);
  start(argv + optind + 1, pipe_size, &input, &output);
  while (await_client(listener)) {
    int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (client < 0)
      err(1, "accept4");
    serve(client);
  }
}
