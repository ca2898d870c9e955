/* partialreader SOCKET BYTES: a client that reads BYTES bytes, shuts down receiving, and reads what
   was already in its socket. Copies all of it to standard output, so that nothing sent to this
   client is lost. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static char buffer[1 << 16];

static long copy(int fd, size_t most) {
    ssize_t n = read(fd, buffer, most < sizeof buffer ? most : sizeof buffer);
    if (n > 0 && fwrite(buffer, 1, n, stdout) != (size_t)n) exit(1);
    return n;
}

int main(int argc, char **argv) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address)) return perror(argv[1]), 1;
    long wanted = atol(argv[2]), n;
    while (wanted > 0 && (n = copy(fd, wanted)) > 0) wanted -= n;
    if (wanted > 0) return 2;
    if (shutdown(fd, SHUT_RD)) return perror("shutdown"), 1;
    while (copy(fd, sizeof buffer) > 0) continue;
    return fflush(stdout) != 0;
}
