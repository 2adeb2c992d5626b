#include "run.h"

struct client_settings run_client_settings(const struct run_settings *settings)
{
    return (struct client_settings){.timeout_ms = settings->timeout_ms,
                                    .connect_timeout_ms = settings->connect_timeout_ms,
                                    .first_byte_timeout_ms = settings->first_byte_timeout_ms,
                                    .idle_timeout_ms = settings->idle_timeout_ms,
                                    .max_reply_bytes = settings->max_reply_bytes,
                                    .user_agent = "vqagen/" VQAGEN_VERSION,
                                    .ca_file = settings->ca_file,
                                    .proxy = settings->proxy};
}
