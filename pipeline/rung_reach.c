// The rungs below HTTP: name, connection, encryption. No request is sent.
#include "ladder_state.h"

#include "connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void break_at(struct ladder *ladder, const struct connection *connection,
                     const char *authority);
static void advise_on_proxy(const struct ladder *ladder, bool at_proxy, const char *authority,
                            char *fix, size_t size);

bool rung_reach(struct ladder *ladder, struct error *why)
{
    const char *url = ladder->endpoint.url;
    struct connection connection;
    if (!connection_try(url, &ladder->settings->client, false, &connection, why))
        return false;
    char authority[200], seen[200];
    const char *host = strstr(url, "://") + 3;
    snprintf(authority, sizeof authority, "%.*s", (int)strcspn(host, "/?#"), host);
    if (connection.reached > CONNECTION_DNS)
        ladder_pass(ladder, RUNG_DNS, authority, connection.address);
    if (connection.reached > CONNECTION_TCP) {
        snprintf(seen, sizeof seen, "open%s%s", connection.proxied ? ", through the proxy" : "",
                 connection.proxied && ladder->settings->client.proxy == NULL
                     ? " of the environment"
                     : "");
        ladder_pass(ladder, RUNG_TCP, authority, seen);
    }
    if (connection.transport != TRANSPORT_OK)
        break_at(ladder, &connection, authority);
    else if (connection.encrypted)
        ladder_pass(ladder, RUNG_TLS, authority, "the certificate is trusted");
    else
        diagnosis_add(ladder->diagnosis, RUNG_TLS, RUNG_SKIPPED, "http:// has none", NULL);
    return true;
}

// As a fault, so that it has the kind that a run would have met.
static void break_at(struct ladder *ladder, const struct connection *connection,
                     const char *authority)
{
    static const enum rung_id at[] = {RUNG_DNS, RUNG_TCP, RUNG_TLS, RUNG_TLS};
    struct exchange failed = {.transport = connection->transport, .retry_after_ms = -1};
    snprintf(failed.transport_message, sizeof failed.transport_message, "%s", connection->message);
    struct endpoint scratch = ladder->endpoint;
    struct probe probe = {.sent = true};
    fault_classify(&scratch, &scratch.lessons, &failed, &probe.reply, &probe.fault);
    enum cause_id cause = cause_of_fault(&probe.fault);
    enum rung_id rung = at[connection->reached];
    // A server that waits for a plain request answers a TLS greeting with whatever it has, or
    // closes.
    if (rung == RUNG_TLS && connection->transport != TRANSPORT_TLS && cause != CAUSE_proxy)
        cause = CAUSE_tls;
    if (cause == CAUSE_tls && !connection->proxied &&
        connection_is_plain(ladder->endpoint.url, &ladder->settings->client))
        cause = CAUSE_https_at_http_port;
    char fix[600] = "";
    if (cause == CAUSE_proxy || cause == CAUSE_connect_timeout)
        advise_on_proxy(ladder, cause == CAUSE_proxy, authority, fix, sizeof fix);
    ladder_break(ladder, rung, authority, &probe, cause, NULL, fix[0] != '\0' ? fix : NULL);
}

// Who is behind a firewall sees no more than silence: which proxy is in force, and what to try.
static void advise_on_proxy(const struct ladder *ladder, bool at_proxy, const char *authority,
                            char *fix, size_t size)
{
    char proxy[200];
    int host = (int)strcspn(authority, ":");
    const char *without = getenv("no_proxy");
    connection_proxy(ladder->endpoint.url, &ladder->settings->client, proxy, sizeof proxy);
    if (at_proxy)
        snprintf(fix, size,
                 "The proxy in force is %s: check that it runs, its user and password, and that it "
                 "lets %s through; no_proxy=%.*s leaves it out.",
                 proxy, authority, host, authority);
    else if (proxy[0] != '\0')
        snprintf(fix, size,
                 "Check address and firewall; the connection was tried without the proxy (%s) "
                 "because of no_proxy=%.100s or a loopback address. --connect-timeout is how long "
                 "is waited.",
                 proxy, without != NULL ? without : "");
    else
        snprintf(fix, size,
                 "Check address and firewall. No proxy is set: where the network lets nothing else "
                 "out, give it with --proxy URL or in https_proxy. --connect-timeout is how long "
                 "is waited.");
}
