/* direct SOCKET COMMAND [ARG]...

   No relay at all: each client gets its own COMMAND, which reads and writes the connection. */

#define _GNU_SOURCE
#include <err.h>
#include <signal.h>
#include <unistd.h>

#include "listen.h"

int main(int argc, char **argv) {
  if (argc < 3)
    errx(2, "usage: direct SOCKET COMMAND [ARG]...");
  signal(SIGCHLD, SIG_IGN);
  int listener = listen_on(argv[1]);
  for (;;) {
    int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (client < 0)
      err(1, "accept4");
    if (fork() == 0) {
      dup2(client, 0);
      dup2(client, 1);
      execvp(argv[2], argv + 2);
      err(127, "%s", argv[2]);
    }
    close(client);
  }
}
