/* A clock between the program and the real one, for LD_PRELOAD: it cannot tell the date once, when it is told to.

   CLOCK_BREAKS  once this file exists, the next question for the date is not answered; all that follow are */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int (*real)(clockid_t, struct timespec *);
static const char *breaks;
static int broken;

__attribute__((constructor)) static void begin(void) {
    real = dlsym(RTLD_NEXT, "clock_gettime");
    breaks = getenv("CLOCK_BREAKS");
}

int clock_gettime(clockid_t clock, struct timespec *at) {
    if (clock == CLOCK_REALTIME && breaks && !access(breaks, F_OK) && !__atomic_exchange_n(&broken, 1, __ATOMIC_SEQ_CST)) {
        errno = EINVAL;
        return -1;
    }
    return real(clock, at);
}
