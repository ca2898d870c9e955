/* teerelay -c N SOCKET COMMAND [ARG]...

   The reference for several clients: a bare relay by tee(2) and splice(2). Each of up to N clients
   has a pipe of its own, to which references to what COMMAND writes are copied; a single client is
   served from COMMAND's pipe itself. The slowest client holds COMMAND back, and COMMAND waits while
   there is none. It exits once COMMAND has and everything is delivered, and does nothing else that
   iosock does. */

#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

#include "listen.h"
#include "start.h"

enum { KIB = 1 << 10, PIPE_SIZE = 1024 * KIB, MOST = 1024 * KIB, MOST_CLIENTS = 64 };
enum { FLAGS = SPLICE_F_MOVE | SPLICE_F_NONBLOCK };

struct client {
  int socket;
  int own[2];      /* its pipe */
  ssize_t pending; /* bytes in its pipe */
  ssize_t ahead;   /* bytes at the head of COMMAND's pipe that its own pipe has got already */
  bool pipe_full, socket_full, gone;
};

static struct client clients[MOST_CLIENTS];
static int count, limit = 1;
static int listener, input, output, null;
static bool input_full, ended;

static bool is_direct(void) {
  return count == 1 && clients[0].pending == 0 && clients[0].ahead == 0;
}

static bool is_output_wanted(void) {
  if (is_direct())
    return !clients[0].socket_full;
  for (int i = 0; i < count; i++)
    if (count > 1 && clients[i].ahead == 0 && !clients[i].pipe_full)
      return true;
  return count == 0;
}

/* COMMAND's pipe holds bytes. */
static void copy_to(struct client *client) {
  ssize_t n = tee(output, client->own[1], MOST, SPLICE_F_NONBLOCK);
  if (n > 0) {
    client->ahead = n;
    client->pending += n;
  } else
    client->pipe_full = client->pending > 0;
}

/* Takes out of COMMAND's pipe what every client has in its own. */
static void consume(void) {
  ssize_t common = count > 0 ? clients[0].ahead : 0;
  for (int i = 1; i < count; i++)
    common = clients[i].ahead < common ? clients[i].ahead : common;
  while (common > 0) {
    ssize_t n = splice(output, NULL, null, NULL, common, FLAGS);
    if (n <= 0)
      err(1, "splice to /dev/null");
    common -= n;
    for (int i = 0; i < count; i++)
      clients[i].ahead -= n;
  }
}

static ssize_t move(struct client *client, int from, ssize_t most) {
  ssize_t n = splice(from, NULL, client->socket, NULL, most, FLAGS);
  if (n < 0 && errno == EAGAIN)
    client->socket_full = true;
  else if (n < 0)
    client->gone = true;
  return n;
}

static void deliver(struct client *client) {
  ssize_t n = move(client, client->own[0], client->pending);
  if (n > 0) {
    client->pending -= n;
    client->pipe_full = false;
  }
  client->socket_full = client->pending > 0;
}

static void relay_output(void) {
  if (is_direct()) {
    if (move(&clients[0], output, MOST) == 0)
      ended = true;
    return;
  }
  for (int i = 0; i < count; i++)
    if (count > 1 && clients[i].ahead == 0 && !clients[i].pipe_full)
      copy_to(&clients[i]);
}

static void receive(struct client *client) {
  ssize_t n = splice(client->socket, NULL, input, NULL, MOST, FLAGS);
  if (n < 0 && errno == EAGAIN)
    input_full = true;
  else if (n <= 0)
    client->gone = true;
}

static void accept_clients(void) {
  while (count < limit) {
    int socket = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (socket < 0)
      return;
    struct client *client = &clients[count++];
    *client = (struct client){.socket = socket};
    if (pipe2(client->own, O_CLOEXEC | O_NONBLOCK) < 0)
      err(1, "pipe2");
    fcntl(client->own[1], F_SETPIPE_SZ, PIPE_SIZE);
  }
}

static void remove_clients(void) {
  int left = 0;
  for (int i = 0; i < count; i++)
    if (clients[i].gone) {
      close(clients[i].socket);
      close(clients[i].own[0]);
      close(clients[i].own[1]);
    } else
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
    int events = (input_full ? 0 : POLLIN) | (clients[i].socket_full ? POLLOUT : 0);
    fds[i] = (struct pollfd){events != 0 ? clients[i].socket : -1, events, 0};
  }
  fds[count] = (struct pollfd){input_full ? input : -1, POLLOUT, 0};
  fds[count + 1] =
      (struct pollfd){!ended && is_output_wanted() ? output : -1, count > 0 ? POLLIN : 0, 0};
  fds[count + 2] = (struct pollfd){count < limit ? listener : -1, POLLIN, 0};
  if (poll(fds, count + 3, -1) < 0)
    err(1, "poll");
  if (fds[polled + 2].revents != 0)
    accept_clients();
  if (fds[polled].revents != 0)
    input_full = false;
  bool again = is_direct() && clients[0].socket_full && fds[0].revents & POLLOUT;
  for (int i = 0; i < polled; i++) {
    if (fds[i].revents & (POLLOUT | POLLHUP))
      clients[i].socket_full = false;
    if (!input_full && fds[i].revents & (POLLIN | POLLHUP))
      receive(&clients[i]);
  }
  if (again || fds[polled + 1].revents & POLLIN)
    relay_output();
  else if (fds[polled + 1].revents & POLLHUP)
    ended = true;
  for (int i = 0; i < count; i++)
    if (clients[i].pending > 0 && !clients[i].socket_full)
      deliver(&clients[i]);
  remove_clients();
  consume();
}

static bool is_delivered(void) {
  for (int i = 0; i < count; i++)
    if (clients[i].pending > 0)
      return false;
  return true;
}

int main(int argc, char **argv) {
  int option;
  while ((option = getopt(argc, argv, "+c:")) != -1)
    if (option == 'c')
      limit = atoi(optarg);
    else
      return 2;
  if (argc - optind < 2 || limit < 1 || limit > MOST_CLIENTS)
    errx(2, "usage: teerelay -c N SOCKET COMMAND [ARG]...");
  null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (null < 0)
    err(1, "/dev/null");
  signal(SIGPIPE, SIG_IGN);
  listener = listen_on(argv[optind]);
  fcntl(listener, F_SETFL, O_NONBLOCK);
  start(argv + optind + 1, PIPE_SIZE, &input, &output);
  while (!ended || !is_delivered())
    turn();
}
