/* A disk between the program and the real one, for LD_PRELOAD: it records what is written to one folder, so that a test
   can cut the power at any moment, and it fails when it is told to.

   DISK_FOLDER  the folder whose files it watches (those right in it)
   DISK_LOG     where it records: for each call one head (struct head), and the bytes written
   DISK_FULL    while this file exists, nothing grows: ENOSPC
   DISK_BROKEN  while this file exists, nothing can be read, written or synced: EIO
   DISK_FAIL    "CALL N ERRNO COUNT": the Nth CALL (read, write, sync, truncate, open, rename, unlink) fails, and the COUNT - 1 after it */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WRITE = 1, SYNC = 2, TRUNCATE = 3, UNLINK = 4, FILES = 4096, NAME = 64 };
struct head { uint32_t what, length; int64_t offset; char name[NAME]; };

static char names[FILES][NAME];
static int log_fd = -1, fail_at, fail_with, fail_count, seen;
static char folder[4096], fail_call[16];
static const char *full, *broken;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int (*real_open)(const char *, int, ...);
static ssize_t (*real_write)(int, const void *, size_t), (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_sync)(int), (*real_datasync)(int), (*real_truncate)(int, off_t), (*real_close)(int);
static int (*real_rename)(const char *, const char *), (*real_unlink)(const char *);
static ssize_t (*real_read)(int, void *, size_t), (*real_pread)(int, void *, size_t, off_t);

__attribute__((constructor)) static void begin(void) {
    real_open = dlsym(RTLD_NEXT, "open");
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite");
    real_sync = dlsym(RTLD_NEXT, "fsync");
    real_datasync = dlsym(RTLD_NEXT, "fdatasync");
    real_truncate = dlsym(RTLD_NEXT, "ftruncate");
    real_close = dlsym(RTLD_NEXT, "close");
    real_rename = dlsym(RTLD_NEXT, "rename");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    real_read = dlsym(RTLD_NEXT, "read");
    real_pread = dlsym(RTLD_NEXT, "pread");
    const char *given = getenv("DISK_FOLDER"), *log = getenv("DISK_LOG"), *fail = getenv("DISK_FAIL");
    full = getenv("DISK_FULL");
    broken = getenv("DISK_BROKEN");
    if (given) snprintf(folder, sizeof folder, "%s/", given);
    if (log) log_fd = real_open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fail) sscanf(fail, "%15s %d %d %d", fail_call, &fail_at, &fail_with, &fail_count);
}

/* The file's name, if it lies right in the folder. */
static const char *watched(const char *path) {
    static __thread char whole[8192];
    size_t length = strlen(folder);
    if (length && path[0] != '/' && getcwd(whole, 4096)) {
        snprintf(whole + strlen(whole), 4096, "/%s", path);
        path = whole;
    }
    if (!length || strncmp(path, folder, length) || strchr(path + length, '/')) return NULL;
    return path + length;
}

static const char *name_of(int fd) {
    return fd >= 0 && fd < FILES && names[fd][0] ? names[fd] : NULL;
}

static void record(uint32_t what, const char *name, int64_t offset, const void *bytes, uint32_t length) {
    if (log_fd < 0) return;
    struct head head = {what, length, offset, {0}};
    snprintf(head.name, NAME, "%s", name);
    pthread_mutex_lock(&lock);
    ssize_t kept = real_write(log_fd, &head, sizeof head);
    if (kept == sizeof head && length) kept = real_write(log_fd, bytes, length);
    pthread_mutex_unlock(&lock);
    if (kept < 0) abort();
}

static int is_full(void) {
    return full && !access(full, F_OK);
}

/* Whether this call is to fail. */
static int fails(const char *call) {
    if (broken && !access(broken, F_OK) && strcmp(call, "open") && strcmp(call, "rename")) {
        errno = EIO;
        return 1;
    }
    if (strcmp(call, fail_call)) return 0;
    int number = __atomic_add_fetch(&seen, 1, __ATOMIC_SEQ_CST);
    if (number < fail_at || number >= fail_at + fail_count) return 0;
    errno = fail_with;
    return 1;
}

static int grows(int fd, off_t end) {
    struct stat file;
    return !fstat(fd, &file) && end > file.st_size;
}

static int open_any(const char *path, int flags, mode_t mode) {
    const char *name = watched(path);
    if (name && fails("open")) return -1;
    int fd = real_open(path, flags, mode);
    if (fd >= 0 && fd < FILES) snprintf(names[fd], NAME, "%s", name ? name : "");
    return fd;
}

int open(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = va_arg(more, mode_t);
    va_end(more);
    return open_any(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = va_arg(more, mode_t);
    va_end(more);
    return open_any(path, flags, mode);
}

int close(int fd) {
    if (fd >= 0 && fd < FILES) names[fd][0] = 0;
    return real_close(fd);
}

static ssize_t put(int fd, const void *bytes, size_t length, off_t offset, int at) {
    const char *name = name_of(fd);
    if (name && fails("write")) return -1;
    if (name && is_full() && grows(fd, offset + length)) {
        errno = ENOSPC;
        return -1;
    }
    ssize_t done = at ? real_pwrite(fd, bytes, length, offset) : real_write(fd, bytes, length);
    if (name && done > 0) record(WRITE, name, offset, bytes, done);
    return done;
}

ssize_t write(int fd, const void *bytes, size_t length) {
    return put(fd, bytes, length, name_of(fd) ? lseek(fd, 0, SEEK_CUR) : 0, 0);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
    return put(fd, bytes, length, offset, 1);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t offset) {
    return put(fd, bytes, length, offset, 1);
}

ssize_t read(int fd, void *bytes, size_t length) {
    return name_of(fd) && fails("read") ? -1 : real_read(fd, bytes, length);
}

ssize_t pread(int fd, void *bytes, size_t length, off_t offset) {
    return name_of(fd) && fails("read") ? -1 : real_pread(fd, bytes, length, offset);
}

ssize_t pread64(int fd, void *bytes, size_t length, off_t offset) {
    return pread(fd, bytes, length, offset);
}

static int sync_any(int fd, int (*real)(int)) {
    const char *name = name_of(fd);
    if (name && fails("sync")) return -1;
    int done = real(fd);
    if (name && !done) record(SYNC, name, 0, NULL, 0);
    return done;
}

int fsync(int fd) {
    return sync_any(fd, real_sync);
}

int fdatasync(int fd) {
    return sync_any(fd, real_datasync);
}

static int truncate_any(int fd, off_t length) {
    const char *name = name_of(fd);
    if (name && fails("truncate")) return -1;
    int done = real_truncate(fd, length);
    if (name && !done) record(TRUNCATE, name, length, NULL, 0);
    return done;
}

int ftruncate(int fd, off_t length) {
    return truncate_any(fd, length);
}

int ftruncate64(int fd, off_t length) {
    return truncate_any(fd, length);
}

int rename(const char *from, const char *to) {
    if ((watched(from) || watched(to)) && fails("rename")) return -1;
    return real_rename(from, to);
}

int unlink(const char *path) {
    const char *name = watched(path);
    if (name && fails("unlink")) return -1;
    int done = real_unlink(path);
    if (name && !done) record(UNLINK, name, 0, NULL, 0);
    return done;
}
