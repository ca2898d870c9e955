/* printsignals: prints "ready", and then the name of each signal that it receives. */
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
    while (sigwait(&all, &signal) == 0) puts(sigabbrev_np(signal));
    return 1;
}
