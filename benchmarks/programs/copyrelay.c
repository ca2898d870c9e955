/* copyrelay [-b KIB] -c N SOCKET COMMAND [ARG]...

   A relay to several clients that copies: it reads what COMMAND writes into one ring, and writes it
   from there to each of up to N clients, whole and in order. The slowest of them holds COMMAND back,
   and COMMAND waits while there is none. It exits once COMMAND has and everything is delivered, and
   does nothing else that iosock does.

   -b KIB   the size of the ring; default 1024 */

#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "listen.h"
#include "start.h"

enum { KIB = 1 << 10, PIPE_SIZE = 1024 * KIB, INPUT_SIZE = 64 * KIB, MOST_CLIENTS = 64 };

struct client {
  int socket;
  bool full, gone;
  uint64_t taken; /* of all bytes that were ever read from COMMAND */
};

static struct client clients[MOST_CLIENTS];
static int count, limit = 1;
static int listener, input, output;
static char *ring;
static uint64_t ring_size = 1024 * KIB, filled;
static bool ended;
static char input_buffer[INPUT_SIZE];
static ssize_t input_length, input_written;

static uint64_t least(uint64_t a, uint64_t b) { return a < b ? a : b; }

static uint64_t space(void) {
  uint64_t oldest = filled;
  for (int i = 0; i < count; i++)
    oldest = least(oldest, clients[i].taken);
  return ring_size - (filled - oldest);
}

static void fill(void) {
  uint64_t at = filled % ring_size;
  ssize_t n = read(output, ring + at, least(space(), ring_size - at));
  if (n > 0)
    filled += n;
  else if (n == 0)
    ended = true;
}

static void deliver(struct client *client) {
  while (!client->full && !client->gone && client->taken < filled) {
    uint64_t at = client->taken % ring_size;
    uint64_t most = least(filled - client->taken, ring_size - at);
    ssize_t n = write(client->socket, ring + at, most);
    if (n > 0)
      client->taken += n;
    else if (errno != EAGAIN)
      client->gone = true;
    client->full = n < (ssize_t)most;
  }
}

static void write_input(void) {
  ssize_t n = write(input, input_buffer + input_written, input_length - input_written);
  input_written += n > 0 ? n : 0;
  if (input_written == input_length)
    input_length = input_written = 0;
}

static void receive(struct client *client) {
  ssize_t n = read(client->socket, input_buffer, INPUT_SIZE);
  if (n > 0) {
    input_length = n;
    write_input();
  } else if (n == 0 || errno != EAGAIN)
    client->gone = true;
}

static void accept_clients(void) {
  while (count < limit) {
    int socket = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (socket < 0)
      return;
    clients[count++] = (struct client){.socket = socket, .taken = filled};
  }
}

static void remove_clients(void) {
  int left = 0;
  for (int i = 0; i < count; i++)
    if (clients[i].gone)
      close(clients[i].socket);
    else
      clients[left++] = clients[i];
  count = left;
}

/* The listener is the last, so that a client that has connected before another one sends something
   is accepted before that is read. A descriptor that nothing is wanted of is left out: poll(2) would
   tell of its end again and again. */
static void turn(void) {
  struct pollfd fds[MOST_CLIENTS + 3];
  int polled = count;
  for (int i = 0; i < count; i++) {
    int events = (input_length == 0 ? POLLIN : 0) | (clients[i].full ? POLLOUT : 0);
    fds[i] = (struct pollfd){events != 0 ? clients[i].socket : -1, events, 0};
  }
  fds[count] = (struct pollfd){input_length > 0 ? input : -1, POLLOUT, 0};
  fds[count + 1] =
      (struct pollfd){!ended && space() > 0 ? output : -1, count > 0 ? POLLIN : 0, 0};
  fds[count + 2] = (struct pollfd){count < limit ? listener : -1, POLLIN, 0};
  if (poll(fds, count + 3, -1) < 0)
    err(1, "poll");
  if (fds[polled + 2].revents != 0)
    accept_clients();
  if (fds[polled].revents != 0)
    write_input();
  for (int i = 0; i < polled; i++) {
    if (fds[i].revents & (POLLOUT | POLLHUP))
      clients[i].full = false;
    if (input_length == 0 && fds[i].revents & (POLLIN | POLLHUP))
      receive(&clients[i]);
  }
  if (fds[polled + 1].revents & POLLIN)
    fill();
  else if (fds[polled + 1].revents & POLLHUP)
    ended = true;
  for (int i = 0; i < count; i++)
    deliver(&clients[i]);
  remove_clients();
}

static bool is_delivered(void) {
  for (int i = 0; i < count; i++)
    if (clients[i].taken < filled)
      return false;
  return true;
}

int main(int argc, char **argv) {
  int option;
  while ((option = getopt(argc, argv, "+b:c:")) != -1)
    switch (option) {
    case 'b':
      ring_size = (uint64_t)atoi(optarg) * KIB;
      break;
    case 'c':
      limit = atoi(optarg);
      break;
    default:
      return 2;
    }
  if (argc - optind < 2 || limit < 1 || limit > MOST_CLIENTS || ring_size == 0)
    errx(2, "usage: copyrelay [-b KIB] -c N SOCKET COMMAND [ARG]...");
  ring = malloc(ring_size);
  if (ring == NULL)
    err(1, "malloc");
  signal(SIGPIPE, SIG_IGN);
  listener = listen_on(argv[optind]);
  fcntl(listener, F_SETFL, O_NONBLOCK);
  start(argv + optind + 1, PIPE_SIZE, &input, &output);
  while (!ended || !is_delivered())
    turn();
}
