/* oddclient SOCKET MODE: a client that does what Java's socket API cannot. SOCKET is a path, or
   @NAME. MODE is one of
   line     sends "word\n", and prints what it receives up to a newline or the end of file
   oob      sends "a", "X" out of band, "b", "Y" out of band, and closes
   rights   sends "word\n" with a descriptor attached if that is allowed, and closes after it has received a line
   shutrd   shuts down receiving, sends its standard input, and closes at the end of it
   reset    sends "unread\n", waits until there is something to read, and closes without reading it,
            so that the server gets a connection reset */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void sendRights(int fd) {
    char control[CMSG_SPACE(sizeof(int))] = "";
    struct iovec text = {.iov_base = "word\n", .iov_len = 5};
    struct msghdr message = {.msg_iov = &text, .msg_iovlen = 1, .msg_control = control,
                             .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    int passed = 0;
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof passed);
    memcpy(CMSG_DATA(header), &passed, sizeof passed);
    if (sendmsg(fd, &message, 0) == 5) return;
    /* Linux 6.16 and newer let the server refuse it. */
    if (errno != EPERM || send(fd, "word\n", 5, 0) != 5) perror("sendmsg");
}

int main(int argc, char **argv) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
    socklen_t length = sizeof address;
    if (argv[1][0] == '@') {
        address.sun_path[0] = 0;
        length = offsetof(struct sockaddr_un, sun_path) + strlen(argv[1]);
    }
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    char buffer[4096];
    ssize_t n;
    signal(SIGPIPE, SIG_IGN);
    if (connect(fd, (struct sockaddr *)&address, length)) return perror(argv[1]), 1;
    if (!strcmp(argv[2], "line")) {
        send(fd, "word\n", 5, 0);
        while ((n = read(fd, buffer, 1)) > 0 && fwrite(buffer, 1, n, stdout) && *buffer != '\n')
            continue;
    } else if (!strcmp(argv[2], "oob")) {
        if (send(fd, "a", 1, 0) + send(fd, "X", 1, MSG_OOB) + send(fd, "b", 1, 0)
            + send(fd, "Y", 1, MSG_OOB) != 4) return 1;
    } else if (!strcmp(argv[2], "rights")) {
        sendRights(fd);
        while ((n = read(fd, buffer, sizeof buffer)) > 0 && !memchr(buffer, '\n', n)) continue;
    } else if (!strcmp(argv[2], "shutrd")) {
        shutdown(fd, SHUT_RD);
        while ((n = read(0, buffer, sizeof buffer)) > 0)
            if (write(fd, buffer, n) != n) return perror("write"), 1;
    } else if (!strcmp(argv[2], "reset")) {
        struct pollfd readable = {.fd = fd, .events = POLLIN};
        if (write(fd, "unread\n", 7) != 7) return perror("write"), 1;
        poll(&readable, 1, -1);
    }
    return 0;
}
