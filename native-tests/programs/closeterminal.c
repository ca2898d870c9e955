/* closeterminal COMMAND [ARG]...: runs COMMAND on a new pseudo-terminal and closes the master as
   soon as COMMAND has switched the terminal to raw mode. Exits with COMMAND's exit code, or with
   128+N if signal N killed it. Kills COMMAND after 20 seconds. */
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
    struct sigaction timeout = {.sa_handler = killCommand, .sa_flags = SA_RESTART};
    struct termios settings;
    char output;
    int master, status;
    if (argc < 2) return 1;
    command = forkpty(&master, NULL, NULL, NULL);
    if (command == 0) {
        signal(SIGHUP, SIG_DFL);
        execvp(argv[1], argv + 1);
        perror(argv[1]);
        _exit(1);
    }
    sigaction(SIGALRM, &timeout, NULL);
    alarm(20);
    struct pollfd readable = {.fd = master, .events = POLLIN};
    do {
        if (poll(&readable, 1, 10) > 0 && read(master, &output, 1) != 1) break;
        tcgetattr(master, &settings);
    } while (settings.c_lflag & ICANON);
    close(master);
    waitpid(command, &status, 0);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
