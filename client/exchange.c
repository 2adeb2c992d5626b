#include "exchange.h"

#include "reply_stream.h"

#include <stdlib.h>

// Head and tail hold prompts, not images; a prompt of this size is a mistake somewhere.
static const size_t max_text_bytes = (size_t)64 << 20;

struct exchange *exchange_new(size_t max_reply_bytes, struct error *why)
{
    struct exchange *exchange = calloc(1, sizeof *exchange);
    if (exchange == NULL) {
        error_set(why, ERR_MEMORY, "no memory for a request");
        return NULL;
    }
    buffer_init(&exchange->head, max_text_bytes);
    buffer_init(&exchange->tail, max_text_bytes);
    buffer_init(&exchange->body, max_reply_bytes);
    exchange->retry_after_ms = -1;
    exchange->seconds_first_token = -1;
    limit_headers_init(&exchange->limits);
    return exchange;
}

void exchange_free(struct exchange *exchange)
{
    if (exchange == NULL)
        return;
    reply_stream_free(exchange->stream);
    payload_drop(exchange->payload);
    buffer_clear(&exchange->head);
    buffer_clear(&exchange->tail);
    buffer_clear(&exchange->body);
    free(exchange);
}

size_t exchange_body_length(const struct exchange *exchange)
{
    size_t image = exchange->payload != NULL ? exchange->payload->length : 0;
    return exchange->head.length + image + exchange->tail.length;
}
