/* hangup GATE: hangs up its terminal (vhangup(2)) for every process that has it open, itself
   included. Reopens the terminal once the FIFO GATE is opened for writing, prints "back" there, and
   then echoes its input. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
    char name[300];
    char buffer[4096];
    ssize_t n;
    strncpy(name, ttyname(0), sizeof name - 1);
    signal(SIGHUP, SIG_IGN);
    if (vhangup()) return perror("vhangup"), 1;
    for (int fd = 0; fd <= 2; fd++) close(fd);
    if (open(argv[1], O_RDONLY) < 0) return 2;
    int fd = open(name, O_RDWR);
    if (fd < 0 || write(fd, "back\n", 5) != 5) return 3;
    while ((n = read(fd, buffer, sizeof buffer)) > 0)
        if (write(fd, buffer, n) != n) return 4;
    return 5;
}
