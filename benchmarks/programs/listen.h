#include <err.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static int listen_on(const char *path) {
  struct sockaddr_un name = {.sun_family = AF_UNIX};
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (strlen(path) >= sizeof name.sun_path)
    errx(1, "%s: too long", path);
  strcpy(name.sun_path, path);
  if (listener < 0 || bind(listener, (struct sockaddr *)&name, sizeof name) < 0 || listen(listener, 16) < 0)
    err(1, "%s", path);
  return listener;
}
