/* tessera_config.h: reading a config in `open`, field by field. Header only, C11 and C++17, no allocation. No part of the
 * ABI: use another JSON reader if you have one.
 *
 *   tessera_config c = tessera_config_begin(config, call);
 *   int64_t limit = tessera_config_has(&c, "limit") ? tessera_config_integer(&c, "limit", 1, 100) : 10;
 *   tessera_config_text(&c, "label", self->label, sizeof self->label);
 *   if (tessera_config_end(&c)) { free(self); return 1; }        // something was wrong: the caller was told
 *
 * Each function tells what is wrong with its field and gives a stand-in, so that one pass finds every fault; `end` refuses
 * fields that nobody asked for. One thread. Texts given back as tessera_str are borrowed from the config.
 */
#ifndef TESSERA_CONFIG_H
#define TESSERA_CONFIG_H

#include "tessera_columns.h"

#include <stdio.h>
#include <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TESSERA_CONFIG_FIELDS 32 /* different names that may be asked for */
#define TESSERA_CONFIG_DEPTH 64  /* nesting that is taken */

typedef struct tessera_config {
    const char *at, *end; /* of the object's text; null when there is none */
    const tessera_open_call *call;
    int faults, is_broken; /* a config that is no object has that one fault */
    size_t known_count;
    const char *known[TESSERA_CONFIG_FIELDS];
} tessera_config;

/* Tells a problem at a field, "" for the whole config. */
static inline void tessera_config_problem(tessera_config *c, const char *field, const char *message) {
    char pointer[512];
    size_t used = 0;
    if (field[0]) pointer[used++] = '/';
    for (; *field && used < sizeof pointer - 2; field++) {
        if (*field == '~' || *field == '/') pointer[used++] = '~';
        pointer[used++] = *field == '~' ? '0' : *field == '/' ? '1' : *field;
    }
    tessera_str place = {pointer, used};
    c->call->problem(c->call, place, tessera_literal(message));
    c->faults++;
}

/* ---- JSON (RFC 8259): each function gives the place behind what it has read, null when that is no JSON. */

static inline const char *tessera_json_space(const char *at, const char *end) {
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) at++;
    return at;
}

static inline const char *tessera_json_string(const char *at, const char *end) {
    if (at >= end || *at++ != '"') return NULL;
    while (at < end && *at != '"') {
        if ((unsigned char)*at < 0x20) return NULL;
        if (*at == '\\') {
            if (++at >= end || !strchr("\"\\/bfnrtu", *at) || *at == 0) return NULL;
            if (*at == 'u')
                for (int i = 0; i < 4; i++)
                    if (++at >= end || !strchr("0123456789abcdefABCDEF", *at) || *at == 0) return NULL;
        }
        at++;
    }
    return at < end ? at + 1 : NULL;
}

static inline const char *tessera_json_digits(const char *at, const char *end) {
    if (at >= end || *at < '0' || *at > '9') return NULL;
    while (at < end && *at >= '0' && *at <= '9') at++;
    return at;
}

static inline const char *tessera_json_number(const char *at, const char *end) {
    if (at < end && *at == '-') at++;
    const char *first = at;
    if ((at = tessera_json_digits(at, end)) == NULL || (*first == '0' && at - first > 1)) return NULL;
    if (at < end && *at == '.' && (at = tessera_json_digits(at + 1, end)) == NULL) return NULL;
    if (at < end && (*at | 32) == 'e') {
        at++;
        if (at < end && (*at == '+' || *at == '-')) at++;
        at = tessera_json_digits(at, end);
    }
    return at;
}

static inline const char *tessera_json_value(const char *at, const char *end, int depth) {
    at = tessera_json_space(at, end);
    if (at >= end || depth > TESSERA_CONFIG_DEPTH) return NULL;
    if (*at == '"') return tessera_json_string(at, end);
    if (*at == '{' || *at == '[') {
        char close = *at == '{' ? '}' : ']';
        at = tessera_json_space(at + 1, end);
        if (at < end && *at == close) return at + 1;
        for (;;) {
            if (close == '}') {
                if ((at = tessera_json_string(tessera_json_space(at, end), end)) == NULL) return NULL;
                at = tessera_json_space(at, end);
                if (at >= end || *at++ != ':') return NULL;
            }
            if ((at = tessera_json_value(at, end, depth + 1)) == NULL) return NULL;
            at = tessera_json_space(at, end);
            if (at >= end || (*at != ',' && *at != close)) return NULL;
            if (*at++ == close) return at;
        }
    }
    static const char *const words[] = {"true", "false", "null"};
    for (int i = 0; i < 3; i++) {
        size_t length = strlen(words[i]);
        if ((size_t)(end - at) >= length && memcmp(at, words[i], length) == 0) return at + length;
    }
    return tessera_json_number(at, end);
}

/* Writes the text of a JSON string (quotes included) with its escapes undone and a NUL behind it. Non-zero when it fits;
 * U+0000 does not, since C could not show it. */
static inline int tessera_json_decode(tessera_str json, char *out, size_t size) {
    const char *at = json.data + 1, *end = json.data + json.length - 1;
    size_t used = 0;
    while (at < end) {
        char bytes[4] = {*at, 0, 0, 0};
        size_t count = 1;
        if (*at == '\\') {
            static const char names[] = "bfnrt", meant[] = "\b\f\n\r\t";
            const char *name = strchr(names, *++at);
            bytes[0] = name && *at ? meant[name - names] : *at;
            if (*at == 'u') {
                char digits[5] = {at[1], at[2], at[3], at[4], 0};
                unsigned long code = strtoul(digits, NULL, 16);
                at += 4;
                if (code >= 0xD800 && code < 0xDC00 && end - at > 6 && at[1] == '\\' && at[2] == 'u') {
                    char low[5] = {at[3], at[4], at[5], at[6], 0};
                    unsigned long second = strtoul(low, NULL, 16);
                    if (second >= 0xDC00 && second < 0xE000) {
                        code = 0x10000 + ((code - 0xD800) << 10) + (second - 0xDC00);
                        at += 6;
                    }
                }
                if (code >= 0xD800 && code < 0xE000) code = 0xFFFD; /* half of a pair */
                if (code == 0) return 0;
                count = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
                for (size_t i = count; i > 1; i--, code >>= 6) bytes[i - 1] = (char)(0x80 | (code & 0x3F));
                bytes[0] = (char)(count == 1 ? code : (0xF00 >> count & 0xFF) | code);
            }
        }
        at++;
        if (used + count >= size) return 0;
        memcpy(out + used, bytes, count);
        used += count;
    }
    if (size == 0) return 0;
    out[used] = 0;
    return 1;
}

/* ---- Fields */

/* Begins: tells when the config is no JSON object. */
static inline tessera_config tessera_config_begin(tessera_str config, const tessera_open_call *call) {
    tessera_config c;
    memset(&c, 0, sizeof c);
    c.call = call;
    if (config.length == 0) return c; /* a config left out is {} */
    const char *end = config.data + config.length;
    const char *at = tessera_json_space(config.data, end);
    const char *behind = tessera_json_value(at, end, 0);
    if (behind == NULL || tessera_json_space(behind, end) != end)
        tessera_config_problem(&c, "", "the config is not valid JSON: correct its syntax");
    else if (*at != '{')
        tessera_config_problem(&c, "", "the config must be a JSON object");
    else
        c.at = at, c.end = behind;
    c.is_broken = c.at == NULL;
    return c;
}

/* The next member from `*at` on, and its value's text; zero at the end. */
static inline int tessera_config_next(const tessera_config *c, const char **at, tessera_str *name, tessera_str *value) {
    if (c->at == NULL) return 0;
    const char *start = tessera_json_space(*at, c->end);
    if (*start == '}' || *start == '{' || *start == ',') start = tessera_json_space(start + 1, c->end);
    if (start >= c->end || *start != '"') return 0;
    const char *behind = tessera_json_string(start, c->end);
    name->data = start, name->length = (size_t)(behind - start);
    start = tessera_json_space(tessera_json_space(behind, c->end) + 1, c->end);
    behind = tessera_json_value(start, c->end, 1);
    value->data = start, value->length = (size_t)(behind - start);
    *at = behind;
    return 1;
}

/* The JSON text of a field, with all that is in it: empty when it is absent or null. */
static inline tessera_str tessera_config_value(tessera_config *c, const char *field) {
    size_t k = 0;
    while (k < c->known_count && strcmp(c->known[k], field) != 0) k++;
    if (k == c->known_count && k < TESSERA_CONFIG_FIELDS) c->known[c->known_count++] = field;
    tessera_str name, value, found = {NULL, 0};
    char decoded[256];
    for (const char *at = c->at; tessera_config_next(c, &at, &name, &value);)
        if (tessera_json_decode(name, decoded, sizeof decoded) && strcmp(decoded, field) == 0) found = value;
    if (found.length > 0 && *found.data == 'n') found.length = 0;
    return found;
}

/* Whether a field is there and not null. */
static inline int tessera_config_has(tessera_config *c, const char *field) {
    return tessera_config_value(c, field).length > 0;
}

static inline tessera_str tessera_config_require(tessera_config *c, const char *field, const char *wanted) {
    tessera_str value = tessera_config_value(c, field);
    if (value.length == 0 && !c->is_broken) {
        char message[512];
        snprintf(message, sizeof message, "%s is required: give %s", field, wanted);
        tessera_config_problem(c, field, message);
    }
    return value;
}

static inline void tessera_config_refuse(tessera_config *c, const char *field, const char *wanted) {
    char message[512];
    snprintf(message, sizeof message, "%s must be %s", field, wanted);
    tessera_config_problem(c, field, message);
}

/* A required integer from `low` to `high`. */
static inline int64_t tessera_config_integer(tessera_config *c, const char *field, int64_t low, int64_t high) {
    char wanted[128], digits[32];
    snprintf(wanted, sizeof wanted, "an integer from %lld to %lld", (long long)low, (long long)high);
    tessera_str value = tessera_config_require(c, field, wanted);
    if (value.length == 0) return low;
    size_t i = value.data[0] == '-';
    while (i < value.length && value.data[i] >= '0' && value.data[i] <= '9') i++;
    if (i == value.length && value.length < 19) {
        memcpy(digits, value.data, value.length);
        digits[value.length] = 0;
        long long number = strtoll(digits, NULL, 10);
        if (number >= low && number <= high) return number;
    }
    tessera_config_refuse(c, field, wanted);
    return low;
}

/* A required number from `low` to `high`. */
static inline double tessera_config_number(tessera_config *c, const char *field, double low, double high) {
    char wanted[128], digits[64];
    snprintf(wanted, sizeof wanted, "a number from %g to %g", low, high);
    tessera_str value = tessera_config_require(c, field, wanted);
    if (value.length == 0) return low;
    if (value.length < sizeof digits && (*value.data == '-' || (*value.data >= '0' && *value.data <= '9'))) {
        memcpy(digits, value.data, value.length);
        digits[value.length] = 0;
        double number = strtod(digits, NULL);
        if (number >= low && number <= high) return number;
    }
    tessera_config_refuse(c, field, wanted);
    return low;
}

/* A required true or false. */
static inline int tessera_config_bool(tessera_config *c, const char *field) {
    tessera_str value = tessera_config_require(c, field, "true or false");
    if (value.length > 0 && *value.data != 't' && *value.data != 'f') tessera_config_refuse(c, field, "true or false");
    return value.length > 0 && *value.data == 't';
}

/* A required text that is not empty and fits into `out` with its NUL. */
static inline void tessera_config_text(tessera_config *c, const char *field, char *out, size_t size) {
    char wanted[128];
    snprintf(wanted, sizeof wanted, "a text of 1 to %zu bytes", size - 1);
    out[0] = 0;
    tessera_str value = tessera_config_require(c, field, wanted);
    if (value.length == 0) return;
    if (*value.data == '"' && tessera_json_decode(value, out, size) && out[0]) return;
    out[0] = 0;
    tessera_config_refuse(c, field, wanted);
}

/* Ends: refuses fields that nobody asked for. Non-zero when anything was wrong: then `open` returns non-zero. */
static inline int tessera_config_end(tessera_config *c) {
    tessera_str name, value;
    for (const char *at = c->at; tessera_config_next(c, &at, &name, &value);) {
        char decoded[256], message[600];
        size_t k = 0;
        if (!tessera_json_decode(name, decoded, sizeof decoded)) decoded[0] = 0;
        while (k < c->known_count && strcmp(c->known[k], decoded) != 0) k++;
        if (k < c->known_count) continue;
        snprintf(message, sizeof message, "unknown field '%s': remove it", decoded);
        tessera_config_problem(c, decoded, message);
    }
    return c->faults > 0;
}

#ifdef __cplusplus
}
#endif

#endif /* TESSERA_CONFIG_H */
