/* sizer connect SOCKET NAME: a client whose own socket has NAME: "" none, "@..." an abstract name
   sizer listen SOCKET: a server of one client
   One side of the protocol for window sizes (iosock.winsize), correct or not. It does what the
   lines that it reads say, and answers each with one line, which is "done" unless another is named.
   The channel is the descriptor that was received last; before one was received, the other end of
   the one that was passed last, of those that have another end.
   pass KIND...     makes descriptors, which go beside the next bytes or the next size
   credentials      the same with its credentials
   send TEXT        sends the text; bytes COUNT: sends COUNT bytes, and answers "sent"
   echo TEXT        sends the text, and answers with as many bytes as it receives then
   echoed COUNT     receives COUNT bytes; answers "same" if they are those of "bytes"
   receive          answers with the bytes of one recvmsg(2), none at end of file
   received         answers how many descriptors were received so far, and the kind of the last
   peer             answers with the name of the peer's socket, an at sign in front of an abstract one
   queued           answers how many bytes can be received
   size ROWS COLS   sends a size on the channel; answers "refused" if that fails
   message COUNT    sends COUNT bytes 0xff there; line TEXT: the text and a newline; likewise
   await ROWS COLS  receives sizes on the channel until that one; answers how many it received
   unread           answers how many bytes can be read from the descriptor that was passed last; if it
                    is a socket, from its other end
   fill             sends messages on the channel until it is full; answers how many
   flood            starts a process that sends sizes, good and bad, until the channel is closed
   shut, deafen     shuts the channel down for sending, or for receiving
   close            closes the channel
   closed           waits until the peer has closed its end of the channel
   finish           shuts the connection down for sending
   leave            closes the connection */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

enum { MAX_DESCRIPTORS = 253, TIMEOUT_MILLIS = 30000 }; /* SCM_MAX_FD */

static int connection, other = -1, channel = -1, kept = -1, receivedCount;
static int passed[MAX_DESCRIPTORS], count, withCredentials;
static char control[CMSG_SPACE(MAX_DESCRIPTORS * sizeof(int))];

static int must(int result, const char *what) {
    if (result < 0) {
        perror(what);
        exit(1);
    }
    return result;
}

static socklen_t address(struct sockaddr_un *to, const char *name) {
    *to = (struct sockaddr_un){.sun_family = AF_UNIX};
    size_t length = strlen(name);
    memcpy(to->sun_path, name, length);
    if (*name == '@') *to->sun_path = 0;
    return offsetof(struct sockaddr_un, sun_path) + length;
}

static int tcp(int *peer) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof to;
    int listener = must(socket(AF_INET, SOCK_STREAM, 0), "socket");
    must(bind(listener, (struct sockaddr *)&to, sizeof to), "bind");
    must(listen(listener, 1), "listen");
    must(getsockname(listener, (struct sockaddr *)&to, &length), "getsockname");
    *peer = must(socket(AF_INET, SOCK_STREAM, 0), "socket");
    must(connect(*peer, (struct sockaddr *)&to, sizeof to), "connect");
    int fd = must(accept(listener, 0, 0), "accept");
    close(listener);
    return fd;
}

static int terminal(int *master) {
    *master = must(posix_openpt(O_RDWR | O_NOCTTY), "openpt");
    unlockpt(*master);
    return must(open(ptsname(*master), O_RDWR | O_NOCTTY), "open");
}

static int ready(void) {
    int ends[2], epoll = must(epoll_create1(0), "epoll");
    must(pipe(ends), "pipe");
    must(write(ends[1], "x", 1), "write");
    must(epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &(struct epoll_event){.events = EPOLLIN}), "add");
    return epoll;
}

static int listening(void) {
    int fd = must(socket(AF_UNIX, SOCK_SEQPACKET, 0), "socket");
    must(bind(fd, &(struct sockaddr){.sa_family = AF_UNIX}, sizeof(sa_family_t)), "bind");
    must(listen(fd, 1), "listen");
    struct sockaddr_un own;
    socklen_t length = sizeof own;
    getsockname(fd, (struct sockaddr *)&own, &length);
    other = must(socket(AF_UNIX, SOCK_SEQPACKET, 0), "socket");
    must(connect(other, (struct sockaddr *)&own, length), "connect");
    return fd;
}

static int make(const char *kind) {
    int ends[2] = {-1, -1};
    if (!strcmp(kind, "connection")) return must(dup(connection), "dup");
    if (!strcmp(kind, "zero")) return must(open("/dev/zero", O_RDWR), "open");
    if (!strcmp(kind, "directory")) return must(open(".", O_RDONLY), "open");
    if (!strcmp(kind, "file")) return must(open("file", O_RDWR), "open");
    if (!strcmp(kind, "epoll")) return ready();
    if (!strcmp(kind, "listening")) return listening();
    if (!strcmp(kind, "tcp")) return tcp(&other);
    if (!strcmp(kind, "unconnected")) return must(socket(AF_INET, SOCK_STREAM, 0), "socket");
    if (!strcmp(kind, "unpaired")) return must(socket(AF_UNIX, SOCK_SEQPACKET, 0), "socket");
    if (!strcmp(kind, "terminal")) return terminal(&other);
    if (!strcmp(kind, "pipe")) must(pipe(ends), "pipe");
    if (!strcmp(kind, "stream")) must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "pair");
    if (!strcmp(kind, "dgram")) must(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), "pair");
    if (!strcmp(kind, "seqpacket")) must(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), "pair");
    if (!strcmp(kind, "write-end")) must(pipe(ends), "pipe"), other = ends[0], ends[0] = ends[1];
    else other = ends[1];
    return must(ends[0], kind);
}

static int isSocket(int fd) {
    struct stat status;
    return !fstat(fd, &status) && S_ISSOCK(status.st_mode);
}

static void pass(char *kinds) {
    for (char *kind = strtok(kinds, " "); kind; kind = strtok(0, " ")) passed[count++] = make(kind);
    close(kept);
    /* A copy of a socket would hide that the peer has closed its own. */
    kept = isSocket(passed[count - 1]) ? -1 : dup(passed[count - 1]);
}

static void rights(struct msghdr *message) {
    struct ucred own = {.pid = getpid(), .uid = getuid(), .gid = getgid()};
    size_t size = withCredentials ? sizeof own : count * sizeof(int);
    if (!size) return;
    message->msg_control = control;
    message->msg_controllen = CMSG_SPACE(size);
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = withCredentials ? SCM_CREDENTIALS : SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(header), withCredentials ? (void *)&own : (void *)passed, size);
}

static ssize_t sendFirst(int fd, void *bytes, size_t length) {
    struct iovec part = {.iov_base = bytes, .iov_len = length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    rights(&message);
    ssize_t sent = sendmsg(fd, &message, 0);
    /* From Linux 6.16 on iosock refuses descriptors. */
    if (sent < 0 && errno == EPERM) sent = send(fd, bytes, length, 0);
    while (count) close(passed[--count]);
    withCredentials = 0;
    return sent;
}

static void sendAll(char *bytes, size_t length) {
    ssize_t sent = must(sendFirst(connection, bytes, length), "sendmsg");
    for (size_t done = sent; done < length; done += sent)
        sent = must(write(connection, bytes + done, length - done), "write");
}

static void take(struct msghdr *message) {
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    if (!header || header->cmsg_type != SCM_RIGHTS) return;
    memcpy(&channel, CMSG_DATA(header), sizeof channel);
    receivedCount += (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
}

static ssize_t receiveSome(char *bytes, size_t length) {
    struct iovec part = {.iov_base = bytes, .iov_len = length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control,
                             .msg_controllen = sizeof control};
    ssize_t got = must(recvmsg(connection, &message, 0), "recvmsg");
    take(&message);
    return got;
}

static size_t receiveAll(char *bytes, size_t length) {
    size_t done = 0;
    for (ssize_t got = 1; done < length && got > 0; done += got)
        got = receiveSome(bytes + done, length - done);
    return done;
}

static void pattern(size_t length, int expected) {
    char *bytes = malloc(length), *received = malloc(length);
    for (size_t i = 0; i < length; i++) bytes[i] = i * 7 + (i >> 8);
    if (!expected) {
        sendAll(bytes, length);
        puts("sent");
    } else {
        size_t got = receiveAll(received, length);
        puts(got == length && !memcmp(bytes, received, length) ? "same" : "different");
    }
    free(bytes);
    free(received);
}

static void echo(char *text) {
    size_t length = strlen(text);
    sendAll(text, length);
    printf("%.*s\n", (int)receiveAll(text, length), text);
}

static void receive(void) {
    char bytes[4096];
    int got = receiveSome(bytes, sizeof bytes);
    printf("%.*s\n", got, bytes);
}

static const char *kind(int fd) {
    int type = 0;
    socklen_t length = sizeof type;
    if (isatty(fd)) return "terminal";
    if (!isSocket(fd)) return "file";
    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length);
    return type == SOCK_SEQPACKET ? "seqpacket" : "socket";
}

static void received(void) {
    printf("%d%s%s\n", receivedCount, receivedCount ? " " : "", receivedCount ? kind(channel) : "");
}

static void peer(void) {
    struct sockaddr_un name = {0};
    socklen_t length = sizeof name;
    must(getpeername(connection, (struct sockaddr *)&name, &length), "getpeername");
    int size = length - offsetof(struct sockaddr_un, sun_path);
    if (size > 0 && !*name.sun_path) *name.sun_path = '@';
    printf("%.*s\n", size, name.sun_path);
}

static int side(void) {
    return channel < 0 ? other : channel;
}

static int sendSize(int rows, int columns) {
    struct winsize size = {.ws_row = rows, .ws_col = columns};
    return isSocket(side()) ? sendFirst(side(), &size, sizeof size)
                            : write(side(), &size, sizeof size);
}

static void awaitSize(int rows, int columns) {
    struct winsize size = {0};
    int sizes = 0;
    while (size.ws_row != rows || size.ws_col != columns) {
        if (recv(side(), &size, sizeof size, MSG_TRUNC) != sizeof size) {
            puts("no size");
            return;
        }
        sizes++;
    }
    printf("%d\n", sizes);
}

static int sendMessage(int length, int flags) {
    char *bytes = malloc(length + 1);
    memset(bytes, 0xff, length);
    int sent = isSocket(side()) ? send(side(), bytes, length, flags) : write(side(), bytes, length);
    free(bytes);
    return sent;
}

static void fill(void) {
    int taken = 0;
    while (sendMessage(8, MSG_DONTWAIT) == 8) taken++;
    printf("%d\n", taken);
}

static int unread(void) {
    int bytes = -1;
    ioctl(kept < 0 ? other : kept, FIONREAD, &bytes);
    return bytes;
}

static void awaitClosed(void) {
    struct pollfd end = {.fd = side(), .events = POLLRDHUP};
    puts(must(poll(&end, 1, TIMEOUT_MILLIS), "poll") ? "done" : "open");
}

static void flood(void) {
    fflush(stdout);
    if (must(fork(), "fork")) return;
    close(connection);
    close(0);
    close(1);
    for (int i = 0, sent = 0; sent >= 0; i = (i + 1) % 1200)
        sent = i % 3 ? sendSize(20 + i % 50, 60 + i % 100) : sendMessage(1 + i % 16, 0);
    _exit(0);
}

static void answer(char *line) {
    int a = 0, b = 0;
    char *text = strchr(line, ' ');
    text = text ? text + 1 : line + strlen(line);
    sscanf(text, "%d %d", &a, &b);
    char verb[16] = "";
    sscanf(line, "%15s", verb);
    if (!strcmp(verb, "bytes")) pattern(a, 0);
    else if (!strcmp(verb, "echoed")) pattern(a, 1);
    else if (!strcmp(verb, "echo")) echo(text);
    else if (!strcmp(verb, "receive")) receive();
    else if (!strcmp(verb, "received")) received();
    else if (!strcmp(verb, "peer")) peer();
    else if (!strcmp(verb, "closed")) awaitClosed();
    else if (!strcmp(verb, "await")) awaitSize(a, b);
    else if (!strcmp(verb, "fill")) fill();
    else if (!strcmp(verb, "unread")) printf("%d\n", unread());
    else if (!strcmp(verb, "queued")) ioctl(connection, FIONREAD, &a), printf("%d\n", a);
    else if (!strcmp(verb, "size")) puts(sendSize(a, b) < 0 ? "refused" : "done");
    else if (!strcmp(verb, "message")) puts(sendMessage(a, 0) < 0 ? "refused" : "done");
    else if (!strcmp(verb, "line")) puts(dprintf(side(), "%s\n", text) < 0 ? "refused" : "done");
    else {
        if (!strcmp(verb, "pass")) pass(text);
        else if (!strcmp(verb, "credentials")) withCredentials = 1;
        else if (!strcmp(verb, "send")) sendAll(text, strlen(text));
        else if (!strcmp(verb, "flood")) flood();
        else if (!strcmp(verb, "shut")) shutdown(side(), SHUT_WR);
        else if (!strcmp(verb, "deafen")) shutdown(side(), SHUT_RD);
        else if (!strcmp(verb, "close")) close(side());
        else if (!strcmp(verb, "finish")) shutdown(connection, SHUT_WR);
        else if (!strcmp(verb, "leave")) close(connection), connection = -1;
        else errno = EINVAL, must(-1, line);
        puts("done");
    }
}

int main(int argc, char **argv) {
    struct sockaddr_un to, own;
    socklen_t length = address(&to, argv[2]);
    char line[4096];
    signal(SIGPIPE, SIG_IGN);
    setlinebuf(stdout);
    int fd = must(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
    if (!strcmp(argv[1], "listen")) {
        must(bind(fd, (struct sockaddr *)&to, length), "bind");
        must(listen(fd, 1), "listen");
        puts("listening");
        connection = must(accept(fd, 0, 0), "accept");
        close(fd);
    } else {
        if (*argv[3]) must(bind(fd, (struct sockaddr *)&own, address(&own, argv[3])), "bind");
        must(connect(fd, (struct sockaddr *)&to, length), argv[2]);
        connection = fd;
        puts("connected");
    }
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        answer(line);
    }
    return 0;
}
