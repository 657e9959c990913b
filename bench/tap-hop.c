/* The floor of F2: a process between two pipes that only copies bytes. */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static char buffer[1 << 16];

static int copy(int from, int to) {
  ssize_t got = read(from, buffer, sizeof buffer);
  if (got <= 0) return 0;
  for (ssize_t sent = 0; sent < got;) {
    ssize_t n = write(to, buffer + sent, (size_t)(got - sent));
    if (n < 0 && errno != EINTR) return 0;
    if (n > 0) sent += n;
  }
  return 1;
}

int main(int argc, char **argv) {
  int in[2], out[2];
  if (argc < 2 || socketpair(AF_UNIX, SOCK_STREAM, 0, in) || socketpair(AF_UNIX, SOCK_STREAM, 0, out)) return 2;
  if (fork() == 0) {
    dup2(in[1], 0);
    dup2(out[1], 1);
    close(in[0]), close(in[1]), close(out[0]), close(out[1]);
    execvp(argv[1], argv + 1);
    _exit(127);
  }
  close(in[1]), close(out[1]);
  struct pollfd fds[2] = {{.fd = 0, .events = POLLIN}, {.fd = out[0], .events = POLLIN}};
  while (fds[1].fd >= 0 && poll(fds, 2, -1) > 0) {
    if (fds[0].revents && !copy(0, in[0])) fds[0].fd = -1, shutdown(in[0], SHUT_WR);
    if (fds[1].revents && !copy(out[0], 1)) fds[1].fd = -1;
  }
  int status = 0;
  wait(&status);
  return WEXITSTATUS(status);
}
