/*
 * Lets chosen calls of a process fail that touch the files below one folder. Loaded before libc
 * (LD_PRELOAD), it counts those calls and refuses some with a real errno; all others, pipes above
 * all, reach the system untouched. Each counted call is written to a file as `NUMBER NAME`.
 *
 * FAULT_FOLDER: files below it count. FAULT_FIRST, FAULT_COUNT: which calls fail. FAULT_ERRNO: how.
 * FAULT_SHORT: a failing write leaves half of its bytes in the file first, as a full disk may.
 * FAULT_CALLS: where the counted calls are written.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST_FILES 4096

static char folder[PATH_MAX];
static size_t folder_length;
static long first, count;
static int error, is_short, calls_file = -1;
static atomic_long calls;
static atomic_char below[MOST_FILES];

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static long number(const char *name) {
  const char *text = getenv(name);
  return text ? atol(text) : 0;
}

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("FAULT_FOLDER"), *file = getenv("FAULT_CALLS");
  if (!path || !file || !realpath(path, folder)) abort();
  folder_length = strlen(folder);
  first = number("FAULT_FIRST");
  count = number("FAULT_COUNT");
  error = (int)number("FAULT_ERRNO");
  is_short = (int)number("FAULT_SHORT");
  calls_file = REAL(open)(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  /* Only this process: what it starts is no part of it, and must not see us in its environment. */
  const char *ours[] = {"LD_PRELOAD", "FAULT_FOLDER", "FAULT_FIRST", "FAULT_COUNT", "FAULT_ERRNO", "FAULT_SHORT", "FAULT_CALLS"};
  for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) unsetenv(ours[i]);
}

static int is_path(const char *path) {
  return path && !strncmp(path, folder, folder_length) && path[folder_length] == '/';
}

static int is_file(int fd) { return fd >= 0 && fd < MOST_FILES && below[fd]; }

/* Counts a call; whether it fails. */
static int fails(const char *name) {
  long n = ++calls;
  char line[64];
  int length = snprintf(line, sizeof line, "%ld %s\n", n, name);
  if (REAL(write)(calls_file, line, (size_t)length) < 0) abort();
  if (n < first || n >= first + count) return 0;
  errno = error;
  return 1;
}

#define ON_PATH(type, name, parameters, arguments, failed) \
  type name parameters { return is_path(path) && fails(#name) ? failed : REAL(name) arguments; }
#define ON_FILE(type, name, parameters, arguments) \
  type name parameters { return is_file(fd) && fails(#name) ? -1 : REAL(name) arguments; }

#define OPENER(name)                                          \
  int name(const char *path, int flags, ...) {                \
    va_list rest;                                             \
    va_start(rest, flags);                                    \
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0; \
    va_end(rest);                                             \
    if (is_path(path) && fails(#name)) return -1;             \
    int fd = REAL(name)(path, flags, mode);                   \
    if (fd >= 0 && fd < MOST_FILES) below[fd] = is_path(path); \
    return fd;                                                \
  }
OPENER(open)
OPENER(open64)

ssize_t write(int fd, const void *bytes, size_t length) {
  if (!is_file(fd) || !fails("write")) return REAL(write)(fd, bytes, length);
  if (is_short && length > 1 && REAL(write)(fd, bytes, length / 2) < 0) abort();
  errno = error;
  return -1;
}

ON_FILE(ssize_t, pwrite64, (int fd, const void *bytes, size_t length, off64_t at), (fd, bytes, length, at))
ON_FILE(ssize_t, writev, (int fd, const struct iovec *parts, int n), (fd, parts, n))
ON_FILE(ssize_t, pwritev64, (int fd, const struct iovec *parts, int n, off64_t at), (fd, parts, n, at))
ON_FILE(ssize_t, read, (int fd, void *bytes, size_t length), (fd, bytes, length))
ON_FILE(ssize_t, pread64, (int fd, void *bytes, size_t length, off64_t at), (fd, bytes, length, at))
ON_FILE(int, ftruncate64, (int fd, off64_t length), (fd, length))
ON_FILE(int, fsync, (int fd), (fd))
ON_FILE(int, fdatasync, (int fd), (fd))
ON_FILE(int, fchmod, (int fd, mode_t mode), (fd, mode))
ON_FILE(int, fstatfs64, (int fd, struct statfs64 *to), (fd, to))
ON_FILE(int, fstat64, (int fd, struct stat64 *to), (fd, to))
ON_PATH(int, stat64, (const char *path, struct stat64 *to), (path, to), -1)
ON_PATH(int, lstat64, (const char *path, struct stat64 *to), (path, to), -1)
ON_PATH(int, statfs64, (const char *path, struct statfs64 *to), (path, to), -1)
ON_PATH(int, access, (const char *path, int mode), (path, mode), -1)
ON_PATH(int, chmod, (const char *path, mode_t mode), (path, mode), -1)
ON_PATH(int, mkdir, (const char *path, mode_t mode), (path, mode), -1)
ON_PATH(int, rmdir, (const char *path), (path), -1)
ON_PATH(int, unlink, (const char *path), (path), -1)
ON_PATH(int, rename, (const char *path, const char *to), (path, to), -1)
ON_PATH(int, link, (const char *path, const char *to), (path, to), -1)
ON_PATH(DIR *, opendir, (const char *path), (path), NULL)
ON_PATH(int, scandir64, (const char *path, struct dirent64 ***to, int (*only)(const struct dirent64 *), int (*order)(const struct dirent64 **, const struct dirent64 **)), (path, to, only, order), -1)

/* Older programs of glibc ask for the status of a file through these. */
int __fxstat64(int, int, struct stat64 *);
int __xstat64(int, const char *, struct stat64 *);
int __lxstat64(int, const char *, struct stat64 *);
ON_FILE(int, __fxstat64, (int version, int fd, struct stat64 *to), (version, fd, to))
ON_PATH(int, __xstat64, (int version, const char *path, struct stat64 *to), (version, path, to), -1)
ON_PATH(int, __lxstat64, (int version, const char *path, struct stat64 *to), (version, path, to), -1)

static int is_status_of_ours(int fd, const char *path) {
  return is_path(path) || (path && !*path && is_file(fd));
}

int statx(int fd, const char *path, int flags, unsigned mask, struct statx *to) {
  if (is_status_of_ours(fd, path) && fails("statx")) return -1;
  return REAL(statx)(fd, path, flags, mask, to);
}

/* As on Linux, the descriptor is gone although closing it failed. */
int close(int fd) {
  int failed = is_file(fd) && fails("close");
  if (fd >= 0 && fd < MOST_FILES) below[fd] = 0;
  if (REAL(close)(fd)) return -1;
  if (failed) errno = error;
  return failed ? -1 : 0;
}

/* libuv closes files, and asks for their status, by the number of the call. */
long syscall(long call, ...) {
  va_list rest;
  va_start(rest, call);
  long a[6];
  for (int i = 0; i < 6; i++) a[i] = va_arg(rest, long);
  va_end(rest);
  if (call == SYS_close) return close((int)a[0]);
  if (call == SYS_statx && is_status_of_ours((int)a[0], (const char *)a[1]) && fails("statx")) return -1;
  return REAL(syscall)(call, a[0], a[1], a[2], a[3], a[4], a[5]);
}
