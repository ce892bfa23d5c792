/* Preloaded into a gateway: names resolve as a file says, and every connection over IP is written down.
 *   PROOF_NAMES     lines "NAME ADDRESS ADDRESS …": the n-th lookup of NAME gives the n-th address, later ones the last;
 *                   "NAME silent": its name server does not answer, and the lookup fails after 20 seconds
 *   PROOF_CONNECTS  gets a line "ADDRESS PORT" for each connect() */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct { char name[128]; int lookups; } seen[64];

/* The address for this lookup of the name; 0 when the file does not have it. */
static int address_of(const char *name, char *to, size_t size) {
    const char *file = getenv("PROOF_NAMES");
    FILE *names = file ? fopen(file, "re") : NULL;
    if (names == NULL) return 0;
    char line[1024];
    int found = 0;
    while (!found && fgets(line, sizeof line, names)) {
        char *rest, *word = strtok_r(line, " \n", &rest);
        if (word == NULL || strcasecmp(word, name) != 0) continue;
        pthread_mutex_lock(&lock);
        int place = 0;
        while (place < 63 && seen[place].name[0] && strcasecmp(seen[place].name, name) != 0) place++;
        snprintf(seen[place].name, sizeof seen[place].name, "%s", name);
        int lookup = seen[place].lookups++;
        pthread_mutex_unlock(&lock);
        for (int i = 0; (word = strtok_r(NULL, " \n", &rest)) != NULL && i <= lookup; i++) snprintf(to, size, "%s", word), found = 1;
    }
    fclose(names);
    return found;
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **result) {
    static int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    if (real == NULL) real = (int (*)(const char *, const char *, const struct addrinfo *, struct addrinfo **))dlsym(RTLD_NEXT, "getaddrinfo");
    char address[128];
    if (name == NULL || !address_of(name, address, sizeof address)) return real(name, service, hints, result);
    if (strcmp(address, "silent") != 0) return real(address, service, hints, result);
    sleep(20);
    return EAI_AGAIN;
}

int connect(int fd, const struct sockaddr *to, socklen_t length) {
    static int (*real)(int, const struct sockaddr *, socklen_t);
    if (real == NULL) real = (int (*)(int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "connect");
    const char *file = getenv("PROOF_CONNECTS");
    if (file && (to->sa_family == AF_INET || to->sa_family == AF_INET6)) {
        char address[64] = "", line[128];
        const void *ip = to->sa_family == AF_INET ? (const void *)&((const struct sockaddr_in *)to)->sin_addr
                                                  : (const void *)&((const struct sockaddr_in6 *)to)->sin6_addr;
        inet_ntop(to->sa_family, ip, address, sizeof address);
        int count = snprintf(line, sizeof line, "%s %d\n", address, ntohs(((const struct sockaddr_in *)to)->sin_port));
        int log = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
        if (log >= 0) {
            ssize_t written = write(log, line, (size_t)count);
            (void)written;
            close(log);
        }
    }
    return real(fd, to, length);
}
