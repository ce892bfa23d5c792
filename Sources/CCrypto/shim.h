// libcrypto: digests, HMAC, AES-GCM, random bytes, constant-time compare.
#pragma once
// For tessera_sha256.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

// SHA-256 for hot paths: SHA256() of OpenSSL 3 looks its algorithm up by name and allocates each time, which costs more than the
// digest of a short text.
static inline void tessera_sha256(const void *bytes, size_t count, unsigned char digest[32]) {
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, bytes, count);
    SHA256_Final(digest, &context);
}
