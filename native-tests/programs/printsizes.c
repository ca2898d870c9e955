/* printsizes: prints the size of its terminal, as 24x80, at the start and after each SIGWINCH. */
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>

int main(void) {
    sigset_t changes;
    int signal;
    struct winsize size;
    sigemptyset(&changes);
    sigaddset(&changes, SIGWINCH);
    sigprocmask(SIG_BLOCK, &changes, NULL);
    do {
        if (ioctl(0, TIOCGWINSZ, &size)) return perror("size"), 1;
        printf("%dx%d\n", size.ws_row, size.ws_col);
        fflush(stdout);
    } while (sigwait(&changes, &signal) == 0);
    return 1;
}
