/* lingerer supported: whether SO_PASSRIGHTS can be switched off, Linux 6.16
   lingerer connect|listen|sizes SOCKET WHERE
   Sends a TCP socket that close(2) waits for: SO_LINGER of an hour, unsent data, a peer that never
   reads. connect: as a client of SOCKET; listen: as the server of one client; sizes: as a client of
   iosock -p, on the socket for the size of its terminal. WHERE is one of
   first    beside the first bytes
   second   beside the second ones, sent right after the first
   beside   beside the first bytes, as the second descriptor
   after    beside the second ones, once the peer has answered to the first
   Prints "passed" or "refused", then sends "alive\n" and what it reads on standard input. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int lingering(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, 1)
        || getsockname(listener, (struct sockaddr *)&address, &length)
        || connect(fd, (struct sockaddr *)&address, length)) fail("tcp");
    struct linger hour = {1, 3600};
    if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &hour, sizeof hour)) fail("SO_LINGER");
    static char data[1 << 16];
    while (send(fd, data, sizeof data, MSG_DONTWAIT) > 0) continue;
    return fd;
}

static int passed(int fd, const char *text, int *descriptors, int count) {
    char control[CMSG_SPACE(2 * sizeof(int))] = "";
    struct iovec bytes = {.iov_base = (char *)text, .iov_len = strlen(text)};
    struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1, .msg_control = control,
                             .msg_controllen = CMSG_SPACE(count * sizeof(int))};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(header), descriptors, count * sizeof(int));
    if (sendmsg(fd, &message, 0) == (ssize_t)strlen(text)) return 1;
    if (errno != EPERM) fail("sendmsg");
    return 0;
}

static int peer(const char *mode, const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX}, own = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0), client;
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    if (!strcmp(mode, "listen")) {
        if (bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 1)) fail(path);
        if ((client = accept(fd, NULL, NULL)) < 0) fail("accept");
        return client;
    }
    if (!strcmp(mode, "sizes")) {
        int length = sprintf(own.sun_path + 1, "iosock/31x91/%d-test", getpid()) + 1;
        bind(fd, (struct sockaddr *)&own, offsetof(struct sockaddr_un, sun_path) + length);
    }
    if (connect(fd, (struct sockaddr *)&address, sizeof address)) fail(path);
    return fd;
}

/* Stops the peer, so that it finds all at once that is sent meanwhile; returns its id. */
static int stopped(int fd) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    char path[64], status[4096] = "";
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) || kill(peer.pid, SIGSTOP))
        fail("stop");
    sprintf(path, "/proc/%d/status", peer.pid);
    while (!strstr(status, "State:\tT")) {
        FILE *file = fopen(path, "r");
        if (!file) fail(path);
        status[fread(status, 1, sizeof status - 1, file)] = 0;
        fclose(file);
    }
    return peer.pid;
}

static int received(int fd) {
    char control[CMSG_SPACE(sizeof(int))] = "", buffer[64];
    struct iovec bytes = {.iov_base = buffer, .iov_len = sizeof buffer};
    struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1, .msg_control = control,
                             .msg_controllen = sizeof control};
    int descriptor = -1;
    if (recvmsg(fd, &message, 0) <= 0 || !CMSG_FIRSTHDR(&message)) fail("no socket for sizes");
    memcpy(&descriptor, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof descriptor);
    return descriptor;
}

int main(int argc, char **argv) {
    char buffer[4096];
    int off = 0, pair[2];
    ssize_t n;
    signal(SIGPIPE, SIG_IGN);
    if (argc < 4)
        return setsockopt(socket(AF_UNIX, SOCK_STREAM, 0), SOL_SOCKET, 83, &off, sizeof off)
            ? fail("SO_PASSRIGHTS"), 1 : 0;
    int fd = peer(argv[1], argv[2]), to = fd;
    int isSecond = !strcmp(argv[3], "second"), isAfter = !strcmp(argv[3], "after");
    if (!strcmp(argv[1], "sizes")) {
        send(fd, "x", 1, 0);
        to = received(fd);
    }
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair)) fail("socketpair");
    int descriptors[] = {pair[1], lingering()}, isBeside = !strcmp(argv[3], "beside");
    int client = isSecond && !strcmp(argv[1], "listen") ? stopped(fd) : 0;
    if (isSecond || isAfter) send(fd, "first\n", 6, 0);
    if (isAfter && read(fd, buffer, sizeof buffer) <= 0) fail("no answer");
    int isPassed = passed(to, "12345678", descriptors + !isBeside, 1 + isBeside);
    if (client) kill(client, SIGCONT);
    if (!isPassed) {
        struct linger none = {0, 0};
        setsockopt(descriptors[1], SOL_SOCKET, SO_LINGER, &none, sizeof none);
    }
    close(descriptors[1]);
    puts(isPassed ? "passed" : "refused");
    fflush(stdout);
    send(fd, "alive\n", 6, 0);
    while ((n = read(0, buffer, sizeof buffer)) > 0) send(fd, buffer, n, 0);
    return 0;
}
