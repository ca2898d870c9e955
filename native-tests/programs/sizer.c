/* sizer connect SOCKET NAME: a client, whose own socket has NAME: "" none, "@..." an abstract one
   sizer listen SOCKET: a server of one client
   It says or hears the size of a terminal on the side, well or badly. It is told what to do by the
   lines that it reads, and answers each with one:
   pass KIND...     makes descriptors that go beside what is sent next; the last one's other end is
                    the side channel
   credentials      go beside what is sent next
   send TEXT        bytes COUNT: sends so many
   echo TEXT        sends it, and waits until as many bytes have come; says them
   echoed COUNT     waits for the bytes of "bytes", and says whether they are those
   receive          says what has come, and the kind of descriptor beside it, which is the side
                    channel then
   size ROWS COLS   on the side channel, which may refuse it
   message COUNT    so many bytes 0xff; line TEXT: that and a newline; likewise
   await ROWS COLS  reads sizes on the side channel until that one comes; says how many came
   unread           how many bytes wait to be read in the descriptor that was passed last
   queued           how many wait in the connection
   fill             sends on the side channel until it takes no more; says how much it took
   flood            starts a process that sends sizes, good and bad, for as long as there is anybody
   shut             does not send on the side channel any more; deafen: does not read there any more
   close            closes the side channel */
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

enum { MOST = 253 };

static int connection, side = -1, kept = -1, passed[MOST], count, withCredentials;
static char control[CMSG_SPACE(MOST * sizeof(int))];

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

static int tcp(int *other) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof to;
    int listener = must(socket(AF_INET, SOCK_STREAM, 0), "socket");
    must(bind(listener, (struct sockaddr *)&to, sizeof to), "bind");
    must(listen(listener, 1), "listen");
    must(getsockname(listener, (struct sockaddr *)&to, &length), "getsockname");
    *other = must(socket(AF_INET, SOCK_STREAM, 0), "socket");
    must(connect(*other, (struct sockaddr *)&to, sizeof to), "connect");
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
    side = must(socket(AF_UNIX, SOCK_SEQPACKET, 0), "socket");
    must(connect(side, (struct sockaddr *)&own, length), "connect");
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
    if (!strcmp(kind, "tcp")) return ends[0] = tcp(&side);
    if (!strcmp(kind, "unconnected")) return must(socket(AF_INET, SOCK_STREAM, 0), "socket");
    if (!strcmp(kind, "terminal")) return terminal(&side);
    if (!strcmp(kind, "pipe")) must(pipe(ends), "pipe");
    if (!strcmp(kind, "stream")) must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "pair");
    if (!strcmp(kind, "dgram")) must(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), "pair");
    if (!strcmp(kind, "seqpacket")) must(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), "pair");
    side = ends[1];
    return must(ends[0], kind);
}

static void pass(char *kinds) {
    for (char *kind = strtok(kinds, " "); kind; kind = strtok(0, " ")) passed[count++] = make(kind);
    close(kept);
    kept = dup(passed[count - 1]);
    // A socket kept open here would never show the end, or count as a reader.
    struct stat status;
    if (!fstat(kept, &status) && S_ISSOCK(status.st_mode)) close(kept), kept = -1;
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

static void sendAll(char *bytes, size_t length) {
    struct iovec part = {.iov_base = bytes, .iov_len = length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    rights(&message);
    ssize_t sent = must(sendmsg(connection, &message, 0), "sendmsg");
    while (count) close(passed[--count]);
    withCredentials = 0;
    for (size_t done = sent; done < length; done += sent)
        sent = must(write(connection, bytes + done, length - done), "write");
}

static void sendPattern(size_t length, int expected) {
    char *bytes = malloc(length), *received = malloc(length);
    for (size_t i = 0; i < length; i++) bytes[i] = i * 7 + (i >> 8);
    if (!expected) {
        sendAll(bytes, length);
        puts("sent");
    } else {
        ssize_t got = recv(connection, received, length, MSG_WAITALL);
        puts(got == length && !memcmp(bytes, received, length) ? "same" : "others");
    }
    free(bytes);
    free(received);
}

static void echo(char *text) {
    size_t length = strlen(text);
    sendAll(text, length);
    ssize_t got = recv(connection, text, length, MSG_WAITALL);
    printf("%.*s\n", (int)(got < 0 ? 0 : got), text);
}

static const char *kind(int fd) {
    struct stat status;
    int type = 0;
    socklen_t length = sizeof type;
    if (fstat(fd, &status)) return "nothing";
    if (isatty(fd)) return "terminal";
    if (!S_ISSOCK(status.st_mode)) return "file";
    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length);
    return type == SOCK_SEQPACKET ? "seqpacket" : "socket";
}

static void receive(void) {
    char bytes[4096];
    struct iovec part = {.iov_base = bytes, .iov_len = sizeof bytes};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control,
                             .msg_controllen = sizeof control};
    int got = must(recvmsg(connection, &message, 0), "recvmsg");
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    printf("%.*s", got, bytes);
    if (header && header->cmsg_type == SCM_RIGHTS) {
        memcpy(&side, CMSG_DATA(header), sizeof side);
        int received = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        printf(" and %d %s", received, kind(side));
    }
    puts("");
}

static int sendSize(int rows, int columns) {
    struct winsize size = {.ws_row = rows, .ws_col = columns};
    return write(side, &size, sizeof size);
}

static void awaitSize(int rows, int columns) {
    struct winsize size = {0};
    int sizes = 0;
    while (size.ws_row != rows || size.ws_col != columns) {
        if (recv(side, &size, sizeof size, MSG_TRUNC) != sizeof size) {
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
    int sent = send(side, bytes, length, flags);
    free(bytes);
    return sent;
}

static void fill(void) {
    int taken = 0;
    while (sendMessage(8, MSG_DONTWAIT) == 8) taken++;
    printf("%d\n", taken);
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
    if (!strcmp(verb, "bytes")) sendPattern(a, 0);
    else if (!strcmp(verb, "echoed")) sendPattern(a, 1);
    else if (!strcmp(verb, "echo")) echo(text);
    else if (!strcmp(verb, "receive")) receive();
    else if (!strcmp(verb, "await")) awaitSize(a, b);
    else if (!strcmp(verb, "fill")) fill();
    else if (!strcmp(verb, "unread")) ioctl(kept, FIONREAD, &a), printf("%d\n", a);
    else if (!strcmp(verb, "queued")) ioctl(connection, FIONREAD, &a), printf("%d\n", a);
    else if (!strcmp(verb, "size")) puts(sendSize(a, b) < 0 ? "refused" : "done");
    else if (!strcmp(verb, "message")) puts(sendMessage(a, 0) < 0 ? "refused" : "done");
    else if (!strcmp(verb, "line")) puts(dprintf(side, "%s\n", text) < 0 ? "refused" : "done");
    else {
        if (!strcmp(verb, "pass")) pass(text);
        else if (!strcmp(verb, "credentials")) withCredentials = 1;
        else if (!strcmp(verb, "send")) sendAll(text, strlen(text));
        else if (!strcmp(verb, "flood")) flood();
        else if (!strcmp(verb, "shut")) shutdown(side, SHUT_WR);
        else if (!strcmp(verb, "deafen")) shutdown(side, SHUT_RD);
        else if (!strcmp(verb, "close")) close(side), side = -1;
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
