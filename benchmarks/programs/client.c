/* client SOCKET

   The client of every system that is compared. Reads requests from its standard input, one a line,
   and answers each with one line. Times are in seconds.

   open                  waits until the server listens, and connects; answers 0
   join COUNT            connects until there are COUNT connections, each of which has received a
                         byte that `command` wrote for it; answers 0
   receive BLOCK BYTES   lets `command` write BYTES; answers the time until every connection has
                         received them, each in a thread of its own
   send BLOCK BYTES      lets `command` read BYTES; answers the time
   both BLOCK BYTES      sends BYTES through `cat` and receives them; answers the time
   echo SIZE COUNT       COUNT times SIZE bytes through `cat` and back; answers the percentiles 50, 99
                         and 99.9 of the times
   reconnect COUNT       COUNT times: disconnects, connects and echoes one byte, again if the server
                         rejects the connection; answers the time of all */

#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER_SIZE = 1 << 20, MOST_CONNECTIONS = 64 };

/* One more connection, with a buffer of its own. */
struct receiver {
  int server;
  pthread_t thread;
  char received[BUFFER_SIZE];
};

static const char *path;
static int server = -1;
static size_t block, bytes;
static char received[BUFFER_SIZE], sent[BUFFER_SIZE];
static struct receiver *others[MOST_CONNECTIONS - 1];
static size_t count_of_others;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

static int new_connection(void) {
  struct sockaddr_un name = {.sun_family = AF_UNIX};
  strncpy(name.sun_path, path, sizeof name.sun_path - 1);
  int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connection < 0)
    err(1, "socket");
  while (connect(connection, (struct sockaddr *)&name, sizeof name) < 0) {
    if (errno != ENOENT && errno != ECONNREFUSED && errno != EAGAIN)
      err(1, "cannot connect to %s", path);
    usleep(1000);
  }
  return connection;
}

static void connect_to_server(void) { server = new_connection(); }

static bool try_to_receive(int connection, char *buffer, size_t left) {
  while (left > 0) {
    ssize_t n = read(connection, buffer, least(left, BUFFER_SIZE));
    if (n <= 0)
      return false;
    left -= n;
  }
  return true;
}

static void receive_from(int connection, char *buffer, size_t bytes) {
  if (!try_to_receive(connection, buffer, bytes))
    errx(1, "the server has closed the connection");
}

static void receive(size_t bytes) { receive_from(server, received, bytes); }

static void transmit(size_t left) {
  while (left > 0) {
    ssize_t n = write(server, sent, least(left, block));
    if (n <= 0)
      err(1, "cannot send");
    left -= n;
  }
}

static void request_on(int connection, const char *what, size_t block, size_t bytes) {
  char line[100];
  size_t length = snprintf(line, sizeof line, "%s %zu %zu\n", what, block, bytes);
  if (write(connection, line, length) != (ssize_t)length)
    err(1, "cannot send a request");
}

static void request(const char *what) { request_on(server, what, block, bytes); }

static void *transmitter(void *unused) {
  transmit(bytes);
  return unused;
}

static void both(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, transmitter, NULL) != 0)
    errx(1, "no thread");
  receive(bytes);
  pthread_join(thread, NULL);
}

static void echo(size_t size) {
  if (write(server, sent, size) != (ssize_t)size)
    err(1, "cannot send");
  receive(size);
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void echoes(size_t size, size_t count) {
  double *times = malloc(count * sizeof *times);
  double before = now();
  for (size_t i = 0; i < count; i++) {
    echo(size);
    double after = now();
    times[i] = after - before;
    before = after;
  }
  qsort(times, count, sizeof *times, compare);
  printf("%.9f %.9f %.9f\n", times[count / 2], times[count * 99 / 100], times[count * 999 / 1000]);
  free(times);
}

static void reconnect(size_t count) {
  for (size_t i = 0; i < count; i++)
    do {
      close(server);
      connect_to_server();
    } while (write(server, sent, 1) != 1 || !try_to_receive(server, received, 1));
}

static void timed(void (*work)(void)) {
  double before = now();
  work();
  printf("%.9f\n", now() - before);
}

static void *other_receiver(void *argument) {
  struct receiver *other = argument;
  receive_from(other->server, other->received, bytes);
  return NULL;
}

static void receive_all(void) {
  for (size_t i = 0; i < count_of_others; i++)
    if (pthread_create(&others[i]->thread, NULL, other_receiver, others[i]) != 0)
      errx(1, "no thread");
  request("produce");
  receive(bytes);
  for (size_t i = 0; i < count_of_others; i++)
    pthread_join(others[i]->thread, NULL);
}

/* A server may accept a connection some time after connect(2) has returned, and only from then on
   does the connection get what `command` writes. */
static void add_connection(void) {
  struct receiver *added = malloc(sizeof *added);
  if (added == NULL)
    err(1, "malloc");
  added->server = new_connection();
  others[count_of_others++] = added;
  request_on(added->server, "produce", 1, 1);
  receive(1);
  for (size_t i = 0; i < count_of_others; i++)
    receive_from(others[i]->server, others[i]->received, 1);
}

static void join(size_t count) {
  while (1 + count_of_others < count)
    add_connection();
}

static void send_all(void) {
  request("consume");
  transmit(bytes);
  receive(1);
}

static void reconnect_all(void) { reconnect(bytes); }

static void handle(const char *line) {
  if (strcmp(line, "open\n") == 0) {
    connect_to_server();
    puts("0");
  } else if (sscanf(line, "join %zu", &bytes) == 1 && bytes <= MOST_CONNECTIONS) {
    join(bytes);
    puts("0");
  } else if (sscanf(line, "receive %zu %zu", &block, &bytes) == 2)
    timed(receive_all);
  else if (sscanf(line, "send %zu %zu", &block, &bytes) == 2 && block <= BUFFER_SIZE)
    timed(send_all);
  else if (sscanf(line, "both %zu %zu", &block, &bytes) == 2 && block <= BUFFER_SIZE)
    timed(both);
  else if (sscanf(line, "echo %zu %zu", &block, &bytes) == 2 && block <= BUFFER_SIZE && bytes > 0)
    echoes(block, bytes);
  else if (sscanf(line, "reconnect %zu", &bytes) == 1)
    timed(reconnect_all);
  else
    errx(2, "unknown request: %s", line);
}

int main(int argc, char **argv) {
  char line[100];
  if (argc != 2)
    errx(2, "usage: client SOCKET");
  path = argv[1];
  setlinebuf(stdout);
  signal(SIGPIPE, SIG_IGN);
  while (fgets(line, sizeof line, stdin) != NULL)
    handle(line);
}
