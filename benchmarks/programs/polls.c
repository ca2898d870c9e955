/* Calls poll(2) in a loop in C, to compare with calls from Java. */

#include <poll.h>

long polls(struct pollfd *fds, long n, long count) {
  long ready = 0;
  for (long i = 0; i < count; i++)
    ready += poll(fds, n, 0);
  return ready;
}
