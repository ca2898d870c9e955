/* client SOCKET

   The client of every system that is compared. Reads requests from its standard input, one a line,
   and answers each with one line. Times are in seconds.

   open                  waits until the server listens, and connects; answers 0
   receive BLOCK BYTES   lets `command` write BYTES; answers the time
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

enum { BUFFER_SIZE = 1 << 20 };

static const char *path;
static int server = -1;
static size_t block, bytes;
static char received[BUFFER_SIZE], sent[BUFFER_SIZE];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

static void connect_to_server(void) {
  struct sockaddr_un name = {.sun_family = AF_UNIX};
  strncpy(name.sun_path, path, sizeof name.sun_path - 1);
  server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (server < 0)
    err(1, "socket");
  while (connect(server, (struct sockaddr *)&name, sizeof name) < 0) {
    if (errno != ENOENT && errno != ECONNREFUSED && errno != EAGAIN)
      err(1, "cannot connect to %s", path);
    usleep(1000);
  }
}

static bool try_to_receive(size_t left) {
  while (left > 0) {
    ssize_t n = read(server, received, least(left, BUFFER_SIZE));
    if (n <= 0)
      return false;
    left -= n;
  }
  return true;
}

static void receive(size_t bytes) {
  if (!try_to_receive(bytes))
    errx(1, "the server has closed the connection");
}

static void transmit(size_t left) {
  while (left > 0) {
    ssize_t n = write(server, sent, least(left, block));
    if (n <= 0)
      err(1, "cannot send");
    left -= n;
  }
}

static void request(const char *what) {
  char line[100];
  size_t length = snprintf(line, sizeof line, "%s %zu %zu\n", what, block, bytes);
  if (write(server, line, length) != (ssize_t)length)
    err(1, "cannot send a request");
}

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
    } while (write(server, sent, 1) != 1 || !try_to_receive(1));
}

static void timed(void (*work)(void)) {
  double before = now();
  work();
  printf("%.9f\n", now() - before);
}

static void receive_all(void) {
  request("produce");
  receive(bytes);
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
