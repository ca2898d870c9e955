/* inherit FD=KIND[:NAME]... COMMAND [ARG]...: opens descriptors, and executes COMMAND, which inherits
   them. KIND is one of:
     listen:NAME     a stream socket that listens
     packets:NAME    the same of type SOCK_SEQPACKET
     bound:NAME      a stream socket that does not listen
     datagram:NAME   a datagram socket
     connected       one of a pair of stream sockets
     tcp             a TCP socket that listens
     file:NAME       a file, open for reading
   NAME is a path, or an abstract name after an at sign. */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int bound(int type, const char *name) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int fd = socket(AF_UNIX, type, 0);
  strncpy(address.sun_path, name, sizeof address.sun_path - 1);
  if (*name == '@') address.sun_path[0] = 0;
  socklen_t length = offsetof(struct sockaddr_un, sun_path) + strlen(name) + (*name != '@');
  if (bind(fd, (struct sockaddr *)&address, length) < 0) err(1, "bind %s", name);
  return fd;
}

static int listening(int fd) {
  if (listen(fd, 16) < 0) err(1, "listen");
  return fd;
}

static int connected(void) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0) err(1, "socketpair");
  return ends[0];
}

static int opened(const char *kind, const char *name) {
  if (!strcmp(kind, "listen")) return listening(bound(SOCK_STREAM, name));
  if (!strcmp(kind, "packets")) return listening(bound(SOCK_SEQPACKET, name));
  if (!strcmp(kind, "bound")) return bound(SOCK_STREAM, name);
  if (!strcmp(kind, "datagram")) return bound(SOCK_DGRAM, name);
  if (!strcmp(kind, "connected")) return connected();
  if (!strcmp(kind, "tcp")) return listening(socket(AF_INET, SOCK_STREAM, 0));
  if (!strcmp(kind, "file")) return open(name, O_RDONLY);
  errx(1, "unknown kind %s", kind);
}

int main(int argc, char **argv) {
  int first = 1;
  for (; first < argc && strchr(argv[first], '='); first++) {
    char *kind = strchr(argv[first], '=') + 1;
    char *name = strchr(kind, ':');
    if (name) *name++ = 0;
    int number = atoi(argv[first]);
    int fd = opened(kind, name);
    if (fd < 0) err(1, "%s", kind);
    if (fd != number) {
      if (dup2(fd, number) < 0) err(1, "dup2");
      close(fd);
    }
  }
  execvp(argv[first], argv + first);
  err(1, "%s", argv[first]);
}
