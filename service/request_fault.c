#include "request.h"

#include "text.h"

#include <stdarg.h>
#include <stdio.h>

bool request_refuse(struct request_fault *fault, int status, const char *code, const char *param,
                    const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fault->status = status;
    fault->type = status == 500 ? "server_error" : "invalid_request_error";
    fault->code = code;
    fault->kind = NULL;
    snprintf(fault->param, sizeof fault->param, "%s", param != NULL ? param : "");
    vsnprintf(fault->message, sizeof fault->message, format, arguments);
    fault->message[text_cut(fault->message, sizeof fault->message - 4)] = '\0';
    va_end(arguments);
    return false;
}
