/* setup [-i SIGNAL] [-b SIGNAL] [-d FD] [-c SOCKET] [-x FD] [-n FD] COMMAND [ARG]...
   Executes COMMAND after -i ignores SIGNAL, -b blocks SIGNAL, -d opens /dev/null as FD, -c connects
   to SOCKET and makes that standard output and standard error, -x closes FD, -n makes FD
   non-blocking. Each option may be given several times. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int connected(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address)) {
        perror(path);
        exit(1);
    }
    return fd;
}

int main(int argc, char **argv) {
    sigset_t set;
    int option, fd;
    while ((option = getopt(argc, argv, "+i:b:d:c:x:n:")) != -1) {
        switch (option) {
        case 'i':
            signal(atoi(optarg), SIG_IGN);
            break;
        case 'b':
            sigemptyset(&set);
            sigaddset(&set, atoi(optarg));
            sigprocmask(SIG_BLOCK, &set, NULL);
            break;
        case 'd':
            fd = open("/dev/null", O_RDONLY);
            if (fd != atoi(optarg)) {
                dup2(fd, atoi(optarg));
                close(fd);
            }
            break;
        case 'c':
            fd = connected(optarg);
            dup2(fd, 1);
            dup2(fd, 2);
            close(fd);
            break;
        case 'x':
            close(atoi(optarg));
            break;
        case 'n':
            fcntl(atoi(optarg), F_SETFL, fcntl(atoi(optarg), F_GETFL) | O_NONBLOCK);
            break;
        default:
            return 1;
        }
    }
    execvp(argv[optind], argv + optind);
    perror(argv[optind]);
    return 1;
}
