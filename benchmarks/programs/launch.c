/* launch [-l SOCKET] COMMAND [ARG]...

   Starts COMMAND with its standard input and output on /dev/null, and prints one line. Times are in
   seconds, from just before the start.

   Without -l: when COMMAND had exited and was reaped; its user and its system time, with those of the
   children that it reaped; the most KiB resident in the largest of them, which is never less than in
   this program; and its exit code, or 128 + its signal.

   With -l: when a connection to SOCKET succeeded; and when a byte that was sent there had come back.
   Then COMMAND is killed, with its whole process group.

   A COMMAND that runs for more than a minute is killed. */

#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TIMEOUT_SECONDS = 60, CONNECT_INTERVAL_MICROSECONDS = 50 };

extern char **environ;
static volatile pid_t command;

static void kill_command(int unused) {
  (void)unused;
  kill(-command, SIGKILL);
}

static void end_command(void) {
  int error = errno;
  kill(-command, SIGKILL);
  waitpid(command, NULL, 0);
  errno = error;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static double seconds(struct timeval t) { return t.tv_sec + t.tv_usec / 1e6; }

static void start(char **arguments) {
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t files;
  pid_t pid;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
  errno = posix_spawnp(&pid, arguments[0], &files, &attributes, arguments, environ);
  if (errno != 0)
    err(1, "%s", arguments[0]);
  command = pid;
  signal(SIGALRM, kill_command);
  alarm(TIMEOUT_SECONDS);
}

static void await_end(double began) {
  struct rusage used;
  int status;
  if (wait4(command, &status, 0, &used) < 0)
    err(1, "wait4");
  double ended = now();
  printf("%.6f %.6f %.6f %ld %d\n", ended - began, seconds(used.ru_utime), seconds(used.ru_stime),
         used.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

static struct sockaddr_un name_of(const char *path) {
  struct sockaddr_un name = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof name.sun_path)
    errx(1, "%s: too long", path);
  strcpy(name.sun_path, path);
  return name;
}

static int try_to_connect(const struct sockaddr_un *name) {
  int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (server >= 0 && connect(server, (const struct sockaddr *)name, sizeof *name) == 0)
    return server;
  if (server < 0 || (errno != ENOENT && errno != ECONNREFUSED)) {
    end_command();
    err(1, "cannot connect to %s", name->sun_path);
  }
  close(server);
  return -1;
}

static void await_echo(double began, const struct sockaddr_un *name) {
  int server;
  char byte = 'x';
  while ((server = try_to_connect(name)) < 0) {
    if (waitpid(command, NULL, WNOHANG) != 0)
      errx(1, "the command has exited without listening");
    usleep(CONNECT_INTERVAL_MICROSECONDS);
  }
  double listened = now();
  int came_back = send(server, &byte, 1, MSG_NOSIGNAL) == 1 && read(server, &byte, 1) == 1;
  double echoed = now();
  end_command();
  if (!came_back)
    errx(1, "the byte did not come back");
  printf("%.6f %.6f\n", listened - began, echoed - began);
}

int main(int argc, char **argv) {
  struct sockaddr_un name;
  int has_socket = 0;
  int option;
  while ((option = getopt(argc, argv, "+l:")) != -1)
    if (option == 'l') {
      has_socket = 1;
      name = name_of(optarg);
    } else
      return 2;
  if (optind == argc)
    errx(2, "usage: launch [-l SOCKET] COMMAND [ARG]...");
  double began = now();
  start(argv + optind);
  if (has_socket)
    await_echo(began, &name);
  else
    await_end(began);
}
