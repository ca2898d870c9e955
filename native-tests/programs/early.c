/* early [-1] SIGNAL MICROSECONDS COMMAND [ARG]...: starts COMMAND, with -1 as process 1 of a PID
   namespace. Once it blocks SIGNAL, and MICROSECONDS later, sends it SIGNAL. Then waits for its end,
   and prints "exited N" or "killed N". */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int blocks(pid_t pid, int signal) {
  char path[50], line[300];
  unsigned long long blocked = 0;
  snprintf(path, sizeof path, "/proc/%d/status", pid);
  FILE *status = fopen(path, "r");
  while (status && fgets(line, sizeof line, status))
    if (!strncmp(line, "SigBlk:", 7)) blocked = strtoull(line + 7, NULL, 16);
  if (status) fclose(status);
  return blocked >> (signal - 1) & 1;
}

int main(int argc, char **argv) {
  int first = argc > 1 && !strcmp(argv[1], "-1");
  if (argc < first + 4) return 2;
  int number = atoi(argv[first + 1]), status;
  useconds_t delay = strtoul(argv[first + 2], NULL, 10);
  if (first && unshare(CLONE_NEWPID)) {
    perror("unshare");
    return 1;
  }
  pid_t pid = fork();
  if (!pid) {
    signal(number, SIG_DFL);
    execvp(argv[first + 3], argv + first + 3);
    perror(argv[first + 3]);
    _exit(127);
  }
  siginfo_t end = {0};
  while (!blocks(pid, number) && !end.si_pid)
    if (waitid(P_PID, pid, &end, WEXITED | WNOHANG | WNOWAIT)) return 1;
  usleep(delay);
  kill(pid, number);
  waitpid(pid, &status, 0);
  if (WIFEXITED(status)) printf("exited %d\n", WEXITSTATUS(status));
  else printf("killed %d\n", WTERMSIG(status));
  return 0;
}
