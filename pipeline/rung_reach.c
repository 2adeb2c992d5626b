// The rungs below HTTP: name, connection, encryption. No request is sent.
#include "ladder_state.h"

#include "connection.h"

#include <stdio.h>
#include <string.h>

static void break_at(struct ladder *ladder, const struct connection *connection,
                     const char *authority);

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
    ladder_break(ladder, rung, authority, &probe, cause, NULL, NULL);
}
