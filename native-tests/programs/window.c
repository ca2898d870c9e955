/* window COMMAND [ARG]...: runs COMMAND on a terminal of its own, which it closes as soon as COMMAND
   has made it raw, and exits as COMMAND then does, or with 128 and the signal that killed it. After
   20 seconds it kills COMMAND. */
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static pid_t command;

static void killCommand(int signal) {
    (void)signal;
    kill(command, SIGKILL);
}

int main(int argc, char **argv) {
    struct sigaction late = {.sa_handler = killCommand, .sa_flags = SA_RESTART};
    struct termios settings;
    char shown;
    int master, status;
    if (argc < 2) return 1;
    command = forkpty(&master, NULL, NULL, NULL);
    if (command == 0) {
        signal(SIGHUP, SIG_DFL);
        execvp(argv[1], argv + 1);
        perror(argv[1]);
        _exit(1);
    }
    sigaction(SIGALRM, &late, NULL);
    alarm(20);
    struct pollfd readable = {.fd = master, .events = POLLIN};
    do {
        if (poll(&readable, 1, 10) > 0 && read(master, &shown, 1) != 1) break;
        tcgetattr(master, &settings);
    } while (settings.c_lflag & ICANON);
    close(master);
    waitpid(command, &status, 0);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
