/* printsignals: prints "ready", and then each signal that it receives: its name, or its number if
   it is a real-time one. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    sigset_t all;
    int signal;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("ready");
    while (sigwait(&all, &signal) == 0) {
      const char *name = sigabbrev_np(signal);
      name ? printf("%s\n", name) : printf("%d\n", signal);
    }
    return 1;
}
